"""The photo check: whether a finished file is what its specification asks for, measured on the file.

Pixels, resolution, format, size and background are read from the bytes, as an office would. Head, eyes and gap come
from the frame that made the photo: it knows them to a fraction of a pixel, and no network has to run again. Of a photo
that somebody else made they are measured.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from idphoto import mesh
from idphoto.analysis import Analysis
from idphoto.arrays import Rgb
from idphoto.checks.report import PASS_SCORE, Group, Item, Level, Report, Severity
from idphoto.decode import decode
from idphoto.picture_format import identify_format
from idphoto.specs import PixelRange, Spec

STRIP_SHARE: Final = 0.08
"""Of the photo's width: the strips beside the head in which the background is seen, in the upper quarter."""

GAP_SEEN: Final = 0.8
"""Of the gap above the head: the rest is left to hair that stands up."""

DPI_ROUNDING: Final = 0.5
"""PNG holds whole pixels a metre, so 300 dpi reads as 299.9994."""

PLACE_ROUNDING: Final = 0.5
"""Px: an edge lies in one pixel or in the next."""


@dataclass(frozen=True)
class Placed:
    """Where the head lies in a photo, px.

    Attributes
    ----------
    head_height_px, top_gap_px
        Crown to chin, and upper edge to crown.
    eye_y_px
        Eye line below the upper edge.
    """

    head_height_px: float
    top_gap_px: float
    eye_y_px: float


@dataclass(frozen=True)
class _Asked:
    """One thing that is asked for, and what it is called when it is missing."""

    code: str
    group: Group
    name: str
    name_zh: str
    fault: str
    unit: str
    advice: str
    advice_zh: str


_PIXELS = _Asked(
    "photo_pixels",
    Group.FILE,
    "Size in pixels",
    "像素尺寸",
    "PHOTO_PIXELS",
    "px",
    "Export with a size that the specification allows.",
    "请按规格允许的像素尺寸导出。",
)
_DPI = _Asked(
    "photo_dpi",
    Group.FILE,
    "Resolution",
    "分辨率",
    "PHOTO_DPI",
    "dpi",
    "Export with the resolution of the specification.",
    "请按规格的分辨率导出。",
)
_FORMAT = _Asked(
    "photo_format",
    Group.FILE,
    "File format",
    "文件格式",
    "PHOTO_FORMAT",
    "",
    "Export in the format of the specification.",
    "请按规格的文件格式导出。",
)
_BYTES = _Asked(
    "photo_file_size",
    Group.FILE,
    "File size",
    "文件大小",
    "PHOTO_FILE_SIZE",
    "KB",
    "Export with the file size of the specification, or with more pixels where it is too small.",
    "请按规格的文件大小导出；文件过小时请增大像素尺寸。",
)
_HEAD = _Asked(
    "photo_head_height",
    Group.FRAMING,
    "Head height",
    "头部高度",
    "PHOTO_HEAD_HEIGHT",
    "px",
    "Make the photo for this specification instead of resizing another one.",
    "请直接按该规格制作，而不是由其他尺寸缩放。",
)
_EYES = _Asked(
    "photo_eye_line",
    Group.FRAMING,
    "Eye line",
    "眼睛位置",
    "PHOTO_EYE_LINE",
    "px",
    "Make the photo for this specification instead of resizing another one.",
    "请直接按该规格制作，而不是由其他尺寸缩放。",
)
_GAP = _Asked(
    "photo_top_gap",
    Group.FRAMING,
    "Space above the head",
    "头顶空隙",
    "PHOTO_TOP_GAP",
    "px",
    "Make the photo for this specification instead of resizing another one.",
    "请直接按该规格制作，而不是由其他尺寸缩放。",
)
_BACKGROUND = _Asked(
    "photo_background",
    Group.BACKGROUND,
    "Background colour",
    "背景颜色",
    "PHOTO_BACKGROUND",
    "levels",
    "Use a background that the specification allows, or photograph before one where it may not be replaced.",
    "请使用规格允许的背景颜色；不允许替换背景时，请在符合要求的背景前拍摄。",
)


def check_photo(data: bytes, spec: Spec, placed: Placed) -> Report:
    """Check a finished file against its specification.

    Parameters
    ----------
    data
        The file.
    spec
        What the photo has to be.
    placed
        Where the frame put the head.

    Returns
    -------
    Report
        Every item that the specification asks for; all of them block.
    """
    rgb, dpi = _read(data)
    items = [
        _in_range(_HEAD, placed.head_height_px, spec.head_height_px, PLACE_ROUNDING),
        *_optional(_EYES, rgb.shape[0] - placed.eye_y_px, spec.eye_line_px),
        *_optional(_GAP, placed.top_gap_px, spec.top_gap_px),
        _at_most(_BACKGROUND, background_distance(rgb, spec, placed.top_gap_px), spec.background_tolerance),
        _at_most(_PIXELS, _pixels_off(rgb, spec), 0),
        _at_most(_DPI, abs(dpi - spec.dpi), DPI_ROUNDING),
        _at_most(_FORMAT, float(identify_format(data) != spec.format), 0),
    ]
    if spec.kb and spec.kb.min:
        allowed = PixelRange(min=spec.kb.least_bytes / 1000, max=spec.kb.max, target=spec.kb.max)
        items.append(_in_range(_BYTES, len(data) / 1000, allowed, 0))
    elif spec.kb:
        items.append(_at_most(_BYTES, len(data) / 1000, spec.kb.max))
    return Report(
        level=Level.STRICT,
        passed=all(item.passed for item in items),
        score=min(item.score for item in items),
        items=tuple(items),
    )


def placed_in(analysis: Analysis) -> Placed | None:
    """Return where the head lies in a finished photo of unknown making, measured on what was found in it.

    The eyes and the chin are where the landmarks are; the crown is as high above the chin as in the cut-out person.

    Returns
    -------
    None when the photo does not show one person.
    """
    face, portrait = analysis.person.face, analysis.portrait
    if face is None or portrait is None:
        return None
    eye_y = float(np.mean([eye[1] for eye in mesh.eye_centres(face.landmarks)]))
    chin_y = float(face.landmarks[mesh.CHIN, 1])
    scale = (chin_y - eye_y) / (portrait.chin_y - portrait.eye_y)
    head = portrait.head_height * scale
    return Placed(head, chin_y - head, eye_y)


def background_distance(rgb: Rgb, spec: Spec, top_gap_px: float) -> float:
    """How far the background is from the nearest allowed colour: levels of 255 in the channel that differs most.

    The background is seen above the head on the left and on the right, and in a strip beside it. Each part speaks by
    its median, so that single hairs do not; of the strips the better one counts, since hair may reach one side.

    Parameters
    ----------
    rgb
        uint8 ``(H, W, 3)``, the photo.
    spec
        Allows the colours.
    top_gap_px
        Rows above the head.
    """
    height, width = rgb.shape[:2]
    above, reach = max(1, int(GAP_SEEN * top_gap_px)), max(1, round(STRIP_SHARE * width))
    middle, low = width // 2, max(1, height // 4)
    corners = [_off(part, spec) for part in (rgb[:above, :middle], rgb[:above, middle:])]
    strips = [_off(part, spec) for part in (rgb[:low, :reach], rgb[:low, width - reach :])]
    return max(*corners, min(strips))


def _off(part: Rgb, spec: Spec) -> float:
    """Return how far the usual colour of a part is from the nearest allowed one."""
    colour = np.median(part.reshape(-1, 3), axis=0)
    allowed = [np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) for color in spec.backgrounds]
    return min(float(np.abs(colour - wanted).max()) for wanted in allowed)


def _read(data: bytes) -> tuple[Rgb, float]:
    """Return the pixels of a file and the resolution that it states, 0 when it states none."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGB")), _dpi_of(image)
    except UnidentifiedImageError:
        # HEIC and AVIF, which no office asks for, are the decoder's.
        return decode(data).rgb, 0.0


def _dpi_of(image: Image.Image) -> float:
    if "dpi" in image.info:
        return float(image.info["dpi"][0])
    return float(image.getexif().get(0x011A, 0))


def _pixels_off(rgb: Rgb, spec: Spec) -> float:
    """Pixels by which the worse side leaves what is allowed."""
    size = rgb.shape[1::-1]
    exact = (spec.width_px, spec.height_px)
    if spec.px_min is None and spec.px_max is None:
        return float(max(abs(side - wanted) for side, wanted in zip(size, exact, strict=True)))
    least, most = spec.px_min or exact, spec.px_max or size
    return float(
        max(
            0,
            *(low - side for low, side in zip(least, size, strict=True)),
            *(side - high for side, high in zip(size, most, strict=True)),
        )
    )


def _optional(asked: _Asked, value: float, allowed: PixelRange | None) -> list[Item]:
    return [_in_range(asked, value, allowed, PLACE_ROUNDING)] if allowed else []


def _in_range(asked: _Asked, value: float, allowed: PixelRange, rounding: float) -> Item:
    """Judge by the nearer end of a range; the middle scores 100, an end 60, and half a range beyond it 0."""
    half = max((allowed.max - allowed.min) / 2, 1e-6)
    off = abs(value - (allowed.max + allowed.min) / 2)
    passed = allowed.min - rounding <= value <= allowed.max + rounding
    threshold = allowed.min if value < (allowed.max + allowed.min) / 2 else allowed.max
    score = 100 - (100 - PASS_SCORE) * off / half if off <= half else PASS_SCORE * (2 - off / half)
    between = (f"{allowed.min:.1f}", f"{allowed.max:.1f}")
    return _item(asked, value, threshold, score, between, passed=passed)


def _at_most(asked: _Asked, value: float, limit: float) -> Item:
    score = 100 - (100 - PASS_SCORE) * value / limit if limit and value <= limit else 100.0
    return _item(asked, value, limit, score if value <= limit else 0.0, ("0", f"{limit:g}"), passed=value <= limit)


def _item(
    asked: _Asked, value: float, threshold: float, score: float, between: tuple[str, str], *, passed: bool
) -> Item:
    lowest, highest = (PASS_SCORE, 100) if passed else (0, PASS_SCORE - 1)
    unit = f" {asked.unit}" if asked.unit else ""
    low, high = between
    return Item(
        code=asked.code,
        name=asked.name,
        name_zh=asked.name_zh,
        group=asked.group,
        passed=passed,
        severity=Severity.BLOCK,
        fault=None if passed else asked.fault,
        measured=True,
        score=int(np.clip(round(score), lowest, highest)),
        value=round(value, 2),
        unit=asked.unit,
        threshold=round(threshold, 2),
        reason=None if passed else f"{asked.name}: {value:.1f}{unit}, allowed {low} to {high}{unit}.",
        reason_zh=None if passed else f"{asked.name_zh}：{value:.1f}{unit}，允许 {low} 至 {high}{unit}。",
        advice=None if passed else asked.advice,
        advice_zh=None if passed else asked.advice_zh,
        region=None,
    )
