"""A call as a flow: a generator that yields what has to be done and is sent what came of it.

It does no input and no output itself, so the same flow serves the synchronous and the asynchronous client, as the
authentication flows of httpx do.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from idphoto_client._answers import Answer
from idphoto_client._errors import UnexpectedAnswerError, error_of

T = TypeVar("T")
A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Send:
    """Send a request; the reply is its answer.

    Attributes
    ----------
    url
        A path of the API, which gets the key; or a full address, which does not.
    body
        Sent as JSON.
    form, file_field, file
        Sent as ``multipart/form-data``, the file last.
    """

    method: str
    url: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    body: object = None
    form: Mapping[str, str] | None = None
    file_field: str = "file"
    file: bytes = b""

    @property
    def to_api(self) -> bool:
        """Whether it goes to the API, and not to the storage."""
        return self.url.startswith("/")


@dataclass(frozen=True)
class Pause:
    """Wait; there is no reply."""

    seconds: float


Act = Send | Pause
Reply = httpx.Response | httpx.TransportError | None
Flow = Generator[Act, Reply, T]


def path_of(route: str, name: str) -> str:
    """Return the path of what a name stands for; a name that is none cannot lead to another route."""
    return f"{route}/{quote(name, safe=':@')}"


def exchange(request: Send) -> Flow[httpx.Response]:
    """Send a request and return its answer, whatever its status.

    Raises
    ------
    httpx.TransportError
        When none came.
    """
    reply = yield request
    if isinstance(reply, httpx.Response):
        return reply
    raise reply or RuntimeError("a request was not answered")


def ask(request: Send) -> Flow[dict[str, Any]]:
    """Return the body of a success.

    Raises
    ------
    ApiError
        When the API refuses.
    UnexpectedAnswerError
        When it is no JSON object.
    """
    response = yield from exchange(request)
    if not response.is_success:
        raise error_of(response)
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise UnexpectedAnswerError(_place(request), "no JSON")
    return body


def ask_for(answer: type[A], request: Send) -> Flow[A]:
    """Return the answer of a success.

    Raises
    ------
    ApiError
        When the API refuses.
    UnexpectedAnswerError
        When it is another answer.
    """
    body = yield from ask(request)
    try:
        return answer.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        found = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise UnexpectedAnswerError(_place(request), found) from error


def _place(request: Send) -> str:
    return f"{request.method} {request.url}"


def get(answer: type[A], path: str, **query: str | int | None) -> Flow[A]:
    """Return the answer of a GET; a parameter that is None is left out."""
    given = {name: value for name, value in query.items() if value is not None}
    return ask_for(answer, Send("GET", path, query=given))


def post(answer: type[A], path: str, body: Mapping[str, object] | None = None) -> Flow[A]:
    """Return the answer of a POST; a field that is None is left out."""
    given = None if body is None else {name: value for name, value in body.items() if value is not None}
    return ask_for(answer, Send("POST", path, body=given))


def delete(answer: type[A], path: str) -> Flow[A]:
    """Return the answer of a DELETE."""
    return ask_for(answer, Send("DELETE", path))
