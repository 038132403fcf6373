"""What a client can do: one method a route, and the few that take more than one call."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from idphoto_client._answers import (
    Chain,
    Check,
    Erased,
    Execution,
    History,
    HistoryStep,
    Image,
    Result,
    Specs,
    Watermark,
    Watermarks,
)
from idphoto_client._errors import StillRunningError, api_error
from idphoto_client._flow import Flow, Pause, Send, ask, delete, exchange, get, post
from idphoto_client._operation import operation
from idphoto_client._source import Photo, download, source_of, upload

Params = Mapping[str, object]
"""Parameters of a step, by the names of the API."""

Made = str | Result | HistoryStep
"""A result, or its ``mt_generate_id``."""

POLL_SECONDS = 0.3
LONGEST_POLL_SECONDS = 3.0
POLL_GROWTH = 1.3


class Operations:
    """The operations of both clients."""

    # --- a photo in

    @operation
    def upload(self, photo: str | Path | bytes) -> Flow[str]:
        """Send a local file, given as its path or its bytes; return its ``upload_id``."""
        return upload(photo if isinstance(photo, bytes) else Path(photo).read_bytes())

    @operation
    def check(self, photo: Photo, *, out_request_id: str | None = None, level: str | None = None) -> Flow[Check]:
        """Check a photo: every item, passed and failed. A photo that fails is an answer, not an error."""
        source = yield from source_of(photo)
        return (yield from post(Check, "/check", {**source, "out_request_id": out_request_id, "level": level}))

    @operation
    def make(
        self,
        out_request_id: str,
        photo: Photo,
        *,
        spec_id: str | None = None,
        size: Params | None = None,
        background: str | Params | None = None,
        check: str | None = None,
        watermark_id: str | None = None,
        policy: str | None = None,
    ) -> Flow[Result]:
        """Check, cut out, frame to a specification (or a size of your own), and put on a background.

        Parameters
        ----------
        out_request_id
            Your own id of the photo, one per photo.
        size
            ``{"width_mm", "height_mm", "dpi"}`` or ``{"width_px", "height_px", "dpi"}``, instead of ``spec_id``.
        background
            A colour, or ``{"color", "gradient", "end_color"}``.
        check
            How strict: ``basic``, ``standard`` or ``strict``.
        watermark_id
            One of yours, or ``none``.
        policy
            ``advise`` or ``strict``: what happens when the specification forbids a step.

        Raises
        ------
        PhotoRefusedError
            With the report of the check.
        """
        source = yield from source_of(photo)
        body = {
            **source,
            "out_request_id": out_request_id,
            "spec_id": spec_id,
            "size": size,
            "background": {"color": background} if isinstance(background, str) else background,
            "check": check,
            "watermark_id": watermark_id,
            "policy": policy,
        }
        return (yield from post(Result, "/make", body))

    # --- effects

    @operation
    def effect(self, /, kind: str, result: Made, **params: object) -> Flow[Result]:
        """Apply any effect of the deployment, by its kind and its own parameters; see ``POST /<kind>``."""
        return post(Result, f"/{kind}", {"mt_generate_id": _name(result), **params})

    @operation
    def background(
        self,
        result: Made,
        color: str | None = None,
        *,
        gradient: int | None = None,
        end_color: str | None = None,
        policy: str | None = None,
    ) -> Flow[Result]:
        """Put another colour behind the person, or a gradient: 1 top to bottom, 2 to the inside, 3 to the outside."""
        body = {"color": color, "gradient": gradient, "end_color": end_color, "policy": policy}
        return post(Result, "/background", {"mt_generate_id": _name(result), **body})

    @operation
    def rollback(
        self, result: Made | None = None, *, without: Sequence[str] | None = None, to: Made | None = None
    ) -> Flow[Result]:
        """Take kinds of step out of a result, or return ``to`` an earlier or later one of the same photo."""
        body = {
            "mt_generate_id": None if result is None else _name(result),
            "without": without,
            "to": None if to is None else _name(to),
        }
        return post(Result, "/rollback", body)

    # --- several steps in one call

    @operation
    def chain(
        self,
        out_request_id: str | None = None,
        photo: Photo | None = None,
        steps: Mapping[str, Params] | None = None,
        *,
        result: Made | None = None,
    ) -> Flow[Chain]:
        """Run check, make and effects in one call, each named with its parameters; wait for the end.

        Either ``out_request_id`` and a photo, or a ``result`` to continue from. A step that is absent is skipped, and
        ``{}`` takes its defaults: ``{"check": {}, "make": {"spec_id": "cn_1inch"}, "skin": {}}``.

        Raises
        ------
        PhotoRefusedError
            When a step refuses the photo.
        """
        body = yield from _chain_body(out_request_id, photo, steps or {}, result)
        return (yield from post(Chain, "/chain", body))

    @operation
    def start(
        self,
        out_request_id: str | None = None,
        photo: Photo | None = None,
        steps: Mapping[str, Params] | None = None,
        *,
        result: Made | None = None,
    ) -> Flow[Execution]:
        """Start a chain and return at once; see :meth:`chain` for the parameters and :meth:`wait` for its end."""
        body = yield from _chain_body(out_request_id, photo, steps or {}, result)
        return (yield from post(Execution, "/executions", body))

    @operation
    def execution(self, execution_id: str) -> Flow[Execution]:
        """Return how far a chain has come."""
        return get(Execution, f"/executions/{execution_id}")

    @operation
    def cancel(self, execution_id: str) -> Flow[Execution]:
        """Stop a chain; the results that it has made stay."""
        return delete(Execution, f"/executions/{execution_id}")

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
            told = yield from get(Execution, f"/executions/{execution_id}")
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

    # --- a photo's history

    @operation
    def history_page(self, out_request_id: str, *, limit: int | None = None, start: str | None = None) -> Flow[History]:
        """Return a page of a photo's steps; ``next`` is the ``start`` of the next one."""
        return get(History, f"/photos/{out_request_id}", limit=limit, start=start)

    @operation
    def history(self, out_request_id: str) -> Flow[History]:
        """Return all steps of a photo, the oldest first, and which one is current."""
        whole = yield from get(History, f"/photos/{out_request_id}")
        while whole.next is not None:
            page = yield from get(History, f"/photos/{out_request_id}", start=whole.next)
            whole = page.model_copy(update={"steps": [*whole.steps, *page.steps]})
        return whole

    @operation
    def erase(self, out_request_id: str) -> Flow[Erased]:
        """Delete everything of this person now; no id and no link of the photo works afterwards."""
        return delete(Erased, f"/photos/{out_request_id}")

    # --- what there is to choose from

    @operation
    def specs(
        self, q: str | None = None, *, country: str | None = None, limit: int | None = None, start: int | None = None
    ) -> Flow[Specs]:
        """Search the specifications by words in English or Chinese, a size, or a country's ISO 3166 code."""
        return get(Specs, "/specs", q=q, country=country, limit=limit, start=start)

    @operation
    def watermarks(self, *, limit: int | None = None, start: str | None = None) -> Flow[Watermarks]:
        """Return a page of your watermarks."""
        return get(Watermarks, "/watermarks", limit=limit, start=start)

    @operation
    def register_watermark(
        self,
        photo: str | Path | bytes,
        *,
        sheet: str | Path | bytes | None = None,
        name: str | None = None,
        tiled: bool | None = None,
        opacity: float | None = None,
        angle: float | None = None,
        width: float | None = None,
        gap: float | None = None,
    ) -> Flow[Watermark]:
        """Register a watermark: a picture (file, bytes or link) for photos, and another for print sheets if you like.

        Parameters
        ----------
        tiled
            All over the picture, or once in the middle.
        opacity
            0 to 1, on top of the picture's own.
        angle
            Degrees, counter-clockwise.
        width, gap
            Of one mark as a part of the picture's width, and between marks in sizes of a mark.
        """
        body: dict[str, object] = {
            "name": name,
            "tiled": tiled,
            "opacity": opacity,
            "angle": angle,
            "width": width,
            "gap": gap,
            "photo": (yield from source_of(photo)),
        }
        if sheet is not None:
            body["sheet"] = yield from source_of(sheet)
        return (yield from post(Watermark, "/watermarks", body))

    @operation
    def delete_watermark(self, watermark_id: str) -> Flow[Watermark]:
        """Delete a watermark; photos that were made with it keep it."""
        return delete(Watermark, f"/watermarks/{watermark_id}")

    @operation
    def openapi(self) -> Flow[dict[str, Any]]:
        """Return the deployment's own description: its routes, its effects and their parameters."""
        return ask(Send("GET", "/openapi.json"))

    # --- pictures

    @operation
    def fetch(self, image: str | Image) -> Flow[bytes]:
        """Return the bytes behind a picture or a link of an answer."""
        return download(image if isinstance(image, str) else image.url)

    @operation
    def save(self, image: str | Image, path: str | Path) -> Flow[Path]:
        """Write the picture behind a link of an answer to a file; folders are made."""
        content = yield from download(image if isinstance(image, str) else image.url)
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    # --- any route, as the API names it

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


def _name(result: Made) -> str:
    return result if isinstance(result, str) else result.mt_generate_id


def _chain_body(
    out_request_id: str | None, photo: Photo | None, steps: Mapping[str, Params], result: Made | None
) -> Flow[dict[str, object]]:
    body: dict[str, object] = {"out_request_id": out_request_id, **steps}
    if photo is not None:
        body |= yield from source_of(photo)
    if result is not None:
        body["mt_generate_id"] = _name(result)
    return body
