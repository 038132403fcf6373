"""A garment: an outfit as data. Pictures of its cloth in neutral light, masks of its parts, colours, and anchors.

A garment file is a ZIP whose members are stored, not packed, with the facts as ``garment.json`` and for each layer a
picture of its shading, one of its gloss, and the masks of its parts below one another. The layer ``back`` lies behind
the neck (the inside of a collar), the layer ``front`` before it, so that a collar may be wider than any neck.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from idphoto import opencv as cv2
from idphoto.arrays import F32
from idphoto.errors import ParameterError
from idphoto.shapes import in_channels, window_of

FORMAT: Final = 1
ALBEDO: Final = np.float32(0.5)
"""Reflectance that every part has in the picture of the shading; a part of another colour is that much brighter."""

SIDE_MAX: Final = 2400
"""Largest width and height of a layer, px: the head of a portrait is at most 800 px high, and 60 cm of cloth with it
2100 px wide."""
FILE_BYTES_MAX: Final = 8 * 1024 * 1024

_SHADE, _GLOSS, _PARTS, _FACTS = "{}_shade.webp", "{}_gloss.webp", "{}_parts.png", "garment.json"
_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""Of every member, so that equal garments are equal files; the earliest that a ZIP can tell."""


class GarmentError(ParameterError):
    """The material is not a garment that can be worn."""

    code = "GARMENT_INVALID"
    message = "The outfit material is not valid."
    message_zh = "换装素材无效。"


class GarmentColourError(ParameterError):
    """The garment does not come in this colour."""

    code = "COLOR_UNKNOWN"
    message = "The outfit does not come in this colour; details.allowed lists its colours."
    message_zh = "该服装没有这种颜色；details.allowed 列出可选颜色。"


Point = tuple[Annotated[float, Field(allow_inf_nan=False)], Annotated[float, Field(allow_inf_nan=False)]]
"""``(x, y)`` in px of a layer; pixel centres are whole numbers."""

Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(str.upper)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Ident = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Anchors(_Frozen):
    """Where a garment is held, in px of a layer; left is the viewer's."""

    neck_pit: Point
    """The hollow between the collar bones."""
    collar_left: Point
    """Where the front meets the side of the neck."""
    collar_right: Point
    collar_front: Point
    """Lowest point of the neck's opening on the midline; below it there is cloth."""
    shoulder_left: Point
    """End of the shoulder on the garment's outline."""
    shoulder_right: Point


class Part(_Frozen):
    """A part that has a colour of its own."""

    id: Ident


class Colouring(_Frozen):
    """One of the colours in which a garment comes."""

    id: Ident
    name: Name
    name_zh: Name
    albedo: Mapping[Ident, Colour]
    """Diffuse reflectance of every part."""


class GarmentFacts(_Frozen):
    """What is known of a garment beside its pictures."""

    format: Literal[1] = FORMAT
    name: Name
    name_zh: Name
    tags: tuple[Name, ...] = ()
    licence: Annotated[str, Field(max_length=40)] = ""
    width: Annotated[int, Field(ge=64, le=SIDE_MAX)]
    height: Annotated[int, Field(ge=64, le=SIDE_MAX)]
    px_per_cm: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    anchors: Anchors
    skin_shown: Literal["neck", "throat", "none"] = "neck"
    """What it leaves bare below the chin: the neck, also the throat below it, or nothing."""
    parts: Annotated[tuple[Part, ...], Field(max_length=6)] = ()
    """None: the pictures have their own colours, and the garment comes in no other. The first is the main part."""
    colours: tuple[Colouring, ...] = ()
    """The first is the default."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ids = {part.id for part in self.parts}
        if len(ids) != len(self.parts) or bool(self.parts) != bool(self.colours):
            raise ValueError("parts and colours do not fit together")
        for colouring in self.colours:
            if colouring.albedo.keys() != ids:
                raise ValueError(f"colour {colouring.id} does not name every part once")
        if len({colouring.id for colouring in self.colours}) != len(self.colours):
            raise ValueError("a colour stands there twice")
        for name, (x, y) in self.anchors:
            if not (0 <= x < self.width and 0 <= y < self.height):
                raise ValueError(f"anchor {name} lies outside the picture")
        return self


@dataclass(frozen=True, eq=False)
class Layer:
    """The pictures of one layer.

    Attributes
    ----------
    shade
        ``(H, W, 4)`` uint8: sRGB-coded radiance of cloth of reflectance :data:`ALBEDO`, without gloss; and opacity,
        with which the colours are not multiplied. Without parts, the cloth's own colours.
    gloss
        ``(H, W)`` uint8: sRGB-coded radiance that is added whatever the colour.
    parts
        ``(N, H, W)`` uint8: coverage of each part; the sum is 255 wherever there is cloth.
    """

    shade: NDArray[np.uint8]
    gloss: NDArray[np.uint8]
    parts: NDArray[np.uint8]

    @property
    def filled(self) -> tuple[slice, slice]:
        """Rows and columns that hold all of the cloth."""
        return window_of(self.shade[..., 3])

    def cut(self, rows: slice, columns: slice) -> Layer:
        """Return a part of the layer, without copying it."""
        return Layer(self.shade[rows, columns], self.gloss[rows, columns], self.parts[:, rows, columns])


@dataclass(frozen=True, eq=False)
class Garment:
    """A garment as it was read."""

    facts: GarmentFacts
    front: Layer
    back: Layer | None

    @cached_property
    def colour_ids(self) -> tuple[str, ...]:
        """The ids of the colours in which it comes."""
        return tuple(colouring.id for colouring in self.facts.colours)

    def albedo(self, colour: str | None) -> dict[str, str]:
        """Return the reflectance ``#RRGGBB`` of every part.

        Parameters
        ----------
        colour
            The id of one of its colours; ``#RRGGBB`` for the main part, with all else as by default; None is the
            default.

        Raises
        ------
        GarmentColourError
        """
        if colour is None and not self.facts.colours:
            return {}
        for colouring in self.facts.colours:
            if colour in {None, colouring.id}:
                return dict(colouring.albedo)
        if colour is not None and colour.startswith("#") and self.facts.colours:
            return {**self.facts.colours[0].albedo, self.facts.parts[0].id: colour.upper()}
        allowed = [*self.colour_ids, *(["#RRGGBB"] if self.facts.parts else [])]
        raise GarmentColourError(given=colour, allowed=allowed)

    def dyed(self, layer: Layer, albedo: Mapping[str, str]) -> F32:
        """Return a layer in its colours: linear light, ``(H, W, 4)`` float32 in 0..1, multiplied by the opacity."""
        dyed = np.zeros((*layer.gloss.shape, 4), np.float32)
        cloth = layer.cut(*layer.filled)
        if cloth.gloss.size:
            dyed[layer.filled] = self._dyed(cloth, albedo)
        return dyed

    def _dyed(self, layer: Layer, albedo: Mapping[str, str]) -> F32:
        light = to_linear(layer.shade[..., :3])
        if albedo:
            gains = np.array([linear_colour(albedo[part.id]) for part in self.facts.parts], np.float32)
            gains /= ALBEDO * np.float32(255)
            tint = np.zeros_like(light)
            for first in range(0, len(gains), _CHANNELS):
                some = slice(first, first + _CHANNELS)
                tint += cv2.transform(
                    cv2.merge(list(layer.parts[some])).astype(np.float32).reshape(*layer.gloss.shape, -1), gains[some].T
                )
            light *= tint
        light += in_channels(to_linear(layer.gloss))
        np.minimum(light, 1, out=light)
        opacity = layer.shade[..., 3].astype(np.float32)
        opacity *= np.float32(1 / 255)
        light *= in_channels(opacity)
        return np.asarray(cv2.merge([*cv2.split(light), opacity]), np.float32)


def read_garment(data: bytes) -> Garment:
    """Read a garment file.

    Raises
    ------
    GarmentError
        The bytes are no garment file, or one whose members do not fit together; ``details`` say where.
    """
    if len(data) > FILE_BYTES_MAX:
        raise GarmentError(bytes=len(data), allowed=FILE_BYTES_MAX)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = {info.filename: _member(file, info) for info in file.infolist()}
        facts = GarmentFacts.model_validate_json(members[_FACTS])
        front = _read_layer(members, "front", facts)
        back = _read_layer(members, "back", facts) if _SHADE.format("back") in members else None
    except ValidationError as error:
        faults = [{"field": ".".join(map(str, fault["loc"])), "reason": fault["msg"]} for fault in error.errors()[:8]]
        raise GarmentError(reason="not a garment", faults=faults) from error
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise GarmentError(reason="not a garment file") from error
    return Garment(facts, front, back)


def read_facts(data: bytes) -> GarmentFacts:
    """Read the facts of a garment file alone.

    Raises
    ------
    GarmentError
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return GarmentFacts.model_validate_json(_member(file, file.getinfo(_FACTS)))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise GarmentError(reason="not a garment file") from error


def write_garment(
    facts: GarmentFacts, front: Layer, back: Layer | None = None, quality: int = 92, effort: int = 6
) -> bytes:
    """Write a garment file; equal garments give equal bytes.

    Parameters
    ----------
    quality
        WebP quality of shading and gloss, 0..100; the opacity and the parts are kept without loss.
    effort
        WebP effort, 0..6: the most saves a few percent and takes twenty times as long as 4.
    """
    members = {_FACTS: json.dumps(facts.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True).encode()}
    for name, layer in (("front", front), ("back", back)):
        if layer is not None:
            clean = _clean_edge(layer)
            members[_SHADE.format(name)] = _webp(Image.fromarray(clean.shade), quality, effort)
            members[_GLOSS.format(name)] = _webp(Image.fromarray(clean.gloss), quality, effort)
            if facts.parts:
                stacked = np.ascontiguousarray(clean.parts.reshape(-1, facts.width))
                stream = io.BytesIO()
                Image.fromarray(stacked).save(stream, "PNG", optimize=True)
                members[_PARTS.format(name)] = stream.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name, _TIME), content)
    return out.getvalue()


def _clean_edge(layer: Layer) -> Layer:
    """Give the pixels of an edge the colours, gloss and parts of those beside them, farther in.

    A renderer and a filter that removes noise leave the colour of an edge to chance, and a bright one is seen as a line
    of dots.
    """
    opaque = (layer.shade[..., 3] >= _SOLID).astype(np.uint8)
    solid = cv2.erode(opaque, np.ones((3, 3), np.uint8)).astype(np.float32)
    side = (2 * _EDGE_PX + 1, 2 * _EDGE_PX + 1)
    near = cv2.blur(solid, side)
    edge = (solid == 0) & (near > 0) & (layer.shade[..., 3] > 0)

    def cleaned(field: NDArray[np.uint8]) -> NDArray[np.uint8]:
        beside = cv2.blur(field.astype(np.float32) * solid, side)[edge] / near[edge]
        clean = field.copy()
        clean[edge] = np.rint(beside).astype(np.uint8)
        return clean

    colours = [cleaned(np.ascontiguousarray(layer.shade[..., channel])) for channel in range(3)]
    parts = layer.parts
    if len(parts):
        parts = np.stack([cleaned(mask) for mask in layer.parts])
        shares = parts[:, edge].astype(np.int16)
        # Rounding is made good where it shows least.
        shares[shares.argmax(axis=0), np.arange(shares.shape[1])] += 255 - shares.sum(axis=0, dtype=np.int16)
        parts[:, edge] = shares.astype(np.uint8)
    return Layer(np.dstack([*colours, layer.shade[..., 3]]), cleaned(layer.gloss), parts)


def to_linear(coded: NDArray[np.uint8]) -> F32:
    """Linear light in 0..1 of sRGB-coded values (IEC 61966-2-1)."""
    return np.asarray(cv2.LUT(coded, _linear_table()), np.float32).reshape(coded.shape)


def to_coded(light: F32) -> F32:
    """sRGB-coded values in 0..255 of linear light; what is beyond 0..1 is clipped."""
    light = np.clip(light, 0, 1)
    # A table, linear between its entries, is within a twentieth of a level of the curve, and ten times as fast.
    place = np.sqrt(light) * np.float32(_CODE_STEPS)
    index = np.minimum(place.astype(np.int32), _CODE_STEPS - 1)
    table = _coded_table()
    low = table.take(index)
    return np.asarray(low + (table.take(index + 1) - low) * (place - index), np.float32)


def linear_colour(text: str) -> F32:
    """Linear light ``(3,)`` of ``#RRGGBB``."""
    return to_linear(np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)], np.uint8))


_SOLID: Final = 250
"""Opacity from which on a pixel's own colour is certain."""
_EDGE_PX: Final = 3
_CHANNELS: Final = 4
"""Most that OpenCV transforms at once."""
_CODE_STEPS: Final = 1024


@lru_cache(1)
def _linear_table() -> F32:
    coded = np.arange(256) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype(np.float32)


@lru_cache(1)
def _coded_table() -> F32:
    light = (np.arange(_CODE_STEPS + 1) / _CODE_STEPS) ** 2
    coded = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    return (coded * 255).astype(np.float32)


def _member(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type != zipfile.ZIP_STORED or info.file_size > FILE_BYTES_MAX:
        raise ValueError("a packed member")
    return file.read(info)


def _read_layer(members: Mapping[str, bytes], name: str, facts: GarmentFacts) -> Layer:
    size = (facts.width, facts.height)
    shade = _picture(members[_SHADE.format(name)], "WEBP", "RGBA", size)
    gloss = _picture(members[_GLOSS.format(name)], "WEBP", "L", size)
    count = len(facts.parts)
    if count:
        stacked = _picture(members[_PARTS.format(name)], "PNG", "L", (facts.width, facts.height * count))
    else:
        stacked = np.zeros((0, facts.width), np.uint8)
    return Layer(shade, gloss, stacked.reshape(count, facts.height, facts.width))


def _picture(data: bytes, kind: str, mode: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        if image.size != size:
            raise ValueError("a picture of another size")
        return np.array(image.convert(mode), np.uint8)


def _webp(image: Image.Image, quality: int, effort: int) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=quality, alpha_quality=100, method=effort)
    return stream.getvalue()
