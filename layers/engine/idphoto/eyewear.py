"""Where glasses are on a face: the rims as closed lines around the eyes.

A rim is a thin line, darker or brighter than the skin on both sides, that runs around an eye at some distance. In polar
coordinates around the eye it is one radius a direction; the closed line of most contrast is found by dynamic
programming. Every face has such a best line. It counts as a rim where nearly all of its lower half, which runs over
bare skin, has contrast, around both eyes: wrinkles and shadows below the eyes have it in places only. Glasses without
rims are not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Matte, Rgb
from idphoto.portrait import Portrait
from idphoto.shapes import blur, disc, face_width, polygon_mask

FACE_CELLS: Final = 256
"""Width of the face in cells, on which lines are looked for."""
REACH: Final = (0.66, 0.40, 0.46)
"""The area looked at: half its width from the middle between the eyes, up and down from there, in face widths."""
LINE_WIDTH: Final = 0.045
"""The widest line that is one, in face widths; the rim of a thick frame is somewhat narrower."""
BRIGHT_WEIGHT: Final = 0.7
"""A bright line counts so much of a dark one: metal rims shine, but so does skin."""
BROW_MARGIN, EYE_MARGIN = 0.008, 0.035
"""Brows, and eyes with lids, lashes and folds, reach so far beyond their landmarks; in face widths."""

DIRECTIONS: Final = 96
RADII: Final = (0.085, 0.30)
"""A rim is so far from the middle of its lens, in face widths."""
RADIUS_STEP: Final = 0.005
BEND: Final = 3
"""Most radius steps between neighbouring directions; a corner of a square frame takes as many."""
BEND_COST: Final = 0.012
"""Contrast that one radius step has to gain."""
CONTRAST_MAX: Final = 0.5
"""More contrast does not make a better rim."""
LENS_DROP: Final = 0.025
"""A lens is centred so far below the middle of the eye, in face widths."""
LENS_INSET: Final = 0.018
"""A lens begins so far inside the line of its rim, in face widths."""

CONTRAST_SEEN: Final = 0.07
"""Contrast (natural logarithm) that all but a seventh of the lower half of both rims has: it was at most 0.03 on 21
portraits without glasses seen from the front. Dark rims have 0.09 to 1; those of the skin's colour down to 0.03,
on dark skin too, and are taken for bare."""
UNSEEN_PART: Final = 15.0
"""Percentage that may have less."""

_ANGLES: Final = np.arange(DIRECTIONS, dtype=np.float32) * np.float32(2 * np.pi / DIRECTIONS)
_RAYS: Final = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
"""Unit vectors of the directions; y goes down."""
_LOWER: Final = _RAYS[:, 1] > 0.2


@dataclass(frozen=True, eq=False)
class Eyewear:
    """Glasses that a portrait shows.

    Attributes
    ----------
    pixels
        Rows and columns of the part of the picture that all masks describe.
    lens
        ``(h, w)`` float32, 0..1: what is seen through the glasses.
    features
        Likewise eyes with their lids, and brows.
    cheeks
        Likewise bare skin below the lenses.
    irises
        Likewise, one mask for each eye.
    """

    pixels: tuple[slice, slice]
    lens: Matte
    features: Matte
    cheeks: Matte
    irises: tuple[Matte, Matte]


def find_eyewear(portrait: Portrait) -> Eyewear | None:
    """Return the glasses of a person, or None where there are none with rims that are seen."""
    around = _Eyes.of(portrait.rgb, portrait.landmarks)
    rims = [around.rim(eye) for eye in mesh.eye_centres(portrait.landmarks)]
    if any(rim is None for rim in rims):
        return None
    points, unit = portrait.landmarks[:, :2], face_width(portrait.landmarks)
    corners = around.to_picture(np.array([(0, 0), around.size, (around.size[0], 0), (0, around.size[1])], np.float32))
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0).tolist()
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)).astype(int), (portrait.width, portrait.height)).tolist()
    offset = np.array((left, top), np.float32)
    shape = (bottom - top, right - left)

    def hull(ring: tuple[int, ...]) -> Matte:
        return polygon_mask(cv2.convexHull(points[list(ring)])[:, 0] - offset, shape, smooth=False)

    lens = np.maximum.reduce([polygon_mask(around.to_picture(rim) - offset, shape) for rim in rims if rim is not None])
    features = np.maximum.reduce(
        [hull(ring) for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE, mesh.LEFT_BROW, mesh.RIGHT_BROW)]
    )
    cheeks = np.zeros(shape, np.float32)
    for upper, lower in (mesh.LEFT_CHEEK, mesh.RIGHT_CHEEK):
        x, y = np.rint(points[upper] * 0.65 + points[lower] * 0.35 - offset).astype(int).tolist()
        cv2.circle(cheeks, (x, y), max(2, round(0.06 * unit)), 1.0, -1)
    return Eyewear(
        pixels=(slice(top, bottom), slice(left, right)),
        lens=lens,
        features=blur(cv2.dilate(features, disc(0.02 * unit)), 0.006 * unit),
        cheeks=cheeks * (1 - cv2.dilate(lens, disc(0.03 * unit))),
        irises=(hull(mesh.LEFT_IRIS), hull(mesh.RIGHT_IRIS)),
    )


@dataclass(frozen=True, eq=False)
class _Eyes:
    """The area around the eyes, levelled and scaled: cells ``(h, w, 3)``, landmarks in cells, and picture to cells."""

    cells: Rgb
    points: F32
    matrix: F32

    @classmethod
    def of(cls, rgb: Rgb, landmarks: Landmarks) -> _Eyes:
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

    @cached_property
    def lines(self) -> F32:
        """Contrast of each cell to the skin on both sides of a line through it, natural logarithm of the level."""
        grey = self.cells.astype(np.float32) @ np.array((0.30, 0.59, 0.11), np.float32)
        light = blur(np.log(np.maximum(grey, 6)), 1.0)
        element = disc(LINE_WIDTH * FACE_CELLS / 2)
        dark = cv2.morphologyEx(light, cv2.MORPH_CLOSE, element) - light
        bright = light - cv2.morphologyEx(light, cv2.MORPH_OPEN, element)
        return np.asarray(np.maximum(dark, np.float32(BRIGHT_WEIGHT) * bright), np.float32)

    @cached_property
    def bare(self) -> Matte:
        """Where the face would show nothing but skin, were there no glasses."""
        shape = self.cells.shape
        bare = polygon_mask(self.points[list(mesh.FACE_OVAL)], shape)
        for margin, rings in (
            (BROW_MARGIN, (mesh.LEFT_BROW, mesh.RIGHT_BROW)),
            (EYE_MARGIN, (mesh.LEFT_EYE, mesh.RIGHT_EYE)),
        ):
            for ring in rings:
                hull = cv2.convexHull(self.points[list(ring)])[:, 0]
                bare *= 1 - cv2.dilate(polygon_mask(hull, shape, smooth=False), disc(margin * FACE_CELLS))
        return np.asarray(bare > 0.5, np.float32)

    def rim(self, eye: F32) -> F32 | None:
        """Return the inner edge of the rim around an eye (px of the picture), ``(DIRECTIONS, 2)`` in cells, or None."""
        centre = self.matrix[:, :2] @ eye + self.matrix[:, 2] + np.array((0, LENS_DROP * FACE_CELLS), np.float32)
        radii = np.arange(*RADII, RADIUS_STEP, dtype=np.float32) * np.float32(FACE_CELLS)
        x, y = (np.asarray(centre[k] + _RAYS[:, k, None] * radii, np.float32) for k in (0, 1))
        contrast = cv2.remap(self.lines, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        bare = cv2.remap(self.bare, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
        chosen = best_ring(np.minimum(contrast, np.float32(CONTRAST_MAX)) * bare)
        every = np.arange(DIRECTIONS)
        lower = contrast[every, chosen][_LOWER & (bare[every, chosen] > 0)]
        if not lower.size or np.percentile(lower, UNSEEN_PART) < CONTRAST_SEEN:
            return None
        inner = radii[chosen] - np.float32(LENS_INSET * FACE_CELLS)
        return np.asarray(centre + inner[:, None] * _RAYS, np.float32)


def best_ring(gain: F32) -> NDArray[np.intp]:
    """Return the column to take in each row of a matrix whose rows go round, for the most gain at few bends.

    Viterbi's algorithm (1967) over two and a half rounds; the round in the middle does not depend on where they began.
    """
    rows, columns = gain.shape
    rounds = np.concatenate([gain, gain, gain[: rows // 2]])
    every, bends = np.arange(columns), np.arange(-BEND, BEND + 1)
    source = np.clip(every + bends[:, None], 0, columns - 1)
    cost = np.float32(BEND_COST) * np.abs(source - every)
    total = rounds[0]
    back = np.zeros(rounds.shape, np.intp)
    for row in range(1, len(rounds)):
        options = total[source] - cost
        best = options.argmax(axis=0)
        back[row] = source[best, every]
        total = options[best, every] + rounds[row]
    path = np.zeros(len(rounds), np.intp)
    path[-1] = int(total.argmax())
    for row in range(len(rounds) - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    start = rows // 2
    return np.roll(path[start : start + rows], start)
