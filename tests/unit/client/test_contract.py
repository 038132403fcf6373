"""The client knows every route, every parameter and every field that the API's description names."""

import inspect
import json
import re
from collections.abc import Callable, Generator
from typing import Any

import idphoto_client
import pytest
from idphoto.errors import EngineError, ImageError, NotFeasibleError
from idphoto.recipe import KINDS
from idphoto_client import Client, UploadId
from idphoto_client._errors import PHOTO_CODES
from idphoto_client._flow import Send
from idphoto_client._operations import Operations
from idphoto_service.errors import CheckFailedError

from local.openapi import TARGET
from tests.unit.client.conftest import RESULT
from tests.unit.test_errors import every_error

DOCUMENT = json.loads(TARGET.read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
EFFECTS = sorted(path[1:] for path in DOCUMENT["paths"] if path[1:] in KINDS and path != "/make")

ANSWERS = {
    "Image": "Image",
    "Notice": "Notice",
    "StepAnswer": "Step",
    "FrameFacts": "Frame",
    "Item": "Item",
    "IsoQuality": "IsoQuality",
    "Report": "Report",
    "CheckSummary": "CheckSummary",
    "StateUse": "StateUse",
    "UploadAnswer": "Upload",
    "CheckAnswer": "Check",
    "EffectAnswer": "Result",
    "HistoryStep": "HistoryStep",
    "HistoryAnswer": "History",
    "ErasedAnswer": "Erased",
    "WatermarkSettings": "WatermarkSettings",
    "WatermarkAnswer": "Watermark",
    "WatermarksAnswer": "Watermarks",
    "ChainStep": "ChainStep",
    "ChainAnswer": "Chain",
    "StateProgress": "StateProgress",
    "ExecutionAnswer": "Execution",
    "SpecsAnswer": "Specs",
    "CropFacts": "Crop",
    "ExportedFile": "ExportedFile",
    "ExportEntry": "ExportEntry",
    "EditLog": "EditLog",
    "ExportAnswer": "Export",
    "PlacedPhoto": "PlacedPhoto",
    "LayoutAnswer": "Layout",
    "MaterialAnswer": "Material",
    "MaterialColor": "MaterialColor",
    "MaterialFinding": "MaterialFinding",
    "MaterialReport": "MaterialReport",
    "MaterialsAnswer": "Materials",
}

CALLS: list[Callable[[], Generator[Any, Any, Any]]] = [
    lambda: flow("upload", b"x"),
    lambda: flow("check", UploadId("u")),
    lambda: flow("make", "o", UploadId("u")),
    lambda: flow("rollback", to=RESULT),
    lambda: flow("export", RESULT),
    lambda: flow("layout", RESULT),
    lambda: flow("chain", "o", UploadId("u")),
    lambda: flow("start", "o", UploadId("u")),
    lambda: flow("execution", "e"),
    lambda: flow("cancel", "e"),
    lambda: flow("history", "o"),
    lambda: flow("erase", "o"),
    lambda: flow("specs"),
    lambda: flow("materials"),
    lambda: flow("material", "m"),
    lambda: flow("register_outfit", "Uniform", "https://example.com/uniform.png"),
    lambda: flow("register_look", "Ours", {"lips": {}}),
    lambda: flow("delete_material", "m"),
    lambda: flow("watermarks"),
    lambda: flow("register_watermark", "https://example.com/mark.png"),
    lambda: flow("delete_watermark", "w"),
    *[lambda kind=kind: flow(kind, RESULT) for kind in EFFECTS],
]


def flow(name: str, *arguments: Any, **options: Any) -> Generator[Any, Any, Any]:
    started: Generator[Any, Any, Any] = getattr(Operations, name).flow(None, *arguments, **options)
    return started


def first_request(call: Callable[[], Generator[Any, Any, Any]]) -> tuple[str, str]:
    sent = next(call())
    assert isinstance(sent, Send)
    return sent.method.lower(), sent.url


def test_every_route_has_its_method() -> None:
    called = {first_request(call) for call in CALLS}

    for path, operations in DOCUMENT["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[a-z]", path))
        for method in operations:
            assert any(verb == method and pattern.fullmatch(url) for verb, url in called), f"{method} {path}"


@pytest.mark.parametrize("kind", [*EFFECTS, "export", "layout"])
def test_an_effect_takes_the_parameters_of_its_route(kind: str) -> None:
    body = DOCUMENT["paths"][f"/{kind}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    fields = SCHEMAS[body["$ref"].rpartition("/")[2]]["properties"]

    taken = set(inspect.signature(getattr(Client, kind).flow).parameters) - {"self", "result"}

    assert taken == set(fields) - {"mt_generate_id"}


@pytest.mark.parametrize("name", ["specs", "materials", "watermarks"])
def test_a_search_takes_the_parameters_of_its_route(name: str) -> None:
    parameters = {part["name"] for part in DOCUMENT["paths"][f"/{name}"]["get"]["parameters"]}

    assert set(inspect.signature(getattr(Client, name).flow).parameters) - {"self"} == parameters


@pytest.mark.parametrize(("name", "schema"), [("make", "MakeRequest"), ("check", "CheckRequest")])
def test_a_photo_is_taken_with_the_parameters_of_its_route(name: str, schema: str) -> None:
    taken = set(inspect.signature(getattr(Client, name).flow).parameters) - {"self", "photo"}

    assert taken == set(SCHEMAS[schema]["properties"]) - {"img_url", "image_base64", "upload_id", "check_id"}


@pytest.mark.parametrize("name", ["chain", "start"])
def test_a_chain_takes_the_parameters_of_its_route(name: str) -> None:
    fields = set(SCHEMAS["ChainRequest"]["properties"])
    steps = fields & {"check", "make", *KINDS}
    sources = {"img_url", "image_base64", "upload_id", "check_id", "mt_generate_id"}

    taken = set(inspect.signature(getattr(Client, name).flow).parameters) - {"self", "photo", "result", "steps"}

    assert taken == fields - steps - sources


def test_every_answer_has_its_model() -> None:
    answers = {
        schema["$ref"].rpartition("/")[2]
        for operations in DOCUMENT["paths"].values()
        for operation in operations.values()
        for status, response in operation["responses"].items()
        if status in {"200", "202"}
        for schema in [response["content"]["application/json"]["schema"]]
    }
    assert answers <= set(ANSWERS)


@pytest.mark.parametrize(("schema", "model"), ANSWERS.items())
def test_a_model_has_the_fields_of_its_answer_and_needs_no_other(schema: str, model: str) -> None:
    fields = getattr(idphoto_client, model).model_fields

    schema_of = {"required": [], **SCHEMAS[schema]}
    assert set(fields) == set(schema_of["properties"])
    always = set(schema_of["required"]) | {
        name for name, field in schema_of["properties"].items() if "default" in field
    }
    assert {name for name, field in fields.items() if field.is_required()} <= always


def test_the_codes_that_speak_of_the_photo_are_those_of_the_engines_refusals() -> None:
    # LAYOUT_* speak of the paper, not of the photo.
    refusals: set[type[EngineError]] = {
        kind for kind in every_error() if issubclass(kind, ImageError | NotFeasibleError) and "LAYOUT" not in kind.code
    }
    assert {kind.code for kind in refusals} | {CheckFailedError.code} == PHOTO_CODES
