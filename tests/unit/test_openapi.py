"""The API's description is generated, current and complete."""

import json

from idphoto.effects import EFFECTS
from idphoto_service.contract import (
    BackgroundRequest,
    ChainRequest,
    CheckRequest,
    ExportRequest,
    LayoutRequest,
    MakeRequest,
    MaterialRequest,
)

from local import reference
from local.openapi import TARGET, render

REQUESTS = (
    CheckRequest,
    MakeRequest,
    BackgroundRequest,
    ChainRequest,
    ExportRequest,
    LayoutRequest,
    MaterialRequest,
)


def test_the_file_is_what_the_routes_say():
    assert TARGET.read_text(encoding="utf-8") == render(), "run make openapi"


def test_every_route_is_described_with_its_models_and_needs_a_key():
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    assert set(document["paths"]) == {
        "/uploads",
        "/check",
        "/make",
        "/background",
        "/specs",
        "/chain",
        "/executions",
        "/executions/{execution_id}",
        "/rollback",
        "/export",
        "/layout",
        "/photos/{out_request_id}",
        "/materials",
        "/materials/{material_id}",
        "/watermarks",
        "/watermarks/{watermark_id}",
        *(f"/{kind}" for kind in EFFECTS),
    }
    assert document["security"] == [{"key": []}]
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert {"200", "202"} & set(operation["responses"])
            assert "422" in operation["responses"]


def test_every_field_of_a_request_is_described_and_every_example_is_accepted():
    schemas = json.loads(TARGET.read_text(encoding="utf-8"))["components"]["schemas"]
    for model in REQUESTS:
        schema = schemas[model.__name__]
        for name, field in schema["properties"].items():
            told = [field, *field.get("anyOf", [])]
            assert any("description" in part or "$ref" in part for part in told), f"{model.__name__}.{name}"
        assert schema["additionalProperties"] is False
        for example in schema["examples"]:
            assert model.model_validate(example)


def test_every_call_has_a_name_of_its_own_and_says_what_it_does():
    operations = [
        operation
        for path in json.loads(TARGET.read_text(encoding="utf-8"))["paths"].values()
        for operation in path.values()
    ]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["description"] and operation["tags"] for operation in operations)


def test_the_reference_is_what_the_description_says():
    assert reference.TARGET.read_text(encoding="utf-8") == reference.render(), "run make openapi"
