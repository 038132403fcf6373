"""``POST /rollback``: undo and redo."""

from idphoto_service.api import Api, answers
from idphoto_service.contract import EffectAnswer, RollbackRequest
from idphoto_service.logic.rollback import roll_back

api = Api()


@api.app.post("/rollback", summary="Undo steps, or return to a result", responses=answers(EffectAnswer))
def rollback(request: RollbackRequest) -> EffectAnswer:
    """Take steps out of a result, or return to an earlier or later one; only what is missing is rendered."""
    return roll_back(request, api.partner, api.request_id)


lambda_handler = api.handler(RollbackRequest, roll_back)
