"""``GET`` and ``DELETE /photos/{out_request_id}``: a photo's history, and its end."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from idphoto_service.api import Api, answers
from idphoto_service.contract import OUT_REQUEST_ID, ErasedAnswer, HistoryAnswer
from idphoto_service.logic.photos import erase_photo, show_photo

api = Api()
OutRequestId = Annotated[str, Path(pattern=OUT_REQUEST_ID, description="Your own id of the photo.")]


@api.app.get("/photos/<out_request_id>", summary="See a photo's history", responses=answers(HistoryAnswer))
def show(
    out_request_id: OutRequestId,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    start: Annotated[
        str | None, Query(pattern=r"^[0-9]{14}-[a-z2-7]{42}$", description="The field next of the page before.")
    ] = None,
) -> HistoryAnswer:
    """Every step in order: its time, id, parent, parameters and picture, and which one is current."""
    return show_photo(out_request_id, limit, start, api.partner, api.request_id)


@api.app.delete("/photos/<out_request_id>", summary="Erase a photo", responses=answers(ErasedAnswer))
def erase(out_request_id: OutRequestId) -> ErasedAnswer:
    """Delete everything of this person now; no id of the photo works afterwards."""
    return erase_photo(out_request_id, api.partner, api.request_id)


lambda_handler = api.handler()
