"""The area about the eyes, levelled and scaled, in which the lines of glasses are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Mask, Matte, Rgb
from idphoto.shapes import blur, disc, face_width, polygon_mask, shrink, spread, window_about

FACE_CELLS: Final = 256
"""Width of the face in cells, on which lines are looked for."""
REACH: Final = (0.66, 0.40, 0.46)
"""The area looked at: half its width from the middle between the eyes, up and down from there, in face widths."""
LINE_WIDTH: Final = 0.045
"""The widest line that is one, in face widths; the rim of a thick frame is somewhat narrower."""
THIN: Final = 0.02
"""The widest thin line, in face widths."""
_RADIUS: Final = LINE_WIDTH * FACE_CELLS / 2
"""Half the widest line, in cells."""
BRIGHT_WEIGHT: Final = np.float32(0.7)
"""A bright line counts so much of a dark one: metal rims shine, but so does skin."""
GREY_WEIGHT: Final = np.float32(0.02)
"""Contrast of a line for each unit of chroma (CIELAB) that it has less than skin: silver on skin may be as light."""
BROW_MARGIN, EYE_MARGIN = 0.008, 0.035
"""Brows, and eyes with lids, lashes and folds, reach so far beyond their landmarks; in face widths."""


@dataclass(frozen=True, eq=False)
class EyeArea:
    """The area about the eyes.

    Attributes
    ----------
    cells
        ``(h, w, 3)`` uint8.
    points
        ``(478, 2)`` float32, the landmarks in cells.
    matrix
        ``(2, 3)`` float32, from places in the picture to places in cells.
    """

    cells: Rgb
    points: F32
    matrix: F32

    @classmethod
    def of(cls, rgb: Rgb, landmarks: Landmarks) -> EyeArea:
        """Cut the area out of a picture ``(H, W, 3)`` with landmarks ``(478, 3)``, px."""
        left, right = mesh.eye_centres(landmarks)
        scale = FACE_CELLS / face_width(landmarks)
        across = (right - left) / np.linalg.norm(right - left) * scale
        half, up, down = (part * FACE_CELLS for part in REACH)
        turn = np.array([[across[0], across[1]], [-across[1], across[0]]], np.float32)
        shift = np.array((half, up), np.float32) - turn @ ((left + right) / 2)
        matrix = np.hstack([turn, shift[:, None]]).astype(np.float32)
        size = (round(2 * half), round(up + down))
        if scale < 1:
            rgb = _smooth_at(rgb, _in_picture(_corners(size), matrix), 0.5 / scale)
        cells = cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return cls(cells, np.asarray(landmarks[:, :2] @ turn.T + shift, np.float32), matrix)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.cells.shape[1], self.cells.shape[0]

    def to_picture(self, places: F32) -> F32:
        """Return places ``(N, 2)`` in cells in px of the picture."""
        return _in_picture(places, self.matrix)

    def window(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Return the rows and columns of a picture ``(H, W, ...)`` in which the area lies."""
        return window_about(self.to_picture(_corners(self.size)), 0, shape)

    def field_in_picture(self, cells: F32, shape: tuple[int, ...]) -> F32:
        """Return a field ``(h, w)`` of cells as one ``(H, W)`` of the picture; 0 beyond the cells."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(cells, self.matrix, shape[1::-1], flags=flags), np.float32)

    @cached_property
    def lines(self) -> F32:
        """Contrast of each cell to the skin on both sides of a line through it.

        Natural logarithm of the level where it is darker or brighter; what is as light but greyer counts likewise.
        """
        return np.asarray(np.maximum(self.toned_lines, _greyer(self._chroma, _RADIUS)), np.float32)

    @cached_property
    def thin_lines(self) -> F32:
        """The same of thin lines only."""
        return self.lines_within(THIN)

    @cached_property
    def toned_lines(self) -> F32:
        """The same without what is only greyer."""
        return _toned(self._light, self._closed, _RADIUS)

    def lines_within(self, widest: float, window: tuple[slice, slice] | None = None) -> F32:
        """Return :attr:`lines` of those that are at most so wide, in face widths; in a window alone."""
        radius = widest * FACE_CELLS / 2
        reach = len(disc(radius)) - 1
        window = window or (slice(0, self.size[1]), slice(0, self.size[0]))
        around = tuple(slice(max(part.start - reach, 0), part.stop + reach) for part in window)
        light, chroma = self._light[around], self._chroma[around]
        lines = np.maximum(_toned(light, _close(light, radius), radius), _greyer(chroma, radius))
        inside = tuple(slice(p.start - w.start, p.stop - w.start) for p, w in zip(window, around, strict=True))
        return np.asarray(lines[inside], np.float32)

    @cached_property
    def ground(self) -> F32:
        """Level of what dark lines are drawn over, natural logarithm; 0 is that of bare skin."""
        return np.asarray(self._closed - np.median(self._closed[self.bare > 0]), np.float32)

    @cached_property
    def shades(self) -> F32:
        """How much darker each cell is than what dark lines are drawn over, natural logarithm of the level."""
        return np.asarray(self._closed - self._light, np.float32)

    @cached_property
    def lab(self) -> F32:
        """CIELAB of the cells, ``(h, w, 3)``."""
        lab: F32 = cv2.cvtColor(self.cells.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
        return lab

    @cached_property
    def _closed(self) -> F32:
        return _close(self._light, _RADIUS)

    @cached_property
    def _chroma(self) -> F32:
        _, red, blue = cv2.split(cv2.cvtColor(self.cells, cv2.COLOR_RGB2LAB))
        return blur(cv2.magnitude(*(axis.astype(np.float32) - 128 for axis in (red, blue))), 1.0)

    @cached_property
    def _light(self) -> F32:
        grey = self.cells.astype(np.float32) @ np.array((0.30, 0.59, 0.11), np.float32)
        return blur(np.log(np.maximum(grey, 6)), 1.0)

    @cached_property
    def bare(self) -> Matte:
        """Where the face would show nothing but skin, were there no glasses."""
        return np.asarray(self.oval & ~self.brows & ~self.lids, np.float32)

    @cached_property
    def oval(self) -> Mask:
        """The face without ears and what of the forehead lies above the mesh, ``(h, w)``."""
        return np.asarray(polygon_mask(self.points[list(mesh.FACE_OVAL)], self.cells.shape) > 0.5)

    @cached_property
    def lids(self) -> Mask:
        """Eyes with lids, lashes and folds, ``(h, w)``."""
        return self._widened((mesh.LEFT_EYE, mesh.RIGHT_EYE), EYE_MARGIN)

    @cached_property
    def brows(self) -> Mask:
        """The brows, ``(h, w)``."""
        return self._widened((mesh.LEFT_BROW, mesh.RIGHT_BROW), BROW_MARGIN)

    @property
    def eye_row(self) -> float:
        """Row of the line of the eyes."""
        return REACH[1] * FACE_CELLS

    def _widened(self, rings: tuple[tuple[int, ...], ...], margin: float) -> Mask:
        shape = self.cells.shape
        hulls = [polygon_mask(cv2.convexHull(self.points[list(ring)])[:, 0], shape, smooth=False) for ring in rings]
        inside = (np.maximum.reduce(hulls) > 0.5).astype(np.uint8)
        return np.asarray(cv2.dilate(inside, disc(margin * FACE_CELLS)) > 0)


def _corners(size: tuple[int, int]) -> F32:
    return np.array([(0, 0), size, (size[0], 0), (0, size[1])], np.float32)


def _in_picture(places: F32, matrix: F32) -> F32:
    inverse = cv2.invertAffineTransform(matrix)
    return np.asarray(places @ inverse[:, :2].T + inverse[:, 2], np.float32)


def _smooth_at(rgb: Rgb, places: F32, sigma: float) -> Rgb:
    """Return a picture that is smooth, Gaussian of ``sigma`` px, within the box of some places."""
    # OpenCV's kernel ends there, for levels; one pixel more is for what is read between two.
    window = window_about(places, 3 * sigma + 2, rgb.shape)
    smooth = rgb.copy()
    if smooth[window].size:
        smooth[window] = cv2.GaussianBlur(rgb[window], (0, 0), sigma)
    return smooth


def _close(field: F32, radius: float) -> F32:
    """Fill what is narrower than a disc and less than what lies beside it."""
    return shrink(spread(field, radius), radius)


def _toned(light: F32, closed: F32, radius: float) -> F32:
    """Contrast of dark lines, which are not in the closed picture, and of bright ones."""
    bright = light - spread(shrink(light, radius), radius)
    return np.asarray(np.maximum(closed - light, BRIGHT_WEIGHT * bright), np.float32)


def _greyer(chroma: F32, radius: float) -> F32:
    """Contrast of lines that have less chroma than what lies beside them."""
    return np.asarray(GREY_WEIGHT * (_close(chroma, radius) - chroma), np.float32)


def read_at(field: F32, places: F32) -> F32:
    """Values of a field at places ``(..., 2)``, linearly; beyond it the border repeats."""
    flat = np.ascontiguousarray(places.reshape(len(places), -1, 2), np.float32)
    values = cv2.remap(field, flat, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values.reshape(places.shape[:-1]), np.float32)
