"""Pictures that a partner hands in, from untrusted bytes: watermarks, garments."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

from PIL import Image

from idphoto.errors import ParameterError


def open_artwork(
    data: bytes, formats: Sequence[str], bytes_max: int, pixels_max: int, error: type[ParameterError]
) -> Image.Image:
    """Read one small picture with its transparency.

    The number of bytes and the size in the header are looked at before anything is decoded.

    Parameters
    ----------
    data
        A file of one picture.
    formats
        Pillow's names of the formats that are read.
    bytes_max, pixels_max
        Most that the file and the picture may hold.
    error
        Raised with ``field`` ``bytes``, ``file``, ``frames`` or ``pixels``, and what is allowed.

    Returns
    -------
    Image.Image
        Mode RGBA.
    """
    if not 0 < len(data) <= bytes_max:
        raise error(field="bytes", given=len(data), allowed=[1, bytes_max])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=list(formats)) as image:
                _require_one_small_picture(image, pixels_max, error)
                return image.convert("RGBA")
    except error:
        raise
    except Exception as fault:
        # Parsers fail on hostile bytes with whatever they stumble over: struct.error, KeyError, MemoryError.
        raise error(field="file", allowed=list(formats)) from fault


def _require_one_small_picture(image: Image.Image, pixels_max: int, error: type[ParameterError]) -> None:
    frames, pixels = getattr(image, "n_frames", 1), image.width * image.height
    if frames != 1:
        raise error(field="frames", given=frames, allowed=1)
    if pixels > pixels_max:
        raise error(field="pixels", given=pixels, allowed=pixels_max)
