"""The watermark of a preview: none, the bundle's text, or a partner's own picture.

What a photo was made with is part of its recipe, and the picture is kept beside the photo, so that a watermark can be
deleted without breaking the photos that carry it.
"""

from __future__ import annotations

from typing import Any

from idphoto.recipe import Recipe
from idphoto.watermark import Watermark, read_mark, text_tile

from idphoto_service.contract import NO_WATERMARK, WatermarkSettings
from idphoto_service.errors import BusyError, WatermarkNotFoundError
from idphoto_service.records import PhotoRecord
from idphoto_service.settings import settings
from idphoto_service.storage import bucket, photo_object, watermark_object
from idphoto_service.watermarks import find_watermark


def mark_params(watermark_id: str | None, partner: str) -> dict[str, Any] | None:
    """Return the watermark of a photo as its recipe names it: the partner's own, the bundle's text, or None.

    Raises
    ------
    WatermarkNotFoundError
    """
    if watermark_id == NO_WATERMARK:
        return None
    if watermark_id is None:
        text = settings().preview_text
        return {"text": text} if text else None
    record = find_watermark(partner, watermark_id)
    if record is None:
        raise WatermarkNotFoundError(watermark_id=watermark_id)
    laid = WatermarkSettings.model_validate_json(record.settings)
    return {"watermark_id": watermark_id, **laid.model_dump(mode="json")}


def keep_mark(photo: PhotoRecord, recipe: Recipe) -> None:
    """Put the picture of a recipe's watermark beside the photo.

    Raises
    ------
    WatermarkNotFoundError
        When it has been deleted in the meantime.
    """
    watermark_id = _params(recipe).get("watermark_id")
    if watermark_id is None or bucket().has(_kept(photo, watermark_id)):
        return
    if not bucket().copy(watermark_object(photo.partner, watermark_id, "photo"), _kept(photo, watermark_id)):
        raise WatermarkNotFoundError(watermark_id=watermark_id)


def watermark_of(photo: PhotoRecord, recipe: Recipe) -> Watermark | None:
    """Return the watermark that a recipe names, ready to be laid over the photo."""
    params = _params(recipe)
    if not params:
        return None
    if "text" in params:
        return Watermark(text_tile(params["text"]))
    data = bucket().get(_kept(photo, params["watermark_id"]))
    if data is None:
        raise BusyError
    laid = {name: value for name, value in params.items() if name != "watermark_id"}
    return Watermark(read_mark(data), **laid)


def _params(recipe: Recipe) -> dict[str, Any]:
    return dict((recipe.params("make") or {}).get("watermark") or {})


def _kept(photo: PhotoRecord, watermark_id: str) -> str:
    return photo_object(photo.partner, photo.key, f"watermark-{watermark_id}.png")
