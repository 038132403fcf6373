"""``POST /check`` and the chain's state Check: every item of a photo, passed and failed."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import CheckAnswer, CheckRequest
from idphoto_service.logic.examination import check_photo, models

api = Api()
models().warm()


@api.app.post("/check", summary="Check a photo", responses=answers(CheckAnswer))
def check(request: CheckRequest) -> CheckAnswer:
    """Answer every item with its value and its threshold, and a check_id with which make needs no upload."""
    return check_photo(request, api.partner, api.request_id)


lambda_handler = api.handler(CheckRequest, check_photo)
