"""Objects of the bundle's bucket, and links to them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from idphoto_service.settings import settings

PHOTOS = "photos"
UPLOADS = "uploads"
"""Top folders of the bucket; the template's lifecycle rules and the functions' policies name them."""

PUTS_AT_ONCE = 4
"""The source, the portrait, the analysis and the marked picture of a check."""

UPLOAD_SECONDS = 900
"""How long an upload form works."""


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

    def copy(self, source_key: str, key: str) -> None:
        """Copy an object within the bucket."""
        self.client.copy_object(Bucket=self.name, Key=key, CopySource={"Bucket": self.name, "Key": source_key})

    def link(self, key: str, seconds: int) -> str:
        """Return a URL that opens as it is printed: no character in it needs decoding."""
        url: str = self.client.generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=seconds
        )
        return url

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
    return f"{PHOTOS}/{partner}/{photo}/{name}"


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
