"""``POST /background`` and the chain's state Background: another background behind the person."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import BackgroundRequest, EffectAnswer
from idphoto_service.logic.background import change_background

api = Api()


@api.app.post("/background", summary="Change the background", responses=answers(EffectAnswer))
def background(request: BackgroundRequest) -> EffectAnswer:
    """Paint a colour or a gradient behind the person of an earlier result."""
    return change_background(request, api.partner, api.request_id)


lambda_handler = api.handler(BackgroundRequest, change_background)
