"""The single table: photos, their steps and results, their checks.

==========================  ============================  ===============================================
pk                          sk                            item
==========================  ============================  ===============================================
``<partner>#<photo key>``   ``PHOTO``                     which source the photo is of; its current result
``<partner>#<photo key>``   ``STEP#<time>-<id>``          the log: which result came when
``<partner>#<photo key>``   ``RESULT#<id>``               one result: recipe, parent, where its objects lie
``<partner>#<photo key>``   ``CHECK#<id>``                one check: report, and where its objects lie
``<partner>#watermarks``    ``WATERMARK#<id>``            a watermark of the partner
``<partner>#materials``     ``MATERIAL#<id>``             a material of the partner
==========================  ============================  ===============================================

An id begins with its photo key, so an id and a partner are enough to find an item, with a consistent read and no index;
one query returns a photo's whole history. A photo, its steps and its results expire together, a check after a day; an
expired item that is still there (DynamoDB deletes late) counts as gone. An object is always stored before the item that
names it, and a result is stored together with its step and the photo's pointer to it, or not at all.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from idphoto.recipe import PHOTO_KEY_LENGTH, photo_key

from idphoto_service.errors import OutRequestIdConflictError, ResultNotFoundError
from idphoto_service.records import CheckRecord, PhotoRecord, Record, ResultRecord, item_of, record_of
from idphoto_service.settings import settings

SECONDS_PER_DAY = 86_400
BATCH = 100
"""Items that one BatchGetItem returns at most; the largest page of a history."""

_UNLESS_LIVE = "attribute_not_exists(pk) OR expires_at <= :now"
_REFUSED = "ConditionalCheckFailed"
_CONFLICT = "TransactionConflict"
_CONFLICT_WAITS_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Longest waits between attempts when calls for one photo meet; the client retries all other transient faults."""


@dataclass(frozen=True)
class HistoryPage:
    """Some steps of a photo in their order; ``next`` is where the following page starts, if there is one."""

    results: list[ResultRecord]
    next: str | None


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
        photo = PhotoRecord(
            partner=partner,
            out_request_id=out_request_id,
            source_digest=source_digest,
            created_at=now,
            expires_at=now + days * SECONDS_PER_DAY,
        )
        try:
            self.table.put_item(
                Item=item_of(_key(partner, photo.key, "PHOTO"), photo),
                ConditionExpression=_UNLESS_LIVE,
                ExpressionAttributeValues={":now": now},
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
        return self._get(PhotoRecord, _key(partner, photo_key(partner, out_request_id), "PHOTO"), now)

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
        """Store a result with its step, as the current one of its photo; all three or nothing. Return it.

        When it is there already, the stored one is returned, and becomes the current one; there is no second step.

        Raises
        ------
        ResultNotFoundError
            When the photo has been erased in the meantime: nothing of it comes back.
        """
        name = result.mt_generate_id
        put = {
            "Item": item_of(_key(photo.partner, photo.key, "RESULT", name), result),
            "ConditionExpression": _UNLESS_LIVE,
            "ExpressionAttributeValues": {":now": now},
        }
        step = _key(photo.partner, photo.key, "STEP", f"{result.created_ms:014d}-{name}")
        writes = [
            {"Put": put},
            {"Update": _current(photo, name, now)},
            {"Put": {"Item": step | {"mt_generate_id": name, "expires_at": result.expires_at}}},
        ]
        for write in writes:
            next(iter(write.values()))["TableName"] = self.table.name
        for wait in (*_CONFLICT_WAITS_S, None):
            try:
                self.table.meta.client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                of_result, of_photo, _ = reasons = _reasons(error)
                if of_photo == _REFUSED:
                    raise ResultNotFoundError(mt_generate_id=name) from error
                if of_result == _REFUSED:
                    self.set_current(photo, name, now)
                    return self.find_result(photo.partner, name, now) or result
                if wait is None or _CONFLICT not in reasons:
                    raise
                time.sleep(random.uniform(0, wait))  # noqa: S311 - spreads retries, keeps no secret
            else:
                return result
        raise AssertionError("the last attempt returns or raises")

    def find_result(self, partner: str, mt_generate_id: str, now: int) -> ResultRecord | None:
        """Return a result of the partner, or None."""
        key = _key(partner, mt_generate_id[:PHOTO_KEY_LENGTH], "RESULT", mt_generate_id)
        return self._get(ResultRecord, key, now)

    def find_edit(self, partner: str, mt_generate_id: str, now: int) -> tuple[PhotoRecord, ResultRecord]:
        """Return a photo and a result of it, from which a call continues.

        Raises
        ------
        ResultNotFoundError
            When the partner has no such result, or it has expired.
        """
        result = self.find_result(partner, mt_generate_id, now)
        photo = self.find_photo(partner, result.out_request_id, now) if result else None
        if result is None or photo is None:
            raise ResultNotFoundError(mt_generate_id=mt_generate_id)
        return photo, result

    def page(self, photo: PhotoRecord, limit: int, start: str | None, now: int) -> HistoryPage:
        """Return some steps of a photo, the oldest first.

        Parameters
        ----------
        limit
            1 to :data:`BATCH` steps.
        start
            The ``next`` of the page before; None for the first.
        """
        pk = _partition(photo.partner, photo.key)
        asked: dict[str, Any] = {"Limit": limit, "ConsistentRead": True}
        if start:
            asked["ExclusiveStartKey"] = _key(photo.partner, photo.key, "STEP", start)
        answer = self.table.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :steps)",
            FilterExpression="expires_at > :now",
            ExpressionAttributeValues={":pk": pk, ":steps": "STEP#", ":now": now},
            **asked,
        )
        names = list(dict.fromkeys(item["mt_generate_id"] for item in answer["Items"]))
        keys = [_key(photo.partner, photo.key, "RESULT", name) for name in names]
        found = {item["mt_generate_id"]: record_of(ResultRecord, item) for item in self._batch(keys)}
        after = answer.get("LastEvaluatedKey")
        return HistoryPage(
            results=[found[name] for name in names if name in found],
            next=after["sk"].removeprefix("STEP#") if after else None,
        )

    def save_check(self, check: CheckRecord) -> None:
        """Store a check; one that is there already says the same, or less."""
        key = _key(check.partner, check.check_id[:PHOTO_KEY_LENGTH], "CHECK", check.check_id)
        self.table.put_item(Item=item_of(key, check))

    def find_check(self, partner: str, check_id: str, now: int) -> CheckRecord | None:
        """Return a check of the partner, or None."""
        return self._get(CheckRecord, _key(partner, check_id[:PHOTO_KEY_LENGTH], "CHECK", check_id), now)

    def erase(self, partner: str, out_request_id: str) -> Iterator[dict[str, Any]]:
        """Delete every item of a photo, the photo itself first, and yield each as it was.

        Once the photo is gone, no call that is under way can store a result of it.
        """
        pk = _partition(partner, photo_key(partner, out_request_id))
        gone = self.table.delete_item(Key={"pk": pk, "sk": "PHOTO"}, ReturnValues="ALL_OLD").get("Attributes")
        if gone:
            yield gone
        while items := self.table.query(
            KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": pk}, ConsistentRead=True
        )["Items"]:
            with self.table.batch_writer() as batch:
                for item in items:
                    batch.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
            yield from items

    def _get(self, record: type[Record], key: dict[str, str], now: int) -> Record | None:
        item = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return None if item is None or item["expires_at"] <= now else record_of(record, item)

    def _batch(self, keys: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
        """Yield the items of at most :data:`BATCH` keys, in no order."""
        while keys:
            answer = self.table.meta.client.batch_get_item(
                RequestItems={self.table.name: {"Keys": keys, "ConsistentRead": True}}
            )
            yield from answer["Responses"].get(self.table.name, [])
            keys = answer.get("UnprocessedKeys", {}).get(self.table.name, {}).get("Keys", [])


def _current(photo: PhotoRecord, mt_generate_id: str, now: int) -> dict[str, Any]:
    return {
        "Key": _key(photo.partner, photo.key, "PHOTO"),
        "UpdateExpression": "SET #current = :id",
        "ConditionExpression": "source_digest = :digest AND expires_at > :now",
        "ExpressionAttributeNames": {"#current": "current"},
        "ExpressionAttributeValues": {":id": mt_generate_id, ":digest": photo.source_digest, ":now": now},
    }


def _code(error: ClientError) -> str:
    code: str = error.response["Error"]["Code"]
    return code.removesuffix("Exception")


def _reasons(error: ClientError) -> list[str | None]:
    """Return why each item of a cancelled transaction was refused; raise any other error again."""
    if _code(error) != "TransactionCanceled":
        raise error
    return [reason.get("Code") for reason in error.response["CancellationReasons"]]


def _partition(partner: str, photo: str) -> str:
    return f"{partner}#{photo}"


def _key(partner: str, photo: str, kind: str, name: str = "") -> dict[str, str]:
    return {"pk": _partition(partner, photo), "sk": f"{kind}#{name}" if name else kind}


def now() -> int:
    """Return the time in whole seconds since 1970."""
    return int(time.time())


def now_ms() -> int:
    """Return the time in whole milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@cache
def history() -> History:
    """Return the bundle's table."""
    config = Config(retries={"mode": "standard"})
    return History(boto3.resource("dynamodb", config=config).Table(settings().table_name))
