"""Ties, bow ties and what else is worn at the collar."""

from __future__ import annotations

import numpy as np
from wardrobe.form import F64, HEM, Figure
from wardrobe.sheet import Cut, Piece, Roll, area, ripple


def tie(figure: Figure, part: str, fabric: str, knot_fabric: str) -> tuple[Piece, ...]:
    """Make a four-in-hand: its knot leans, and below it the blade has a dimple."""
    return _blade(figure, part, fabric), _knot(figure, part, knot_fabric)


def _blade(figure: Figure, part: str, fabric: str) -> Piece:
    def depth(x: F64, z: F64) -> F64:
        below = np.clip(-z - 2.8, 0, None)
        half = 1.05 + 0.105 * below
        middle = x - 0.02 * below
        puff = 0.75 * np.sqrt(np.clip(1 - (middle / (half + 0.35)) ** 2, 0, 1)) * np.exp(-below / 16)
        at = middle + 0.12 - 0.02 * below
        dimple = 0.62 * np.exp(-((at / (0.22 + 0.045 * below)) ** 2)) * np.exp(-((below / 5.2) ** 2))
        flank = 0.16 * np.exp(-(((middle - 0.62 - 0.05 * below) / 0.3) ** 2)) * np.exp(-((below / 3.4) ** 2))
        wave = 0.05 * ripple(x * 1.3, z * 0.6, 2.6, 21)
        flat = 0.5 * figure.torso(x, z) + 0.5 * figure.torso(0 * x, z)
        return flat + 0.45 + puff - dimple - flank + wave - 0.7 * np.clip((-z - 15) / 8, 0, 1)

    left = [(-1.05, -2.8), (-1.45, -6), (-2.3, -14), (-3.4, -26), (-4.1, HEM)]
    right = [(1.05, -2.8), (1.55, -6), (2.45, -14), (3.6, -26), (4.4, HEM)]
    sides = [[(-1.05, -2.8), (1.05, -2.8)], right, [(4.4, HEM), (-4.1, HEM)], left[::-1]]
    return area(sides, depth, Cut(part, fabric, rolls=(Roll((1, 3), 0.3, 0.32),), step=0.14, thick=0.4))


def _knot(figure: Figure, part: str, fabric: str) -> Piece:
    def depth(x: F64, z: F64) -> F64:
        down = (0.35 - z) / 4.0
        half = 2.15 - 0.9 * down
        middle = x - 0.05 * (z + 2)
        across = np.clip(1 - np.abs(middle / (half + 0.12)) ** 2.4, 0, 1) ** 0.6
        along = np.clip(1 - np.abs(2 * down - 0.95) ** 3.2, 0, 1) ** 0.6
        fold = 0.20 * np.exp(-(((middle - 0.95 - 0.34 * (z + 2)) / 0.13) ** 2))
        fold = fold + 0.13 * np.exp(-(((middle + 0.75 - 0.2 * (z + 2)) / 0.2) ** 2)) * np.clip(down, 0, 1)
        fold = fold + 0.12 * np.exp(-(((middle + 0.05) / 0.22) ** 2)) * np.clip(2 * down - 1, 0, 1)
        return figure.on(x, z) + 0.15 + 1.3 * across * along - fold + 0.03 * ripple(x, z, 1.3, 22)

    sides = [
        [(-2.1, 0.2), (-0.75, 0.42), (0.65, 0.46), (2.15, 0.26)],
        [(2.15, 0.26), (1.95, -0.9), (1.3, -3.1)],
        [(1.3, -3.1), (0.75, -3.5), (-0.55, -3.52), (-1.1, -3.15)],
        [(-1.1, -3.15), (-1.85, -1.0), (-2.1, 0.2)],
    ]
    cut = Cut(part, fabric, rolls=(Roll((0, 1, 2, 3), 0.38, 0.5),), grain=0.95, step=0.11, thick=0.7)
    return area(sides, depth, cut)


def bow(figure: Figure, part: str, fabric: str) -> tuple[Piece, ...]:
    """Make a bow tied by hand: two pairs of wings that are not quite level, and a knot."""
    pieces: list[Piece] = []
    for behind, tilt, reach in ((True, 0.14, 5.6), (False, -0.03, 5.2)):
        pieces += [_wing(figure, side, tilt, reach, part, fabric, behind=behind) for side in (-1, 1)]
    pieces.append(_bow_knot(figure, part, fabric))
    return tuple(pieces)


_BOW_AT = -0.75
"""Height of the middle of a bow."""


def _wing(figure: Figure, side: int, tilt: float, reach: float, part: str, fabric: str, *, behind: bool) -> Piece:
    def turned(line: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(side * x, _BOW_AT + z + tilt * x + 0.05 * side) for x, z in line]

    def depth(x: F64, z: F64) -> F64:
        across = np.abs(x)
        off = z - _BOW_AT - tilt * across
        out = np.clip((across - 0.5) / (reach - 0.5), 0, 1)
        half = 0.75 + 1.55 * out
        puff = (
            1.15
            * np.sqrt(np.clip(out * 1.3, 0, 1))
            * (1 - 0.35 * out)
            * np.sqrt(np.clip(1 - (off / half) ** 2, 0.05, 1))
        )
        pleats = np.cos(off / half * 5.0 + 0.6 * side) * 0.22 * np.exp(-(((out - 0.12) / 0.3) ** 2))
        bend = figure.on(0 * x, 0 * z + _BOW_AT) - 0.035 * across**2
        return bend + (0.85 if behind else 1.35) + puff + pleats + 0.05 * ripple(x, z, 1.8, 25 + side)

    sides = [
        turned([(0.4, 0.75), (1.4, 1.0), (3.3, 1.85), (reach, 2.3)]),
        turned([(reach, 2.3), (reach + 0.18, 0.1), (reach - 0.05, -2.25)]),
        turned([(reach - 0.05, -2.25), (3.2, -1.9), (1.4, -1.05), (0.4, -0.8)]),
        turned([(0.4, -0.8), (0.4, 0.75)]),
    ]
    cut = Cut(part, fabric, rolls=(Roll((0, 1, 2), 0.2, 0.25),), grain=0.1 * side, step=0.13, thick=0.35)
    return area(sides, depth, cut)


def _bow_knot(figure: Figure, part: str, fabric: str) -> Piece:
    def depth(x: F64, z: F64) -> F64:
        off = z - _BOW_AT
        round_ = np.sqrt(np.clip(1 - (off / 1.45) ** 2, 0, 1)) * np.clip(1 - np.abs(x / 1.2) ** 3, 0, 1) ** 0.5
        crease = 0.16 * np.exp(-(((x - 0.25 - 0.12 * off) / 0.14) ** 2)) + 0.1 * np.exp(-(((x + 0.4) / 0.18) ** 2))
        return np.asarray(figure.on(0 * x, 0 * z + _BOW_AT) + 1.45 + 1.15 * round_ - crease)

    sides = [
        [(-0.95, _BOW_AT + 1.05), (0.0, _BOW_AT + 1.2), (1.0, _BOW_AT + 1.02)],
        [(1.0, _BOW_AT + 1.02), (0.86, _BOW_AT), (0.95, _BOW_AT - 1.1)],
        [(0.95, _BOW_AT - 1.1), (0.0, _BOW_AT - 1.25), (-0.92, _BOW_AT - 1.08)],
        [(-0.92, _BOW_AT - 1.08), (-0.82, _BOW_AT), (-0.95, _BOW_AT + 1.05)],
    ]
    return area(
        sides, depth, Cut(part, fabric, rolls=(Roll((0, 1, 2, 3), 0.3, 0.4),), grain=1.57, step=0.09, thick=0.6)
    )
