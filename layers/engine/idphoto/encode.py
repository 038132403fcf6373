"""Pictures to bytes: exact pixels, the resolution in the file, tagged sRGB, and nothing else about the photo.

The same pixels always give the same bytes, so that a result can be named by its content.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

from idphoto.arrays import Rgb

JPEG_QUALITY: Final = 95
"""Above it the file grows fast and the eye sees no gain; below it red edges on white begin to bleed."""

PNG_EFFORT: Final = 1
"""zlib's level. Level 6 makes a cut-out one tenth smaller and takes four times as long."""

_ICC_DATE: Final = slice(24, 36)
"""Where an ICC header keeps the time of its making (ICC.1:2022, table 17): six 16-bit numbers."""

_FIXED_DATE: Final = b"".join(number.to_bytes(2, "big") for number in (2000, 1, 1, 0, 0, 0))

_RELATIVE_COLORIMETRIC: Final = b"\x01"


def encode_jpeg(rgb: Rgb, dpi: int, quality: int = JPEG_QUALITY) -> bytes:
    """Encode as baseline JPEG without chroma subsampling, which would smear the edge between hair and background.

    Parameters
    ----------
    rgb
        uint8 ``(H, W, 3)``.
    dpi
        Resolution of the print, 1..65535.
    quality
        libjpeg's, 1..100.
    """
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(
        buffer, "JPEG", quality=quality, subsampling="4:4:4", optimize=True, dpi=(dpi, dpi), icc_profile=_srgb_profile()
    )
    return buffer.getvalue()


def encode_png(picture: NDArray[np.uint8], dpi: int) -> bytes:
    """Encode as PNG without loss.

    Parameters
    ----------
    picture
        uint8 ``(H, W, 3)``, or ``(H, W, 4)`` with opacity.
    dpi
        Resolution of the print; the file holds it in whole pixels a metre.
    """
    tags = PngImagePlugin.PngInfo()
    tags.add(b"sRGB", _RELATIVE_COLORIMETRIC)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=PNG_EFFORT, dpi=(dpi, dpi), pnginfo=tags)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _srgb_profile() -> bytes:
    """Return an sRGB profile without the time of its making."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_ICC_DATE] = _FIXED_DATE
    return bytes(profile)
