"""Every refusal has a stable code, a 4xx, and a sentence in both languages; the READMEs list them all."""

import importlib
import pkgutil
import re
from pathlib import Path

import idphoto
import pytest
from idphoto.errors import EngineError
from idphoto_service import errors
from idphoto_service.contract import ErrorAnswer
from idphoto_service.errors import ServiceError, error_body, status_of

from tests.unit.test_architecture import load

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BASES = {"ENGINE_ERROR", "SERVICE_ERROR", "IMAGE_INVALID", "PARAMETER_INVALID", "RESULT_NOT_FEASIBLE"}
OURS = {"INTERNAL_ERROR", "CHAIN_FAILED", "PORTRAIT_INVALID", "TIMED_OUT", "TRY_AGAIN"}
UNREACHED = {"KIND_UNKNOWN"}
"""Raised by the engine for what no route takes."""


def descendants(kind):
    return {kind}.union(*(descendants(child) for child in kind.__subclasses__()))


def every_error():
    for module in pkgutil.walk_packages(idphoto.__path__, "idphoto."):
        importlib.import_module(module.name)
    found = descendants(ServiceError) | descendants(EngineError)
    return sorted((kind for kind in found if kind.code not in BASES), key=lambda kind: kind.code)


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.code)
def test_an_error_speaks_both_languages(kind):
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", kind.code)
    assert kind.message
    assert not CHINESE.search(kind.message)
    assert CHINESE.search(kind.message_zh)


def test_codes_are_unique():
    codes = [kind.code for kind in every_error()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.code)
def test_what_a_caller_can_mend_is_a_4xx(kind):
    if kind is errors.StateError:
        pytest.skip("passes on the status of its state")
    status = kind.status if issubclass(kind, ServiceError) else status_of(kind.__new__(kind))
    assert (500 <= status < 600) == (kind.code in OURS)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_every_code_and_no_other(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    [section] = re.findall(r"^## (?:Errors|错误)$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    table = "\n".join(line for line in section.splitlines() if line.startswith("| 4"))
    listed = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", table))
    faults = {"NO_FACE", "SEVERAL_PEOPLE", "FACE_TURNED"}
    raised = {kind.code for kind in every_error() if kind is not errors.StateError} - OURS
    assert listed - faults - {"TOO_MANY_REQUESTS"} == raised - UNREACHED


def test_the_body_of_an_error_is_the_contract():
    body = error_body(errors.ResultNotFoundError(mt_generate_id="x"), "request-1")
    assert body == {
        "error": {
            "code": "MT_GENERATE_ID_NOT_FOUND",
            "message": errors.ResultNotFoundError.message,
            "message_zh": errors.ResultNotFoundError.message_zh,
            "status": 404,
            "details": {"mt_generate_id": "x"},
            "request_id": "request-1",
        }
    }


def gateway_responses():
    api = load("template.yaml")["Resources"]["Api"]["Properties"]
    return list(api["GatewayResponses"].items())


@pytest.mark.parametrize(
    ("name", "response"), gateway_responses(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_api_gateway_answers_by_itself_is_the_contract_too(name, response):
    error = ErrorAnswer.model_validate_json(response["ResponseTemplates"]["application/json"]).error
    assert error.status == response.get("StatusCode", 500), name
    known = {kind.code: kind for kind in every_error()}.get(error.code)
    if known:
        assert (error.message, error.message_zh) == (known.message, known.message_zh)
