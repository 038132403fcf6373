"""Undo in one call: a step is taken out of the recipe, and only what has to be rendered again is."""

from __future__ import annotations

from idphoto_service.contract import EffectAnswer, RollbackRequest
from idphoto_service.errors import OtherPhotoError
from idphoto_service.history import history, now
from idphoto_service.logic.results import Asked, answer, find_again, produce, states_of
from idphoto_service.stopwatch import Stopwatch

ROLLBACK = "rollback"


def roll_back(request: RollbackRequest, partner: str, request_id: str) -> EffectAnswer:
    """Return to an earlier result, or to what this one would be without some of its steps.

    Raises
    ------
    ResultNotFoundError
        When the partner has no such result, or it has expired.
    OtherPhotoError
        When the two ids belong to two photos.
    """
    if request.to is not None:
        return _return_to(request, request.to, partner, request_id)
    watch = Stopwatch()
    photo, parent = history().find_edit(partner, str(request.mt_generate_id), now())
    recipe = parent.steps.without(*request.without)
    asked = Asked(ROLLBACK, {"without": sorted(request.without)}, parent.mt_generate_id)
    product = produce(photo, recipe, asked, watch, request_id)
    return answer(product.result, asked, request_id, watch, product.states)


def _return_to(request: RollbackRequest, to: str, partner: str, request_id: str) -> EffectAnswer:
    watch = Stopwatch()
    photo, result = history().find_edit(partner, to, now())
    if request.mt_generate_id is not None:
        of_photo, _ = history().find_edit(partner, request.mt_generate_id, now())
        if of_photo.out_request_id != photo.out_request_id:
            raise OtherPhotoError(mt_generate_id=request.mt_generate_id, to=to)
    find_again(photo, to)
    asked = Asked(ROLLBACK, {"to": to}, result.parent_mt_generate_id)
    return answer(result, asked, request_id, watch, states_of(result.steps, (), rendered=False))
