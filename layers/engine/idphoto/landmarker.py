"""The 478 points of a face and its expression, from square views of it (MediaPipe's face landmarker)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from idphoto import mesh
from idphoto.arrays import F32, F64, Landmarks, Rgb
from idphoto.models import Models

PRESENCE_MIN = 0.5
"""A view holds a face when the network says so: every false hit of the detectors seen has presence 0."""
VIEW_SIDE = 1.5
"""Side of the view, in sides of the face's box (MediaPipe's face landmark graph)."""

_SIDE = 256
_MIDDLE = (_SIDE - 1) / 2


@dataclass(frozen=True, eq=False)
class _View:
    """A square of the picture, turned so that the eyes are level: ``point = turn @ (place - middle) + centre``."""

    centre: F64
    side: float
    angle: float

    @property
    def scale(self) -> float:
        """Picture px in a px of the view."""
        return self.side / _SIDE

    @property
    def turn(self) -> F64:
        cos, sin = np.cos(self.angle) * self.scale, np.sin(self.angle) * self.scale
        return np.array([[cos, -sin], [sin, cos]])

    @property
    def offset(self) -> F64:
        """The picture point at the view's first pixel."""
        return np.asarray(self.centre - self.turn @ (_MIDDLE, _MIDDLE), np.float64)


def find_landmarks(image: Image.Image, box: F32, keypoints: F32, models: Models) -> tuple[Landmarks, float] | None:
    """Return the mesh of the face in a detector's box and the confidence that it is one, or None when it is none.

    Parameters
    ----------
    image
        The picture, RGB.
    box, keypoints
        As a :class:`idphoto.detector.Detection` has them, px.
    models
        Runs ``face_landmarks``.

    Returns
    -------
    landmarks
        ``(478, 3)`` float32, px.
    presence
        0.5..1.
    """
    centre, side = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max())
    found = _look(image, _View(centre, side * VIEW_SIDE, _angle(keypoints[0], keypoints[1])), models)
    # A second look, at the mesh itself: the detector's box is loose, and the network is best when the face is centred.
    return found and _look(image, _view_of(found[0]), models)


def measure_expression(landmarks: Landmarks, models: Models) -> dict[str, float]:
    """Return the 52 coefficients of expression by name, 0..1.

    Parameters
    ----------
    landmarks
        ``(478, 3)`` float32, px.
    models
        Runs ``face_blendshapes``.
    """
    points = landmarks[list(mesh.BLENDSHAPE_POINTS), :2]
    values = models.run("face_blendshapes", np.ascontiguousarray(points[None], np.float32))[0].reshape(-1)
    return {name: float(value) for name, value in zip(mesh.BLENDSHAPE_NAMES, values, strict=True)}


def _angle(left_eye: F32, right_eye: F32) -> float:
    return float(np.arctan2(right_eye[1] - left_eye[1], right_eye[0] - left_eye[0]))


def _view_of(landmarks: Landmarks) -> _View:
    """Return the view around a mesh, by its extent along the line of the eyes and across it."""
    angle = _angle(landmarks[mesh.LEFT_EYE_OUTER], landmarks[mesh.RIGHT_EYE_OUTER])
    level = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = landmarks[: mesh.SURFACE_POINTS, :2] @ level.T
    low, high = points.min(axis=0), points.max(axis=0)
    return _View(level.T @ ((low + high) / 2), float((high - low).max()) * VIEW_SIDE, angle)


def _look(image: Image.Image, view: _View, models: Models) -> tuple[Landmarks, float] | None:
    pixels = _sample(image, view).astype(np.float32) / 255.0
    points, logit = models.run("face_landmarks", pixels[None])
    presence = float(1.0 / (1.0 + np.exp(-logit.reshape(-1)[0])))
    if presence < PRESENCE_MIN:
        return None
    places = points.reshape(-1, 3)
    flat = places[:, :2] @ view.turn.T + view.offset
    return np.concatenate([flat, places[:, 2:] * view.scale], axis=1).astype(np.float32), presence


def _sample(image: Image.Image, view: _View) -> Rgb:
    """Read the view's pixels out of the picture, which is reduced first when the face is large."""
    factor = max(1, int(view.scale))
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * (_SIDE - 1) @ view.turn.T + view.offset
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2 * factor, 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2 * factor, image.size)
    if np.any(high - low < factor):
        return np.zeros((_SIDE, _SIDE, 3), np.uint8)
    part = image.crop((int(low[0]), int(low[1]), int(high[0]), int(high[1]))).reduce(factor)
    # Pillow maps the corners of pixels, a view their centres: hence the halves.
    first = (view.offset - low + 0.5 - view.turn @ (0.5, 0.5)) / factor
    turn = view.turn / factor
    matrix = (turn[0, 0], turn[0, 1], first[0], turn[1, 0], turn[1, 1], first[1])
    return np.asarray(part.transform((_SIDE, _SIDE), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))
