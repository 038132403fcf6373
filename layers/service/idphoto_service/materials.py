"""The materials of partners in the table; see :mod:`idphoto_service.history` for its keys."""

from __future__ import annotations

from typing import Any

from idphoto_service.history import history
from idphoto_service.records import MaterialRecord, item_of, record_of

_KIND = "MATERIAL#"


def save_material(record: MaterialRecord) -> None:
    """Store a material; an equal one that is there already is simply written again."""
    history().table.put_item(Item=item_of(_key(record.partner, record.material_id), record))


def find_material(partner: str, material_id: str) -> MaterialRecord | None:
    """Return a material of the partner, or None."""
    item = history().table.get_item(Key=_key(partner, material_id), ConsistentRead=True).get("Item")
    return record_of(MaterialRecord, item) if item else None


def list_materials(partner: str) -> list[MaterialRecord]:
    """Return all materials of the partner, ordered by their ids."""
    found: list[MaterialRecord] = []
    more: dict[str, Any] = {}
    while True:
        answer = history().table.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
            ExpressionAttributeValues={":pk": _key(partner, "")["pk"], ":kind": _KIND},
            ConsistentRead=True,
            **more,
        )
        found += [record_of(MaterialRecord, item) for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return found
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def delete_material(partner: str, material_id: str) -> MaterialRecord | None:
    """Delete a material of the partner and return it, or None when there was none."""
    item = history().table.delete_item(Key=_key(partner, material_id), ReturnValues="ALL_OLD").get("Attributes")
    return record_of(MaterialRecord, item) if item else None


def _key(partner: str, material_id: str) -> dict[str, str]:
    return {"pk": f"{partner}#materials", "sk": _KIND + material_id}
