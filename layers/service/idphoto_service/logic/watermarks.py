"""A partner's own watermarks: one picture for photos, one for print sheets."""

from __future__ import annotations

from idphoto.encode import encode_png
from idphoto.watermark import WatermarkInvalidError, read_mark

from idphoto_service.contract import (
    PictureSource,
    WatermarkAnswer,
    WatermarkRequest,
    WatermarksAnswer,
    WatermarkSettings,
)
from idphoto_service.errors import WatermarkNotFoundError
from idphoto_service.history import now
from idphoto_service.logic.pictures import linked
from idphoto_service.records import StoredPicture, WatermarkRecord
from idphoto_service.sources import read_source
from idphoto_service.storage import bucket, content_id, watermark_object
from idphoto_service.watermarks import delete_watermark, list_watermarks, save_watermark

SCREEN_DPI = 96
"""Resolution noted in the stored pictures, which have no size of their own (CSS reference pixel)."""


def register_watermark(request: WatermarkRequest, partner: str, request_id: str) -> WatermarkAnswer:
    """Store a watermark under an id that its content decides: the same one twice is one.

    Raises
    ------
    WatermarkInvalidError
        With the name of the picture that cannot be used, and why.
    """
    photo = _picture("photo", request.photo, partner)
    sheet = _picture("sheet", request.sheet, partner) if request.sheet else photo
    laid = WatermarkSettings.model_validate(request.model_dump(include=set(WatermarkSettings.model_fields)))
    watermark_id = content_id(photo.file + sheet.file + laid.model_dump_json().encode())
    keys = [watermark_object(partner, watermark_id, name) for name in ("photo", "sheet")]
    bucket().put_all((keys[0], photo.file, "image/png"), (keys[1], sheet.file, "image/png"))
    record = WatermarkRecord(
        partner=partner,
        watermark_id=watermark_id,
        name=request.name,
        settings=laid.model_dump_json(),
        photo=photo.stored(keys[0]),
        sheet=sheet.stored(keys[1]),
        created_at=now(),
    )
    save_watermark(record)
    return _answer(record, request_id)


def show_watermarks(limit: int, start: str | None, partner: str, request_id: str) -> WatermarksAnswer:
    """Return a page of the partner's watermarks."""
    records, after = list_watermarks(partner, limit, start)
    return WatermarksAnswer(
        request_id=request_id, watermarks=[_answer(record, request_id) for record in records], next=after
    )


def forget_watermark(watermark_id: str, partner: str, request_id: str) -> WatermarkAnswer:
    """Delete a watermark; photos that carry it keep it.

    Raises
    ------
    WatermarkNotFoundError
    """
    record = delete_watermark(partner, watermark_id)
    if record is None:
        raise WatermarkNotFoundError(watermark_id=watermark_id)
    answer = _answer(record, request_id)
    bucket().delete(record.photo.key, record.sheet.key)
    return answer


class _Picture:
    """A watermark's picture as it is stored: PNG, with nothing of the file that was sent but its pixels."""

    def __init__(self, data: bytes) -> None:
        mark = read_mark(data)
        self.height, self.width = mark.shape[:2]
        self.file = encode_png(mark, SCREEN_DPI)

    def stored(self, key: str) -> StoredPicture:
        return StoredPicture(key, self.width, self.height, len(self.file))


def _picture(field: str, source: PictureSource, partner: str) -> _Picture:
    try:
        return _Picture(read_source(source, partner))
    except WatermarkInvalidError as error:
        raise WatermarkInvalidError(picture=field, **error.details) from error


def _answer(record: WatermarkRecord, request_id: str) -> WatermarkAnswer:
    photo, sheet = (
        linked(picture.key, "png", picture.width, picture.height, picture.bytes)
        for picture in (record.photo, record.sheet)
    )
    return WatermarkAnswer(
        request_id=request_id,
        watermark_id=record.watermark_id,
        name=record.name,
        photo=photo,
        sheet=sheet,
        settings=WatermarkSettings.model_validate_json(record.settings),
        created_at=record.created_at,
    )
