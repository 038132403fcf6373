"""Which failures pass by themselves, and how long to wait for that.

Every call of this API is safe to repeat: a result is named by its content.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from idphoto_client._errors import UnreachableError
from idphoto_client._flow import Flow, Pause, Reply, Send, T

TRANSIENT = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass(frozen=True)
class Retry:
    """How often and how patiently a call is repeated.

    Attributes
    ----------
    times
        Repetitions after the first attempt; 0 repeats nothing.
    first, longest
        Seconds: the upper bound of the first wait, which doubles each time, and the most that it becomes. The wait
        is drawn at random below the bound, so that many clients do not come back at once.
    """

    times: int = 3
    first: float = 0.5
    longest: float = 8.0

    def wait(self, repetition: int, response: httpx.Response | None) -> float:
        """Seconds before a repetition, counted from 0; what ``Retry-After`` asks for goes first."""
        asked = response.headers.get("retry-after", "") if response else ""
        if asked.isdigit():
            return min(float(asked), self.longest)
        return random.uniform(0, min(self.longest, self.first * 2**repetition))  # noqa: S311 - no secret


def retried(flow: Flow[T], retry: Retry) -> Flow[T]:
    """Return the same flow with each of its requests repeated while it fails in passing.

    Raises
    ------
    UnreachableError
        When no answer came to the last attempt either.
    """
    reply: Reply = None
    while True:
        try:
            act = flow.send(reply)
        except StopIteration as end:
            value: T = end.value
            return value
        reply = (yield from _insist(act, retry)) if isinstance(act, Send) else (yield act)


def _insist(request: Send, retry: Retry) -> Flow[httpx.Response]:
    for repetition in range(retry.times + 1):
        reply = yield request
        response = reply if isinstance(reply, httpx.Response) else None
        last = repetition == retry.times
        if response is not None and (last or response.status_code not in TRANSIENT):
            return response
        if last:
            break
        yield Pause(retry.wait(repetition, response))
    raise _unreachable(request, reply)


def _unreachable(request: Send, reply: Reply) -> UnreachableError:
    cause = f"{type(reply).__name__}: {reply}" if str(reply) else type(reply).__name__
    sent_to = reply.request.url if isinstance(reply, httpx.TransportError) else httpx.URL(request.url)
    return UnreachableError(f"{sent_to.scheme}://{sent_to.netloc.decode()}", cause)
