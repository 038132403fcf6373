"""Another background: the one step that changes no portrait."""

from __future__ import annotations

from idphoto.background import Background

from idphoto_service.contract import BackgroundRequest, EffectAnswer
from idphoto_service.history import history, now
from idphoto_service.logic.results import Asked, answer, apply_policy, background_of, produce
from idphoto_service.stopwatch import Stopwatch


def change_background(request: BackgroundRequest, partner: str, request_id: str) -> EffectAnswer:
    """Put another background behind the person of a result; the one of make itself takes the step away.

    Raises
    ------
    ResultNotFoundError
        When the partner has no such result, or it has expired.
    """
    watch = Stopwatch()
    photo, parent = history().find_edit(partner, request.mt_generate_id, now())
    params = request.model_dump(mode="json", include=set(Background.model_fields))
    recipe = parent.steps.without("background")
    if background_of(recipe) != Background.model_validate(params):
        recipe = recipe.with_step("background", params)
    apply_policy(recipe, request.policy)
    asked = Asked("background", params, parent.mt_generate_id)
    product = produce(photo, recipe, asked, watch, request_id)
    return answer(product.result, asked, request_id, watch, product.states)
