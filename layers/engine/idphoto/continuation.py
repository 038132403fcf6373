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


def stretch_end(picture: NDArray[np.uint8], start: float, missing: int) -> NDArray[np.uint8]:
    """Lengthen a picture downward, leaving every row above ``start`` as it is.

    Parameters
    ----------
    picture
        uint8 ``(H, W, C)``, premultiplied if it has an opacity.
    start
        Row where the stretch begins, 0..H.
    missing
        Rows to add, at least 0 and at most ``(MAX_STRETCH - 1) * (H - start)``.

    Returns
    -------
    uint8 ``(H + missing, W, C)``.
    """
    if missing == 0:
        return picture
    height = len(picture)
    first = int(np.ceil(start))
    rows = np.arange(first, height + missing, dtype=np.float32)
    sources = np.clip(_source_rows(rows, first, height, missing), first, height - 1)
    upper = np.minimum(sources.astype(np.intp), max(height - 2, 0))
    share = (sources - upper)[:, None, None]
    lower = np.minimum(upper + 1, height - 1)
    stretched = picture[upper] * (1 - share) + picture[lower] * share
    return np.concatenate([picture[:first], np.rint(stretched).astype(np.uint8)])


def _source_rows(rows: F32, first: int, height: int, missing: int) -> F32:
    """Which row to show at each row: its slope falls smoothly from 1 to a constant and its end is the old end."""
    length = float(height - 1 - first + missing)
    if length <= 0:
        return rows
    progress = (rows - first) / length
    slowed = np.where(progress < _EASE, progress**2 / (2 * _EASE), progress - _EASE / 2)
    return np.asarray(rows - missing * slowed / (1 - _EASE / 2), np.float32)
