"""In front of the state machines: validate, put the photo aside, start, and tell how far it has come."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from botocore.exceptions import ClientError
from idphoto.effects import EFFECTS

from idphoto_service.contract import (
    ChainAnswer,
    ChainRequest,
    ExecutionAnswer,
    StateProgress,
)
from idphoto_service.errors import (
    CancelledError,
    CheckNotFoundError,
    ExecutionNotFoundError,
    UploadNotFoundError,
    error_body,
)
from idphoto_service.history import history, now
from idphoto_service.logic.executions import client, failure, run_express
from idphoto_service.logic.make import recipe_of
from idphoto_service.logic.materials import with_digest
from idphoto_service.settings import chain_settings
from idphoto_service.sources import decode_base64
from idphoto_service.storage import bucket, upload_object

_PARTNER_TAG_LENGTH = 24
_EVENTS_READ = 1000
"""One page of an execution's history: more than a chain of every effect writes, all its retries included."""


def run_chain(request: ChainRequest, partner: str, request_id: str) -> ChainAnswer:
    """Run the chain and wait for its end.

    Raises
    ------
    StateError
        With the code and the details of the state that refused.
    ChainFailedError, TimedOutError
        When the chain broke for another reason, or takes longer than a call may.
    """
    output = run_express(chain_input(request, partner, request_id))
    return _chain_answer(output, request_id)


def start_execution(request: ChainRequest, partner: str, request_id: str) -> ExecutionAnswer:
    """Start the chain and answer at once."""
    name = f"{_partner_tag(partner)}-{uuid.uuid4().hex}"
    started = client().start_execution(
        stateMachineArn=chain_settings().standard_arn,
        name=name,
        input=json.dumps(chain_input(request, partner, request_id)),
    )
    return ExecutionAnswer(
        request_id=request_id,
        execution_id=name,
        status="running",
        started_at=started["startDate"].isoformat(),
    )


def describe_execution(execution_id: str, partner: str, request_id: str) -> ExecutionAnswer:
    """Return how far an execution has come, state by state.

    Raises
    ------
    ExecutionNotFoundError
        When the partner has started no such execution.
    """
    arn = _execution_arn(execution_id, partner)
    try:
        execution = client().describe_execution(executionArn=arn)
        history = client().get_execution_history(executionArn=arn, maxResults=_EVENTS_READ, includeExecutionData=False)
    except ClientError as error:
        _refuse_unknown(error, execution_id)
        raise
    status = execution["status"].lower()
    stopped = execution.get("stopDate")
    failed = status in {"failed", "timed_out", "aborted"}
    return ExecutionAnswer(
        request_id=request_id,
        execution_id=execution_id,
        status=status,
        started_at=execution["startDate"].isoformat(),
        stopped_at=stopped.isoformat() if stopped else None,
        states=_progress(history["events"], status),
        result=_chain_answer(execution["output"], request_id) if status == "succeeded" else None,
        error=error_body(failure(execution.get("error"), execution.get("cause")), request_id)["error"]
        if failed
        else None,
    )


def cancel_execution(execution_id: str, partner: str, request_id: str) -> ExecutionAnswer:
    """Stop an execution and return how far it came; one that has ended stays as it is.

    What its states have stored stays too: each of their results is whole.

    Raises
    ------
    ExecutionNotFoundError
    """
    try:
        client().stop_execution(
            executionArn=_execution_arn(execution_id, partner),
            error=CancelledError.code,
            cause=json.dumps(error_body(CancelledError(execution_id=execution_id), request_id)["error"]),
        )
    except ClientError as error:
        _refuse_unknown(error, execution_id)
        raise
    return describe_execution(execution_id, partner, request_id)


def chain_input(request: ChainRequest, partner: str, request_id: str) -> dict[str, Any]:
    """Return the state machine's input: names only. A photo that came as Base64 is put aside as an upload.

    Raises
    ------
    SpecUnknownError, ResultNotFoundError, CheckNotFoundError, UploadNotFoundError, WatermarkNotFoundError,
    MaterialNotFoundError
        Before anything is started.
    """
    _expect_what_is_named(request, partner)
    fields = request.model_dump(mode="json", exclude_none=True, exclude={"image_base64"})
    if request.image_base64 is not None:
        fields["upload_id"] = uuid.uuid4().hex
        data = decode_base64(request.image_base64)
        bucket().put(upload_object(partner, fields["upload_id"]), data, "application/octet-stream")
    return fields | {"partner": partner, "request_id": request_id}


def _expect_what_is_named(request: ChainRequest, partner: str) -> None:
    """Refuse names of nothing, so that no execution starts that can only fail."""
    if request.make is not None:
        recipe_of(request.make, partner)
    for kind, params in request.effects.items():
        if kind in EFFECTS:
            with_digest(kind, params.model_dump(), partner)
    if request.mt_generate_id is not None:
        history().find_edit(partner, request.mt_generate_id, now())
    if request.check_id is not None and history().find_check(partner, request.check_id, now()) is None:
        raise CheckNotFoundError(check_id=request.check_id)
    if request.upload_id is not None and not bucket().has(upload_object(partner, request.upload_id)):
        raise UploadNotFoundError(upload_id=request.upload_id)


def _execution_arn(execution_id: str, partner: str) -> str:
    # The name begins with the partner's tag, so another's execution cannot even be asked for.
    if not execution_id.startswith(f"{_partner_tag(partner)}-"):
        raise ExecutionNotFoundError(execution_id=execution_id)
    return chain_settings().standard_arn.replace(":stateMachine:", ":execution:") + f":{execution_id}"


def _refuse_unknown(error: ClientError, execution_id: str) -> None:
    """Tell the caller that there is no such execution, when this is what the error says."""
    if error.response["Error"]["Code"] in {"ExecutionDoesNotExist", "InvalidArn"}:
        raise ExecutionNotFoundError(execution_id=execution_id) from error


def _chain_answer(output: str, request_id: str) -> ChainAnswer:
    return ChainAnswer.model_validate(json.loads(output) | {"request_id": request_id})


def _progress(events: list[dict[str, Any]], status: str) -> list[StateProgress]:
    states: list[dict[str, Any]] = []
    for event in events:
        if event["type"] == "TaskStateEntered":
            name = event["stateEnteredEventDetails"]["name"]
            states.append({"state": name, "entered": event["timestamp"], "exited": None})
        elif event["type"] == "TaskStateExited" and states:
            states[-1]["exited"] = event["timestamp"]
    # A state that refuses the photo answers in good order; it is the state after it that ends the execution.
    stopped_by = states[-1] if states and status not in {"running", "succeeded"} else None
    return [
        StateProgress(
            state=state["state"],
            status="failed" if state is stopped_by else ("succeeded" if state["exited"] else "running"),
            entered_at=state["entered"].isoformat(),
            ms=(state["exited"] - state["entered"]).total_seconds() * 1000 if state["exited"] else None,
        )
        for state in states
    ]


def _partner_tag(partner: str) -> str:
    return hashlib.sha256(partner.encode()).hexdigest()[:_PARTNER_TAG_LENGTH]
