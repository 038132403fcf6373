"""How a function is called: by API Gateway, and by a state of the chain.

Both end in the same logic; the two event shapes and the two ways of reporting an error are told apart here and nowhere
else. API Gateway gets a status and a body; a state gets an answer or ``{"error": ...}``, which a Choice reads, so that
no refusal of a photo is ever retried.
"""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import PurePath
from typing import Any, TypeVar

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from idphoto.errors import EngineError
from pydantic import BaseModel, TypeAdapter, ValidationError

from idphoto_service.contract import ErrorAnswer, Partner, Replay
from idphoto_service.errors import (
    FIELD_ERRORS,
    ApiKeyMissingError,
    InternalError,
    RequestInvalidError,
    RouteUnknownError,
    ServiceError,
    error_body,
    status_of,
)
from idphoto_service.strict_json import read_json

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]
RequestModel = TypeVar("RequestModel", bound=BaseModel)
Flow = Callable[[RequestModel, str, str], BaseModel]
"""Logic of a route: request, partner and request id in, answer out."""

logger = Logger(service="idphoto", log_uncaught_exceptions=False)
tracer = Tracer(service="idphoto", patch_modules=["botocore"])
"""Traces the calls to AWS; a stranger's server that ``img_url`` names is sent no trace id."""

metrics = Metrics(namespace="idphoto", service="idphoto")

_PARTNER_DIGITS = 24
_SHOWN_INPUT = 80
_SHOWN_FRAMES = 6

_REFUSALS = {
    400: "The body is not JSON.",
    403: "The API key is missing or wrong.",
    404: "An id names nothing of this partner.",
    409: "The out_request_id belongs to another photo.",
    413: "The file is too large.",
    415: "The file is no picture that is read.",
    422: "A field or the photo was refused; details say why.",
}


def answers(model: type[BaseModel], status: int = 200) -> dict[int, Any]:
    """Return the answers of a route, its own and every refusal, for OpenAPI."""
    refusals = {code: _described(text, ErrorAnswer) for code, text in _REFUSALS.items()}
    return {status: _described("Done.", model)} | refusals


def _described(text: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"model": model}}}


class DefectError(Exception):
    """A defect of ours, told to a state of the chain by its type only."""


class Api:
    """One function's routes.

    Use :attr:`app` to declare them and :meth:`handler` for what Lambda calls.
    """

    def __init__(self) -> None:
        self.app = APIGatewayRestResolver(
            enable_validation=True,
            cors=CORSConfig(allow_origin="*", allow_headers=["x-api-key"], max_age=3600),
            serializer=_to_json,
            json_body_deserializer=read_json,
        )
        self.app.exception_handler(RequestValidationError)(self._refuse_fields)
        self.app.exception_handler(NotFoundError)(lambda _: self._refuse(RouteUnknownError()))
        self.app.exception_handler([ServiceError, EngineError])(self._refuse)
        self.app.exception_handler(Exception)(self._admit)

    @property
    def request_id(self) -> str:
        """The id of the call, as API Gateway gives it."""
        return self.app.current_event.request_context.request_id or ""

    @property
    def partner(self) -> str:
        """Who calls: a digest of the API key, which API Gateway has verified; the key itself is kept nowhere.

        Raises
        ------
        ApiKeyMissingError
        """
        key = self.app.current_event.headers.get("x-api-key")
        if not key:
            raise ApiKeyMissingError
        return hashlib.sha256(key.encode()).hexdigest()[:_PARTNER_DIGITS]

    def handler(
        self,
        model: type[RequestModel] | None = None,
        flow: Flow[RequestModel] | None = None,
        replay: Flow[Replay] | None = None,
    ) -> Handler:
        """Return the function that Lambda calls.

        Parameters
        ----------
        model, flow
            With them a state of the chain may call it too.
        replay
            What a state does whose input carries ``replay``: its own step of a given recipe.
        """

        @metrics.log_metrics
        @tracer.capture_lambda_handler(capture_response=False, capture_error=False)
        def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            if "httpMethod" in event:
                answer = self.app.resolve(_as_json_call(event), context)
                if answer["statusCode"] < HTTPStatus.BAD_REQUEST:
                    _count("OK", event["path"], self.request_id)
                return answer
            if "replay" in event and replay is not None:
                return _run_task(event["replay"], event, context, Replay, replay)
            if model is None or flow is None:
                return error_body(RouteUnknownError(), context.aws_request_id)
            fields = {name: value for name, value in event.items() if name not in {"partner", "request_id"}}
            return _run_task(fields, event, context, model, flow)

        return handle

    def _refuse_fields(self, error: RequestValidationError) -> Response[str]:
        return self._refuse(_field_error(error.errors()))

    def _admit(self, error: Exception) -> Response[str]:
        _log_defect(error, self.request_id)
        return self._refuse(InternalError())

    def _refuse(self, error: ServiceError | EngineError) -> Response[str]:
        _count(error.code, self.app.current_event.path, self.request_id)
        return Response(int(status_of(error)), "application/json", _to_json(error_body(error, self.request_id)))


def _as_json_call(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event with its body declared as JSON: we read nothing else, and ``curl -d`` says otherwise."""
    headers = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    return {**event, "headers": headers | {"content-type": "application/json"}, "multiValueHeaders": None}


def _to_json(value: Any) -> str:
    """Return JSON with its characters as they are, so that nobody has to unescape a link or a Chinese sentence."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _run_task(
    fields: Any,
    event: Mapping[str, Any],
    context: LambdaContext,
    model: type[RequestModel],
    flow: Flow[RequestModel],
) -> dict[str, Any]:
    request_id = str(event.get("request_id") or context.aws_request_id)
    error: ServiceError | EngineError
    try:
        partner = TypeAdapter(Partner).validate_python(event.get("partner"))
        answer = flow(model.model_validate(fields), partner, request_id).model_dump(mode="json")
    except ValidationError as invalid:
        error = _field_error(invalid.errors(include_url=False))
    except (ServiceError, EngineError) as refused:
        error = refused
    except Exception as defect:  # noqa: BLE001 - raised again, without its words
        _log_defect(defect, request_id)
        _count(InternalError.code, context.function_name, request_id)
        # Lambda writes what is raised into the log and into the execution, with its message and its causes.
        raise DefectError(type(defect).__name__) from None
    else:
        _count("OK", context.function_name, request_id)
        return answer
    _count(error.code, context.function_name, request_id)
    return error_body(error, request_id)


def _field_error(problems: Sequence[Any]) -> ServiceError | EngineError:
    """Return the error that names the fields; a validator's own code goes before the general one."""
    for problem in problems:
        if problem["type"] in FIELD_ERRORS:
            context = {name: value for name, value in (problem.get("ctx") or {}).items() if name != "message"}
            return FIELD_ERRORS[problem["type"]](field=_field(problem), **context)
    return RequestInvalidError(
        fields=[{"field": _field(problem), "problem": problem["msg"], **_given(problem)} for problem in problems]
    )


def _field(problem: Mapping[str, Any]) -> str:
    return ".".join(str(part) for part in problem["loc"] if part not in {"body", "query", "path"})[:_SHOWN_INPUT]


def _given(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, when it is short: a picture does not belong into an answer."""
    given = problem.get("input")
    short = (
        given is None
        or isinstance(given, bool | int | float)
        or (isinstance(given, str) and len(given) <= _SHOWN_INPUT)
    )
    return {"given": given} if short and problem["type"] != "missing" else {}


def _count(code: str, where: str, request_id: str) -> None:
    metrics.add_metric(name=code, unit=MetricUnit.Count, value=1)
    logger.info("answered", code=code, where=where, request_id=request_id)


def _log_defect(error: Exception, request_id: str) -> None:
    # The message of an exception may quote its input, so only its type and its place are written.
    frames = traceback.extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]
    place = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    logger.error("defect", error_type=type(error).__name__, place=place, request_id=request_id)
