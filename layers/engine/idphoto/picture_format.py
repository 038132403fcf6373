"""Which picture format some bytes are, read from the bytes alone.

A name or a declared content type is never looked at, and a decoder is only ever reached through the
format that is recognised here.
"""

from __future__ import annotations

from enum import StrEnum
from struct import unpack_from
from typing import Final


class PictureFormat(StrEnum):
    """The formats that are decoded."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    AVIF = "avif"
    BMP = "bmp"
    TIFF = "tiff"


_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})

_BMP_HEADER_BYTES: Final = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Lengths of the BMP information headers that exist: "BM" alone would also recognise English text."""


def identify_format(data: bytes) -> PictureFormat | None:
    """Recognise a picture by its first bytes; None when it is none of ours."""
    if data.startswith(b"\xff\xd8\xff"):
        return PictureFormat.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PictureFormat.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return PictureFormat.WEBP
    if data.startswith((b"II*\0", b"MM\0*")):
        return PictureFormat.TIFF
    if data.startswith(b"BM") and len(data) >= 18 and unpack_from("<I", data, 14)[0] in _BMP_HEADER_BYTES:
        return PictureFormat.BMP
    return _identify_iso_media(data)


def _identify_iso_media(data: bytes) -> PictureFormat | None:
    """Tell HEIC from AVIF: the generic brands (``mif1``) stand for both, so all listed brands count."""
    if data[4:8] != b"ftyp":
        return None
    end = min(unpack_from(">I", data)[0], len(data), 256)
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, end - 3, 4)}
    if data[8:12] in _AVIF_BRANDS:
        return PictureFormat.AVIF
    if brands & _HEIC_BRANDS:
        return PictureFormat.HEIC
    return PictureFormat.AVIF if brands & _AVIF_BRANDS else None


def webp_canvas(data: bytes) -> tuple[int, int] | None:
    """Width and height in a WebP header, in px; None when the header is broken.

    libwebp allocates its canvas when the file is opened, before Pillow can tell the size, so the size is
    read here first (RFC 9649, sections 2.5 to 2.7).
    """
    chunk = data[12:16]
    if len(data) < 30:
        return None
    if chunk == b"VP8X":
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    if chunk == b"VP8L" and data[20] == 0x2F:
        bits = unpack_from("<I", data, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
