"""The light on the face in numbers: the luminance measures of ISO/IEC 29794-5, and a veil over all of it.

They judge the picture, not the person, and yet a dark face has less luminance by nature: the standard gives one of the
portraits tried, a well lit dark one, 17 of 100 for its mean. So the mean, the variance and the range only inform, and
:mod:`idphoto.checks.exposure` decides by the lit part of the face.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F64
from idphoto.checks import iso
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import INFO_ALWAYS, INFO_UNTIL_STRICT, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, Region, Reliability

MEAN_SCORE_LEAST = Limits(10.0, 25.0, 50.0)
"""The standard's scalar, whose mapping has its middle at a mean luminance of 0.2 and of 0.8."""

VARIANCE_SCORE_LEAST = Limits(20.0, 35.0, 50.0)
"""The standard's scalar. Portraits measured 73 to 100."""

UNDER_MOST = Limits(92.0, 85.0, 75.0)
"""Per cent of the face below 26 of 255 in linear light; 92 is the middle of the standard's mapping. Portraits measured
3 to 55."""

OVER_MOST = Limits(5.0, 2.0, 1.0)
"""Per cent of the face above 246 of 255 in linear light; 1 halves the standard's scalar. Portraits measured 0 to 0.02,
with one stop more light 0 to 50."""

RANGE_LEAST = Limits(4.4, 4.8, 5.2)
"""Bits of the histogram; the standard's scalar is 12.5 times as much. Portraits measured 6.0 to 7.7."""

BLACK_MOST = Limits(45.0, 34.0, 27.0)
"""L* of the darkest hundredth of the face: pupils, lashes, nostrils. Portraits measured 2 to 21, behind a veil of 40 %
light grey 38 and more, of 60 % 53."""

_DARK, _BRIGHT = 25, 247
_BINS: Final = 256


def luminance_mean(evidence: Evidence) -> Finding | None:
    """Mean luminance between brows and jaw, by the standard's scalar."""
    levels, region = _face(evidence)
    if levels is None:
        return None
    raw = float(levels.mean()) / 255
    quality = iso.component("LuminanceMean", raw)
    return Finding(quality.scalar, region, "dark" if raw < 0.5 else None, quality)


def luminance_variance(evidence: Evidence) -> Finding | None:
    """Variance of the luminance between brows and jaw, by the standard's scalar."""
    levels, region = _face(evidence)
    if levels is None:
        return None
    raw = float((levels / 255).var())
    quality = iso.component("LuminanceVariance", raw)
    return Finding(quality.scalar, region, iso=quality)


def share_under_exposed(evidence: Evidence) -> Finding | None:
    """Share of the face between brows and jaw that is nearly black."""
    levels, region = _face(evidence)
    if levels is None:
        return None
    raw = float((levels <= _DARK).mean())
    return Finding(100 * raw, region, iso=iso.component("UnderExposurePrevention", raw))


def share_over_exposed(evidence: Evidence) -> Finding | None:
    """Share of the face between brows and jaw that is nearly white."""
    levels, region = _face(evidence)
    if levels is None:
        return None
    raw = float((levels >= _BRIGHT).mean())
    return Finding(100 * raw, region, iso=iso.component("OverExposurePrevention", raw))


def dynamic_range(evidence: Evidence) -> Finding | None:
    """Entropy of the luminance between brows and jaw, bits."""
    levels, region = _face(evidence)
    if levels is None:
        return None
    share = np.bincount(levels.astype(int), minlength=_BINS) / levels.size
    share = share[share > 0]
    raw = float(-(share * np.log2(share)).sum())
    return Finding(raw, region, iso=iso.component("DynamicRange", raw))


def black_level(evidence: Evidence) -> Finding | None:
    """Measure how dark the darkest of the face is."""
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None or not aligned.face.any():
        return None
    darkest = float(np.percentile(aligned.lab[..., 0][aligned.face], 1))
    return Finding(darkest, bounding_region(face.landmarks, mesh.FACE_OVAL))


def _face(evidence: Evidence) -> tuple[F64 | None, Region | None]:
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None:
        return None, None
    where = iso.face_region(aligned)
    return (iso.levels(aligned)[where] if where.any() else None), bounding_region(face.landmarks, mesh.FACE_OVAL)


LUMINANCE_MEAN = CheckItem(
    code="luminance_mean",
    group=Group.QUALITY,
    name="Mean luminance",
    name_zh="平均亮度",
    unit="",
    measure=luminance_mean,
    limits=MEAN_SCORE_LEAST,
    worst=0,
    best=100,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="LUMINANCE_HIGH",
        reason="The face is lighter on average than the standard wants ({value} of 100).",
        reason_zh="面部平均亮度高于标准（{value}/100）。",
        advice="Use softer or less light.",
        advice_zh="请减弱或柔化光线。",
    ),
    causes={
        "dark": Wording(
            fault="LUMINANCE_LOW",
            reason="The face is darker on average than the standard wants ({value} of 100).",
            reason_zh="面部平均亮度低于标准（{value}/100）。",
            advice="Use more light from the front.",
            advice_zh="请增加正面光线。",
        )
    },
    iso="LuminanceMean",
)

LUMINANCE_VARIANCE = CheckItem(
    code="luminance_variance",
    group=Group.QUALITY,
    name="Variance of luminance",
    name_zh="亮度方差",
    unit="",
    measure=luminance_variance,
    limits=VARIANCE_SCORE_LEAST,
    worst=0,
    best=100,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="LUMINANCE_VARIANCE_LOW",
        reason="The face has too little or too much contrast ({value} of 100).",
        reason_zh="面部明暗对比过低或过高（{value}/100）。",
        advice="Use even light from the front, without a filter.",
        advice_zh="请使用均匀的正面光线，不要使用滤镜。",
    ),
    iso="LuminanceVariance",
)

UNDER_EXPOSED = CheckItem(
    code="under_exposure",
    group=Group.QUALITY,
    name="Not under-exposed",
    name_zh="无欠曝",
    unit="%",
    measure=share_under_exposed,
    limits=UNDER_MOST,
    worst=100,
    best=0,
    severity=INFO_UNTIL_STRICT,
    wording=Wording(
        fault="UNDER_EXPOSED",
        reason="{value} of the face is nearly black.",
        reason_zh="面部有 {value} 接近全黑。",
        advice="Use more light from the front.",
        advice_zh="请增加正面光线。",
    ),
    iso="UnderExposurePrevention",
)

OVER_EXPOSED = CheckItem(
    code="over_exposure",
    group=Group.QUALITY,
    name="Not over-exposed",
    name_zh="无过度曝光",
    unit="%",
    measure=share_over_exposed,
    limits=OVER_MOST,
    worst=50,
    best=0,
    severity=INFO_UNTIL_STRICT,
    wording=Wording(
        fault="OVER_EXPOSED",
        reason="{value} of the face is nearly white.",
        reason_zh="面部有 {value} 接近全白。",
        advice="Use less light, and no flash.",
        advice_zh="请减弱光线，关闭闪光灯。",
    ),
    iso="OverExposurePrevention",
)

DYNAMIC_RANGE = CheckItem(
    code="dynamic_range",
    group=Group.QUALITY,
    name="Dynamic range",
    name_zh="动态范围",
    unit="bits",
    measure=dynamic_range,
    limits=RANGE_LEAST,
    worst=0,
    best=8,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="DYNAMIC_RANGE_LOW",
        reason="The face has too few steps of light and shade ({value} bits).",
        reason_zh="面部明暗层次不足（{value} 位）。",
        advice="Use more light, and the original photo instead of a copy.",
        advice_zh="请增加光线，并使用原图。",
    ),
    iso="DynamicRange",
)

WASHED_OUT = CheckItem(
    code="washed_out",
    group=Group.QUALITY,
    name="Not washed out",
    name_zh="无灰雾褪色",
    unit="L*",
    measure=black_level,
    limits=BLACK_MOST,
    worst=70,
    best=5,
    severity=INFO_UNTIL_STRICT,
    wording=Wording(
        fault="WASHED_OUT",
        reason="The photo is washed out: not even pupils and nostrils are dark.",
        reason_zh="照片发灰褪色，瞳孔等深色部位不够深。",
        advice="Clean the lens, avoid light from behind, and do not photograph a print or a screen.",
        advice_zh="请清洁镜头、避免逆光，勿翻拍照片或屏幕。",
    ),
    reliability=Reliability.MEDIUM,
)
