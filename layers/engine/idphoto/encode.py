"""Pictures to bytes: exact pixels, the resolution in the file, tagged sRGB, and nothing else about the photo.

The same pixels always give the same bytes, so that a result can be named by its content.

Where a file has to be large enough, it becomes so by quality alone. Upload forms measure the file, but what stands
behind them opens, checks and often rewrites it, so bytes that hold no picture (comments, blocks for applications, bytes
behind the end) are at best lost and at worst the reason for a refusal. Where the best quality is not enough, the
specification's pixels and its least size contradict each other for this photo, and the caller is told so.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, PngImagePlugin

from idphoto.arrays import Rgb
from idphoto.errors import NotFeasibleError

if TYPE_CHECKING:
    from idphoto.specs import Kilobytes, Spec

FileFormat = Literal["jpeg", "png", "webp", "tiff"]

MEDIA_TYPES: Final[dict[FileFormat, str]] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "tiff": "image/tiff",
}
SUFFIXES: Final[dict[FileFormat, str]] = {"jpeg": "jpg", "png": "png", "webp": "webp", "tiff": "tif"}

JPEG_QUALITY: Final = 95
"""Where no size is asked for. Above it the file grows fast and the eye sees no gain; below it red edges on white begin
to bleed."""

LOWEST_QUALITY: Final = 40
"""Below it the blocks of JPEG show in a face."""

HIGHEST_QUALITY: Final = 100

PNG_EFFORT: Final = 1
"""zlib's level. Level 6 makes a cut-out one tenth smaller and takes four times as long."""

_WEBP_EFFORT: Final = 4

_MOST_JPEG_BYTES: Final = 5
"""For one pixel: noise at the best quality takes four and a half."""

_ICC_DATE: Final = slice(24, 36)
"""Where an ICC header keeps the time of its making (ICC.1:2022, table 17): six 16-bit numbers."""

_FIXED_DATE: Final = b"".join(number.to_bytes(2, "big") for number in (2000, 1, 1, 0, 0, 0))

_RELATIVE_COLORIMETRIC: Final = b"\x01"

_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _INCH = 0x011A, 0x011B, 0x0128, 2
"""The tags in which a WebP file holds its resolution (TIFF 6.0, section 8)."""


class FileSizeError(NotFeasibleError):
    """The photo does not fit into the file size that is asked for."""

    code = "FILE_SIZE"
    message = "The file cannot be made as small as it has to be without visible loss."
    message_zh = "在不明显损失画质的前提下，文件无法压缩到要求的大小。"


class FileTooSmallError(NotFeasibleError):
    """The photo does not fill the file size that is asked for."""

    code = "FILE_TOO_SMALL"
    message = (
        "Even at the best quality a file of so many pixels stays below the least size; ask for more pixels or for a "
        "smaller least size."
    )
    message_zh = "即使使用最高画质，该像素尺寸的文件仍小于要求的最小体积；请增大像素尺寸或降低最小体积要求。"


@dataclass(frozen=True)
class ByteRange:
    """An allowed size of a file, bytes; both ends are allowed."""

    least: int = 0
    most: int | None = None

    @classmethod
    def of(cls, kb: Kilobytes | None) -> ByteRange:
        """Return the range of a specification, unlimited where it has none."""
        return cls(kb.least_bytes, kb.most_bytes) if kb else cls()

    @property
    def is_limited(self) -> bool:
        """Whether anything is asked for."""
        return self.least > 0 or self.most is not None

    def fits(self, size: int) -> bool:
        """Tell whether a file of so many bytes is small enough."""
        return self.most is None or size <= self.most


@dataclass(frozen=True, eq=False)
class EncodedFile:
    """A finished file.

    Attributes
    ----------
    data, format
        The bytes, and what they are.
    quality
        1..100 as the encoder counts it; None where the format loses nothing.
    subsampling
        Of the colours: ``4:4:4`` for none, ``4:2:0`` for half the resolution.
    missing
        Bytes by which the file stays below the least size at the best quality; 0 where it has the size.
    """

    data: bytes
    format: FileFormat
    quality: int | None
    subsampling: str
    missing: int = 0


@dataclass(frozen=True)
class _Setting:
    """One way to write a picture."""

    quality: int | None
    subsampling: str
    write: Callable[[], bytes]


def encode_photo(rgb: Rgb, spec: Spec) -> bytes:
    """Encode a finished photo as JPEG with the resolution and the file size that its specification prescribes.

    A file that stays too small at the best quality is returned as it is.

    Raises
    ------
    FileSizeError
        Even at :data:`LOWEST_QUALITY` there are too many bytes; the details say how many, and how many are allowed.
    """
    return encode_file(rgb, "jpeg", spec.dpi, ByteRange.of(spec.kb)).data


def encode_file(rgb: Rgb, file_format: FileFormat, dpi: int, size: ByteRange | None = None) -> EncodedFile:
    """Encode a photo with the highest quality that fits into a size.

    Where no size is asked for, JPEG and WebP have :data:`JPEG_QUALITY`. JPEG keeps the full resolution of its colours
    (4:4:4) down to :data:`LOWEST_QUALITY`, and only then halves it.

    Parameters
    ----------
    rgb
        uint8 ``(H, W, 3)``.
    file_format
        JPEG, PNG, WebP or TIFF; PNG and TIFF lose nothing.
    dpi
        Resolution of the print, 1..65535.
    size
        Allowed bytes.

    Returns
    -------
    EncodedFile
        At most ``size.most`` bytes. Where even the best quality stays below ``size.least``, its ``missing`` says by how
        much: this is the caller's to judge.

    Raises
    ------
    FileSizeError
        Even the smallest file has too many bytes; the details say how many, and how many are allowed.
    """
    size = size or ByteRange()
    settings = _settings(rgb, file_format, dpi, limited=size.is_limited)
    if not size.is_limited:
        (usual,) = settings
        return EncodedFile(usual.write(), file_format, usual.quality, usual.subsampling)
    chosen, data = _best_that_fits(settings, size, is_lossy=file_format in {"jpeg", "webp"})
    missing = max(0, size.least - len(data))
    return EncodedFile(data, file_format, chosen.quality, chosen.subsampling, missing)


def encode_jpeg(rgb: Rgb, dpi: int, quality: int = JPEG_QUALITY, subsampling: str = "4:4:4") -> bytes:
    """Encode as baseline JPEG, unless asked for without chroma subsampling, which would smear the edge of the hair.

    Parameters
    ----------
    rgb
        uint8 ``(H, W, 3)``.
    dpi
        Resolution of the print, 1..65535.
    quality
        libjpeg's, 1..100.
    subsampling
        ``4:4:4`` or ``4:2:0``.
    """
    # Pillow gives libjpeg one block for a whole optimised file, and guesses its size too small for noise.
    ImageFile.MAXBLOCK = max(ImageFile.MAXBLOCK, _MOST_JPEG_BYTES * rgb.shape[0] * rgb.shape[1])
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(
        buffer,
        "JPEG",
        quality=quality,
        subsampling=subsampling,
        optimize=True,
        dpi=(dpi, dpi),
        icc_profile=srgb_profile(),
    )
    return buffer.getvalue()


def encode_png(picture: NDArray[np.uint8], dpi: int, effort: int = PNG_EFFORT) -> bytes:
    """Encode as PNG without loss.

    Parameters
    ----------
    picture
        uint8 ``(H, W, 3)``, or ``(H, W, 4)`` with opacity.
    dpi
        Resolution of the print; the file holds it in whole pixels a metre.
    effort
        zlib's level, 0..9.
    """
    tags = PngImagePlugin.PngInfo()
    tags.add(b"sRGB", _RELATIVE_COLORIMETRIC)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=effort, dpi=(dpi, dpi), pnginfo=tags)
    return buffer.getvalue()


def encode_webp(rgb: Rgb, dpi: int, quality: int | None = JPEG_QUALITY) -> bytes:
    """Encode as WebP, without loss where no quality is given; the resolution is the only thing that its EXIF holds."""
    exif = Image.Exif()
    exif[_X_RESOLUTION] = exif[_Y_RESOLUTION] = float(dpi)
    exif[_RESOLUTION_UNIT] = _INCH
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(
        buffer,
        "WEBP",
        quality=75 if quality is None else quality,
        lossless=quality is None,
        method=_WEBP_EFFORT,
        exif=exif,
        icc_profile=srgb_profile(),
    )
    return buffer.getvalue()


def encode_tiff(rgb: Rgb, dpi: int, *, compressed: bool = True) -> bytes:
    """Encode as TIFF without loss, compressed by LZW, which every reader of TIFF has."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(
        buffer,
        "TIFF",
        compression="tiff_lzw" if compressed else None,
        dpi=(dpi, dpi),
        icc_profile=srgb_profile(),
    )
    return buffer.getvalue()


def _settings(rgb: Rgb, file_format: FileFormat, dpi: int, *, limited: bool) -> Sequence[_Setting]:
    """Return the ways to write a picture, the largest file last."""
    if file_format == "png":
        efforts = (9, 6, PNG_EFFORT, 0) if limited else (PNG_EFFORT,)
        return [_Setting(None, "4:4:4", partial(encode_png, rgb, dpi, effort)) for effort in efforts]
    if file_format == "tiff":
        return [
            _Setting(None, "4:4:4", partial(encode_tiff, rgb, dpi, compressed=compressed))
            for compressed in ((True, False) if limited else (True,))
        ]
    qualities = range(LOWEST_QUALITY, HIGHEST_QUALITY + 1) if limited else (JPEG_QUALITY,)
    if file_format == "webp":
        lossy = [_Setting(quality, "4:2:0", partial(encode_webp, rgb, dpi, quality)) for quality in qualities]
        return [*lossy, _Setting(None, "4:4:4", partial(encode_webp, rgb, dpi, None))] if limited else lossy
    coarse = qualities if limited else ()
    return [
        _Setting(quality, subsampling, partial(encode_jpeg, rgb, dpi, quality, subsampling))
        for subsampling, tried in (("4:2:0", coarse), ("4:4:4", qualities))
        for quality in tried
    ]


def _best_that_fits(settings: Sequence[_Setting], size: ByteRange, *, is_lossy: bool) -> tuple[_Setting, bytes]:
    """Return the last setting whose file is small enough; where nothing is lost, the first one that is large enough.

    JPEG's settings are two rows of qualities. The finer colours are looked at first, so that a lower quality with all
    colours goes before a higher one with half of them.
    """
    if not is_lossy:
        files = ((setting, setting.write()) for setting in settings)
        return _first_large_enough(files, size)
    for subsampling in ("4:4:4", "4:2:0"):
        row = [setting for setting in settings if setting.subsampling == subsampling]
        if row and (found := _last_small_enough(row, size)):
            return found
    smallest = settings[0].write()
    raise FileSizeError(bytes=len(smallest), allowed=size.most)


def _first_large_enough(files: Iterable[tuple[_Setting, bytes]], size: ByteRange) -> tuple[_Setting, bytes]:
    best = None
    for setting, data in files:
        if size.fits(len(data)):
            best = (setting, data)
            if len(data) >= size.least:
                break
        elif best is None:
            raise FileSizeError(bytes=len(data), allowed=size.most)
    if best is None:
        raise FileSizeError(allowed=size.most)
    return best


def _last_small_enough(row: Sequence[_Setting], size: ByteRange) -> tuple[_Setting, bytes] | None:
    """Search one row, from the smallest file to the largest; None when none fits."""
    data = row[-1].write()
    if size.fits(len(data)):
        return row[-1], data
    best, low, high = None, 0, len(row) - 1
    while low < high:
        middle = (low + high) // 2
        data = row[middle].write()
        if size.fits(len(data)):
            best, low = (row[middle], data), middle + 1
        else:
            high = middle
    return best


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """Return an sRGB profile without the time of its making."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_ICC_DATE] = _FIXED_DATE
    return bytes(profile)
