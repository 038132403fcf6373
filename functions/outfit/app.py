"""``POST /outfit`` and the chain's state Outfit: other clothes, from a material."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, OutfitRequest
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/outfit", summary="Put on other clothes", responses=answers(EffectAnswer))
def outfit(request: OutfitRequest) -> EffectAnswer:
    """Put on an outfit of GET /materials in one of its colours; face and hair stay, and so does the neck's own skin."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(OutfitRequest, apply_effect, replay_with("outfit", worker_of("outfit")))
