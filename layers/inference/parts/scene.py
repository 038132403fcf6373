"""One portrait: a person drawn, dressed, lit and rendered with what every pixel is.

Rendered are linear light, the class of each pixel and the person's coverage, twice as fine as the photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parts.body import Person, base, make_person
from parts.dress import (
    Cloth,
    Piece,
    draw_cloth,
    face_mask,
    garments,
    glasses,
    hand,
    headwear,
    held,
    linear,
    vertex_normals,
)  # fmt: skip
from parts.hair import CENTRE, Frame, Hair, draw_style, grow, grow_beard, hairline, make_frame, sample_roots, surface
from parts.labels import BEARD, BODY_SKIN, CLOTHES, EARS, FACE_SKIN, HAIR, HEADWEAR, NOTHING
from parts.raster import (
    draw_strands,
    draw_triangles,
    light_strands,
    reach,
    splat,
    turn,
    value_noise,
)

MONK = np.array(
    [(246, 237, 228), (243, 231, 219), (247, 234, 208), (234, 218, 186), (215, 189, 150), (160, 126, 86),
     (130, 92, 67), (96, 65, 52), (58, 49, 42), (41, 36, 32)], float)  # fmt: skip
"""The ten tones of the Monk scale, sRGB."""

HAIR_TONES = np.array(
    [(12, 10, 10), (22, 17, 15), (38, 26, 20), (60, 40, 28), (85, 58, 38), (120, 84, 52), (160, 120, 75),
     (205, 170, 120), (225, 200, 155), (110, 50, 25), (150, 70, 30), (110, 110, 112), (170, 170, 172),
     (225, 225, 224)], float)  # fmt: skip
DYED = np.array([(180, 40, 60), (230, 120, 170), (60, 90, 190), (80, 50, 130), (60, 150, 110), (220, 90, 40)], float)

SHAWL = 57.0
"""A headscarf that hangs lower over the shoulders than here, at the foot of the neck, is clothes there, cm."""

GLARE_SEEN = 0.2
"""A reflection that takes so much of the place of what is behind it counts as one."""

SUPER = 2
MAP = 200
"""Side of a map of shadows, px."""


@dataclass(frozen=True, eq=False)
class Render:
    """One portrait as it is rendered.

    Linear light ``(H, W, 3)``, classes ``(H, W)`` uint8 and what is seen through lenses ``(H, W)`` bool, all at twice
    the photo's size; what was drawn; and the light that comes from all sides together.
    """

    light: np.ndarray
    classes: np.ndarray
    lenses: np.ndarray
    facts: dict[str, object]
    environment: np.ndarray


@dataclass(frozen=True, eq=False)
class _Lights:
    """Directions ``(D, 3)`` and radiances ``(D, 3)``; the last ``sharp`` of them cast their shadows pixel by pixel."""

    directions: np.ndarray
    radiance: np.ndarray
    sharp: int


def render(seed: int, *, bare: bool = False) -> Render:
    """Draw and render the portrait of a seed; ``bare`` leaves its face mask off."""
    mesh = base()
    rng, person, tone, skin = _begin(seed)
    frame = make_frame(person.places)
    hair = grow(rng, frame, person.gender, person.age)
    tint = _hair_colour(rng, person.age, tone)
    pieces, garment = garments(rng, person, skin)
    facts: dict[str, object] = {
        "seed": seed,
        "tone": tone,
        "gender": person.gender,
        "age": person.age,
        "race": person.race,
    }
    facts |= {"hair": hair.style, "garment": garment, "hat": "", "glasses": "", "beard": "", "extra": ""}
    facts |= {"asleep": person.asleep, "glare": False}
    if rng.random() < 0.26:
        more, facts["hat"] = headwear(rng, person, skin)
        pieces += more
        if facts["hat"] in ("scarf", "turban"):
            hair = Hair(hair.strands[:0], hair.tone[:0], hair.style, hair.recede, 0)
        elif facts["hat"] != "band" and hair.style in ("afro", "topknot", "bun", "quiff", "curly", "pony"):
            hair = Hair(hair.strands[:0], hair.tone[:0], "buzz", hair.recede, 0.6)
    panes: list[Piece] = []
    if rng.random() < 0.35:
        more, panes, facts["glasses"] = glasses(rng, person)
        pieces += more
    extra = rng.random()
    if extra < 0.06:
        mask = face_mask(rng, person)
        pieces += [] if bare else [mask]
        facts["extra"] = "mask"
    elif extra < 0.14:
        sleeve = draw_cloth(rng) if rng.random() < 0.5 else None
        pieces += hand(rng, person, sleeve)
        facts["extra"] = "hand"
    elif extra < 0.28:
        pieces += held(rng, person)
        facts["extra"] = "held"
    beard = np.zeros((0, 2, 3))
    if person.gender == "male" and person.age != "child" and rng.random() < 0.5 and facts["extra"] != "mask":
        beard, kind = grow_beard(rng, frame)
        facts["beard"] = kind
    if facts["hat"] in ("beanie", "cap", "hat"):
        hair = _under_hat(hair, frame)
    brows = _brows(rng, frame)

    body = Piece(
        person.places,
        mesh.triangles,
        mesh.rest,
        np.ones(len(person.places)),
        FACE_SKIN,
        Cloth(np.zeros((4, 3)), "skin"),
    )
    eyes = [
        Piece(person.places, part, mesh.rest, np.ones(len(person.places)), FACE_SKIN, Cloth(np.zeros((4, 3)), "eye"))
        for part in mesh.eyes
    ]
    teeth = Piece(
        person.places,
        mesh.teeth,
        mesh.rest,
        np.ones(len(person.places)),
        FACE_SKIN,
        Cloth(linear(np.tile((0.85, 0.8, 0.72), (4, 1))), "plain", bump=0, folds=0, gloss=0.3),
    )
    every = [body, *eyes, teeth, *pieces]
    lights = _lights(rng)
    world = _Scene(every, [(hair.strands, HAIR), (beard, BEARD), (brows, FACE_SKIN)], lights)
    camera = _camera(rng, person, hair, facts)
    light, classes, depth = world.shoot(rng, camera, person, skin, hair, tint, facts)
    lenses = _look_through(np.random.default_rng((seed, 1)), camera, panes, light, depth, facts)
    return Render(light, classes, lenses, facts, lights.radiance.sum(axis=0))


def style_of(seed: int) -> str:
    """Return the hair style of a seed's person, whom this does not render."""
    rng, person, *_ = _begin(seed)
    return draw_style(rng, person.gender, person.age)


def _begin(seed: int) -> tuple[np.random.Generator, Person, int, np.ndarray]:
    """Draw the person of a seed, the tone of the Monk scale and the colour of the skin; the dice fall on from there."""
    rng = np.random.default_rng(seed)
    person = make_person(rng)
    tone = int(rng.integers(10))
    skin = np.clip(MONK[tone] / 255 * rng.uniform(0.86, 1.02) + rng.normal(0, 0.012, 3), 0.05, 1)
    warm = np.array((1.0, 0.86, 0.80)) if tone < 5 else np.array((1.0, 0.94, 0.9))
    return rng, person, tone, skin * warm ** rng.uniform(0.3, 1.2)


def _look_through(
    rng: np.random.Generator,
    camera: Camera,
    panes: list[Piece],
    light: np.ndarray,
    depth: np.ndarray,
    facts: dict[str, object],
) -> np.ndarray:
    """Return what is seen through lenses ``(H, W)`` bool; clear ones now and then tint it, or reflect a window."""
    seen = np.zeros(depth.shape, bool)
    clear = facts["glasses"] == "glasses"
    tint = np.exp(-rng.uniform(0, 0.9) * rng.uniform(0.7, 1, 3)) if rng.random() < 0.25 else np.ones(3)
    glare = clear and rng.random() < 0.3
    strength, slope, wide = rng.uniform(0.1, 0.9), rng.normal(0, 0.6), rng.uniform(0.15, 0.8)
    colour = np.exp(rng.normal(0, 0.12, 3)) * np.percentile(light, 99) if glare else np.zeros(3)
    for pane in panes:
        owner = np.full(depth.shape, -1, np.int32)
        bary = np.zeros((*depth.shape, 2), np.float32)
        level = np.ones(len(pane.places), np.float32)
        screen = camera.project(pane.places)
        draw_triangles(screen, pane.triangles.astype(np.int32), level, 0, depth.copy(), owner, bary)
        here = owner >= 0
        seen |= here
        if clear:
            light[here] *= tint
        if glare and here.any():
            rows, columns = np.nonzero(here)
            middle, size = screen[:, :2].mean(axis=0), np.ptp(screen[:, 0])
            x, y = (columns - middle[0]) / size, (rows - middle[1]) / size
            edge = np.abs(x + slope * y + rng.normal(0, 0.1)) - wide / 2
            veil = strength * np.clip(0.5 - edge / rng.uniform(0.02, 0.3), 0, 1)[:, None]
            light[rows, columns] = light[rows, columns] * (1 - veil) + colour * veil
            facts["glare"] = bool(facts["glare"] or veil.max() > GLARE_SEEN)
    return seen


def _hair_colour(rng: np.random.Generator, age: str, tone: int) -> np.ndarray:
    """Colours at root and tip, linear ``(2, 3)``."""
    if rng.random() < 0.05:
        colour = DYED[rng.integers(len(DYED))]
    elif age == "old" and rng.random() < 0.7:
        colour = HAIR_TONES[rng.choice((11, 12, 13, 4))]
    elif tone >= 6 and rng.random() < 0.8:
        colour = HAIR_TONES[rng.choice((0, 0, 1, 1, 2, 3))]
    else:
        colour = HAIR_TONES[rng.integers(0, 12)]
    colour = colour * rng.uniform(0.8, 1.3)
    tip = colour * rng.uniform(0.8, 1.3, 3) if rng.random() < 0.8 else HAIR_TONES[rng.integers(len(HAIR_TONES))]
    return linear(np.stack([colour, tip]) / 255)


def _under_hat(hair: Hair, frame: Frame) -> Hair:
    if not len(hair.strands):
        return hair
    flat = frame.head(hair.strands.reshape(-1, 3)).reshape(hair.strands.shape)
    # Below a hat lies only what hangs out of it.
    keep = flat[:, -1, 1] < 75
    r, own, away = surface(flat.reshape(-1, 3))
    tight = np.where(flat.reshape(-1, 3)[:, 1] > 74, np.minimum(r, own + 0.3), r)
    strands = frame.world(CENTRE + away * tight[:, None]).reshape(flat.shape)
    return Hair(strands[keep], hair.tone[keep], hair.style, hair.recede, hair.cover)


def _brows(rng: np.random.Generator, frame: Frame) -> np.ndarray:
    mesh = base()
    x, y, z = mesh.rest.T
    ax = np.abs(x)
    curve = np.interp(ax, (1.0, 2.2, 4.0, 5.6), (74.45, 75.0, 75.35, 74.5)) + rng.uniform(-0.2, 0.3)
    half = rng.uniform(0.2, 0.45) * np.interp(ax, (1.0, 2.0, 4.5, 5.6), (0.8, 1, 0.8, 0.3))
    density = np.where((z > 9) & (ax > 0.9) & (ax < 5.8), 1.6 * half - np.abs(y - curve), -1.0)
    roots = sample_roots(rng, int(rng.uniform(350, 1400)), np.clip(density, -0.4, 0.3))
    if not len(roots):
        return np.zeros((0, 2, 3))
    ax = np.abs(roots[:, 0])
    keep = np.abs(roots[:, 1] - np.interp(ax, (1.0, 2.2, 4.0, 5.6), (74.45, 75.0, 75.35, 74.5))) < 0.75
    roots = roots[keep]
    flow = np.stack([np.sign(roots[:, 0]), np.interp(ax[keep], (1, 5), (0.9, -0.2)), np.full(len(roots), 0.15)], axis=1)
    t = np.linspace(0, rng.uniform(0.3, 0.7), 4)[None, :, None]
    path = roots[:, None] + flow[:, None] * t + np.array((0, 0, 0.12))
    return frame.world(path.reshape(-1, 3)).reshape(path.shape)


def _lights(rng: np.random.Generator) -> _Lights:
    n = 18
    k = np.arange(n) + 0.5
    polar, turn = np.arccos(1 - 2 * k / n), np.pi * (1 + 5**0.5) * k
    sphere = np.stack([np.sin(polar) * np.cos(turn), np.cos(polar), np.sin(polar) * np.sin(turn)], axis=1)
    sky, ground = _tinted(rng, 0.12), _tinted(rng, 0.15) * rng.uniform(0.2, 0.9)
    up = (sphere[:, 1:2] + 1) / 2
    ambient = (sky * up + ground * (1 - up)) * rng.uniform(0.25, 1.0)
    tilt = rng.normal(0, 1, 3)
    ambient *= np.clip(1 + 0.5 * sphere @ tilt, 0.15, 3)[:, None]
    ambient *= 2.2 / n
    directions, radiance = [sphere], [ambient]
    soft = rng.uniform(0.07, 0.35)
    count = 5
    side, height = rng.choice((rng.normal(0, 0.5), rng.uniform(-1.4, 1.4))), rng.uniform(-0.1, 1.0)
    key = np.array((np.sin(side), height, np.cos(side)))
    strength = rng.uniform(0.1, 1.6)
    parts = [key / np.linalg.norm(key) + soft * rng.standard_normal(3) for _ in range(count)]
    if rng.random() < 0.35:  # a second light, at a side or behind
        other = np.array((rng.choice((-1, 1)) * rng.uniform(0.6, 1), rng.uniform(0, 0.8), rng.uniform(-1, 0.3)))
        parts += [other + 0.15 * rng.standard_normal(3)]
    sharp = np.array([p / np.linalg.norm(p) for p in parts])
    power = np.tile(_tinted(rng, 0.1) * strength / count, (count, 1))
    if len(parts) > count:
        power = np.vstack([power, _tinted(rng, 0.3) * rng.uniform(0.2, 1.5)])
    return _Lights(np.vstack([*directions, sharp]), np.vstack([*radiance, power]), len(parts))


def _directions(strands: np.ndarray) -> np.ndarray:
    """Return unit vectors along strands ``(S, K, 3)``, ``(S * K, 3)``."""
    along = np.gradient(strands, axis=1) if len(strands) else strands
    along = along / (np.linalg.norm(along, axis=2, keepdims=True) + 1e-9)
    return along.reshape(-1, 3).astype(np.float32)


def _tinted(rng: np.random.Generator, spread: float) -> np.ndarray:
    return np.exp(rng.normal(0, spread) * np.array((1, 0.1, -1)) + rng.normal(0, spread / 4, 3))


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole at ``(x, y, z)`` looking along -z; ``focal`` px of the render, its size."""

    place: np.ndarray
    focal: float
    centre: np.ndarray
    size: tuple[int, int]

    def project(self, p: np.ndarray) -> np.ndarray:
        """Return px and distance of places ``(..., 3)``."""
        away = self.place[2] - p[..., 2]
        x = self.centre[0] + self.focal * (p[..., 0] - self.place[0]) / away
        y = self.centre[1] - self.focal * (p[..., 1] - self.place[1]) / away
        return np.stack([x, y, away], axis=-1).astype(np.float32)


def _camera(rng: np.random.Generator, person: Person, hair: Hair, facts: dict[str, object]) -> Camera:
    mesh = base()
    used = np.unique(mesh.triangles)
    head = used[mesh.rest[used, 1] > 62]
    top, chin = person.places[head, 1].max(), person.places[head, 1].min()
    middle = person.places[head, :2].mean(axis=0)
    depth = person.places[head, 2].mean()
    distance = rng.uniform(70, 260)
    head_px = rng.uniform(115, 185) * SUPER
    focal = head_px / (top - chin) * distance
    place = np.array(
        (middle[0] + rng.normal(0, 3), (top + chin) / 2 + rng.normal(0, 6) * distance / 200, depth + distance)
    )
    above, below = rng.uniform(0.12, 0.85), rng.uniform(0.22, 1.5)
    if rng.random() < 0.4:
        below = rng.uniform(0.4, 0.9)
    if len(hair.strands):
        crown = hair.strands[..., 1].max()
        above = max(above, (crown - top) / (top - chin) + 0.02) if rng.random() < 0.9 else above
    left, right = rng.uniform(0.65, 1.4), rng.uniform(0.65, 1.4)
    if rng.random() < 0.6:
        right = left
    eye = np.array([(middle[0], top, depth), (middle[0], chin, depth)])
    size = (round(head_px * (1 + above + below)), round(head_px * (left + right)))
    guess = Camera(place, focal, np.zeros(2), size)
    crown = guess.project(eye)[0]
    centre = np.array((head_px * left - crown[0], head_px * above - crown[1]))
    facts["head"] = head_px / SUPER
    return Camera(place, focal, centre, size)


class _Scene:
    """Surfaces and strands, with the light that reaches them."""

    def __init__(self, pieces: list[Piece], strands: list[tuple[np.ndarray, int]], lights: _Lights) -> None:
        self.pieces, self.strands, self.lights = pieces, strands, lights
        starts = np.cumsum([0] + [len(p.places) for p in pieces])
        self.starts = starts
        self.places = np.concatenate([p.places for p in pieces]).astype(np.float32)
        self.rest = np.concatenate([p.rest for p in pieces]).astype(np.float32)
        self.level = np.concatenate([p.level for p in pieces]).astype(np.float32)
        self.triangles = np.concatenate([p.triangles + s for p, s in zip(pieces, starts, strict=False)]).astype(
            np.int32
        )
        self.piece_of = np.repeat(np.arange(len(pieces)), [len(p.triangles) for p in pieces])
        self.normals = np.concatenate([vertex_normals(p.places, p.triangles) for p in pieces]).astype(np.float32)
        flips = [i for i, p in enumerate(pieces) if p.cloth.pattern != "skin" and p.triangles.size < 30000]
        self.two_sided = np.isin(np.arange(len(pieces)), flips)
        self.points = [s.reshape(-1, 3).astype(np.float32) for s, _ in strands]
        self._shadows()

    def _basis(self, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        aside = np.cross(direction, (0.31, 0.9, 0.2))
        aside /= np.linalg.norm(aside)
        return aside, np.cross(aside, direction), direction

    def _seen(self, p: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """Places as a light sees them: px, and depth in cm."""
        aside, up, ahead = self._basis(direction)
        matrix = np.stack([aside, up, -ahead], axis=1).astype(np.float32)
        return turn(p, matrix, self.middle, np.float32(MAP / 96), np.float32(MAP / 2))

    def _shadows(self) -> None:
        self.middle = self.points[2].mean(axis=0) if len(self.points[2]) else self.places.mean(axis=0)
        self.middle = (self.middle + np.array((0, -10, -8))).astype(np.float32)
        self.maps = []
        ambient = np.zeros((len(self.places), 3), np.float32)
        glow = [np.zeros((len(p), 3), np.float32) for p in self.points[:2]]
        along = [_directions(strands) for strands, _ in self.strands[:2]]
        soft_count = len(self.lights.directions) - self.lights.sharp
        for k, (direction, radiance) in enumerate(zip(self.lights.directions, self.lights.radiance, strict=True)):
            depth = np.full((MAP, MAP), 1e6, np.float32)
            owner = np.zeros((MAP, MAP), np.int32)
            bary = np.zeros((MAP, MAP, 2), np.float32)
            draw_triangles(self._seen(self.places, direction), self.triangles, self.level, 0, depth, owner, bary)
            seen = [self._seen(p, direction) for p in self.points[:2]]
            for points in seen:
                splat(points, depth)
            self.maps.append(depth)
            if k < soft_count:
                share = np.clip(self.normals @ direction.astype(np.float32), 0, 1)
                share = share * reach(self._seen(self.places + self.normals * 0.35, direction), depth, 0.7, 0.3)
                ambient += share[:, None] * radiance.astype(np.float32)
            for i, points in enumerate(seen):
                ahead = np.float32(max(0.0, 0.4 + direction[2]))
                light_strands(
                    points, along[i], depth, direction.astype(np.float32), radiance.astype(np.float32), ahead, glow[i]
                )
        self.ambient = ambient
        self.glow = [np.minimum(g, 2.5 * np.median(g, axis=0)) if len(g) else g for g in glow]

    def shoot(self, rng, camera, person, skin, hair, tint, facts):  # type: ignore[no-untyped-def]
        """Render."""
        height, width = camera.size
        depth = np.full((height, width), 1e6, np.float32)
        owner = np.full((height, width), -1, np.int32)
        bary = np.zeros((height, width, 2), np.float32)
        draw_triangles(camera.project(self.places), self.triangles, self.level, 0, depth, owner, bary)
        picture = np.zeros((height, width, 3), np.float32)
        label = np.full((height, width), NOTHING, np.uint8)
        self._shade(rng, owner, bary, picture, label, person, skin, hair, tint, facts)
        scale = rng.uniform(0.9, 1.7)
        for i, (strands, mark) in enumerate(self.strands):
            if not len(strands):
                continue
            count, points, _ = strands.shape
            share = np.linspace(0, 1, points)[None, :, None] ** 1.5
            base_colour = tint[0] * (1 - share) + tint[1] * share
            if mark == HAIR:
                tone = np.exp(hair.tone * 1.2)[:, None, None]
                grey = 0.5 if facts["age"] == "old" else 0.02
                pale = 0.5 * (rng.random(count) < grey * rng.random())[:, None, None]
                base_colour = base_colour * tone * (1 - pale) + 0.35 * pale
                colour = base_colour * self.glow[i].reshape(count, points, 3) * scale * 1.9 + 0.02 * self.glow[
                    i
                ].reshape(count, points, 3)
            elif mark == BEARD:
                tone = np.exp(rng.normal(-0.1, 0.3, count))[:, None, None]
                pale = (rng.random(count) < (0.5 if facts["age"] == "old" else 0.05))[:, None, None]
                colour = (
                    np.where(pale, 0.4, np.broadcast_to(tint[0], (count, points, 3)) * tone)
                    * self.glow[i].reshape(count, points, 3)
                    * 1.8
                )
            else:
                seen = self.ambient[: len(person.places)].mean(axis=0) * 1.2 + 0.15
                colour = np.broadcast_to(np.minimum(tint[0], 0.25) * seen * 0.8, (count, points, 3))
            xyz = camera.project(strands)
            taper = rng.uniform(0.1, 0.4)
            draw_strands(xyz, np.ascontiguousarray(colour, np.float32), mark, taper, depth, picture, label)
        return picture, label, depth

    def _shade(self, rng, owner, bary, picture, label, person, skin, hair, tint, facts):  # type: ignore[no-untyped-def]
        rows, columns = np.nonzero(owner >= 0)
        triangle = owner[rows, columns]
        corner = self.triangles[triangle]
        uv = bary[rows, columns]
        w = np.stack([uv[:, 0], uv[:, 1], 1 - uv[:, 0] - uv[:, 1]], axis=1).astype(np.float32)

        def across(values: np.ndarray) -> np.ndarray:
            picked = values[corner]
            return picked[:, 0] * w[:, :1] + picked[:, 1] * w[:, 1:2] + picked[:, 2] * w[:, 2:]

        place, rest, normal, ambient = (across(v) for v in (self.places, self.rest, self.normals, self.ambient))
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
        away = (normal[:, 2] < -0.05) & self.two_sided[self.piece_of[triangle]]
        normal[away] *= -1
        piece = self.piece_of[triangle]
        albedo = np.zeros_like(place)
        gloss = np.full(len(place), 0.03, np.float32)
        wrap = np.zeros((len(place), 3), np.float32)
        marks = np.zeros(len(place), np.uint8)
        for k, drawn in enumerate(self.pieces):
            here = np.flatnonzero(piece == k)
            if not len(here):
                continue
            marks[here] = drawn.label
            if drawn.label == HEADWEAR:
                marks[here[rest[here, 1] < SHAWL]] = CLOTHES
            if drawn.cloth.pattern == "skin":
                vertex = corner[here] - self.starts[k]
                mesh = base()
                zones = {n: (v[vertex] * w[here]).sum(axis=1) for n, v in mesh.zones.items()}
                albedo[here], gloss[here], normal[here], kinds = _skin(
                    rng, rest[here], normal[here], zones, skin, hair, tint, facts
                )
                wrap[here] = (0.32, 0.16, 0.12)
                if drawn.label == FACE_SKIN:
                    marks[here] = kinds
            elif drawn.cloth.pattern == "eye":
                side = "l" if drawn is self.pieces[1] else "r"
                albedo[here] = _eye(rng, place[here], person, side)
                gloss[here] = 0.6
            else:
                albedo[here], normal[here] = _cloth(drawn.cloth, rest[here], normal[here])
                gloss[here] = drawn.cloth.gloss
        light = ambient.copy()
        shine = np.zeros_like(light)
        start = len(self.lights.directions) - self.lights.sharp
        for direction, radiance, shadow in list(
            zip(self.lights.directions, self.lights.radiance, self.maps, strict=True)
        )[start:]:
            facing = (normal @ direction.astype(np.float32))[:, None]
            open_ = reach(self._seen(place + normal * 0.25, direction), shadow, 0.45, 0.25)[:, None]
            light += np.clip((facing + wrap) / (1 + wrap), 0, 1) * open_ * radiance.astype(np.float32) * 1.6
            half = direction + np.array((0, 0, 1.0))
            half /= np.linalg.norm(half)
            shine += (
                (np.clip(normal @ half.astype(np.float32), 0, 1) ** 28)[:, None] * open_ * radiance.astype(np.float32)
            )
        picture[rows, columns] = albedo * light + gloss[:, None] * shine * 2.5
        label[rows, columns] = marks


def _skin(rng, rest, normal, zones, skin, hair, tint, facts):  # type: ignore[no-untyped-def]
    """Albedo, gloss, normal and class of places on the body."""
    seed = int(facts["seed"]) % 1000
    tone = linear(skin)
    x, y, z = rest.T
    blotch = 0.5 * value_noise(rest * 0.25, seed) + 0.5 * value_noise(rest * 0.9, seed + 1)
    red = np.clip(
        0.5 * blotch
        + 1.2 * np.exp(-((np.abs(x) - 4.2) ** 2 / 4 + (y - 69.5) ** 2 / 4)) * (z > 9)
        + 0.9 * np.exp(-(x**2 / 2 + (y - 69.6) ** 2 / 1.5)) * (z > 13)
        + 0.7 * zones["ears"],
        -0.6,
        1.5,
    )
    amount = rng.uniform(0.05, 0.3)
    albedo = tone * np.exp(red[:, None] * amount * np.array((0.15, -0.9, -0.7)))
    albedo *= np.exp(0.05 * value_noise(rest * 4, seed + 2) + 0.06 * value_noise(rest * 11, seed + 3) + 0.08 * blotch)[
        :, None
    ]
    if rng.random() < 0.25:
        spots = np.clip(value_noise(rest * 2.6, seed + 4) - 0.45, 0, 1) * (y > 60)
        albedo *= np.exp(-spots[:, None] * rng.uniform(0.5, 2.5) * np.array((0.5, 1, 1.2)))
    lip = np.clip(zones["lips"] * 1.6 - 0.3, 0, 1)[:, None] * rng.uniform(0.5, 1)
    rouge = tone * (0.85, 0.5, 0.5)
    if facts["gender"] == "female" and facts["age"] != "child" and rng.random() < 0.5:
        rouge = linear(
            np.array(((0.7, 0.1, 0.15), (0.8, 0.35, 0.4), (0.45, 0.1, 0.15), (0.75, 0.4, 0.3))[rng.integers(4)])
        )
    albedo = albedo * (1 - lip) + rouge * lip
    inside = np.clip(zones["inside-mouth"] * 2 - 0.5, 0, 1)[:, None]
    albedo = albedo * (1 - inside) + np.array((0.12, 0.02, 0.02)) * inside
    lid = np.clip(zones["eyelids"] * 2 - 0.4, 0, 1)[:, None] * rng.uniform(0, 0.6)
    albedo = albedo * (1 - lid * np.array((0.5, 0.7, 0.6)))
    if facts["gender"] == "male" and facts["age"] != "child":
        shadow = (
            np.clip((67.8 - y) / 2, 0, 1)
            * np.clip((y - 59.5) / 2, 0, 1)
            * np.clip((z - 5) / 3, 0, 1)
            * (1 - lip[:, 0])
            * rng.uniform(0, 0.35)
        )
        albedo *= np.exp(-shadow[:, None] * np.array((1.2, 1.0, 0.9)))
    jaw = np.interp(z, (-6, 2, 5, 7, 9, 11, 13, 15.5), (66, 66.5, 66.5, 65.2, 63.3, 62.0, 61.2, 61.2))
    marks = np.where((y > jaw) & (y > 60), FACE_SKIN, BODY_SKIN).astype(np.uint8)
    marks[zones["ears"] > 0.4] = EARS
    if hair.cover > 0 and facts["hat"] not in ("scarf", "turban"):
        inside = hairline(rest, hair.recede)
        if hair.style == "ring":
            inside = np.minimum(inside, 79.5 - y + np.clip(-z, 0, 3))
        dense = np.clip(inside * 1.5 + 0.3 * value_noise(rest * 5, 8), 0, 1) * (y > 61) * (zones["ears"] < 0.4)
        share = (dense * (0.35 + 0.5 * hair.cover))[:, None]
        albedo = albedo * (1 - share) + (0.7 * tint[0] + 0.1 * tone * (1 - hair.cover)) * share
        marks[(dense > 0.55)] = HAIR
    bump = np.stack([value_noise(rest * 6 + s, seed) for s in (0, 50, 90)], axis=1) * 0.05
    normal = normal + bump
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    gloss = np.full(len(rest), rng.uniform(0.01, 0.07)) * (1 + 0.5 * (np.abs(x) < 2)) + 0.1 * lip[:, 0]
    return albedo, gloss, normal, marks


def _eye(rng: np.random.Generator, place: np.ndarray, person: Person, side: str) -> np.ndarray:
    ball = person.places[np.unique(base().eyes[0 if side == "l" else 1])]
    centre = (ball.max(axis=0) + ball.min(axis=0)) / 2
    away = place - centre
    size = np.ptp(ball[:, 0]) / 2
    ahead = away[:, 2].max()
    across = np.hypot(away[:, 0], away[:, 1]) / size if ahead > 0 else np.ones(len(away))
    iris = linear(
        np.array(
            ((0.2, 0.12, 0.07), (0.3, 0.2, 0.1), (0.35, 0.45, 0.55), (0.35, 0.4, 0.25))[
                rng.choice(4, p=(0.5, 0.25, 0.15, 0.1))
            ]
        )
    )
    colour = np.where((across < 0.47)[:, None], iris, np.array((0.62, 0.58, 0.55)))
    colour = np.where((across < 0.2)[:, None], 0.005, colour)
    return np.where((away[:, 2] < 0)[:, None], np.array((0.3, 0.15, 0.12)), colour)


def _cloth(cloth: Cloth, rest: np.ndarray, normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Albedo and normal of places on a cloth."""
    p = rest / cloth.scale
    colours = cloth.colours
    albedo = np.tile(colours[0], (len(rest), 1))
    second = np.zeros(len(rest))
    if cloth.pattern == "stripes":
        at = p[:, 1] if cloth.seed % 2 else p[:, 0]
        second = (np.sin(at * 3.1) > (cloth.seed % 5) * 0.2).astype(float)
    elif cloth.pattern == "checks":
        second = 0.5 * (np.sin(p[:, 0] * 2.5) > 0.2) + 0.5 * (np.sin(p[:, 1] * 2.5) > 0.2)
    elif cloth.pattern == "dots":
        second = ((np.sin(p[:, 0] * 3) * np.sin(p[:, 1] * 3)) > 0.55).astype(float)
    elif cloth.pattern == "words":
        row = p[:, 1] * 1.5
        word = value_noise(np.stack([p[:, 0] * 2.5, np.floor(row) * 7.3, 0 * row], axis=1), cloth.seed) > -0.15
        second = (word & (row % 1 > 0.5)).astype(float)
    elif cloth.pattern == "knit":
        ribs = np.sin(rest[:, 0] * 9 / min(cloth.scale, 1.5)) * (0.6 + 0.4 * np.sin(rest[:, 1] * 12))
        albedo = albedo * (0.85 + 0.22 * ribs)[:, None]
    elif cloth.pattern in ("blobs", "leaves", "print"):
        noise = value_noise(p * (0.5 if cloth.pattern != "leaves" else (1.2, 0.5, 0.8)), cloth.seed)
        second = np.clip(noise * 6 - 1.0, 0, 1)
        third = np.clip(value_noise(p * 0.9 + 31, cloth.seed + 1) * 6 - 1.6, 0, 1)
        if cloth.pattern == "print":
            zone = np.exp(-((rest[:, 0] / 8) ** 4 + ((rest[:, 1] - 44) / 6) ** 4))
            second, third = second * zone, third * zone
        albedo = albedo * (1 - third[:, None]) + colours[2] * third[:, None]
    elif cloth.pattern == "denim":
        albedo = (
            albedo
            * np.exp(0.35 * value_noise(rest * 8, cloth.seed) + 0.25 * value_noise(rest * 0.7, cloth.seed))[:, None]
        )
    albedo = albedo * (1 - second[:, None]) + colours[1] * second[:, None]
    if "lapel" in cloth.extra:
        albedo = _suit(cloth, rest, albedo)
    folds = cloth.folds
    bump = np.stack(
        [value_noise(rest * f + s, cloth.seed) for s, f in ((0, (0.25, 0.12, 0.2)), (40, (0.12, 0.3, 0.2)), (80, 0.3))],
        axis=1,
    )
    fine = np.stack([value_noise(rest * 5 + s, cloth.seed) for s in (3, 43, 83)], axis=1) * 0.25 * cloth.bump
    normal = normal + 0.9 * folds * bump.astype(np.float32) + fine.astype(np.float32)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    albedo = albedo * np.exp(0.06 * value_noise(rest * 6, cloth.seed + 2) * cloth.bump * 2)[:, None]
    return albedo, normal


def _suit(cloth: Cloth, rest: np.ndarray, albedo: np.ndarray) -> np.ndarray:
    """Shirt and tie in the opening of a jacket, and the edges of its lapels."""
    x, y, z = rest.T
    button, lapel = cloth.extra["button"], cloth.extra["lapel"]
    wide = np.clip((y - button) / (60 - button), 0, 2) * 5.2
    ahead = z > 0.5
    shirt = (np.abs(x) < wide) & ahead
    edge = np.abs(np.abs(x) - wide - lapel * np.clip((y - button) / 10, 0, 1)) < 0.18
    out = np.where(shirt[:, None], cloth.colours[2], albedo)
    if cloth.extra["tie"]:
        knot = cloth.extra["width"] * (0.7 + 0.05 * (58 - y))
        out = np.where((shirt & (np.abs(x) < knot))[:, None], cloth.colours[3], out)
    border = np.abs(np.abs(x) - wide) < 0.25
    return np.where(((edge | border) & ahead & ~(np.abs(x) < wide - 0.3))[:, None], out * 0.55, out)
