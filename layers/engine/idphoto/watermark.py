"""Watermarks: a picture or a line of text, stamped over a photo once or all over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from idphoto.arrays import Rgb
from idphoto.artwork import open_artwork
from idphoto.errors import ParameterError

TEXT_LENGTH: Final = 40
MARK_FORMATS: Final = ("PNG", "WEBP", "JPEG")
MARK_BYTES: Final = 5_000_000
MARK_PIXELS: Final = 16_000_000
"""A watermark is drawn smaller than a photo; what is larger than a photo is no watermark."""

_TEXT_SIZE: Final = 96
"""Of the font, px: taller than a mark is ever drawn on a photo, so that it is only ever reduced."""

_TEXT_STROKE: Final = 4
_TILE_SIDE: Final = 2000
_LONGEST_LINE: Final = 1900
"""Px; the rest is for the outline, and for letters whose widths a smaller font rounds up."""


class WatermarkInvalidError(ParameterError):
    """The watermark cannot be drawn."""

    code = "WATERMARK_INVALID"
    message = "The watermark cannot be drawn."
    message_zh = "水印无效。"


@dataclass(frozen=True, eq=False)
class Watermark:
    """A watermark and how it is laid over a photo.

    Attributes
    ----------
    rgba
        uint8 ``(h, w, 4)``, not multiplied by its opacity, each side 1..2000 px.
    opacity
        0..1, on top of the picture's own.
    angle
        Degrees, counter-clockwise.
    width
        Of the photo's width, 0.02..1: how wide one mark is before it is turned.
    gap
        Of the mark's own size, 0..5: the space between marks.
    tiled
        All over the photo, each row shifted by half; otherwise once, in the middle.

    Raises
    ------
    WatermarkInvalidError
        The details say which value is not allowed.
    """

    rgba: NDArray[np.uint8]
    opacity: float = 0.35
    angle: float = 30.0
    width: float = 0.4
    gap: float = 0.5
    tiled: bool = True

    def __post_init__(self) -> None:
        shape = self.rgba.shape
        if self.rgba.dtype != np.uint8 or len(shape) != 3 or shape[2] != 4:
            raise WatermarkInvalidError(field="rgba", given=[str(self.rgba.dtype), *shape], allowed="uint8 (h, w, 4)")
        if not 1 <= min(shape[:2]) <= max(shape[:2]) <= _TILE_SIDE:
            raise WatermarkInvalidError(field="rgba", given=list(shape[:2]), allowed=[1, _TILE_SIDE])
        for field, least, most in (
            ("opacity", 0, 1),
            ("angle", -360, 360),
            ("width", 0.02, 1),
            ("gap", 0, 5),
        ):
            if not least <= (given := getattr(self, field)) <= most:
                raise WatermarkInvalidError(field=field, given=given, allowed=[least, most])


def text_tile(text: str) -> NDArray[np.uint8]:
    """Draw a line of text as a watermark's picture: white with a dark outline, so that it shows on every background.

    Parameters
    ----------
    text
        1..40 printable ASCII characters: the font that Pillow brings has no accents and no other scripts, and no
        other font exists on every machine. Register such a text as a picture.

    Returns
    -------
    uint8 ``(h, w, 4)``.

    Raises
    ------
    WatermarkInvalidError
        The text is empty, too long, or has other characters.
    """
    line = text.strip()
    if not 1 <= len(line) <= TEXT_LENGTH or not (line.isascii() and line.isprintable()):
        raise WatermarkInvalidError(
            field="text", given=text[: 2 * TEXT_LENGTH], allowed=f"1 to {TEXT_LENGTH} printable ASCII characters"
        )
    length = ImageFont.load_default(_TEXT_SIZE).getlength(line)
    font = ImageFont.load_default(_TEXT_SIZE * min(1.0, _LONGEST_LINE / length))
    left, top, right, bottom = font.getbbox(line, stroke_width=_TEXT_STROKE)
    width, height = int(np.ceil(right - left)), int(np.ceil(bottom - top))
    tile = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    ImageDraw.Draw(tile).text(
        (-left, -top), line, font=font, fill="white", stroke_width=_TEXT_STROKE, stroke_fill=(70, 70, 70, 255)
    )
    return np.array(tile)


def read_mark(data: bytes) -> NDArray[np.uint8]:
    """Read a watermark's picture.

    Parameters
    ----------
    data
        A PNG, WebP or JPEG file of one picture. A side longer than 2000 px is reduced to that.

    Returns
    -------
    uint8 ``(h, w, 4)``.

    Raises
    ------
    WatermarkInvalidError
        The details say what is wrong with the file.
    """
    mark = open_artwork(data, MARK_FORMATS, MARK_BYTES, MARK_PIXELS, WatermarkInvalidError)
    mark.thumbnail((_TILE_SIDE, _TILE_SIDE), Image.Resampling.LANCZOS)
    return np.array(mark)


def stamp(rgb: Rgb, watermark: Watermark) -> Rgb:
    """Lay a watermark over a photo.

    Parameters
    ----------
    rgb
        uint8 ``(H, W, 3)``; not changed.
    watermark
        What to lay over it, and how.

    Returns
    -------
    Rgb
        uint8 ``(H, W, 3)``.
    """
    height, width = rgb.shape[:2]
    mark = _mark(watermark, width)
    layer = Image.new("RGBa", (width, height))
    for left, top in _places(mark.size, (width, height), watermark):
        layer.paste(mark, (left, top))
    over = np.frombuffer(layer.tobytes(), np.uint8).reshape(height, width, 4) * np.float32(watermark.opacity)
    mixed = over[:, :, :3] + rgb * (1 - over[:, :, 3:] / 255)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _mark(watermark: Watermark, photo_width: int) -> Image.Image:
    """One mark as it lies on the photo: scaled, turned, premultiplied."""
    width = max(1, round(watermark.width * photo_width))
    height = max(1, round(width * watermark.rgba.shape[0] / watermark.rgba.shape[1]))
    scaled = Image.fromarray(watermark.rgba).resize((width, height), Image.Resampling.LANCZOS)
    return scaled.rotate(watermark.angle, Image.Resampling.BICUBIC, expand=True).convert("RGBa")


def _places(mark: tuple[int, int], photo: tuple[int, int], watermark: Watermark) -> list[tuple[int, int]]:
    """Upper left corners of all marks; one lies in the middle."""
    left, top = ((whole - part) // 2 for whole, part in zip(photo, mark, strict=True))
    if not watermark.tiled:
        return [(left, top)]
    step_x, step_y = (max(1, round(side * (1 + watermark.gap))) for side in mark)
    rows, columns = top // step_y + 2, left // step_x + 3
    return [
        (left + column * step_x + (step_x // 2 if row % 2 else 0), top + row * step_y)
        for row in range(-rows, rows + 1)
        for column in range(-columns, columns + 1)
    ]
