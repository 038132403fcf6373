"""``POST /makeup`` and the chain's state Makeup: makeup from a material."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, MakeupRequest
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/makeup", summary="Put on makeup", responses=answers(EffectAnswer))
def makeup(request: MakeupRequest) -> EffectAnswer:
    """Put on a look of GET /materials; only colour and light, on this very face."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(MakeupRequest, apply_effect, replay_with("makeup", worker_of("makeup")))
