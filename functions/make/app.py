"""``POST /make`` and the chain's state Make: the first result of a photo."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, MakeRequest
from idphoto_service.logic.examination import models
from idphoto_service.logic.make import cut_out, make_photo
from idphoto_service.logic.replay import replay_with

api = Api()
models().warm()


@api.app.post("/make", summary="Make an ID photo", responses=answers(EffectAnswer))
def make(request: MakeRequest) -> EffectAnswer:
    """Check, cut out, frame to a specification and put on a background."""
    return make_photo(request, api.partner, api.request_id)


lambda_handler = api.handler(MakeRequest, make_photo, replay_with("make", cut_out))
