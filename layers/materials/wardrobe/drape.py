"""How cloth falls into folds: a sheet with more cloth than the figure needs, let go under its own weight.

Position-based dynamics (Mueller et al., "Position Based Dynamics", 2007) on a regular grid: threads keep their length,
the sheet resists bending over a span that sets how wide a fold is, it cannot enter the figure, and seams hold it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from wardrobe.form import F64, HEM, Figure

STEP: Final = 0.55
"""Distance of the grid's points."""
_STEPS: Final = 260
_PASSES: Final = 3
_WEIGHT: Final = 0.0035
_DAMPING: Final = 0.97


@dataclass(frozen=True)
class Cloth:
    """How much cloth there is to spare, and how stiff it is.

    Attributes
    ----------
    across, along
        Cloth to spare, as shares of the length.
    span
        Points of the grid over which it resists bending; more make wider folds.
    stiff
        Share of a bend that is undone in a pass.
    ease
        How far it hangs from the figure, cm.
    pull
        How far the weight of the sleeve has drawn the armhole down and inwards, cm.
    seed
        Of the irregularity that decides where folds begin.
    """

    across: float
    along: float
    span: int = 3
    stiff: float = 0.3
    ease: float = 0.6
    pull: float = 0.6
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Folds:
    """Folds as heights above the smooth surface, cm, on a grid from ``left`` and ``top``."""

    height: F64
    left: float
    top: float

    def at(self, x: F64, z: F64) -> F64:
        """Heights at places, cm."""
        column = (np.asarray(x, float) - self.left) / STEP
        row = (self.top - np.asarray(z, float)) / STEP
        return np.asarray(map_coordinates(self.height, [column, row], order=3, mode="nearest"))


@lru_cache(64)
def torso_folds(figure: Figure, cloth: Cloth) -> Folds:
    """Folds of the cloth on chest and shoulders, held by neck, shoulders and armholes."""
    x, z = _grid(-21.5, 21.5, 7.0, HEM)
    line = figure.shoulder(np.minimum(np.abs(x), 19))
    held = (z > line - 1.2) | (np.hypot(x, (z - 2) * 1.1) < 6.0) | ((np.abs(x) > 19.0) & (z > -15.0))
    # The arm hangs from the end of the shoulder, and draws the cloth with it.
    drawn = np.clip((np.abs(x) - 15.0) / 4.0, 0, 1) * np.exp(-(((z + 4.0) / 7.0) ** 2)) * held
    shift = np.stack([-0.7 * np.sign(x) * drawn, -drawn], -1) * cloth.pull
    return _settle(x, z, figure.torso(x, z), held, shift, cloth)


@lru_cache(64)
def sleeve_folds(figure: Figure, cloth: Cloth, depth: Callable[[F64, F64], F64]) -> Folds:
    """Folds of the sleeve on the viewer's right, which hangs from its head."""
    x, z = _grid(17.0, 28.6, 1.0, HEM)
    outline = np.asarray(figure.outline, float)[::-1]
    edge = np.interp(z, outline[:, 1], outline[:, 0])
    held = (z > -2.5) | ((x < 19.5) & (z > -9)) | (x < 17.8) | (x > edge - 0.6)
    shift = np.zeros((*x.shape, 2))
    return _settle(x, z, depth(x, z), held, shift, cloth)


def _grid(left: float, right: float, top: float, bottom: float) -> tuple[F64, F64]:
    across, along = np.arange(left, right, STEP), np.arange(top, bottom, -STEP)
    x, z = np.meshgrid(across, along, indexing="ij")
    return x, z


def _settle(x: F64, z: F64, depth: F64, held: NDArray[np.bool_], shift: F64, cloth: Cloth) -> Folds:
    rng = np.random.default_rng(cloth.seed)
    free = (~held).astype(float)[..., None]
    smooth = np.stack([x, z, depth], -1)
    links = _links(smooth, cloth, rng)
    place = smooth.copy()
    place[..., 2] += 0.05 * rng.standard_normal(x.shape) * free[..., 0]
    floor = depth - cloth.ease
    speed = np.zeros_like(place)
    for step in range(_STEPS):
        speed[..., 1] -= _WEIGHT
        before = place.copy()
        place = place + speed * free
        settled = min(1.0, step / (_STEPS * 0.4))
        place[..., :2] = np.where(free > 0, place[..., :2], smooth[..., :2] + shift * settled)
        for _ in range(_PASSES):
            for one, other, length, share in links:
                _relax(place, free, one, other, length, share)
            place[..., 2] = np.maximum(place[..., 2], floor)
        speed = (place - before) * _DAMPING
    return Folds(place[..., 2] - depth, float(x[0, 0]), float(z[0, 0]))


_Link = tuple[tuple[slice, slice], tuple[slice, slice], F64, float]


def _links(smooth: F64, cloth: Cloth, rng: np.random.Generator) -> list[_Link]:
    columns, rows = smooth.shape[:2]
    uneven = 1 + 0.4 * np.clip(rng.standard_normal((columns // 6 + 2, rows // 6 + 2)), -1.5, 1.5)
    at = np.meshgrid(np.linspace(0, columns // 6, columns), np.linspace(0, rows // 6, rows), indexing="ij")
    spare = map_coordinates(uneven, at, order=3, mode="nearest")
    links: list[_Link] = []
    for across, along, share in ((1, 0, 1.0), (0, 1, 1.0), (1, 1, 0.35), (1, -1, 0.35)):
        links += _family(smooth, spare, cloth, (across, along), share)
    for across, along in ((cloth.span, 0), (0, cloth.span)):
        links += _family(smooth, spare, cloth, (across, along), cloth.stiff)
    return links


def _family(smooth: F64, spare: F64, cloth: Cloth, reach: tuple[int, int], share: float) -> list[_Link]:
    """Links of one direction, in groups within which no point occurs twice."""
    columns, rows = smooth.shape[:2]
    across, along = reach
    period = 2 * max(across, abs(along))
    groups: list[_Link] = []
    for phase in range(period):
        if phase % period >= max(across, abs(along)):
            continue
        for first in (phase, phase + max(across, abs(along))):
            if across:
                start = np.arange(first, columns - across, period)
                if not start.size:
                    continue
                low, high = (0, rows - along) if along >= 0 else (-along, rows)
                one = (slice(first, columns - across, period), slice(low, high))
                other = (slice(first + across, columns, period), slice(low + along, high + along))
            else:
                start = np.arange(first, rows - along, period)
                if not start.size:
                    continue
                one = (slice(0, columns), slice(first, rows - along, period))
                other = (slice(0, columns), slice(first + along, rows, period))
            between = smooth[other] - smooth[one]
            extra = cloth.across * (across > 0) + cloth.along * (along != 0)
            if across and along:
                extra /= 2
            groups.append((one, other, np.linalg.norm(between, axis=-1) * (1 + extra * spare[one]), share))
    return groups


def _relax(
    place: F64, free: F64, one: tuple[slice, slice], other: tuple[slice, slice], length: F64, share: float
) -> None:
    between = place[other] - place[one]
    now = np.linalg.norm(between, axis=-1)
    weight = free[one] + free[other]
    pull = (share * (now - length) / np.maximum(now, 1e-6))[..., None] * between / np.maximum(weight, 1e-6)
    place[one] += pull * free[one]
    place[other] -= pull * free[other]
