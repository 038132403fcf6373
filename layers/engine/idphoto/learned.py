"""From the coarse map of a portrait's parts to masks of its own size, drawn to the edges of the picture.

The map tells what is what within some px; the picture tells where exactly one ends and the other begins. Each class is
judged anew by the direction of colour in which it differs most from the rest and by the guided filter (He et al. 2013).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from idphoto import opencv as cv2
from idphoto.arrays import F32, Matte
from idphoto.classes import WORK_FACE, refine
from idphoto.partmap import CLASSES, LEVELS, SIDE, SURE, PartMap
from idphoto.portrait import Portrait
from idphoto.shapes import face_width, reduced_size

FINE_FACE: Final = 160.0
"""The masks are drawn in a picture in which the face is at most this wide, px, and brought to full size linearly: where
the face is wider, edges of hair and cloth are some px wide anyway."""

REACH: Final = 0.08
"""How far off its edge a class of the map may be, in face widths: three of its cells."""

PRESENT: Final = 0.004
"""A class that is sure of a smaller part of the person is a doubt of the network and not there: an ear is three times
that."""

GROUPS: Final = {
    "skin": ("face_skin", "body_skin", "ears"),
    "hair": ("hair",),
    "clothes": ("clothes",),
    "headwear": ("headwear",),
    "beard": ("beard",),
    "held": ("held",),
    "glasses": ("glasses",),
}
"""What is drawn to its edges together. Within skin no edge tells face, body and ears."""
ALWAYS: Final = ("skin", "hair", "clothes")


def draw_classes(portrait: Portrait, part_map: PartMap) -> dict[str, Matte]:
    """Return masks ``(H, W)`` of the classes that are there, which sum to one, and ``ears``, part of ``face_skin``."""
    unit = face_width(portrait.landmarks)
    size, fine_size = (_reduced(portrait, most / unit) for most in (WORK_FACE, FINE_FACE))
    fine = _resized(portrait.rgb, fine_size)
    small, alpha = _resized(fine, size), _resized(portrait.alpha, size).astype(np.float32) * np.float32(1 / 255)
    planes = np.stack([_draw(part_map, names, portrait, size) for names in GROUPS.values()])
    person = max(float(alpha.sum()), 1.0)
    there = [
        name
        for name, plane in zip(GROUPS, planes, strict=True)
        if name in ALWAYS or float(((plane > SURE) * alpha).sum()) > PRESENT * person
    ]
    kept = planes[[list(GROUPS).index(name) for name in there]]
    kept /= np.maximum(kept.sum(axis=0), np.float32(1e-3))
    masks = dict(zip(there, refine(kept, small, alpha, unit * size[0] / portrait.width, fine, REACH), strict=True))
    skin = masks.pop("skin")
    face, ears, body = (_draw(part_map, (name,), portrait, size) for name in GROUPS["skin"][::2] + GROUPS["skin"][1:2])
    face += ears
    ears /= np.maximum(face, np.float32(1e-3))
    face /= np.maximum(face + body, np.float32(1e-3))
    masks["face_skin"] = skin * _resized(face, fine_size)
    masks["body_skin"] = skin - masks["face_skin"]
    masks["ears"] = masks["face_skin"] * _resized(ears, fine_size)
    full = (portrait.width, portrait.height)
    return {name: np.asarray(_resized(mask, full), np.float32) for name, mask in masks.items()}


def with_clothes(part_map: PartMap, worn: Matte) -> PartMap:
    """Return the map of a portrait that now wears something else.

    Parameters
    ----------
    part_map
        Of the portrait before.
    worn
        ``(H, W)`` float32, where the new clothes are seen, 0..1; what was clothes elsewhere is the body's skin now.
    """
    left, top, right, bottom = part_map.box
    across, down = (right - left) / SIDE, (bottom - top) / SIDE
    means = cv2.blur(worn, (max(1, round(across)), max(1, round(down))), borderType=cv2.BORDER_REPLICATE)
    matrix = np.array([(across, 0, across / 2 + left - 0.5), (0, down, down / 2 + top - 0.5)])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cloth = cv2.warpAffine(means, matrix, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    shares = part_map.shares * (1 - cloth)
    clothes, body = CLASSES.index("clothes"), CLASSES.index("body_skin")
    shares[body] += shares[clothes]
    shares[clothes] = LEVELS * cloth
    return PartMap(part_map.box, np.rint(shares).astype(np.uint8))


def without_glasses(part_map: PartMap) -> PartMap:
    """Return the map of a portrait whose glasses were taken off: what was glasses is the face's skin now."""
    shares = part_map.shares.copy()
    glasses, face = CLASSES.index("glasses"), CLASSES.index("face_skin")
    shares[face] += shares[glasses]
    shares[glasses] = 0
    return PartMap(part_map.box, shares)


def _reduced(portrait: Portrait, scale: float) -> tuple[int, int]:
    scale = min(1.0, scale)
    return reduced_size(portrait.alpha.shape, scale)


def _resized(field: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    if field.shape[1::-1] == size:
        return field
    shrinks = size[0] < field.shape[1]
    out: NDArray[Any] = cv2.resize(field, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return out


def _draw(part_map: PartMap, names: tuple[str, ...], portrait: Portrait, size: tuple[int, int]) -> F32:
    """Sum of some classes over the portrait, as a picture of ``size`` (width, height)."""
    plane = np.sum([part_map.shares[CLASSES.index(name)] for name in names], axis=0, dtype=np.float32)
    left, top, right, bottom = part_map.box
    across, down = SIDE / (right - left), SIDE / (bottom - top)
    step_x, step_y = portrait.width / size[0] * across, portrait.height / size[1] * down
    matrix = np.array([(step_x, 0, step_x / 2 - left * across - 0.5), (0, step_y, step_y / 2 - top * down - 0.5)])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpAffine(plane * np.float32(1 / LEVELS), matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, np.float32)
