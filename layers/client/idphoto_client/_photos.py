"""From a portrait to a photo: upload, check, make."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from idphoto_client._answers import Check, Result
from idphoto_client._flow import Flow, post
from idphoto_client._made import Params
from idphoto_client._operation import operation
from idphoto_client._source import Photo, source_of, upload


class Photos:
    """A photo in."""

    @operation
    def upload(self, photo: str | Path | bytes) -> Flow[str]:
        """Send a local file, given as its path or its bytes; return its ``upload_id``."""
        return upload(photo if isinstance(photo, bytes) else Path(photo).read_bytes())

    @operation
    def check(
        self,
        photo: Photo,
        *,
        out_request_id: str | None = None,
        level: str | None = None,
        spec_id: str | None = None,
        thresholds: Mapping[str, float] | None = None,
        target: str | None = None,
    ) -> Flow[Check]:
        """Check a photo: every item, passed and failed. A photo that fails is an answer, not an error.

        Parameters
        ----------
        level
            How strict: ``basic``, ``standard`` or ``strict``.
        spec_id
            What the photo is to become; its demands on single items are added.
        thresholds
            Limits of your own by item code.
        target
            ``photo`` to measure a finished photo against ``spec_id``; by default it is the source of one.
        """
        source = yield from source_of(photo)
        body = {
            "out_request_id": out_request_id,
            "target": target,
            "level": level,
            "spec_id": spec_id,
            "thresholds": thresholds,
        }
        return (yield from post(Check, "/check", {**source, **body}))

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
