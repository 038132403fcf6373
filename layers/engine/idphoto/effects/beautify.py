"""美颜: one tap, or each value by itself; first the shape, in one warp, then light and colour of the skin alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any, Final

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Matte, Rgb
from idphoto.complexion import Ground, level_region, level_tone, soften
from idphoto.effects import gates
from idphoto.effects.base import EffectParams, Strength
from idphoto.effects.gates import Limits
from idphoto.effects.skin import skin_mask
from idphoto.parts import Parts, parts
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import blur, face_width, polygon_mask
from idphoto.warp import field_from_moves, warp

KIND: Final = "beautify"
LIMITS: Final = Limits(yaw=50, roll=30, face_width=48)
SHAPE_LIMITS: Final = Limits(yaw=25, roll=30, face_width=48)
"""In a head turned farther the far outline of the face is that of the cheek bone, and would be dented."""

DEFAULT_LEVEL: Final = 2
LEVELS: Final[Mapping[str, tuple[float, ...]]] = MappingProxyType(
    {
        "smooth": (0, 20, 35, 50, 65, 80),
        "whiten": (0, 8, 14, 22, 32, 45),
        "rosy": (0, 5, 10, 15, 22, 30),
        "eyes_left": (0, 7, 14, 24, 36, 50),
        "eyes_right": (0, 7, 14, 24, 36, 50),
        "face_slim_left": (0, 6, 12, 20, 28, 38),
        "face_slim_right": (0, 6, 12, 20, 28, 38),
        "jaw": (0, 4, 8, 12, 18, 25),
        "nose": (0, 3, 6, 12, 20, 30),
        "mouth": (0, 0, 0, 5, 10, 15),
        "teeth": (0, 20, 30, 45, 60, 75),
        "dark_circles": (0, 25, 40, 50, 65, 80),
        "blemish": (0, 40, 60, 75, 90, 100),
    }
)
"""The values of each level; the second is what a good studio does, and nobody sees it."""
BOTH_SIDES: Final = ("eyes", "face_slim")

EYE_GROWTH: Final = 0.14
"""How much larger an eye is at full strength."""
SLIM_MOST: Final = 0.05
JAW_MOST: Final = 0.035
JAW_LIFT: Final = 0.012
"""Moves of the outline at full strength, in face widths."""
NOSE_MOST: Final = 0.12
MOUTH_MOST: Final = 0.1
"""How much narrower the wings of the nose, and how much smaller the mouth at full strength."""
SUPPORT: Final = 0.3
"""How far a moved point acts, in face widths."""

SMOOTH_TONE: Final = 0.6
"""What smoothing evens of the tone, beside the roughness."""
WHITEN_GAIN: Final = 1.35
"""Factor on the light of the skin at full strength: the same for every complexion, so that hue and saturation stay."""
WHITEN_UP_TO: Final = 78.0, 96.0
"""L* of the skin between which there is less and less to be gained."""
NECK_LIGHTER: Final = 3.0, 10.0
NECK_HUE: Final = 8.0, 16.0
"""Excess of L* and distance in a*, b* from the middle of the face between which a place below the jaw is no neck: a
neck lies in the shade of the chin, a pale collar in the light."""
NECK_CELL: Final = 4
"""Side, px, of the cells in which it is judged."""
ROSY: Final = 4.5
"""Rise of a* at full strength at L* = 70; in proportion for darker skin."""
SPOT: Final = 0.004, 0.008, 0.035
"""Sizes (sigma) of what is left of the skin's grain, of a spot, and of the skin around, in face widths."""
SPOT_RED: Final = 1.2, 4.0
"""Excess of a* between which a spot is an inflamed one; a freckle or a mole is brown: dark, but hardly redder."""
SPOT_DARK: Final = 10.0, 18.0
"""Lack of L* between which a spot is a mole, whatever its colour, and stays."""
TOOTH_LIGHT: Final = 0.32, 0.55
"""Lightness, as a part of the brightest in the mouth, between which it is a tooth and not the dark behind."""
TOOTH_RED: Final = 14.0, 22.0
"""a* between which it is a lip, the tongue or the gum."""
TOOTH_LIFT: Final = 6.0
TOOTH_YELLOW: Final = 0.7
"""Rise of L*, and part of the yellow taken off, at full strength."""

_OUTLINE: Final[Mapping[int, tuple[float, float]]] = {
    127: (0.08, 0.0), 234: (0.25, 0.0), 93: (0.5, 0.0), 132: (0.8, 0.05), 58: (1.0, 0.2), 172: (1.0, 0.5),
    136: (0.9, 0.8), 150: (0.7, 1.0), 149: (0.45, 1.0), 176: (0.25, 0.6), 148: (0.1, 0.25), 152: (0.0, 0.0),
    123: (0.2, 0.0), 147: (0.4, 0.0), 213: (0.55, 0.1), 192: (0.6, 0.2), 214: (0.6, 0.4), 135: (0.6, 0.5),
    169: (0.5, 0.6), 170: (0.35, 0.6), 140: (0.2, 0.4), 171: (0.1, 0.2),
}  # fmt: skip
"""Points of the viewer's left half: what slimming and what the jaw moves of them."""
_LID_CREASE: Final = (247, 30, 29, 27, 28, 56, 190, 226, 25, 110, 24, 23, 22, 26, 112, 130, 243)
_NOSE_WINGS: Final = (129, 98, 64, 48, 49, 115, 131, 220, 219, 235, 240, 99, 60, 75, 102, 59, 166, 79)
_HELD: Final = (1, 4, 6, 168, 197, 195, 8, 9, 151, 10, 70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 103, 67, 109, 54, 21)
_RIM: Final = (205, 50, 36, 187, 207, 216, 206, 165, 92, 186, 18, 200, 199, 2, 164, 201, 194, 204)
"""Cheeks and chin within the outline: they move less than it, and the mouth between them not at all."""

_NOSTRILS: Final = (98, 97, 2, 326, 327, 278, 48)

Level = Annotated[int, Field(ge=0, le=5)]
_LEVEL: Final = TypeAdapter[int | None](Level | None)
Shorthand = Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False, exclude=True)]


class Beautify(EffectParams):
    """How a face is retouched: a level, single values from 0 to 100, or a level with some values of one's own.

    ``level``, ``eyes`` and ``face_slim`` are short for others, which they are replaced by. Left and right are the
    viewer's. A request that names nothing asks for level 2; one that names single values only gets these alone.
    """

    level: Annotated[Level | None, Field(exclude=True)] = None
    eyes: Shorthand = None
    face_slim: Shorthand = None
    smooth: Strength = 0.0
    whiten: Strength = 0.0
    rosy: Strength = 0.0
    eyes_left: Strength = 0.0
    eyes_right: Strength = 0.0
    face_slim_left: Strength = 0.0
    face_slim_right: Strength = 0.0
    jaw: Strength = 0.0
    nose: Strength = 0.0
    mouth: Strength = 0.0
    teeth: Strength = 0.0
    dark_circles: Strength = 0.0
    blemish: Strength = 0.0

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        level = data.get("level")
        if level is None and all(data.get(name) is None for name in (*LEVELS, *BOTH_SIDES)):
            level = DEFAULT_LEVEL
        try:
            level = _LEVEL.validate_python(level)
        except ValidationError:
            return data  # the field itself says what is wrong with it
        values = {name: values[level] for name, values in LEVELS.items()} if level is not None else {}
        for name in BOTH_SIDES:
            if data.get(name) is not None:
                values |= {f"{name}_left": data[name], f"{name}_right": data[name]}
        short = ("level", *BOTH_SIDES)
        return {**values, **{name: value for name, value in data.items() if value is not None and name not in short}}

    @property
    def is_identity(self) -> bool:
        """Whether the effect changes nothing, whatever the portrait."""
        return not any(getattr(self, name) for name in LEVELS)

    @property
    def shapes(self) -> bool:
        """Whether anything is moved."""
        values = (self.eyes_left, self.eyes_right, self.face_slim_left, self.face_slim_right)
        return any((*values, self.jaw, self.nose, self.mouth))

    @property
    def colours(self) -> bool:
        """Whether the skin or the teeth get another colour."""
        return any((self.smooth, self.whiten, self.rosy, self.teeth, self.dark_circles, self.blemish))


def apply(portrait: Portrait, params: Beautify) -> Portrait:
    """Retouch a face.

    Raises
    ------
    EffectRefusedError
        The head is turned or tilted, or the face small or, where its shape shall change, cut off.
    """
    if params.is_identity:
        return portrait
    gates.check(KIND, portrait, SHAPE_LIMITS if params.shapes else LIMITS)
    if params.shapes:
        gates.check_whole_face(KIND, portrait)
        portrait = reshape(portrait, params)
    return recolour(portrait, params) if params.colours else portrait


def reshape(portrait: Portrait, params: Beautify) -> Portrait:
    """Return the portrait with the shape of eyes, nose, mouth and outline changed, all in one warp."""
    landmarks = portrait.landmarks
    moves: dict[int, F32] = {point: np.zeros(2, np.float32) for point in _both(_HELD + _RIM)}
    moves |= {point: np.zeros(2, np.float32) for point in (*mesh.LIPS_OUTER, 61, 291)}
    _shape_outline(moves, landmarks, params)
    _scale(moves, landmarks, (*mesh.LIPS_OUTER, *mesh.LIPS_INNER), -MOUTH_MOST * params.mouth / 100)
    _narrow_nose(moves, landmarks, NOSE_MOST * params.nose / 100)
    for ring, iris, crease, strength in (
        (mesh.LEFT_EYE, (mesh.LEFT_IRIS_CENTRE, *mesh.LEFT_IRIS), _LID_CREASE, params.eyes_left),
        (
            mesh.RIGHT_EYE,
            (mesh.RIGHT_IRIS_CENTRE, *mesh.RIGHT_IRIS),
            tuple(mesh.MIRROR[point] for point in _LID_CREASE),
            params.eyes_right,
        ),
    ):
        growth, middle = EYE_GROWTH * strength / 100, mesh.centre(landmarks, ring)
        _scale(moves, landmarks, (*ring, *iris), growth, middle)
        _scale(moves, landmarks, crease, growth * 0.55, middle)
    points = sorted(moves)
    start = landmarks[points, :2]
    shift = np.array([moves[point] for point in points], np.float32)
    return warp(portrait, field_from_moves(portrait, start, start + shift, support=SUPPORT * face_width(landmarks)))


def recolour(portrait: Portrait, params: Beautify) -> Portrait:
    """Return the portrait with light and colour of skin and teeth changed; nothing else changes."""
    found = parts(portrait)
    gates.check_no_hand(KIND, portrait, found.skin)
    rgb = portrait.rgb
    mask = skin_mask(portrait, replace(found, body_skin=found.body_skin * _like_face(portrait, found)))
    if mask.any() and any((params.smooth, params.whiten, params.rosy, params.dark_circles, params.blemish)):
        ground = Ground.of(rgb, mask, face_width(portrait.landmarks))
        rgb = ground.apply(rgb, _skin_change(ground, portrait, params))
    if params.teeth:
        rgb = _whiten_teeth(replace(portrait, rgb=rgb), found, params.teeth / 100)
    return replace(portrait, rgb=rgb)


def _like_face(portrait: Portrait, found: Parts) -> Matte:
    """Return how far a colour may be that of this person's neck, 0..1: a pale collar is not taken for skin."""
    size = (max(1, portrait.width // NECK_CELL), max(1, portrait.height // NECK_CELL))
    small, face = (cv2.resize(field, size, interpolation=cv2.INTER_AREA) for field in (portrait.rgb, found.face_skin))
    lab = cv2.cvtColor(small.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    sure = lab[face > 0.9]
    if not len(sure):
        return np.zeros(portrait.alpha.shape, np.float32)
    differs = lab - np.median(sure, axis=0)
    hue = np.hypot(differs[..., 1], differs[..., 2])
    like = (1 - smoothstep(differs[..., 0], *NECK_LIGHTER)) * (1 - smoothstep(hue, *NECK_HUE))
    like = blur(like.astype(np.float32), 2.0)
    return np.asarray(cv2.resize(like, (portrait.width, portrait.height), interpolation=cv2.INTER_LINEAR), np.float32)


def _both(points: tuple[int, ...]) -> set[int]:
    return {*points, *(mesh.MIRROR[point] for point in points)}


def _shape_outline(moves: dict[int, F32], landmarks: Landmarks, params: Beautify) -> None:
    """Move the outline towards the midline of the face, and the jaw a little up."""
    width = face_width(landmarks)
    across = landmarks[mesh.RIGHT_CHEEK_EDGE, :2] - landmarks[mesh.LEFT_CHEEK_EDGE, :2]
    across = across / np.float32(np.hypot(*across))
    up = np.array([across[1], -across[0]], np.float32)
    middle = landmarks[list(mesh.MIDLINE), :2].mean(axis=0)
    jaw = params.jaw / 100
    for side, slim in ((0, params.face_slim_left / 100), (1, params.face_slim_right / 100)):
        for point, (of_slim, of_jaw) in _OUTLINE.items():
            index = mesh.MIRROR[point] if side else point
            away = float((landmarks[index, :2] - middle) @ across) / (0.5 * width)
            inwards = (SLIM_MOST * of_slim * slim + JAW_MOST * of_jaw * jaw) * width * np.clip(-away * 1.6, -1, 1)
            moves[index] = inwards * across + JAW_LIFT * of_jaw * jaw * width * up


def _scale(
    moves: dict[int, F32], landmarks: Landmarks, points: tuple[int, ...], growth: float, middle: F32 | None = None
) -> None:
    """Move points away from their middle by a part of their distance."""
    middle = mesh.centre(landmarks, points) if middle is None else middle
    for point in points:
        moves[point] = (landmarks[point, :2] - middle) * np.float32(growth)


def _narrow_nose(moves: dict[int, F32], landmarks: Landmarks, part: float) -> None:
    for point in _NOSE_WINGS:
        inwards = (landmarks[mesh.MIRROR[point], :2] - landmarks[point, :2]) * np.float32(part / 2)
        moves[point], moves[mesh.MIRROR[point]] = inwards, -inwards


def _skin_change(ground: Ground, portrait: Portrait, params: Beautify) -> F32:
    """Return what is added to the reduced picture of the skin, CIELAB."""
    change, points = np.zeros_like(ground.lab), _points_on(ground, portrait)
    if params.smooth:
        smooth = params.smooth / 100
        change += soften(ground, smooth) + level_tone(ground, SMOOTH_TONE * smooth)
    if params.dark_circles:
        change += level_region(ground, _below_eyes(ground, points), params.dark_circles / 100)
    if params.blemish:
        change += _heal(ground, _away_from_features(ground, points), params.blemish / 100)
    lab = ground.lab + change
    if params.whiten:
        gain = WHITEN_GAIN ** (params.whiten / 300) - 1
        lift = gain * (1 - smoothstep(ground.around(lab[..., 0], 0.02), *WHITEN_UP_TO))
        # L* + 16, a* and b* all go with the cube root of the light: so the colour keeps its chromaticity.
        change += (lab + np.array([16, 0, 0], np.float32)) * lift[..., None]
    if params.rosy:
        change[..., 1] += ROSY * params.rosy / 100 * np.clip(lab[..., 0] / 70, 0, 1.1)
    return change


def _heal(ground: Ground, where: F32, amount: float) -> F32:
    """Return the change that takes inflamed spots off; freckles and moles stay."""
    weight = ground.weight * ground.weight * where + np.float32(1e-4)
    finest, fine, wide = (ground.around(ground.lab, sigma, weight) for sigma in SPOT)
    differs = fine - wide
    red, dark = differs[..., 1], -differs[..., 0]
    spot = smoothstep(red, *SPOT_RED) * (1 - smoothstep(dark, *SPOT_DARK)) * smoothstep(dark, -3.0, 1.0)
    spot = np.minimum(blur(spot * where, SPOT[1] * ground.unit) * 2, 1)
    # The skin around is that without the spots.
    clean = ground.around(ground.lab, SPOT[2], weight * (1 - spot) + np.float32(1e-5))
    return np.asarray((clean - finest) * (spot * np.float32(amount))[..., None], np.float32)


def _points_on(ground: Ground, portrait: Portrait) -> F32:
    """Return the landmarks in the reduced picture, ``(478, 2)`` px."""
    top, bottom, left, right = ground.box
    height, width = ground.weight.shape
    scale = np.array([width / (right - left), height / (bottom - top)], np.float32)
    return np.asarray((portrait.landmarks[:, :2] - (left, top) + 0.5) * scale - 0.5, np.float32)


def _below_eyes(ground: Ground, points: F32) -> Matte:
    mask = np.zeros(ground.weight.shape, np.float32)
    for ring in (mesh.LEFT_UNDER_EYE, mesh.RIGHT_UNDER_EYE):
        mask = np.maximum(mask, polygon_mask(points[list(ring)], mask.shape))
    return blur(mask, 0.012 * ground.unit)


def _away_from_features(ground: Ground, points: F32) -> Matte:
    """Return 1 on the face's skin, 0 near eyes, brows, nostrils and lips, which are red or dark by nature."""
    shape = ground.weight.shape
    near = np.zeros(shape, np.float32)
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE, mesh.LEFT_BROW, mesh.RIGHT_BROW, mesh.LIPS_OUTER, _NOSTRILS):
        near = np.maximum(near, polygon_mask(points[list(ring)], shape, smooth=ring is not _NOSTRILS))
    side = 2 * max(1, round(0.03 * ground.unit)) + 1
    near = cv2.dilate(near, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    face = polygon_mask(points[list(mesh.FACE_OVAL)], shape)
    return np.asarray(blur(face * (1 - near), 0.012 * ground.unit), np.float32)


def _whiten_teeth(portrait: Portrait, found: Parts, amount: float) -> Rgb:
    """Return the picture with less yellow in the teeth."""
    ys, xs = np.nonzero(found.mouth > 0)
    if gates.mouth_opening(portrait.landmarks) < 0.04 or not ys.size:
        return portrait.rgb
    box = np.s_[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    part = portrait.rgb[box]
    lab = cv2.cvtColor(part.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    light = lab[..., 0]
    brightest = max(float(np.percentile(light, 95)), 1.0)
    soft = blur(lab, 0.004 * face_width(portrait.landmarks))
    tooth = smoothstep(soft[..., 0] / brightest, *TOOTH_LIGHT) * (1 - smoothstep(soft[..., 1], *TOOTH_RED))
    weight = found.mouth[box] * tooth * np.float32(amount)
    lab[..., 0] += weight * TOOTH_LIFT * (1 - smoothstep(light, 80, 98))
    lab[..., 2] -= weight * TOOTH_YELLOW * np.maximum(lab[..., 2] - 2, 0)
    changed = np.clip(np.rint(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB) * 255), 0, 255).astype(np.uint8)
    rgb = portrait.rgb.copy()
    rgb[box] = np.where((weight > 0)[..., None], changed, part)
    return rgb
