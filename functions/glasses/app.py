"""``POST /glasses`` and the chain's state Glasses: glasses without glare."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, GlassesRequest
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/glasses", summary="Mend glasses", responses=answers(EffectAnswer))
def glasses(request: GlassesRequest) -> EffectAnswer:
    """Take glare off the lenses, or a thin frame off the face, where that can be done well."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(GlassesRequest, apply_effect, replay_with("glasses", worker_of("glasses")))
