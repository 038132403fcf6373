"""Pictures to bytes: exact pixels, the resolution in the file, tagged sRGB, and nothing else about the photo.

The same pixels always give the same bytes, so that a result can be named by its content.
"""

from __future__ import annotations

import bisect
import io
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

from idphoto.arrays import Rgb
from idphoto.errors import NotFeasibleError

if TYPE_CHECKING:
    from idphoto.specs import Spec

JPEG_QUALITY: Final = 95
"""Above it the file grows fast and the eye sees no gain; below it red edges on white begin to bleed."""

LOWEST_QUALITY: Final = 40
"""Below it the blocks of JPEG show in a face."""

PNG_EFFORT: Final = 1
"""zlib's level. Level 6 makes a cut-out one tenth smaller and takes four times as long."""

_ICC_DATE: Final = slice(24, 36)
"""Where an ICC header keeps the time of its making (ICC.1:2022, table 17): six 16-bit numbers."""

_FIXED_DATE: Final = b"".join(number.to_bytes(2, "big") for number in (2000, 1, 1, 0, 0, 0))

_RELATIVE_COLORIMETRIC: Final = b"\x01"

_LONGEST_COMMENT: Final = 65533
"""Bytes that one JPEG segment can hold."""


class FileSizeError(NotFeasibleError):
    """The photo does not fit into the file size that its specification prescribes."""

    code = "FILE_SIZE"
    message = "The file cannot be made as small as the specification prescribes without visible loss."
    message_zh = "在不明显损失画质的前提下，文件无法压缩到规格要求的大小。"


def encode_photo(rgb: Rgb, spec: Spec) -> bytes:
    """Encode a finished photo as JPEG with the resolution and the file size that its specification prescribes.

    The quality stays as near to :data:`JPEG_QUALITY` as the size allows; a file that is too small at every quality is
    filled up with empty comments.

    Parameters
    ----------
    rgb
        uint8 ``(H, W, 3)``.
    spec
        What the photo has to be.

    Raises
    ------
    FileSizeError
        Even at :data:`LOWEST_QUALITY` there are too many bytes; the details say how many, and how many are allowed.
    """
    photo = encode_jpeg(rgb, spec.dpi)
    if spec.kb is None:
        return photo
    least, most = spec.kb.least_bytes, spec.kb.most_bytes
    if len(photo) > most:
        return _filled_up(_encode_at_most(rgb, spec.dpi, most), least)
    if len(photo) >= least:
        return photo
    for quality in range(JPEG_QUALITY + 1, 101):
        better = encode_jpeg(rgb, spec.dpi, quality)
        if least <= len(better) <= most:
            return better
    return _filled_up(photo, least)


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


def _encode_at_most(rgb: Rgb, dpi: int, most: int) -> bytes:
    """Encode with the highest quality that gives at most so many bytes."""
    files: dict[int, bytes] = {}

    def size(quality: int) -> int:
        files[quality] = encode_jpeg(rgb, dpi, quality)
        return len(files[quality])

    qualities = range(LOWEST_QUALITY, JPEG_QUALITY)
    fitting = bisect.bisect_right(qualities, most, key=size)
    if fitting == 0:
        raise FileSizeError(bytes=size(LOWEST_QUALITY), allowed=most)
    return files[qualities[fitting - 1]]


def _filled_up(jpeg: bytes, least: int) -> bytes:
    """Insert empty comments behind the JFIF header of a JPEG, until it has at least so many bytes."""
    header = 4 + int.from_bytes(jpeg[4:6], "big")
    while (missing := least - len(jpeg)) > 0:
        length = min(missing, _LONGEST_COMMENT)
        comment = b"\xff\xfe" + (length + 2).to_bytes(2, "big") + bytes(length)
        jpeg = jpeg[:header] + comment + jpeg[header:]
    return jpeg


@lru_cache(maxsize=1)
def _srgb_profile() -> bytes:
    """Return an sRGB profile without the time of its making."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_ICC_DATE] = _FIXED_DATE
    return bytes(profile)
