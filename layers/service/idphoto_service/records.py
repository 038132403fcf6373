"""What the table holds, typed, and how a record becomes an item and an item a record again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from idphoto.recipe import Recipe, photo_key
from pydantic import TypeAdapter


@dataclass(frozen=True, kw_only=True)
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
    """One result: what was made, by which call first, from what, and where it lies."""

    partner: str
    mt_generate_id: str
    out_request_id: str
    parent_mt_generate_id: str | None = None
    effect: str
    params: str
    recipe: str
    source_digest: str
    engine_version: str
    image_key: str
    image_bytes: int
    cutout_key: str
    cutout_bytes: int
    width: int
    height: int
    created_ms: int
    expires_at: int
    frame: str
    warnings: str

    @property
    def steps(self) -> Recipe:
        """The recipe."""
        return Recipe.from_json(self.recipe)


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
    upload_key: str | None = None
    portrait_key: str | None = None
    annotated: StoredPicture | None = None
    created_at: int
    expires_at: int


@dataclass(frozen=True, kw_only=True)
class WatermarkRecord:
    """A partner's watermark: one picture for photos, one for print sheets, and how they are laid."""

    partner: str
    watermark_id: str
    name: str
    settings: str
    photo: StoredPicture
    sheet: StoredPicture
    created_at: int


@dataclass(frozen=True, kw_only=True)
class MaterialRecord:
    """A partner's own material; what is listed of it, as JSON, and where its file and its picture lie."""

    partner: str
    material_id: str
    kind: str
    digest: str
    facts: str
    file_key: str
    thumbnail: StoredPicture
    created_at: int


AnyRecord = PhotoRecord | ResultRecord | CheckRecord | WatermarkRecord | MaterialRecord
Record = TypeVar("Record", PhotoRecord, ResultRecord, CheckRecord, WatermarkRecord, MaterialRecord)


def item_of(key: dict[str, str], record: AnyRecord) -> dict[str, Any]:
    """Return the item of a record; what is None is left out."""
    return key | {name: value for name, value in asdict(record).items() if value is not None}


def record_of(kind: type[Record], item: dict[str, Any]) -> Record:
    """Return the record of an item."""
    # The table's numbers are Decimals; the adapter turns them back into what the record says.
    stored: Record = _READERS[kind].validate_python(
        {name: value for name, value in item.items() if name not in {"pk", "sk"}}
    )
    return stored


_READERS: dict[type, TypeAdapter[Any]] = {
    record: TypeAdapter(record) for record in (PhotoRecord, ResultRecord, CheckRecord, WatermarkRecord, MaterialRecord)
}
