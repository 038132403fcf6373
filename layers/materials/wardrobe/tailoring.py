"""Jackets and coats: fronts, lapels, collar and sleeves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from wardrobe.form import F64, HEM
from wardrobe.sheet import Cut, Depth, Line, Piece, Roll, area, band, distance, ripple
from wardrobe.shirts import FRONT_END
from wardrobe.wear import Wear, ring, shoulder_line, sided


@dataclass(frozen=True)
class Lapel:
    """The shape of collar and lapel, drawn for the viewer's right.

    Attributes
    ----------
    roll
        The line along which it folds, from the side of the neck down to the button.
    gorge
        Seam between collar and lapel, from the fold to where they part.
    collar
        Outer edge of the collar, from where they part up to the shoulder.
    lapel
        Outer edge of the lapel, from where they part to its point; and from its point down.
    """

    roll: Line
    gorge: Line
    collar: Sequence[Line]
    lapel: Sequence[Line]


NOTCH = Lapel(
    roll=((6.35, 5.2), (6.8, 4.2), (6.75, 2.2), (6.35, -0.5), (5.7, -6.0), (4.2, -14.5), (2.2, -24.0), (0.2, -32.5)),
    gorge=((6.2, -1.7), (8.2, -3.0), (10.3, -4.5)),
    collar=(
        ((10.3, -4.5), (12.35, -2.75)),
        ((12.35, -2.75), (11.7, -0.6), (10.6, 1.5), (9.4, 3.3), (8.2, 4.65), (7.25, 5.4), (6.4, 5.75)),
    ),
    lapel=(((10.3, -4.5), (13.2, -6.35)), ((13.2, -6.35), (12.7, -9.5), (10.6, -16.5), (6.6, -25.0), (1.4, -33.2))),
)

PEAK = Lapel(
    roll=NOTCH.roll,
    gorge=((6.2, -1.7), (8.4, -3.4), (10.6, -5.0)),
    collar=(
        ((10.6, -5.0), (11.9, -3.2)),
        ((11.9, -3.2), (11.5, -0.9), (10.6, 1.4), (9.4, 3.3), (8.2, 4.65), (7.25, 5.4), (6.4, 5.75)),
    ),
    lapel=(((10.6, -5.0), (14.6, -3.1)), ((14.6, -3.1), (13.9, -7.5), (11.4, -16.0), (7.0, -25.0), (1.4, -33.2))),
)

WOMENS = Lapel(
    roll=((5.9, 5.1), (6.25, 4.0), (6.25, 2.2), (6.3, -0.5), (6.0, -6.0), (4.8, -14.5), (2.6, -23.5), (0.2, -31.0)),
    gorge=((6.5, -1.9), (8.4, -3.3), (10.0, -4.7)),
    collar=(
        ((10.0, -4.7), (11.9, -3.3)),
        ((11.9, -3.3), (11.4, -0.9), (10.5, 1.4), (9.4, 3.2), (8.3, 4.55), (7.3, 5.3), (6.45, 5.65)),
    ),
    lapel=(((10.0, -4.7), (12.2, -6.5)), ((12.2, -6.5), (12.1, -9.5), (10.6, -15.5), (7.0, -23.5), (1.2, -31.8))),
)


def jacket(
    wear: Wear, lapel: Lapel, part: str, fabric: str, *, facing: tuple[str, str] | None = None, edged: str | None = None
) -> tuple[Piece, ...]:
    """Make fronts, lapels and collar; the viewer's right lies over the left.

    Parameters
    ----------
    facing
        Part and fabric of lapels that are faced with another cloth.
    edged
        Fabric of collar and lapels when their edges are bound.
    """
    lapel_part, lapel_fabric = facing or (part, edged or fabric)
    pieces: list[Piece] = []
    for side in (-1, 1):
        raised = 0.35 if side > 0 else 0.0
        pieces.append(_front(wear, lapel, side, raised, Cut(part, fabric)))
        pieces.append(_lapel(wear, lapel, side, raised, lapel_part, lapel_fabric))
        pieces.append(_collar(wear, lapel, side, part, edged or fabric))
    pieces.append(_buttonhole(wear, lapel, lapel_part, lapel_fabric))
    pieces += _nape(part, fabric)
    return tuple(pieces)


def _buttonhole(wear: Wear, lapel: Lapel, part: str, fabric: str) -> Piece:
    """Make the slit in the lapel on the viewer's right, below its upper edge."""
    (x1, z1), (x2, z2) = lapel.lapel[0]
    along = np.array([x2 - x1, z2 - z1]) / np.hypot(x2 - x1, z2 - z1)
    down = np.array([along[1], -along[0]])
    middle = np.array([x2, z2]) - 1.9 * along + 1.5 * down
    on = _turned(wear, lapel, 1, 0.35)
    ends = [(middle + s * 0.95 * along + t * 0.09 * down).tolist() for s, t in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    corners = [(float(x), float(z)) for x, z in ends]
    sides = [[corners[index], corners[(index + 1) % 4]] for index in range(4)]
    slope = np.asarray(down)

    def depth(x: F64, z: F64) -> F64:
        off = (x - middle[0]) * slope[0] + (z - middle[1]) * slope[1]
        return np.asarray(on(x, z) + 0.07 - 0.12 * np.exp(-((off / 0.035) ** 2)))

    return area(sides, depth, Cut(part, fabric, step=0.06, thick=0.12))


def _front(wear: Wear, lapel: Lapel, side: int, raised: float, cut: Cut) -> Piece:
    line = wear.figure
    below = lapel.roll[-1]
    sides = [
        sided([(7.0, 5.0), *shoulder_line(line, 8.0, 19.3)], side),
        sided(
            [
                (19.3, float(line.shoulder(19.3))),
                (20.15, -2.5),
                (20.2, -6),
                (19.4, -11),
                (19.2, -15),
                (20.0, -22),
                (20.8, HEM),
            ],
            side,
        ),
        sided([(20.8, HEM), (-2.0, HEM)], side),
        sided([(-2.0, HEM), (-1.6, -35.5), below], side),
        sided([below, *reversed(lapel.roll[2:-1]), (7.0, 5.0)], side),
    ]

    def depth(x: F64, z: F64) -> F64:
        across = np.abs(x)
        chest_ = np.clip((-z - 4) / 6, 0, 1)
        arm = np.clip((across - 15.8) / 4.2, 0, 1) ** 2.0
        bulge = 0.35 * np.exp(-(((across - 19.3) / 0.9) ** 2)) * np.clip((z + 10) / 5, 0, 1)
        return wear.torso(x, z) + 0.2 + raised + _button_pull(x, z) - 1.7 * arm * chest_ - bulge

    return area(
        sides,
        depth,
        Cut(
            cut.part,
            cut.fabric,
            rolls=(Roll((1,), 0.5, 0.3), Roll((3,), 0.2, 0.3)),
            stitched=(3,),
            grain=0.03 * side,
        ),
    )


def _lapel(wear: Wear, lapel: Lapel, side: int, raised: float, part: str, fabric: str) -> Piece:
    start = lapel.gorge[0]
    roll = [start, *[point for point in lapel.roll if point[1] < start[1] - 2]]
    foot = lapel.lapel[1][-1]
    sides = [
        sided(lapel.gorge, side),
        *[sided(edge, side) for edge in lapel.lapel],
        sided([foot, (roll[-1][0] - 0.5, roll[-1][1])], side),
        sided([(roll[-1][0] - 0.5, roll[-1][1]), *reversed(roll[1:-1]), start], side),
    ]
    depth = _turned(wear, lapel, side, raised)
    cut = Cut(
        part,
        fabric,
        rolls=(Roll((4,), 1.15, 1.0), Roll((1, 2), 0.15, 0.22), Roll((0,), 0.28, 0.2)),
        stitched=(1, 2),
        grain=0.3 * side,
        thick=0.35,
    )
    return area(sides, depth, cut)


def _turned(wear: Wear, lapel: Lapel, side: int, raised: float) -> Depth:
    """Return the depth of what is folded over: springy at the fold, flat at its edge."""
    line = np.asarray(sided(lapel.roll, side))

    def depth(x: F64, z: F64) -> F64:
        away = distance(x, z, line)
        up = np.clip((z + 34) / 10, 0, 1)
        spring = 0.75 * np.exp(-((away - 1.6) ** 2) / 3.2) * up
        wave = 0.07 * ripple(x, z, 4.5, wear.cloth.seed + 70 + side)
        on = wear.figure.torso(x, z) + wear.rise + 0.3 * wear.folds(x, z)
        return on + raised + _button_pull(x, z) + 0.6 + 0.4 * up + spring + wave

    return depth


def _button_pull(x: F64, z: F64) -> F64:
    """Return how far the closed fronts stand off the body near the button, over what is worn below."""
    return np.asarray(1.3 * np.clip((-z - 14) / 12, 0, 1) * np.exp(-((x / 8.0) ** 2)))


def _collar(wear: Wear, lapel: Lapel, side: int, part: str, fabric: str) -> Piece:
    start = lapel.gorge[0]
    top = lapel.roll[0]
    upper = [point for point in lapel.roll if start[1] < point[1]]
    sides = [
        sided([start, *reversed(upper)], side),
        sided([top, lapel.collar[1][-1]], side),
        sided(list(reversed(lapel.collar[1])), side),
        sided(list(reversed(lapel.collar[0])), side),
        sided(list(reversed(lapel.gorge)), side),
    ]
    line = np.asarray(sided(lapel.roll, side))

    def depth(x: F64, z: F64) -> F64:
        away = distance(x, z, line)
        spring = 0.85 * np.exp(-((away - 1.3) ** 2) / 2.6)
        wave = 0.05 * ripple(x, z, 3.5, wear.cloth.seed + 80 + side)
        return wear.figure.on(x, z, 1.6) + wear.rise + 1.1 + spring + wave

    cut = Cut(
        part,
        fabric,
        rolls=(Roll((0, 1), 1.0, 1.0), Roll((2, 3), 0.16, 0.28), Roll((4,), 0.3, 0.24)),
        stitched=(2, 3),
        grain=0.75 * side,
        thick=0.4,
    )
    return area(sides, depth, cut)


def _nape(part: str, fabric: str) -> list[Piece]:
    """Make the collar behind the neck: the inside of its stand."""
    pieces: list[Piece] = []
    for side in (-1, 1):
        angles = np.linspace(FRONT_END - 0.3, np.pi, 60)
        upper = ring([(70, 4.4, 1.3), (95, 5.3, 1.15), (130, 5.9, 1.1), (180, 6.1, 1.1)], angles)
        lower = ring([(70, -3.0, 1.6), (100, -2.2, 1.5), (140, -1.8, 1.4), (180, -1.6, 1.4)], angles)
        pieces.append(band(upper * [side, 1, 1], lower * [side, 1, 1], Cut(part, fabric, behind=True), rows=20))
    return pieces
