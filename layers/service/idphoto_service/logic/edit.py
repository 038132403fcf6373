"""Continuing from a result: an effect adds its step to the recipe, or replaces its kind."""

from __future__ import annotations

from idphoto.background import Background
from idphoto.recipe import Recipe

from idphoto_service.contract import BackgroundRequest, EffectAnswer
from idphoto_service.errors import ResultNotFoundError
from idphoto_service.history import history, now
from idphoto_service.logic.results import Origin, answer, apply_policy, produce, spec_of
from idphoto_service.stopwatch import Stopwatch


def change_background(request: BackgroundRequest, partner: str, request_id: str) -> EffectAnswer:
    """Put another background behind the person of a result.

    Raises
    ------
    ResultNotFoundError
        When the partner has no such result, or it has expired.
    """
    watch = Stopwatch()
    time = now()
    parent = history().find_result(partner, request.mt_generate_id, time)
    photo = history().find_photo(partner, parent.out_request_id, time) if parent else None
    if parent is None or photo is None:
        raise ResultNotFoundError(mt_generate_id=request.mt_generate_id)
    params = request.model_dump(mode="json", include=set(Background.model_fields))
    recipe = Recipe.from_json(parent.recipe).with_step("background", params)
    apply_policy(spec_of(recipe), request.policy)
    origin = Origin(parent.source_key, parent.portrait_key, parent.mt_generate_id)
    result = produce(photo, recipe, "background", origin, watch)
    return answer(result, request_id, "background", watch)
