"""Objects of the bundle's bucket, and links to them."""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from idphoto_service.settings import settings

PHOTOS = "photos"
UPLOADS = "uploads"
WATERMARKS = "watermarks"
MATERIALS = "materials"
"""Top folders of the bucket; the template's lifecycle rules and the functions' policies name them."""

BUILT_IN = "built-in"
"""Stands in the place of a partner, none of which is called so: partners are named in hexadecimal digits."""

PUTS_AT_ONCE = 4
"""The source, the portrait, the analysis and the marked picture of a check."""

UPLOAD_SECONDS = 900
"""How long an upload form works."""


DELETED_AT_ONCE = 1000
"""Keys that one call of DeleteObjects takes."""


class StillThereError(Exception):
    """S3 did not delete some objects; the call is safe to repeat."""


@dataclass(frozen=True)
class Bucket:
    """The bucket and the client that reaches it."""

    name: str
    client: Any

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store an object; an equal one that is there already is simply written again."""
        self.client.put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type)

    def put_all(self, *objects: tuple[str, bytes, str]) -> None:
        """Store some objects at once, each as :meth:`put` takes it; all are stored when this returns."""
        with ThreadPoolExecutor(PUTS_AT_ONCE) as pool:
            for written in [pool.submit(self.put, *stored) for stored in objects]:
                written.result()

    def get(self, key: str, max_bytes: int | None = None) -> bytes | None:
        """Return an object, or None when there is none.

        With ``max_bytes`` no more than one byte over the limit is read, so that a caller can tell that it is exceeded.
        """
        try:
            body = self.client.get_object(Bucket=self.name, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise
        data: bytes = body.read() if max_bytes is None else body.read(max_bytes + 1)
        return data

    def has(self, key: str) -> bool:
        """Return whether there is such an object."""
        try:
            self.client.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "NotFound", "404"}:
                return False
            raise
        return True

    def delete(self, *keys: str) -> None:
        """Delete objects; those that are not there do no harm."""
        for first in range(0, len(keys), DELETED_AT_ONCE):
            named = [{"Key": key} for key in keys[first : first + DELETED_AT_ONCE]]
            answer = self.client.delete_objects(Bucket=self.name, Delete={"Objects": named, "Quiet": True})
            if answer.get("Errors"):
                raise StillThereError(len(answer["Errors"]))

    def delete_below(self, prefix: str) -> int:
        """Delete every object below a prefix; return how many there were. Nothing is left when this returns."""
        deleted = 0
        while keys := [item["Key"] for item in self._list(prefix)]:
            self.delete(*keys)
            deleted += len(keys)
        return deleted

    def _list(self, prefix: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix).get("Contents", [])
        return found

    def copy(self, source_key: str, key: str) -> bool:
        """Copy an object within the bucket; return whether there was one."""
        try:
            self.client.copy_object(Bucket=self.name, Key=key, CopySource={"Bucket": self.name, "Key": source_key})
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return False
            raise
        return True

    def link(self, key: str, seconds: int) -> str:
        """Return a URL that opens as it is printed: no character in it needs decoding."""
        url: str = self.client.generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=seconds
        )
        return url

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """The origins to which links and upload forms lead, as a page's Content-Security-Policy names them."""
        places = (self.link("x", 1), self.upload_form("x", 1)[0])
        return tuple(sorted({"{0.scheme}://{0.netloc}".format(urlsplit(place)) for place in places}))

    def upload_form(self, key: str, max_bytes: int) -> tuple[str, dict[str, str]]:
        """Return a URL and the fields of a form with which one file may be posted; S3 refuses a larger one."""
        form = self.client.generate_presigned_post(
            Bucket=self.name,
            Key=key,
            Conditions=[["content-length-range", 0, max_bytes]],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return form["url"], form["fields"]


def photo_object(partner: str, photo: str, name: str) -> str:
    """Return the key of an object of one photo; all of them lie below one prefix."""
    return photo_prefix(partner, photo) + name


def photo_prefix(partner: str, photo: str) -> str:
    """Return the prefix of all objects of one photo."""
    return f"{PHOTOS}/{partner}/{photo}/"


CONTENT_ID_LENGTH = 26
"""Characters of base32: 130 bits, so that no two contents ever meet by chance."""


def content_id(content: bytes) -> str:
    """Return the name that a content decides (SHA-256), ``a-z2-7``: the same one twice is one."""
    return base64.b32encode(hashlib.sha256(content).digest()).decode().lower()[:CONTENT_ID_LENGTH]


def watermark_object(partner: str, watermark_id: str, name: str) -> str:
    """Return the key of one of the pictures of a watermark, ``photo`` or ``sheet``."""
    return f"{WATERMARKS}/{partner}/{watermark_id}/{name}.png"


def material_object(owner: str, material_id: str, name: str) -> str:
    """Return the key of an object of a material; the owner is a partner, or :data:`BUILT_IN`."""
    return f"{MATERIALS}/{owner}/{material_id}/{name}"


def upload_object(partner: str, upload_id: str) -> str:
    """Return the key of an upload; it names its partner, so that nobody reaches another's."""
    return f"{UPLOADS}/{partner}/{upload_id}"


@cache
def bucket() -> Bucket:
    """Return the bundle's bucket."""
    # "auto" would sign links for the global host, which sends a new bucket's callers on to its region: a signature is
    # good for one host only, so such a link does not open.
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"}, retries={"mode": "standard"})
    return Bucket(settings().bucket_name, boto3.client("s3", config=config))
