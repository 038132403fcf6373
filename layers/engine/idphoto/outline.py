"""Where a garment is held, found on its outline: the neck's opening, the shoulders, the hollow of the neck."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte
from idphoto.flanks import is_cut
from idphoto.garment import Anchors
from idphoto.usability import GarmentUnusableError
from idphoto.wearer import SLOPE_CM

COLLAR_CM: Final = 13.0
"""Usual distance between the sides of a neck's opening: a neck is 11 to 12 cm wide, a collar stands off a little."""
SHOULDERS_CM: Final = 40.0
"""Usual distance between the ends of the shoulders of a garment (biacromial breadth 33 to 43 cm, ANSUR II, with
padding)."""
PIT_BELOW_COLLAR_CM: Final = 5.0
"""How far the hollow of the neck lies below the sides of a collar, where there are no shoulders to tell it by."""

NOTCH_LEAST: Final = 0.05
"""Least depth of a neck's opening over its width: of a roll-neck, whose front the chin covers, about 0.1."""
ROLL_NECK: Final = 0.2
"""Depth over width of an opening, up to which it is a roll-neck's, whose front the chin hides."""
GAP_LEAST: Final = 0.08
"""Least width of an opening, of the garment's with its sleeves spread out; what is narrower is a dent."""
SHOULDERS_OVER_COLLAR: Final = (1.7, 4.6)
"""Breadth of the shoulders over that of the neck's opening, from a wide neckline to a shirt buttoned up; beyond it,
what was taken for shoulders are sleeves laid out flat, or the opening is not the neck's."""

HOLE_LEAST: Final = 0.12
"""Width of a hole that is a neck's opening, of the garment's width."""
BACK_UNDER: Final = 0.08
"""How far the back goes on behind the front to each side, of the opening's width."""

_COLLAR_REACH: Final = 1.5
"""How far from the middle the sides of an opening are looked for, in usual distances."""
_SHOULDER_DROP_CM: Final = 15.6
_SHOULDER_DROP: Final = (1.2, 2.2)
"""How far below the collar the outline is followed to find the end of the shoulder: where the scale is known; and in
distances between the sides of an opening and of a roll-neck's."""
_FRONT_FLAT: Final = 0.06
"""What is that close to the deepest point of the opening, of its depth, is as deep."""
_PEAK_FLAT: Final = 0.03
"""What is that close to the highest point is as high, in distances between the sides of the opening."""


@dataclass(frozen=True)
class Outline:
    """Where a garment is held.

    Attributes
    ----------
    neck_pit, collar_left, collar_right, collar_front, shoulder_left, shoulder_right
        ``(x, y)``, px of the picture; left is the viewer's.
    px_per_cm
        Scale.
    opening
        Depth of the neck's opening over its width.
    guessed
        Shoulders do not stand out, so that they lie at their usual distance.
    """

    neck_pit: tuple[float, float]
    collar_left: tuple[float, float]
    collar_right: tuple[float, float]
    collar_front: tuple[float, float]
    shoulder_left: tuple[float, float]
    shoulder_right: tuple[float, float]
    px_per_cm: float
    opening: float
    guessed: bool

    def moved(self, right: float, down: float) -> Outline:
        """Return the outline in a picture that begins elsewhere."""
        points: dict[str, Any] = {}
        for name in Anchors.model_fields:
            x, y = getattr(self, name)
            points[name] = (x + right, y + down)
        return replace(self, **points)


def trace_outline(alpha: Matte, middle: float | None = None, px_per_cm: float | None = None) -> Outline:
    """Find where a garment is held.

    Parameters
    ----------
    alpha
        ``(H, W)`` float32, 0..1: the front, with the neck's opening open to above.
    middle, px_per_cm
        Column of the body's midline and scale, where they are known.

    Raises
    ------
    GarmentUnusableError
        ``NO_NECK_OPENING``.
    """
    body = largest(alpha >= np.float32(0.5))
    top = _top(body)
    if middle is None:
        middle = _axis(body)
    left, front, right = _neckline(top, len(body), middle, px_per_cm)
    gap = right[0] - left[0]
    opening = (front[1] - max(left[1], right[1])) / gap
    drop = _SHOULDER_DROP_CM * px_per_cm if px_per_cm else gap * _SHOULDER_DROP[opening < ROLL_NECK]
    ends = [_shoulder(body, top, peak, drop, side) for peak, side in ((left, -1), (right, 1))]
    scale, guessed = _scale(body, gap, ends[1][0] - ends[0][0], opening)
    middle = (left[0] + right[0]) / 2
    if px_per_cm is None and guessed:
        ends = [_on_outline(top, top < len(body), middle + side * SHOULDERS_CM / 2 * scale) for side in (-1, 1)]
    per_cm = px_per_cm or scale
    pit_y = _pit(top, len(body), middle, per_cm) or (left[1] + right[1]) / 2 + PIT_BELOW_COLLAR_CM * per_cm
    return Outline((middle, pit_y), left, right, front, ends[0], ends[1], per_cm, opening, guessed)


def _scale(body: Mask, gap: float, breadth: float, opening: float) -> tuple[float, bool]:
    """Px per cm by the opening and the shoulders, and whether the shoulders tell nothing."""
    columns = np.flatnonzero(body.any(axis=0))
    worn = body[:, columns[0] : columns[-1] + 1].astype(np.float32)
    if is_cut(worn, -1) or is_cut(worn, 1):
        return gap / COLLAR_CM, False
    least, most = SHOULDERS_OVER_COLLAR
    if opening < ROLL_NECK:
        # A roll-neck lies close; its upper edge is narrower than a neck.
        return breadth / SHOULDERS_CM, not least <= breadth / gap <= 1.4 * most
    if not least <= breadth / gap <= most:
        return gap / COLLAR_CM, True
    # The shoulders vary less from garment to garment than the opening does.
    return 0.25 * gap / COLLAR_CM + 0.75 * breadth / SHOULDERS_CM, False


def split_back(alpha: Matte) -> tuple[Matte, Matte | None]:
    """Part what lies behind the neck from the front, where a hole in the cloth shows the two apart.

    A picture may show the inside of the collar's back as a band above the opening; the band belongs behind the neck.

    Returns
    -------
    tuple[Matte, Matte | None]
        Opacity of the front, open to above, and of the back; None where the opening is not a hole.
    """
    hole = _neck_hole(alpha)
    if hole is None:
        return alpha, None
    columns = np.flatnonzero(hole.any(axis=0))
    inner = slice(int(columns[0]), int(columns[-1]) + 1)
    above = np.arange(len(alpha))[:, None] <= np.where(hole.any(axis=0), hole.argmax(axis=0), -1)[None]
    front = np.where(above, np.float32(0), alpha)
    # Behind the front it goes on a little, so that no gap opens where the two part.
    under = round(BACK_UNDER * (inner.stop - inner.start))
    start, stop = max(inner.start - under, 0), min(inner.stop + under, alpha.shape[1])
    lowest = int(hole.argmax(axis=0)[inner].max())
    reach = np.zeros(alpha.shape, bool)
    reach[:lowest, start:stop] = True
    reach[:, inner] = above[:, inner]
    return front, np.where(reach, alpha, np.float32(0))


def _neck_hole(alpha: Matte) -> Mask | None:
    clear = (alpha < np.float32(0.5)).astype(np.uint8)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(clear, connectivity=4)
    seen = np.argwhere(clear == 0)
    if count < 2 or not len(seen):
        return None
    (top, left), (bottom, right) = seen.min(axis=0), seen.max(axis=0)
    width, height = right - left + 1, bottom - top + 1
    best = None
    for label in range(1, count):
        x, y, w, h, area = stats[label]
        outside = x == 0 or y == 0 or x + w == alpha.shape[1] or y + h == alpha.shape[0]
        middle = abs(centres[label][0] - (left + right) / 2) < 0.15 * width and centres[label][1] < top + 0.45 * height
        if not outside and middle and w >= HOLE_LEAST * width and (best is None or area > stats[best][4]):
            best = label
    return None if best is None else np.asarray(labels == best)


def largest(mask: Mask) -> Mask:
    """Return the largest piece of a mask."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    if count < 2:
        return mask
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])))


def _top(body: Mask) -> F32:
    """Row of the topmost cloth of each column; the height where there is none."""
    return np.where(body.any(axis=0), body.argmax(axis=0), len(body)).astype(np.float32)


def _axis(body: Mask) -> float:
    """Return the column about which a garment is the most symmetrical."""
    small = cv2.resize(body.astype(np.float32), (160, 120), interpolation=cv2.INTER_AREA)
    best, axis = -1.0, 80.0
    for twice in range(100, 220):
        reach = min(twice, 319 - twice) // 2
        lower, upper = (twice - 1) // 2 - reach + 1, twice // 2 + reach
        part = small[:, max(lower, 0) : upper + 1]
        overlap = float(np.minimum(part, part[:, ::-1]).sum() / max(float(small.sum()), 1e-6))
        if overlap > best:
            best, axis = overlap, (max(lower, 0) + upper) / 2
    return float((axis + 0.5) * body.shape[1] / 160 - 0.5)


def _neckline(
    top: F32, height: int, middle: float, px_per_cm: float | None
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Sides and front of the opening: the deepest dip between two rises, near the middle."""
    columns = np.arange(len(top))
    width = float(np.ptp(np.flatnonzero(top < height))) if (top < height).any() else 0.0
    reach = _COLLAR_REACH * COLLAR_CM * px_per_cm if px_per_cm else 0.35 * width
    first, last = (int(np.clip(middle + side * reach, 0, len(top) - 1)) for side in (-1, 1))
    window = top[first : last + 1]
    if len(window) < 8:
        raise GarmentUnusableError("NO_NECK_OPENING")
    before, after = np.minimum.accumulate(window), np.minimum.accumulate(window[::-1])[::-1]
    depth = window - np.maximum(before, after)
    near = np.abs(columns[first : last + 1] - middle) <= 0.5 * reach
    deepest = int(np.argmax(np.where(near, depth, -1)))
    left, right = (
        _peak(window, 0, deepest, inner=-1),
        _peak(window, deepest, len(window), inner=0),
    )
    gap = right - left
    if gap < max(8, GAP_LEAST * width) or window[deepest] >= height:
        raise GarmentUnusableError("NO_NECK_OPENING")
    if depth[deepest] < NOTCH_LEAST * gap:
        raise GarmentUnusableError("NO_NECK_OPENING", value=round(float(depth[deepest] / gap), 3), allowed=NOTCH_LEAST)
    level = np.flatnonzero(window[left : right + 1] >= window[deepest] - max(1.0, _FRONT_FLAT * depth[deepest])) + left
    front = float(level[0] + level[-1]) / 2
    return (
        (float(first + left), float(window[left])),
        (first + front, float(window[deepest])),
        (float(first + right), float(window[right])),
    )


def _peak(window: F32, start: int, stop: int, *, inner: int) -> int:
    """Column of the highest point; of several as high, that which is closest to the opening."""
    part = window[start:stop]
    high = np.flatnonzero(part <= part.min() + max(1.0, _PEAK_FLAT * len(part)))
    return start + int(high[inner])


def _shoulder(body: Mask, top: F32, peak: tuple[float, float], drop: float, side: int) -> tuple[float, float]:
    """End of the shoulder: where the outline from the collar to the upper arm is farthest from its chord."""
    x, y = round(peak[0]), peak[1]
    points = [(column, top[column]) for column in range(x, len(top) if side > 0 else -1, side)]
    lowest = min(y + drop, len(body) - 1)
    profile = np.array([point for point in points if point[1] <= lowest], np.float32)
    if len(profile) < 4:
        return peak
    outer = profile[-1]
    rows = np.arange(int(outer[1]), int(lowest) + 1)
    edge = body[rows][:, ::-1] if side > 0 else body[rows]
    first = edge.argmax(axis=1)
    beside = np.where(side > 0, body.shape[1] - 1 - first, first)[edge.any(axis=1)]
    flank = np.stack([beside, rows[edge.any(axis=1)]], axis=1).astype(np.float32)
    outline = np.vstack([profile, flank])
    chord = outline[-1] - outline[0]
    away = (outline - outline[0]) @ np.array((chord[1], -chord[0]), np.float32) * side
    end = outline[int(np.argmax(away))]
    return float(end[0]), float(end[1])


def _pit(top: F32, height: int, middle: float, px_per_cm: float) -> float | None:
    """Row of the hollow of the neck by the slope of the shoulders, as it is found on who will wear the garment."""
    rows = []
    for away, above in SLOPE_CM:
        for side in (-1, 1):
            column = round(middle + side * away * px_per_cm)
            if 0 <= column < len(top) and top[column] < height:
                rows.append(float(top[column]) + above * px_per_cm)
    return float(np.median(rows)) if len(rows) >= 4 else None


def _on_outline(top: F32, worn: Mask, x: float) -> tuple[float, float]:
    column = int(np.clip(round(x), 0, len(top) - 1))
    columns = np.flatnonzero(worn)
    if not worn[column]:
        column = int(columns[np.abs(columns - column).argmin()])
    return float(column), float(top[column])
