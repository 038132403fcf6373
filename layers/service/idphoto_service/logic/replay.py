"""Replays: the chain does the steps of a recipe from the first one whose portrait is missing.

The front that asks for a result (an effect, a rollback) starts the chain with the recipe; each state does its own step
of it, and the last one renders. No state asks for another replay, so that there is never more than one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from idphoto.recipe import Recipe

from idphoto_service.contract import EffectAnswer, Replay, ReplayAnswer
from idphoto_service.errors import ChainFailedError, ResultNotFoundError, StateError, TimedOutError
from idphoto_service.history import history, now
from idphoto_service.logic.portraits import Portraits
from idphoto_service.logic.results import Asked, Worker, answer, recipe_answer, render_result
from idphoto_service.records import PhotoRecord
from idphoto_service.settings import settings
from idphoto_service.stopwatch import Stopwatch

ANSWER_SECONDS = 27
"""API Gateway waits 29 seconds for a function."""


ReplayFlow = Callable[[Replay, str, str], EffectAnswer | ReplayAnswer]
"""Logic of a state in a replay: request, partner and request id in, answer out."""


def run_replay(photo: PhotoRecord, recipe: Recipe, asked: Asked, missing: Iterable[str], request_id: str) -> None:
    """Let the chain do what is missing, and wait for its end.

    Raises
    ------
    StateError
        With the code and the details of the state that refused.
    ChainFailedError, TimedOutError
        When the chain broke for another reason, or takes too long.
    """
    replay = Replay(
        out_request_id=photo.out_request_id,
        recipe=recipe_answer(recipe),
        effect=asked.effect,
        params=dict(asked.params),
        parent=asked.parent,
    )
    caller = {"partner": photo.partner, "request_id": request_id, "out_request_id": photo.out_request_id}
    states: dict[str, Any] = {kind: {} for kind in missing}
    run_express({**caller, "replay": replay.model_dump(mode="json"), **states})


def replay_with(kind: str, worker: Worker) -> ReplayFlow:
    """Return the logic of a function as a state of a replay: do the step, and render when no other step follows."""

    def flow(replay: Replay, partner: str, request_id: str) -> EffectAnswer | ReplayAnswer:
        watch = Stopwatch()
        photo = history().find_photo(partner, replay.out_request_id, now())
        if photo is None:
            raise ResultNotFoundError(mt_generate_id=replay.parent)
        recipe = Recipe.from_list(step.model_dump() for step in replay.recipe)
        portrait = worker(Portraits(photo), recipe, watch)
        kinds = ["make", *(step.kind for step in recipe.portrait_steps)]
        if kinds[-1] != kind:
            return ReplayAnswer(out_request_id=photo.out_request_id, timings_ms=watch.read())
        asked = Asked(replay.effect, replay.params, replay.parent)
        result = render_result(photo, recipe, asked, portrait, watch)
        return answer(result, asked, request_id, watch)

    return flow


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
