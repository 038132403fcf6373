"""The material of a step: a recipe names it by its digest, its bytes are kept with the photo.

So a material that is deleted or changed later breaks no photo that was made with it.
"""

from __future__ import annotations

from typing import Any

from idphoto.effects import EFFECTS
from idphoto.recipe import Recipe, Step
from idphoto_materials import find, read

from idphoto_service.contract import OWN_MATERIAL
from idphoto_service.errors import BusyError, MaterialNotFoundError
from idphoto_service.materials import find_material
from idphoto_service.records import PhotoRecord
from idphoto_service.storage import bucket, material_object, photo_object

DIGEST = "material_digest"
FILE = "file"
"""Name of the object that holds a partner's material; see :func:`~idphoto_service.storage.material_object`."""


def with_digest(kind: str, params: dict[str, Any], partner: str) -> dict[str, Any]:
    """Return the parameters of a step with the digest of the material that they name, if they name one.

    Raises
    ------
    MaterialNotFoundError
        When neither the bundle nor the partner has such a material for this effect.
    """
    if not EFFECTS[kind].takes_material:
        return params
    return params | {DIGEST: _digest_of(kind, params["material_id"], partner)}


def keep_material(photo: PhotoRecord, recipe: Recipe, kind: str) -> None:
    """Put the material of a step beside the photo.

    Raises
    ------
    MaterialNotFoundError
        When it has been deleted in the meantime.
    """
    params = recipe.params(kind) or {}
    if DIGEST not in params or bucket().has(key := _kept(photo, params[DIGEST])):
        return
    material_id = params["material_id"]
    if not material_id.startswith(OWN_MATERIAL):
        bucket().put(key, read(kind, material_id), "application/octet-stream")
    elif not bucket().copy(material_object(photo.partner, material_id, FILE), key):
        raise MaterialNotFoundError(material_id=material_id, kind=kind)


def material_of(photo: PhotoRecord, step: Step) -> tuple[bytes, ...]:
    """Return the material of a step, to be handed to its effect; empty when it takes none."""
    if DIGEST not in step.params:
        return ()
    data = bucket().get(_kept(photo, step.params[DIGEST]))
    if data is None:
        raise BusyError
    return (data,)


def _digest_of(kind: str, material_id: str, partner: str) -> str:
    if material_id.startswith(OWN_MATERIAL):
        own = find_material(partner, material_id)
        if own is not None and own.kind == kind:
            return own.digest
    elif built_in := find(kind, material_id):
        return built_in.sha256
    raise MaterialNotFoundError(material_id=material_id, kind=kind)


def _kept(photo: PhotoRecord, digest: str) -> str:
    return photo_object(photo.partner, photo.key, f"material-{digest[:32]}")
