"""Hair as strands: roots on the scalp, grown in steps along a style's flow, held off head and body.

Styles are grown in the frame of the base mesh's head (cm) and carried to the posed head by an affine map.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from parts.body import base
from parts.raster import value_noise

CENTRE = np.array([0.0, 74.0, 5.0])
_LINE_Z = np.array([-6.0, -1, 1.5, 2.6, 3.4, 5.4, 5.9, 7.3, 8.0, 10.0, 12, 15])
_LINE_Y = np.array([62.5, 63.0, 66.0, 71.0, 74.4, 74.4, 70.6, 70.8, 75.5, 78.0, 79.6, 80.6])

STYLES = (
    "bald", "ring", "buzz", "short", "quiff", "bob", "long", "long", "long", "curly", "longcurly", "afro", "bun",
    "pony", "topknot", "locs", "pixie", "wavy",
)  # fmt: skip


def hairline(p: np.ndarray, recede: float = 0.0) -> np.ndarray:
    """How far, cm, places of the base mesh lie inside the region of hair."""
    x, y, z = p.T
    edge = np.interp(z, _LINE_Z, _LINE_Y)
    temple = np.exp(-(((np.abs(x) - 4.8) / 1.6) ** 2))
    front = np.clip((z - 8) / 2, 0, 1)
    wave = 0.35 * value_noise(p * 0.9, 5)
    inside = y - edge - front * recede * (0.6 + temple) + wave
    ear = ((z - 4.6) / 2.6) ** 2 + ((y - 71.0) / 3.4) ** 2
    return np.where((ear < 1) & (np.abs(x) > 6.2), -1.0, inside)


@cache
def _radii() -> np.ndarray:
    """Distance of the head's surface from its centre by latitude and longitude, 2 degrees a cell."""
    mesh = base()
    rng = np.random.default_rng(0)
    corners = mesh.rest[mesh.triangles]
    corners = corners[corners[:, :, 1].min(axis=1) > 58]
    w = rng.dirichlet((1, 1, 1), (len(corners), 40))
    away = (w @ corners).reshape(-1, 3) - CENTRE
    r = np.linalg.norm(away, axis=1)
    lat, lon = _angles(away / r[:, None])
    grid = np.zeros((90, 180))
    np.maximum.at(grid, (np.clip(lat, 0, 89).astype(int), lon.astype(int) % 180), r)
    for _ in range(6):
        grid = np.where(grid == 0, np.max(_neighbours(grid)[1:], axis=0), grid)
    ears = grid > 11.6
    grid[ears & (np.arange(90) > 30)[:, None] & (np.arange(90) < 60)[:, None]] = 10.5
    smooth = grid
    for _ in range(2):
        smooth = np.mean(_neighbours(smooth), axis=0)
    smooth[:3] = smooth[3].mean()
    return smooth


def _neighbours(grid: np.ndarray) -> list[np.ndarray]:
    """Return a grid of latitude and longitude, and as moved by a cell each way."""
    up, down = np.vstack([grid[1:], grid[-1:]]), np.vstack([grid[:1], grid[:-1]])
    return [grid, up, down, np.roll(grid, 1, 1), np.roll(grid, -1, 1)]


def _angles(unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lat = np.degrees(np.arccos(np.clip(unit[:, 1], -1, 1))) / 2
    lon = (np.degrees(np.arctan2(unit[:, 0], unit[:, 2])) % 360) / 2
    return lat, lon


def surface(p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance from the head's centre, the head's own radius in that direction, and the direction."""
    away = p - CENTRE
    r = np.linalg.norm(away, axis=1) + 1e-9
    unit = away / r[:, None]
    lat, lon = _angles(unit)
    lat = np.clip(lat - 0.5, 0, 88.999)
    i, j = lat.astype(int), (lon - 0.5) % 180
    k = j.astype(int) % 180
    fi, fj = lat - i, j - np.floor(j)
    grid = _radii()
    k1 = (k + 1) % 180
    own = (grid[i, k] * (1 - fj) + grid[i, k1] * fj) * (1 - fi) + (
        grid[i + 1, k] * (1 - fj) + grid[i + 1, k1] * fj
    ) * fi
    return r, own, unit


def _unit(v: np.ndarray) -> np.ndarray:
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)


@dataclass(frozen=True, eq=False)
class Frame:
    """The affine map from the base mesh's head to the posed one, and how deep the body is at places of the world."""

    linear: np.ndarray
    shift: np.ndarray
    front: np.ndarray
    back: np.ndarray
    cell: float
    low: np.ndarray

    def world(self, p: np.ndarray) -> np.ndarray:
        """Carry places of the base mesh's head to the posed one."""
        return p @ self.linear.T + self.shift

    def head(self, p: np.ndarray) -> np.ndarray:
        """Carry them back."""
        return (p - self.shift) @ np.linalg.inv(self.linear).T

    def depth(self, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Front-most and rear-most z of the body at world places; -inf, inf where there is none."""
        i = np.clip(((p[:, :2] - self.low) / self.cell).astype(int), 0, np.array(self.front.shape[::-1]) - 1)
        return self.front[i[:, 1], i[:, 0]], self.back[i[:, 1], i[:, 0]]


def make_frame(places: np.ndarray) -> Frame:
    """Fit the map to a posed body and map its depth."""
    mesh = base()
    used = np.unique(mesh.triangles)
    scalp = used[mesh.rest[used, 1] > 66]
    ones = np.c_[mesh.rest[scalp], np.ones(len(scalp))]
    fit, *_ = np.linalg.lstsq(ones, places[scalp], rcond=None)
    rng = np.random.default_rng(1)
    corners = places[mesh.triangles]
    w = rng.dirichlet((1, 1, 1), (len(corners), 12))
    points = (w @ corners).reshape(-1, 3)
    cell = 0.8
    low = np.array([-45.0, points[:, 1].min()])
    size = np.ceil((np.array([45.0, points[:, 1].max() + 1]) - low) / cell).astype(int)
    i = np.clip(((points[:, :2] - low) / cell).astype(int), 0, size - 1)
    front, back = np.full(size[::-1], -np.inf), np.full(size[::-1], np.inf)
    np.maximum.at(front, (i[:, 1], i[:, 0]), points[:, 2])
    np.minimum.at(back, (i[:, 1], i[:, 0]), points[:, 2])
    for _ in range(2):
        front = np.max([front] + [np.roll(front, s, a) for s in (1, -1) for a in (0, 1)], axis=0)
        back = np.min([back] + [np.roll(back, s, a) for s in (1, -1) for a in (0, 1)], axis=0)
    return Frame(fit[:3].T, fit[3], front, back, cell, low)


def sample_roots(rng: np.random.Generator, count: int, density: np.ndarray) -> np.ndarray:
    """Draw places on the base mesh; ``density`` for each vertex, cut at zero."""
    mesh = base()
    corners = mesh.rest[mesh.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    chance = area * np.clip(density[mesh.triangles], 0, None).mean(axis=1)
    if chance.sum() <= 0:
        return np.zeros((0, 3))
    pick = rng.choice(len(chance), int(count * 1.6), p=chance / chance.sum())
    w = rng.dirichlet((1, 1, 1), len(pick))
    value = (density[mesh.triangles[pick]] * w).sum(axis=1)
    keep = value > 0
    return np.einsum("nk,nkd->nd", w, corners[pick])[keep][:count]


@dataclass(frozen=True, eq=False)
class Hair:
    """Strands ``(S, K, 3)`` in the world, a tone for each ``(S,)``, the style, and how the scalp shows below."""

    strands: np.ndarray
    tone: np.ndarray
    style: str
    recede: float
    cover: float


def grow(rng: np.random.Generator, frame: Frame, gender: str, age: str) -> Hair:
    """Draw a head of hair."""
    style, male = draw_style(rng, gender, age), gender == "male"
    recede = float(rng.uniform(0, 4) if male and age == "old" else max(0, rng.normal(0, 0.9)))
    mesh = base()
    inside = hairline(mesh.rest, recede)
    inside[mesh.rest[:, 1] < 60] = -1
    if style == "ring":
        inside = np.minimum(inside, 79.5 - mesh.rest[:, 1] + np.clip(-mesh.rest[:, 2], 0, 3))
    if style == "bald":
        return Hair(np.zeros((0, 2, 3)), np.zeros(0), style, recede, 0)
    count = {"buzz": 26000, "afro": 22000, "ring": 9000, "short": 20000, "pixie": 20000, "quiff": 20000}.get(
        style, 17000
    )
    roots = sample_roots(rng, count, np.clip(inside, -1, 0.6) + (0.02 if style != "ring" else 0))
    strands = _grow_style(rng, style, roots, frame)
    tone = rng.normal(0, 0.12, len(strands)) + 0.15 * value_noise(strands[:, 0] * 1.2, int(rng.integers(1000)))
    cover = 0.55 if style in ("buzz", "ring") else 1.0
    return Hair(strands, tone, style, recede, cover)


def draw_style(rng: np.random.Generator, gender: str, age: str) -> str:
    """Draw one of :data:`STYLES`."""
    styles = list(STYLES)
    chance = np.array([_chance(s, age, male=gender == "male") for s in styles])
    return str(rng.choice(styles, p=chance / chance.sum()))


def _chance(style: str, age: str, *, male: bool) -> float:
    if male:
        table = {"bald": 1.6, "ring": 2.4 if age == "old" else 0.8, "buzz": 2.2, "short": 5, "quiff": 4, "curly": 1.4}
        table |= {"afro": 1, "bun": 0.4, "topknot": 0.4, "long": 0.35, "locs": 0.6, "bob": 0.3, "wavy": 0.5, "pixie": 1}
        return table.get(style, 0.15) * (0.2 if age == "child" and style in ("bald", "ring") else 1)
    table = {"bald": 0.25, "ring": 0.02, "buzz": 0.3, "short": 0.6, "quiff": 0.4, "bob": 2.2, "long": 2.0, "curly": 1.0}
    table |= {
        "longcurly": 2.0,
        "afro": 1,
        "bun": 1.8,
        "pony": 1.6,
        "topknot": 0.7,
        "locs": 0.8,
        "pixie": 1,
        "wavy": 2.2,
    }
    return table[style]


def _grow_style(rng: np.random.Generator, style: str, roots: np.ndarray, frame: Frame) -> np.ndarray:
    n = len(roots)
    high = np.clip((roots[:, 1] - 76) / 5, 0, 1)
    if style in ("buzz", "ring"):
        length = np.full(n, rng.uniform(0.25, 1.0)) * (0.6 + 0.6 * high)
        return _march(rng, roots, length, frame, kinds=6, lift=0.5, flow=_flow_short(roots, 0.0, rng), curl=0, hold=0.2)
    if style in ("short", "quiff", "pixie"):
        top = {"short": rng.uniform(1.5, 4), "quiff": rng.uniform(4, 8), "pixie": rng.uniform(4, 9)}[style]
        sides = {"short": rng.uniform(0.4, 2), "quiff": rng.uniform(0.4, 2), "pixie": rng.uniform(2, 6)}[style]
        length = (sides + (top - sides) * high) * rng.uniform(0.6, 1.15, n)
        lift = rng.uniform(0.1, 0.9) * (0.3 + 0.7 * high)
        part = rng.uniform(-4, 4)
        curl = rng.choice((0.0, 0.0, rng.uniform(0.1, 0.5)))
        out = _march(
            rng, roots, length, frame, kinds=12, lift=lift, flow=_flow_short(roots, part, rng), curl=curl, hold=0.4
        )
        return _clump(rng, out, 900, rng.uniform(0.2, 0.7))
    if style == "curly":
        length = rng.uniform(3, 9) * (0.4 + 0.7 * high) * rng.uniform(0.6, 1.2, n)
        flow = _flow_short(roots, rng.uniform(-4, 4), rng)
        out = _march(rng, roots, length, frame, kinds=20, lift=rng.uniform(0.5, 1.2), flow=flow, curl=0, hold=0.5)
        return _coil(rng, _clump(rng, out, 700, 0.7), rng.uniform(0.3, 0.9), rng.uniform(2, 5))
    if style == "afro":
        size = rng.uniform(2, 10)
        shape = 0.45 + 0.55 * np.clip((roots[:, 1] - 66) / 12, 0, 1)
        length = size * shape * rng.uniform(0.75, 1.03, n)
        out = _march(
            rng, roots, length, frame, kinds=16, lift=3.0, flow=np.zeros_like(roots), curl=0, hold=0.1, drop=0.05
        )
        return _coil(rng, _clump(rng, out, 1500, 0.5), rng.uniform(0.15, 0.4), rng.uniform(4, 8))
    if style in ("bun", "pony", "topknot"):
        return _tied(rng, style, roots, frame)
    part = float(rng.choice((0.0, rng.uniform(-4, 4), 2.0)))
    level = {"bob": rng.uniform(58, 67), "wavy": rng.uniform(50, 64), "locs": rng.uniform(45, 66)}.get(
        style, rng.uniform(28, 54)
    )
    fringe = style != "locs" and rng.random() < 0.35
    length = np.clip(roots[:, 1] - level, 5, 60) + 6 * high + rng.normal(0, 1.2, n)
    if rng.random() < 0.4:  # layers
        length *= rng.uniform(0.7, 1.05, n)
    ahead = rng.choice((0.0, 0.15, 0.5, 0.85, 1.0), p=(0.2, 0.1, 0.3, 0.2, 0.2))
    lift = rng.uniform(0.1, 0.5)
    out = _fall(rng, roots, length, frame, part=part, ahead=float(ahead), lift=lift, fringe=fringe)
    if style == "locs":
        return _clump(rng, out, 160, 0.97, keep=0.12)
    out = _clump(rng, out, 350, rng.uniform(0.2, 0.6))
    out = _clump(rng, out, 2500, rng.uniform(0.2, 0.5))
    if style in ("longcurly", "wavy") or rng.random() < 0.15:
        radius = rng.uniform(0.4, 1.3) if style == "longcurly" else rng.uniform(0.2, 0.8)
        out = _coil(rng, out, radius, rng.uniform(2, 7) if style == "longcurly" else rng.uniform(1, 2.5))
    loose = rng.random(len(out)) < rng.uniform(0.01, 0.06)
    out[loose] += np.cumsum(rng.standard_normal((int(loose.sum()), out.shape[1], 3)) * rng.uniform(0.04, 0.14), axis=1)
    return out


def _flow_short(roots: np.ndarray, part: float, rng: np.random.Generator) -> np.ndarray:
    high = np.clip((roots[:, 1] - 76) / 5, 0, 1)[:, None]
    side = np.where(roots[:, 0] + 0.4 * value_noise(roots, 3) < part, -1.0, 1.0)
    forward = rng.uniform(-0.8, 0.9)
    top = np.stack([side * rng.uniform(0.2, 1.2), np.full(len(roots), 0.1), np.full(len(roots), forward)], axis=1)
    low = np.tile(np.array([0.0, -1.0, -0.35]), (len(roots), 1))
    swirl = np.stack([value_noise(roots * 0.35, k) for k in (11, 12, 13)], axis=1) * rng.uniform(0.2, 0.7)
    return top * high + low * (1 - high) + swirl


def _march(rng, roots, length, frame, *, kinds, lift, flow, curl, hold, drop=0.35):  # type: ignore[no-untyped-def]
    """Grow strands of short hair: along the flow, lifted off the scalp, sinking with their length."""
    step = (length / (kinds - 1))[:, None]
    _, _, normal = surface(roots)
    lift = np.broadcast_to(np.asarray(lift, float), len(roots))[:, None] * rng.uniform(0.6, 1.4, (len(roots), 1))
    d = _unit(flow + normal * (lift + 0.05) + 1e-3)
    p, out = roots + normal * 0.05, [roots]
    for k in range(1, kinds):
        t = k / (kinds - 1)
        r, own, normal = surface(p)
        tangent = flow - (flow * normal).sum(axis=1, keepdims=True) * normal
        want = tangent + normal * lift * (1 - hold * t) + np.array([0, -drop, 0]) * t
        jitter = rng.standard_normal(p.shape) * (0.08 + curl)
        d = _unit(0.7 * d + 0.3 * _unit(want + 1e-6) + 0.35 * jitter)
        p = p + d * step
        r, own, normal = surface(p)
        floor = own + 0.08 + 0.1 * t
        p = np.where((r < floor)[:, None], CENTRE + normal * floor[:, None], p)
        out.append(p)
    return frame.world(np.stack(out, axis=1).reshape(-1, 3)).reshape(len(roots), kinds, 3)


def _fall(rng, roots, length, frame, *, part, ahead, lift, fringe, kinds=34):  # type: ignore[no-untyped-def]
    """Grow long hair: from the parting to the sides, then down, before or behind the shoulders."""
    n = len(roots)
    step = (length / (kinds - 1))[:, None]
    side = np.where(roots[:, 0] + 0.3 * value_noise(roots * 1.5, 3) < part, -1.0, 1.0)
    front_root = np.clip((roots[:, 2] - 3) / 6, 0, 1)
    before = rng.random(n) < np.clip(ahead * (0.35 + 1.2 * front_root) * (1.0 if ahead < 1 else 9), 0, 1)
    patches = value_noise(np.c_[roots[:, :1] * 0.5, roots[:, 2:] * 0.4, np.zeros(n)] + 7, int(rng.integers(99)))
    before = np.where(rng.random(n) < 0.75, (patches + 2 * ahead - 1 > 0) & (ahead > 0), before)
    before &= (roots[:, 2] > 1.5) | (np.abs(roots[:, 0]) > 5.5)  # the nape's own hair stays behind
    hang = fringe & (roots[:, 2] > 6.5) & (np.abs(roots[:, 0]) < rng.uniform(3.5, 6.0)) & (roots[:, 1] > 77)
    down = np.linalg.inv(frame.linear) @ np.array([0, -1.0, 0])
    down = down / np.linalg.norm(down)
    shell = 0.25 + rng.random(n) ** 0.7 * rng.uniform(0.6, 2.6)
    open_face = rng.uniform(0.8, 1.12) * (1 + 0.05 * rng.standard_normal(n))
    r, own, normal = surface(roots)
    flow = np.stack([side, np.full(n, -0.1), -0.25 - 0.5 * front_root], axis=1)
    flow[hang] = np.stack(
        [0.25 * side[hang] * rng.uniform(0, 1), np.full(hang.sum(), -0.4), np.ones(hang.sum())], axis=1
    )
    d = _unit(flow - (flow * normal).sum(axis=1, keepdims=True) * normal + normal * (0.3 + lift))
    fringe_end = rng.uniform(73.8, 77.5)
    length_step = np.where(
        hang[:, None], ((roots[:, 1:2] - fringe_end) * 1.25 + rng.normal(0, 0.5, (n, 1))) / (kinds - 1), step
    )
    length_step = np.maximum(length_step, 0.02)
    p, out = roots + normal * 0.05, [roots]
    offset = rng.uniform(0.5, 2.2, n)
    narrow = rng.uniform(1.0, 6.0)
    for k in range(1, kinds):
        travelled = length_step[:, 0] * k
        early = np.clip(1 - travelled / 9, 0, 1)[:, None]
        r, own, normal = surface(p)
        aside = np.stack([side, np.zeros(n), -0.35 * front_root], axis=1)
        aside[hang] = (0.1, 0, 0.3)
        want = aside * early * 1.1 + down * (0.35 + 1.3 * (1 - early))
        near = (r < own + shell + 0.3)[:, None]
        want = np.where(near, want - np.minimum((want * normal).sum(axis=1, keepdims=True), 0) * normal, want)
        wobble = np.stack([value_noise(p * 0.22 + s, s) for s in (21, 22, 23)], axis=1)
        d = _unit(0.62 * d + 0.38 * _unit(want) + 0.05 * wobble + 0.03 * rng.standard_normal(p.shape))
        p = p + d * length_step
        r, own, normal = surface(p)
        floor = own + shell * np.clip(travelled / 4, 0.05, 1)
        inside = (r < floor) & (p[:, 1] > 63)
        p = np.where(inside[:, None], CENTRE + normal * floor[:, None], p)
        # The face stays open: what would hang before it goes to its side.
        fx = np.interp(p[:, 1], (46, 56, 62, 67, 72, 77, 80.5), (narrow, 5.6, 6.0, 6.4, 6.6, 5.6, 1.0)) * open_face
        deep = np.where(p[:, 1] > 66, 7.5, 0.5)
        shut = (
            (p[:, 2] > deep)
            & (np.abs(p[:, 0]) < fx)
            & (p[:, 1] < 80.5)
            & (p[:, 1] > 46)
            & ~hang
            & (before | (p[:, 1] > 62))
        )
        p[:, 0] = np.where(shut, side * (0.7 * fx + 0.3 * np.abs(p[:, 0])), p[:, 0])
        # Behind the neck, or before the shoulders: not through the throat.
        rear = ~before & (p[:, 1] < 66) & (p[:, 2] > 0.5)
        p[:, 2] = np.where(rear, p[:, 2] - np.minimum(p[:, 2] - 0.5, 1.2), p[:, 2])
        world = frame.world(p)
        first, last = frame.depth(world)
        chest = world[:, 1] < frame.world(np.array([[0, 63.0, 3.0]]))[0, 1]
        ahead_of = chest & before & np.isfinite(first) & (world[:, 2] < first + offset)
        behind = chest & ~before & np.isfinite(last) & (world[:, 2] > last - offset)
        pull = np.where(ahead_of, first + offset, np.where(behind, last - offset, world[:, 2]))
        world[:, 2] += np.clip(pull - world[:, 2], -4, 4)
        p = frame.head(world)
        out.append(p)
    strands = np.stack(out, axis=1)
    for _ in range(3):
        strands[:, 1:-1] = 0.5 * strands[:, 1:-1] + 0.25 * (strands[:, :-2] + strands[:, 2:])
    return frame.world(strands.reshape(-1, 3)).reshape(n, kinds, 3)


def _tied(rng, style, roots, frame, kinds=30):  # type: ignore[no-untyped-def]
    """Hair drawn to a knot, and what becomes of it there."""
    knot = {
        "bun": np.array([0, rng.uniform(68, 80), -5.2]),
        "pony": np.array([0, rng.uniform(68, 82), -4.8]),
        "topknot": np.array([0, 86.5, rng.uniform(0, 6)]),
    }[style]
    n = len(roots)
    t = np.linspace(0, 1, kinds)[None, :, None]
    sag = rng.uniform(0, 0.5)
    path = roots[:, None] * (1 - t) + knot * t
    path[:, :, 1] -= sag * np.sin(np.pi * t[..., 0]) * (roots[:, :1] ** 2 / 40)
    flat = path.reshape(-1, 3)
    r, own, normal = surface(flat)
    shell = np.repeat(0.1 + rng.random(n) * rng.uniform(0.15, 0.9), kinds)
    fade = np.tile(np.minimum(1, np.linspace(0, 1, kinds) * 5), n)
    floor = own + 0.03 + shell * fade
    flat = np.where((r < floor + 0.4)[:, None], CENTRE + normal * floor[:, None], flat)
    strands = _clump(rng, flat.reshape(n, kinds, 3), 500, 0.4, power=0.3)
    parts = [frame.world(strands.reshape(-1, 3)).reshape(n, kinds, 3)]
    m = 6000
    if style == "pony":
        start = np.tile(knot, (m, 1)) + rng.normal(0, 0.7, (m, 3))
        long = rng.uniform(10, 38) * rng.uniform(0.8, 1.05, m)
        parts.append(_fall(rng, start, long, frame, part=0.0, ahead=0.0, lift=0.6, fringe=False, kinds=kinds))
    else:
        size = rng.uniform(2.2, 4.6)
        a, b = _unit(rng.standard_normal((m, 3))), _unit(rng.standard_normal((m, 3)))
        turn = np.linspace(0, rng.uniform(2, 4), kinds)[None, :, None]
        ring = _unit(a[:, None] * np.cos(turn) + b[:, None] * np.sin(turn)) * size * rng.uniform(0.85, 1.08, (m, 1, 1))
        ball = ring * (1, 0.85, 0.9) + knot + _unit((knot - CENTRE)[None])[0] * size * 0.7
        parts.append(frame.world(ball.reshape(-1, 3)).reshape(m, kinds, 3))
    loose = max(1, int(n * rng.uniform(0.0, 0.012)))
    pick = rng.choice(n, loose, replace=False)
    parts.append(
        _fall(
            rng, roots[pick], rng.uniform(3, 14, loose), frame, part=0.0, ahead=0.5, lift=0.4, fringe=False, kinds=kinds
        )
    )
    return np.concatenate(parts)


def _clump(rng, strands, count, strength, keep=0.3, power=1.1):  # type: ignore[no-untyped-def]
    """Draw strands together with the nearest of some guides, more towards their tips."""
    from scipy.spatial import cKDTree  # noqa: PLC0415

    n, k, _ = strands.shape
    guides = rng.choice(n, min(count, n), replace=False)
    _, near = cKDTree(strands[guides, 0]).query(strands[:, 0])
    guide = strands[guides][near]
    weight = (np.linspace(0, 1, k) ** power)[None, :, None] * strength * rng.uniform(0.6, 1.05, (n, 1, 1))
    return strands * (1 - np.clip(weight, 0, 1)) + (guide + (strands[:, :1] - guide[:, :1]) * keep) * np.clip(
        weight, 0, 1
    )


def _coil(rng, strands, radius, turns):  # type: ignore[no-untyped-def]
    """Wind strands around their own path; neighbours in like phase."""
    n, k, _ = strands.shape
    t = np.linspace(0, 1, k)[None]
    phase = 6 * value_noise(strands[:, 0] * 0.9, int(rng.integers(99)))[:, None] + rng.normal(0, 0.35, (n, 1))
    angle = phase + t * turns * 2 * np.pi * rng.uniform(0.8, 1.2, (n, 1))
    along = _unit(np.gradient(strands, axis=1))
    one = _unit(np.cross(along, np.array([0.3, 0.1, 1.0])))
    two = np.cross(along, one)
    grow_in = np.minimum(1, t * 4)[..., None] * radius * rng.uniform(0.7, 1.2, (n, 1, 1))
    return strands + grow_in * (one * np.cos(angle)[..., None] + two * np.sin(angle)[..., None])


def grow_beard(rng: np.random.Generator, frame: Frame) -> tuple[np.ndarray, str]:
    """Draw a beard: strands in the world, and its kind."""
    mesh = base()
    x, y, z = mesh.rest.T
    ax = np.abs(x)
    kind = str(rng.choice(("full", "full", "goatee", "moustache", "stubble", "long")))
    cheek = np.interp(z, (4.5, 7, 10, 12, 14), (72, 69.5, 67.6, 66.8, 66.5)) + rng.uniform(-0.8, 0.8)
    upper = np.clip(1.2 - np.abs(y - 67.5) / 0.7, -1, 1) * np.clip((3.6 - ax) / 0.8, -1, 1)
    upper = np.where((z > 12.5) & (ax < 3.8) & (np.abs(y - 67.3) < 1.1), np.maximum(upper, 0.05), -1)
    jaw = np.minimum.reduce([(cheek - y) * 0.8, (y - 59.0 - 0.12 * (14 - z)) * 0.8, (z - 4.6) * 0.8])
    jaw = np.where((y < 66.4) & (z > 13.2) & (ax < 2.4) & (y > 63.9), np.minimum(jaw, (64.6 - y)), jaw)
    if kind == "moustache":
        density = upper
    elif kind == "goatee":
        density = np.maximum(np.minimum(jaw, (3.4 - ax)), np.where(rng.random() < 0.8, upper, -1))
    else:
        density = np.maximum(jaw, upper)
    lips = mesh.zones["lips"] + mesh.zones["inside-mouth"]
    density = np.clip(np.where(lips > 0.4, -1, density), -1, 0.7)
    count = {"stubble": 7000, "moustache": 3500, "goatee": 5500}.get(kind, 13000)
    roots = sample_roots(rng, count, density)
    if len(roots) < 10:
        return np.zeros((0, 2, 3)), "none"
    length = {"stubble": rng.uniform(0.1, 0.25), "moustache": rng.uniform(0.5, 1.3), "goatee": rng.uniform(0.6, 2.5)}
    length |= {"full": rng.uniform(0.4, 2.2), "long": rng.uniform(3, 12)}
    spread = length[kind] * rng.uniform(0.6, 1.2, len(roots))
    low = np.clip((67 - roots[:, 1]) / 4, 0.3, 1)
    spread = spread * low
    flow = np.stack([0.15 * np.sign(roots[:, 0]), np.full(len(roots), -1.0), np.full(len(roots), 0.15)], axis=1)
    out = _march(rng, roots, spread, frame, kinds=8, lift=0.35, flow=flow, curl=rng.uniform(0, 0.5), hold=0.3, drop=0.9)
    return out, kind
