"""Continuing from a result: an effect adds its step to the recipe, or replaces its kind, wherever it stands."""

from __future__ import annotations

from typing import Any

from idphoto import opencv
from idphoto.effects import EFFECTS
from idphoto.portrait import Portrait
from idphoto.recipe import Recipe

from idphoto_service.contract import EffectAnswer, EffectRequest
from idphoto_service.history import history, now
from idphoto_service.logic.materials import keep_material, material_of, with_digest
from idphoto_service.logic.portraits import Portraits
from idphoto_service.logic.results import Asked, Worker, answer, apply_policy, produce
from idphoto_service.settings import settings
from idphoto_service.stopwatch import Stopwatch


def warm() -> None:
    """Import OpenCV now, so that no call has to wait for it, and let it use the processors that there are."""
    opencv.prepare(settings().threads)


def apply_effect(request: EffectRequest, partner: str, request_id: str) -> EffectAnswer:
    """Give a result an effect, in the place of an earlier one of its kind; no strength at all takes it away.

    Raises
    ------
    ResultNotFoundError
        When the partner has no such result, or it has expired.
    MaterialNotFoundError, PolicyForbidsError, EffectRefusedError
    """
    watch = Stopwatch()
    kind = request.kind
    effect = EFFECTS[kind]
    photo, parent = history().find_edit(partner, request.mt_generate_id, now())
    chosen = effect.params.model_validate(request.model_dump(include=set(effect.params.model_fields)))
    params: dict[str, Any] = chosen.model_dump(mode="json")
    recipe = parent.steps.without(kind)
    if not chosen.is_identity:
        recipe = recipe.with_step(kind, with_digest(kind, params, partner))
        keep_material(photo, recipe, kind)
    apply_policy(recipe, request.policy)
    asked = Asked(kind, params, parent.mt_generate_id)
    product = produce(photo, recipe, asked, watch, request_id, {kind: worker_of(kind)})
    return answer(product.result, asked, request_id, watch, product.states)


def worker_of(kind: str) -> Worker:
    """Return what does the step of an effect."""

    def work(portraits: Portraits, recipe: Recipe, watch: Stopwatch) -> Portrait:
        steps = recipe.portrait_steps
        place = next(index for index, step in enumerate(steps) if step.kind == kind)
        with watch.stage("load"):
            before = portraits.load(steps[:place])
            material = material_of(portraits.photo, steps[place])
        effect = EFFECTS[kind]
        params = effect.params.model_validate(
            {name: value for name, value in steps[place].params.items() if name in effect.params.model_fields}
        )
        with watch.stage("effect"):
            after = effect.apply(before, params, *material)
        with watch.stage("keep"):
            portraits.save(steps[: place + 1], after)
        return after

    return work
