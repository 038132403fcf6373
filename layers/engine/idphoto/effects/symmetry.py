"""人像对称: the shape of the face moved towards the mean of itself and its mirror image, and the shoulders levelled.

Colours stay what they are.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, F64, Landmarks
from idphoto.effects import gates
from idphoto.effects.base import EffectParams, EffectRefusedError, Strength
from idphoto.effects.gates import Limits
from idphoto.parts import parts
from idphoto.portrait import Portrait
from idphoto.pose import fit_rotation
from idphoto.raster import smoothstep
from idphoto.shapes import face_width
from idphoto.warp import Field, field_from_moves, warp
from idphoto.wearer import measure, shoulder_slope

KIND: Final = "symmetry"

LIMITS: Final = Limits(yaw=10, roll=8, face_width=60)
"""Beyond this turn the far half of the face is foreshortened, and what the mesh says of its depth is guesswork. In a
smaller face the mesh's own error is as large as what makes a face uneven."""
UNEVENNESS_MOST: Final = 0.008
"""Mean unevenness in face widths: 0.0012 to 0.0054 on bare faces seen from the front; 0.0117 with a hand before an eye,
where the mesh is a guess."""

FULL: Final = 0.8
"""What full strength takes of the way to perfect symmetry; a face without any looks strange, and not like its owner."""
MOVE_MOST: Final = 0.045
"""Largest move of a point, in face widths; more is not unevenness but a turned or covered face."""
SUPPORT: Final = 0.62
"""How far beyond the mesh hair and ears follow, in face widths."""
EVERY: Final = 5
"""Of the points of the surface, beside the outlines, each fifth is enough for a smooth field."""

SLOPE_MOST: Final = 0.14
"""Of shoulders, one of which is higher, over their distance: 8 degrees; more is a leaning or turned body."""
NECK_ABOVE_CM: Final = 2.0
"""The shear of levelled shoulders begins at the chin and is full so far above the pit of the neck."""
FADE_FROM: Final = 0.35
"""Part of the way from there to the lower border at which it begins to fade."""

_LINES: Final = (
    mesh.FACE_OVAL
    + mesh.LEFT_EYE
    + mesh.RIGHT_EYE
    + mesh.LEFT_BROW
    + mesh.RIGHT_BROW
    + mesh.LIPS_OUTER
    + mesh.LIPS_INNER
)


class Symmetry(EffectParams):
    """How much of the face's unevenness is taken away."""

    strength: Strength = 50.0
    """Of the face."""
    shoulders: Strength = 0.0
    """How far shoulders of which one is higher are levelled."""

    @property
    def is_identity(self) -> bool:
        """Whether the effect changes nothing, whatever the portrait."""
        return self.strength == 0 and self.shoulders == 0


def apply(portrait: Portrait, params: Symmetry) -> Portrait:
    """Move the shape of the face towards symmetry, hair and ears with it; level the shoulders.

    Raises
    ------
    EffectRefusedError
        The head is turned or tilted, or the face is small or cut off; shoulders that shall be levelled are hidden, or
        too far from level.
    """
    if params.is_identity:
        return portrait
    gates.check_whole_face(KIND, portrait)
    gates.check(KIND, portrait, LIMITS)
    if params.shoulders:
        portrait = warp(portrait, levelling(portrait, params.shoulders / 100))
    return _even_face(portrait, params.strength / 100) if params.strength else portrait


def _even_face(portrait: Portrait, share: float) -> Portrait:
    points = portrait.landmarks
    width = face_width(points)
    uneven = unevenness(points)
    _check_trusted(uneven / np.float32(width))
    chosen = _chosen()
    moves = _bounded(uneven[chosen], MOVE_MOST * width) * np.float32(FULL * share)
    start = points[chosen, :2]
    return warp(portrait, field_from_moves(portrait, start, start + moves, support=SUPPORT * width))


def levelling(portrait: Portrait, share: float) -> Field:
    """Return the field that levels the shoulders by a share: a shear below the neck, which fades to the lower border.

    Raises
    ------
    EffectRefusedError
        ``SHOULDERS_HIDDEN``, ``SHOULDERS_SLANT``.
    """
    found = parts(portrait)
    wearer = measure(portrait, found)
    slope = shoulder_slope(portrait, found, wearer)
    if slope is None:
        raise EffectRefusedError(
            KIND,
            "SHOULDERS_HIDDEN",
            "The photo does not show both shoulders, so they cannot be levelled.",
            "照片未完整显示双肩，无法调整肩部水平。",
        )
    if abs(slope) > SLOPE_MOST:
        raise EffectRefusedError(
            KIND,
            "SHOULDERS_SLANT",
            f"The shoulders slant by {abs(slope):.2f} of their width; this effect takes at most {SLOPE_MOST:.2f}.",
            f"双肩倾斜达肩宽的 {abs(slope):.2f}，此效果最多允许 {SLOPE_MOST:.2f}。",
            value=round(slope, 3),
            allowed=SLOPE_MOST,
        )
    top = int(portrait.chin_y)
    rows = np.arange(top, portrait.height, dtype=np.float32)
    begin = wearer.pit_y - NECK_ABOVE_CM * wearer.unit
    onset = smoothstep(rows, portrait.chin_y, max(begin, portrait.chin_y + 1))
    end = max(float(portrait.height - 1), begin + 2)
    fading = 1 - smoothstep(rows, begin + FADE_FROM * (end - begin), end)
    across = (np.arange(portrait.width, dtype=np.float32) - np.float32(wearer.neck_x)) * np.float32(slope * share)
    shift = np.zeros((len(rows), portrait.width, 2), np.float32)
    shift[..., 1] = (onset * fading)[:, None] * across[None]
    return Field(0, top, shift)


def unevenness(landmarks: Landmarks) -> F32:
    """Return what separates each point from the mean of the face and its mirror image, ``(478, 2)`` px.

    The mirrored mesh is laid upon the mesh by a rigid motion in space (object symmetry: Klingenberg et al. 2002), so
    that neither a turn nor a tilt of the head counts as unevenness.
    """
    shape = np.asarray(landmarks, np.float64)
    mirrored: F64 = (shape * (-1, 1, 1))[list(mesh.MIRROR)]
    # The irises tell where the eyes look, which is no matter of shape.
    weights = np.zeros(len(shape))
    weights[: mesh.SURFACE_POINTS] = 1 / mesh.SURFACE_POINTS
    rotation = fit_rotation(mirrored, shape, weights)
    laid = (mirrored - weights @ mirrored) @ rotation.T + weights @ shape
    return np.asarray((laid - shape)[:, :2] / 2, np.float32)


def _check_trusted(uneven: F32) -> None:
    mean = float(np.linalg.norm(uneven[: mesh.SURFACE_POINTS], axis=1).mean())
    if mean > UNEVENNESS_MOST:
        raise EffectRefusedError(
            KIND,
            "FACE_COVERED",
            f"Part of the face is covered or twisted: its halves differ by {mean:.1%} of its width; this effect "
            f"takes at most {UNEVENNESS_MOST:.1%}.",
            f"脸部被遮挡或表情扭曲：左右差异为脸宽的 {mean:.1%}，此效果最多允许 {UNEVENNESS_MOST:.1%}。",
            value=round(mean, 4),
            allowed=UNEVENNESS_MOST,
        )


def _chosen() -> list[int]:
    """Return points of the surface, mirror images of each other, that describe its shape."""
    some = {*_LINES, *mesh.MIDLINE, *range(0, mesh.SURFACE_POINTS, EVERY)}
    return sorted(some | {mesh.MIRROR[point] for point in some})


def _bounded(moves: F32, most: float) -> F32:
    length = np.linalg.norm(moves, axis=1, keepdims=True)
    return np.asarray(moves * (most * np.tanh(length / most) / np.maximum(length, 1e-6)), np.float32)
