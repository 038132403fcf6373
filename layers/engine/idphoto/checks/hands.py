"""Hands at the face: skin where beside a face there is none.

A hand has the colour of the face, so it cannot be told from it inside the face. But it has to come from somewhere: it
crosses the strip beside the jaw, which shows neck, hair or wall, or reaches past the outline of the head.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, Mask
from idphoto.checks.aligned_face import SIDE, AlignedFace
from idphoto.checks.bust import CROWN, HEAD, HEIGHT, WIDTH
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import WARN_FROM_STANDARD, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, Region, Reliability
from idphoto.checks.skin import SkinTone
from idphoto.raster import dilate

BESIDE_JAW_MOST = Limits(20.0, 20.0, 20.0)
"""Per cent of the strip beside one side of the jaw. Faces from the front measured up to 11, one turned by 33 degrees
24; hands drawn on the cheek or an eye from 27, on the mouth from 14."""

BESIDE_HEAD_MOST = Limits(1.5, 1.5, 1.5)
"""Area in per cent of the square of the head's height. Faces measured up to 0.3, light red hair 0.9; hands drawn on the
forehead from 2.6, a real one over an eye 8.7."""

_SAME_COLOUR: Final = 9.0
_SAME_LIGHTNESS: Final = (0.72, 1.3)
"""Nearer to the skin than :class:`SkinTone` asks: hair, beard and shaded neck must not count."""

_STRIP: Final = (8, 20)
"""px of the aligned face outside the face's outline."""
_HEAD_WIDTH, _HEAD_HEIGHT = 1.28, 0.55
"""Half axes of the oval that holds head and ears: in half widths of the mesh, and in heads."""
_REACH: Final = 75
"""px of the bust beside the midline: an arm farther away is not at the face."""


def skin_beside_jaw(evidence: Evidence) -> Finding | None:
    """Measure the share of skin in the strip beside the jaw, on the side that has more of it."""
    aligned, skin = evidence.aligned, evidence.skin
    if aligned is None or skin is None:
        return None
    strip = np.zeros((SIDE, SIDE), np.bool_)
    # Only the lower half is looked at, and widening a mask costs by its area.
    lower = slice(SIDE // 3, None)
    oval = aligned.polygon(mesh.FACE_OVAL)[lower]
    strip[lower] = dilate(oval, _STRIP[1]) & ~dilate(oval, _STRIP[0])
    strip &= aligned.covered
    sides = [_beside_jaw(aligned, skin, strip, sign) for sign in (-1, 1)]
    share, region = max(sides, key=lambda side: side[0])
    return Finding(100.0 * share, region)


def _beside_jaw(aligned: AlignedFace, skin: SkinTone, strip: Mask, sign: int) -> tuple[float, Region | None]:
    points = aligned.points
    rows, columns = np.ogrid[:SIDE, :SIDE]
    cheek = points[[mesh.LEFT_CHEEK[0], mesh.RIGHT_CHEEK[0]], 1].mean() + 8
    chin_x, chin_y = points[mesh.CHIN]
    side = strip & (rows > cheek) & (rows < chin_y - 10) & ((columns - chin_x) * sign > 0)
    if side.sum() < 20:
        return 0.0, None
    return float(_like_skin(skin, aligned.lab[side]).mean()), aligned.region_of(side)


def skin_beside_head(evidence: Evidence) -> Finding | None:
    """Measure the area of skin beside the head, above the chin."""
    bust, skin = evidence.bust, evidence.skin
    if bust is None or skin is None:
        return None
    edges = bust.points[[mesh.LEFT_CHEEK_EDGE, mesh.RIGHT_CHEEK_EDGE], 0]
    middle, half = float(edges.mean()), float(np.ptp(edges)) / 2
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    head = ((columns - middle) / (_HEAD_WIDTH * half)) ** 2 + ((rows - CROWN - HEAD / 2) / (_HEAD_HEIGHT * HEAD)) ** 2
    beside = (head > 1) & (rows > CROWN - 12) & (rows < bust.chin - 4) & (np.abs(columns - middle) < _REACH)
    found = beside & bust.person & _like_skin(skin, bust.lab)
    return Finding(100.0 * float(found.sum()) / HEAD**2, bust.region_of(found))


def _like_skin(skin: SkinTone, lab: F32) -> Mask:
    apart = np.hypot(lab[..., 1] - skin.lab[1], lab[..., 2] - skin.lab[2])
    ratio = lab[..., 0] / skin.lightness
    return np.asarray((apart < _SAME_COLOUR) & (ratio > _SAME_LIGHTNESS[0]) & (ratio < _SAME_LIGHTNESS[1]))


CHEEKS_FREE = CheckItem(
    code="cheeks_free",
    group=Group.OCCLUSION,
    name="No hand at cheek or chin",
    name_zh="脸颊下巴无手遮挡",
    unit="%",
    measure=skin_beside_jaw,
    limits=BESIDE_JAW_MOST,
    worst=90,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="HAND_AT_CHEEK",
        reason="A hand seems to be at the cheek, the chin or the mouth.",
        reason_zh="疑似有手遮挡脸颊、下巴或嘴部。",
        advice="Take the hands off the face.",
        advice_zh="请勿用手遮挡或托腮。",
    ),
    reliability=Reliability.MEDIUM,
)

FOREHEAD_FREE = CheckItem(
    code="forehead_free",
    group=Group.OCCLUSION,
    name="No hand at forehead or eyes",
    name_zh="额头眼部无手遮挡",
    unit="%",
    measure=skin_beside_head,
    limits=BESIDE_HEAD_MOST,
    worst=8,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="HAND_AT_FOREHEAD",
        reason="A hand seems to be at the forehead, an eye or the hair.",
        reason_zh="疑似有手遮挡额头、眼部或头发。",
        advice="Take the hands off the face.",
        advice_zh="请勿用手遮挡面部。",
    ),
    reliability=Reliability.MEDIUM,
)
