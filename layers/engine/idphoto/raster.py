"""Array tools for soft masks: cells, box means, and smooth filling of colours where nothing is known.

Work on soft structures is done on *cells*, squares of ``n x n`` px, and only their result is read at single pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idphoto.arrays import F32, Mask, Rgb

_FILL_TRUST = 3.0
"""A level of the pyramid speaks for itself where a third of the area below a cell is known."""
_FILL_LEVELS = 9


def smoothstep(x: F32, low: float, high: float) -> F32:
    """Map ``low..high`` to 0..1 with a flat start and a flat end (Hermite), and clamp beyond them."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def box_mean(field: F32, radius: int) -> F32:
    """Mean over the square of ``2 radius + 1`` around each element, ``(h, w)`` or ``(h, w, k)``; the border repeats."""
    for axis in (0, 1):
        pad = [(0, 0)] * field.ndim
        pad[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(field, pad, mode="edge"), axis=axis, dtype=np.float32)
        n = field.shape[axis]
        upper = [slice(None)] * field.ndim
        lower = [slice(None)] * field.ndim
        upper[axis], lower[axis] = slice(2 * radius + 1, 2 * radius + 1 + n), slice(0, n)
        field = (sums[tuple(upper)] - sums[tuple(lower)]) * np.float32(1 / (2 * radius + 1))
    return field


def dilate(mask: Mask, radius: float) -> Mask:
    """Widen a mask by ``radius`` elements: two box passes, so that the corners of the square are cut off."""
    half = max(1, round(radius / 2))
    spread = box_mean(box_mean(mask.astype(np.float32), half), half)
    return np.asarray(spread > 1e-3)


def step(mask: Mask) -> Mask:
    """Widen a mask by one element to the four sides."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    return grown


def grow(seed: Mask, ground: Mask) -> Mask:
    """Widen a mask as far as the ground goes: all of the ground that is joined to it."""
    while True:
        grown = step(seed) & ground
        if np.array_equal(grown, seed):
            return seed
        seed = grown


def to_cells(field: F32 | Rgb, cell: int) -> F32:
    """Mean of each cell of ``cell x cell`` px of float32 ``(h, w)`` or uint8 ``(h, w, 3)``; the last may hold fewer."""
    if cell == 1:
        return np.asarray(field, np.float32)
    return np.array(Image.fromarray(np.ascontiguousarray(field)).reduce(cell), np.float32)


def repeat_cells(mask: Mask, cell: int, shape: tuple[int, ...]) -> Mask:
    """Spread each element of a cell mask over its ``cell x cell`` px, cut to ``shape``."""
    return np.repeat(np.repeat(mask, cell, axis=0), cell, axis=1)[: shape[0], : shape[1]]


class CellReader:
    """Reads cell fields at chosen pixels, linearly between the centres of the cells.

    Parameters
    ----------
    rows, columns
        ``(N,)``: the pixels.
    cell
        Side of a cell in px.
    shape
        ``(h, w)`` of the cell fields.
    """

    def __init__(self, rows: NDArray[np.intp], columns: NDArray[np.intp], cell: int, shape: tuple[int, int]) -> None:
        h, w = shape
        y = np.clip((rows.astype(np.float32) + 0.5) / cell - 0.5, 0, h - 1)
        x = np.clip((columns.astype(np.float32) + 0.5) / cell - 0.5, 0, w - 1)
        y0, x0 = np.minimum(y.astype(np.intp), max(h - 2, 0)), np.minimum(x.astype(np.intp), max(w - 2, 0))
        fy, fx = y - y0, x - x0
        down, right = (w if h > 1 else 0), (1 if w > 1 else 0)
        first = y0 * w + x0
        self._corners = (first, first + right, first + down, first + down + right)
        self._weights = ((1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx)

    def __call__(self, field: F32) -> F32:
        """Values ``(N,)`` or ``(N, k)`` of a field ``(h, w)`` or ``(h, w, k)``."""
        flat = field.reshape(field.shape[0] * field.shape[1], *field.shape[2:])
        shape = (-1,) + (1,) * (flat.ndim - 1)
        total = flat.take(self._corners[0], axis=0) * self._weights[0].reshape(shape)
        for corner, weight in zip(self._corners[1:], self._weights[1:], strict=True):
            part = flat.take(corner, axis=0)
            part *= weight.reshape(shape)
            total += part
        return np.asarray(total, np.float32)


def in_shade(cube: F32, shares: tuple[float, ...]) -> F32:
    """Return the colour histogram ``(n, n, n)``, first axis lightness, that the same colours have in less light.

    Parameters
    ----------
    shares
        Lightnesses in shade relative to the one that is known, all as common.
    """
    levels = np.arange(len(cube))
    darken = np.zeros((len(cube), len(cube)), np.float32)
    for share in shares:
        darken[(levels * share).astype(np.intp), levels] += np.float32(1 / len(shares))
    return np.asarray((darken @ cube.reshape(len(cube), -1)).reshape(cube.shape), np.float32)


def fill_gaps(values: F32, weights: F32) -> F32:
    """Continue values smoothly to where nothing is known (pull-push over a pyramid; Gortler et al. 1996).

    Parameters
    ----------
    values
        ``(h, w, k)`` float32.
    weights
        ``(h, w)`` float32, 0..1: how far each is known.

    Returns
    -------
    F32
        ``(h, w, k)``: the values themselves where they are known, a weighted mean of those around elsewhere.
    """
    pyramid = [(values * weights[..., None], weights)]
    while max(pyramid[-1][1].shape) > 1 and len(pyramid) < _FILL_LEVELS:
        weighted, weight = pyramid[-1]
        pyramid.append((_halve(weighted), _halve(weight[..., None])[..., 0]))
    weighted, weight = pyramid[-1]
    total = weighted.sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
    filled: F32 = np.broadcast_to(total.astype(np.float32), weighted.shape)
    for weighted, weight in reversed(pyramid):
        if filled.shape[:2] != weight.shape:
            filled = _double(filled, *weight.shape)
        trust = np.minimum(weight * np.float32(_FILL_TRUST), 1)[..., None]
        filled = filled + (weighted / np.maximum(weight, 1e-6)[..., None] - filled) * trust
    return filled


def _halve(field: F32) -> F32:
    h, w = field.shape[:2]
    even = np.pad(field, ((0, h % 2), (0, w % 2), (0, 0)), mode="edge")
    return np.asarray((even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) * np.float32(0.25))


def _double(field: F32, height: int, width: int) -> F32:
    for axis, n in ((0, height), (1, width)):
        field = np.moveaxis(field, axis, 0)
        before = np.concatenate([field[:1], field[:-1]])
        after = np.concatenate([field[1:], field[-1:]])
        out = np.empty((2 * len(field), *field.shape[1:]), np.float32)
        out[::2] = field * np.float32(0.75) + before * np.float32(0.25)
        out[1::2] = field * np.float32(0.75) + after * np.float32(0.25)
        field = np.moveaxis(out[:n], 0, axis)
    return field
