"""A function as a state of a replay: it does its own step of a given recipe, and the last one renders.

:func:`idphoto_service.logic.results.replay` starts one. No state asks for another, so that there is never more than
one.
"""

from __future__ import annotations

from collections.abc import Callable

from idphoto.recipe import Recipe

from idphoto_service.contract import EffectAnswer, Replay, ReplayAnswer
from idphoto_service.errors import ResultNotFoundError
from idphoto_service.history import history, now
from idphoto_service.logic.portraits import Portraits
from idphoto_service.logic.results import Asked, Worker, answer, render_result
from idphoto_service.stopwatch import Stopwatch

ReplayFlow = Callable[[Replay, str, str], EffectAnswer | ReplayAnswer]
"""Logic of a state in a replay: request, partner and request id in, answer out."""


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
