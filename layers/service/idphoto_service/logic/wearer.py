"""The portrait of somebody who wears an outfit: made for this alone and erased at once, or that of a photo.

Cutting a person out needs the models, which this function does not carry (function and layers are limited to 250 MB):
the chain's check does it.
"""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from typing import Any

from idphoto.portrait import Portrait, load
from idphoto.recipe import PORTRAIT_KINDS

from idphoto_service.contract import WearerSource
from idphoto_service.errors import (
    BusyError,
    CheckFailedError,
    PhotoNotFoundError,
    StateError,
    UploadNotFoundError,
)
from idphoto_service.history import history, now
from idphoto_service.logic.executions import run_express
from idphoto_service.logic.photos import erase_photo
from idphoto_service.logic.portraits import Portraits
from idphoto_service.logic.results import Asked, replay
from idphoto_service.sources import decode_base64, digest
from idphoto_service.storage import bucket, upload_object

ORDER_DIGITS = 32


def portrait_of(wearer: WearerSource, partner: str, request_id: str) -> Portrait:
    """Return the portrait of somebody who wears an outfit; of a photo that was sent for it nothing stays.

    Raises
    ------
    CheckFailedError
        When the photo does not show one person. Whether it would do for an ID photo does not matter.
    ResultNotFoundError, UploadNotFoundError, Base64InvalidError
    StateError
        With the code and the details of what refused the photo.
    ChainFailedError, TimedOutError
    """
    if wearer.mt_generate_id is not None:
        return _of_result(wearer.mt_generate_id, partner, request_id)
    # What a call that died on its way left behind lies where the retry of it finds and erases it.
    order = f"material-{digest(wearer.model_dump_json().encode())[:ORDER_DIGITS]}"
    source = _source(wearer, partner)
    try:
        return _of_source(source, order, partner, request_id)
    finally:
        with suppress(PhotoNotFoundError):
            erase_photo(order, partner, request_id)
        if wearer.image_base64 is not None:
            bucket().delete(upload_object(partner, source["upload_id"]))


def _of_result(mt_generate_id: str, partner: str, request_id: str) -> Portrait:
    """Return the portrait of a photo as it was cut out of its source, cut out once more if need be."""
    photo, result = history().find_edit(partner, mt_generate_id, now())
    portraits = Portraits(photo)
    if not bucket().has(portraits.key(())):
        recipe = result.steps.without(*PORTRAIT_KINDS, "background")
        try:
            replay(photo, recipe, Asked("make", recipe.params("make") or {}, None), ("make",), request_id)
        finally:
            # The replay makes its own result the current one; nobody has asked for that.
            history().set_current(photo, photo.current or mt_generate_id, now())
    return portraits.load(())


def _source(wearer: WearerSource, partner: str) -> dict[str, str]:
    """Return the photo as the chain takes it: one that came as Base64 is put aside as an upload."""
    if wearer.img_url is not None:
        return {"img_url": wearer.img_url}
    if wearer.image_base64 is None:
        upload_id = str(wearer.upload_id)
        if not bucket().has(upload_object(partner, upload_id)):
            raise UploadNotFoundError(upload_id=upload_id)
        return {"upload_id": upload_id}
    data, upload_id = decode_base64(wearer.image_base64), uuid.uuid4().hex
    bucket().put(upload_object(partner, upload_id), data, "application/octet-stream")
    return {"upload_id": upload_id}


def _of_source(source: dict[str, str], order: str, partner: str, request_id: str) -> Portrait:
    caller = {"partner": partner, "request_id": request_id, "out_request_id": order}
    refused: dict[str, Any] = {}
    try:
        answer = json.loads(run_express({**caller, **source, "check": {}}))
        check_id = answer["check"]["check_id"]
    except StateError as error:
        if error.code != CheckFailedError.code:
            raise
        refused = error.details
        check_id = refused["check_id"]
    checked = history().find_check(partner, check_id, now())
    if checked is not None and checked.portrait_key is None:
        # The marked photo that the refusal links to is erased with everything else.
        raise CheckFailedError(**{name: refused.get(name) for name in ("faults", "report")})
    data = bucket().get(checked.portrait_key) if checked and checked.portrait_key else None
    if data is None:
        # An equal call has just come to its end.
        raise BusyError
    return load(data)
