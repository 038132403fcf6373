"""Which materials there are: those of the bundle and a partner's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import idphoto_materials as bundled
from idphoto.thumbnails import SIDE

from idphoto_service.contract import OWN_MATERIAL, MaterialAnswer, MaterialColor, MaterialFacts, MaterialsAnswer
from idphoto_service.errors import MaterialNotFoundError
from idphoto_service.logic.pictures import linked
from idphoto_service.materials import find_material, list_materials
from idphoto_service.records import MaterialRecord, StoredPicture
from idphoto_service.storage import BUILT_IN, bucket, material_object

_COMPLETE = "complete"
"""Name of the object that says that all thumbnails of the bundle are among the objects."""


@dataclass(frozen=True)
class Search:
    """Which materials are asked for: those of an effect, with all of some tags (separated by commas), one's own."""

    kind: str | None = None
    tag: str | None = None
    own: bool | None = None


def show_materials(search: Search, limit: int, start: str | None, partner: str, request_id: str) -> MaterialsAnswer:
    """Return a page of materials, the partner's own ones first, then those of the bundle by kind and id.

    Parameters
    ----------
    start
        The id after which the page begins; whatever comes and goes meanwhile, no other one is missed or shown twice.

    Raises
    ------
    MaterialNotFoundError
        When the page is to begin after a material of the bundle that there is not.
    """
    tags = {part.strip() for part in search.tag.split(",")} if search.tag else set()
    found = [one for one in _all(partner, search) if search.kind in {None, one.kind} and tags <= set(one.facts.tags)]
    first = _place(start) if start else None
    rest = [one for one in found if first is None or one.place > first]
    page = rest[:limit]
    if any(one.built_in for one in page):
        _publish()
    return MaterialsAnswer(
        request_id=request_id,
        materials=[_answer(one, request_id) for one in page],
        total=len(found),
        next=page[-1].id if len(rest) > len(page) else None,
    )


def show_material(material_id: str, partner: str, request_id: str) -> MaterialAnswer:
    """Return one material.

    Raises
    ------
    MaterialNotFoundError
    """
    if material_id.startswith(OWN_MATERIAL):
        record = find_material(partner, material_id)
        if record is not None:
            return own_answer(record, request_id)
    elif material := bundled.named(material_id):
        _publish()
        return _answer(_of_bundle(material), request_id)
    raise MaterialNotFoundError(material_id=material_id)


def own_answer(record: MaterialRecord, request_id: str) -> MaterialAnswer:
    """Return a partner's own material as the partner gets to see it."""
    return _answer(_of_partner(record), request_id)


def facts_of(material: bundled.Material) -> MaterialFacts:
    """Return what a material says of itself."""
    return MaterialFacts(
        name=material.name,
        name_zh=material.name_zh,
        tags=list(material.tags),
        licence=material.licence,
        colors=[
            MaterialColor(id=one.id, name=one.name, name_zh=one.name_zh, color=one.main) for one in material.colours
        ],
        anchors=dict(material.anchors) or None,
    )


@dataclass(frozen=True)
class _Listed:
    """A material of either sort."""

    id: str
    kind: str
    digest: str
    facts: MaterialFacts
    picture: StoredPicture
    created_at: int | None = None

    @property
    def built_in(self) -> bool:
        return self.created_at is None

    @property
    def place(self) -> tuple[bool, str, str]:
        """Where it stands in the list."""
        return self.built_in, self.kind if self.built_in else "", self.id


def _all(partner: str, search: Search) -> Iterator[_Listed]:
    if search.own is not False:
        yield from map(_of_partner, list_materials(partner))
    if search.own is not True:
        for kind in bundled.kinds():
            yield from map(_of_bundle, bundled.materials(kind))


def _of_partner(record: MaterialRecord) -> _Listed:
    facts = MaterialFacts.model_validate_json(record.facts)
    return _Listed(record.material_id, record.kind, record.digest, facts, record.thumbnail, record.created_at)


def _of_bundle(material: bundled.Material) -> _Listed:
    size = len(bundled.read_thumbnail(material.kind, material.id))
    picture = StoredPicture(_published(material.id), SIDE, SIDE, size)
    return _Listed(material.id, material.kind, material.sha256, facts_of(material), picture)


def _place(material_id: str) -> tuple[bool, str, str]:
    if material_id.startswith(OWN_MATERIAL):
        return False, "", material_id
    found = bundled.named(material_id)
    if found is None:
        raise MaterialNotFoundError(material_id=material_id)
    return True, found.kind, found.id


def _answer(one: _Listed, request_id: str) -> MaterialAnswer:
    picture = one.picture
    return MaterialAnswer(
        request_id=request_id,
        material_id=one.id,
        kind=one.kind,
        digest=one.digest,
        thumbnail=linked(picture.key, "webp", picture.width, picture.height, picture.bytes),
        built_in=one.built_in,
        created_at=one.created_at,
        **dict(one.facts),
    )


def _publish() -> None:
    """Put the thumbnails of the bundle among the objects, where links lead; those of each bundle once."""
    mark = _published(_COMPLETE)
    if bucket().has(mark):
        return
    pictures = [
        (_published(material.id), bundled.read_thumbnail(kind, material.id), "image/webp")
        for kind in bundled.kinds()
        for material in bundled.materials(kind)
    ]
    bucket().put_all(*pictures)
    bucket().put(mark, b"", "text/plain")


def _published(name: str) -> str:
    return material_object(BUILT_IN, _version(), name)


@cache
def _version() -> str:
    """Return what names the thumbnails of this bundle: others, another name."""
    every = hashlib.sha256()
    for kind in bundled.kinds():
        for material in bundled.materials(kind):
            every.update(material.id.encode() + bundled.read_thumbnail(kind, material.id))
    return every.hexdigest()[:16]
