"""``POST /uploads``: where to send a local file."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import UploadAnswer
from idphoto_service.logic.upload import offer_upload

api = Api()


@api.app.post("/uploads", summary="Get a place for a local file", responses=answers(UploadAnswer))
def uploads() -> UploadAnswer:
    """Post the file as a form with the fields of the answer, then name the upload_id as the source."""
    return offer_upload(api.partner, api.request_id)


lambda_handler = api.handler()
