"""``POST /beautify`` and the chain's state Beautify: one-tap and fine retouching."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import BeautifyRequest, EffectAnswer
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/beautify", summary="Retouch the face", responses=answers(EffectAnswer))
def beautify(request: BeautifyRequest) -> EffectAnswer:
    """One tap (level) or each value by itself; every default is natural."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(BeautifyRequest, apply_effect, replay_with("beautify", worker_of("beautify")))
