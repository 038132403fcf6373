"""Small things that are sewn on: buttons, pockets, plackets, zips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from wardrobe.form import F64
from wardrobe.sheet import Cut, Depth, Piece, Roll, area
from wardrobe.wear import sided


def button(at: tuple[float, float], radius: float, on: Depth, part: str, fabric: str = "button") -> Piece:
    """Make a button with a rim and four holes."""
    x0, z0 = at
    turn = np.linspace(0, 2 * np.pi, 40)
    circle = [(x0 + radius * float(np.cos(angle)), z0 + radius * float(np.sin(angle))) for angle in turn]
    circle[-1] = circle[0]
    half = len(circle) // 2
    base = float(on(np.array([x0]), np.array([z0]))[0])
    slope = float(on(np.array([x0]), np.array([z0 + 0.4]))[0]) - base

    def depth(x: F64, z: F64) -> F64:
        away = np.hypot(x - x0, z - z0) / radius
        rim = 0.07 * np.exp(-(((away - 0.74) / 0.16) ** 2))
        holes = np.zeros_like(away)
        for dx, dz in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            hole = np.hypot(x - x0 - 0.2 * radius * dx, z - z0 - 0.2 * radius * dz) / (0.11 * radius)
            holes += 0.16 * np.exp(-(hole**4))
        return base + slope / 0.4 * (z - z0) + 0.2 + rim - holes

    cut = Cut(part, fabric, rolls=(Roll((0, 1), radius * 0.22, 0.08),), step=radius / 14, thick=0.2)
    return area([circle[: half + 1], circle[half:]], depth, cut)


def flap_pocket(side: int, on: Depth, part: str, fabric: str) -> tuple[Piece, ...]:
    """Make a patch pocket whose flap ends in a brace; its button is sewn on apart."""
    left, right, top = 6.9, 14.6, -14.2
    middle = (left + right) / 2
    patch = [
        sided([(left + 0.15, top - 1), (left, top - 9), (left + 0.4, top - 11.5)], side),
        sided([(left + 0.4, top - 11.5), (right - 0.4, top - 11.5)], side),
        sided([(right - 0.4, top - 11.5), (right, top - 9), (right - 0.15, top - 1)], side),
        sided([(right - 0.15, top - 1), (left + 0.15, top - 1)], side),
    ]
    flap = [
        sided([(left, top), (middle, top + 0.12), (right, top)], side),
        sided([(right, top), (right + 0.05, top - 3.3)], side),
        sided(
            [(right + 0.05, top - 3.3), (right - 1.2, top - 3.9), (middle + 1.3, top - 3.7), (middle, top - 4.9)], side
        ),
        sided(
            [(middle, top - 4.9), (middle - 1.3, top - 3.7), (left + 1.2, top - 3.9), (left - 0.05, top - 3.3)], side
        ),
        sided([(left - 0.05, top - 3.3), (left, top)], side),
    ]

    def lower(x: F64, z: F64) -> F64:
        return on(x, z) + 0.18

    def upper(x: F64, z: F64) -> F64:
        return on(x, z) + 0.32 + 0.16 * np.clip((top - z) / 4, 0, 1)

    rolled = Cut(part, fabric, rolls=(Roll((0, 1, 2), 0.15, 0.16),), stitched=(0, 1, 2), thick=0.25)
    flapped = Cut(
        part, fabric, rolls=(Roll((1, 2, 3, 4), 0.18, 0.2), Roll((0,), 0.25, 0.3)), stitched=(1, 2, 3, 4), thick=0.3
    )
    return area(patch, lower, rolled), area(flap, upper, flapped)


def strip(edges: Sequence[Sequence[tuple[float, float]]], on: Depth, raised: float, cut: Cut) -> Piece:
    """Make a strip of cloth within an outline, laid on what is below."""
    return area(edges, lambda x, z: on(x, z) + raised, cut)


def zip_fastener(top: float, bottom: float, on: Depth, part: str) -> Piece:
    """Make the closed teeth of a zip, a row of small bars."""

    def depth(x: F64, z: F64) -> F64:
        teeth = 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * z / 0.3 + np.where(x > 0, np.pi, 0)))
        return on(x, z) + 0.1 + 0.09 * teeth * np.exp(-((np.abs(x) / 0.22) ** 4))

    sides = [
        [(-0.3, top), (0.3, top)],
        [(0.3, top), (0.3, bottom)],
        [(0.3, bottom), (-0.3, bottom)],
        [(-0.3, bottom), (-0.3, top)],
    ]
    return area(sides, depth, Cut(part, "button", step=0.07, thick=0.1))
