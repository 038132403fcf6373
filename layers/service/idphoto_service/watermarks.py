"""The watermarks of partners in the table; see :mod:`idphoto_service.history` for its keys."""

from __future__ import annotations

from idphoto_service.history import history
from idphoto_service.records import WatermarkRecord, item_of, record_of

_KIND = "WATERMARK#"


def save_watermark(record: WatermarkRecord) -> None:
    """Store a watermark; an equal one that is there already is simply written again."""
    history().table.put_item(Item=item_of(_key(record.partner, record.watermark_id), record))


def find_watermark(partner: str, watermark_id: str) -> WatermarkRecord | None:
    """Return a watermark of the partner, or None."""
    item = history().table.get_item(Key=_key(partner, watermark_id), ConsistentRead=True).get("Item")
    return record_of(WatermarkRecord, item) if item else None


def list_watermarks(partner: str, limit: int, start: str | None) -> tuple[list[WatermarkRecord], str | None]:
    """Return some of the partner's watermarks, ordered by their ids, and the id after which the next page starts."""
    more = {"ExclusiveStartKey": _key(partner, start)} if start else {}
    answer = history().table.query(
        KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
        ExpressionAttributeValues={":pk": _key(partner, "")["pk"], ":kind": _KIND},
        Limit=limit,
        ConsistentRead=True,
        **more,
    )
    after = answer.get("LastEvaluatedKey")
    records = [record_of(WatermarkRecord, item) for item in answer["Items"]]
    return records, after["sk"].removeprefix(_KIND) if after else None


def delete_watermark(partner: str, watermark_id: str) -> WatermarkRecord | None:
    """Delete a watermark of the partner and return it, or None when there was none."""
    item = history().table.delete_item(Key=_key(partner, watermark_id), ReturnValues="ALL_OLD").get("Attributes")
    return record_of(WatermarkRecord, item) if item else None


def _key(partner: str, watermark_id: str) -> dict[str, str]:
    return {"pk": f"{partner}#watermarks", "sk": _KIND + watermark_id}
