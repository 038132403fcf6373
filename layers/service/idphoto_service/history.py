"""The single table: photos, their results, their checks.

==========================  =========================  ==================================================
pk                          sk                         item
==========================  =========================  ==================================================
``<partner>#<photo key>``   ``PHOTO``                  which source the photo is of, and its current result
``<partner>#<photo key>``   ``RESULT#<id>``            one result: recipe, parent, where its objects lie
``<partner>#<photo key>``   ``CHECK#<id>``             one check: report, and where its objects lie
==========================  =========================  ==================================================

An id begins with its photo key, so an id and a partner are enough to find an item, with a consistent read and no index;
one query returns a photo's whole history: its results are its steps. A photo and its results expire together, a check
after a day; an expired item that is still there (DynamoDB deletes late) counts as gone. An object is always stored
before the item that names it, and a result is stored together with the photo's pointer to it, or not at all.
"""

from __future__ import annotations

import random
import time
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from idphoto.recipe import PHOTO_KEY_LENGTH, photo_key
from pydantic import TypeAdapter

from idphoto_service.errors import OutRequestIdConflictError, ResultNotFoundError
from idphoto_service.settings import settings

SECONDS_PER_DAY = 86_400

_UNLESS_LIVE = "attribute_not_exists(pk) OR expires_at <= :now"
_REFUSED = "ConditionalCheckFailed"
_CONFLICT = "TransactionConflict"
_CONFLICT_WAITS_S = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Longest waits between attempts when calls for one photo meet; the client retries all other transient faults."""

Record = TypeVar("Record", "PhotoRecord", "ResultRecord", "CheckRecord")


@dataclass(frozen=True)
class PhotoRecord:
    """Which source an out_request_id stands for."""

    partner: str
    out_request_id: str
    source_digest: str
    created_at: int
    expires_at: int
    current: str | None = None

    @property
    def key(self) -> str:
        """The photo key."""
        return photo_key(self.partner, self.out_request_id)


@dataclass(frozen=True, kw_only=True)
class ResultRecord:
    """One result: what was made, from what, and where it lies."""

    partner: str
    mt_generate_id: str
    out_request_id: str
    parent_mt_generate_id: str | None = None
    effect: str
    recipe: str
    source_digest: str
    engine_version: str
    source_key: str
    portrait_key: str
    image_key: str
    image_bytes: int
    cutout_key: str
    cutout_bytes: int
    width: int
    height: int
    created_at: int
    expires_at: int
    frame: str
    warnings: str


@dataclass(frozen=True)
class StoredPicture:
    """A picture among the objects."""

    key: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class CheckRecord:
    """One check of one source."""

    partner: str
    check_id: str
    out_request_id: str
    source_digest: str
    engine_version: str
    level: str
    passed: bool
    report: str
    source_key: str
    portrait_key: str | None = None
    annotated: StoredPicture | None = None
    created_at: int
    expires_at: int


_READERS: dict[type, TypeAdapter[Any]] = {
    record: TypeAdapter(record) for record in (PhotoRecord, ResultRecord, CheckRecord)
}


@dataclass(frozen=True)
class History:
    """The table and the client that reaches it."""

    table: Any

    def claim_photo(self, partner: str, out_request_id: str, source_digest: str, now: int, days: int) -> PhotoRecord:
        """Return the photo, creating it when it is new.

        Raises
        ------
        OutRequestIdConflictError
            When the out_request_id stands for another source; nothing is changed.
        """
        photo = PhotoRecord(partner, out_request_id, source_digest, now, now + days * SECONDS_PER_DAY)
        key = {"pk": _partition(partner, photo.key), "sk": _sort_key("PHOTO")}
        try:
            self.table.put_item(
                Item=_item(key, photo), ConditionExpression=_UNLESS_LIVE, ExpressionAttributeValues={":now": now}
            )
        except ClientError as error:
            if _code(error) != _REFUSED:
                raise
            photo = self.find_photo(partner, out_request_id, now) or photo
        if photo.source_digest != source_digest:
            raise OutRequestIdConflictError(out_request_id=out_request_id)
        return photo

    def expect_source(self, partner: str, out_request_id: str, source_digest: str, now: int) -> PhotoRecord | None:
        """Return the photo that has been made of this source, if one has; refuse another source before any work.

        Raises
        ------
        OutRequestIdConflictError
        """
        photo = self.find_photo(partner, out_request_id, now)
        if photo is not None and photo.source_digest != source_digest:
            raise OutRequestIdConflictError(out_request_id=out_request_id)
        return photo

    def find_photo(self, partner: str, out_request_id: str, now: int) -> PhotoRecord | None:
        """Return a photo, or None when there is none."""
        return self._get(PhotoRecord, partner, photo_key(partner, out_request_id), _sort_key("PHOTO"), now)

    def set_current(self, photo: PhotoRecord, mt_generate_id: str, now: int) -> None:
        """Remember which result of a photo was asked for last.

        Raises
        ------
        ResultNotFoundError
            When the photo has been erased in the meantime.
        """
        try:
            self.table.update_item(**_current(photo, mt_generate_id, now))
        except ClientError as error:
            if _code(error) != _REFUSED:
                raise
            raise ResultNotFoundError(mt_generate_id=mt_generate_id) from error

    def save_result(self, result: ResultRecord, photo: PhotoRecord, now: int) -> ResultRecord:
        """Store a result as the current one of its photo, both or nothing, and return it.

        When it is there already, the stored one is returned, and becomes the current one.

        Raises
        ------
        ResultNotFoundError
            When the photo has been erased in the meantime: nothing of it comes back.
        """
        name = result.mt_generate_id
        key = {"pk": _partition(photo.partner, photo.key), "sk": _sort_key("RESULT", name)}
        put = {
            "Item": _item(key, result),
            "ConditionExpression": _UNLESS_LIVE,
            "ExpressionAttributeValues": {":now": now},
        }
        update = _current(photo, name, now)
        for wait in (*_CONFLICT_WAITS_S, None):
            try:
                self.table.meta.client.transact_write_items(
                    TransactItems=[
                        {"Put": put | {"TableName": self.table.name}},
                        {"Update": update | {"TableName": self.table.name}},
                    ]
                )
            except ClientError as error:
                of_result, of_photo = _reasons(error)
                if of_photo == _REFUSED:
                    raise ResultNotFoundError(mt_generate_id=name) from error
                if of_result == _REFUSED:
                    self.set_current(photo, name, now)
                    return self.find_result(photo.partner, name, now) or result
                if wait is None or _CONFLICT not in {of_result, of_photo}:
                    raise
                time.sleep(random.uniform(0, wait))  # noqa: S311 - spreads retries, keeps no secret
            else:
                return result
        raise AssertionError("the last attempt returns or raises")

    def find_result(self, partner: str, mt_generate_id: str, now: int) -> ResultRecord | None:
        """Return a result of the partner, or None."""
        photo = mt_generate_id[:PHOTO_KEY_LENGTH]
        return self._get(ResultRecord, partner, photo, _sort_key("RESULT", mt_generate_id), now)

    def save_check(self, check: CheckRecord) -> None:
        """Store a check; one that is there already says the same, or less."""
        key = {
            "pk": _partition(check.partner, check.check_id[:PHOTO_KEY_LENGTH]),
            "sk": _sort_key("CHECK", check.check_id),
        }
        self.table.put_item(Item=_item(key, check))

    def find_check(self, partner: str, check_id: str, now: int) -> CheckRecord | None:
        """Return a check of the partner, or None."""
        photo = check_id[:PHOTO_KEY_LENGTH]
        return self._get(CheckRecord, partner, photo, _sort_key("CHECK", check_id), now)

    def _get(self, record: type[Record], partner: str, photo: str, sort_key: str, now: int) -> Record | None:
        key = {"pk": _partition(partner, photo), "sk": sort_key}
        item = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return _live(record, item, now)


def _live(record: type[Record], item: dict[str, Any] | None, now: int) -> Record | None:
    if item is None or item["expires_at"] <= now:
        return None
    # The table's numbers are Decimals; the adapter turns them back into what the record says.
    stored: Record = _READERS[record].validate_python(
        {name: value for name, value in item.items() if name not in {"pk", "sk"}}
    )
    return stored


def _item(key: dict[str, str], record: PhotoRecord | ResultRecord | CheckRecord) -> dict[str, Any]:
    return key | {name: value for name, value in asdict(record).items() if value is not None}


def _current(photo: PhotoRecord, mt_generate_id: str, now: int) -> dict[str, Any]:
    return {
        "Key": {"pk": _partition(photo.partner, photo.key), "sk": _sort_key("PHOTO")},
        "UpdateExpression": "SET #current = :id",
        "ConditionExpression": "source_digest = :digest AND expires_at > :now",
        "ExpressionAttributeNames": {"#current": "current"},
        "ExpressionAttributeValues": {":id": mt_generate_id, ":digest": photo.source_digest, ":now": now},
    }


def _code(error: ClientError) -> str:
    code: str = error.response["Error"]["Code"]
    return code.removesuffix("Exception")


def _reasons(error: ClientError) -> tuple[str | None, str | None]:
    """Return why each item of a cancelled transaction of two was refused; raise any other error again."""
    if _code(error) != "TransactionCanceled":
        raise error
    first, second = (reason.get("Code") for reason in error.response["CancellationReasons"])
    return first, second


def _partition(partner: str, photo: str) -> str:
    return f"{partner}#{photo}"


def _sort_key(kind: str, name: str = "") -> str:
    return f"{kind}#{name}" if name else kind


def now() -> int:
    """Return the time in whole seconds since 1970."""
    return int(time.time())


@cache
def history() -> History:
    """Return the bundle's table."""
    config = Config(retries={"mode": "standard"})
    return History(boto3.resource("dynamodb", config=config).Table(settings().table_name))
