"""A deployment in memory, as the client sees it: an API and the storage that its forms and links lead to."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from idphoto_client import AsyncClient, Client, Retry

BASE_URL = "https://api.test/v1"
STORAGE = "https://storage.test"
RESULT = "qk3vwn2m5tz7xhydb6cf4j2rsgau3oepivl7nwk5qd"
UPLOAD_ID = "0" * 32

Respond = Callable[[httpx.Request], httpx.Response]


def error(status: int, code: str, **details: Any) -> httpx.Response:
    """A refusal, as the API writes one."""
    facts = {
        "code": code,
        "message": "No.",
        "message_zh": "不行。",
        "status": status,
        "details": details,
        "request_id": "r",
    }
    return httpx.Response(status, json={"error": facts})


def image(name: str = "photo.jpg") -> dict[str, Any]:
    """A picture of an answer."""
    return {
        "url": f"{STORAGE}/{name}",
        "width": 295,
        "height": 413,
        "format": "jpeg",
        "bytes": 5,
        "expires_at": 2_000_000_000,
    }


def result(name: str = RESULT, kind: str = "make", parent: str | None = None, **params: Any) -> dict[str, Any]:
    """The answer of make and of every effect."""
    return {
        "request_id": "r",
        "out_request_id": "order-1",
        "mt_generate_id": name,
        "parent_mt_generate_id": parent,
        "effect": kind,
        "params": params,
        "recipe": [{"kind": "make", "params": {"spec_id": "cn_1inch"}}],
        "image": image(),
        "cutout": image("photo.png"),
        "frame": {
            "spec_id": "cn_1inch",
            "width_px": 295,
            "height_px": 413,
            "dpi": 300,
            "width_mm": 25,
            "height_mm": 35,
            "head_height_px": 270.4,
            "head_height_mm": 22.9,
        },
        "warnings": [{"code": "SOFT", "message": "It may look soft.", "message_zh": "可能不够清晰。"}],
        "timings_ms": {"total": 12.5},
    }


def item(code: str, *, fault: str | None = None) -> dict[str, Any]:
    """One item of a check."""
    return {
        "code": code,
        "name": "One person",
        "name_zh": "单人",
        "group": "person",
        "passed": fault is None,
        "severity": "block",
        "fault": fault,
        "measured": True,
        "score": 0 if fault else 100,
        "value": 2.0 if fault else 1.0,
        "unit": "people",
        "threshold": 1.0,
        "reason": "There are two people." if fault else None,
        "reason_zh": "画面中有两个人。" if fault else None,
        "advice": "Be alone in the photo." if fault else None,
        "advice_zh": "请单独拍摄。" if fault else None,
        "region": None,
    }


def check(*, fault: str | None = None) -> dict[str, Any]:
    """The answer of a check."""
    passed = fault is None
    report = {"level": "basic", "passed": passed, "score": 90 if passed else 0, "items": [item("people", fault=fault)]}
    return {
        "request_id": "r",
        "out_request_id": "order-1",
        "check_id": RESULT,
        "passed": passed,
        "score": report["score"],
        "report": report,
        "annotated": image("annotated.png"),
        "expires_at": 2_000_000_000,
        "timings_ms": {"total": 3},
    }


def exported(spec_id: str, form: str = "jpeg") -> dict[str, Any]:
    """One file of an export."""
    return {
        "file": {
            "image": {**image(), "format": form},
            "dpi": 300,
            "quality": 92,
            "subsampling": "4:4:4",
            "sha256": "0" * 64,
            "frame": {**result()["frame"], "spec_id": spec_id},
            "photo_check": check()["report"],
            "warnings": result()["warnings"],
        }
    }


def export(*entries: dict[str, Any]) -> dict[str, Any]:
    """The answer of export."""
    log = {"source_sha256": "0" * 64, "engine_version": "2", "steps": [], "files": []}
    named = {"request_id": "r", "out_request_id": "order-1", "mt_generate_id": RESULT}
    return {**named, "files": list(entries), "log": log, "timings_ms": {"total": 4}}


def layout() -> dict[str, Any]:
    """The answer of layout."""
    return {
        "request_id": "r",
        "jpeg": image(),
        "pdf": {**image("photo.png"), "format": "pdf"},
        "paper": "6inch",
        "width_mm": 152,
        "height_mm": 102,
        "count": 9,
        "placements": [],
        "timings_ms": {"total": 4},
    }


def chain() -> dict[str, Any]:
    """The answer of a chain."""
    steps = [{"state": "Check", "ms": 3.0}, {"state": "Make", "ms": 9.0, "mt_generate_id": RESULT}]
    return {"request_id": "r", "out_request_id": "order-1", "result": result(), "check": check(), "steps": steps}


def execution(status: str = "running", *states: str, **ending: Any) -> dict[str, Any]:
    """How far a chain has come."""
    entered = "2026-01-01T00:00:00+00:00"
    return {
        "request_id": "r",
        "execution_id": "e-1",
        "status": status,
        "started_at": entered,
        "states": [{"state": state, "status": "succeeded", "entered_at": entered, "ms": 5.0} for state in states],
        **ending,
    }


class Deployment:
    """Answers requests by method and path, and remembers them.

    A route's answer is a body, a response, a function of the request, or a list of these, of which each call takes the
    next one and the last one stays.
    """

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.routes: dict[str, Any] = {
            "POST /v1/uploads": {
                "request_id": "r",
                "upload_id": UPLOAD_ID,
                "url": f"{STORAGE}/form",
                "method": "POST",
                "fields": {"key": "uploads/x", "policy": "signed"},
                "file_field": "file",
                "max_bytes": 1000,
                "expires_at": 2_000_000_000,
            },
            "POST /form": httpx.Response(204),
            "GET /photo.jpg": httpx.Response(200, content=b"photo"),
            "GET /photo.png": httpx.Response(200, content=b"cutout"),
            "GET /annotated.png": httpx.Response(200, content=b"marked"),
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        answer = self.routes.get(f"{request.method} {request.url.path}", error(404, "ROUTE_UNKNOWN"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, BaseException):
            raise answer
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, httpx.Response):  # a new one: a response is read once
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return httpx.Response(200, json=answer)

    def sent(self, path: str) -> list[dict[str, Any]]:
        """The bodies that were sent to a path."""
        return [json.loads(request.content) for request in self.requests if request.url.path == f"/v1{path}"]


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


@pytest.fixture
def client(deployment: Deployment) -> Client:
    return Client(BASE_URL, "key", retry=Retry(first=0), transport=httpx.MockTransport(deployment))


@pytest.fixture
def async_client(deployment: Deployment) -> AsyncClient:
    return AsyncClient(BASE_URL, "key", retry=Retry(first=0), transport=httpx.MockTransport(deployment))
