"""What the pieces of one garment have in common: the figure, the folds of each of its cloths, and the two sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator
from wardrobe.drape import Cloth, sleeve_folds, torso_folds
from wardrobe.form import F64, HEM, RIM, Figure, neck_ring
from wardrobe.sheet import Depth, Line, curve, distance, ripple


@dataclass(frozen=True)
class Wear:
    """One layer of clothing on a figure.

    Attributes
    ----------
    cloth
        How it falls.
    rise
        How far it lies before the figure, cm.
    folded
        Share of the folds that is left when pressed, and that of the sleeves.
    """

    figure: Figure
    cloth: Cloth
    rise: float = 0.0
    folded: tuple[float, float] = (1.0, 1.0)

    def folds(self, x: F64, z: F64) -> F64:
        """Heights of the folds of chest and shoulders, cm."""
        fine = 0.03 * ripple(x, z, 2.3, self.cloth.seed + 40) + 0.012 * ripple(x, z, 0.9, self.cloth.seed + 41)
        return self.folded[0] * (torso_folds(self.figure, self.cloth).at(x, z) + fine)

    def torso(self, x: F64, z: F64) -> F64:
        """Depth of the cloth on the chest."""
        return self.figure.torso(x, z) + self.rise + self.folds(x, z)

    def sleeve(self, side: int) -> Depth:
        """Depth of one sleeve; the other is the same but for its folds."""
        smooth = _sleeve(self.figure)
        folds = sleeve_folds(
            self.figure, replace(self.cloth, along=2.2 * self.cloth.along, seed=self.cloth.seed + 5 + side), smooth
        )

        def depth(x: F64, z: F64) -> F64:
            x = np.abs(x)
            fine = 0.03 * ripple(x, z, 2.0, self.cloth.seed + 50 + side)
            return smooth(x, z) + self.rise + self.folded[1] * (folds.at(x, z) + fine)

        return depth


def sided(line: Line, side: int) -> list[tuple[float, float]]:
    """Turn a line drawn for the viewer's right to either side."""
    return [(side * x, z) for x, z in line]


def shoulder_line(figure: Figure, start: float, end: float) -> list[tuple[float, float]]:
    """Return the outline between two distances from the midline."""
    across = np.linspace(start, end, max(3, int(abs(end - start) / 1.2) + 1))
    return [(float(x), float(z)) for x, z in zip(across, figure.shoulder(across), strict=True)]


def arm_line(figure: Figure, start: float) -> list[tuple[float, float]]:
    """Return the outline of the sleeve from a distance from the midline down to the hem."""
    points = [(x, z) for x, z in figure.outline if x > start + 0.5 and z > HEM]
    edge = figure.outline[-1][0]
    return [(start, float(figure.shoulder(start))), *points, (edge, HEM)]


def ring(knots: Sequence[tuple[float, float, float]], angles: F64) -> F64:
    """Draw a line around the neck, ``(N, 3)``.

    Parameters
    ----------
    knots
        Angle from the front, degrees; height; and distance from the neck, cm.
    angles
        Radians; the viewer's right is positive.
    """
    at, height, wider = np.asarray(knots, float).T
    turned = np.degrees(np.abs(angles))
    return neck_ring(angles, PchipInterpolator(at, height)(turned), PchipInterpolator(at, wider)(turned))


def path(knots: Sequence[tuple[float, ...]], angles: F64) -> F64:
    """Draw a line ``(N, 3)`` through points given as angle in degrees, then x, z, d."""
    table = np.asarray(knots, float)
    return np.asarray(PchipInterpolator(table[:, 0], table[:, 1:])(np.degrees(np.abs(angles))))


def swayed(figure: Figure, seed: int) -> Callable[[F64], F64]:
    """Nobody stands quite straight: a warp by millimetres, and the figure's own measures."""

    def warp(place: F64) -> F64:
        x, z, d = place.T
        side = np.clip(np.abs(x) / 12, 0, 1)
        tilt = 0.012 * x * np.clip(np.abs(x) / 8, 0, 1)
        low = np.clip((-z - 1) / 6, 0, 1)
        moved_z = z + tilt + 0.13 * side * ripple(x, z, 13, seed)
        moved_x = x + low * (0.12 * ripple(x, z, 13, seed + 1) + 0.006 * (-z))
        return np.stack([moved_x * figure.across, moved_z * figure.along, d * (figure.across + figure.along) / 2], 1)

    return warp


@lru_cache(16)
def _sleeve(figure: Figure) -> Depth:
    edge = curve(arm_line(figure, 18.5))

    def depth(x: F64, z: F64) -> F64:
        x, z = np.asarray(x, float), np.asarray(z, float)
        inwards = np.clip(distance(x, z, edge) / 5.6, 0, 1)
        arm = RIM - 0.3 + 7.2 * np.sqrt(1 - (1 - inwards) ** 2)
        inner = np.clip((20.6 + 0.05 * -z - x) / 3.0, 0, 1) * np.clip((-z - 6) / 8, 0, 1)
        return arm - 2.2 * inner**2

    return depth
