"""The frame: which part of a portrait becomes the photo, so that every number of a specification is met.

A frame has three free quantities: the head's height in the photo, the gap above it and its place across. Every
combination that the specification allows is a candidate; the best one needs no more of the body than the source has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from idphoto.arrays import F32, F64, Alpha, Rgb
from idphoto.body import HAIR_BESIDE_MIDLINE, TOUCHING, Body, measure_body, side_strength
from idphoto.continuation import MAX_STRETCH, stretch_end
from idphoto.errors import NotFeasibleError
from idphoto.upright import guess_head_height

if TYPE_CHECKING:
    from idphoto.portrait import Portrait
    from idphoto.specs import PixelRange, Spec

MAX_ENLARGEMENT: Final = 2.5
"""Beyond it, a print of 300 dpi has less than 120 dots an inch of the source, and the eyes look blurred in the hand."""

NOTED_ENLARGEMENT: Final = 1.25
"""Above it the softness shows beside a sharp photo."""

MAX_OFF_CENTRE: Final = 0.015
"""Of the photo's width: how far the face may leave the middle when a body is cut on one side."""

BOUND_MARGIN: Final = 0.05
"""Of an allowed range, kept free at both ends: 0.2 mm of a head of 32 to 36 mm. Heads of finished photos measure up to
0.6 % off, and are still within the range."""

SKULL_TOLERANCE: Final = 0.1
"""Of the head's height: on close-cropped heads, where hair adds nothing, the skull guessed from the face was found off
by 1 to 10 %."""

LEAST_GAP: Final = 0.02
"""Of the photo's height, where no top gap is prescribed: no hair at the very edge."""

COMFORTABLE_GAP: Final = 0.05
"""Of the photo's height: where only the eye line is prescribed, high hair keeps this much room, and the eyes lie lower
in their range instead."""

GAP_SHARE: Final = 4 / 11
MOST_GAP_SHARE: Final = 6 / 11
"""Of the height that the head leaves free, best and most where no top gap is prescribed: Japan's 4 + 2 of 11 mm, the
one rule for 35 x 45 mm that names the gap. With more, the chin would stand on the lower edge without shoulders."""

_STEPS: Final = 41
_GAP_WEIGHT: Final = 0.5
_STRETCH_WEIGHT: Final = 100.0
"""One per cent of stretch costs as much as the farthest allowed head height: allowed freedom is used first."""

_ROUNDING: Final = 1e-6

_LANCZOS_REACH: Final = 3
_REDUCING_GAP: Final = 3.0

_NO_COVERAGE: Final = 1 / 1024
"""Less than this rounds to no opacity; its colour does not matter."""


class HeadCutError(NotFeasibleError):
    """The source cuts the head."""

    code = "HEAD_CUT"
    message = "The photo cuts off part of the head."
    message_zh = "照片中头部不完整。"


class BodyCutError(NotFeasibleError):
    """The source ends too early below or beside the head."""

    code = "BODY_CUT"
    message = "The photo shows too little of the shoulders for this specification."
    message_zh = "照片中肩部以下露出太少，无法满足该规格。"


class SourceTooSmallError(NotFeasibleError):
    """The head has too few pixels."""

    code = "SOURCE_TOO_SMALL"
    message = "The head in the photo is too small for this specification."
    message_zh = "照片中的人像太小，无法满足该规格。"


class HeadShapeError(NotFeasibleError):
    """Head, eyes and gap cannot all be where the specification wants them."""

    code = "HEAD_SHAPE"
    message = "With this hair or head wear, head height and eye line cannot both meet the specification."
    message_zh = "由于发型或头饰，头部高度与眼睛位置无法同时满足该规格。"


@dataclass(frozen=True)
class FrameWarning:
    """Something about the photo that the customer should know; codes are stable."""

    code: str
    message: str
    message_zh: str
    details: dict[str, float]


@dataclass(frozen=True)
class Frame:
    """Where the photo lies on the portrait, and what is measured in it.

    Attributes
    ----------
    left, top
        Upper left corner of the photo on the portrait, px from the outer edge of its first column and row; may be
        negative.
    scale
        Photo px for one px of the portrait.
    width_px, height_px
        Size of the photo.
    head_height_px, top_gap_px
        Crown to chin, and upper edge to crown, photo px.
    eye_y_px
        Eye line below the upper edge, photo px.
    off_centre_px
        Face midline to the right of the middle, photo px.
    continued_rows, continued_left, continued_right
        How much of the body is continued below and on either side, portrait px.
    warnings
        What the customer should know.
    """

    left: float
    top: float
    scale: float
    width_px: int
    height_px: int
    head_height_px: float
    top_gap_px: float
    eye_y_px: float
    off_centre_px: float
    continued_rows: int
    continued_left: int
    continued_right: int
    warnings: tuple[FrameWarning, ...]


@dataclass(frozen=True)
class _Candidates:
    """Allowed frames, every field ``(N,)`` float64; shortages are in px of the portrait."""

    head: F64
    gap: F64
    left: F64
    top: F64
    short_below: F64
    short_left: F64
    short_right: F64
    cost: F64


def frame(portrait: Portrait, spec: Spec) -> Frame:
    """Choose the part of a portrait that meets all numbers of a specification.

    Raises
    ------
    HeadCutError, BodyCutError, SourceTooSmallError, HeadShapeError
        No allowed frame exists; the details say by how much.
    """
    refuse_cut_head(portrait)
    heads, gaps = _allowed_heads_and_gaps(portrait, spec)
    large_enough = heads <= MAX_ENLARGEMENT * portrait.head_height
    if not large_enough.any():
        raise SourceTooSmallError(
            head_px=round(portrait.head_height), needed_px=int(np.ceil(heads.min() / MAX_ENLARGEMENT))
        )
    body = measure_body(portrait)
    candidates = _candidates(portrait, spec, body, heads[large_enough], gaps[large_enough])
    best = int(np.argmin(candidates.cost))
    if not np.isfinite(candidates.cost[best]):
        _refuse_cut_body(candidates, body)
    return _frame_of(portrait, spec, candidates, best)


def apply_frame(portrait: Portrait, chosen: Frame) -> tuple[Rgb, Alpha]:
    """Cut a frame out of its portrait, resampling once.

    Colours are resampled multiplied by their opacity, and divided by the opacity before it is clipped: the overshoot of
    the filter at the person's edge is the same in both and cancels out, so that no line follows the edge.

    Returns
    -------
    Rgb, Alpha
        uint8 ``(height_px, width_px, 3)``, not multiplied by the opacity, and uint8 ``(height_px, width_px)``.
    """
    body = measure_body(portrait)
    rows, columns = _read_region(portrait, chosen, body)
    opacity = portrait.alpha[rows, columns] * np.float32(1 / 255)
    planes = [portrait.rgb[rows, columns, channel] * opacity for channel in range(3)]
    *colours, coverage = (
        _resample(_continue(plane, portrait, chosen, body, (rows.start, columns.start)), chosen, rows, columns)
        for plane in (*planes, opacity)
    )
    divisor = np.maximum(coverage, _NO_COVERAGE)
    rgb = np.stack([np.clip(np.rint(colour / divisor), 0, 255).astype(np.uint8) for colour in colours], axis=-1)
    return rgb, np.rint(np.clip(coverage, 0, 1) * 255).astype(np.uint8)


def refuse_cut_head(portrait: Portrait) -> None:
    """Refuse a source that cuts the head.

    Raises
    ------
    HeadCutError
        The details say on which side.
    """
    if portrait.crown_y < 1:
        raise HeadCutError(side="top")
    rows = slice(int(portrait.crown_y), int(np.ceil(portrait.chin_y)) + 1)
    reach = HAIR_BESIDE_MIDLINE * portrait.head_height
    for side, column, room in (
        ("left", 0, portrait.centre_x),
        ("right", -1, portrait.width - 1 - portrait.centre_x),
    ):
        if room < reach and portrait.alpha[rows, column].max() >= TOUCHING:
            raise HeadCutError(side=side)


def allowed_positions(portrait: Portrait, spec: Spec) -> tuple[F64, F64, F64]:
    """Every head height and top gap that a specification allows together, photo px, and how far each is from the best.

    Returns
    -------
    tuple of F64
        Heads, gaps and costs, each ``(N,)``; the least cost is the best.

    Raises
    ------
    HeadShapeError
        None is allowed.
    """
    heads, gaps = _allowed_heads_and_gaps(portrait, spec)
    return heads, gaps, _cost(portrait, spec, heads, gaps)


def _allowed_heads_and_gaps(portrait: Portrait, spec: Spec) -> tuple[F64, F64]:
    """Every allowed pair of head height and top gap, photo px, each ``(N,)``; the best of each head among them."""
    height = spec.height_px
    heads = np.append(np.linspace(*_safe(spec.head_height_px), _STEPS), spec.head_height_px.target)
    eyes = (portrait.eye_y - portrait.crown_y) / portrait.head_height * heads
    lowest, highest = np.full_like(heads, LEAST_GAP * height), MOST_GAP_SHARE * (height - heads)
    if spec.top_gap_px:
        least, most = _safe(spec.top_gap_px)
        lowest, highest = np.full_like(heads, least), np.minimum(most, height - heads)
    if spec.eye_line_px:
        least_eyes, most_eyes = _safe(spec.eye_line_px)
        lowest = np.maximum(lowest, height - eyes - most_eyes)
        highest = np.minimum(highest, height - eyes - least_eyes)
    possible = lowest <= highest
    if not possible.any():
        raise HeadShapeError(eyes_below_crown=round(float(eyes[-1] / heads[-1]), 3))
    heads, eyes, lowest, highest = heads[possible], eyes[possible], lowest[possible], highest[possible]
    best = np.clip(_best_gap(spec, heads, eyes), lowest, highest)
    steps = np.linspace(0, 1, _STEPS)
    gaps = np.column_stack([best, lowest[:, None] + (highest - lowest)[:, None] * steps])
    return np.repeat(heads, gaps.shape[1]), gaps.ravel()


def _safe(allowed: PixelRange) -> tuple[float, float]:
    """Least and most of a range that measuring errors do not leave."""
    margin = BOUND_MARGIN * (allowed.max - allowed.min)
    return allowed.min + margin, allowed.max - margin


def _best_gap(spec: Spec, heads: F64, eyes: F64) -> F64:
    if spec.top_gap_px:
        return np.full_like(heads, spec.top_gap_px.target)
    if spec.eye_line_px:
        return np.maximum(spec.height_px - eyes - spec.eye_line_px.target, COMFORTABLE_GAP * spec.height_px)
    return np.asarray(GAP_SHARE * (spec.height_px - heads))


def _candidates(portrait: Portrait, spec: Spec, body: Body, heads: F64, gaps: F64) -> _Candidates:
    scale = heads / portrait.head_height
    width, height = spec.width_px / scale, spec.height_px / scale
    top = portrait.crown_y + 0.5 - gaps / scale
    bottom = top + height
    left = portrait.centre_x + 0.5 - width / 2
    short_left, short_right = _side_shortages(portrait, body, left, width, bottom)
    most = MAX_OFF_CENTRE * width
    left = left + np.where(short_right > 0, 0, np.minimum(short_left, most))
    left = left - np.where(short_left > 0, 0, np.minimum(short_right, most))
    short_left, short_right = _side_shortages(portrait, body, left, width, bottom)
    short_below = np.maximum(bottom - body.end, 0)

    stretch = (
        _stretch(short_below, body.available)
        + _stretch(short_left, body.left.available)
        + _stretch(short_right, body.right.available)
    )
    cost = _cost(portrait, spec, heads, gaps) + _STRETCH_WEIGHT * stretch
    return _Candidates(heads, gaps, left, top, short_below, short_left, short_right, cost)


def _cost(portrait: Portrait, spec: Spec, heads: F64, gaps: F64) -> F64:
    allowed = spec.head_height_px
    off_head = (heads - allowed.target) / max(allowed.max - allowed.target, allowed.target - allowed.min, 1e-9)
    best_gap = _best_gap(spec, heads, (portrait.eye_y - portrait.crown_y) / portrait.head_height * heads)
    off_gap = (gaps - best_gap) / (0.1 * spec.height_px)
    return np.asarray(off_head**2 + _GAP_WEIGHT * off_gap**2)


def _side_shortages(portrait: Portrait, body: Body, left: F64, width: F64, bottom: F64) -> tuple[F64, F64]:
    """How far frames reach beyond the source on either side where it cuts the body."""
    beyond_left = np.where(body.left.touch < bottom, np.maximum(-left, 0), 0)
    beyond_right = np.where(body.right.touch < bottom, np.maximum(left + width - portrait.width, 0), 0)
    return beyond_left, beyond_right


def _stretch(short: F64, available: float) -> F64:
    """Length to add over the length that may be stretched; infinite where that is too much."""
    whole = _whole(short)
    limit = (MAX_STRETCH - 1) * available
    return np.where(whole <= 0, 0.0, np.where(whole <= limit, whole / max(available, 1.0), np.inf))


def _whole(short: F64) -> F64:
    """Pixels to add for a shortage; none for a rounding error."""
    return np.asarray(np.ceil(short - _ROUNDING))


def _refuse_cut_body(candidates: _Candidates, body: Body) -> None:
    """Raise for the side that is cut worst in the candidate that misses least."""
    sides = {
        "bottom": (candidates.short_below, body.available),
        "left": (candidates.short_left, body.left.available),
        "right": (candidates.short_right, body.right.available),
    }
    least = int(np.argmin(sum(short for short, _ in sides.values())))
    excess = {
        side: float(_whole(short[least])) - (MAX_STRETCH - 1) * max(available, 0.0)
        for side, (short, available) in sides.items()
    }
    worst = max(excess, key=lambda side: excess[side])
    short, available = sides[worst]
    raise BodyCutError(
        side=worst,
        missing_px=int(_whole(short[least])),
        allowed_px=int((MAX_STRETCH - 1) * max(available, 0.0)),
    )


def _frame_of(portrait: Portrait, spec: Spec, candidates: _Candidates, best: int) -> Frame:
    head, gap = float(candidates.head[best]), float(candidates.gap[best])
    scale = head / portrait.head_height
    left = float(candidates.left[best])
    rows, columns_left, columns_right = (
        int(_whole(short[best])) for short in (candidates.short_below, candidates.short_left, candidates.short_right)
    )
    return Frame(
        left=left,
        top=float(candidates.top[best]),
        scale=scale,
        width_px=spec.width_px,
        height_px=spec.height_px,
        head_height_px=head,
        top_gap_px=gap,
        eye_y_px=gap + (portrait.eye_y - portrait.crown_y) * scale,
        off_centre_px=(portrait.centre_x + 0.5 - left) * scale - spec.width_px / 2,
        continued_rows=rows,
        continued_left=columns_left,
        continued_right=columns_right,
        warnings=_warnings(portrait, spec, scale, (rows, columns_left, columns_right)),
    )


def _warnings(
    portrait: Portrait, spec: Spec, scale: float, continued: tuple[int, int, int]
) -> tuple[FrameWarning, ...]:
    warnings = []
    if scale > NOTED_ENLARGEMENT:
        warnings.append(
            FrameWarning(
                "ENLARGED",
                "The photo was enlarged and may look soft; a larger source is better.",
                "照片经过放大，可能不够清晰，建议使用更大的原图。",
                {"enlargement": round(scale, 2)},
            )
        )
    if any(continued):
        below, left, right = continued
        warnings.append(
            FrameWarning(
                "BODY_CONTINUED",
                "The source ends too early; the clothes were continued to the edge of the photo.",
                "原图身体部分不足，已将衣物延伸至照片边缘。",
                {"below_px": below, "left_px": left, "right_px": right},
            )
        )
    skull = guess_head_height(portrait.landmarks) * scale
    needed = spec.head_height_px.min
    if spec.head_height.top == "skull" and skull < (1 - SKULL_TOLERANCE) * needed:
        warnings.append(
            FrameWarning(
                "HAIR_HIGH",
                "The authority measures the head without the hair, and under this hair it may be too small; flatter "
                "hair is safer.",
                "该机构按不含头发的头顶测量头部高度，当前发型下头部可能偏小，建议压低头发后重拍。",
                {"skull_px": round(skull), "needed_px": round(needed)},
            )
        )
    return tuple(warnings)


def _margin(chosen: Frame) -> int:
    """How far around a frame the resampling reads, px of the portrait."""
    return int(np.ceil(_LANCZOS_REACH * max(1.0, 1 / chosen.scale))) + 1


def _read_region(portrait: Portrait, chosen: Frame, body: Body) -> tuple[slice, slice]:
    """Rows and columns of the portrait that the resampling reads."""
    margin = _margin(chosen)
    width, height = chosen.width_px / chosen.scale, chosen.height_px / chosen.scale
    left, top = int(np.floor(chosen.left)) - margin, int(np.floor(chosen.top)) - margin
    right, bottom = int(np.ceil(chosen.left + width)) + margin, int(np.ceil(chosen.top + height)) + margin
    return slice(max(top, 0), min(bottom, round(body.end))), slice(max(left, 0), min(right, portrait.width))


def _continue(plane: F32, portrait: Portrait, chosen: Frame, body: Body, corner: tuple[int, int]) -> F32:
    """Continue the body in one plane whose upper left corner is at this row and column of the portrait."""
    plane = stretch_end(plane, body.end - body.available - corner[0], chosen.continued_rows)
    rows = np.arange(len(plane), dtype=np.float64) + corner[0]
    if chosen.continued_right:
        strength = side_strength(portrait, body.right, rows)
        plane = stretch_end(plane.T, plane.shape[1] - body.right.available, chosen.continued_right, strength).T
    if chosen.continued_left:
        strength = side_strength(portrait, body.left, rows)
        start = plane.shape[1] - body.left.available
        plane = stretch_end(plane.T[::-1], start, chosen.continued_left, strength)[::-1].T
    return plane


def _resample(plane: F32, chosen: Frame, rows: slice, columns: slice) -> F32:
    """Bring the frame's part of a continued plane to the photo's size."""
    margin = _margin(chosen)
    width, height = chosen.width_px / chosen.scale, chosen.height_px / chosen.scale
    left, top = chosen.left - columns.start + chosen.continued_left, chosen.top - rows.start
    plane, above = _pad(plane, top, height, margin)
    turned, aside = _pad(plane.T, left, width, margin)
    box = (left + aside, top + above, left + aside + width, top + above + height)
    image = Image.fromarray(np.ascontiguousarray(turned.T))
    size = (chosen.width_px, chosen.height_px)
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=_REDUCING_GAP))


def _pad(plane: F32, start: float, length: float, margin: int) -> tuple[F32, int]:
    """Add rows until the frame and its margin are covered; return how many came before the first.

    Where the frame reaches beyond the plane there is background. Where only the margin does, the source cut the person
    at the frame's edge, and the last row is repeated, or transparency would leak in.
    """
    before = max(0, margin - int(np.floor(start)))
    after = max(0, int(np.ceil(start + length)) + margin - len(plane))
    first, last = (
        plane[end] if inside else np.zeros_like(plane[end])
        for end, inside in ((0, start >= -_ROUNDING), (-1, start + length <= len(plane) + _ROUNDING))
    )
    return np.concatenate([np.repeat(first[None], before, 0), plane, np.repeat(last[None], after, 0)]), before
