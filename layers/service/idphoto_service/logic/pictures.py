"""Stored pictures, as the caller gets to see them."""

from __future__ import annotations

from typing import Literal

from idphoto_service.contract import Image
from idphoto_service.history import now
from idphoto_service.settings import settings
from idphoto_service.storage import bucket


def linked(key: str, picture_format: Literal["jpeg", "png"], width: int, height: int, size: int) -> Image:
    """Return a stored picture with a link that opens it for a while."""
    seconds = settings().link_seconds
    return Image(
        url=bucket().link(key, seconds),
        width=width,
        height=height,
        format=picture_format,
        bytes=size,
        expires_at=now() + seconds,
    )
