"""Any route, as the API names it."""

from __future__ import annotations

from typing import Any

from idphoto_client._flow import Flow, Send, ask, exchange
from idphoto_client._operation import operation


class Routes:
    """Calls of routes by their paths, answered with plain bodies."""

    @operation
    def get(self, path: str) -> Flow[dict[str, Any]]:
        """Return the body that a GET answers."""
        return ask(Send("GET", path))

    @operation
    def post(self, path: str, body: object = None) -> Flow[dict[str, Any]]:
        """Return the body that a POST answers."""
        return ask(Send("POST", path, body=body))

    @operation
    def delete(self, path: str) -> Flow[dict[str, Any]]:
        """Return the body that a DELETE answers."""
        return ask(Send("DELETE", path))

    @operation
    def send(self, method: str, path: str, body: object = None) -> Flow[Any]:
        """Return the answer itself, whatever its status; a body of bytes is sent as it stands."""
        return exchange(Send(method, path, body=body))
