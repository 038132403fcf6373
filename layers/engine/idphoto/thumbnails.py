"""Thumbnails of materials: a garment in its colours, and the chart of a look."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idphoto.arrays import F32, Rgb
from idphoto.face_chart import chart
from idphoto.garment import Garment, Layer, linear_colour, to_coded
from idphoto.looks import Look

SIDE: Final = 240
"""Width and height, px: a tile of a list on a screen with two px for one."""
GROUND: Final = "#EDEFF2"
"""Behind what is shown; white cloth and black cloth stand out from it."""
QUALITY: Final = 84
"""Of WebP, 0..100."""

_SPAN: Final = 1.24
"""Width of what is shown, in distances of the shoulders."""
_ABOVE: Final = 0.05
"""Free space over the collar, of the side."""


def garment_thumbnail(garment: Garment, colour: str | None = None) -> bytes:
    """Return a WebP file of a garment from the collar downwards, :data:`SIDE` px wide and high.

    Parameters
    ----------
    colour
        As :meth:`~idphoto.garment.Garment.albedo` takes it.

    Raises
    ------
    GarmentColourError
    """
    box = _frame(garment)
    albedo = garment.albedo(colour)
    light = np.broadcast_to(linear_colour(GROUND), (SIDE, SIDE, 3))
    for layer in (garment.back, garment.front):
        if layer is not None:
            dyed = garment.dyed(_reduced(layer, box), albedo)
            light = light * (1 - dyed[..., 3:]) + dyed[..., :3]
    return _webp(np.rint(to_coded(np.asarray(light, np.float32))).astype(np.uint8))


def look_thumbnail(look: Look) -> bytes:
    """Return a WebP file of a drawn face that wears a look, :data:`SIDE` px wide and high."""
    return _webp(chart(look, SIDE))


def _frame(garment: Garment) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is shown, px of a layer."""
    facts = garment.facts
    left, right = facts.anchors.shoulder_left[0], facts.anchors.shoulder_right[0]
    layers = [layer for layer in (garment.front, garment.back) if layer is not None]
    collar = min(int(np.argmax(layer.shade[..., 3].any(axis=1))) for layer in layers)
    side = min(_SPAN * abs(right - left), (facts.height - collar) / (1 - _ABOVE), float(facts.width))
    middle = min(max((left + right) / 2, side / 2), facts.width - side / 2)
    top = max(0.0, collar - _ABOVE * side)
    return middle - side / 2, top, middle + side / 2, min(top + side, float(facts.height))


def _reduced(layer: Layer, box: tuple[float, float, float, float]) -> Layer:
    def resized(image: Image.Image) -> Image.Image:
        return image.resize((SIDE, SIDE), Image.Resampling.BOX, box=box)

    shade = np.asarray(resized(Image.fromarray(layer.shade).convert("RGBa")).convert("RGBA"))
    gloss = np.asarray(resized(Image.fromarray(layer.gloss)))
    parts: F32 = np.array([np.asarray(resized(Image.fromarray(part))) for part in layer.parts], np.float32)
    parts = parts.reshape(-1, SIDE, SIDE)
    # Along the outline the parts became less along with the opacity, which alone says how much cloth there is.
    whole = parts.sum(axis=0)
    parts = np.divide(parts * 255, whole, out=np.zeros_like(parts), where=whole > 0)
    return Layer(shade, gloss, _levels(parts))


def _levels(values: F32) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _webp(rgb: Rgb) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "WEBP", quality=QUALITY, method=6)
    return stream.getvalue()
