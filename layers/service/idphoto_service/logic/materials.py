"""The material of a step: a recipe names it by its digest, and its bytes are kept beside the photo.

So a material that is deleted or changed later breaks no photo that was made with it.
"""

from __future__ import annotations

from typing import Any

from idphoto.effects import EFFECTS
from idphoto.recipe import Recipe, Step
from idphoto_materials import find, read

from idphoto_service.errors import BusyError, MaterialNotFoundError
from idphoto_service.records import PhotoRecord
from idphoto_service.storage import bucket, photo_object

DIGEST = "material_digest"


def with_digest(kind: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a step with the digest of the material that they name, if they name one.

    Raises
    ------
    MaterialNotFoundError
    """
    if not EFFECTS[kind].takes_material:
        return params
    material = find(kind, params["material_id"])
    if material is None:
        raise MaterialNotFoundError(material_id=params["material_id"], kind=kind)
    return params | {DIGEST: material.sha256}


def keep_material(photo: PhotoRecord, recipe: Recipe, kind: str) -> None:
    """Put the material of a step beside the photo."""
    params = recipe.params(kind) or {}
    if DIGEST in params and not bucket().has(key := _kept(photo, params[DIGEST])):
        bucket().put(key, read(kind, params["material_id"]), "application/octet-stream")


def material_of(photo: PhotoRecord, step: Step) -> tuple[bytes, ...]:
    """Return the material of a step, to be handed to its effect; empty when it takes none."""
    if DIGEST not in step.params:
        return ()
    data = bucket().get(_kept(photo, step.params[DIGEST]))
    if data is None:
        raise BusyError
    return (data,)


def _kept(photo: PhotoRecord, digest: str) -> str:
    return photo_object(photo.partner, photo.key, f"material-{digest[:32]}")
