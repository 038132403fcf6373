"""How the light falls on the skin: shadows across it, and spots that shine."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import INFO_ALWAYS, WARN_FROM_STANDARD, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, Reliability

SHADOW_MOST = Limits(45.0, 38.0, 32.0)
"""By how many per cent the darker patches of skin are below the lighter ones in L*. Portraits measured 7 to 31 without
hair on the forehead, 44 and 63 with; a shadow of two stops from 33, of one stop from 18."""

SHINE_MOST = Limits(2.5, 1.8, 1.5)
"""Per cent of the skin. Portraits measured up to 0.2, one behind glasses 1.2; drawn flash spots of a third of the eye
distance from 2.3."""

_PATCH: Final = 5.0
_FEWEST: Final = 6
_SHINE_LIGHTNESS, _SHINE_LEVEL, _SHINE_CHROMA = 1.1, 88.0, 0.4
"""A shining spot is lighter than the skin, above this L*, and has less than this part of the skin's chroma."""


def darker_patches(evidence: Evidence) -> Finding | None:
    """Compare the lightness of patches over forehead, nose and cheeks, those in the colour of the skin only."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    medians = [aligned.median(aligned.disc(index, _PATCH)) for index in mesh.LIT_SKIN]
    patches = np.array([median for median in medians if median is not None])
    if not len(patches):
        return None
    lightness = patches[skin.same_colour(patches)][:, 0]
    if lightness.size < _FEWEST:
        return None
    dark, light = np.percentile(lightness, (10, 75))
    return Finding(100.0 * float(1 - dark / max(light, 1.0)), bounding_region(face.landmarks, mesh.FACE_OVAL))


def share_shining(evidence: Evidence) -> Finding | None:
    """Measure how much of the skin is bright and has lost its colour, away from eyes and lips."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    away = (
        aligned.polygon(mesh.LEFT_EYE, 2) | aligned.polygon(mesh.RIGHT_EYE, 2) | aligned.polygon(mesh.LIPS_OUTER, 1.2)
    )
    where = aligned.face & ~away
    if not where.any():
        return None
    lab = aligned.lab
    bright = max(_SHINE_LIGHTNESS * skin.lightness, _SHINE_LEVEL)
    shining = where & (lab[..., 0] > bright) & (np.hypot(lab[..., 1], lab[..., 2]) < _SHINE_CHROMA * skin.chroma)
    region = aligned.region_of(shining) or bounding_region(face.landmarks, mesh.FACE_OVAL)
    return Finding(100.0 * float(shining.sum()) / float(where.sum()), region)


SHADOW_ON_FACE = CheckItem(
    code="face_shadow",
    group=Group.QUALITY,
    name="No shadow on the face",
    name_zh="面部无阴影",
    unit="%",
    measure=darker_patches,
    limits=SHADOW_MOST,
    worst=80,
    best=0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="SHADOW_ON_FACE",
        reason="A shadow seems to lie on the face: parts of the skin are {value} darker.",
        reason_zh="面部疑似有阴影：部分皮肤偏暗 {value}。",
        advice="Take off hats, comb the hair back and face the light.",
        advice_zh="请摘帽、拨开头发并正对光源。",
    ),
    reliability=Reliability.LOW,
)

HOT_SPOTS = CheckItem(
    code="hot_spots",
    group=Group.QUALITY,
    name="No shining spots",
    name_zh="皮肤无反光亮斑",
    unit="%",
    measure=share_shining,
    limits=SHINE_MOST,
    worst=10,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="HOT_SPOTS",
        reason="{value} of the skin shines white.",
        reason_zh="皮肤有 {value} 出现反光亮斑。",
        advice="Switch the flash off, dab the skin dry, or use softer light.",
        advice_zh="请关闭闪光灯、擦干皮肤或使用柔和光线。",
    ),
    reliability=Reliability.MEDIUM,
)
