"""A client of the API, as small as a partner's own would be."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

TIMEOUT_SECONDS = 120
"""A first call waits until the function has unpacked its layers and loaded the models."""


class ApiError(Exception):
    """The API refused a call.

    Attributes
    ----------
    status
        The HTTP status.
    code, message, message_zh, details
        The fields of the answer's ``error``.
    """

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{status} {error['code']}: {error['message']}")
        self.status = status
        self.code: str = error["code"]
        self.message: str = error["message"]
        self.message_zh: str = error["message_zh"]
        self.details: dict[str, Any] = error["details"]


class Client:
    """Calls of one partner.

    Parameters
    ----------
    base_url
        The API with its stage.
    api_key
        The partner's key.
    """

    def __init__(self, base_url: str, api_key: str) -> None:
        # Neither proxies nor .netrc: the API is on this machine.
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._base_url = base_url
        self._headers = {"x-api-key": api_key, "content-type": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def send(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Send a call; return the answer whatever its status. A body is sent as JSON, bytes as they are."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return self._http.request(method, self._base_url + path, headers=self._headers, content=content)

    def get(self, path: str) -> dict[str, Any]:
        """Return the answer of a GET; raise ApiError when it is refused."""
        return self._answer(self.send("GET", path))

    def post(self, path: str, body: object = None) -> dict[str, Any]:
        """Return the answer of a POST; raise ApiError when it is refused."""
        return self._answer(self.send("POST", path, body))

    def delete(self, path: str) -> dict[str, Any]:
        """Return the answer of a DELETE; raise ApiError when it is refused."""
        return self._answer(self.send("DELETE", path))

    def upload(self, photo: bytes) -> str:
        """Send a file to the place that the API offers; return its ``upload_id``."""
        offer = self.post("/uploads")
        form = self._http.post(offer["url"], data=offer["fields"], files={offer["file_field"]: photo})
        form.raise_for_status()
        upload_id: str = offer["upload_id"]
        return upload_id

    def fetch(self, url: str) -> bytes:
        """Return what a link of the API leads to; no key is sent."""
        return self._http.get(url).raise_for_status().content

    def save(self, url: str, path: Path) -> None:
        """Write what a link of the API leads to."""
        path.write_bytes(self.fetch(url))

    @staticmethod
    def _answer(response: httpx.Response) -> dict[str, Any]:
        try:
            body: dict[str, Any] = response.json()
        except ValueError:
            body = {}
        if response.is_success:
            return body
        # API Gateway itself answers {"message": ...}, such as 403 without a key.
        unknown = {"code": "HTTP_ERROR", "message": response.text, "message_zh": response.text, "details": {}}
        raise ApiError(response.status_code, body.get("error", unknown))
