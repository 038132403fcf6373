"""人像对称: the shape of the face moved towards the mean of itself and its mirror image; colours stay what they are."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, F64, Landmarks
from idphoto.effects import gates
from idphoto.effects.base import EffectParams, EffectRefusedError, Strength
from idphoto.effects.gates import Limits
from idphoto.portrait import Portrait
from idphoto.pose import fit_rotation
from idphoto.shapes import face_width
from idphoto.warp import field_from_moves, warp

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

    @property
    def is_identity(self) -> bool:
        """Whether the effect changes nothing, whatever the portrait."""
        return self.strength == 0


def apply(portrait: Portrait, params: Symmetry) -> Portrait:
    """Move the shape of the face towards symmetry; hair and ears follow.

    Raises
    ------
    EffectRefusedError
        The head is turned or tilted, or the face is small or cut off.
    """
    if params.is_identity:
        return portrait
    gates.check_whole_face(KIND, portrait)
    gates.check(KIND, portrait, LIMITS)
    points = portrait.landmarks
    width = face_width(points)
    uneven = unevenness(points)
    _check_trusted(uneven / np.float32(width))
    chosen = _chosen()
    moves = _bounded(uneven[chosen], MOVE_MOST * width) * np.float32(FULL * params.strength / 100)
    start = points[chosen, :2]
    return warp(portrait, field_from_moves(portrait, start, start + moves, support=SUPPORT * width))


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
