"""Fabrics: how threads make relief and tone, how much light the cloth mirrors, and which patterns are woven in.

A weave is a square tile, repeated. At 24 px/cm threads are hardly seen one by one: what shows is an unevenness along
them, which tells wool from cotton.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from wardrobe.form import F64

TILE: Final = 8.0
"""Side of a tile, cm."""
TILE_PX: Final = 1024


@dataclass(frozen=True)
class Fabric:
    """What a cloth looks like from near.

    Attributes
    ----------
    weave
        Name of the tile of relief, of :data:`WEAVES`.
    tone
        How far reflectance follows the relief, as a share.
    relief
        Height of the relief, cm.
    mottle
        Unevenness of reflectance and surface over some centimetres, as a share.
    mirror, rough
        Strength and roughness of the reflection, 0..1.
    fuzz
        Strength of the sheen of fibres that stand up, 0..1.
    pattern
        Name of the tile that belongs to another part, of :data:`PATTERNS`; and that part.
    seam, dash, groove
        Distance of the stitching from a stitched edge, length of a stitch, and depth of the seam, cm; a dash of 0 is a
        seam without visible stitches.
    trim
        Width of a border along stitched edges that belongs to another part; and that part.
    light
        Reflectance with which it lights what is beside it.
    """

    weave: str
    tone: float = 0.12
    relief: float = 0.012
    mottle: float = 0.03
    mirror: float = 0.2
    rough: float = 0.8
    fuzz: float = 0.1
    pattern: tuple[str, str] | None = None
    seam: float = 0.5
    dash: float = 0.0
    groove: float = 0.02
    trim: tuple[float, str] | None = None
    light: float = 0.4


def tile(name: str) -> F64:
    """Return the relief of a weave ``(N, N)`` in 0..1 with mean 0.5; the first axis runs along the grain."""
    return _tile(name)


def pattern(name: str) -> F64:
    """Return the coverage of a pattern ``(N, N)`` in 0..1."""
    return _pattern(name)


@lru_cache(32)
def _tile(name: str) -> F64:
    return WEAVES[name]()


@lru_cache(32)
def _pattern(name: str) -> F64:
    return PATTERNS[name]()


def _grid() -> tuple[F64, F64]:
    at = np.arange(TILE_PX) * (TILE / TILE_PX)
    v, u = np.meshgrid(at, at, indexing="ij")
    return u, v


def _noise(long: float, wide: float, seed: int, turn: float = 0.0) -> F64:
    """Return noise with unit deviation that repeats with the tile, about ``long`` by ``wide`` cm, turned by radians."""
    white = np.random.default_rng(seed).standard_normal((TILE_PX, TILE_PX))
    frequency = np.fft.fftfreq(TILE_PX, TILE / TILE_PX)
    fv, fu = np.meshgrid(frequency, frequency, indexing="ij")
    along, across = fu * np.cos(turn) + fv * np.sin(turn), -fu * np.sin(turn) + fv * np.cos(turn)
    shaped = np.fft.fft2(white) * np.exp(-2 * ((along * long) ** 2 + (across * wide) ** 2))
    shaped[0, 0] = 0
    noise = np.fft.ifft2(shaped).real
    return np.asarray(noise / noise.std())


def _even(height: F64) -> F64:
    scaled = (height - height.mean()) / (height.std() + 1e-9)
    return np.asarray(np.clip(0.5 + scaled / 5, 0, 1))


def _twill() -> F64:
    rib = np.sin(2 * np.pi * np.add(*_grid()) * 9)
    return _even(1.0 * _noise(0.22, 0.035, 1, -np.pi / 4) + 0.35 * rib + 0.8 * _noise(0.05, 0.05, 2))


def _plain() -> F64:
    return _even(_noise(0.35, 0.03, 3) + _noise(0.03, 0.35, 4) + 0.8 * _noise(0.04, 0.04, 5))


def _satin() -> F64:
    return _even(_noise(0.5, 0.03, 6, np.pi / 4) + 0.5 * _noise(0.04, 0.04, 7))


def _reps() -> F64:
    u, v = _grid()
    rib = np.sin(2 * np.pi * (u + v) * 7)
    return _even(0.9 * rib + 0.5 * _noise(0.3, 0.04, 8, -np.pi / 4) + 0.3 * _noise(0.05, 0.05, 9))


def _stitches(wale: float, course: float) -> F64:
    """Stocking stitch: columns of v, each stitch a pair of slanted strands."""
    u, v = _grid()
    column = u / wale + 0.03 * _noise(0.5, 0.5, 11)
    across = np.abs(column % 1 - 0.5) * 2
    strand = np.cos(2 * np.pi * (v / course + 0.42 * across + 0.04 * _noise(0.4, 0.4, 12)))
    ridge = np.sin(np.pi * across) ** 0.8
    return _even(0.75 * ridge * (0.65 + 0.35 * strand) + 0.12 * _noise(0.06, 0.04, 13))


def _fine_knit() -> F64:
    return _stitches(TILE / 72, TILE / 96)


def _rib() -> F64:
    u, v = _grid()
    ridge = np.abs(np.cos(np.pi * u * 24 / TILE)) ** 0.9
    strand = np.cos(2 * np.pi * (v * 56 / TILE + 0.4 * np.abs((u * 24 / TILE) % 1 - 0.5)))
    return _even(1.0 * ridge + 0.14 * strand * ridge + 0.1 * _noise(0.06, 0.04, 14))


def _pique() -> F64:
    u, v = _grid()
    cells = np.cos(2 * np.pi * u * 56 / TILE) * np.cos(2 * np.pi * v * 40 / TILE)
    return _even(0.8 * cells + 0.5 * _noise(0.05, 0.05, 15) + 0.3 * _noise(0.3, 0.1, 16))


def _smooth() -> F64:
    return np.full((TILE_PX, TILE_PX), 0.5)


WEAVES: Final[dict[str, Callable[[], F64]]] = {
    "twill": _twill,
    "plain": _plain,
    "satin": _satin,
    "reps": _reps,
    "fine_knit": _fine_knit,
    "rib": _rib,
    "pique": _pique,
    "smooth": _smooth,
}


def _soft(signed: F64) -> F64:
    """Return coverage of where a distance, cm, is positive, with an edge one pixel of the tile wide."""
    return np.asarray(np.clip(0.5 + signed * TILE_PX / TILE, 0, 1))


def _club() -> F64:
    """Diagonal stripes, 0.45 cm wide and 2.83 cm apart."""
    u, v = _grid()
    way = ((u + v) % 4.0 - 2.0) / np.sqrt(2)
    return _soft(0.21 - np.abs(way))


PATTERNS: Final[dict[str, Callable[[], F64]]] = {
    "club": _club,
}
