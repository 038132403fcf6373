"""Continue a body past the edge at which the source cut it, by stretching what lies before the edge.

The stretch begins gently: the picture and its first derivative are continuous where it starts, so that no seam shows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto.arrays import F32

MAX_STRETCH: Final = 1.5
"""Longest continuation: length after over length before. Cloth bears it; beyond it, buttons and lapels look drawn."""

_EASE: Final = 0.25
"""Share of the stretched length over which the stretch sets in."""


def stretch_end(
    picture: NDArray[np.uint8], start: float, missing: int, strength: F32 | None = None
) -> NDArray[np.uint8]:
    """Lengthen a picture downward, leaving every row above ``start`` as it is.

    Parameters
    ----------
    picture
        uint8 ``(H, W, C)``, multiplied by its opacity if it has one.
    start
        Row where the stretch begins, 0..H.
    missing
        Rows to add, at least 0 and at most ``(MAX_STRETCH - 1) * (H - start)``.
    strength
        float32 ``(W,)``, 0..1: how much of the stretch each column takes; all of it unless given. A column that takes
        less ends before the picture does and is 0 from there.

    Returns
    -------
    uint8 ``(H + missing, W, C)``.
    """
    if missing == 0:
        return picture
    height = len(picture)
    first = int(np.ceil(start))
    rows = np.arange(first, height + missing, dtype=np.float32)[:, None]
    delay = _delay(rows, first, height + missing - 1) * missing
    sources = rows - (delay if strength is None else delay * strength)
    inside = sources < height - 0.5
    sources = np.clip(sources, first, height - 1)
    upper = np.minimum(sources.astype(np.intp), height - 2)
    share = (sources - upper)[:, :, None].astype(np.float32)
    above = np.take_along_axis(picture, upper[:, :, None], axis=0)
    below = np.take_along_axis(picture, upper[:, :, None] + 1, axis=0)
    stretched = np.rint(above * (1 - share) + below * share) * inside[:, :, None]
    return np.concatenate([picture[:first], stretched.astype(np.uint8)])


def _delay(rows: F32, first: int, last: int) -> F32:
    """How far each row lags behind, as part of the whole: 0 at the first row, 1 at the last, never slowing down."""
    progress = (rows - first) / max(last - first, 1)
    lag = np.where(progress < _EASE, progress**2 / (2 * _EASE), progress - _EASE / 2)
    return np.asarray(lag / (1 - _EASE / 2), np.float32)
