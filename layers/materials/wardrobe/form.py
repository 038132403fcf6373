"""The mannequin below the cloth: the outline of the shoulders, and how far its surface comes towards the viewer.

All lengths are centimetres: ``x`` to the viewer's right, ``z`` upwards from the pit of the neck, ``d`` towards the
viewer from the vertical plane through the ears. Every figure is cut in the measures of a man of medium size and scaled
at the end, so that one set of patterns serves all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

F64 = NDArray[np.float64]

CUT_X: Final = 28.0
"""Half the width of the frame."""
CUT_TOP: Final = 10.0
CUT_BOTTOM: Final = -34.0
HEM: Final = -43.0
"""Where patterns end, below the frame."""

NECK_X: Final = 5.75
NECK_D: Final = 6.0
NECK_AT: Final = -1.7
"""Half width, half depth and centre of the neck at the pit."""
NECK_LEAN: Final = 0.22
"""How far the neck comes forward per centimetre upwards."""

RIM: Final = -2.2
"""Depth of the ridge of the shoulders."""

_CHEST: Final = (
    (-8, -1.5), (-3, 1.2), (0, 3.0), (3, 4.5), (6, 5.9), (10, 7.4), (15, 8.8), (20, 9.5), (27, 9.9), (40, 9.7)
)  # fmt: skip
"""Depth along the midline, by centimetres below the pit of the neck."""

TAILORED: Final = (
    (0, 6.6), (4, 6.3), (6, 5.5), (8, 4.35), (10, 3.3), (12.5, 2.25), (15, 1.45), (17.5, 0.75), (19.4, 0.15),
    (20.8, -0.65), (22.1, -1.95), (23.2, -3.9), (24.1, -6.8), (24.9, -11.5), (25.6, -18), (26.3, -27), (27, -40),
)  # fmt: skip
"""Outline ``(x, z)`` of a jacket with lightly padded shoulders."""
SQUARE: Final = ((0, 5.6), (4, 5.1), (6, 4.3), (8, 3.4), (10, 2.75), (12.5, 2.05), *TAILORED[6:])
"""Outline of a jacket whose collar closes around the neck."""
SOFT: Final = (
    (0, 5.6), (4, 5.1), (6, 4.2), (8, 3.15), (10, 2.35), (12.5, 1.5), (15, 0.7), (17.3, -0.15), (19, -1.1),
    (20.4, -2.3), (21.6, -4.1), (22.6, -6.9), (23.5, -11.5), (24.3, -18), (25.1, -27), (25.9, -40),
)  # fmt: skip
"""Outline of cloth that lies on the shoulders themselves."""


@dataclass(frozen=True)
class Figure:
    """Who wears it: outline, scale of the finished garment across and along, and height of the bust."""

    outline: tuple[tuple[float, float], ...] = SOFT
    across: float = 1.0
    along: float = 1.0
    bust: float = 0.0

    def shoulder(self, x: ArrayLike) -> F64:
        """Return the height of the outline above ``x``."""
        return np.asarray(_smooth(self.outline)(np.clip(np.abs(np.asarray(x, float)), 0, self.outline[-1][0])))

    def torso(self, x: ArrayLike, z: ArrayLike) -> F64:
        """Return the depth of chest and shoulders; beyond the outline that of its rim."""
        across, up = np.abs(np.asarray(x, float)), np.asarray(z, float)
        chest = _smooth(_CHEST)(np.clip(-up, _CHEST[0][0], _CHEST[-1][0]))
        below = np.clip(self.shoulder(np.minimum(across, 20)) - up, 0, None)
        rise = np.sqrt(1 - (1 - np.clip(below / 11.0, 0, 1)) ** 2)
        round_ = np.sqrt(np.clip(1 - (across / 28.0) ** 2.3, 0.02, 1))
        bust = self.bust * np.exp(-(((across - 8.8) / 5.2) ** 2) - ((up + 17.5) / 6.5) ** 2)
        # Cloth spans the hollow between the breasts.
        bust = np.maximum(bust, self.bust * 0.55 * np.exp(-((across / 9) ** 2) - ((up + 18.5) / 6.5) ** 2))
        return np.asarray(RIM + (chest + bust - RIM) * round_ * rise)

    def on(self, x: ArrayLike, z: ArrayLike, soft: float = 1.2) -> F64:
        """Return the depth of torso and neck together, the hollow between them filled over ``soft`` centimetres."""
        return blend(self.torso(x, z), neck(x, z), soft)


@lru_cache(16)
def _smooth(line: tuple[tuple[float, float], ...]) -> PchipInterpolator:
    places, values = np.asarray(line, float).T
    return PchipInterpolator(places, values)


def neck(x: ArrayLike, z: ArrayLike, wider: float = 0.0) -> F64:
    """Return the depth of the front of the neck, widened; far behind beside it."""
    across, up = np.asarray(x, float), np.asarray(z, float)
    half = NECK_X + wider + 0.12 * np.clip(-up, 0, 9)
    round_ = np.sqrt(np.clip(1 - (across / half) ** 2, 0, 1))
    depth = NECK_AT + NECK_LEAN * up + (NECK_D + wider) * round_
    return np.asarray(np.where(np.abs(across) < half, depth, -9.0))


def blend(one: F64, other: F64, soft: float) -> F64:
    """Return the greater of two depths, with a fillet ``soft`` centimetres wide."""
    share = np.clip(0.5 + 0.5 * (one - other) / soft, 0, 1)
    return np.asarray(other * (1 - share) + one * share + soft * share * (1 - share))


def neck_ring(angle: ArrayLike, height: ArrayLike, wider: ArrayLike = 0.0) -> F64:
    """Return points ``(..., 3)`` as ``x, z, d`` on the neck; the angle is 0 in front and pi at the nape."""
    turn, up, gap = (np.asarray(value, float) for value in (angle, height, wider))
    x = (NECK_X + gap) * np.sin(turn)
    d = NECK_AT + NECK_LEAN * up + (NECK_D + gap) * np.cos(turn)
    return np.stack(np.broadcast_arrays(x, up, d), -1)
