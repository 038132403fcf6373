"""``POST /lighting`` and the chain's state Lighting: evener light on the face."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, LightingRequest
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/lighting", summary="Even the light on the face", responses=answers(EffectAnswer))
def lighting(request: LightingRequest) -> EffectAnswer:
    """Even side light over the face, and lift a face that is too dark."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(LightingRequest, apply_effect, replay_with("lighting", worker_of("lighting")))
