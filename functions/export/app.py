"""``POST /export``: the clean files of a result, as offices and printers take them."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import ExportAnswer, ExportRequest
from idphoto_service.logic.export import export_photo

api = Api()


@api.app.post("/export", summary="Export clean files", responses=answers(ExportAnswer))
def export(request: ExportRequest) -> ExportAnswer:
    """Write exact pixels, resolution, format and file size; check the file, and tell how it was made."""
    return export_photo(request, api.partner, api.request_id)


lambda_handler = api.handler(ExportRequest, export_photo)
