"""The background behind the person: one colour, or a gradient between two."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from typing import Annotated, Final

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from idphoto.arrays import F32
from idphoto.errors import ParameterError

WHITE: Final = "#FFFFFF"

COLORS: Final = {
    "white": WHITE,
    "blue": "#438EDB",
    "red": "#FF0000",
    "grey": "#F5F5F5",
    "light_blue": "#66B5F2",
    "dark_blue": "#4B6190",
    "light_grey": "#F2F0F0",
    "cream": "#FFFDF5",
    "black": "#000000",
}
"""The names that print shops use. 438EDB and FF0000 are the blue and the red of Chinese ID photos."""

COLORS_ZH: Final = {
    "白": "white",
    "蓝": "blue",
    "红": "red",
    "灰": "grey",
    "浅蓝": "light_blue",
    "深蓝": "dark_blue",
    "浅灰": "light_grey",
    "米白": "cream",
    "黑": "black",
}
"""Chinese names without their suffix 色 or 底."""

_HEX: Final = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})")


class ColorInvalidError(ParameterError):
    """The text names no colour."""

    code = "COLOR_INVALID"
    message = "The colour is neither a known name nor #RGB or #RRGGBB."
    message_zh = "颜色无效：请使用颜色名称、#RGB 或 #RRGGBB。"


def parse_color(text: str) -> str:
    """Normalise a colour to ``"#RRGGBB"`` in upper case.

    Parameters
    ----------
    text
        A name of :data:`COLORS`, a Chinese name with or without 色 or 底, ``#RGB`` or ``#RRGGBB``. Case, full or
        half width and surrounding space do not matter; the ``#`` may be missing.

    Raises
    ------
    ColorInvalidError
        With ``given`` and ``allowed`` in its details.
    """
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if match := _HEX.fullmatch(word):
        digits = match[1]
        return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)).upper()
    name = re.sub(r"[\s_-]+", "_", word).replace("gray", "grey")
    name = COLORS_ZH.get(re.sub(r"[色底]+$", "", word), name)
    if name not in COLORS:
        allowed = [*COLORS, *COLORS_ZH, "#RGB", "#RRGGBB"]
        raise ColorInvalidError(given=text[:40], allowed=allowed)
    return COLORS[name]


def _normal_color(text: str) -> str:
    try:
        return parse_color(text)
    except ColorInvalidError as error:
        raise PydanticCustomError("COLOR_INVALID", "{message}", {"message": error.message, **error.details}) from error


Color = Annotated[str, AfterValidator(_normal_color)]
"""A model field that takes what :func:`parse_color` takes and holds ``"#RRGGBB"``. A bad one is a validation error of
type ``COLOR_INVALID``, whose context has the details."""


class Gradient(IntEnum):
    """How the colour runs into the end colour."""

    NONE = 0
    TOP_TO_BOTTOM = 1
    OUTSIDE_TO_INSIDE = 2
    INSIDE_TO_OUTSIDE = 3


class Background(BaseModel):
    """A background, normalised so that two requests for the same pixels are equal.

    Attributes
    ----------
    color
        ``"#RRGGBB"``; where the gradient starts.
    gradient
        0 none, 1 from top to bottom, 2 from the outside to the inside, 3 from the inside to the outside.
    end_color
        ``"#RRGGBB"``; where the gradient ends. Without a gradient it has no effect and is always white.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    color: Annotated[Color, Field(description="A name in English or Chinese, #RGB or #RRGGBB.", examples=["blue"])] = (
        WHITE
    )
    gradient: Annotated[
        Gradient, Field(description="0 none, 1 top to bottom, 2 outside to inside, 3 inside to outside.", examples=[1])
    ] = Gradient.NONE
    end_color: Annotated[
        Color, Field(description="Where the gradient ends, in the same words.", examples=["#FFFFFF"])
    ] = WHITE

    @field_validator("end_color")
    @classmethod
    def _without_effect_is_white(cls, end_color: str, info: ValidationInfo) -> str:
        return WHITE if info.data.get("gradient") == Gradient.NONE else end_color

    @property
    def is_solid(self) -> bool:
        """Whether every pixel has the same colour."""
        return self.gradient == Gradient.NONE or self.color == self.end_color


def rgb_of(color: str) -> tuple[int, int, int]:
    """Return the three levels, 0..255, of a normalised ``"#RRGGBB"``."""
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue


def paint(width: int, height: int, background: Background) -> F32:
    """Paint a background.

    A gradient is linear in sRGB values, as in CSS: from the usual blues to white its steps are even to the eye, equal
    in CIELAB to within a fifth, where steps in linear light differ by a factor of up to five. The radial ones follow
    ellipses with the picture's aspect, so that they reach their end exactly in the four corners.

    Parameters
    ----------
    width, height
        Size in px, at least 1.
    background
        What to paint.

    Returns
    -------
    F32
        ``(height, width, 3)`` float32, 0..255, unrounded: rounding without dither would show bands.
    """
    start = np.array(rgb_of(background.color), np.float32)
    if background.is_solid:
        return np.full((height, width, 3), start, np.float32)
    end = np.array(rgb_of(background.end_color), np.float32)
    progress = _progress(width, height, background.gradient)
    return np.asarray(start + progress[:, :, None] * (end - start), np.float32)


def _progress(width: int, height: int, gradient: Gradient) -> F32:
    """How far each pixel is from the start colour to the end colour, ``(height, width)`` float32, 0..1."""
    if gradient == Gradient.TOP_TO_BOTTOM:
        rows = np.linspace(0, 1, height, dtype=np.float32)
        return np.repeat(rows[:, None], width, axis=1)
    across = np.linspace(-1, 1, width, dtype=np.float32) if width > 1 else np.zeros(1, np.float32)
    down = np.linspace(-1, 1, height, dtype=np.float32) if height > 1 else np.zeros(1, np.float32)
    outward = np.sqrt((across[None, :] ** 2 + down[:, None] ** 2) / 2, dtype=np.float32)
    return outward if gradient == Gradient.INSIDE_TO_OUTSIDE else np.asarray(1 - outward, np.float32)
