"""Whether the colours are those of life: skin, the white of the eyes, and any colour at all."""

from __future__ import annotations

from math import hypot
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F64
from idphoto.checks import iso
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    BLOCK_ALWAYS,
    BLOCK_FROM_STANDARD,
    WARN_FROM_STANDARD,
    CheckItem,
    Finding,
    Limits,
    NotApplicable,
    Wording,
)
from idphoto.checks.report import Group, Reliability

UNNATURAL_MOST = Limits(8.0, 5.0, 3.0)
"""Distance in a*, b* from the standard's box of natural skin. Portraits of every skin colour measured 0, one in warm
stage light 1.4; tints of 10 % up to 7.9, of 40 % from 9.6, whether blue, green, red or yellow. The standard's own
middle is 11."""

CAST_MOST = Limits(30.0, 17.0, 14.0)
"""Distance in a*, b* of the white of the eyes from its usual colour. Open eyes measured 1 to 12; tints of 20 % from 14,
of 40 % from 35."""

COLOURFUL_LEAST = Limits(3.0, 3.0, 3.0)
"""C*ab of the skin. Portraits measured 13 to 35, grey pictures 0; a sepia print is caught by its hue, not here."""

_SKIN_A, _SKIN_B = (5.0, 25.0), (5.0, 35.0)
"""The standard's box."""
_NOT_SKIN: Final = 100.0

_XYZ_D50: Final = np.array([(0.43605, 0.38508, 0.14309), (0.22249, 0.71689, 0.06062), (0.01393, 0.09710, 0.71419)])
_WHITE_D50: Final = np.array([0.964221, 1.0, 0.825211])
_KAPPA, _EPSILON = 24289 / 27, 216 / 24389
"""Kappa has a digit of the reference implementation's own; CIE has 24389 / 27."""

_WHITE_OF_EYE: Final = (2.0, 2.0)
"""a*, b* of the lighter part of the white of the eye, median of portraits."""
_IRIS_MARGIN: Final = 1.1
_LIGHTER_PART: Final = 60
_FEWEST: Final = 8

_GREY = NotApplicable("The photo is black and white.", "照片为黑白。")


def skin_outside_natural(evidence: Evidence) -> Finding | NotApplicable | None:
    """Measure how far the mean colour of the cheeks lies outside the box of natural skin (ISO/IEC 29794-5)."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    if skin.chroma < COLOURFUL_LEAST.basic:
        return _GREY
    squares = [aligned.rgb[square].reshape(-1, 3).astype(np.float64) for square in iso.cheeks(aligned)]
    if not all(len(square) for square in squares):
        return None
    a, b = _lab_d50(np.mean([square.mean(axis=0) for square in squares], axis=0) / 255)
    apart = hypot(max(0.0, _SKIN_A[0] - a, a - _SKIN_A[1]), max(0.0, _SKIN_B[0] - b, b - _SKIN_B[1]))
    # The standard jumps to 100 as soon as one of them is negative, as pale skin in bluish light may be.
    quality = iso.component("NaturalColour", apart if a >= 0 and b >= 0 else _NOT_SKIN)
    return Finding(apart, bounding_region(face.landmarks, mesh.FACE_OVAL), iso=quality)


def _lab_d50(rgb: F64) -> tuple[float, float]:
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = _XYZ_D50 @ linear / _WHITE_D50
    f = np.where(xyz > _EPSILON, np.cbrt(xyz), (_KAPPA * xyz + 16) / 116)
    return float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def cast_in_eyes(evidence: Evidence) -> Finding | NotApplicable | None:
    """Measure the colour of the white of both eyes."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    if skin.chroma < COLOURFUL_LEAST.basic:
        return _GREY
    whites = []
    for lids, centre, rim in mesh.EYES:
        white = aligned.polygon(lids, 0.9) & ~aligned.iris(centre, rim, _IRIS_MARGIN) & aligned.covered
        whites.append(aligned.lab[white])
    lab = np.concatenate(whites)
    if len(lab) < _FEWEST:
        return NotApplicable("The white of the eyes is not seen.", "看不到眼白。")
    lab = np.median(lab[lab[:, 0] >= np.percentile(lab[:, 0], _LIGHTER_PART)], axis=0)
    cast = hypot(float(lab[1]) - _WHITE_OF_EYE[0], float(lab[2]) - _WHITE_OF_EYE[1])
    return Finding(cast, bounding_region(face.landmarks, mesh.LEFT_EYE + mesh.RIGHT_EYE, 1.2))


def skin_chroma(evidence: Evidence) -> Finding | None:
    """Return how colourful the skin is."""
    face, skin = evidence.face, evidence.skin
    if face is None or skin is None:
        return None
    return Finding(skin.chroma, bounding_region(face.landmarks, mesh.FACE_OVAL))


NATURAL_COLOUR = CheckItem(
    code="natural_colour",
    group=Group.QUALITY,
    name="Natural skin colour",
    name_zh="肤色自然",
    unit="a*b*",
    measure=skin_outside_natural,
    limits=UNNATURAL_MOST,
    worst=40,
    best=0,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="SKIN_UNNATURAL",
        reason="The skin has a colour that skin does not have; a filter or coloured light is the usual cause.",
        reason_zh="肤色不自然，通常由滤镜或有色光源造成。",
        advice="Use daylight or white light, and no filter.",
        advice_zh="请使用日光或白光拍摄，关闭滤镜。",
    ),
    iso="NaturalColour",
)

COLOUR_CAST = CheckItem(
    code="colour_cast",
    group=Group.QUALITY,
    name="No colour cast",
    name_zh="无偏色",
    unit="a*b*",
    measure=cast_in_eyes,
    limits=CAST_MOST,
    worst=60,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="COLOUR_CAST",
        reason="The whole photo has a tint: even the white of the eyes is coloured.",
        reason_zh="照片整体偏色，眼白也带有颜色。",
        advice="Set the white balance, or use daylight.",
        advice_zh="请校正白平衡或使用日光拍摄。",
    ),
    reliability=Reliability.MEDIUM,
)

IN_COLOUR = CheckItem(
    code="in_colour",
    group=Group.QUALITY,
    name="In colour",
    name_zh="彩色照片",
    unit="C*",
    measure=skin_chroma,
    limits=COLOURFUL_LEAST,
    worst=0,
    best=12,
    severity=BLOCK_FROM_STANDARD,
    wording=Wording(
        fault="BLACK_AND_WHITE",
        reason="The photo is black and white.",
        reason_zh="照片为黑白。",
        advice="Use a colour photo.",
        advice_zh="请使用彩色照片。",
    ),
)
