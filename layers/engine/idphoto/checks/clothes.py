"""Shoulders and what is worn on them: level, covered, and told from the background."""

from __future__ import annotations

from math import atan2, degrees
from typing import Final

import numpy as np

from idphoto.background import rgb_of
from idphoto.checks.bust import HEAD, HEIGHT, WIDTH, Bust
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    INFO_ALWAYS,
    WARN_FROM_STANDARD,
    CheckItem,
    Finding,
    Limits,
    NotApplicable,
    Wording,
)
from idphoto.checks.report import Group, Reliability
from idphoto.cielab import rgb_to_lab

TILT_MOST = Limits(20.0, 12.0, 10.0)
"""Degrees. 20 is a vendor's default. Level shoulders measured up to 7, with a helmet under the arm 14, a body turned
sideways 33."""

LIKE_WALL_MOST = Limits(70.0, 50.0, 40.0)
"""Per cent of the outline of the shoulders. Portraits measured up to 6, a white top before a white wall 66, drawn
clothes in the colour of the wall 53 to 100."""

BARE_MOST = Limits(95.0, 80.0, 70.0)
"""Per cent of what is seen below the collar. Clothed portraits measured up to 26, with straps 44, bare shoulders 98;
beige clothes 84."""

ALIKE: Final = 12.0
"""CIE76 difference below which an edge is hard to see."""

_HALF_WIDTHS: Final = (54, 60, 66, 72)
"""px of the bust beside the midline at which the height of both shoulders is compared."""
_COLLAR: Final = 18
"""px below the chin where the shoulders begin; a fifth of a head."""
_FEWEST_ROWS, _FEWEST = 12, 150
_INSIDE, _OUTSIDE = 6, 5
"""px at both sides of the outline whose colours are compared."""
_NECK: Final = 24

_NO_SHOULDERS = NotApplicable("Too little of the shoulders is seen.", "肩部可见部分过少。")


def shoulder_tilt(evidence: Evidence) -> Finding | NotApplicable | None:
    """Compare the heights of both shoulders' outlines against the level eyes."""
    bust = evidence.bust
    if bust is None:
        return None
    angles = []
    for half in _HALF_WIDTHS:
        left, right = (_shoulder_row(bust, int(bust.middle) + sign * half) for sign in (-1, 1))
        if left is not None and right is not None:
            angles.append(degrees(atan2(right - left, 2 * half)))
    if not angles:
        return _NO_SHOULDERS
    rows, _ = np.ogrid[:HEIGHT, :WIDTH]
    return Finding(abs(float(np.median(angles))), bust.region_of(bust.person & (rows > bust.chin)))


def _shoulder_row(bust: Bust, column: int) -> int | None:
    """Return the row where a column of the body begins; None where it is cut, or hair hangs beside the chin."""
    first = int(bust.chin) - 8
    rows = first + np.flatnonzero(bust.covered[first:, column])
    if len(rows) < 6:
        return None
    body = bust.alpha[rows, column] > 0.5
    outside = np.flatnonzero(~body)
    if not body[-1] or not outside.size:
        return None
    return int(rows[outside[-1]])


def outline_like_wall(evidence: Evidence) -> Finding | NotApplicable | None:
    """Measure how much of the shoulders' outline has the colour of what is behind it.

    Where the specification has the background replaced, its own colour is what will be behind.
    """
    bust, spec = evidence.bust, evidence.spec
    if bust is None:
        return None
    painted = None
    if spec is not None and spec.background_replace_allowed:
        painted = rgb_to_lab(np.array(rgb_of(spec.backgrounds[0]), np.uint8)[None])[0]
    alike = []
    for row in range(int(bust.chin) + _COLLAR, HEIGHT):
        for columns in (np.arange(WIDTH // 2, WIDTH), np.arange(WIDTH // 2 - 1, -1, -1)):
            wall = np.flatnonzero(bust.wall[row, columns])
            body = np.flatnonzero(bust.person[row, columns[: wall[0]]]) if wall.size else wall
            if body.size <= _INSIDE:
                continue
            inside = np.median(bust.lab[row, columns[body[-1] - _INSIDE : body[-1]]], axis=0)
            behind = np.median(bust.lab[row, columns[wall[0] : wall[0] + _OUTSIDE]], axis=0)
            alike.append(float(np.linalg.norm(inside - (behind if painted is None else painted))) < ALIKE)
    if len(alike) < _FEWEST_ROWS:
        return _NO_SHOULDERS
    rows, _ = np.ogrid[:HEIGHT, :WIDTH]
    return Finding(100.0 * float(np.mean(alike)), bust.region_of(bust.person & (rows > bust.chin + _COLLAR)))


def bare_share(evidence: Evidence) -> Finding | NotApplicable | None:
    """Measure how much of the body beside the neck has the colour of the face."""
    bust, skin = evidence.bust, evidence.skin
    if bust is None or skin is None:
        return None
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    body = bust.person & (rows > bust.chin + 0.24 * HEAD) & (np.abs(columns - bust.middle) > _NECK)
    if body.sum() < _FEWEST:
        return _NO_SHOULDERS
    return Finding(100.0 * float(skin.is_skin(bust.lab[body]).mean()), bust.region_of(body))


SHOULDERS_LEVEL = CheckItem(
    code="shoulders_level",
    group=Group.POSE,
    name="Shoulders level",
    name_zh="双肩水平",
    unit="°",
    measure=shoulder_tilt,
    limits=TILT_MOST,
    worst=45,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="SHOULDERS_TILTED",
        reason="The shoulders are tilted by {value} against the eyes.",
        reason_zh="双肩相对眼睛倾斜 {value}。",
        advice="Face the camera with the whole body and let both shoulders hang.",
        advice_zh="请身体正对镜头，双肩放平。",
    ),
    reliability=Reliability.MEDIUM,
)

CLOTHES_CONTRAST = CheckItem(
    code="clothes_contrast",
    group=Group.BACKGROUND,
    name="Clothes differ from the background",
    name_zh="衣服与背景区分明显",
    unit="%",
    measure=outline_like_wall,
    limits=LIKE_WALL_MOST,
    worst=100,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="CLOTHES_LIKE_BACKGROUND",
        reason="{value} of the shoulders' outline has the colour of the background.",
        reason_zh="肩部轮廓有 {value} 与背景颜色相近。",
        advice="Wear something darker or lighter than the background, or choose another background.",
        advice_zh="请穿与背景颜色反差明显的衣服，或更换背景颜色。",
    ),
    reliability=Reliability.MEDIUM,
)

BARE_SHOULDERS = CheckItem(
    code="bare_shoulders",
    group=Group.BACKGROUND,
    name="Shoulders covered",
    name_zh="肩部有衣物",
    unit="%",
    measure=bare_share,
    limits=BARE_MOST,
    worst=100,
    best=0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="SHOULDERS_BARE",
        reason="{value} of what is seen below the collar has the colour of the skin.",
        reason_zh="衣领以下有 {value} 为肤色。",
        advice="Wear a top that covers the shoulders.",
        advice_zh="请穿遮住肩部的上衣。",
    ),
    reliability=Reliability.LOW,
)
