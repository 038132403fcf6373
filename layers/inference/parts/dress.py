"""What a person wears, holds or has before the face: surfaces over the body, with their cloth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from parts.body import Person, base
from parts.labels import BODY_SKIN, CLOTHES, GLASSES, HEADWEAR, HELD
from parts.raster import value_noise


@dataclass(eq=False)
class Cloth:
    """A material: colours ``(n, 3)`` in linear light, a pattern over places in cm, and how it takes light."""

    colours: np.ndarray
    pattern: str = "plain"
    scale: float = 1.0
    bump: float = 0.3
    folds: float = 0.5
    gloss: float = 0.02
    seed: int = 0
    extra: dict[str, float] = field(default_factory=dict)


@dataclass(eq=False)
class Piece:
    """A surface: ``places`` ``(V, 3)``, ``rest`` where its cloth is looked up, ``level`` >= 0 where it is at all."""

    places: np.ndarray
    triangles: np.ndarray
    rest: np.ndarray
    level: np.ndarray
    label: int
    cloth: Cloth
    lift: float = 0.0


def linear(srgb: np.ndarray) -> np.ndarray:
    """Linear light of sRGB in 0..1."""
    srgb = np.clip(np.asarray(srgb, float), 0, 1)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def vertex_normals(places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return unit normals ``(V, 3)``, weighted by area."""
    a, b, c = (places[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    out = np.zeros_like(places)
    for k in range(3):
        for axis in range(3):
            out[:, axis] += np.bincount(triangles[:, k], face[:, axis], len(places))
    return out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-12)


_SMOOTHERS: dict[int, sparse.csr_matrix] = {}


def smooth(places: np.ndarray, triangles: np.ndarray, rounds: int) -> np.ndarray:
    """Move each vertex towards the mean of its neighbours, some rounds."""
    key = hash(triangles.tobytes())
    if key not in _SMOOTHERS:
        n = len(places)
        pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
        links = sparse.coo_matrix((np.ones(len(pairs)), pairs.T), (n, n)).tocsr()
        links = ((links + links.T) > 0).astype(float)
        degree = np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1)
        _SMOOTHERS[key] = sparse.diags(1 / degree) @ links
    for _ in range(rounds):
        places = 0.4 * places + 0.6 * (_SMOOTHERS[key] @ places)
    return places


PALETTE = np.array(
    [(250, 250, 248), (245, 244, 240), (238, 232, 220), (20, 20, 22), (35, 37, 42), (60, 62, 66), (120, 122, 126),
     (180, 182, 186), (24, 32, 60), (40, 60, 110), (80, 120, 180), (150, 190, 225), (120, 20, 30), (190, 30, 40),
     (230, 120, 130), (245, 205, 210), (30, 80, 50), (90, 130, 70), (120, 120, 70), (230, 200, 60), (235, 140, 40),
     (90, 50, 110), (180, 150, 200), (100, 70, 45), (150, 110, 75), (200, 165, 125), (225, 195, 165), (236, 188, 150),
     (70, 160, 160), (210, 180, 150)], float)  # fmt: skip


def draw_cloth(rng: np.random.Generator, skin: np.ndarray | None = None) -> Cloth:
    """Draw a material; now and then of the wearer's own skin tone (sRGB 0..1)."""
    colours = PALETTE[rng.choice(len(PALETTE), 4)] / 255 + rng.normal(0, 0.03, (4, 3))
    if rng.random() < 0.25:
        colours[0] = PALETTE[rng.choice((0, 1, 2, 3, 4))] / 255
    if rng.random() < 0.15:
        colours[0] = rng.uniform(0, 1, 3)
    if skin is not None and rng.random() < 0.2:
        colours[0] = np.clip(skin * rng.uniform(0.75, 1.2) + rng.normal(0, 0.03, 3), 0, 1)
    if rng.random() < 0.4:
        colours[1:] = np.clip(colours[0] * rng.uniform(0.6, 1.4) + rng.normal(0, 0.05, (3, 3)), 0, 1)
    pattern = rng.choice(
        ("plain", "stripes", "checks", "dots", "knit", "blobs", "leaves", "print", "denim"),
        p=(0.5, 0.08, 0.07, 0.05, 0.12, 0.06, 0.04, 0.05, 0.03),
    )
    return Cloth(
        colours=linear(colours),
        pattern=str(pattern),
        scale=float(np.exp(rng.uniform(np.log(0.4), np.log(3.0)))),
        bump=float(rng.uniform(0, 0.5)),
        folds=float(rng.uniform(0.1, 1.1)),
        gloss=float(rng.choice((0.01, 0.02, 0.05, 0.2), p=(0.4, 0.4, 0.15, 0.05))),
        seed=int(rng.integers(10_000)),
    )


def draw_stiff(rng: np.random.Generator) -> Cloth:
    """Draw what cards, phones and cups are made of: no folds; often pale or dark, often with rows of words."""
    colours = PALETTE[rng.choice(len(PALETTE), 4)] / 255 + rng.normal(0, 0.03, (4, 3))
    shade = rng.random()
    if shade < 0.65:
        colours[0] = PALETTE[rng.choice((0, 1, 2, 7) if shade < 0.45 else (3, 4, 5))] / 255
        colours[1] = rng.uniform(0, 0.4) if shade < 0.45 else rng.uniform(0.5, 1)
    return Cloth(
        colours=linear(colours),
        pattern=str(rng.choice(("plain", "words", "blobs", "stripes"), p=(0.45, 0.35, 0.13, 0.07))),
        scale=float(np.exp(rng.uniform(np.log(0.4), np.log(3.0)))),
        bump=float(rng.uniform(0, 0.1)),
        folds=float(rng.uniform(0, 0.08)),
        gloss=float(rng.choice((0.01, 0.03, 0.1, 0.3))),
        seed=int(rng.integers(10_000)),
    )


def _limit(rest: np.ndarray, back: float, slope: float, width: float, steep: float) -> np.ndarray:
    """Height of a neckline over places of the base mesh."""
    x, _, z = rest.T
    return np.asarray(back - slope * z + steep * np.clip(np.abs(x) - width, 0, 8))


def garments(rng: np.random.Generator, person: Person, skin: np.ndarray) -> tuple[list[Piece], str]:
    """Draw a garment or two over the trunk, and its name."""
    kind = str(
        rng.choice(
            ("tee", "vneck", "scoop", "boat", "tank", "strapless", "turtleneck", "mock", "shirt", "suit", "polo",
             "hoodie", "jacket", "wrap"),
            p=(0.15, 0.09, 0.07, 0.04, 0.10, 0.10, 0.07, 0.03, 0.1, 0.09, 0.04, 0.05, 0.04, 0.03),
        )
    )  # fmt: skip
    if person.age == "child" and kind in ("vneck", "scoop", "tank", "strapless", "wrap"):
        kind = "tee"
    mesh = base()
    x, y, z = mesh.rest.T
    ax = np.abs(x)
    pieces: list[Piece] = []
    front = np.clip((z + 1) / 3.5, 0, 1)
    if kind in ("turtleneck", "mock"):
        top = rng.uniform(61.5, 64) if kind == "turtleneck" else rng.uniform(59.0, 61.5)
        limit = top - 0.28 * z
    elif kind in ("shirt", "suit", "polo", "jacket"):
        limit = _limit(mesh.rest, 60.2, 0.35, 6.0, 1.0)
        opening = rng.uniform(2, 9) if kind != "suit" else rng.uniform(1, 3)
        if rng.random() < 0.75:
            limit -= front * opening * np.clip(1 - ax / rng.uniform(2.0, 4.0), 0, 1)
    elif kind in ("tank", "strapless"):
        chest = rng.uniform(44, 49)
        limit = np.full_like(x, chest) - 2 * np.clip((ax - 14) / 4, 0, 1)
    else:
        width, slope = {"boat": (11.0, 0.25), "scoop": (8.5, 0.45)}.get(kind, (6.5, 0.45))
        limit = _limit(mesh.rest, rng.uniform(57, 58.3), slope, width + rng.uniform(-0.8, 1.5), rng.uniform(0.8, 1.6))
        depth = {"vneck": rng.uniform(3, 11), "scoop": rng.uniform(2, 8), "wrap": rng.uniform(5, 12)}.get(kind, 0.0)
        shape, half = {"scoop": (0.5, 9.0)}.get(kind, (1.0, rng.uniform(5, 8)))
        across = np.abs(x - (rng.uniform(-2, 2) if kind == "wrap" else 0))
        limit -= front * depth * np.clip(1 - across / half, 0, 1) ** shape
    level = np.minimum((limit - y) * 0.6, 8)
    if kind in ("tank", "strapless"):
        if kind == "tank":
            wide, at = rng.uniform(0.7, 3.2), rng.uniform(6.5, 10.5)
            strap = (wide - np.abs(ax - at - 0.05 * (chest - y))) * 0.8
            level = np.maximum(level, np.where(y < 62, strap, -1))
        level = np.minimum(level, (rng.uniform(14.5, 17) - ax) * 0.8)
    elif kind in ("tee", "vneck", "scoop", "boat", "polo") and rng.random() < 0.5:
        level = np.minimum(level, (rng.uniform(19, 30) - ax) * 0.6)
    cloth = draw_cloth(rng, skin)
    if kind == "suit":
        cloth.colours[0] = linear(PALETTE[rng.choice((3, 4, 5, 8, 8, 6, 23))] / 255 * rng.uniform(0.8, 1.2))
        cloth.pattern = str(rng.choice(("plain", "plain", "stripes", "checks")))
        cloth.colours[1:] = cloth.colours[0] * rng.uniform(0.8, 1.5)
        cloth.extra = {
            "lapel": rng.uniform(3.0, 5.5), "button": rng.uniform(36, 46), "tie": float(rng.random() < 0.6),
            "width": rng.uniform(1.6, 2.6),
        }  # fmt: skip
        inner = draw_cloth(rng, None)
        cloth.colours[2] = linear(np.array(PALETTE[rng.choice((0, 0, 0, 1, 11, 15))]) / 255)
        cloth.colours[3] = inner.colours[0]
    thick = {"hoodie": 1.2, "jacket": 1.2, "suit": 0.9, "turtleneck": 0.6}.get(kind, 0.45) + rng.uniform(0, 0.5)
    pieces.append(_shell(person, level, thick, int(rng.integers(1, 7)), CLOTHES, cloth))
    if kind in ("shirt", "suit", "polo", "jacket"):
        collar = Cloth(cloth.colours.copy(), cloth.pattern, cloth.scale, cloth.bump, 0.2, cloth.gloss, cloth.seed)
        if kind == "suit":
            collar.colours = np.tile(cloth.colours[2], (4, 1))
            collar.pattern = "plain"
        pieces.append(_collar(rng, person, collar))
    if kind == "hoodie":
        pieces.append(
            _ring(person, cloth, thick=rng.uniform(1.6, 3), height=rng.uniform(56.5, 58.5), wide=1.25, label=CLOTHES)
        )
    if rng.random() < 0.07 and kind != "turtleneck":
        pieces.append(
            _ring(
                person,
                draw_cloth(rng, skin),
                thick=rng.uniform(1.8, 3.4),
                height=rng.uniform(57, 60.5),
                wide=1.1,
                label=CLOTHES,
            )
        )
        kind += "+scarf"
    return pieces, kind


def _shell(person: Person, level: np.ndarray, thick: float, rounds: int, label: int, cloth: Cloth) -> Piece:
    mesh = base()
    places = smooth(person.places, mesh.triangles, rounds)
    normals = vertex_normals(person.places, mesh.triangles)
    # What smoothing has sunk below the skin comes out again.
    sunk = np.clip(((person.places - places) * normals).sum(axis=1), 0, None)
    creases = 0.25 * cloth.folds * value_noise(mesh.rest * 0.16 + cloth.seed, 5)
    places = places + normals * (sunk + thick + np.clip(creases, -0.2, 1))[:, None]
    keep = (level[mesh.triangles] > 0).any(axis=1)
    return Piece(places, mesh.triangles[keep], mesh.rest, level, label, cloth)


def _neck(person: Person) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Centre of the neck's foot, and the directions across, up and ahead there."""
    mesh = base()
    foot = person.places[mesh.joints["joint-neck"]].mean(axis=0)
    top = person.places[mesh.joints["joint-head"]].mean(axis=0)
    up = top - foot
    up = up * (1, 1, 0.25)
    up /= np.linalg.norm(up)
    across = np.cross(up, (0, 0, 1.0))
    across /= np.linalg.norm(across)
    return foot, across, up, np.cross(across, up)


def _neck_radius(person: Person, turns: np.ndarray, low: float, high: float) -> np.ndarray:
    mesh = base()
    foot, across, _, ahead = _neck(person)
    used = np.unique(mesh.triangles)
    y = mesh.rest[used, 1]
    near = used[(y > low) & (y < high) & (np.abs(mesh.rest[used, 0]) < 8) & (mesh.rest[used, 2] < 9)]
    away = person.places[near] - foot
    angle = np.arctan2(away @ across, away @ ahead)
    far = np.hypot(away @ across, away @ ahead)
    out = np.zeros(len(turns))
    for k, turn in enumerate(turns):
        gap = np.abs((angle - turn + np.pi) % (2 * np.pi) - np.pi)
        close = far[gap < 0.35]
        out[k] = np.percentile(close, 85) if len(close) else 6
    return np.convolve(np.r_[out[-2:], out, out[:2]], np.ones(5) / 5, "valid")


def _grid(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and triangles of a grid of places ``(R, C, 3)``."""
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    triangles = np.concatenate([np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    return points.reshape(-1, 3), triangles


def _collar(rng: np.random.Generator, person: Person, cloth: Cloth) -> Piece:
    """Make a folded collar: up along the neck, then out and down, longest at its two points."""
    gap = rng.uniform(0.05, 0.5)
    turns = np.linspace(-np.pi + 0.001, np.pi, 49)[:-1]
    turns = np.sign(turns) * (gap + (np.pi - gap) * (np.abs(turns) / np.pi))
    order = np.r_[np.flatnonzero(turns > 0), np.flatnonzero(turns < 0)]
    turns = turns[order] % (2 * np.pi)
    foot, across, up, ahead = _neck(person)
    radius = _neck_radius(person, turns, 57.5, 61) + rng.uniform(0.3, 0.9)
    front = np.clip(np.cos(turns), 0, 1)
    stand, leaf = rng.uniform(1.6, 3.2), rng.uniform(3.0, 4.5)
    point = rng.uniform(0.5, 3.5)
    low = -0.6 - 2.2 * front
    rows = [(radius + 0.15 * t, low + stand * t) for t in np.linspace(0, 1, 5)]
    for t in np.linspace(0.12, 1, 7):
        size = leaf + point * front**3
        rows.append((radius + 0.35 + t * (0.9 + 0.8 * front), low + stand + 0.1 - t * size))
    points = np.stack(
        [
            foot + (np.sin(turns) * r)[:, None] * across + (np.cos(turns) * r)[:, None] * ahead + h[:, None] * up
            for r, h in rows
        ]
    )
    places, triangles = _grid(points)
    rest = np.stack(
        [np.tile(turns * 6, len(rows)), np.repeat(np.arange(len(rows)) * 0.6, len(turns)), np.zeros(len(places))],
        axis=1,
    )
    return Piece(places, triangles, rest, np.ones(len(places)), CLOTHES, cloth)


def _ring(person, cloth, *, thick, height, wide, label):  # type: ignore[no-untyped-def]
    """Make a thick roll about the neck: a scarf, a hood that lies back."""
    turns = np.linspace(0, 2 * np.pi, 61)
    foot, across, up, ahead = _neck(person)
    radius = _neck_radius(person, turns, 57.5, 61) * wide + thick * 0.6
    rise = (height - 59) - 1.5 * np.cos(turns)
    rows = []
    for a in np.linspace(0, 2 * np.pi, 17):
        lump = 1 + 0.25 * value_noise(
            np.c_[np.cos(turns) * 2, np.sin(turns) * 2, np.full(61, np.cos(a) * 1.2)] + cloth.seed, 3
        )
        rows.append((radius + thick * np.cos(a) * lump, rise + thick * 1.15 * np.sin(a) * lump))
    points = np.stack(
        [
            foot + (np.sin(turns) * r)[:, None] * across + (np.cos(turns) * r)[:, None] * ahead + h[:, None] * up
            for r, h in rows
        ]
    )
    places, triangles = _grid(points)
    rest = np.stack([np.tile(turns * 7, 17), np.repeat(np.arange(17) * 0.8, 61), np.zeros(len(places))], axis=1)
    return Piece(places, triangles, rest, np.ones(len(places)), label, cloth)


def headwear(rng: np.random.Generator, person: Person, skin: np.ndarray) -> tuple[list[Piece], str]:
    """Draw a head covering."""
    kind = str(rng.choice(("beanie", "cap", "hat", "hat", "scarf", "scarf", "scarf", "turban", "band")))
    mesh = base()
    x, y, z = mesh.rest.T
    head = np.clip((y - 60) / 2, -1, 1)
    cloth = draw_cloth(rng, skin)
    if kind in ("beanie", "cap", "hat"):
        rim = rng.uniform(75.5, 78.5)
        level = (y - rim - rng.uniform(-0.1, 0.15) * (z - 5)) * 0.7
        pieces = [_shell(person, level, rng.uniform(1.0, 2.0), 6, HEADWEAR, cloth)]
        if kind != "beanie":
            pieces.append(_brim(rng, person, cloth, rim, full=kind == "hat"))
    elif kind == "scarf":
        wide, top, low = rng.uniform(6.0, 7.0), rng.uniform(78, 81.5), rng.uniform(60.8, 62.2)
        centre = (top + low) / 2
        oval = np.hypot(x / wide, (y - centre) / ((top - low) / 2))
        shut = np.where((z > 5.5) & (y > 59.5), (oval - 1) * 4, 2.0)
        hem = rng.uniform(44, 57)
        level = np.minimum(shut, (y - hem + 0.25 * np.abs(x)) * 0.5)
        level = np.minimum(level, (24 - np.abs(x)) * 0.6)
        level = np.where((z > 5.5) & (y > 59.5) & (y < 62.4) & (np.abs(x) < 4) & (oval < 1), -1, level)
        pieces = [_shell(person, level, rng.uniform(1.0, 1.8), int(rng.integers(6, 16)), HEADWEAR, cloth)]
    elif kind == "turban":
        level = (y - rng.uniform(75.5, 78) - rng.uniform(0.0, 0.18) * (z - 5)) * 0.7
        cloth.folds = 1.5
        piece = _shell(person, level, 2.4, 10, HEADWEAR, cloth)
        bulge = np.clip((y - 76) / 6, 0, 1) * rng.uniform(1, 4)
        piece.places = piece.places + vertex_normals(person.places, mesh.triangles) * bulge[:, None]
        pieces = [piece]
    else:
        at, half = rng.uniform(78, 82), rng.uniform(0.6, 2.2)
        tilt = (y - at + 0.35 * (z - 10)) * 0.9
        level = np.minimum(half - np.abs(tilt), head)
        pieces = [_shell(person, level, rng.uniform(0.7, 1.4), 4, HEADWEAR, cloth)]
    return pieces, kind


def _brim(rng: np.random.Generator, person: Person, cloth: Cloth, rim: float, *, full: bool) -> Piece:
    frame_mesh = base()
    used = np.unique(frame_mesh.triangles)
    ring = used[np.abs(frame_mesh.rest[used, 1] - rim) < 1.6]
    ring = ring[np.abs(frame_mesh.rest[ring, 0]) < 8.2]
    rest, places = frame_mesh.rest[ring], person.places[ring]
    fit, *_ = np.linalg.lstsq(np.c_[rest, np.ones(len(rest))], places, rcond=None)
    span = np.pi if full else rng.uniform(0.9, 1.25)
    turns = np.linspace(-span, span, 41)
    reach = rng.uniform(5, 10) if full else rng.uniform(5.5, 8)
    dip = rng.uniform(0.5, 3)
    rows = []
    for t in np.linspace(0, 1, 7):
        grow = reach * t * (1 if full else np.sqrt(np.clip(1 - (turns / span) ** 2, 0, 1)))
        rx, rz = 8.1 + grow, 10.4 + grow
        rows.append(
            np.stack(
                [
                    np.sin(turns) * rx,
                    rim + 0.2 - dip * t - 0.15 * np.abs(np.sin(turns)) * grow,
                    4.8 + np.cos(turns) * rz,
                ],
                axis=1,
            )
        )
    flat = np.stack(rows)
    points, triangles = _grid(flat)
    world = np.c_[points, np.ones(len(points))] @ fit
    return Piece(world, triangles, points, np.ones(len(points)), HEADWEAR, cloth)


def glasses(rng: np.random.Generator, person: Person) -> tuple[list[Piece], list[Piece], str]:
    """Draw glasses: rims, bridge and temples as tubes, and dark lenses for sunglasses; beside these, the two lenses."""
    mesh = base()
    dark = rng.random() < 0.22
    left, right = (person.places[mesh.joints[f"joint-{s}-eye"]].mean(axis=0) for s in ("r", "l"))
    across = right - left
    distance = np.linalg.norm(across)
    across /= distance
    ahead = np.cross(
        across,
        person.places[mesh.joints["joint-head-2"]].mean(axis=0) - person.places[mesh.joints["joint-head"]].mean(axis=0),
    )
    ahead /= np.linalg.norm(ahead)
    if ahead[2] < 0:
        ahead = -ahead
    up = np.cross(ahead, across)
    up *= np.sign(up[1])
    thick = float(rng.choice((0.06, 0.1, 0.18, 0.28)))
    colour = linear(
        np.array(
            (
                (0.03, 0.03, 0.03),
                (0.35, 0.2, 0.1),
                (0.7, 0.6, 0.4),
                (0.55, 0.55, 0.58),
                (0.8, 0.75, 0.7),
                (0.5, 0.1, 0.1),
            )[rng.choice(6, p=(0.45, 0.18, 0.12, 0.12, 0.08, 0.05))]
        )
    )
    cloth = Cloth(np.tile(colour, (4, 1)), "plain", 1, 0, 0, 0.5, 0)
    wide, tall, square = (
        rng.uniform(2.3, 2.9) * distance / 6.2,
        rng.uniform(1.7, 2.5) * distance / 6.2,
        rng.uniform(2, 4.5),
    )
    if dark:
        wide, tall = wide * 1.1, tall * 1.12
    out = 1.9 + rng.uniform(0, 0.6)
    pieces: list[Piece] = []
    panes: list[Piece] = []
    rims = []
    for sign, eye in ((-1, left), (1, right)):
        centre = eye + ahead * out - up * rng.uniform(0.2, 0.5) + across * sign * 0.1
        a = np.linspace(0, 2 * np.pi, 41)
        c, s = np.cos(a), np.sin(a)
        u = np.sign(c) * np.abs(c) ** (2 / square) * wide
        v = np.sign(s) * np.abs(s) ** (2 / square) * tall
        path = (
            centre + u[:, None] * across + v[:, None] * up - (0.03 * (u * sign) ** 2 * (u * sign > 0))[:, None] * ahead
        )
        pieces.append(_tube(path, thick, cloth))
        rims.append((centre, u, v))
        shade = linear(np.array((0.04, 0.04, 0.05)) * rng.uniform(0.5, 3))
        places, triangles = _grid(np.stack([centre + (path - centre) * t for t in (0.0, 0.5, 1.0)]))
        lens = Cloth(np.tile(shade, (4, 1)), "plain", 1, 0, 0, 0.6, 0)
        pane = Piece(places, triangles, places, np.ones(len(places)), GLASSES, lens)
        panes.append(replace(pane, places=places + ahead * PANE_AHEAD))
        if dark:
            pieces.append(pane)
    (cl, _, _), (cr, _, _) = rims
    start, end = cl + across * wide, cr - across * wide
    t = np.linspace(0, 1, 9)[:, None]
    pieces.append(_tube(start * (1 - t) + end * t + up * (0.3 + 0.3 * np.sin(np.pi * t)), thick * 0.9, cloth))
    ears = np.flatnonzero(mesh.zones["ears"] > 0.5)
    for sign, centre in ((-1, cl), (1, cr)):
        side = ears[np.sign(mesh.rest[ears, 0]) == sign]
        top = person.places[side[np.argmax(mesh.rest[side, 1])]]
        begin = centre + across * sign * wide + up * 0.4 * tall
        finish = top + across * sign * 0.1 - ahead * 0.5
        pieces.append(_tube(begin * (1 - t) + finish * t, thick * 0.9, cloth))
    return pieces, panes, "sunglasses" if dark else "glasses"


def _tube(path: np.ndarray, radius: float, cloth: Cloth) -> Piece:
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    one = np.cross(along, (0.2, 0.1, 1.0))
    one /= np.linalg.norm(one, axis=1, keepdims=True) + 1e-9
    two = np.cross(along, one)
    a = np.linspace(0, 2 * np.pi, 7)
    points = path[None] + radius * (np.cos(a)[:, None, None] * one + np.sin(a)[:, None, None] * two)
    places, triangles = _grid(points)
    return Piece(places, triangles, places, np.ones(len(places)), GLASSES, cloth)


PANE_AHEAD = 0.03
"""A lens is looked for so far ahead of its own surface, cm, so that a dark one does not hide itself."""


def face_mask(rng: np.random.Generator, person: Person) -> Piece:
    """Make a mask over mouth and nose."""
    mesh = base()
    x, y, z = mesh.rest.T
    top = rng.uniform(69.5, 71.5)
    level = np.minimum.reduce([(top - y - 0.12 * np.abs(x)), (y - 61.0), (z - 7.2) * 0.8, (7 - np.abs(x))])
    colours = np.array(((0.6, 0.75, 0.9), (0.95, 0.95, 0.95), (0.08, 0.08, 0.09), rng.uniform(0, 1, 3)))
    cloth = Cloth(linear(np.tile(colours[rng.integers(4)], (4, 1))), "plain", 1, 0.1, 0.6, 0.02, int(rng.integers(999)))
    return _shell(person, level, 0.7, 12, HELD, cloth)


def hand(rng: np.random.Generator, person: Person, sleeve: Cloth | None, spot: np.ndarray | None = None) -> list[Piece]:
    """Make a hand with its forearm, raised to the face or before the chest, or to a spot."""
    mesh = base()
    share = sum(
        mesh.weights[n]
        for n in mesh.weights
        if n.endswith(".L") and n.startswith(("lowerarm", "wrist", "metacarpal", "finger"))
    )
    part = mesh.triangles[(share[mesh.triangles] > 0.6).all(axis=1)]
    wrist = person.still[np.flatnonzero(mesh.weights["wrist.L"] > 0.5)].mean(axis=0)
    elbow = person.still[mesh.joints["joint-l-elbow"]].mean(axis=0)
    used = np.unique(part)
    points = person.still[used] - wrist
    arm = wrist - elbow
    arm /= np.linalg.norm(arm)
    palm = np.cross(arm, (0, 0, 1.0))
    palm /= np.linalg.norm(palm)
    frame = np.stack([palm, arm, np.cross(palm, arm)])
    local = points @ frame.T
    sign = rng.choice((-1.0, 1.0))
    lean = rng.uniform(10, 70) * sign
    spin = rng.uniform(0, 360)
    a, b = np.radians(lean), np.radians(spin)
    about_y = np.array([(np.cos(b), 0, np.sin(b)), (0, 1, 0), (-np.sin(b), 0, np.cos(b))])
    about_z = np.array([(np.cos(a), -np.sin(a), 0), (np.sin(a), np.cos(a), 0), (0, 0, 1)])
    local = local @ about_y.T @ about_z.T
    local[:, 0] *= rng.choice((-1.0, 1.0)) if abs(lean) > 90 else 1
    chin = person.places[mesh.joints["joint-jaw"]].mean(axis=0)
    if spot is None:
        spot = chin + np.array([sign * rng.uniform(1, 11), rng.uniform(-14, 4), rng.uniform(1.5, 5)])
    world = np.zeros_like(mesh.rest)
    world[used] = local + spot + np.array((0, -4.0, 2.0))
    cloth = Cloth(np.zeros((4, 3)), "skin")
    pieces = [Piece(world, part, mesh.rest, np.ones(len(world)), BODY_SKIN, cloth)]
    if sleeve is not None:
        normals = vertex_normals(world, part)
        along = np.zeros(len(world))
        along[used] = points @ arm
        level = -(along + rng.uniform(3, 9)) * 0.5
        pieces.append(Piece(world + normals * 0.9, part, mesh.rest, level, CLOTHES, sleeve))
    return pieces


def held(rng: np.random.Generator, person: Person) -> list[Piece]:
    """Make a thing before the chest or the face, often with the hand that holds it.

    A card, a phone, a cup or a ball, or a microphone: a ball on a stick.
    """
    mesh = base()
    chin = person.places[mesh.joints["joint-jaw"]].mean(axis=0)
    spot = chin + np.array([rng.uniform(-12, 12), rng.uniform(-18, 1), rng.uniform(5, 13)])
    a = np.radians(rng.uniform(-40, 40))
    turn = np.array([(np.cos(a), -np.sin(a), 0), (np.sin(a), np.cos(a), 0), (0, 0, 1)])
    if rng.random() < 0.3:
        head, stick = rng.uniform(1.6, 3.0), rng.uniform(6, 11)
        size, low = head, stick
        pieces = [
            _solid(spot, np.full(3, head), 1.0, turn, draw_stiff(rng)),
            _solid(
                spot - turn @ (0, stick, 0), np.array((0.45 * head, stick, 0.45 * head)), 0.3, turn, draw_stiff(rng)
            ),
        ]
    else:
        flat = rng.random() < 0.6
        extent = rng.uniform((2, 2, 0.2), (10, 8, 5))
        extent[2] *= 0.1 if flat else 1
        size, low = extent[0], extent[1]
        pieces = [_solid(spot, extent, 0.1 if flat else float(rng.choice((0.15, 0.3, 1.0))), turn, draw_stiff(rng))]
    if rng.random() < 0.6:
        sleeve = draw_cloth(rng) if rng.random() < 0.6 else None
        grip = spot + turn @ (rng.choice((-0.5, 0.5)) * size, -low, rng.uniform(0, 2)) + np.array((0, -4.0, -2.0))
        pieces += hand(rng, person, sleeve, grip)
    return pieces


def _solid(spot: np.ndarray, extent: np.ndarray, power: float, turn: np.ndarray, cloth: Cloth) -> Piece:
    """Superellipsoid (Barr 1981) about a spot: with a small power a box, with 1 a ball."""
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 33), np.linspace(0, np.pi, 17))

    def shape(value: np.ndarray) -> np.ndarray:
        return np.sign(value) * np.abs(value) ** power

    points = extent * np.stack(
        [shape(np.cos(u)) * shape(np.sin(v)), shape(np.cos(v)), shape(np.sin(u)) * shape(np.sin(v))], axis=-1
    )
    places, triangles = _grid(points @ turn.T + spot)
    return Piece(places, triangles, points.reshape(-1, 3), np.ones(len(places)), HELD, cloth)
