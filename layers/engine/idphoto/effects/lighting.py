"""Lighting (改善阴阳脸): takes side light off a face, and lifts a face that got too little light.

Side light is a factor that varies smoothly over the face. What it is, the face itself tells: a point and its mirror
point on the mesh have the same skin, so half of the difference of their logarithms is what the light did. The field is
read from bare skin only, on coarse cells, and continued over brows, beard and glasses as a weighted mean of the skin
around: never extrapolated. It ends softly beside the face and fades down the neck. As a factor it keeps all that is
finer than itself: pores, relief, catchlights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Matte, Rgb
from idphoto.cielab import LUMINANCE_WEIGHTS
from idphoto.effects.base import EffectParams, Strength
from idphoto.effects.gates import Limits, check, check_no_hand, check_whole_face
from idphoto.parts import Parts, parts
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import blur, disc, face_width, polygon_mask

KIND: Final = "lighting"

LIMITS: Final = Limits(yaw=22, roll=30, face_width=64)
"""At 33 degrees the far cheek is too narrow to be compared with the near one: the field came out with the wrong sign
there. At 21 it still agreed."""

CELLS_PER_FACE: Final = 96
"""Cells over the width of the face; the field is more than four cells coarse."""
REACH: Final = (0.4, 0.4, 0.9)
"""The area worked on goes so far beyond the mesh aside, above and below, in face widths."""

GAMMA: Final = 2.2
"""The sRGB curve as a power: a factor of light is a factor of the level to the power of 1 / 2.2."""
DARKEST: Final = 4.0
"""Level under which there is no colour to read."""

LIGHT_SIGMA, TINT_SIGMA, SPREAD_SIGMA = 0.045, 0.09, 0.12
"""In face widths: how finely brightness and colour of the light are told apart, and how far a value is continued."""
LIGHT_MAX, TINT_MAX = 0.8, 0.25
"""Most that is taken away or added: natural logarithms of the light's strength, and of its red and blue against it."""
KNOWN: Final = 0.35
"""A place and its mirror place are fully believed when so much of the area around both is skin."""
HAIR_LIKE: Final = (-0.45, -0.2)
"""Logarithm of the level against the skin around: hair and its shadow, fully and at all."""
AROUND: Final = 0.15
"""Sigma of that surrounding, in face widths."""
SHADE_BIAS: Final = 0.25
"""The dark side is lifted by so much more than the lit side is lowered, as a lamp from that side would do."""
BIAS_EASE: Final = 0.1
"""Half differences of less are so far from a shade that neither side is preferred."""

EXPOSED: Final = 0.5
"""Highlights on the skin, teeth and the whites of the eyes send the light itself back and so tell how much of it there
was, whatever the complexion: the brightest 2 % of a well exposed face reach about this part of white (linear). Read off
22 portraits, few dark; a matte face with narrowed eyes may be lifted that should not be, at most by FILL_MAX."""
FILL_MAX: Final = 0.45
"""Most that a face is lifted, natural logarithm: two thirds of a stop."""

CORE: Final = 0.8
"""The inner face, all of which is lit alike whatever lies over it: the oval of the mesh scaled by this."""
BESIDE: Final = (0.05, 0.22)
"""The effect ends between these distances beside the oval, so that the ears follow; in face widths, as below."""
NECK: Final = (0.1, 0.75)
"""It ends between these distances below the chin."""


class Lighting(EffectParams):
    """Parameters of ``lighting``."""

    strength: Strength = 70
    """How far side light is taken off the face."""
    fill: Strength = 50
    """Fill light for a face that got too little: it corrects the exposure and never a complexion, which the whites of
    the eyes, teeth and highlights tell apart."""

    @property
    def is_identity(self) -> bool:
        """Whether neither side light is taken off nor light filled in."""
        return self.strength == 0 and self.fill == 0


def apply(portrait: Portrait, params: Lighting) -> Portrait:
    """Light the face evenly and sufficiently.

    Raises
    ------
    EffectRefusedError
        The head is turned too far for its sides to be compared, leans, is too small, or the photo cuts it off.
    """
    if params.is_identity:
        return portrait
    check(KIND, portrait, LIMITS)
    check_whole_face(KIND, portrait)
    found = parts(portrait)
    check_no_hand(KIND, portrait, found.skin)
    area = _Area.of(portrait)
    cells = area.shrink(portrait.rgb).astype(np.float32)
    points = area.points(portrait.landmarks)
    field = np.zeros(cells.shape, np.float32)
    if params.strength:
        light = np.log(np.maximum(cells, DARKEST) / 255) * np.float32(GAMMA)
        skin = bare_skin(light, area.shrink(found.hair), points)
        field += evening(light, skin, points) * np.float32(params.strength / 100)
    if params.fill:
        field += np.float32(missing_light(cells, points) * params.fill / 100)
    if not field.any():
        return portrait
    rgb = area.relight(portrait.rgb, field, lit_mask(portrait, found))
    return replace(portrait, rgb=rgb)


def bare_skin(light: F32, hair: Matte, points: F32) -> Matte:
    """Where the bare skin of the face shows for sure, ``(h, w)`` float32 in 0..1; arguments as for :func:`evening`."""
    shape, width = light.shape[:2], face_width(points)
    oval = points[list(mesh.FACE_OVAL)]
    skin = polygon_mask(oval, shape)
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE, mesh.LEFT_BROW, mesh.RIGHT_BROW, mesh.LIPS_OUTER):
        hull = cv2.convexHull(points[list(ring)])[:, 0]
        skin *= 1 - cv2.dilate(polygon_mask(hull, shape, smooth=False), disc(0.025 * width))
    outside = 1 - polygon_mask(_scaled(oval, CORE), shape)
    skin *= 1 - cv2.dilate(hair * outside, disc(0.04 * width))
    bright = np.asarray(light @ LUMINANCE_WEIGHTS / np.float32(GAMMA), np.float32)
    for _ in range(2):
        around = np.maximum(_smooth(skin, AROUND * width), 1e-3)
        mean = _smooth(np.asarray(bright * skin, np.float32), AROUND * width) / around
        skin = np.asarray(skin * smoothstep(np.asarray(bright - mean, np.float32), *HAIR_LIKE), np.float32)
    return np.asarray(cv2.erode(skin, disc(0.01 * width)), np.float32)


def evening(light: F32, skin: Matte, points: F32) -> F32:
    """By which factor the face must be lit so that both sides are alike.

    Parameters
    ----------
    light
        ``(h, w, 3)`` float32, natural logarithm of linear R, G, B.
    skin
        ``(h, w)`` float32, 0..1: where the skin of the face shows.
    points
        ``(478, 2)`` float32: the landmarks in the same cells.

    Returns
    -------
    F32
        ``(h, w, 3)``, natural logarithm, of R, G, B; 0 on a face that is lit evenly.
    """
    mirrored = mirror_map(points, skin.shape)
    width = face_width(points)
    bright = (light @ LUMINANCE_WEIGHTS)[..., None]
    half = _one_sided(bright, skin, mirrored, LIGHT_SIGMA * width, SPREAD_SIGMA * width)
    tint = _one_sided(light - bright, skin, mirrored, TINT_SIGMA * width, SPREAD_SIGMA * width)
    half = np.float32(LIGHT_MAX) * np.tanh(half / np.float32(LIGHT_MAX))
    lift = np.float32(SHADE_BIAS) * (np.hypot(half, np.float32(BIAS_EASE)) - np.float32(BIAS_EASE))
    return np.asarray(lift - half - np.float32(TINT_MAX) * np.tanh(tint / np.float32(TINT_MAX)), np.float32)


def missing_light(cells: F32, points: F32) -> float:
    """By how much a face is underexposed, natural logarithm; 0 for one that is not.

    Parameters
    ----------
    cells
        ``(h, w, 3)`` float32, 0..255.
    points
        ``(478, 2)`` float32: the landmarks in the same cells.
    """
    face = polygon_mask(points[list(mesh.FACE_OVAL)], cells.shape) > 0.5
    if not face.any():
        return 0.0
    linear = (cells[face] / np.float32(255)) ** np.float32(GAMMA) @ LUMINANCE_WEIGHTS
    brightest = float(np.percentile(linear, 98))
    return float(np.clip(np.log(EXPOSED / max(brightest, 1e-3)), 0, FILL_MAX))


def lit_mask(portrait: Portrait, found: Parts) -> Matte:
    """Where the effect may change something: the face with all that lies in it, ears and neck; ``(H, W)``, 0..1."""
    points, unit = portrait.landmarks[:, :2], face_width(portrait.landmarks)
    oval = points[list(mesh.FACE_OVAL)]
    shape = portrait.alpha.shape
    person = found.face_skin + found.brows + found.lips + found.mouth + found.eyes + found.beard + found.glasses
    rows = np.arange(portrait.height, dtype=np.float32)[:, None]
    columns = np.arange(portrait.width, dtype=np.float32)[None]
    down = (rows - np.float32(portrait.chin_y)) / np.float32(unit)
    aside = np.abs(columns - np.float32(portrait.centre_x)) / np.float32(unit)
    half = np.float32(np.ptp(oval[:, 0]) / 2 / unit)
    near = (1 - smoothstep(down, *NECK)) * (1 - smoothstep(aside - half, *BESIDE))
    allowed = smoothstep(person + found.body_skin, 0.15, 0.85) * near
    core = blur(polygon_mask(_scaled(oval, CORE), shape), 0.02 * unit) * (portrait.alpha > 0)
    return np.asarray(np.maximum(allowed, smoothstep(core, 0.05, 0.95)), np.float32)


def mirror_map(points: F32, shape: tuple[int, ...]) -> F32:
    """Return ``(h, w, 2)`` float32, ``(x, y)``: the mirror place of each cell, by the mesh."""
    surface = points[: mesh.SURFACE_POINTS]
    partner = points[list(mesh.MIRROR[: mesh.SURFACE_POINTS])]
    across = (partner - surface)[partner[:, 0] > surface[:, 0]].sum(axis=0)
    across /= np.linalg.norm(across)
    middle = float(surface.mean(axis=0) @ across)

    def reflect(places: F32) -> F32:
        return np.asarray(places - 2 * (places @ across - middle)[:, None] * across, np.float32)

    # Where the mesh differs from a plain reflection, weighted by the nearness of its points (Shepard 1968).
    every = 4
    y, x = np.mgrid[0 : shape[0] + every : every, 0 : shape[1] + every : every].astype(np.float32)
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    squared = (grid**2).sum(axis=1)[:, None] + (surface**2).sum(axis=1) - 2 * grid @ surface.T
    weights = (np.maximum(squared, 0) + np.float32(0.02 * face_width(points)) ** 2) ** -2
    shift = (weights @ (partner - reflect(surface))) / weights.sum(axis=1, keepdims=True)
    coarse = (reflect(grid) + shift).reshape(*x.shape, 2).astype(np.float32)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) / every
    return np.asarray(cv2.remap(coarse, columns, rows, cv2.INTER_LINEAR))


def _one_sided(values: F32, skin: Matte, mirrored: F32, sigma: float, spread: float) -> F32:
    """Half the difference of smoothed values and those of the mirror place, continued to where either is unknown."""
    known = _smooth(skin, sigma)
    smooth = _smooth(values * skin[..., None], sigma) / np.maximum(known, 1e-3)[..., None]
    there = cv2.remap(
        np.dstack([smooth, known]), mirrored[..., 0], mirrored[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )
    trust = smoothstep(np.minimum(known, there[..., -1]), 0, KNOWN)
    return _continued((smooth - there[..., :-1]) / 2, trust, spread)


def _continued(values: F32, trust: Matte, sigma: float) -> F32:
    """Weighted means of trusted values, of ever wider surroundings where there are none near."""
    trusted = values * trust[..., None]
    total, weight = trusted, trust
    for wider, share in ((sigma / 4, 1.0), (sigma, 0.05), (3 * sigma, 0.002)):
        total = total + _smooth(trusted, wider) * np.float32(share)
        weight = weight + _smooth(trust, wider) * np.float32(share)
    return np.asarray(total / np.maximum(weight, 1e-6)[..., None], np.float32)


def _smooth(field: F32, sigma: float) -> F32:
    """Gaussian of ``sigma`` cells; there is nothing beyond the border."""
    smooth = cv2.GaussianBlur(field, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(smooth, np.float32).reshape(field.shape)


def _scaled(outline: F32, factor: float) -> F32:
    middle = outline.mean(axis=0)
    return np.asarray(middle + (outline - middle) * np.float32(factor), np.float32)


@dataclass(frozen=True)
class _Area:
    """The part of the picture that is worked on, px, and the side of its cells."""

    left: int
    top: int
    right: int
    bottom: int
    cell: float

    @classmethod
    def of(cls, portrait: Portrait) -> _Area:
        points, unit = portrait.landmarks[: mesh.SURFACE_POINTS, :2], face_width(portrait.landmarks)
        aside, above, below = REACH
        left, top = np.floor(points.min(axis=0) - unit * np.array((aside, above))).astype(int)
        right, bottom = np.ceil(points.max(axis=0) + unit * np.array((aside, below))).astype(int)
        return cls(
            max(int(left), 0),
            max(int(top), 0),
            min(int(right), portrait.width),
            min(int(bottom), portrait.height),
            max(unit / CELLS_PER_FACE, 1.0),
        )

    @property
    def pixels(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def cells(self) -> tuple[int, int]:
        """Columns and rows of cells."""
        width, height = self.right - self.left, self.bottom - self.top
        return max(round(width / self.cell), 1), max(round(height / self.cell), 1)

    def shrink(self, picture: Rgb | Matte) -> F32:
        """Mean of each cell, of the type of the picture."""
        part = np.ascontiguousarray(picture[self.pixels])
        return np.asarray(cv2.resize(part, self.cells, interpolation=cv2.INTER_AREA))

    def points(self, landmarks: Landmarks) -> F32:
        """Landmarks in cells, ``(478, 2)``."""
        size = np.array((self.right - self.left, self.bottom - self.top), np.float32)
        offset = np.array((self.left, self.top), np.float32) - np.float32(0.5)
        scale = np.array(self.cells, np.float32) / size
        return np.asarray((landmarks[:, :2] - offset) * scale - np.float32(0.5), np.float32)

    def relight(self, picture: Rgb, field: F32, mask: Matte) -> Rgb:
        """Multiply the light of the picture by a field of logarithms within a mask.

        Lifting lets go towards white with the cube of the level and lowering with its sixth power, so that highlights
        stay what they are.
        """
        size = (self.right - self.left, self.bottom - self.top)
        factor = cv2.resize(np.exp(field / np.float32(GAMMA)), size, interpolation=cv2.INTER_LINEAR)
        more = (factor - 1) * mask[self.pixels][..., None]
        level = picture[self.pixels].astype(np.float32) / 255
        cube = level * level * level
        roll = np.where(more > 0, cube, cube * cube)
        lit = level * (1 + more) / (1 + more * roll)
        result = picture.copy()
        result[self.pixels] = np.clip(np.rint(lit * 255), 0, 255).astype(np.uint8)
        return result
