"""A look: make-up as data. What is put where, in which colours and shape, how it covers and how strongly.

A look is a TOML file; :func:`read_look` reads and checks it.
"""

from __future__ import annotations

import json
import tomllib
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from idphoto.errors import ParameterError

LOOK_BYTES_MAX: Final = 64 * 1024


class LookError(ParameterError):
    """The material is not a look that can be put on."""

    code = "MATERIAL_INVALID"
    message = "The make-up material is not valid."
    message_zh = "美妆素材无效。"


Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(str.upper)]
"""sRGB, ``#RRGGBB``."""

Colours = Annotated[tuple[Colour, ...], Field(min_length=1, max_length=3)]

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

Blend = Literal["stain", "tint", "cover"]
"""How a pigment meets the colour that is there.

``stain``
    It filters the light, and so only darkens (a dye, a shadow).
``tint``
    It lends its hue and saturation to the lightness that is there (a sheer colour).
``cover``
    It comes close to its own lightness too, as far as the person's own allows (a lipstick, a light powder).
"""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pigment(_Frozen):
    """What every part of a look has: colours, how they cover, and how strongly at full intensity."""

    colours: Colours
    blend: Blend = "tint"
    strength: Share


class Lips(Pigment):
    """Colour of the lips.

    ``full`` covers them evenly; ``gradient`` is strongest within and fades outwards. The second colour, if any, is that
    of the inside. ``gloss`` adds to the light that the lips already mirror.
    """

    shape: Literal["full", "gradient"] = "full"
    gloss: Share = 0


class Blush(Pigment):
    """Colour of the cheeks: on the apples, lifted to the temples, or across cheeks and nose as from the sun."""

    shape: Literal["apple", "lifted", "sun"] = "apple"


class Brows(_Frozen):
    """Fills the gaps of the brows with the colour of their own hairs, or with one leaning towards ``colours``."""

    colours: Annotated[tuple[Colour, ...], Field(max_length=1)] = ()
    shape: Literal["natural", "defined"] = "natural"
    strength: Share


class Shadow(Pigment):
    """Colour of the upper lids: on the lid; up into the crease; or all around. Colours from the lid upwards."""

    shape: Literal["lid", "crease", "smoky"] = "lid"


class Liner(Pigment):
    """A fine line at the root of the lashes; ``wing`` runs on beyond the outer corner. ``lower`` is its share below."""

    blend: Blend = "stain"
    shape: Literal["tight", "line", "wing"] = "line"
    lower: Share = 0


class Lashes(_Frozen):
    """Lashes of the upper lid; their length in shares of the longest natural ones."""

    colours: Annotated[tuple[Colour, ...], Field(min_length=1, max_length=1)] = ("#17110F",)
    shape: Literal["natural", "fanned"] = "natural"
    strength: Share
    length: Share = 0.5


class Contour(_Frozen):
    """Shade and light that model the face, relative to the person's own skin; the colours say which way they lean.

    ``soft`` models cheeks and nose, ``sculpted`` more of both, ``angular`` cheeks and jaw.
    """

    colours: Annotated[tuple[Colour, ...], Field(max_length=2)] = ()
    shape: Literal["soft", "sculpted", "angular"] = "soft"
    blend: Literal["stain"] = "stain"
    strength: Share
    light: Share = 0


class Look(_Frozen):
    """All that is put on a face; what is absent is left as it is."""

    name: Annotated[str, Field(max_length=60)] = ""
    name_zh: Annotated[str, Field(max_length=60)] = ""
    tags: tuple[str, ...] = ()
    licence: str = ""
    lips: Lips | None = None
    blush: Blush | None = None
    brows: Brows | None = None
    shadow: Shadow | None = None
    liner: Liner | None = None
    lashes: Lashes | None = None
    contour: Contour | None = None

    @property
    def touches_eyes(self) -> bool:
        """Whether anything of it lies on the lids."""
        return any(part is not None for part in (self.shadow, self.liner, self.lashes))


def read_look(material: bytes) -> Look:
    """Read a look from the bytes of its TOML file.

    Raises
    ------
    LookError
        The bytes are no TOML, or no look: ``details`` say where.
    """
    if len(material) > LOOK_BYTES_MAX:
        raise LookError(bytes=len(material), allowed=LOOK_BYTES_MAX)
    try:
        fields = tomllib.loads(material.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # Beside its own error, the parser raises these for numbers that are too long and lists that are too deep.
        raise LookError(reason="not a TOML file") from error
    try:
        return Look.model_validate(fields)
    except ValidationError as error:
        faults = [{"field": ".".join(map(str, fault["loc"])), "reason": fault["msg"]} for fault in error.errors()[:8]]
        raise LookError(reason="not a look", faults=faults) from error


def write_look(look: Look) -> bytes:
    """Write a look as a TOML file with every value in it; equal looks give equal bytes."""
    facts = look.model_dump(mode="json", exclude_none=True)
    parts = {name: value for name, value in facts.items() if isinstance(value, dict)}
    lines = [_line(name, value) for name, value in facts.items() if name not in parts]
    for part, values in parts.items():
        lines += ["", f"[{part}]", *(_line(name, value) for name, value in values.items())]
    return "\n".join([*lines, ""]).encode()


def _line(name: str, value: object) -> str:
    # JSON's texts, numbers and lists are TOML's too, but for one character that TOML wants escaped.
    return f"{name} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007F")
