"""``/watermarks``: a partner's own watermarks, registered, listed and deleted without asking anybody."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from idphoto_service.api import Api, answers
from idphoto_service.contract import WATERMARK_ID, WatermarkAnswer, WatermarkRequest, WatermarksAnswer
from idphoto_service.logic.watermarks import forget_watermark, register_watermark, show_watermarks

api = Api()
WatermarkId = Annotated[str, Path(pattern=WATERMARK_ID, description="The id of a watermark of yours.")]


@api.app.post("/watermarks", summary="Register a watermark", responses=answers(WatermarkAnswer))
def register(request: WatermarkRequest) -> WatermarkAnswer:
    """Give two pictures, one for photos and one for print sheets; the answer's id goes into make and layout."""
    return register_watermark(request, api.partner, api.request_id)


@api.app.get("/watermarks", summary="List your watermarks", responses=answers(WatermarksAnswer))
def show(
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    start: Annotated[str | None, Query(pattern=WATERMARK_ID, description="The field next of the page before.")] = None,
) -> WatermarksAnswer:
    """Return a page of watermarks with their pictures and settings."""
    return show_watermarks(limit, start, api.partner, api.request_id)


@api.app.delete("/watermarks/<watermark_id>", summary="Delete a watermark", responses=answers(WatermarkAnswer))
def forget(watermark_id: WatermarkId) -> WatermarkAnswer:
    """Delete it; photos that were made with it keep it."""
    return forget_watermark(watermark_id, api.partner, api.request_id)


lambda_handler = api.handler()
