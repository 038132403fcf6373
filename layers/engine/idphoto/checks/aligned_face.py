"""The face cut out upright at one size, so that every measure sees the same geometry at the same scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from idphoto import mesh
from idphoto.arrays import F32, F64, Landmarks, Mask, Rgb
from idphoto.checks.report import Region
from idphoto.cielab import LINEAR_OF_LEVEL, LUMINANCE_WEIGHTS, rgb_to_lab

SIDE = 256
EYE_TO_CHIN = 110.0
"""Eye line to chin, px: about that of a head on a 35 x 45 mm print at 300 dpi, so detail that is missing here is
missing on paper. (The T-metric of ISO/IEC 29794-5.)"""
EYE_MIDDLE = (128.0, 110.0)


@dataclass(frozen=True, eq=False)
class AlignedFace:
    """A face with level eyes, :data:`EYE_TO_CHIN` tall.

    Attributes
    ----------
    rgb
        uint8 ``(256, 256, 3)``; black where the photo ends.
    points
        float32 ``(478, 2)``: the landmarks in px of ``rgb``.
    covered
        bool ``(256, 256)``: where the photo is.
    origin, turn
        ``photo = origin + turn @ aligned``, both counted at pixel centres.
    """

    rgb: Rgb
    points: F32
    covered: Mask
    origin: F32
    turn: F32

    @cached_property
    def lab(self) -> F32:
        """CIELAB of ``rgb``, ``(256, 256, 3)``."""
        return rgb_to_lab(self.rgb)

    @cached_property
    def luminance(self) -> F32:
        """Relative luminance of ``rgb``, linear light 0..1, ``(256, 256)``."""
        return np.asarray(LINEAR_OF_LEVEL[self.rgb] @ LUMINANCE_WEIGHTS, np.float32)

    @cached_property
    def face(self) -> Mask:
        """The face oval, as far as the photo reaches."""
        return self.polygon(mesh.FACE_OVAL) & self.covered

    def polygon(self, indices: Sequence[int], grow: float = 1.0) -> Mask:
        """Fill the polygon of some landmarks, enlarged ``grow`` times about its centre."""
        corners = self.points[list(indices)]
        middle = corners.mean(axis=0)
        corners = middle + (corners - middle) * grow
        return self.fill(corners)

    def fill(self, corners: F32) -> Mask:
        """Fill the polygon of some points, ``(N, 2)`` in px of ``rgb``."""
        canvas = Image.new("1", (SIDE, SIDE))
        ImageDraw.Draw(canvas).polygon([(float(x), float(y)) for x, y in corners], fill=1)
        return np.asarray(canvas)

    def median(self, where: Mask) -> F32 | None:
        """Return the median L*, a*, b* of a part; None where the photo has nothing of it."""
        where = where & self.covered
        return np.asarray(np.median(self.lab[where], axis=0), np.float32) if where.any() else None

    def region_of(self, where: Mask) -> Region | None:
        """Return the box around a part, in px of the photo."""
        return region_of_mask(where, self.origin, self.turn)

    def disc(self, index: int, radius: float) -> Mask:
        """Fill a disc around a landmark; ``radius`` in px of ``rgb``."""
        mask = np.zeros((SIDE, SIDE), np.bool_)
        x, y = self.points[index]
        low = np.clip((int(x - radius), int(y - radius)), 0, SIDE)
        high = np.clip((int(x + radius) + 2, int(y + radius) + 2), 0, SIDE)
        rows, columns = np.ogrid[low[1] : high[1], low[0] : high[0]]
        mask[low[1] : high[1], low[0] : high[0]] = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
        return mask

    def iris(self, centre: int, rim: Sequence[int], part: float = 1.0) -> Mask:
        """Fill the disc of an iris, its radius taken ``part`` times."""
        spokes = self.points[list(rim)] - self.points[centre]
        return self.disc(centre, part * float(np.linalg.norm(spokes, axis=1).mean()))

    def discs(self, indices: Sequence[int], radius: float) -> Mask:
        """Fill discs around several landmarks."""
        return np.asarray(np.any([self.disc(index, radius) for index in indices], axis=0), np.bool_)


def align_face(rgb: Rgb, landmarks: Landmarks) -> AlignedFace:
    """Cut a face out of a photo.

    Parameters
    ----------
    rgb
        The photo, uint8 ``(H, W, 3)``.
    landmarks
        float32 ``(478, 3)`` in px of the photo.
    """
    left, right = mesh.eye_centres(landmarks)
    middle = (left + right) / 2
    across = (right - left) / max(float(np.linalg.norm(right - left)), 1e-6)
    down = np.array([-across[1], across[0]])
    scale = max(float(np.linalg.norm(landmarks[mesh.CHIN, :2] - middle)) / EYE_TO_CHIN, 1e-3)
    turn = np.stack([across, down], axis=1) * scale
    origin = middle - turn @ np.array(EYE_MIDDLE)
    points = (landmarks[:, :2] - origin) @ turn / scale**2
    crop, covered = resample(rgb, origin, turn, (SIDE, SIDE))
    return AlignedFace(crop, points.astype(np.float32), covered, origin.astype(np.float32), turn.astype(np.float32))


def resample(pixels: NDArray[np.uint8], origin: F64, turn: F64, size: tuple[int, int]) -> tuple[Rgb, Mask]:
    """Sample a picture on a turned grid, box-reduced first where the grid is coarse, so that nothing aliases.

    Parameters
    ----------
    pixels
        uint8 ``(H, W, 3)`` or ``(H, W)``.
    origin, turn
        ``picture = origin + turn @ grid``, both counted at pixel centres.
    size
        Width and height of the grid.

    Returns
    -------
    sampled
        uint8, of the grid's size; 0 where the picture ends.
    covered
        bool, of the grid's size: where the picture is.
    """
    height, width = pixels.shape[:2]
    factor = max(1, int(np.hypot(*turn[:, 0])))
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * size @ turn.T + origin
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - factor, 0, (width - 1, height - 1))
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + factor, low + 1, (width, height))
    part = Image.fromarray(pixels[low[1] : high[1], low[0] : high[0]])
    if factor > 1:
        part = part.reduce(factor)
    # Pillow counts from pixel corners, the landmarks from pixel centres: hence the halves.
    offset = (origin - low + 0.5 - turn @ np.array([0.5, 0.5])) / factor
    matrix = turn / factor
    data = (*matrix[0], offset[0], *matrix[1], offset[1])
    sampled = part.transform(size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    columns, rows = np.arange(size[0]), np.arange(size[1])[:, None]
    x = origin[0] + turn[0, 0] * columns + turn[0, 1] * rows
    y = origin[1] + turn[1, 0] * columns + turn[1, 1] * rows
    covered = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    return np.asarray(sampled), covered


def fit_similarity(source: NDArray[np.floating], target: NDArray[np.floating]) -> tuple[F64, F64]:
    """Return the shift, and the turn with its scale, that bring points closest to others: ``shift + turn @ source``.

    Parameters
    ----------
    source, target
        ``(N, 2)`` or more columns, of which the first two count.
    """
    z, w = (points[:, 0].astype(np.complex128) + 1j * points[:, 1] for points in (source, target))
    from_middle = z - z.mean()
    factor = np.vdot(from_middle, w - w.mean()) / max(float(np.vdot(from_middle, from_middle).real), 1e-9)
    shift = w.mean() - factor * z.mean()
    turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.array([shift.real, shift.imag]), turn


def bounding_region(landmarks: Landmarks, indices: Sequence[int], grow: float = 1.0) -> Region:
    """Return the box around some landmarks of the photo, enlarged ``grow`` times about its centre."""
    return region_around(landmarks[list(indices), :2], grow)


def region_of_mask(where: Mask, origin: F32 | F64, turn: F32 | F64) -> Region | None:
    """Return the box around a part of a turned grid, in px of the photo; ``photo = origin + turn @ grid``."""
    rows, columns = np.nonzero(where)
    if not rows.size:
        return None
    corners = np.array([(x, y) for x in (columns.min(), columns.max()) for y in (rows.min(), rows.max())])
    return region_around(origin + corners @ turn.T)


def region_around(corners: NDArray[np.floating], grow: float = 1.0) -> Region:
    """Return the box around some points of the photo, enlarged ``grow`` times about its centre."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2 * grow
    x, y = np.floor(middle - half).astype(int)
    width, height = np.ceil(2 * half).astype(int)
    return int(x), int(y), int(width), int(height)
