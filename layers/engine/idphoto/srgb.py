"""Any pixel layout and any colour profile to opaque 8-bit sRGB."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from idphoto.arrays import Rgb

READABLE_MODES: Final = frozenset(
    {
        "1",
        "L",
        "LA",
        "La",
        "P",
        "PA",
        "RGB",
        "RGBA",
        "RGBa",
        "RGBX",
        "CMYK",
        "I;16",
        "I;16L",
        "I;16B",
        "I;16N",
    }
)
"""Pillow's modes whose meaning is certain. Floating point and 32-bit integer pixels have no agreed white."""

_WHITE_16_BIT: Final = 65535
_ICC_BYTES_MAX: Final = 4 << 20
"""The largest print profiles have about 2.5 MB."""

_MODE_OF_COLOUR_SPACE: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}

_SAME_COLOUR: Final = 1
"""A profile that moves no probe colour by more than this many levels of 255 is sRGB under another name."""


def to_srgb(image: Image.Image) -> Rgb:
    """Convert a loaded picture of one of :data:`READABLE_MODES` to sRGB, flattened onto white.

    The embedded profile is honoured with relative colorimetric intent and black point compensation. One
    that cannot be read, or that describes another colour space than the pixels have, is ignored: the
    picture is then taken for sRGB, as browsers do.

    Parameters
    ----------
    image
        Loaded picture; ``image.info["icc_profile"]`` is its profile, if any.

    Returns
    -------
    Rgb
        uint8 ``(H, W, 3)``, C-contiguous and writable.
    """
    profile = image.info.get("icc_profile")
    opaque = _opaque_8_bit(image)
    if isinstance(profile, bytes) and 0 < len(profile) <= _ICC_BYTES_MAX:
        opaque = _apply_profile(opaque, profile)
    return np.array(opaque if opaque.mode == "RGB" else opaque.convert("RGB"))


def _opaque_8_bit(image: Image.Image) -> Image.Image:
    """Reduce to mode L, RGB or CMYK."""
    if image.mode.startswith("I;16"):
        grey = np.asarray(image).astype(np.float32)
        return Image.fromarray(np.rint(grey * (255.0 / _WHITE_16_BIT)).astype(np.uint8))
    if image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        grey_mode = image.mode in {"L", "LA", "La"}
        layered = image.convert("LA" if grey_mode else "RGBA")
        paper = Image.new("L" if grey_mode else "RGB", image.size, "white")
        paper.paste(layered.convert(paper.mode), mask=layered.getchannel("A"))
        return paper
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _apply_profile(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        transform = _transform_to_srgb(profile, image.mode)
        if transform is None:
            return image
        if image.mode == "L" and transform.input_mode == "RGB":
            image = image.convert("RGB")
        return transform.apply(image)
    except (ImageCms.PyCMSError, ValueError, OSError):
        return image


@lru_cache(maxsize=4)
def _transform_to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Build the transform, or None where it would change nothing or does not fit the pixels."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    input_mode = _MODE_OF_COLOUR_SPACE.get(source.profile.xcolor_space.strip())
    if input_mode is None or (input_mode != mode and (input_mode, mode) != ("RGB", "L")):
        return None
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        input_mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return transform if input_mode == "CMYK" or _changes_colour(transform, input_mode) else None


def _changes_colour(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    if mode == "RGB":
        cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
        probe = Image.fromarray(cube)
    else:
        probe = Image.fromarray(steps[None])
    before = np.asarray(probe.convert("RGB")).astype(np.int16)
    after = np.asarray(transform.apply(probe)).astype(np.int16)
    return int(np.abs(after - before).max()) > _SAME_COLOUR
