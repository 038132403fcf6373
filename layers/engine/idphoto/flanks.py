"""Shoulders that a photo cut off, continued, so that a garment ends nowhere in a straight line beside its wearer."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import opencv as cv2
from idphoto.arrays import F32, Matte

CUT_LEAST: Final = 0.25
"""Share of a garment's height along which it ends in one column where the photo cut it; a sleeve bends."""
END_CM: Final = 21.5
SHOULDER_CM: Final = 17.0
"""From the middle to the outside of the arm and to where a shoulder begins to bend down to it."""
ARM_CM: Final = 16.0
"""Height of that bend."""
SLOPE: Final = (0.25, 0.6)
"""Fall of a shoulder, cm per cm, flat to steep."""
TREND_CM: Final = 2.5
"""Before the cut, from which its slope is read."""
INNER_CM: Final = 8.0
"""From the middle: what lies closer is collar and lapels, and nothing to go on with."""
NOTCH_CM: Final = (1.0, 6.0)
"""Depth and height of a notch in a cut edge that is a fault of the matte."""
REPEAT_CM: Final = 6.0
"""Most of the cloth before the cut that is mirrored beyond it."""


def is_cut(alpha: Matte, side: int) -> bool:
    """Whether the garment ends in a straight line at its first (``side`` -1) or last (1) column."""
    border = alpha[:, 0 if side < 0 else -1] > np.float32(0.5)
    rows = np.flatnonzero((alpha > np.float32(0.5)).any(axis=1))
    return bool(rows.size and border.sum() > CUT_LEAST * np.ptp(rows))


def continue_flanks(rgb: F32, alpha: Matte, middle: float, px_per_cm: float) -> tuple[F32, Matte, int]:
    """Continue what is cut at a side: the cloth before the cut is mirrored, and let down along the shoulder.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32.
    alpha
        ``(H, W)`` float32, 0..1, without empty columns at its sides.
    middle, px_per_cm
        Column of the garment's middle, and scale.

    Returns
    -------
    tuple[F32, Matte, int]
        Wider pictures, and the number of columns that they have got on the left.
    """
    both = np.dstack([rgb, _closed(alpha, px_per_cm)])
    left = _beyond(both[:, ::-1], both.shape[1] - 1 - middle, px_per_cm)[:, ::-1] if is_cut(alpha, -1) else both[:, :0]
    right = _beyond(both, middle, px_per_cm) if is_cut(alpha, 1) else both[:, :0]
    wider = np.concatenate([left, both, right], axis=1)
    return wider[..., :3], np.clip(wider[..., 3], 0, 1), left.shape[1]


def _closed(alpha: Matte, px_per_cm: float) -> Matte:
    """Close notches in a cut edge: there a matte is at its weakest, and what is continued from it would be a slit."""
    reach, height = max(2, round(NOTCH_CM[0] * px_per_cm)), max(3, round(NOTCH_CM[1] * px_per_cm))
    out = alpha.copy()
    for side, end in ((-1, np.s_[:, :reach]), (1, np.s_[:, -reach:])):
        if is_cut(alpha, side):
            # What is clear above the shoulder is no notch, however little of it the picture shows.
            edge = np.pad(alpha[end], ((height, height), (0, 0)))
            out[end] = cv2.morphologyEx(edge, cv2.MORPH_CLOSE, np.ones((height, 1), np.uint8))[height:-height]
    return out


def _beyond(both: F32, middle: float, px_per_cm: float) -> F32:
    """Columns that follow the last one."""
    height, width = both.shape[:2]
    half = (width - 1 - middle) / px_per_cm
    count = max(0, round((END_CM - half) * px_per_cm))
    depth = round(min(REPEAT_CM, half - INNER_CM) * px_per_cm)
    if count == 0 or depth < 2:
        return both[:, :0]
    solid = both[..., 3] > np.float32(0.5)
    top = np.where(solid.any(axis=0), solid.argmax(axis=0), height).astype(np.float32)
    trend = np.arange(max(width - max(3, round(TREND_CM * px_per_cm)), 0), width)
    slope = float(np.clip(np.polyfit(trend, top[trend], 1)[0], *SLOPE))
    away = np.arange(1, count + 1, dtype=np.float32)
    source = width - 1 - (depth - np.abs(away % (2 * depth) - depth))
    bend = max(SHOULDER_CM, half)
    turn = np.clip((half + away / np.float32(px_per_cm) - bend) / np.float32(max(END_CM - bend, 1e-3)), 0, 1)
    fall = slope * away + ARM_CM * px_per_cm * (1 - np.sqrt(1 - turn * turn))
    start = float(top[trend[-max(2, len(trend) // 4) :]].mean())
    shift = np.maximum(start + fall - top[source.astype(int)], 0)
    rows = np.arange(height, dtype=np.float32)[:, None] - shift[None]
    columns = np.broadcast_to(source[None], rows.shape)
    return np.asarray(
        cv2.remap(
            both,
            np.ascontiguousarray(columns, np.float32),
            np.ascontiguousarray(rows, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(0, 0, 0, 0),
        ),
        np.float32,
    )
