"""Shirts: body, stand, collar and placket; the collar serves every garment that is worn over a shirt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from wardrobe.form import F64, HEM, NECK_AT, NECK_X, Figure, blend, neck
from wardrobe.sheet import Cut, Depth, Piece, Roll, area, band, ripple
from wardrobe.wear import Wear, arm_line, path, ring, shoulder_line, sided

FRONT_END = np.radians(97)
"""Where a collar passes from the layer before the neck to that behind it."""
_BELOW = 0.1
"""How far the hidden layer lies below the other where they overlap, cm."""


@dataclass(frozen=True)
class Collar:
    """A collar that is folded down.

    Attributes
    ----------
    start
        Angle from the front at which the fold begins, degrees.
    fold
        The folded edge: angle, height, and distance from the neck.
    edge
        The lower edge of the leaf: angle, x, z; the first is the point of the collar.
    stand
        Height of the stand inside, cm.
    puff
        How round the fold is, cm.
    """

    start: float
    fold: tuple[tuple[float, float, float], ...]
    edge: tuple[tuple[float, float, float], ...]
    stand: float = 3.4
    puff: float = 0.42


CLOSED = Collar(
    start=14.5,
    fold=(
        (0, 0.2, 0.4),
        (14, 0.25, 0.4),
        (35, 0.75, 0.35),
        (60, 1.85, 0.28),
        (90, 3.55, 0.2),
        (130, 4.7, 0.12),
        (180, 5.4, 0.25),
    ),
    edge=(
        (14, 5.5, -6.9),
        (30, 6.9, -4.2),
        (52, 8.05, -1.2),
        (76, 8.3, 1.15),
        (100, 8.1, 2.9),
        (135, 6.6, 3.2),
        (180, 0.0, 3.4),
    ),
)
"""Buttoned up, for a tie."""

OPEN = Collar(
    start=32,
    fold=((32, -0.6, 0.95), (46, 0.35, 0.75), (64, 1.6, 0.5), (90, 3.25, 0.22), (130, 4.6, 0.12), (180, 5.2, 0.25)),
    edge=(
        (32, 7.1, -6.7),
        (50, 8.2, -3.9),
        (66, 9.0, -1.2),
        (84, 8.7, 1.5),
        (104, 8.1, 3.1),
        (135, 6.8, 3.1),
        (180, 0.0, 3.3),
    ),
    puff=0.5,
)
"""The first button undone."""

BUTTONED = Collar(
    start=2.0,
    fold=(
        (0, -0.1, 0.35),
        (12, 0.0, 0.35),
        (35, 0.65, 0.35),
        (60, 1.8, 0.28),
        (90, 3.5, 0.2),
        (130, 4.7, 0.12),
        (180, 5.4, 0.25),
    ),
    edge=(
        (2, 4.3, -6.8),
        (24, 6.1, -4.6),
        (48, 7.75, -1.5),
        (74, 8.25, 1.1),
        (100, 7.95, 3.2),
        (135, 6.6, 3.2),
        (180, 0.0, 3.4),
    ),
)
"""Buttoned up, without a tie."""

ROUND = Collar(
    start=2.0,
    fold=(
        (0, -0.3, 0.4),
        (12, -0.2, 0.4),
        (35, 0.45, 0.38),
        (60, 1.6, 0.3),
        (90, 3.1, 0.25),
        (130, 4.5, 0.12),
        (180, 5.1, 0.25),
    ),
    edge=(
        (2, 0.9, -3.1),
        (5, 1.7, -4.7),
        (11, 3.2, -5.6),
        (22, 5.2, -5.3),
        (40, 7.4, -3.2),
        (60, 8.5, -0.6),
        (80, 8.9, 1.2),
        (104, 8.1, 3.0),
        (135, 6.7, 3.0),
        (180, 0.0, 3.2),
    ),
    stand=2.8,
    puff=0.5,
)
"""With round points, as on children's shirts."""

SOFT_OPEN = Collar(
    start=32,
    fold=((32, -0.95, 0.9), (46, -0.1, 0.75), (62, 1.15, 0.5), (90, 3.05, 0.22), (130, 4.3, 0.12), (180, 4.9, 0.25)),
    edge=(
        (32, 7.7, -6.4),
        (48, 9.0, -3.9),
        (66, 9.7, -1.3),
        (84, 8.95, 1.4),
        (104, 8.15, 3.0),
        (135, 6.9, 2.9),
        (180, 0.0, 3.1),
    ),
    stand=3.0,
    puff=0.6,
)
"""Of a blouse or a polo shirt: lower and rounder."""

TUNIC = Collar(
    start=1.5,
    fold=(
        (0, -0.2, 0.45),
        (12, -0.1, 0.45),
        (35, 0.6, 0.42),
        (60, 1.75, 0.35),
        (90, 3.2, 0.28),
        (130, 4.5, 0.12),
        (180, 5.1, 0.25),
    ),
    edge=(
        (1.5, 2.4, -4.5),
        (6, 3.2, -4.9),
        (14, 4.3, -4.6),
        (32, 6.2, -2.9),
        (54, 7.7, -0.6),
        (76, 8.25, 1.6),
        (100, 7.95, 3.2),
        (135, 6.8, 3.1),
        (180, 0.0, 3.3),
    ),
    puff=0.5,
)
"""Of a tunic suit: closed with a hook, its points blunt."""


def collar(style: Collar, on: Depth, part: str, fabric: str, lift: float = 0.45) -> tuple[Piece, ...]:
    """Leaf and stand on both sides.

    Parameters
    ----------
    on
        Depth of what the leaf lies on.
    lift
        How far above that it lies, cm.
    """
    pieces: list[Piece] = []
    for side in (1, -1):
        before = np.linspace(np.radians(style.start), FRONT_END, 150)
        pieces.append(
            _leaf(style, side, before, on, lift, Cut(part, fabric, stitched=(2, 3), skirted=(2, 3), thick=0.25))
        )
        behind = np.linspace(FRONT_END - 0.015, np.pi, 60)
        pieces.append(_leaf(style, side, behind, on, lift, Cut(part, fabric, behind=True)))
        inside = np.linspace(np.radians(70), np.pi, 80)
        pieces.append(_stand(style, side, inside, Cut(part, fabric, behind=True)))
    return tuple(pieces)


def _leaf(style: Collar, side: int, angles: F64, on: Depth, lift: float, cut: Cut) -> Piece:
    fold = ring(style.fold, angles)
    edge = path([(angle, x, z, _leaf_depth(angle, x, z, on, lift)) for angle, x, z in style.edge], angles)
    outward = np.stack([np.sin(angles), 0.35 + 0 * angles, np.maximum(np.cos(angles), 0.1)], 1)

    def profile(share: F64) -> F64:
        round_ = 2.2 * np.sqrt(share) * (1 - share) ** 1.5
        wave = 0.05 * np.sin(angles[:, None] * 5 + side) * share[None] * (1 - share[None])
        return outward[:, None] * (style.puff * round_[None] + wave)[..., None]

    piece = band(fold, edge, cut, profile)
    x, z, d = piece.place.T
    x = x * side
    # The leaf lies on the shoulder; behind the neck it hangs free.
    lies = np.clip((np.abs(x) - NECK_X - 0.2) / 0.9, 0, 1) * np.clip((d + 4.5) / 2, 0, 1)
    free = np.clip((d - NECK_AT) / 2.0, 0, 1)
    d = d + np.maximum(lies, free) * np.maximum(on(x, z) + 0.15 - d, 0) + 0.05 * ripple(x, z, 2.2, 60 + side)
    # Where the two layers overlap, the hidden one must cast no shadow on the other.
    d = d - _BELOW * cut.behind
    thread = piece.thread * [side, 1]
    faces = piece.faces if side > 0 else piece.faces[:, ::-1]
    return Piece(np.stack([x, z, d], 1), faces, thread, piece.edge, piece.along, piece.part, piece.fabric, cut.behind)


def _leaf_depth(angle: float, x: float, z: float, on: Depth, lift: float) -> float:
    if angle <= 90:
        return float(on(np.array([x]), np.array([z]))[0]) + lift
    return float(np.interp(angle, [90, 110, 135, 180], [0.4, -2.6, -6.4, -9.6]))


def _stand(style: Collar, side: int, angles: F64, cut: Cut) -> Piece:
    fold = ring(style.fold, angles)
    foot = ring(
        [(angle, height - style.stand - angle / 60, wider * 0.5) for angle, height, wider in style.fold], angles
    )
    return band(fold * [side, 1, 1], foot * [side, 1, 1], cut, rows=24)


def front_stand(style: Collar, part: str, fabric: str, height: float = 3.0) -> Piece:
    """Make the stand as it shows between the two points, below the throat."""
    angles = np.linspace(-np.radians(60), np.radians(60), 120)
    lower = [(angle, top - height, wider * 0.9 + 0.1) for angle, top, wider in style.fold]
    upper = [(angle, top - 0.12, wider * 0.8) for angle, top, wider in style.fold]
    return band(ring(upper, angles), ring(lower, angles), Cut(part, fabric, stitched=(0,)), rows=24)


def body(wear: Wear, part: str, fabric: str, opening: float | None = None, width: float = 19.2) -> tuple[Piece, ...]:
    """Front of the shirt between the armholes, with its placket.

    Parameters
    ----------
    opening
        Height of the highest closed button, cm; None when closed up to the neck.
    width
        Distance of its side from the midline at the shoulder, cm; less below a jacket.
    """
    depth = chest(wear)
    line = wear.figure
    # Below a jacket it must not look out over its shoulder.
    sunk = 0.0 if width > 19 else 1.0
    top = float(line.shoulder(width)) - sunk
    pieces: list[Piece] = []
    for side in (-1, 1):
        over = side > 0
        inner = _inner_edge(opening, over=over)
        sides = [
            sided([(6.7, 2.9), *((x, z - sunk) for x, z in shoulder_line(line, 8.0, width))], side),
            sided(
                [(width + x, z) for x, z in ((0.0, top), (0.7, -3.6), (0.1, -9), (-0.3, -14), (0.4, -22), (1.0, HEM))],
                side,
            ),
            sided([(width + 1.0, HEM), (inner[0][0], HEM)], side),
            sided(inner, side),
            sided(
                [inner[-1], *_NECKLINE] if opening is None else [inner[-1], (5.3, 0.0), (6.5, 1.9), (6.7, 2.9)], side
            ),
        ]
        cut = Cut(
            part,
            fabric,
            rolls=(Roll((1,), 0.35, 0.12), Roll((3,), 0.14, 0.14)) if over else (Roll((1,), 0.35, 0.12),),
            stitched=(1, 3) if over else (1,),
            thick=0.2,
        )
        raised = 0.16 if over else 0.0
        pieces.append(area(sides, _raised(depth, raised), cut))
    return tuple(pieces)


_NECKLINE = ((2.8, -1.2), (5.2, 0.1), (6.7, 2.9))
_NECKLINE_OPEN = ((5.3, 0.0), (6.5, 1.9), (6.7, 2.9))
"""Seam between body and stand, hidden by the collar."""


def _raised(depth: Depth, by: float) -> Depth:
    return lambda x, z: depth(x, z) + by


def _inner_edge(opening: float | None, *, over: bool) -> list[tuple[float, float]]:
    edge = -1.6 if over else -0.8
    if opening is None:
        return [(edge, HEM), (edge, -20.0), (edge, -1.0)]
    bottom = [(edge, HEM), (edge, opening - 6), (edge, opening - 1.5)]
    return [*bottom, (edge + 1.2, opening + 0.8), (1.6, opening * 0.52), (3.4, -0.6)]


def chest(wear: Wear) -> Depth:
    """Depth of cloth on chest and neck together."""

    def depth(x: F64, z: F64) -> F64:
        near_neck = np.clip((np.hypot(x, z - 3) - 6.5) / 6.5, 0, 1)
        near_neck = near_neck**2 * (3 - 2 * near_neck)
        raised = max(wear.rise, 0) + min(wear.rise, 0) * near_neck
        return blend(wear.figure.torso(x, z), neck(x, z) + 0.05, 1.2) + raised + near_neck * wear.folds(x, z)

    return depth


def sleeves(wear: Wear, part: str, fabric: str, head: float = 0.12) -> tuple[Piece, ...]:
    """Sleeves that are set in: they stand up a little at the head, and go under the body below it."""
    pieces: list[Piece] = []
    for side in (-1, 1):
        outline = arm_line(wear.figure, 18.6)
        sides = [
            sided(outline, side),
            sided([(outline[-1][0], HEM), (16.5, HEM)], side),
            sided([(16.5, HEM), (16.8, -20), (17.6, -8), (18.6, outline[0][1])], side),
        ]
        depth = _headed(wear, side, head)
        pieces.append(area(sides, depth, Cut(part, fabric, grain=0.06 * side, step=0.25)))
    return tuple(pieces)


def _headed(wear: Wear, side: int, head: float) -> Depth:
    hanging = wear.sleeve(side)

    def depth(x: F64, z: F64) -> F64:
        cap = np.clip((z + 9.0) / 6.0, 0, 1)
        flush = wear.torso(x, z) + head
        outside = np.clip((np.abs(x) - 19.4) / 2.6, 0, 1)
        joined = flush * (1 - outside) + hanging(x, z) * outside
        # Its inner edge passes below the seam.
        joined = joined - 0.9 * np.clip((19.4 - np.abs(x)) / 0.5, 0, 1)
        return joined * cap + np.minimum(hanging(x, z), wear.torso(x, z) - 0.4 + 6 * outside) * (1 - cap)

    return depth


def plain_figure(figure: Figure, rise: float) -> Depth:
    """Return the depth of the figure itself, a little enlarged: what lies below a collar."""
    return lambda x, z: figure.on(x, z) + rise
