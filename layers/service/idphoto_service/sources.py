"""Getting the bytes of a photo from wherever the caller put them."""

from __future__ import annotations

import base64
import binascii
import hashlib

from idphoto.decode import MAX_BYTES

from idphoto_service.contract import PictureSource, Source
from idphoto_service.errors import Base64InvalidError, UploadNotFoundError
from idphoto_service.fetch import fetch
from idphoto_service.settings import settings
from idphoto_service.storage import bucket, upload_object


def read_source(source: Source | PictureSource, partner: str) -> bytes:
    """Return the bytes of a picture that no check stands for, at most one byte more than the decoder takes.

    Raises
    ------
    Base64InvalidError, UploadNotFoundError, UrlInvalidError, UrlForbiddenError, UrlUnreachableError
    """
    if source.image_base64 is not None:
        return decode_base64(source.image_base64)
    if source.upload_id is not None:
        data = bucket().get(upload_object(partner, source.upload_id), MAX_BYTES)
        if data is None:
            raise UploadNotFoundError(upload_id=source.upload_id)
        return data
    if source.img_url is not None:
        return fetch(source.img_url, MAX_BYTES, settings().allowed_hosts)
    raise AssertionError("a source has one of its fields")


def decode_base64(text: str) -> bytes:
    """Return the bytes of a Base64 text; a ``data:`` prefix and line breaks are understood, and so is the URL alphabet.

    Raises
    ------
    Base64InvalidError
        When it is not Base64.
    """
    if text.startswith("data:"):
        text = text.partition(",")[2]
    text = "".join(text.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Base64InvalidError from error


def digest(data: bytes) -> str:
    """Return the SHA-256 of a source, in hex: two sources are the same photo when their bytes are."""
    return hashlib.sha256(data).hexdigest()
