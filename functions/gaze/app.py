"""``POST /gaze`` and the chain's state Gaze: eyes that look at the camera."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, GazeRequest
from idphoto_service.logic.effect import apply_effect, warm, worker_of
from idphoto_service.logic.replay import replay_with

api = Api()
warm()


@api.app.post("/gaze", summary="Correct the gaze", responses=answers(EffectAnswer))
def gaze(request: GazeRequest) -> EffectAnswer:
    """Turn both eyes a little towards the camera."""
    return apply_effect(request, api.partner, api.request_id)


lambda_handler = api.handler(GazeRequest, apply_effect, replay_with("gaze", worker_of("gaze")))
