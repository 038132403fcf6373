"""The front of the chain: what it refuses before it starts anything, and what it hands to the state machine."""

import base64
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from idphoto_service.contract import ChainRequest
from idphoto_service.errors import ExecutionNotFoundError
from idphoto_service.logic import chain, executions
from pydantic import ValidationError


def request(**fields):
    return ChainRequest.model_validate({"out_request_id": "o-1", "upload_id": "0" * 32, "make": {}} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"upload_id": None},
        {"img_url": "http://example.com/a.jpg"},
        {"out_request_id": None},
        {"make": None},
        {"make": None, "check": {}, "background": {}},
        {"check": {"level": "brutal"}},
        {"mt_generate_id": "a" * 42},
        {"upload_id": None, "check_id": "a" * 42, "check": {}},
        {"beautify": {"level": 9}},
    ],
)
def test_steps_that_do_not_fit_are_refused(fields):
    with pytest.raises(ValidationError):
        request(**fields)


def test_effects_may_follow_an_earlier_result():
    body = {"mt_generate_id": "a" * 42, "background": {"color": "red"}}
    background = ChainRequest.model_validate(body).background
    assert background
    assert background.color == "#FF0000"


def test_a_picture_is_put_aside_and_only_its_name_goes_into_the_state_machine(bundle):
    data = base64.b64encode(b"picture").decode()
    fields = chain.chain_input(request(upload_id=None, image_base64=data), "partner", "request-1")
    assert bundle.read(f"uploads/partner/{fields['upload_id']}") == b"picture"
    assert data not in json.dumps(fields)
    assert fields["partner"] == "partner"


def test_the_error_of_a_state_is_passed_on_as_it_was():
    facts = {"code": "BODY_CUT", "status": 422, "message": "m", "message_zh": "z", "details": {"side": "left"}}
    error = executions.failure("BODY_CUT", json.dumps(facts))
    assert (error.code, error.status, error.details) == ("BODY_CUT", 422, {"side": "left"})


@pytest.mark.parametrize("cause", [None, "", "Task timed out", '{"errorMessage": "x"}', "[]"])
def test_a_chain_that_breaks_without_a_reason_of_ours_is_our_defect(cause):
    assert executions.failure("States.Timeout", cause).code == "CHAIN_FAILED"


def test_another_partners_execution_is_not_found_without_asking(monkeypatch):
    monkeypatch.setattr(chain, "client", SimpleNamespace)
    with pytest.raises(ExecutionNotFoundError):
        chain.describe_execution(f"{chain._partner_tag('somebody')}-{'0' * 32}", "somebody else", "request-1")


def test_the_state_that_refused_is_the_one_that_failed():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    events = [
        {"type": kind, "timestamp": start + timedelta(milliseconds=ms), "stateEnteredEventDetails": {"name": name}}
        for kind, name, ms in [
            ("TaskStateEntered", "Check", 0),
            ("TaskStateExited", "Check", 300),
            ("ChoiceStateEntered", "Make?", 300),
            ("TaskStateEntered", "Make", 301),
            ("TaskStateExited", "Make", 401),
            ("FailStateEntered", "Refused", 402),
        ]
    ]
    failed = chain._progress(events, "failed")
    assert [(state.state, state.status, state.ms) for state in failed] == [
        ("Check", "succeeded", 300),
        ("Make", "failed", 100),
    ]
    assert [state.status for state in chain._progress(events[:4], "running")] == ["succeeded", "running"]
