"""人像对称: the shape of the face moved towards the mean of itself and its mirror image; colours stay what they are."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, F64, Landmarks
from idphoto.effects import gates
from idphoto.effects.base import EffectParams, Strength
from idphoto.pose import fit_rotation
from idphoto.portrait import Portrait
from idphoto.warp import field_from_moves, warp

YAW_MOST: Final = 10.0
"""Degrees. Beyond it the far half of the face is foreshortened, and what the mesh says of its depth is guesswork."""
ROLL_MOST: Final = 8.0
FACE_LEAST: Final = 60.0
"""px; below it the mesh's own error is as large as what makes a face uneven."""

FULL: Final = 0.8
"""What full strength takes of the way to perfect symmetry; a face without any looks strange, and not like its owner."""
MOVE_MOST: Final = 0.045
"""Largest move of a point, in face widths; more is not unevenness but a turned or covered face."""
SUPPORT: Final = 0.62
"""How far beyond the mesh hair and ears follow, in face widths."""
EVERY: Final = 3
"""Of the points of the surface, beside the outlines, each third is enough for a smooth field."""

_LINES: Final = (
    mesh.FACE_OVAL
    + mesh.LEFT_EYE
    + mesh.RIGHT_EYE
    + mesh.LEFT_BROW
    + mesh.RIGHT_BROW
    + mesh.LIPS_OUTER
    + mesh.LIPS_INNER
)


class SymmetryParams(EffectParams):
    """How much of the face's unevenness is taken away."""

    strength: Strength = 50.0

    @property
    def is_identity(self) -> bool:
        """Whether the effect changes nothing, whatever the portrait."""
        return self.strength == 0


def apply(portrait: Portrait, params: SymmetryParams) -> Portrait:
    """Move the shape of the face towards symmetry; hair and ears follow.

    Raises
    ------
    EffectRefusedError
        The head is turned or tilted, or the face is small or cut off.
    """
    if params.is_identity:
        return portrait
    gates.require_whole_face("symmetry", portrait)
    gates.require_size("symmetry", portrait, face=FACE_LEAST)
    gates.require_facing("symmetry", portrait, yaw=YAW_MOST, roll=ROLL_MOST)
    points = portrait.landmarks
    width = gates.face_width(points)
    chosen = _chosen()
    moves = _bounded(unevenness(points)[chosen], MOVE_MOST * width) * np.float32(FULL * params.strength / 100)
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


def _chosen() -> list[int]:
    """Return points of the surface, mirror images of each other, that describe its shape."""
    some = {*_LINES, *mesh.MIDLINE, *range(0, mesh.SURFACE_POINTS, EVERY)}
    return sorted(some | {mesh.MIRROR[point] for point in some})


def _bounded(moves: F32, most: float) -> F32:
    length = np.linalg.norm(moves, axis=1, keepdims=True)
    return np.asarray(moves * (most * np.tanh(length / most) / np.maximum(length, 1e-6)), np.float32)
