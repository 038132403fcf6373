"""Shapes on a face: outlines through landmarks drawn as soft masks, and the unit in which a face is measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Mask, Matte

_Field = TypeVar("_Field", F32, NDArray[np.uint8])

_FINE: Final = 4
"""Sub-pixels per pixel and axis of a drawn outline."""


def polygon_mask(points: F32, shape: tuple[int, ...], *, smooth: bool = True) -> Matte:
    """Draw a closed polygon with exact soft edges.

    Parameters
    ----------
    points
        ``(N, 2)`` float32, px; pixel centres are whole numbers.
    shape
        ``(H, W)`` of the mask.
    smooth
        Run a closed Catmull-Rom curve through the points instead of straight lines.
    """
    mask = np.zeros(shape[:2], np.float32)
    outline = _curve(points) if smooth else points
    left, top = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 2, 0)
    right, bottom = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 3, (shape[1], shape[0]))
    if right <= left or bottom <= top:
        return mask
    fine = np.zeros(((bottom - top) * _FINE, (right - left) * _FINE), np.uint8)
    places = (outline - (left, top) + 0.5) * _FINE - 0.5
    corners = np.rint(places * 16).astype(np.int32)
    cv2.fillPoly(fine, [corners], 255, shift=4)
    # OpenCV fills the pixels under the outline whole; half of each lies outside.
    cv2.polylines(fine, [corners], isClosed=True, color=128, thickness=1, shift=4)
    mask[top:bottom, left:right] = cv2.resize(fine, (right - left, bottom - top), interpolation=cv2.INTER_AREA) / 255.0
    return mask


def _curve(points: F32, steps: int = 6) -> F32:
    """Points of the closed Catmull-Rom curve through some points."""
    p0, p1, p2, p3 = (np.roll(points, shift, axis=0)[:, None] for shift in (1, 0, -1, -2))
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[None, :, None]
    curve = p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return np.asarray(curve.reshape(-1, 2), np.float32)


def reduced_size(shape: tuple[int, ...], scale: float) -> tuple[int, int]:
    """Return width and height, as OpenCV takes them, of a picture of ``shape`` ``(H, W, ...)`` times ``scale``."""
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))


def reduce_points(points: F32, shape: tuple[int, int], scale: float) -> tuple[F32, tuple[int, int]]:
    """Return points and the size of a picture after it is reduced to ``scale`` times its size.

    Parameters
    ----------
    points
        ``(N, 2)`` float32, px; pixel centres are whole numbers.
    shape
        ``(H, W)``.
    scale
        At most 1.
    """
    width, height = reduced_size(shape, scale)
    ratio = np.array((width / shape[1], height / shape[0]), np.float32)
    return (points + np.float32(0.5)) * ratio - np.float32(0.5), (height, width)


def enlarge(field: F32, shape: tuple[int, ...]) -> F32:
    """Bring a soft field to a larger size."""
    return np.asarray(cv2.resize(field, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def window_about(places: F32, reach: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the rows and columns of a picture ``(H, W, ...)`` within ``reach`` of the box of places ``(N, 2)``."""
    left, top = np.maximum(np.floor(places.min(axis=0) - reach).astype(int), 0).tolist()
    right, bottom = np.minimum(np.ceil(places.max(axis=0) + reach).astype(int), shape[1::-1]).tolist()
    return slice(top, bottom), slice(left, right)


def window_of(mask: Mask | NDArray[np.uint8], reach: float = 0) -> tuple[slice, slice]:
    """Return the rows and columns within ``reach`` of what a mask ``(h, w)`` holds."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return window_about(np.array([(left, top), (left + width, top + height)], np.float32), reach, mask.shape)


def in_channels(field: F32, count: int = 3) -> F32:
    """Repeat a field ``(h, w)`` for some channels, ``(h, w, count)``: numpy spreads the last axis more slowly."""
    return np.asarray(cv2.merge([field] * count))


def face_width(landmarks: Landmarks) -> float:
    """Width of the face between its edges beside the ears, px: the unit of all lengths on a face; at least 1."""
    across = landmarks[mesh.RIGHT_CHEEK_EDGE, :2] - landmarks[mesh.LEFT_CHEEK_EDGE, :2]
    return max(float(np.hypot(*across)), 1.0)


def blur(field: F32, sigma: float) -> F32:
    """Gaussian of ``sigma`` px; less than a third of a pixel is none."""
    if sigma < 0.3:
        return field
    return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma), np.float32)


def disc(radius: float) -> NDArray[np.uint8]:
    """Return a round structuring element of at least one pixel's radius."""
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def spread(field: _Field, radius: float) -> _Field:
    """Return the greatest value within the :func:`disc` about each element of a field ``(h, w)``.

    What ``cv2.dilate`` does. That compares as many values as the disc has elements; here the rows of the disc, each as
    wide as the one before or wider, share what has been compared.
    """
    return _within(field, radius, cv2.max, float(field.min()))


def shrink(field: _Field, radius: float) -> _Field:
    """Return the least value within the :func:`disc` about each element of a field ``(h, w)``."""
    return _within(field, radius, cv2.min, float(field.max()))


def _within(field: _Field, radius: float, pick: Callable[[_Field, _Field, _Field], _Field], beyond: float) -> _Field:
    halves = disc(radius).sum(axis=1, dtype=int) // 2
    reach = len(halves) // 2
    height, width = field.shape
    wide = cv2.copyMakeBorder(field, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=beyond)
    across = wide[:, reach : reach + width].copy()
    out = np.full_like(field, beyond)
    half = 0
    for down in range(reach, -1, -1):
        for aside in range(half + 1, int(halves[reach + down]) + 1):
            for start in (reach - aside, reach + aside):
                pick(across, wide[:, start : start + width], across)
        half = int(halves[reach + down])
        for start in (reach - down, reach + down):
            pick(out, across[start : start + height], out)
    return out
