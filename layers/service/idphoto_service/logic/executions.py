"""Executions of the chain: run one and wait for its end, and tell why one failed."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from idphoto_service.errors import ChainFailedError, StateError, TimedOutError
from idphoto_service.settings import settings

ANSWER_SECONDS = 27
"""API Gateway waits 29 seconds for a function."""


def run_express(chain_input: dict[str, Any]) -> str:
    """Run the chain and return its output, JSON.

    Raises
    ------
    StateError, ChainFailedError, TimedOutError
    """
    try:
        execution = client().start_sync_execution(
            stateMachineArn=settings().chain_express_arn, input=json.dumps(chain_input)
        )
    except ReadTimeoutError as error:
        raise TimedOutError from error
    if execution["status"] != "SUCCEEDED":
        raise failure(execution.get("error"), execution.get("cause"))
    output: str = execution["output"]
    return output


def failure(error: str | None, cause: str | None) -> StateError | ChainFailedError:
    """Return the error of the state that ended the chain; a state of ours leaves it as JSON in the cause."""
    try:
        return StateError(json.loads(cause or ""))
    except (ValueError, KeyError, TypeError):
        return ChainFailedError(cause=error)


@cache
def client() -> Any:
    """Return the client of Step Functions."""
    # A synchronous execution is answered when it ends; asking twice would run it twice.
    config = Config(read_timeout=ANSWER_SECONDS, retries={"total_max_attempts": 1})
    return cast("Any", boto3.client("stepfunctions", config=config))
