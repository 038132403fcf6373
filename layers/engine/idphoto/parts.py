"""What is what in a portrait: hair, skin, clothes and the features of the face, as soft masks that sum to one.

Effects ask :func:`parts` and nothing else. Where the portrait has a map of its parts, hair, skin, clothes, beard, head
covering and held things are the map's, drawn to the picture's edges by :mod:`idphoto.learned`; without one, skin, hair
and clothes are judged by :mod:`idphoto.classes`. Landmarks and contrast tell the features of the face.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Matte, Rgb
from idphoto.classes import judge_classes
from idphoto.learned import draw_classes
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.rims import find_glasses
from idphoto.shapes import blur, enlarge, face_width, polygon_mask, reduce_points, reduced_size

BEARD_PRESENT: Final = (0.12, 0.35)
"""Share of hair on chin and upper lip between which a beard sets in; less is a shadow or a lock across the cheek."""

BROW_CONTRAST: Final = (3.0, 14.0)
"""How much darker than the skin beside it a pixel of the brow is, L*."""


@dataclass(frozen=True, eq=False)
class Parts:
    """Soft masks, each ``(H, W)`` float32 in 0..1 and of the portrait's size; they sum to one everywhere.

    Attributes
    ----------
    hair
        Of the head, with what falls over forehead, ears and shoulders.
    face_skin
        Bare skin above the jaw line, ears included.
    body_skin
        Bare skin below it: neck, shoulders, arms, hands.
    clothes
        All that the person wears but glasses.
    brows, lips
        Hairs of the brows; the red of the lips.
    mouth
        What an open mouth shows between the lips: teeth and dark.
    eyes
        The opening between the lids.
    glasses
        Rims and temples, not what is seen through them.
    beard
        Moustache, whiskers, beard.
    background
        All else.
    headwear
        Hat, cap, scarf over the head; nothing where the portrait has no map.
    held
        Things held or worn before the face and the body, a face mask among them; nothing where there is no map.
    ears
        What of ``face_skin`` is ears; nothing where there is no map. Like ``lenses`` it does not count in the sum.
    lenses
        What is seen through the lenses of glasses, whatever part it is.
    """

    hair: Matte
    face_skin: Matte
    body_skin: Matte
    clothes: Matte
    brows: Matte
    lips: Matte
    mouth: Matte
    eyes: Matte
    glasses: Matte
    beard: Matte
    background: Matte
    headwear: Matte
    held: Matte
    ears: Matte
    lenses: Matte

    @property
    def skin(self) -> Matte:
        """Bare skin of face and body, ``(H, W)`` float32 in 0..1."""
        return self.face_skin + self.body_skin


OVERLAPS: Final = ("ears", "lenses")
"""The masks that lie over others."""
PART_NAMES: Final = tuple(field.name for field in fields(Parts) if field.name not in OVERLAPS)
"""The masks that sum to one."""


def parts(portrait: Portrait) -> Parts:
    """Find the parts of a person.

    Parameters
    ----------
    portrait
        Upright; its landmarks name the face.
    """
    alpha = portrait.alpha.astype(np.float32)
    alpha *= np.float32(1 / 255)
    masks = _judge(portrait)
    for name in (*PART_NAMES, *OVERLAPS):
        if name in masks:
            masks[name] *= alpha
        else:
            masks[name] = np.zeros(alpha.shape, np.float32)
    masks["background"] = 1 - alpha
    face = _Face.of(portrait)
    if face is not None:
        here = face.window
        rims, masks["lenses"] = find_glasses(portrait)
        free = np.maximum(alpha[here] - sum(masks[name][here] for name in _BEFORE), 0)
        found = _find_features(face, masks["hair"][here], free, rims[here])
        left = np.maximum(1 - np.sum(list(found.values()), axis=0) / np.maximum(free, np.float32(1e-6)), 0)
        for name in _BEHIND:
            masks[name][here] *= left
        if portrait.part_map is None:
            bearded = masks["hair"][here] * face.beard() * _bearded(masks["hair"], portrait.landmarks)
            masks["hair"][here] -= bearded
            masks["beard"][here] = bearded
        for name, field in found.items():
            masks[name][here] += field
    return Parts(**masks)


_BEFORE: Final = ("glasses", "headwear", "held")
"""What may be before the features of a face, and hides them."""
_BEHIND: Final = ("hair", "face_skin", "body_skin", "clothes", "beard", "ears")
"""What the features of a face take their places from."""


def _judge(portrait: Portrait) -> dict[str, Matte]:
    """Hair, skin of face and body and clothes, and what else the map knows; they sum to one."""
    if portrait.part_map is not None:
        return draw_classes(portrait, portrait.part_map)
    skin, hair, clothes = judge_classes(portrait)
    face_skin = skin * _above_jaw(portrait)
    return {"hair": hair, "face_skin": face_skin, "body_skin": skin - face_skin, "clothes": clothes}


def _find_features(face: _Face, hair: Matte, alpha: Matte, glasses: Matte) -> dict[str, Matte]:
    """Features of the face that are neither hair, skin nor clothes; all shares of the opacity that is left to them."""
    mouth = face.ring(mesh.LIPS_INNER) * alpha
    lips = np.maximum(face.ring(mesh.LIPS_OUTER) * alpha - mouth, 0)
    # Each takes no more than what those before it have left.
    free = np.maximum(alpha - mouth - lips, 0)
    eyes = np.minimum(np.maximum(face.ring(mesh.LEFT_EYE), face.ring(mesh.RIGHT_EYE)) * alpha, free)
    free = free - eyes
    worn = np.minimum(glasses, free)
    hairs = face.brow_zone() * face.darker_than_around() * (1 - hair * face.fringe())
    brows = (free - worn) * np.clip(hairs, 0, 1)
    return {"brows": brows, "lips": lips, "mouth": mouth, "eyes": eyes, "glasses": worn}


@dataclass(frozen=True, eq=False)
class _Face:
    """The part of the picture in which the features of a face lie."""

    rgb: Rgb
    points: F32
    unit: float
    window: tuple[slice, slice]

    @classmethod
    def of(cls, portrait: Portrait) -> _Face | None:
        unit = face_width(portrait.landmarks)
        points = portrait.landmarks[: mesh.SURFACE_POINTS, :2]
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        margin = 0.05 * unit
        rows = slice(max(int(top - margin), 0), min(int(bottom + 0.35 * unit) + 1, portrait.height))
        columns = slice(max(int(left - margin), 0), min(int(right + margin) + 1, portrait.width))
        if rows.stop <= rows.start or columns.stop <= columns.start:
            return None
        shifted = np.asarray(portrait.landmarks[:, :2] - (columns.start, rows.start), np.float32)
        return cls(np.ascontiguousarray(portrait.rgb[rows, columns]), shifted, unit, (rows, columns))

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.rgb.shape[0]), int(self.rgb.shape[1])

    def ring(self, indices: tuple[int, ...]) -> Matte:
        return polygon_mask(self.points[list(indices)], self.shape)

    def brow_zone(self) -> Matte:
        """About the brows."""
        outlines = []
        for indices in (mesh.LEFT_BROW, mesh.RIGHT_BROW):
            outline = self.points[list(indices)]
            away = outline - outline.mean(axis=0)
            outlines.append(outline + away / np.maximum(np.hypot(*away.T), 1)[:, None] * (0.03 * self.unit))
        return self._soft(outlines, 0.008, smooth=True)

    def beard(self) -> Matte:
        """Cheeks below the ears, upper lip, chin and the throat below it."""
        lower = self.points[list(_BEARD)].copy()
        lower[: len(_JAW), 1] += 0.22 * self.unit
        return self._soft([lower], 0.03, smooth=True)

    def fringe(self) -> Matte:
        """Above the brows."""
        rows = np.arange(self.shape[0], dtype=np.float32)[:, None]
        top = np.float32(self.points[list(mesh.LEFT_BROW + mesh.RIGHT_BROW), 1].min())
        return smoothstep((top - rows) / np.float32(self.unit), -0.02, 0.01)

    def darker_than_around(self) -> Matte:
        """How far a pixel is darker than the brightest skin close to it, 0..1; about the brows only."""
        points = self.points[list(mesh.LEFT_BROW + mesh.RIGHT_BROW)]
        margin = 0.1 * self.unit
        (left, top), (right, bottom) = np.maximum(points.min(axis=0) - margin, 0), points.max(axis=0) + margin
        box = np.s_[int(top) : max(int(bottom), 1), int(left) : max(int(right), 1)]
        out = np.zeros(self.shape, np.float32)
        light = cv2.cvtColor(np.ascontiguousarray(self.rgb[box]), cv2.COLOR_RGB2GRAY)
        scale = min(1.0, _SOFT_FACE / self.unit)
        size = reduced_size(light.shape, scale)
        small = cv2.resize(light, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        side = 2 * max(1, round(0.06 * self.unit * scale)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        around = blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), 0.03 * self.unit * scale)
        darker = enlarge(around, light.shape) - light
        out[box] = smoothstep(darker * np.float32(100 / 255), *BROW_CONTRAST)
        return out

    def _soft(self, outlines: list[F32], sigma: float, *, smooth: bool) -> Matte:
        """Fill outlines with soft edges; ``sigma`` in face widths."""
        return _fill_soft(outlines, self.shape, self.unit, sigma, smooth=smooth)


def _above_jaw(portrait: Portrait) -> Matte:
    """Fill all above the jaw line, which runs on sideways from the lobes of the ears."""
    unit = face_width(portrait.landmarks)
    jaw, far = portrait.landmarks[list(_JAW), :2], 4 * unit
    (left, left_y), (right, right_y) = jaw[0], jaw[-1]
    corners = [(right + far, right_y), (right + far, -far), (left - far, -far), (left - far, left_y)]
    outline = np.vstack([jaw, np.array(corners, np.float32)])
    outline = np.clip(outline, -8, (portrait.width + 8, portrait.height + 8)).astype(np.float32)
    return _fill_soft([outline], (portrait.height, portrait.width), unit, 0.02, smooth=False)


def _fill_soft(outlines: list[F32], shape: tuple[int, int], unit: float, sigma: float, *, smooth: bool) -> Matte:
    """Fill outlines in a reduced picture, so that a wide edge costs little."""
    scale = min(1.0, _SOFT_FACE / unit)
    mask: Matte | None = None
    for outline in outlines:
        points, size = reduce_points(outline, shape, scale)
        drawn = polygon_mask(points, size, smooth=smooth)
        mask = drawn if mask is None else np.maximum(mask, drawn)
    if mask is None:
        return np.zeros(shape, np.float32)
    return np.minimum(enlarge(blur(mask, sigma * unit * scale), shape), 1)


_SOFT_FACE: Final = 120.0
"""Zones with soft edges are drawn in a picture in which the face is this wide at most, px."""
_JAW: Final = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
_BEARD: Final = (*_JAW, 323, 454, 366, 425, 358, 327, 2, 98, 129, 205, 137, 234, 93)
"""The jaw from the left ear to the right, then back over the cheeks and below the nose."""
_CHIN_AND_LIP: Final = (199, 200, 175, 171, 396, 208, 428, 164, 167, 393, 165, 391)


def _bearded(hair: Matte, landmarks: Landmarks) -> float:
    """How far the hair on chin and upper lip is a beard, 0..1."""
    places = np.rint(landmarks[list(_CHIN_AND_LIP), :2]).astype(int)
    places = np.clip(places, 0, (hair.shape[1] - 1, hair.shape[0] - 1))
    share = hair[places[:, 1], places[:, 0]].mean(keepdims=True)
    return float(smoothstep(share, *BEARD_PRESENT)[0])
