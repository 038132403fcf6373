"""A place for a local file."""

from __future__ import annotations

import uuid

from idphoto.decode import MAX_BYTES

from idphoto_service.contract import UploadAnswer
from idphoto_service.history import now
from idphoto_service.storage import UPLOAD_SECONDS, bucket, upload_object


def offer_upload(partner: str, request_id: str) -> UploadAnswer:
    """Return a form that takes one file of this partner."""
    upload_id = uuid.uuid4().hex
    url, fields = bucket().upload_form(upload_object(partner, upload_id), MAX_BYTES)
    return UploadAnswer(
        request_id=request_id,
        upload_id=upload_id,
        url=url,
        fields=fields,
        max_bytes=MAX_BYTES,
        expires_at=now() + UPLOAD_SECONDS,
    )
