"""The area about the eyes, levelled and scaled, in which the lines of glasses are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Mask, Matte, Rgb
from idphoto.shapes import blur, disc, face_width, polygon_mask

FACE_CELLS: Final = 256
"""Width of the face in cells, on which lines are looked for."""
REACH: Final = (0.66, 0.40, 0.46)
"""The area looked at: half its width from the middle between the eyes, up and down from there, in face widths."""
LINE_WIDTH: Final = 0.045
"""The widest line that is one, in face widths; the rim of a thick frame is somewhat narrower."""
THIN: Final = 0.02
"""The widest thin line, in face widths."""
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
        smooth = cv2.GaussianBlur(rgb, (0, 0), 0.5 / scale) if scale < 1 else rgb
        cells = cv2.warpAffine(smooth, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return cls(cells, np.asarray(landmarks[:, :2] @ turn.T + shift, np.float32), matrix)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.cells.shape[1], self.cells.shape[0]

    def to_picture(self, places: F32) -> F32:
        """Return places ``(N, 2)`` in cells in px of the picture."""
        inverse = cv2.invertAffineTransform(self.matrix)
        return np.asarray(places @ inverse[:, :2].T + inverse[:, 2], np.float32)

    def field_in_picture(self, cells: F32, shape: tuple[int, ...]) -> F32:
        """Return a field ``(h, w)`` of cells as one ``(H, W)`` of the picture; 0 beyond the cells."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(cells, self.matrix, shape[1::-1], flags=flags), np.float32)

    @cached_property
    def lines(self) -> F32:
        """Contrast of each cell to the skin on both sides of a line through it.

        Natural logarithm of the level where it is darker or brighter; what is as light but greyer counts likewise.
        """
        return self.lines_within(LINE_WIDTH)

    @cached_property
    def thin_lines(self) -> F32:
        """The same of thin lines only."""
        return self.lines_within(THIN)

    @cached_property
    def toned_lines(self) -> F32:
        """The same without what is only greyer."""
        return self._toned(disc(LINE_WIDTH * FACE_CELLS / 2))

    def lines_within(self, widest: float) -> F32:
        """Return :attr:`lines` of those that are at most so wide, in face widths."""
        element = disc(widest * FACE_CELLS / 2)
        greyer = cv2.morphologyEx(self._chroma, cv2.MORPH_CLOSE, element) - self._chroma
        return np.asarray(np.maximum(self._toned(element), GREY_WEIGHT * greyer), np.float32)

    def _toned(self, element: NDArray[np.uint8]) -> F32:
        dark = cv2.morphologyEx(self._light, cv2.MORPH_CLOSE, element) - self._light
        bright = self._light - cv2.morphologyEx(self._light, cv2.MORPH_OPEN, element)
        return np.asarray(np.maximum(dark, BRIGHT_WEIGHT * bright), np.float32)

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
        closed: F32 = cv2.morphologyEx(self._light, cv2.MORPH_CLOSE, disc(LINE_WIDTH * FACE_CELLS / 2))
        return closed

    @cached_property
    def _chroma(self) -> F32:
        lab = cv2.cvtColor(self.cells, cv2.COLOR_RGB2LAB)[..., 1:].astype(np.float32) - 128
        return blur(np.hypot(lab[..., 0], lab[..., 1]), 1.0)

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
        return np.asarray(cv2.dilate(np.maximum.reduce(hulls), disc(margin * FACE_CELLS)) > 0.5)


def read_at(field: F32, places: F32) -> F32:
    """Values of a field at places ``(..., 2)``, linearly; beyond it the border repeats."""
    flat = np.ascontiguousarray(places.reshape(len(places), -1, 2), np.float32)
    values = cv2.remap(field, flat, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values.reshape(places.shape[:-1]), np.float32)
