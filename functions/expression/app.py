"""``POST /expression`` and the chain's state Expression: a slight smile, a closed mouth, open eyes."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, ExpressionRequest
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/expression", summary="Change the expression", responses=answers(EffectAnswer))
def expression(request: ExpressionRequest) -> EffectAnswer:
    """Smile slightly, close the mouth, open the eyes a little."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(ExpressionRequest, apply_effect, replay_with("expression", worker_of("expression")))
