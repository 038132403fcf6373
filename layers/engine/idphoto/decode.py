"""Untrusted bytes to an upright, opaque sRGB picture.

Order of work, each step before anything costs more than it: number of bytes, format by content, size from
the header, pixels, profile, orientation. Nothing but pixels leaves this module: EXIF, GPS, comments and
profiles stay behind.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
import pi_heif
from PIL import ExifTags, Image

from idphoto.arrays import Rgb
from idphoto.errors import ImageError
from idphoto.picture_format import PictureFormat, identify_format, webp_canvas
from idphoto.srgb import READABLE_MODES, to_srgb

MAX_BYTES: Final = 20_000_000
MAX_PIXELS: Final = 50_000_000
"""A 48-megapixel phone camera fits. As RGB this is 150 MB."""

MIN_SIDE_PX: Final = 64
"""Half the input of the near face detector: no face with usable detail fits into less."""

MAX_JPEG_SCANS: Final = 100
"""A scan of a progressive JPEG costs a pass over all pixels and only a few bytes; encoders write about 10."""

_TIFF_COMPRESSIONS: Final = frozenset(
    {"raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "jpeg", "tiff_jpeg"}
)
_TILE_WIDTH_TAG: Final = 322
_TILE_LENGTH_TAG: Final = 323

_MOST_DPI: Final = 10_000

pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.options.AUX_IMAGES = False
pi_heif.options.DECODE_THREADS = 2


class ImageEmptyError(ImageError):
    """There are no bytes."""

    code = "IMAGE_EMPTY"
    message = "The picture file is empty."
    message_zh = "图片文件为空。"


class ImageTooLargeError(ImageError):
    """The file has too many bytes."""

    code = "IMAGE_TOO_LARGE"
    message = "The picture file has too many bytes."
    message_zh = "图片文件过大。"


class ImageTooManyPixelsError(ImageError):
    """The header announces more pixels than are decoded."""

    code = "IMAGE_TOO_MANY_PIXELS"
    message = "The picture has too many pixels."
    message_zh = "图片像素过多。"


class ImageFormatUnsupportedError(ImageError):
    """Not a picture, or not in a format or pixel layout that is decoded."""

    code = "IMAGE_FORMAT_UNSUPPORTED"
    message = "The file is not a picture in a supported format."
    message_zh = "文件不是受支持的图片格式。"


class ImageTruncatedError(ImageError):
    """It begins like a picture, but ends early or is damaged."""

    code = "IMAGE_TRUNCATED"
    message = "The picture file is incomplete or damaged."
    message_zh = "图片文件不完整或已损坏。"


class ImageTooSmallError(ImageError):
    """A side is shorter than any usable portrait."""

    code = "IMAGE_TOO_SMALL"
    message = "The picture has too few pixels."
    message_zh = "图片像素过少。"


@dataclass(frozen=True, eq=False)
class Photo:
    """A decoded source.

    Attributes
    ----------
    rgb
        Upright sRGB pixels, uint8 ``(height, width, 3)``.
    format
        Which format the file was in, e.g. ``"jpeg"``.
    width, height
        px, after the orientation was applied.
    bytes
        Size of the file; 0 when the picture came from none.
    dpi
        What the file says of its resolution, the smaller of both directions; None when it says nothing.
    """

    rgb: Rgb
    format: str
    width: int
    height: int
    bytes: int = 0
    dpi: float | None = None


def decode(data: bytes) -> Photo:
    """Decode the first picture of a JPEG, PNG, WebP, HEIC, AVIF, BMP or TIFF file.

    Parameters
    ----------
    data
        The whole file.

    Returns
    -------
    Photo
        Upright, sRGB, opaque (transparency lies on white).

    Raises
    ------
    ImageEmptyError, ImageTooLargeError, ImageTooManyPixelsError, ImageFormatUnsupportedError,
    ImageTruncatedError, ImageTooSmallError
        With what was given and what is allowed in ``details``.
    """
    if not data:
        raise ImageEmptyError(given_bytes=0)
    if len(data) > MAX_BYTES:
        raise ImageTooLargeError(given_bytes=len(data), max_bytes=MAX_BYTES)
    picture_format = identify_format(data)
    if picture_format is None:
        raise ImageFormatUnsupportedError(allowed=[known.value for known in PictureFormat])
    try:
        # Decoders warn about broken metadata, which is dropped here anyway.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if picture_format is PictureFormat.HEIC:
                rgb, dpi = _decode_heic(data), None
            else:
                rgb, dpi = _decode_pillow(data, picture_format)
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageTooManyPixelsError(max_pixels=MAX_PIXELS) from error
    except Exception as error:
        # Parsers fail on hostile bytes with whatever they stumble over: struct.error, KeyError, MemoryError.
        raise ImageTruncatedError(format=picture_format.value) from error
    height, width = rgb.shape[:2]
    return Photo(rgb, picture_format.value, width, height, len(data), dpi)


def _decode_pillow(data: bytes, picture_format: PictureFormat) -> tuple[Rgb, float | None]:
    if picture_format is PictureFormat.WEBP and (canvas := webp_canvas(data)):
        _require_size(*canvas)
    if picture_format is PictureFormat.JPEG and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise ImageFormatUnsupportedError(format="jpeg", max_scans=MAX_JPEG_SCANS)
    with Image.open(io.BytesIO(data), formats=(picture_format.upper(),)) as image:
        _require_size(*image.size)
        _require_layout(image, picture_format)
        dpi = _dpi(image)
        image.load()
        # Only now: loading a TIFF applies its orientation and resets the tag.
        return _upright(to_srgb(image), _orientation(image)), dpi


def _decode_heic(data: bytes) -> Rgb:
    container = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
    picture = container[container.primary_index]
    _require_size(*picture.size)
    # libheif applies the container's own rotation and mirroring; the EXIF orientation only repeats them.
    return to_srgb(picture.to_pillow())


def _require_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageTooManyPixelsError(width=width, height=height, max_pixels=MAX_PIXELS)
    if min(width, height) < MIN_SIDE_PX:
        raise ImageTooSmallError(width=width, height=height, min_side_px=MIN_SIDE_PX)


def _require_layout(image: Image.Image, picture_format: PictureFormat) -> None:
    """Refuse pixel layouts without a certain meaning, and TIFF's doors to other parsers and huge tiles."""
    if image.mode not in READABLE_MODES:
        raise ImageFormatUnsupportedError(format=picture_format.value, pixels=image.mode)
    if picture_format is not PictureFormat.TIFF:
        return
    compression = str(image.info.get("compression"))
    if compression not in _TIFF_COMPRESSIONS:
        raise ImageFormatUnsupportedError(
            format="tiff", compression=compression, allowed_compressions=sorted(_TIFF_COMPRESSIONS)
        )
    tags = image.tag_v2  # type: ignore[attr-defined]  # only Pillow's TIFF class has it
    if int(tags.get(_TILE_WIDTH_TAG, 1)) * int(tags.get(_TILE_LENGTH_TAG, 1)) > MAX_PIXELS:
        raise ImageTooManyPixelsError(max_pixels=MAX_PIXELS)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where the EXIF block is absent or broken."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001  # any fault in metadata that is dropped anyway
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _dpi(image: Image.Image) -> float | None:
    """Resolution that the file states, the smaller of both directions; None where it states none that can be."""
    try:
        dpi = min(float(side) for side in image.info["dpi"])
    except Exception:  # noqa: BLE001  # any fault in metadata that is only reported
        return None
    return dpi if 1 <= dpi <= _MOST_DPI else None


def _upright(rgb: Rgb, orientation: int) -> Rgb:
    """Apply an EXIF orientation (CIPA DC-008, tag 274)."""
    if orientation == 1:
        return rgb
    if orientation >= 5:
        rgb = rgb.transpose(1, 0, 2)
    if orientation in {2, 3, 6, 7}:
        rgb = rgb[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        rgb = rgb[::-1]
    return np.ascontiguousarray(rgb)
