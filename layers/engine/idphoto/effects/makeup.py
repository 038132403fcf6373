"""Make-up (美妆): a look, given as data, put on the person's own colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from idphoto import cosmetics, mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte
from idphoto.cosmetics import Face
from idphoto.effects.base import EffectParams, EffectRefusedError, Strength
from idphoto.effects.gates import Limits, check, check_open_eyes, check_whole_face
from idphoto.looks import Lips, Look, Pigment, read_look
from idphoto.parts import Parts, parts
from idphoto.pigment import density, deposit, rgb_of
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import blur, enlarge, face_width, reduce_points

KIND: Final = "makeup"

LIMITS: Final = Limits(yaw=32, roll=20, face_width=64)
"""Beyond, one cheek is hidden and its landmarks are a guess; in a smaller face a lid is thinner than two pixels."""

EYE_CONTRAST: Final = 12.0
"""How much darker than the skin the darkest part of an eye is at least, L*; a hand or hair over it is not."""
SKIN_CHROMA: Final = 3.0
"""Least chroma of skin in a colour photo; the palest of twenty-two portraits measured 12.5."""
LIPS_RING: Final = 0.06
"""Width of the skin around the lips that they are compared to, in face widths."""
LIPS_CONTRAST: Final = 1.5
"""How much lips differ at least from the skin around them in a* and b*; a hand over them does not."""

LIP_EDGE: Final = 0.005
"""Softness (sigma) of the lips' edge, in face widths."""
SHINE: Final = (10.0, 32.0)
"""Excess of L* over the lips' own between which a highlight sets in, which lies on top of the pigment."""
SHINE_KEPT: Final = 0.7
GLOSS: Final = 0.3
"""Logarithm of the gain of a highlight under a full gloss."""
SHADE: Final = 0.42
LIGHT: Final = 0.16
"""Logarithm of the gain of a full contour's shade and light."""

EYES_MARGIN, LIPS_MARGIN = 0.11, 0.05
"""Reach of what lies on eyes and lips beyond their landmarks, in face widths."""

Place = tuple[slice, slice]

_SOFT_FACE: Final = 130.0
"""Width of the face in which soft fields are drawn, px."""


class Makeup(EffectParams):
    """Parameters of ``makeup``."""

    material_id: Annotated[str, Field(min_length=1, max_length=80)] = "barely_there"
    """Which look."""
    intensity: Strength = 70
    """How much of it."""

    @property
    def is_identity(self) -> bool:
        """Whether nothing is put on."""
        return self.intensity == 0


def apply(portrait: Portrait, params: Makeup, material: bytes) -> Portrait:
    """Put a look on.

    Parameters
    ----------
    material
        The look's TOML file.

    Raises
    ------
    LookError
        The material is not a look.
    EffectRefusedError
        The face is turned, leans, is too small, cut off or covered, or has its eyes closed under a look for the eyes.
    """
    look = read_look(material)
    if params.is_identity:
        return portrait
    check_whole_face(KIND, portrait)
    check(KIND, portrait, LIMITS)
    if look.touches_eyes:
        check_open_eyes(KIND, portrait)
    sitter = _Sitter.of(portrait)
    _refuse_colourless(sitter)
    _refuse_covered(sitter, look)
    densities = np.zeros((*sitter.face.shape, 3), np.float32)
    for place, layer in _layers(sitter, look):
        densities[place] += layer
    densities *= np.float32(params.intensity / 100)
    top, bottom, left, right = sitter.box
    rgb = portrait.rgb.copy()
    before = rgb[top:bottom, left:right]
    made = deposit(before.astype(np.float32) * np.float32(1 / 255), densities) * np.float32(255)
    rgb[top:bottom, left:right] = np.clip(np.rint(made), 0, 255).astype(np.uint8)
    return replace(portrait, rgb=rgb)


@dataclass(frozen=True, eq=False)
class _Sitter:
    """The face that is made up: a part of the portrait, its parts and its colours."""

    lab: F32
    face: Face
    found: Parts
    box: tuple[int, int, int, int]

    @classmethod
    def of(cls, portrait: Portrait) -> _Sitter:
        unit = face_width(portrait.landmarks)
        points = portrait.landmarks[: mesh.SURFACE_POINTS, :2]
        margin = 0.12 * unit
        low, high = np.floor(points.min(axis=0) - margin).astype(int), np.ceil(points.max(axis=0) + margin).astype(int)
        left, top = np.clip(low, 0, (portrait.width - 1, portrait.height - 1))
        right, bottom = np.clip(high, 1, (portrait.width, portrait.height))
        window = np.s_[top:bottom, left:right]
        whole = parts(portrait)
        found = Parts(**{name: np.ascontiguousarray(field[window]) for name, field in vars(whole).items()})
        lab = cv2.cvtColor(portrait.rgb[window].astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
        shifted = np.asarray(portrait.landmarks[:, :2] - (left, top), np.float32)
        return cls(lab, Face(shifted, (bottom - top, right - left), unit), found, (top, bottom, left, right))

    def place(self, indices: tuple[int, ...], margin: float) -> Place:
        """Return where some landmarks lie, with a margin in face widths."""
        points = self.face.points[list(indices)]
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        around = margin * self.face.unit
        height, width = self.face.shape
        rows = slice(int(np.clip(top - around, 0, height - 1)), int(np.clip(bottom + around + 1, 1, height)))
        columns = slice(int(np.clip(left - around, 0, width - 1)), int(np.clip(right + around + 1, 1, width)))
        return rows, columns

    def cut(self, place: Place) -> _Sitter:
        """Return a part of it."""
        rows, columns = place
        points = np.asarray(self.face.points - (columns.start, rows.start), np.float32)
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        found = Parts(**{name: np.ascontiguousarray(field[place]) for name, field in vars(self.found).items()})
        return _Sitter(np.ascontiguousarray(self.lab[place]), Face(points, shape, self.face.unit), found, self.box)

    @cached_property
    def soft(self) -> Face:
        """The face in which soft fields are drawn."""
        scale = min(1.0, _SOFT_FACE / self.face.unit)
        points, shape = reduce_points(self.face.points, self.face.shape, scale)
        return Face(points, shape, self.face.unit * scale)

    def enlarge(self, field: Matte) -> Matte:
        """Bring a soft field to full size."""
        return enlarge(field, self.face.shape)

    def own(self, weight: Matte) -> F32:
        """Return the person's own colour under a field, CIELAB ``(3,)``; that of all skin where the field is empty."""
        total = float(weight.sum())
        if total < 4:
            weight = self.found.face_skin
            total = max(float(weight.sum()), 1e-3)
        return np.asarray(weight.ravel() @ self.lab.reshape(-1, 3) / total, np.float32)

    @cached_property
    def skin_lightness(self) -> float:
        """L* of the skin."""
        return float(self.own(self.found.face_skin)[0])

    @cached_property
    def lids(self) -> Matte:
        """Where lids may be painted: neither eyes, brows, hair nor frames."""
        found = self.found
        return np.asarray(found.face_skin + found.brows * np.float32(0.3), np.float32)


def _layers(sitter: _Sitter, look: Look) -> Iterator[tuple[Place, F32]]:
    """Where everything that a look has lies in the sitter's part of the portrait, and its densities there."""
    whole: Place = (slice(None), slice(None))
    for layer in _soft_layers(sitter, look):
        yield whole, layer
    if look.touches_eyes or look.brows is not None:
        place = sitter.place(mesh.LEFT_BROW + mesh.RIGHT_BROW + mesh.LEFT_EYE + mesh.RIGHT_EYE, EYES_MARGIN)
        eyes = sitter.cut(place)
        for layer in _eye_layers(eyes, look):
            yield place, layer
    if look.lips is not None:
        place = sitter.place(mesh.LIPS_OUTER, LIPS_MARGIN)
        for layer in _lip_layers(sitter.cut(place), look.lips):
            yield place, layer


def _soft_layers(sitter: _Sitter, look: Look) -> Iterator[F32]:
    skin = sitter.found.face_skin
    if look.contour is not None:
        shade, light = (sitter.enlarge(field) * skin for field in cosmetics.contour(sitter.soft, look.contour.shape))
        dark, bright = _leanings(look.contour.colours)
        yield shade[..., None] * (dark * np.float32(-SHADE * look.contour.strength))
        if look.contour.light:
            yield light[..., None] * (bright * np.float32(LIGHT * look.contour.light))
    if look.blush is not None:
        field = sitter.enlarge(cosmetics.blush(sitter.soft, look.blush.shape)) * skin
        yield _coat(sitter, look.blush, field, look.blush.colours[0])


def _eye_layers(sitter: _Sitter, look: Look) -> Iterator[F32]:
    if look.shadow is not None:
        lid, high = (sitter.enlarge(field) * sitter.lids for field in cosmetics.shadow(sitter.soft, look.shadow.shape))
        yield _coat(sitter, look.shadow, lid, look.shadow.colours[0])
        if len(look.shadow.colours) > 1:
            yield _coat(sitter, look.shadow, high, look.shadow.colours[1])
    if look.brows is not None:
        yield _brow_layer(sitter, look.brows.shape, look.brows.strength, look.brows.colours)
    yield from _lines(sitter, look)


def _coat(sitter: _Sitter, pigment: Pigment, field: Matte, colour: str) -> F32:
    gain = density(colour, sitter.own(field), pigment.blend)
    return np.asarray(field[..., None] * (gain * np.float32(pigment.strength)), np.float32)


def _lip_layers(sitter: _Sitter, lips: Lips) -> Iterator[F32]:
    found = sitter.found
    own = sitter.own(found.lips)
    seam = cosmetics.closed_seam(sitter.face, found.mouth)
    field = blur(found.lips + seam, LIP_EDGE * sitter.face.unit) * (1 - found.mouth + seam)
    field = field * _not_teeth(sitter, own) * (1 - found.background)
    above = sitter.lab[..., 0] - own[0]
    shine = smoothstep(above, *SHINE)
    pigment = field * (1 - np.float32(SHINE_KEPT) * shine)
    inside = cosmetics.inner_fade(sitter.face, found.mouth)
    if lips.shape == "gradient":
        outer, inner = pigment * (np.float32(0.25) + np.float32(0.45) * inside), pigment * inside
        yield outer[..., None] * (density(lips.colours[0], own, lips.blend) * np.float32(lips.strength))
        yield inner[..., None] * (density(lips.colours[-1], own, lips.blend) * np.float32(0.5 * lips.strength))
    else:
        mix = inside * np.float32(0.6) if len(lips.colours) > 1 else np.zeros_like(inside)
        for colour, share in ((lips.colours[0], 1 - mix), (lips.colours[-1], mix)):
            yield (pigment * share)[..., None] * (density(colour, own, lips.blend) * np.float32(lips.strength))
    if lips.gloss:
        glint = field * smoothstep(above, 2.0, 22.0) * np.float32(GLOSS * lips.gloss)
        yield np.repeat(glint[..., None], 3, axis=-1)


def _not_teeth(sitter: _Sitter, own: F32) -> Matte:
    """0 where a pixel close to the open mouth has the paleness of teeth, 1 elsewhere."""
    mouth = sitter.found.mouth
    if not mouth.any():
        return np.ones_like(mouth)
    near = smoothstep(blur(mouth, 0.012 * sitter.face.unit), 0.02, 0.25)
    saturation = np.hypot(sitter.lab[..., 1], sitter.lab[..., 2]) / (sitter.lab[..., 0] + 16)
    usual = float(np.hypot(own[1], own[2]) / (own[0] + 16))
    pale = smoothstep(np.asarray(1 - saturation / max(usual, 0.05), np.float32), 0.2, 0.5)
    bright = smoothstep(sitter.lab[..., 0] - own[0], 6.0, 18.0)
    return np.asarray(1 - near * pale * bright, np.float32)


def _brow_layer(sitter: _Sitter, shape: str, strength: float, colours: tuple[str, ...]) -> F32:
    """Fill what is bare between the hairs with the hairs' own colour."""
    found = sitter.found
    free = np.clip(found.brows + found.face_skin, 0, 1)
    fill = cosmetics.brow_fill(sitter.face, shape) * free
    hairs = found.brows * (found.brows > 0.5)
    skin, hair = sitter.own(found.face_skin), sitter.own(hairs if hairs.sum() > 8 else fill)
    # Where the hairs are as dark as they get there is nothing to fill.
    bare = smoothstep(sitter.lab[..., 0] - hair[0], -4.0, 14.0)
    target = hair + (skin - hair) * np.float32(0.25)
    gain = density(_text(target), skin, "cover")
    if colours:
        gain = gain + (density(colours[0], skin, "cover") - gain) * np.float32(0.4)
    return np.asarray((fill * bare)[..., None] * (np.minimum(gain, 0) * np.float32(0.55 * strength)), np.float32)


def _lines(sitter: _Sitter, look: Look) -> Iterator[F32]:
    found = sitter.found
    clear = np.clip(1 - found.hair - found.glasses - found.background, 0, 1)
    if look.liner is not None:
        field = cosmetics.liner(sitter.face, look.liner.shape, look.liner.lower) * clear
        yield _coat(sitter, look.liner, field * (1 - found.eyes * np.float32(0.6)), look.liner.colours[0])
    if look.lashes is not None:
        field = cosmetics.lashes(sitter.face, look.lashes.shape, look.lashes.length) * clear
        gain = density(look.lashes.colours[0], sitter.own(found.face_skin), "stain")
        yield field[..., None] * (gain * np.float32(0.45 * look.lashes.strength))


def _leanings(colours: tuple[str, ...]) -> tuple[F32, F32]:
    """Gains of the channels relative to their mean: shade is warm unless the look says otherwise, light is neutral."""
    shade, light = np.array([0.82, 1.03, 1.15], np.float32), np.array([1.02, 1.0, 0.95], np.float32)
    if colours:
        shade = -density(colours[0], np.array([65, 12, 18], np.float32), "stain")
        shade = shade / max(float(shade.mean()), 1e-3)
    if len(colours) > 1:
        light = np.asarray(1 + 0.25 * density(colours[1], np.array([72, 10, 18], np.float32), "tint"), np.float32)
    return shade, light


def _text(lab: F32) -> str:
    return "#" + "".join(f"{round(float(level) * 255):02X}" for level in rgb_of(lab))


def _refuse_colourless(sitter: _Sitter) -> None:
    """Raise on a photo without colours, on which a blush would be paint."""
    skin = sitter.own(sitter.found.face_skin)
    chroma = float(np.hypot(skin[1], skin[2]))
    if chroma < SKIN_CHROMA:
        raise EffectRefusedError(
            KIND,
            "PHOTO_COLOURLESS",
            "The photo is black and white; make-up would be the only colour in it.",
            "照片为黑白照片，无法上妆。",
            value=round(chroma, 1),
            allowed=SKIN_CHROMA,
        )


def _refuse_covered(sitter: _Sitter, look: Look) -> None:
    """Raise where the look's places are not to be seen."""
    light = sitter.lab[..., 0]
    if look.touches_eyes:
        for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
            inside = _within(sitter, ring) & (sitter.found.eyes > 0.5)
            dark = sitter.skin_lightness - float(np.percentile(light[inside], 10)) if inside.sum() > 4 else 0.0
            if dark < EYE_CONTRAST:
                raise _covered("eye", "眼部", dark, EYE_CONTRAST)
    if look.lips is not None:
        near = sitter.cut(sitter.place(mesh.LIPS_OUTER, LIPS_RING))
        lips = near.found.lips > 0.7
        close = blur(near.found.lips + near.found.mouth, LIPS_RING / 2 * near.face.unit) > 0.1
        around = close & (near.found.face_skin > 0.7)
        if lips.sum() < 12:
            raise _covered("mouth", "嘴部", 0.0, LIPS_CONTRAST)
        if around.sum() > 12:
            apart = np.median(near.lab[lips], axis=0) - np.median(near.lab[around], axis=0)
            distinct = float(np.hypot(apart[1], apart[2]))
            if distinct < LIPS_CONTRAST:
                raise _covered("mouth", "嘴部", distinct, LIPS_CONTRAST)


def _within(sitter: _Sitter, ring: tuple[int, ...]) -> Mask:
    points = sitter.face.points[list(ring)]
    rows, columns = np.ogrid[: sitter.face.shape[0], : sitter.face.shape[1]]
    (left, top), (right, bottom) = points.min(axis=0) - 1, points.max(axis=0) + 1
    return np.asarray((rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right))


def _covered(what: str, what_zh: str, value: float, allowed: float) -> EffectRefusedError:
    return EffectRefusedError(
        KIND,
        "FACE_COVERED",
        f"The {what} is not clearly visible; make-up cannot be put there.",
        f"{what_zh}不够清晰或被遮挡，无法上妆。",
        value=round(value, 1),
        allowed=allowed,
    )
