"""Several steps in one call, waited for or in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from idphoto_client._answers import Chain, Execution
from idphoto_client._errors import StillRunningError, api_error
from idphoto_client._flow import Flow, Pause, delete, get, path_of, post
from idphoto_client._made import Made, Params, name_of
from idphoto_client._operation import operation
from idphoto_client._source import Photo, source_of

POLL_SECONDS = 0.3
LONGEST_POLL_SECONDS = 3.0
POLL_GROWTH = 1.3


class Chains:
    """Check, make and effects together."""

    @operation
    def chain(
        self,
        out_request_id: str | None = None,
        photo: Photo | None = None,
        steps: Mapping[str, Params] | None = None,
        *,
        result: Made | None = None,
        policy: str | None = None,
    ) -> Flow[Chain]:
        """Run check, make and effects in one call, each named with its parameters; wait for the end.

        Either ``out_request_id`` and a photo, or a ``result`` to continue from. A step that is absent is skipped, and
        ``{}`` takes its defaults: ``{"check": {}, "make": {"spec_id": "cn_1inch"}, "skin": {}}``.

        Raises
        ------
        PhotoRefusedError
            When a step refuses the photo.
        """
        body = yield from _chain_body(out_request_id, photo, steps or {}, result, policy)
        return (yield from post(Chain, "/chain", body))

    @operation
    def start(
        self,
        out_request_id: str | None = None,
        photo: Photo | None = None,
        steps: Mapping[str, Params] | None = None,
        *,
        result: Made | None = None,
        policy: str | None = None,
    ) -> Flow[Execution]:
        """Start a chain and return at once; see :meth:`chain` for the parameters and :meth:`wait` for its end."""
        body = yield from _chain_body(out_request_id, photo, steps or {}, result, policy)
        return (yield from post(Execution, "/executions", body))

    @operation
    def execution(self, execution_id: str) -> Flow[Execution]:
        """Return how far a chain has come."""
        return get(Execution, path_of("/executions", execution_id))

    @operation
    def cancel(self, execution_id: str) -> Flow[Execution]:
        """Stop a chain; the results that it has made stay."""
        return delete(Execution, path_of("/executions", execution_id))

    @operation
    def wait(
        self,
        execution: str | Execution,
        *,
        on_progress: Callable[[Execution], None] | None = None,
        seconds: float = 300,
    ) -> Flow[Chain]:
        """Wait for the end of a chain and return it.

        Parameters
        ----------
        on_progress
            Called with what every look at it answered, the last one included.
        seconds
            How long to wait at most.

        Raises
        ------
        ApiError
            For what it failed; ``PhotoRefusedError`` when a state refused the photo.
        StillRunningError
            When the time is over.
        """
        execution_id = execution if isinstance(execution, str) else execution.execution_id
        deadline = time.monotonic() + seconds
        pause = POLL_SECONDS
        while True:
            told = yield from get(Execution, path_of("/executions", execution_id))
            if on_progress:
                on_progress(told)
            if told.result is not None:
                return told.result
            if told.error is not None:
                raise api_error(told.error)
            if time.monotonic() + pause > deadline:
                raise StillRunningError(execution_id, seconds)
            yield Pause(pause)
            pause = min(LONGEST_POLL_SECONDS, pause * POLL_GROWTH)


def _chain_body(
    out_request_id: str | None,
    photo: Photo | None,
    steps: Mapping[str, Params],
    result: Made | None,
    policy: str | None,
) -> Flow[dict[str, object]]:
    body: dict[str, object] = {"out_request_id": out_request_id, "policy": policy, **steps}
    if photo is not None:
        body |= yield from source_of(photo)
    if result is not None:
        body["mt_generate_id"] = name_of(result)
    return body
