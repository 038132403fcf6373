"""What is pulled over the head: fronts in one piece, neckbands, rolled collars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from wardrobe.form import F64, HEM, NECK_AT
from wardrobe.sheet import Cut, Depth, Line, Piece, Roll, area, band, ripple
from wardrobe.shirts import FRONT_END, chest
from wardrobe.wear import Wear, path, ring, shoulder_line, sided

_COVERED: Final = np.radians(52)
"""Angle from the front at which a neckband passes below a collar."""
Knots = Sequence[tuple[float, float, float]]

CREW: Line = ((0.0, -3.0), (2.6, -2.6), (5.0, -1.2), (6.6, 1.1), (6.95, 3.5))
"""Neckline on the viewer's right, from the midline upwards."""
HIGH: Line = ((0.0, -1.8), (2.6, -1.5), (5.0, -0.2), (6.8, 1.7), (7.3, 3.2))
SCOOP: Line = ((0.0, -5.6), (2.4, -5.1), (4.6, -3.2), (5.9, -0.4), (6.4, 1.8), (6.8, 3.4))
NARROW: Line = ((0.0, -6.5), (0.9, -5.2), (2.2, -3.0), (4.2, -0.6), (6.7, 2.9))


def front(wear: Wear, neckline: Line, part: str, fabric: str, *, width: float = 19.2, hemmed: bool = False) -> Piece:
    """Make a front in one piece between the armholes."""
    line = wear.figure
    # Below a jacket it must not look out over its shoulder.
    sunk = 0.0 if width > 19 else 1.0
    top = float(line.shoulder(width)) - sunk
    neck_end = neckline[-1]
    half = [
        sided([neck_end, *((x, z - sunk) for x, z in shoulder_line(line, neck_end[0] + 0.9, width))], 1),
        [(width + x, z) for x, z in ((0.0, top), (0.7, -3.6), (0.1, -9), (-0.3, -14), (0.4, -22), (1.0, HEM))],
    ]
    other = [[(-x, z) for x, z in reversed(side)] for side in reversed(half)]
    both = [*[(-x, z) for x, z in reversed(neckline[1:])], *neckline]
    sides = [*half, [(width + 1.0, HEM), (-width - 1.0, HEM)], *other, both]
    cut = Cut(
        part,
        fabric,
        rolls=(Roll((1, 3), 0.35, 0.12), *((Roll((5,), 0.14, 0.12),) if hemmed else ())),
        stitched=(5,) if hemmed else (),
        thick=0.2,
    )
    return area(sides, chest(wear), cut)


def neckband(wear: Wear, part: str, fabric: str, drop: float = 0.0, *, covered: bool = False) -> tuple[Piece, ...]:
    """Make a ribbed band around the neck.

    Parameters
    ----------
    drop
        How much lower than a crew neck it is in front, cm.
    covered
        Whether a collar covers all but its front.
    """
    upper = [
        (0, -1.0 - drop, 0.3),
        (25, -0.7 - drop * 0.9, 0.3),
        (55, 0.9 - drop * 0.3, 0.3),
        (90, 3.3, 0.2),
        (130, 4.4, 0.1),
        (180, 4.8, 0.2),
    ]
    lower = [
        (0, 0.0, -3.15 - drop),
        (20, 2.7, -2.75 - drop),
        (45, 5.5, -0.75 - drop * 0.5),
        (70, 7.0, 1.7),
        (98, 7.05, 3.5),
        (135, 5.6, 4.2),
        (180, 0.0, 4.2),
    ]
    on = chest(wear)
    end = _COVERED if covered else FRONT_END
    pieces = [
        _ring(
            upper,
            lower,
            on,
            np.linspace(-end, end, 360),
            Cut(part, fabric, stitched=(2,), skirted=(2,)),
            0.30,
        )
    ]
    for side in () if covered else (-1, 1):
        angles = np.linspace(FRONT_END - 0.015, np.pi, 60)
        pieces.append(_ring(upper, lower, on, angles * side, Cut(part, fabric, behind=True), 0.3))
        inside = ring(upper, np.linspace(1.2, np.pi, 80) * side)
        pieces.append(band(inside, inside - [0, 4.0, 0], Cut(part, fabric, behind=True), rows=20))
    return tuple(pieces)


def rolled_collar(wear: Wear, part: str, fabric: str) -> tuple[Piece, ...]:
    """Make a turtleneck: a tube that is turned down, softly creased."""
    upper = [(0, 2.5, 0.35), (40, 2.75, 0.32), (90, 3.9, 0.2), (130, 4.6, 0.1), (180, 5.0, 0.2)]
    lower = [
        (0, 0.0, -3.0),
        (20, 2.5, -2.75),
        (45, 5.2, -1.5),
        (68, 6.95, 0.6),
        (98, 7.3, 3.2),
        (135, 5.8, 3.6),
        (180, 0.0, 3.2),
    ]
    on = chest(wear)

    def tube(x: F64, z: F64) -> F64:
        return on(x, z) + 0.25

    pieces = [
        _ring(
            upper,
            lower,
            tube,
            np.linspace(-FRONT_END, FRONT_END, 360),
            Cut(part, fabric, stitched=(2,), skirted=(2,), thick=0.5),
            1.0,
            0.16,
        )
    ]
    for side in (-1, 1):
        angles = np.linspace(FRONT_END - 0.015, np.pi, 60)
        pieces.append(_ring(upper, lower, tube, angles * side, Cut(part, fabric, behind=True), 1.0, 0.16))
        inside = ring(upper, np.linspace(1.2, np.pi, 80) * side)
        pieces.append(band(inside, inside - [0, 4.5, 0], Cut(part, fabric, behind=True), rows=20))
    return tuple(pieces)


def _ring(upper: Knots, lower: Knots, on: Depth, angles: F64, cut: Cut, puff: float, crease: float = 0.03) -> Piece:
    top = ring(upper, angles)
    foot = [(angle, x, z, _foot_depth(angle, x, z, on)) for angle, x, z in lower]
    bottom = path(foot, angles) * np.stack(
        [np.sign(angles) + (angles == 0), np.ones_like(angles), np.ones_like(angles)], 1
    )
    outward = np.stack([np.sin(angles), 0.3 + 0 * angles, np.maximum(np.cos(angles), 0.15)], 1)

    def profile(share: F64) -> F64:
        round_ = 1.7 * np.sqrt(share) * (1 - share**3) ** 0.7
        at_angle, at_share = np.meshgrid(np.degrees(angles), share, indexing="ij")
        waves = ripple(at_angle / 9.0, at_share * 2.4 + at_angle / 40, 1.6, 63) * np.sqrt(at_share) * (1 - at_share)
        return outward[:, None] * (puff * 0.55 * round_[None] + 2 * crease * waves)[..., None]

    piece = band(top, bottom, cut, profile, rows=40)
    x, z, d = piece.place.T
    free = np.clip((d - NECK_AT) / 2.0, 0, 1)
    d = d + free * np.maximum(on(x, z) + 0.12 - d, 0) - 0.1 * cut.behind
    return Piece(
        np.stack([x, z, d], 1), piece.faces, piece.thread, piece.edge, piece.along, piece.part, piece.fabric, cut.behind
    )


def _foot_depth(angle: float, x: float, z: float, on: Depth) -> float:
    if angle <= 75:
        return float(on(np.array([x]), np.array([z]))[0]) + 0.18
    return float(np.interp(angle, [75, 98, 135, 180], [1.2, -1.2, -6.0, -9.0]))
