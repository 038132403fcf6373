"""The inside of a collar behind the neck, which a picture of a garment does not show: cloth like the front's, in shade.

It is seen beside a neck that is narrower than the one for which the collar stood open; without it, the background is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte, Rgb
from idphoto.raster import fill_gaps
from idphoto.shapes import disc

SAG_CM: Final = 0.4
"""How far the upper edge hangs through between the sides; in the middle the neck hides it."""
DEPTH_CM: Final = 4.5
"""Height of what is seen of the inside; below it is the body."""
UNDER_CM: Final = 0.6
"""How far it goes on behind the front, so that no gap opens between them."""
NEAR_CM: Final = 2.0
"""Cloth so close to the opening gives its colours."""
SHADE: Final = (0.72, 0.42)
"""Coded values relative to the front's, at the upper edge and at the lower one."""


def line_collar(
    rgb: Rgb,
    alpha: Matte,
    left: tuple[float, float],
    right: tuple[float, float],
    front: tuple[float, float],
    px_per_cm: float,
) -> tuple[F32, Matte]:
    """Paint the inside of a collar.

    Parameters
    ----------
    rgb, alpha
        ``(H, W, 3)`` uint8 and ``(H, W)`` float32, 0..1: the front.
    left, right, front
        Sides and lowest point of the opening, ``(x, y)`` px.
    px_per_cm
        Scale.

    Returns
    -------
    tuple[F32, Matte]
        Colours ``(H, W, 3)`` float32 in 0..255, and opacity.
    """
    height, width = alpha.shape
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)
    along = np.clip((columns - left[0]) / max(right[0] - left[0], 1.0), 0, 1)
    upper = left[1] + (right[1] - left[1]) * along + 4 * along * (1 - along) * SAG_CM * px_per_cm
    lower = upper + DEPTH_CM * px_per_cm
    opening = _opening((alpha < np.float32(0.5)) & (rows >= upper), front)
    under = cv2.dilate(opening, disc(UNDER_CM * px_per_cm)).astype(np.float32)
    mask = np.clip(rows - upper + 0.5, 0, 1) * np.clip(lower - rows + 0.5, 0, 1) * under
    near = cv2.dilate(opening, disc(NEAR_CM * px_per_cm)) > 0
    colours = fill_gaps(rgb.astype(np.float32), ((alpha > 0.97) & near).astype(np.float32))
    deep = np.clip((rows - upper) / np.float32(DEPTH_CM * px_per_cm), 0, 1)
    shaded = colours * (SHADE[0] + (SHADE[1] - SHADE[0]) * deep)[..., None]
    return np.asarray(shaded, np.float32), np.asarray(mask, np.float32)


def _opening(clear: Mask, front: tuple[float, float]) -> NDArray[np.uint8]:
    """Return the piece that lies just above the front of the opening; nothing where there is none."""
    _, labels = cv2.connectedComponents(clear.astype(np.uint8), connectivity=4)
    column = round(min(max(front[0], 0), clear.shape[1] - 1))
    above = np.flatnonzero(clear[: round(front[1]) + 1, column])
    label = labels[above[-1], column] if above.size else -1
    return np.asarray(labels == label, np.uint8)
