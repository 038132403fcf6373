"""Head coverings, told by the map of parts, a colour that hair does not have, or a surface without strands."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import Mask
from idphoto.checks.bust import CROWN, HEIGHT, WIDTH
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import INFO_ALWAYS, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, Reliability

COVERING_MOST = Limits(40.0, 30.0, 25.0)
"""Per cent of what is seen above the forehead. Hair measured up to 7, coloured caps 87 to 100. A cap in a colour of
hair is found where the parser knows it or it has no texture at all."""

_HALF_WIDTH: Final = 26
"""px beside the midline that are looked at."""
_BELOW_CROWN: Final = 2
_FEWEST: Final = 30

_GREY_CHROMA: Final = 9.0
_HAIR_HUE, _HAIR_CHROMA = (15.0, 95.0), 45.0
"""Black, grey and white hair has next to no chroma; all other natural hair is between red-brown and yellow."""

_SMOOTH: Final = 0.3
"""Median change of L* from pixel to pixel. Hair measured 2 to 5 at this scale; 0.3 is a surface without any strand."""


def unlike_hair(evidence: Evidence) -> Finding | None:
    """Measure how much above the forehead is a covering to the parser, or neither hair nor skin by its colour."""
    bust, skin = evidence.bust, evidence.skin
    if bust is None or skin is None:
        return None
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    forehead = float(bust.points[mesh.FOREHEAD_TOP, 1])
    top = min(CROWN + _BELOW_CROWN, forehead - 8)
    zone: Mask = (rows >= top) & (rows < forehead - 2) & (np.abs(columns - bust.middle) < _HALF_WIDTH) & bust.person
    region = bust.region_of(zone)
    lab = bust.lab[zone]
    if len(lab) < _FEWEST:
        return Finding(0.0, region)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
    hair = (chroma < _GREY_CHROMA) | ((hue > _HAIR_HUE[0]) & (hue < _HAIR_HUE[1]) & (chroma < _HAIR_CHROMA))
    share = 100.0 * float((~hair & ~skin.is_skin(lab)).mean())
    steps = np.hypot(*np.gradient(bust.lab[..., 0]))[zone]
    smooth = float(np.median(steps)) < _SMOOTH and not skin.same_colour(np.median(lab, axis=0)[None])[0]
    covering = bust.share("headwear")
    known = 0.0 if covering is None else 100.0 * float(covering[zone].mean())
    return Finding(100.0 if smooth else max(share, known), region)


HEAD_COVERING = CheckItem(
    code="head_covering",
    group=Group.OCCLUSION,
    name="No head covering",
    name_zh="未戴帽子或头饰",
    unit="%",
    measure=unlike_hair,
    limits=COVERING_MOST,
    worst=100,
    best=0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="HEAD_COVERED",
        reason="A hat, a scarf or another covering seems to be on the head ({value} of what is above the forehead).",
        reason_zh="疑似佩戴帽子、头巾或头饰（占额头以上区域的 {value}）。",
        advice="Take hats and hair bands off, unless they are worn for religious reasons.",
        advice_zh="请摘下帽子或发带（宗教原因除外）。",
    ),
    reliability=Reliability.LOW,
)
