"""The built-in materials of the bundle, as a package so that they are found wherever the layer is unpacked.

A material is one file, ``<kind>/<id>.toml``, that begins with its names, tags and licence.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Material:
    """What a list of materials says of one.

    Attributes
    ----------
    id, kind
        Together they name it; the kind is that of the effect that takes it.
    name, name_zh
        For people.
    tags
        Words to choose by, such as ``natural`` or ``men``.
    licence
        SPDX identifier.
    sha256
        Digest of its bytes, hexadecimal.
    """

    id: str
    kind: str
    name: str
    name_zh: str
    tags: tuple[str, ...]
    licence: str
    sha256: str


def kinds() -> tuple[str, ...]:
    """Return the kinds of which there are materials, in alphabetical order."""
    return tuple(sorted({file.parent.name for file in _HERE.glob("*/*.toml")}))


@cache
def materials(kind: str) -> tuple[Material, ...]:
    """Return all materials of a kind by their ids' alphabetical order; none for a kind that has none."""
    return tuple(_describe(file) for file in sorted(_HERE.glob("*/*.toml")) if file.parent.name == kind)


def find(kind: str, material_id: str) -> Material | None:
    """Return a material, or None when there is no such one."""
    return next((material for material in materials(kind) if material.id == material_id), None)


def read(kind: str, material_id: str) -> bytes:
    """Return the bytes of a material.

    Raises
    ------
    KeyError
        When there is no such material.
    """
    if find(kind, material_id) is None:
        raise KeyError(f"{kind}/{material_id}")
    return (_HERE / kind / f"{material_id}.toml").read_bytes()


def _describe(file: Path) -> Material:
    data = file.read_bytes()
    head = tomllib.loads(data.decode())
    return Material(
        id=file.stem,
        kind=file.parent.name,
        name=head["name"],
        name_zh=head["name_zh"],
        tags=tuple(head["tags"]),
        licence=head["licence"],
        sha256=hashlib.sha256(data).hexdigest(),
    )
