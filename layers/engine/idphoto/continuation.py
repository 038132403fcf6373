"""Continue a body past the edge at which the source cut it, by stretching what lies before the edge.

The stretch begins gently: the picture and its first derivative are continuous where it starts, so that no seam shows.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto.arrays import F32

MAX_STRETCH: Final = 1.5
"""Longest continuation: length after over length before. Cloth bears it; beyond it, buttons and lapels look drawn."""

_EASE: Final = 0.25
"""Share of the stretched length over which the stretch sets in."""


def stretch_end(plane: F32, start: float, missing: int, strength: F32 | None = None) -> F32:
    """Lengthen a plane downward, leaving every row above ``start`` as it is.

    Parameters
    ----------
    plane
        float32 ``(H, W)``: an opacity, or a colour multiplied by it.
    start
        Row where the stretch begins, 0..H.
    missing
        Rows to add, at least 0 and at most ``(MAX_STRETCH - 1) * (H - start)``.
    strength
        float32 ``(W,)``, 0..1: how much of the stretch each column takes; all of it unless given. A column that takes
        less ends before the plane does and is 0 from there.

    Returns
    -------
    float32 ``(H + missing, W)``.
    """
    if missing == 0:
        return plane
    height = len(plane)
    first = int(np.ceil(start))
    rows = np.arange(first, height + missing, dtype=np.float32)[:, None]
    delay = _delay(rows, first, height + missing - 1) * missing
    sources = rows - (delay if strength is None else delay * strength)
    inside = sources < height - 0.5
    sources = np.clip(sources, first, height - 1)
    upper = np.minimum(sources.astype(np.intp), height - 2)
    share = (sources - upper).astype(np.float32)
    above, below = (np.take_along_axis(plane, row, axis=0) for row in (upper, upper + 1))
    return np.concatenate([plane[:first], (above + (below - above) * share) * inside])


def _delay(rows: F32, first: int, last: int) -> F32:
    """How far each row lags behind, as part of the whole: 0 at the first row, 1 at the last, never slowing down."""
    progress = (rows - first) / max(last - first, 1)
    lag = np.where(progress < _EASE, progress**2 / (2 * _EASE), progress - _EASE / 2)
    return np.asarray(lag / (1 - _EASE / 2), np.float32)
