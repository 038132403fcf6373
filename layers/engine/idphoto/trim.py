"""Trimming a turned photo to what it covers."""

from __future__ import annotations

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, F64, Landmarks, Mask, Matte
from idphoto.raster import dilate, repeat_cells, to_cells

CUT_ALPHA = 0.1
"""More opaque than this, a pixel of the person that the photo does not cover counts as lost."""
BODY = 0.3
"""A cell with so much of the person below the chin is body."""
TRIM_GRID = 48
"""Cells along the longer side of the canvas in which rectangles are compared."""


def covered_rectangle(matte: Matte, covered: Mask, landmarks: Landmarks) -> tuple[int, int, int, int]:
    """Find the part of a canvas in which the photo covers all of the person.

    Turning a photo slants its edges. Where such an edge cuts the body, the part beyond it has to go; of all rectangles
    around the face that have nothing of it, the one that keeps most of the person is taken.

    Parameters
    ----------
    matte
        ``(H, W)`` float32, 0..1.
    covered
        ``(H, W)`` bool: where the photo reaches.
    landmarks
        ``(478, 3)`` float32, px.

    Returns
    -------
    tuple
        Left, top, right, bottom, px; the last two are just beyond the part.
    """
    height, width = matte.shape
    cell = max(1, -(-max(height, width) // TRIM_GRID))
    kept = to_cells(matte, cell)
    # A matte ends a little before a body that the photo cuts, so the neighbouring cells count as body too.
    body = repeat_cells(dilate(kept > BODY, 1), cell, matte.shape)
    body &= np.arange(height)[:, None] > landmarks[mesh.CHIN, 1]
    missing = ((matte > CUT_ALPHA) | body) & ~covered
    if not missing.any():
        return 0, 0, width, height
    lost = (to_cells(missing.astype(np.float32), cell) > 0).astype(np.float32)
    # The middle of the face stays; its rim may itself lie beyond the photo.
    start, end = np.quantile(landmarks[:, :2] / cell, (0.25, 0.75), axis=0)
    box = _best_rectangle(kept, lost, start, end)
    left, top, right, bottom = (min(n * cell, end) for n, end in zip(box, (width, height, width, height), strict=True))

    # The grid cut away up to a cell too much on each side.
    top, bottom = _grow(np.any(missing[:, left:right], axis=1), top, bottom, cell)
    left, right = _grow(np.any(missing[top:bottom], axis=0), left, right, cell)
    return left, top, right, bottom


def _best_rectangle(kept: F32, lost: F32, face_start: F64, face_end: F64) -> tuple[int, int, int, int]:
    """Left, top, right, bottom around the face that hold the most of ``kept`` and, before that, none of ``lost``."""
    h, w = kept.shape
    worth = np.pad((kept - lost * kept.size).astype(np.float64), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    face_left, face_top = (int(np.clip(v, 0, n - 1)) for v, n in zip(face_start, (w, h), strict=True))
    face_right, face_bottom = (int(np.clip(v, 0, n - 1)) + 1 for v, n in zip(face_end, (w, h), strict=True))
    left = np.arange(face_left + 1)[:, None, None, None]
    top = np.arange(face_top + 1)[:, None, None]
    right = np.arange(face_right, w + 1)[:, None]
    bottom = np.arange(face_bottom, h + 1)
    total = worth[bottom, right] - worth[top, right] - worth[bottom, left] + worth[top, left]
    i, j, k, m = np.unravel_index(int(total.argmax()), total.shape)
    return int(left.ravel()[i]), int(top.ravel()[j]), int(right.ravel()[k]), int(bottom[m])


def _grow(blocked: Mask, start: int, end: int, reach: int) -> tuple[int, int]:
    """Widen ``start..end`` on both sides by up to ``reach``, as far as nothing is blocked."""
    before, after = blocked[max(0, start - reach) : start], blocked[end : end + reach]
    before_stops, after_stops = np.flatnonzero(before[::-1]), np.flatnonzero(after)
    start -= int(before_stops[0]) if before_stops.size else len(before)
    end += int(after_stops[0]) if after_stops.size else len(after)
    return start, end
