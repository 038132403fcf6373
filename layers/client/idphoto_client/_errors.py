"""Everything that can go wrong with a call, as one tree.

- :class:`IdphotoError`
    - :class:`UnreachableError`: no answer came
    - :class:`UnexpectedAnswerError`: something else than this API answered
    - :class:`StorageError`: the storage refused an upload or a link
    - :class:`StillRunningError`: an execution takes longer than was waited
    - :class:`ApiError`: the API refused, with a code and a sentence in two languages
        - :class:`PhotoRefusedError`: another photo is needed
        - :class:`RequestInvalidError`: a field is wrong
        - :class:`KeyRefusedError`, :class:`NotFoundError`, :class:`ConflictError`
        - :class:`TooManyRequestsError`, :class:`ServerError`: the same call may succeed later
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import ValidationError

from idphoto_client._answers import Report

PHOTO_CODES = frozenset(
    {
        "CHECK_FAILED",
        "HEAD_CUT",
        "BODY_CUT",
        "HEAD_SHAPE",
        "SOURCE_TOO_SMALL",
        "FILE_SIZE",
        "FILE_TOO_SMALL",
        "CROP_OUTSIDE",
        "NOT_FEASIBLE",
        "IMAGE_EMPTY",
        "IMAGE_TRUNCATED",
        "IMAGE_TOO_SMALL",
        "IMAGE_TOO_LARGE",
        "IMAGE_TOO_MANY_PIXELS",
        "IMAGE_FORMAT_UNSUPPORTED",
    }
)
"""The codes that speak of the photo or its file, not of a field of the call."""


class IdphotoError(Exception):
    """Base of all errors of the client.

    Attributes
    ----------
    message, message_zh
        A sentence in English and in Chinese.
    """

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.message = message
        self.message_zh = message_zh


class UnreachableError(IdphotoError):
    """No answer came, however often it was tried."""

    def __init__(self, host: str, cause: str) -> None:
        super().__init__(f"{host} cannot be reached: {cause}", f"无法连接 {host}：{cause}")
        self.host = host


class UnexpectedAnswerError(IdphotoError):
    """The answer is none of this API: another server stands there, or a deployment of another age."""

    def __init__(self, url: str, found: str) -> None:
        super().__init__(
            f"{url} does not answer as this API does ({found}). Is the address that of the API, with its stage?",
            f"{url} 的应答不符合本 API（{found}）。请确认地址为 API 地址并包含阶段名。",
        )


class StorageError(IdphotoError):
    """The storage did not take a file, or does not open a link (any more).

    Attributes
    ----------
    status
        What it answered.
    """

    def __init__(self, status: int, message: str, message_zh: str) -> None:
        super().__init__(message, message_zh)
        self.status = status


class StillRunningError(IdphotoError):
    """An execution has not ended in the time that was given; it goes on, and may be waited for again."""

    def __init__(self, execution_id: str, seconds: float) -> None:
        super().__init__(
            f"Execution {execution_id} is still running after {seconds:g} s.",
            f"任务 {execution_id} 在 {seconds:g} 秒后仍在运行。",
        )
        self.execution_id = execution_id


class ApiError(IdphotoError):
    """The API refused a call.

    Attributes
    ----------
    status
        The HTTP status.
    code
        Stable; branch on it.
    details
        What was given and what is allowed.
    request_id
        Names the call; quote it to whoever runs the deployment.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__(facts["message"], facts["message_zh"])
        self.status: int = facts["status"]
        self.code: str = facts["code"]
        self.details: dict[str, Any] = facts["details"]
        self.request_id: str | None = facts.get("request_id")

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


class PhotoRefusedError(ApiError):
    """The photo or its file cannot become an ID photo, or cannot get this effect."""

    @property
    def faults(self) -> list[str]:
        """The stable names of what is wrong, such as ``SEVERAL_PEOPLE``."""
        return list(self.details.get("faults", []))

    @property
    def report(self) -> Report | None:
        """Every item of the check that refused it; None when it was no check."""
        try:
            return Report.model_validate(self.details["report"])
        except (KeyError, ValidationError):
            return None


class RequestInvalidError(ApiError):
    """A field of the call is missing, unknown or not allowed."""


class KeyRefusedError(ApiError):
    """The API key is missing or wrong."""


class NotFoundError(ApiError):
    """An id or a route that this deployment does not know, or that has expired."""


class ConflictError(ApiError):
    """The id belongs to another photo, or what it names is gone."""


class TooManyRequestsError(ApiError):
    """More calls than the usage plan grants, also after waiting."""


class ServerError(ApiError):
    """Something failed on the side of the deployment; the same call is safe to repeat."""


_BY_STATUS: dict[int, type[ApiError]] = {
    HTTPStatus.UNAUTHORIZED: KeyRefusedError,
    HTTPStatus.FORBIDDEN: KeyRefusedError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.GONE: ConflictError,
    HTTPStatus.TOO_MANY_REQUESTS: TooManyRequestsError,
}


def api_error(facts: Mapping[str, Any]) -> ApiError:
    """Return the error of a refusal, by its code and its status."""
    status = facts["status"]
    if facts["code"] in PHOTO_CODES:
        return PhotoRefusedError(facts)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError(facts)
    return _BY_STATUS.get(status, RequestInvalidError)(facts)


def error_of(response: httpx.Response) -> ApiError:
    """Return the error of an answer that is no success, also of one that does not speak this API's language."""
    try:
        facts = response.json()["error"]
        return api_error({"status": response.status_code, **facts})
    except (ValueError, KeyError, TypeError):
        text = f"HTTP {response.status_code} from {response.url.host}: {response.text[:200].strip() or 'no body'}"
        return api_error(
            {
                "status": response.status_code,
                "code": "HTTP_ERROR",
                "message": text,
                "message_zh": text,
                "details": {},
            }
        )
