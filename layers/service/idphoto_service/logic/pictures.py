"""Stored pictures, as the caller gets to see them."""

from __future__ import annotations

from typing import Literal

from idphoto_service.contract import Image
from idphoto_service.history import now
from idphoto_service.settings import settings
from idphoto_service.storage import bucket


def linked(
    key: str,
    picture_format: Literal["jpeg", "png", "webp", "tiff", "pdf"],
    width: int,
    height: int,
    size: int,
    gone_at: int | None = None,
) -> Image:
    """Return a stored picture with a link that opens it for a while, and never longer than the picture is kept.

    Parameters
    ----------
    gone_at
        When what the picture belongs to expires, seconds since 1970; None when it does not.
    """
    time, seconds = now(), settings().link_seconds
    if gone_at is not None:
        seconds = max(1, min(seconds, gone_at - time))
    return Image(
        url=bucket().link(key, seconds),
        width=width,
        height=height,
        format=picture_format,
        bytes=size,
        expires_at=time + seconds,
    )
