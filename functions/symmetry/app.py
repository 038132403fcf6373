"""``POST /symmetry`` and the chain's state Symmetry: a more symmetric face."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, SymmetryRequest
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/symmetry", summary="Balance the face", responses=answers(EffectAnswer))
def symmetry(request: SymmetryRequest) -> EffectAnswer:
    """Move the shape of the face towards the mean of itself and its mirror image."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(SymmetryRequest, apply_effect, replay_with("symmetry", worker_of("symmetry")))
