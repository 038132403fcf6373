"""``POST /chain`` and ``/executions``: the whole chain in one call, and the same with progress."""

from aws_lambda_powertools.event_handler import Response
from idphoto_service.api import Api, answers
from idphoto_service.contract import ChainAnswer, ChainRequest, ExecutionAnswer
from idphoto_service.logic.chain import cancel_execution, describe_execution, run_chain, start_execution

api = Api()


@api.app.post("/chain", summary="Run the chain and wait for its result", responses=answers(ChainAnswer))
def chain(request: ChainRequest) -> ChainAnswer:
    """Check, make and every effect that is asked for, in their fixed order."""
    return run_chain(request, api.partner, api.request_id)


@api.app.post("/executions", summary="Start the chain", responses=answers(ExecutionAnswer, 202))
def start(request: ChainRequest) -> Response[ExecutionAnswer]:
    """Start the same chain and answer at once."""
    return Response(202, "application/json", start_execution(request, api.partner, api.request_id))


@api.app.get("/executions/<execution_id>", summary="See how far a chain has come", responses=answers(ExecutionAnswer))
def describe(execution_id: str) -> ExecutionAnswer:
    """Return each state's progress, and the result or the cause of the failure."""
    return describe_execution(execution_id, api.partner, api.request_id)


@api.app.delete("/executions/<execution_id>", summary="Cancel a chain", responses=answers(ExecutionAnswer))
def cancel(execution_id: str) -> ExecutionAnswer:
    """Stop a chain that is running; results that it has made stay."""
    return cancel_execution(execution_id, api.partner, api.request_id)


lambda_handler = api.handler()
