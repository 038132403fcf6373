"""Moving parts of a portrait: a smooth field from moved points, and the portrait carried along with it.

A field says for each pixel of the result where in the portrait its colour comes from. It interpolates the moves of
points with radial basis functions of compact support (Arad et al. 1994, "Image warping by radial basis functions";
Fornefett, Rohr and Stiehl 2001; the function is Wendland's of 1995, twice differentiable), so that all that lies
farther from the moved points than the support stays as it is, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, F64, Alpha, Mask, Rgb
from idphoto.partmap import LEVELS, SIDE, PartMap
from idphoto.portrait import Portrait
from idphoto.shapes import in_channels

STRETCH_MOST: Final = 0.7
"""Largest change of the shift from a pixel to the next, px (its Lipschitz constant). Below 1 no fold can arise and the
way back is a contraction (Banach), which is how points are carried along; fields beyond it are made weaker."""

BORDER: Final = 0.08
"""Shifts fade to nothing over this part of the shorter side at the picture's border."""

SMOOTHING: Final = 1e-3
"""Added to the diagonal of the interpolation: landmarks are uncertain by about a hundredth of what they move."""

_NODES: Final = 40
"""Nodes of the coarse grid along the diameter of a support."""
_ROUNDS: Final = 40
_SETTLED: Final = 1e-6
"""A place that moves less in a round, px, has been found: float32 tells no more."""
_TABLE_WIDTH: Final = 1024


@dataclass(frozen=True, eq=False)
class Field:
    """Where the pixels of a result come from; nothing moves outside a rectangle.

    Attributes
    ----------
    left, top
        The rectangle's first column and row, px.
    shift
        ``(h, w, 2)`` float32, px: what to add to the place of a pixel to find the place that it shows.
    """

    left: int
    top: int
    shift: F32

    @property
    def is_still(self) -> bool:
        """Whether nothing moves."""
        return not self.shift.any()

    @property
    def stretch(self) -> float:
        """The largest change of the shift between neighbouring pixels, px (spectral norm of its derivative)."""
        return _stretch(self.shift)

    def at(self, points: F32) -> F32:
        """Return the shift at places ``(N, 2)`` px, linear between pixels."""
        return self._at(np.asarray(points, np.float64)).astype(np.float32)

    def carry(self, points: F32) -> F32:
        """Return where the places ``(N, 2)`` px of the portrait are in the result, to a thousandth of a px."""
        source = np.asarray(points, np.float64)
        place = source.copy()
        for _ in range(_ROUNDS):
            last, place = place, source - self._at(place)
            if np.abs(place - last).max(initial=0) < _SETTLED:
                break
        return place.astype(np.float32)

    def _at(self, points: F64) -> F64:
        height, width = self.shift.shape[:2]
        place = points - (self.left, self.top)
        low = np.clip(np.floor(place), 0, (width - 2, height - 2)).astype(int)
        part = np.clip(place - low, 0, 1)
        x, y = low.T
        u, v = part[:, :1], part[:, 1:]
        upper = self.shift[y, x] * (1 - u) + self.shift[y, x + 1] * u
        lower = self.shift[y + 1, x] * (1 - u) + self.shift[y + 1, x + 1] * u
        return np.asarray(upper * (1 - v) + lower * v)


def field_from_moves(
    portrait: Portrait, start: F32, end: F32, *, support: float, border: float = BORDER, smoothing: float = SMOOTHING
) -> Field:
    """Return the smooth field that moves points, and nothing beyond the support.

    Parameters
    ----------
    portrait
        Tells how far the picture reaches; its border does not move.
    start, end
        ``(N, 2)`` float32, px: where points are, and where they shall be. A point that ends where it starts holds its
        surroundings.
    support
        How far a point acts, px.
    border, smoothing
        As :data:`BORDER` and :data:`SMOOTHING`.
    """
    shift = np.asarray(start - end, np.float64)
    step = max(2.0, 2 * support / _NODES)
    low, high = _reach(portrait, end[np.any(shift != 0, axis=1)], support)
    if np.any(high - low < 2) or not shift.any():
        return Field(0, 0, np.zeros((2, 2, 2), np.float32))
    columns, rows = (np.arange(int(np.ceil((high[i] - low[i]) / step)) + 1) * step + low[i] for i in range(2))
    places = np.asarray(end, np.float32)
    matrix = _wendland(places, places, support).astype(np.float64) + smoothing * np.eye(len(end))
    # Not by numpy, whose threads wait for each other where the processors have other work.
    _, weights = cv2.solve(matrix, shift, flags=cv2.DECOMP_CHOLESKY)
    weights = weights.astype(np.float32)
    nodes = np.stack(np.meshgrid(columns, rows), axis=-1).astype(np.float32)
    # Row by row, since what the functions are worked out in then stays in the processor's cache.
    coarse = np.stack([_wendland(row, places, support) @ weights for row in nodes])
    return Field(int(low[0]), int(low[1]), _fine(coarse, low, high, step, portrait, border))


def warp(portrait: Portrait, field: Field) -> Portrait:
    """Return the portrait as a field moves it: picture, matte, landmarks, crown, chin and the map of its parts.

    Where nothing moves, the pixels are the same; a field that moves nothing returns the same portrait.

    Parameters
    ----------
    portrait
        The portrait.
    field
        Within it.
    """
    if field.is_still:
        return portrait
    landmarks = portrait.landmarks.copy()
    landmarks[:, :2] = field.carry(landmarks[:, :2])
    chin_x = float(portrait.landmarks[mesh.CHIN, 0])
    ends = np.array([(portrait.centre_x, portrait.crown_y), (chin_x, portrait.chin_y)], np.float32)
    crown, chin = field.carry(ends)[:, 1]
    rgb, alpha = _resample(portrait, field)
    return replace(
        portrait,
        rgb=rgb,
        alpha=alpha,
        landmarks=landmarks,
        crown_y=float(max(0.0, crown)),
        chin_y=float(chin),
        part_map=None if portrait.part_map is None else _carry_map(portrait.part_map, field),
    )


def _carry_map(part_map: PartMap, field: Field) -> PartMap:
    """Return the map as a field moves it: each cell shows what its middle comes from."""
    low = np.array(part_map.box[:2])
    cell = (np.array(part_map.box[2:]) - low) / SIDE
    rows, columns = np.mgrid[:SIDE, :SIDE]
    middles = np.stack([columns, rows], axis=-1).reshape(-1, 2)
    places = (middles + 0.5) * cell + low - 0.5
    height, width = field.shift.shape[:2]
    inside = np.all((places >= (field.left, field.top)) & (places <= (field.left + width, field.top + height)), axis=1)
    shift = np.zeros((SIDE * SIDE, 2), np.float32)
    shift[inside] = field.at(places[inside].astype(np.float32))
    source = (middles + shift / cell).astype(np.float32).reshape(SIDE, SIDE, 2)
    planes = [
        cv2.remap(plane, source, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for plane in part_map.shares * np.uint8(255 // LEVELS)
    ]
    moved = np.rint(np.stack(planes) * np.float32(1 / (255 // LEVELS))).astype(np.uint8)
    still = ~shift.any(axis=1).reshape(SIDE, SIDE)
    return PartMap(part_map.box, np.where(still, part_map.shares, moved))


def _reach(portrait: Portrait, points: F32, support: float) -> tuple[F32, F32]:
    size = np.array([portrait.width, portrait.height])
    if not len(points):
        return np.zeros(2, int), np.zeros(2, int)
    low = np.clip(np.floor(points.min(axis=0) - support), 0, size).astype(int)
    high = np.clip(np.ceil(points.max(axis=0) + support) + 1, 0, size).astype(int)
    return low, high


def _wendland(one: F32, other: F32, support: float) -> F32:
    """Return Wendland's function of the distances, ``(1 - r)^4 (4 r + 1)`` up to r = 1, for points ``(N, 2)``."""
    across = (one[:, :1] - other[:, 0]) * np.float32(1 / support)
    distance = (one[:, 1:] - other[:, 1]) * np.float32(1 / support)
    distance *= distance
    distance += across * across
    np.sqrt(np.minimum(distance, 1, out=distance), out=distance)
    near = 1 - distance
    near *= near
    near *= near
    near *= 4 * distance + 1
    return near


def _fine(coarse: F32, low: F32, high: F32, step: float, portrait: Portrait, border: float) -> F32:
    """Return the shifts of all pixels from those of the nodes, fading at the picture's border, and without folds."""
    columns, rows = (np.arange(low[i], high[i], dtype=np.float32) for i in range(2))
    x, y = np.meshgrid((columns - np.float32(low[0])) / step, (rows - np.float32(low[1])) / step)
    x, y = x.astype(np.float32), y.astype(np.float32)
    fine = cv2.remap(coarse.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # Linear between nodes, then smoothed over the length of a cell: a quadratic spline, without a crease at the nodes.
    side = 2 * int(step / 2) + 1
    still = cv2.dilate(_moving(fine).astype(np.uint8), np.ones((side, side), np.uint8)) == 0
    fine = cv2.blur(fine, (side, side))
    fine[still] = 0
    fade = border * min(portrait.width, portrait.height)
    across = _fading(columns, portrait.width, fade)
    down = _fading(rows, portrait.height, fade)
    return _tamed(fine * in_channels(down[:, None] * across[None], 2))


def _fading(places: F32, length: int, fade: float) -> F32:
    part = np.clip(np.minimum(places, length - 1 - places) / max(fade, 1.0), 0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)


def _tamed(shift: F32) -> F32:
    return np.asarray(shift * min(1.0, STRETCH_MOST / max(_stretch(shift), 1e-9)), np.float32)


def _stretch(shift: F32) -> float:
    across, down = np.diff(shift[:-1], axis=1), np.diff(shift[:, :-1], axis=0)
    # The Frobenius norm of the derivative bounds the spectral one.
    across *= across
    down *= down
    across += down
    square = across[..., 0] + across[..., 1]
    return float(np.sqrt(square.max())) if square.size else 0.0


def _moving(shift: F32) -> Mask:
    return np.asarray((shift[..., 0] != 0) | (shift[..., 1] != 0))


def _resample(portrait: Portrait, field: Field) -> tuple[Rgb, Alpha]:
    """Return picture and matte: Lanczos within the person, weighted by the matte where it is not full."""
    moved = _moving(field.shift)
    rows, columns = np.flatnonzero(moved.any(axis=1)), np.flatnonzero(moved.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    moved, shift = moved[top:bottom, left:right], field.shift[top:bottom, left:right]
    top, left = top + field.top, left + field.left
    x = shift[..., 0] + np.arange(left, left + moved.shape[1], dtype=np.float32)
    y = shift[..., 1] + np.arange(top, top + moved.shape[0], dtype=np.float32)[:, None]
    sampled = cv2.remap(portrait.rgb, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    matte = cv2.remap(portrait.alpha, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    thin = (cv2.erode(matte, np.ones((9, 9), np.uint8)) < 255) & (matte > 0) & moved
    if thin.any():
        sampled[thin] = _weighted(portrait, x[thin], y[thin], sampled[thin])
    rgb, alpha = portrait.rgb.copy(), portrait.alpha.copy()
    place = slice(top, top + moved.shape[0]), slice(left, left + moved.shape[1])
    rgb[place] = cv2.copyTo(sampled, (moved & (matte > 0)).astype(np.uint8), rgb[place].copy())
    alpha[place] = np.where(moved, matte, alpha[place])
    return rgb, alpha


def _weighted(portrait: Portrait, x: F32, y: F32, otherwise: Rgb) -> Rgb:
    """Return colours at places ``(N,)`` px, each neighbour counted by its matte; ``otherwise`` where there is none."""
    count = len(x)
    rows = -(-count // _TABLE_WIDTH)
    padded = np.zeros((2, rows * _TABLE_WIDTH), np.float32)
    padded[0, :count], padded[1, :count] = x, y
    table = padded.reshape(2, rows, _TABLE_WIDTH)
    top, bottom = max(0, int(y.min()) - 4), min(portrait.height, int(y.max()) + 6)
    left, right = max(0, int(x.min()) - 4), min(portrait.width, int(x.max()) + 6)
    alpha = portrait.alpha[top:bottom, left:right].astype(np.float32)
    weighted = cv2.merge([*(plane * alpha for plane in cv2.split(portrait.rgb[top:bottom, left:right])), alpha])
    colours = otherwise
    # Cubic weights are negative too, and say nothing where little of the person is near: there linear ones do.
    for kernel, least in ((cv2.INTER_LINEAR, 1.0), (cv2.INTER_CUBIC, 64.0)):
        found = cv2.remap(weighted, table[0] - left, table[1] - top, kernel, borderMode=cv2.BORDER_REPLICATE)
        found = found.reshape(-1, 4)[:count]
        colour = np.clip(np.rint(found[:, :3] / np.maximum(found[:, 3:], 1)), 0, 255).astype(np.uint8)
        colours = np.where(found[:, 3:] > least, colour, colours)
    return colours
