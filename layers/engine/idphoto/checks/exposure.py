"""Whether the face is neither too dark nor burnt out, and evenly lit."""

from __future__ import annotations

from math import log2
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32
from idphoto.checks import iso
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    BLOCK_ALWAYS,
    BLOCK_WHEN_STRICT,
    WARN_FROM_STANDARD,
    CheckItem,
    Finding,
    Limits,
    Wording,
)
from idphoto.checks.report import Group

BRIGHTNESS_LEAST = Limits(40.0, 44.0, 48.0)
"""L* of the lit part of the face. Well exposed faces measured 54 to 91, dark skin included (58); two stops less
light makes 31 to 52. The mean would mistake dark skin for a dark photo, so the highlights are asked."""

LIT_PERCENTILE: Final = 90.0

BURNT_MOST = Limits(20.0, 8.0, 3.0)
"""Share of the face without colour left, per cent. Well exposed faces measured 0; one stop more light makes 24 to 63 on
light skin, which no correction brings back."""

BURNT_LEVEL: Final = 250
"""A pixel with two channels from this level on has lost its colour. One is not enough: red clips first on skin."""

EVENNESS_LEAST = Limits(40.0, 45.0, 50.0)
"""Likeness of the light on both cheeks, as ISO/IEC 29794-5 measures illumination uniformity, 0..100. Portraits
measured 52 to 90, with light from one side 35 to 47."""

SIDE_LIGHT_MOST = Limits(2.0, 1.2, 1.0)
"""Stops between the cheeks. Portraits measured up to 1.05, lit from one side 1.24; a drawn light of two stops from 1.1,
where it evens out what was there, mostly 1.6 to 2.8. One stop is the key to fill ratio of 2:1 of portrait studios."""

_LEAST_LIGHT: Final = 1e-3
_INTERSECTION_POWER: Final = 0.3


def brightness(evidence: Evidence) -> Finding | None:
    """Measure the lightness of the lit part of the face."""
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None or not aligned.face.any():
        return None
    lit = float(np.percentile(aligned.lab[..., 0][aligned.face], LIT_PERCENTILE))
    return Finding(lit, bounding_region(face.landmarks, mesh.FACE_OVAL))


def share_burnt_out(evidence: Evidence) -> Finding | None:
    """Measure how much of the face is so bright that its colour is lost."""
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None or not aligned.face.any():
        return None
    second_channel = np.sort(aligned.rgb[aligned.face], axis=1)[:, 1]
    share = 100.0 * float((second_channel >= BURNT_LEVEL).mean())
    return Finding(share, bounding_region(face.landmarks, mesh.FACE_OVAL))


def light_evenness(evidence: Evidence) -> Finding | None:
    """Compare the histograms of luminance of both cheeks (ISO/IEC 29794-5, illumination uniformity)."""
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None:
        return None
    cheeks = [aligned.luminance[square] for square in iso.cheeks(aligned)]
    if any(cheek.size == 0 for cheek in cheeks):
        return None
    shared = float(np.minimum(*map(_histogram, cheeks)).sum())
    value = 100.0 * shared**_INTERSECTION_POWER
    quality = iso.component("IlluminationUniformity", shared)
    return Finding(value, bounding_region(face.landmarks, mesh.FACE_OVAL), iso=quality)


def stops_between_cheeks(evidence: Evidence) -> Finding | None:
    """Compare the light on both cheeks, in stops: the size of what :func:`light_evenness` sees the shape of."""
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None:
        return None
    cheeks = [aligned.luminance[square] for square in iso.cheeks(aligned)]
    if any(cheek.size == 0 for cheek in cheeks):
        return None
    left, right = (max(float(np.median(cheek)), _LEAST_LIGHT) for cheek in cheeks)
    stops = log2(left / right)
    return Finding(abs(stops), bounding_region(face.landmarks, mesh.FACE_OVAL))


def _histogram(luminance: F32) -> F32:
    levels = np.floor(255 * luminance.ravel() + 0.5).astype(int)
    return (np.bincount(levels, minlength=256) / luminance.size).astype(np.float32)


NOT_TOO_DARK = CheckItem(
    code="brightness",
    group=Group.QUALITY,
    name="Bright enough",
    name_zh="亮度",
    unit="L*",
    measure=brightness,
    limits=BRIGHTNESS_LEAST,
    worst=10,
    best=75,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="TOO_DARK",
        reason="The face is too dark.",
        reason_zh="面部过暗。",
        advice="Face a window or a lamp, and avoid light from behind.",
        advice_zh="请面向窗户或灯光，避免逆光拍摄。",
    ),
)

NOT_BURNT_OUT = CheckItem(
    code="highlights",
    group=Group.QUALITY,
    name="Not burnt out",
    name_zh="无过曝",
    unit="%",
    measure=share_burnt_out,
    limits=BURNT_MOST,
    worst=70,
    best=0,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="BURNT_OUT",
        reason="{value} of the face is burnt out to white.",
        reason_zh="面部有 {value} 过曝。",
        advice="Avoid flash and direct sun on the face.",
        advice_zh="请避免闪光灯和阳光直射面部。",
    ),
)

EVENLY_LIT = CheckItem(
    code="even_light",
    group=Group.QUALITY,
    name="Evenly lit",
    name_zh="光线均匀",
    unit="",
    measure=light_evenness,
    limits=EVENNESS_LEAST,
    worst=0,
    best=90,
    severity=BLOCK_WHEN_STRICT,
    iso="IlluminationUniformity",
    wording=Wording(
        fault="UNEVEN_LIGHT",
        reason="One side of the face is much brighter than the other.",
        reason_zh="面部左右光线不均（阴阳脸）。",
        advice="Turn towards the light so that it falls on both cheeks alike.",
        advice_zh="请正对光源，使两侧面部受光均匀。",
    ),
)

SIDE_LIGHT = CheckItem(
    code="side_light",
    group=Group.QUALITY,
    name="No light from one side",
    name_zh="无阴阳脸",
    unit="stops",
    measure=stops_between_cheeks,
    limits=SIDE_LIGHT_MOST,
    worst=4,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="SIDE_LIGHT",
        reason="The light comes from one side: the cheeks differ by {value} stops.",
        reason_zh="光线来自一侧（阴阳脸）：两颊相差 {value} 档。",
        advice="Turn towards the light, or put something white on the dark side.",
        advice_zh="请正对光源，或在暗侧放置白色反光物。",
    ),
)
