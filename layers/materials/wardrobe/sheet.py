"""Pieces of cloth as meshes: an area within an outline that lies at a given depth, or a band between two curves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import map_coordinates
from scipy.spatial import Delaunay, cKDTree
from wardrobe.form import F64

Faces = NDArray[np.int64]
Depth = Callable[[F64, F64], F64]
Line = Sequence[tuple[float, float]]

NO_EDGE: Final = 9.0
"""Distance that stands for none."""
_CURVE_STEP: Final = 0.12
_RINGS: Final = (0.05, 0.11, 0.19, 0.3, 0.42, 0.55, 0.7)
"""Distances from an outline at which the mesh is finer, for rolled edges and seams."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of cloth.

    Attributes
    ----------
    place
        ``(N, 3)``: x, z, d of its points, cm.
    faces
        ``(M, 3)``: triangles.
    thread
        ``(N, 2)``: places on the flat cloth, cm; the second runs along the grain.
    edge, along
        ``(N,)``: distance from the nearest stitched edge, and the way along that edge, cm.
    part, fabric
        What it belongs to, and what it is made of.
    behind
        Whether it belongs to the layer behind the neck.
    """

    place: F64
    faces: Faces
    thread: F64
    edge: F64
    along: F64
    part: str
    fabric: str
    behind: bool = False

    def turned(self, warp: Callable[[F64], F64]) -> Piece:
        """Return the same with its points moved."""
        return replace(self, place=warp(self.place))


@dataclass(frozen=True)
class Roll:
    """An edge that rolls away from the viewer: sides of the outline, how far in it begins, and how deep it goes, cm."""

    sides: tuple[int, ...]
    radius: float
    depth: float


@dataclass(frozen=True)
class Cut:
    """What a piece is made of, and how its edges are finished.

    ``grain`` turns the cloth, radians; ``stitched`` names the sides along which a seam runs.
    """

    part: str
    fabric: str
    rolls: tuple[Roll, ...] = ()
    stitched: tuple[int, ...] = ()
    grain: float = 0.0
    step: float = 0.22
    thick: float = 0.3
    behind: bool = False
    skirted: tuple[int, ...] | None = field(default=None)


def curve(points: Line, step: float = _CURVE_STEP) -> F64:
    """Draw a smooth line through points, ``(N, 2)`` or ``(N, 3)``, at equal distances."""
    given = np.asarray(points, float)
    if len(given) == 2:
        dense = given[0] + (given[1] - given[0]) * np.linspace(0, 1, 200)[:, None]
    else:
        knots = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(given, axis=0), axis=1) ** 0.5)])
        dense = CubicSpline(knots, given, bc_type="natural")(np.linspace(0, knots[-1], 1500))
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))])
    count = max(3, int(way[-1] / step) + 1)
    at = np.linspace(0, way[-1], count)
    return np.stack([np.interp(at, way, dense[:, axis]) for axis in range(dense.shape[1])], 1)


def area(sides: Sequence[Line], depth: Depth, cut: Cut) -> Piece:
    """Fill an outline.

    Parameters
    ----------
    sides
        Lines of ``(x, z)``, each ending where the next begins; corners are only between them.
    depth
        Depth at places.
    """
    lines = [curve(side) for side in sides]
    outline = np.concatenate([line[:-1] for line in lines])
    inside = _within(outline, cut.step)
    points = np.concatenate([outline, inside])
    faces = _triangles(points, outline)
    x, z = points.T
    deep = depth(x, z)
    for roll in cut.rolls:
        reach = np.clip(_nearest(points, [lines[side] for side in roll.sides])[0] / roll.radius, 0, 1)
        deep = deep + roll.depth * (np.sqrt(1 - (1 - reach) ** 2) - 1)
    edge, along = _nearest(points, [lines[side] for side in cut.stitched])
    place = np.stack([x, z, deep], 1)
    faces = _towards_viewer(place, faces)
    piece = Piece(place, faces, _threads(x, z, cut.grain), edge, along, cut.part, cut.fabric, cut.behind)
    return _with_thickness(piece, np.arange(len(outline)), cut.thick)


def band(upper: F64, lower: F64, cut: Cut, profile: Callable[[F64], F64] | None = None, rows: int = 48) -> Piece:
    """Span a band between two curves of the same number of points, ``(N, 3)`` as x, z, d.

    Parameters
    ----------
    profile
        Displacement ``(N, rows, 3)`` of shares ``(rows,)`` from the upper to the lower curve.
    """
    even = np.linspace(0, 1, rows)
    share = 0.5 * np.sin(even * np.pi / 2) + 0.5 * even
    grid = upper[:, None] + (lower - upper)[:, None] * share[None, :, None]
    if profile is not None:
        grid = grid + profile(share)
    columns = len(upper)
    index = np.arange(columns * rows).reshape(columns, rows)
    one, two, three, four = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    faces = np.concatenate(
        [np.stack([one, two, three], -1).reshape(-1, 3), np.stack([one, three, four], -1).reshape(-1, 3)]
    )
    place = grid.reshape(-1, 3)
    middle = grid[:, rows // 2]
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(middle, axis=0), axis=1))])
    down = np.cumsum(np.linalg.norm(np.diff(grid, axis=1, prepend=grid[:, :1]), axis=2), axis=1)
    flat = np.stack([np.broadcast_to(way[:, None], down.shape), -down], -1).reshape(-1, 2)
    sides = {0: grid[:, 0], 1: grid[-1], 2: grid[:, -1], 3: grid[0]}
    edge, along = _nearest(place, [sides[side] for side in cut.stitched])
    thread = _threads(flat[:, 0], flat[:, 1], cut.grain)
    piece = Piece(place, faces, thread, edge, along, cut.part, cut.fabric, cut.behind)
    rims = {0: index[:, 0], 1: index[-1], 2: index[:, -1], 3: index[0]}
    for side in cut.skirted or ():
        piece = _with_thickness(piece, rims[side], cut.thick, closed=False)
    return piece


def ripple(x: F64, z: F64, size: float, seed: int) -> F64:
    """Smooth irregularity of about unit height and the given size, cm."""
    total = np.zeros(np.broadcast(x, z).shape)
    for octave, weight in enumerate((1.0, 0.45)):
        grid = _random(seed, octave)
        at = [np.asarray(x) / size * 2**octave + 31.7 * seed, np.asarray(z) / size * 2**octave + 13.1 * seed]
        total += weight * map_coordinates(grid, [axis % 128 for axis in at], order=3, mode="grid-wrap")
    return total


def joined(*groups: Iterable[Piece]) -> tuple[Piece, ...]:
    """All pieces of several groups."""
    return tuple(piece for group in groups for piece in group)


def distance(x: F64, z: F64, line: Line | F64) -> F64:
    """Distance of places from a line."""
    points = line if isinstance(line, np.ndarray) else curve(line)
    flat = np.stack([np.ravel(x), np.ravel(z)], 1)
    return np.asarray(cKDTree(points).query(flat)[0]).reshape(np.shape(x))


def contains(outline: F64, points: F64) -> NDArray[np.bool_]:
    """Which points lie within a closed outline (even-odd rule)."""
    x, z = points.T
    inside = np.zeros(len(points), bool)
    for (x1, z1), (x2, z2) in zip(outline, np.roll(outline, -1, 0), strict=True):
        if z1 == z2:
            continue
        crosses = ((z1 > z) != (z2 > z)) & (x < (x2 - x1) * (z - z1) / (z2 - z1) + x1)
        inside ^= crosses
    return inside


@lru_cache(256)
def _random(seed: int, octave: int) -> F64:
    return np.random.default_rng(1000 + seed * 31 + octave).standard_normal((128, 128))


def _within(outline: F64, step: float) -> F64:
    low, high = outline.min(0), outline.max(0)
    grid = np.stack(np.meshgrid(np.arange(low[0], high[0], step), np.arange(low[1], high[1], step)), -1).reshape(-1, 2)
    grid = grid + np.random.default_rng(1).uniform(-0.15, 0.15, grid.shape) * step
    tree = cKDTree(outline)
    kept = [grid[contains(outline, grid) & (tree.query(grid)[0] > step * 0.5)]]
    normal = np.roll(outline, -1, 0) - np.roll(outline, 1, 0)
    normal = np.stack([-normal[:, 1], normal[:, 0]], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    for ring in _RINGS:
        for side in (1, -1):
            moved = outline + side * ring * normal
            near = tree.query(moved)[0] > ring * 0.8
            kept.append(moved[near & contains(outline, moved)])
    return np.concatenate(kept)


def _triangles(points: F64, outline: F64) -> Faces:
    faces = Delaunay(points).simplices.astype(np.int64)
    corners = points[faces]
    long = np.linalg.norm(corners - corners[:, [1, 2, 0]], axis=2).max(1)
    return np.asarray(faces[contains(outline, corners.mean(1)) & (long < 2.5)])


def _towards_viewer(place: F64, faces: Faces) -> Faces:
    corners = place[faces][..., :2]
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    away = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0] < 0
    faces = faces.copy()
    faces[away] = faces[away][:, ::-1]
    return faces


def _threads(x: F64, z: F64, grain: float) -> F64:
    cos, sin = np.cos(grain), np.sin(grain)
    return np.stack([x * cos + z * sin, -x * sin + z * cos], 1)


def _nearest(points: F64, lines: Sequence[F64]) -> tuple[F64, F64]:
    """Distance from the nearest of some lines, and the way along it."""
    if not lines:
        return np.full(len(points), NO_EDGE), np.zeros(len(points))
    ways = [np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]) for line in lines]
    gap, index = cKDTree(np.concatenate(lines)).query(points)
    return np.asarray(gap), np.concatenate(ways)[index]


def _with_thickness(piece: Piece, rim: NDArray[np.int64], thick: float, *, closed: bool = True) -> Piece:
    """Give an edge a side that leads back from the viewer."""
    count = len(piece.place)
    upper, lower = count + np.arange(len(rim)), count + len(rim) + np.arange(len(rim))
    back = piece.place[rim] - [0, 0, thick]
    if closed:
        upper_next, lower_next = np.roll(upper, -1), np.roll(lower, -1)
    else:
        upper, upper_next, lower, lower_next = upper[:-1], upper[1:], lower[:-1], lower[1:]
    side = np.concatenate([np.stack([upper, lower, lower_next], 1), np.stack([upper, lower_next, upper_next], 1)])
    twice = np.concatenate([rim, rim])
    return replace(
        piece,
        place=np.concatenate([piece.place, piece.place[rim], back]),
        faces=np.concatenate([piece.faces, side]),
        thread=np.concatenate([piece.thread, piece.thread[twice]]),
        edge=np.concatenate([piece.edge, piece.edge[twice]]),
        along=np.concatenate([piece.along, piece.along[twice]]),
    )
