"""A photo's history, and its end."""

from __future__ import annotations

import json

from idphoto.recipe import photo_key

from idphoto_service.contract import ErasedAnswer, HistoryAnswer, HistoryStep
from idphoto_service.errors import PhotoNotFoundError
from idphoto_service.history import history, now
from idphoto_service.logic.pictures import linked
from idphoto_service.logic.results import recipe_answer
from idphoto_service.records import ResultRecord
from idphoto_service.storage import bucket, photo_prefix


def show_photo(out_request_id: str, limit: int, start: str | None, partner: str, request_id: str) -> HistoryAnswer:
    """Return the steps of a photo, the oldest first.

    Raises
    ------
    PhotoNotFoundError
    """
    time = now()
    photo = history().find_photo(partner, out_request_id, time)
    if photo is None:
        raise PhotoNotFoundError(out_request_id=out_request_id)
    page = history().page(photo, limit, start, time)
    return HistoryAnswer(
        request_id=request_id,
        out_request_id=out_request_id,
        current_mt_generate_id=photo.current,
        created_at=photo.created_at,
        expires_at=photo.expires_at,
        steps=[_step(result, photo.current) for result in page.results],
        next=page.next,
    )


def erase_photo(out_request_id: str, partner: str, request_id: str) -> ErasedAnswer:
    """Delete everything of a photo now: its items, the photo itself first, then every object.

    Safe to repeat until it answers: a call that died half way is finished by the next one.

    Raises
    ------
    PhotoNotFoundError
        When there was nothing.
    """
    items = list(history().erase(partner, out_request_id))
    uploads = {item["upload_key"] for item in items if "upload_key" in item}
    bucket().delete(*uploads)
    objects = bucket().delete_below(photo_prefix(partner, photo_key(partner, out_request_id))) + len(uploads)
    if not items and not objects:
        raise PhotoNotFoundError(out_request_id=out_request_id)
    return ErasedAnswer(
        request_id=request_id, out_request_id=out_request_id, items_erased=len(items), objects_erased=objects
    )


def _step(result: ResultRecord, current: str | None) -> HistoryStep:
    size = (result.width, result.height)
    return HistoryStep(
        mt_generate_id=result.mt_generate_id,
        parent_mt_generate_id=result.parent_mt_generate_id,
        effect=result.effect,
        params=json.loads(result.params),
        recipe=recipe_answer(result.steps),
        created_ms=result.created_ms,
        current=result.mt_generate_id == current,
        image=linked(result.image_key, "jpeg", *size, result.image_bytes, result.expires_at),
    )
