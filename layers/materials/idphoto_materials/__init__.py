"""The built-in materials of the bundle, as a package so that they are found wherever the layer is unpacked.

A material is one file ``<kind>/<id>.<suffix>`` that says its own names, tags and licence, with its thumbnail
``<id>.webp`` beside it. The kind is that of the effect that takes it; an id is unique among all kinds.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

SUFFIXES: Mapping[str, str] = MappingProxyType({"makeup": ".toml", "outfit": ".garment"})
"""What the file of each kind is: a look (:mod:`idphoto.looks`), a garment (:mod:`idphoto.garment`)."""

THUMBNAIL = ".webp"

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Colour:
    """A colour in which a material comes.

    Attributes
    ----------
    id
        Names it in the parameters of the effect.
    name, name_zh
        For people.
    main
        ``#RRGGBB`` of the material's main part.
    """

    id: str
    name: str
    name_zh: str
    main: str


@dataclass(frozen=True)
class Material:
    """What a list of materials says of one.

    Attributes
    ----------
    id, kind
        The kind is that of the effect that takes it.
    name, name_zh
        For people.
    tags
        Words to choose by, such as ``natural`` or ``men``.
    licence
        SPDX identifier.
    sha256
        Digest of its bytes, hexadecimal.
    colours
        In which it comes, the default first; none when it comes as it is.
    anchors
        ``(x, y)`` by name, px: where it is held; none when it is held nowhere.
    """

    id: str
    kind: str
    name: str
    name_zh: str
    tags: tuple[str, ...]
    licence: str
    sha256: str
    colours: tuple[Colour, ...] = ()
    anchors: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def kinds() -> tuple[str, ...]:
    """Return the kinds of which there are materials, in alphabetical order."""
    return tuple(sorted(kind for kind in SUFFIXES if materials(kind)))


@cache
def materials(kind: str) -> tuple[Material, ...]:
    """Return all materials of a kind by their ids' alphabetical order; none for a kind that has none."""
    if kind not in SUFFIXES:
        return ()
    files = sorted((_HERE / kind).glob(f"*{SUFFIXES[kind]}"))
    return tuple(describe(kind, file.stem, file.read_bytes()) for file in files)


def find(kind: str, material_id: str) -> Material | None:
    """Return a material of a kind, or None when there is no such one."""
    return next((found for found in materials(kind) if found.id == material_id), None)


def named(material_id: str) -> Material | None:
    """Return the material of whatever kind that has this id, or None when there is no such one."""
    return next((found for kind in SUFFIXES if (found := find(kind, material_id))), None)


def read(kind: str, material_id: str) -> bytes:
    """Return the bytes of a material.

    Raises
    ------
    KeyError
        When there is no such material.
    """
    return _file(kind, material_id).read_bytes()


def read_thumbnail(kind: str, material_id: str) -> bytes:
    """Return the picture of a material for lists, a WebP file.

    Raises
    ------
    KeyError
        When there is no such material.
    """
    return _file(kind, material_id).with_suffix(THUMBNAIL).read_bytes()


def describe(kind: str, material_id: str, data: bytes) -> Material:
    """Return what the bytes of a material say of themselves."""
    told = _FACTS[kind](data)
    return Material(id=material_id, kind=kind, sha256=hashlib.sha256(data).hexdigest(), **told)


def _file(kind: str, material_id: str) -> Path:
    if find(kind, material_id) is None:
        raise KeyError(f"{kind}/{material_id}")
    return _HERE / kind / f"{material_id}{SUFFIXES[kind]}"


def _look_facts(data: bytes) -> dict[str, Any]:
    head = tomllib.loads(data.decode())
    return {name: head[name] for name in ("name", "name_zh", "licence")} | {"tags": tuple(head["tags"])}


def _garment_facts(data: bytes) -> dict[str, Any]:
    # Only who lists garments needs numpy and Pillow for it.
    from idphoto.garment import read_facts  # noqa: PLC0415

    facts = read_facts(data)
    main = facts.parts[0].id if facts.parts else ""
    return {
        "name": facts.name,
        "name_zh": facts.name_zh,
        "tags": facts.tags,
        "licence": facts.licence,
        "colours": tuple(Colour(one.id, one.name, one.name_zh, one.albedo[main]) for one in facts.colours),
        "anchors": MappingProxyType(dict(facts.anchors)),
    }


_FACTS = MappingProxyType({"makeup": _look_facts, "outfit": _garment_facts})
