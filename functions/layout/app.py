"""``POST /layout``: a print sheet (排版照) of one result or of several."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import LayoutAnswer, LayoutRequest
from idphoto_service.logic.layout import make_layout

api = Api()


@api.app.post("/layout", summary="Make a print sheet", responses=answers(LayoutAnswer))
def layout(request: LayoutRequest) -> LayoutAnswer:
    """Lay photos out in true size, as many as fit or in rows and columns, with lines to cut along."""
    return make_layout(request, api.partner, api.request_id)


lambda_handler = api.handler(LayoutRequest, make_layout)
