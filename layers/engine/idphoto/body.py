"""Where the source cuts a body, and how much of what is left may be stretched to continue it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from idphoto.arrays import F32, F64, Alpha

if TYPE_CHECKING:
    from idphoto.portrait import Portrait

OPAQUE: Final = 250
"""A row of the portrait whose most opaque pixel is below this does not belong to the body."""

TOUCHING: Final = 64
"""A border column touches the body where it is more opaque than this: a quarter, when a cut edge begins to show."""

SHOULDERS_BELOW_CHIN: Final = 0.35
"""Of the head's height: neck and collar end there, and a body may be stretched only below."""

NECK_BESIDE_MIDLINE: Final = 0.30
"""Of the head's height: half the width of a neck. Where only the shoulders are cut, they may be stretched beyond."""

HAIR_BESIDE_MIDLINE: Final = 0.40
"""Of the head's height: half the width of a head with its ears. Where already the hair beside the face is cut, only
hair may be stretched."""

ONSET: Final = 0.10
"""Of the head's height: the least way below the chin over which a stretch of the shoulders sets in."""


@dataclass(frozen=True)
class Side:
    """One side of the source, in px of the portrait.

    Attributes
    ----------
    touch
        First row in which the body is cut; infinite if it is whole.
    available
        Columns that may be stretched.
    """

    touch: float
    available: float


@dataclass(frozen=True)
class Body:
    """Where the source ends, in px from the portrait's upper left corner.

    Attributes
    ----------
    end
        Just below the last row.
    available
        Rows before it that may be stretched.
    """

    end: float
    available: float
    left: Side
    right: Side


def measure_body(portrait: Portrait) -> Body:
    """Find where the source of a portrait ends below and on both sides."""
    opaque_rows = np.flatnonzero(portrait.alpha.max(axis=1) >= OPAQUE)
    end = float(opaque_rows[-1] + 1) if opaque_rows.size else 0.0
    shoulders = portrait.chin_y + 0.5 + SHOULDERS_BELOW_CHIN * portrait.head_height
    middle = portrait.centre_x + 0.5
    return Body(
        end=end,
        available=end - shoulders,
        left=_measure_side(portrait, portrait.alpha[:, 0], middle),
        right=_measure_side(portrait, portrait.alpha[:, -1], portrait.width - middle),
    )


def _measure_side(portrait: Portrait, border: Alpha, room: float) -> Side:
    rows = np.flatnonzero(border >= TOUCHING)
    touch = float(rows[0]) if rows.size else np.inf
    reach = NECK_BESIDE_MIDLINE if touch >= _onset_end(portrait) else HAIR_BESIDE_MIDLINE
    return Side(touch, room - reach * portrait.head_height)


def _onset_end(portrait: Portrait) -> float:
    """First row below the chin at which a stretch of the shoulders may have its full strength."""
    return portrait.chin_y + ONSET * portrait.head_height


def side_strength(portrait: Portrait, side: Side, rows: F64) -> F32:
    """How much of a side's stretch each row takes: none at the chin, all where the body is cut.

    Parameters
    ----------
    rows
        ``(N,)`` float64, rows of the portrait.

    Returns
    -------
    F32
        ``(N,)`` float32, 0..1.
    """
    if side.touch < _onset_end(portrait):
        return np.ones(len(rows), np.float32)
    progress = np.clip((rows - portrait.chin_y) / (side.touch - portrait.chin_y), 0, 1)
    return np.asarray(progress**2 * (3 - 2 * progress), np.float32)
