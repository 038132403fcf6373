"""``POST /skin`` and the chain's state Skin: an even skin."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, SkinRequest
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/skin", summary="Even the skin", responses=answers(EffectAnswer))
def skin(request: SkinRequest) -> EffectAnswer:
    """Even tone and shine; the complexion and the texture stay."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(SkinRequest, apply_effect, replay_with("skin", worker_of("skin")))
