"""The photo of a call: a file that is sent first, a link, or the name of what is there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from idphoto_client._answers import Check, Upload
from idphoto_client._errors import ApiError, StorageError, api_error
from idphoto_client._flow import Flow, Send, exchange, post


@dataclass(frozen=True)
class UploadId:
    """The name of a file that has been sent."""

    upload_id: str


@dataclass(frozen=True)
class CheckId:
    """The name of a photo that has been checked."""

    check_id: str


Photo = str | Path | bytes | Check | CheckId | UploadId
"""A link (text with ``://``), a local file (a path, or its bytes), or the name of a check or an upload."""


def source_of(photo: Photo) -> Flow[Mapping[str, str]]:
    """Return the one field of a request that names the photo; send a local file first.

    Raises
    ------
    OSError
        When the file cannot be read.
    StorageError
        When it is not taken.
    """
    match photo:
        case Check() | CheckId():
            return {"check_id": photo.check_id}
        case UploadId():
            return {"upload_id": photo.upload_id}
        case str() if "://" in photo:
            return {"img_url": photo}
        case bytes():
            return {"upload_id": (yield from upload(photo))}
        case _:
            return {"upload_id": (yield from upload(Path(photo).read_bytes()))}


def upload(content: bytes) -> Flow[str]:
    """Send a file by the form that the API offers; return its ``upload_id``.

    Raises
    ------
    PhotoRefusedError
        When it is larger than the storage takes; it is not sent then.
    StorageError
        When the storage does not take it.
    """
    offer = yield from post(Upload, "/uploads")
    if len(content) > offer.max_bytes:
        raise _too_large(len(content), offer.max_bytes)
    sent = yield from exchange(Send("POST", offer.url, form=offer.fields, file_field=offer.file_field, file=content))
    if sent.is_success:
        return offer.upload_id
    raise StorageError(
        sent.status_code,
        f"The storage did not take the file ({sent.status_code}).",
        f"存储服务未接受该文件（{sent.status_code}）。",
    )


def _too_large(given: int, allowed: int) -> ApiError:
    return api_error(
        {
            "status": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "code": "IMAGE_TOO_LARGE",
            "message": f"The file has {given:,} bytes; at most {allowed:,} are taken.",
            "message_zh": f"文件大小为 {given:,} 字节，最多 {allowed:,} 字节。",
            "details": {"bytes": given, "allowed": allowed},
        }
    )


def download(url: str) -> Flow[bytes]:
    """Return what a link of the API leads to; no key is sent.

    Raises
    ------
    StorageError
        When the link has expired, or its photo has been erased.
    """
    response = yield from exchange(Send("GET", url))
    if response.is_success:
        return response.content
    raise StorageError(
        response.status_code,
        f"The link does not open ({response.status_code}): it has expired, or the photo has been erased.",
        f"链接无法打开（{response.status_code}）：已过期或照片已删除。",
    )
