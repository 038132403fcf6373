"""The two clients: the same operations, carried out at once or awaited."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

import anyio
import httpx

from idphoto_client._flow import Act, Flow, Pause, Reply, Send, T
from idphoto_client._operations import Operations
from idphoto_client._retry import Retry, retried
from idphoto_client._settings import Settings

TIMEOUT_SECONDS = 60.0
"""Longer than API Gateway lets any call take; a first call waits until the function has loaded its models."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class _Wire:
    """How a request of a flow becomes one of httpx: where it goes, and whether the key goes with it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def options(self) -> dict[str, Any]:
        """What both clients of httpx are made with; a proxy is of no use to an API on this machine."""
        local = httpx.URL(self._settings.base_url).host in LOOPBACK
        return {"timeout": TIMEOUT_SECONDS, "trust_env": not local, "follow_redirects": False}

    def arguments(self, request: Send) -> dict[str, Any]:
        """Return a request as the arguments of :meth:`httpx.Client.build_request`."""
        arguments: dict[str, Any] = {"method": request.method, "url": request.url, "headers": {}}
        if request.to_api:
            arguments["url"] = self._settings.base_url + request.url
            arguments["headers"] = {"x-api-key": self._settings.api_key}
        if request.query:
            arguments["params"] = request.query
        if request.form is not None:
            arguments["data"] = request.form
            arguments["files"] = {request.file_field: request.file}
        elif isinstance(request.body, bytes):
            arguments["content"] = request.body
            arguments["headers"]["content-type"] = "application/json"
        elif request.body is not None:
            arguments["json"] = request.body
        return arguments


class Client(Operations):
    """Calls of one partner, carried out at once.

    May be used from several threads.

    Parameters
    ----------
    base_url, api_key
        The API with its stage, and the partner's key; see :meth:`Settings.find` for what stands in for them.
    retry
        How often a call is repeated that fails in passing.
    transport
        Stands in for the network, in tests.

    Raises
    ------
    SettingsError
        When no deployment is named and none is found.
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        retry: Retry | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = Settings.find(base_url, api_key)
        self._wire = _Wire(self.settings)
        self._retry = retry or Retry()
        self._http = httpx.Client(transport=transport, **self._wire.options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def run(self, flow: Flow[T]) -> T:
        """Carry out a flow and return its value."""
        steps = retried(flow, self._retry)
        reply: Reply = None
        while True:
            try:
                act = steps.send(reply)
            except StopIteration as end:
                value: T = end.value
                return value
            reply = self._perform(act)

    def _perform(self, act: Act) -> Reply:
        if isinstance(act, Pause):
            time.sleep(act.seconds)
            return None
        try:
            return self._http.send(self._http.build_request(**self._wire.arguments(act)))
        except httpx.TransportError as error:
            return error


class AsyncClient(Operations):
    """The same calls, to be awaited, on asyncio or trio; parameters as those of :class:`Client`."""

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        retry: Retry | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = Settings.find(base_url, api_key)
        self._wire = _Wire(self.settings)
        self._retry = retry or Retry()
        self._http = httpx.AsyncClient(transport=transport, **self._wire.options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def run(self, flow: Flow[T]) -> T:
        """Carry out a flow and return its value."""
        steps = retried(flow, self._retry)
        reply: Reply = None
        while True:
            try:
                act = steps.send(reply)
            except StopIteration as end:
                value: T = end.value
                return value
            reply = await self._perform(act)

    async def _perform(self, act: Act) -> Reply:
        if isinstance(act, Pause):
            await anyio.sleep(act.seconds)
            return None
        try:
            return await self._http.send(self._http.build_request(**self._wire.arguments(act)))
        except httpx.TransportError as error:
            return error
