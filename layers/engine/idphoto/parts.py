"""What is what in a portrait: hair, skin, clothes and the features of the face, as soft masks that sum to one.

Effects ask :func:`parts` and nothing else, so that a learned parser can take the place of this one. It is classical:
skin, hair and clothes by :mod:`idphoto.classes`, the features of the face by their landmarks and by their contrast.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Alpha, Landmarks, Matte
from idphoto.classes import judge_classes
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import blur, face_width, polygon_mask
from idphoto.spectacles import find_glasses

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

    @property
    def skin(self) -> Matte:
        """Bare skin of face and body, ``(H, W)`` float32 in 0..1."""
        return self.face_skin + self.body_skin


PART_NAMES: Final = tuple(field.name for field in fields(Parts))


def parts(portrait: Portrait) -> Parts:
    """Find the parts of a person.

    Parameters
    ----------
    portrait
        Upright; its landmarks name the face.
    """
    alpha = portrait.alpha.astype(np.float32) / np.float32(255)
    skin, hair, clothes = judge_classes(portrait)
    zone = _Zones(portrait.landmarks, alpha.shape)

    mouth, lips, eyes = zone.mouth, zone.lips, zone.eyes
    worn = find_glasses(portrait.rgb, portrait.landmarks) * (1 - eyes) * alpha
    free = np.maximum((1 - mouth - lips - eyes) * alpha - worn, 0)
    grey = cv2.cvtColor(portrait.rgb, cv2.COLOR_RGB2GRAY)
    brow_hairs = zone.brows * _darker_than_around(grey, zone) * (1 - hair * zone.fringe)
    brows = free * brow_hairs
    rest = free - brows
    bearded = _bearded(hair, portrait.landmarks)
    beard_share = zone.beard * bearded
    beard = rest * hair * beard_share
    face_skin = rest * skin * zone.face
    return Parts(
        hair=rest * hair * (1 - beard_share),
        face_skin=face_skin,
        body_skin=rest * skin * (1 - zone.face),
        clothes=rest * clothes,
        brows=brows,
        lips=lips * alpha,
        mouth=mouth * alpha,
        eyes=eyes * alpha,
        glasses=worn,
        beard=beard,
        background=1 - alpha,
    )


class _Zones:
    """Where the landmarks say that something may be; each ``(H, W)`` float32 in 0..1."""

    def __init__(self, landmarks: Landmarks, shape: tuple[int, ...]) -> None:
        points, unit = landmarks[:, :2], face_width(landmarks)

        def ring(indices: tuple[int, ...]) -> Matte:
            return polygon_mask(points[list(indices)], shape)

        self.unit = unit
        self.mouth = ring(mesh.LIPS_INNER)
        self.lips = np.maximum(ring(mesh.LIPS_OUTER) - self.mouth, 0)
        self.eyes = np.maximum(ring(mesh.LEFT_EYE), ring(mesh.RIGHT_EYE))
        self.brows = self._brows(points, shape)
        self.face = self._face(points, shape)
        self.beard = self._beard(points, shape)
        rows = np.arange(shape[0], dtype=np.float32)[:, None]
        brow_top = float(points[list(mesh.LEFT_BROW + mesh.RIGHT_BROW), 1].min())
        self.fringe = smoothstep(brow_top + 0.02 * unit - rows, 0.0, 0.03 * unit) * np.ones(shape, np.float32)

    def _brows(self, points: F32, shape: tuple[int, ...]) -> Matte:
        brows = np.zeros(shape, np.float32)
        for indices in (mesh.LEFT_BROW, mesh.RIGHT_BROW):
            outline = points[list(indices)]
            middle = outline.mean(axis=0)
            away = outline - middle
            grown = outline + away / np.maximum(np.hypot(*away.T), 1)[:, None] * (0.03 * self.unit)
            brows = np.maximum(brows, polygon_mask(grown, shape))
        return blur(brows, 0.008 * self.unit)

    def _face(self, points: F32, shape: tuple[int, ...]) -> Matte:
        """All above the jaw line, which runs on sideways from the lobes of the ears."""
        jaw = points[list(_JAW)]
        far = 4 * self.unit
        (left, left_y), (right, right_y) = jaw[0], jaw[-1]
        corners = [(right + far, right_y), (right + far, -far), (left - far, -far), (left - far, left_y)]
        outline = np.vstack([jaw, np.array(corners, np.float32)])
        outline = np.clip(outline, -8, (shape[1] + 8, shape[0] + 8)).astype(np.float32)
        return blur(polygon_mask(outline, shape, smooth=False), 0.02 * self.unit)

    def _beard(self, points: F32, shape: tuple[int, ...]) -> Matte:
        """Cheeks below the ears, upper lip, chin and the throat below it."""
        lower = points[list(_BEARD)]
        drop = np.zeros_like(lower)
        drop[: len(_JAW), 1] = 0.22 * self.unit
        return blur(polygon_mask(lower + drop, shape), 0.03 * self.unit)


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


def _darker_than_around(grey: Alpha, zone: _Zones) -> Matte:
    """How far a pixel is darker than the brightest third of the skin around it, 0..1; near the brows only."""
    rows, columns = np.flatnonzero(zone.brows.any(axis=1)), np.flatnonzero(zone.brows.any(axis=0))
    out = np.zeros(zone.brows.shape, np.float32)
    if not rows.size:
        return out
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    light = grey[box].astype(np.float32) * np.float32(100 / 255)
    radius = max(1, round(0.06 * zone.unit))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    around = blur(cv2.morphologyEx(blur(light, 0.01 * zone.unit), cv2.MORPH_CLOSE, kernel), 0.03 * zone.unit)
    out[box] = smoothstep(around - light, *BROW_CONTRAST)
    return out
