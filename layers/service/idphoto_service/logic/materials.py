"""Materials: which there are, and that of a step: a recipe names it by its digest, its bytes are kept with the photo.

So a material that is deleted or changed later breaks no photo that was made with it.
"""

from __future__ import annotations

from typing import Any

from idphoto.effects import EFFECTS
from idphoto.recipe import Recipe, Step
from idphoto_materials import find, kinds, materials, read

from idphoto_service.contract import MaterialAnswer, MaterialsAnswer
from idphoto_service.errors import BusyError, MaterialNotFoundError
from idphoto_service.records import PhotoRecord
from idphoto_service.storage import bucket, photo_object

DIGEST = "material_digest"


def list_materials(kind: str | None, tag: str | None, limit: int, start: int, request_id: str) -> MaterialsAnswer:
    """Return the materials of a kind and with a tag, from ``start`` on, at most ``limit`` of them."""
    found = [
        material
        for one in kinds()
        if kind in {None, one}
        for material in materials(one)
        if tag is None or tag in material.tags
    ]
    page = found[start : start + limit]
    end = start + len(page)
    return MaterialsAnswer(
        request_id=request_id,
        materials=[
            MaterialAnswer(
                material_id=material.id,
                kind=material.kind,
                name=material.name,
                name_zh=material.name_zh,
                tags=list(material.tags),
                licence=material.licence,
                digest=material.sha256,
            )
            for material in page
        ],
        total=len(found),
        next=end if end < len(found) else None,
    )


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
