"""Whether the face is sharp at the size at which it will be printed."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, Mask
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import BLOCK_ALWAYS, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group

SHARPNESS_LEAST = Limits(0.24, 0.27, 0.30)
"""Sharp portraits measured 0.32 to 0.50, with noise (6 levels of 255) as well; with a Gaussian blur of 2 px at the
printed size, which is plainly seen, 0.14 to 0.26."""

EDGE_WEIGHT: Final = 1.25
"""Brings the steepness of the eyes' edges onto the scale of the fine detail: sharp eyes measured 0.25 to 0.42 and
eyes blurred by 2 px 0.14 to 0.26."""

LEAST_CONTRAST: Final = 12.0
"""Range of L* around an eye below which there is no edge to judge by; open eyes have 25 or more."""

_BLUR_LENGTH: Final = 9
"""Length of the averaging filter, px (Crete et al., 2007)."""


def sharpness(evidence: Evidence) -> Finding | None:
    """Measure the weaker of two signs of focus: fine detail over the face, and steep edges at the eyes.

    Noise passes for fine detail and a flat, even skin has none, so neither alone is enough.
    """
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None:
        return None
    lightness = denoised(aligned.lab[..., 0])
    detail = fine_detail(lightness, aligned.face)
    slope = np.hypot(*np.gradient(lightness))
    around_eyes = (aligned.polygon(lids, grow=1.6) for lids in (mesh.LEFT_EYE, mesh.RIGHT_EYE))
    edges = [edge_steepness(lightness, slope, where) for where in around_eyes]
    seen = [EDGE_WEIGHT * edge for edge in edges if edge is not None]
    value = min(detail, max(seen)) if seen else detail
    return Finding(value, bounding_region(face.landmarks, mesh.FACE_OVAL))


def fine_detail(lightness: F32, where: Mask) -> float:
    """Measure how much of the local variation an averaging filter takes away, 0 (all was blurred) to 1.

    The smaller of the two directions counts, so that motion blur shows (Crete, Dolmiere, Ladret and Nicolas, "The
    blur effect: perception and estimation with a new no-reference perceptual blur metric", SPIE 6492, 2007).
    """
    return min(directional_detail(lightness, where))


def directional_detail(lightness: F32, where: Mask) -> tuple[float, float]:
    """Return what :func:`fine_detail` takes the smaller of: along the rows, and along the columns."""
    return _detail_along_rows(lightness, where), _detail_along_rows(lightness.T, where.T)


def _detail_along_rows(lightness: F32, where: Mask) -> float:
    margin = _BLUR_LENGTH // 2
    sums = np.cumsum(np.pad(lightness, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    blurred = (sums[:, _BLUR_LENGTH:] - sums[:, :-_BLUR_LENGTH]) / _BLUR_LENGTH
    variation = np.abs(np.diff(lightness[:, margin:-margin], axis=1))
    kept = np.abs(np.diff(blurred, axis=1))
    inside = where[:, margin + 1 : -margin]
    total = float(variation[inside].sum())
    return float(np.maximum(variation - kept, 0.0)[inside].sum()) / total if total > 0 else 0.0


def edge_steepness(lightness: F32, slope: F32, where: Mask) -> float | None:
    """Return the steepest slope of a part over the range of L* there, 1/px: the inverse width of its edges.

    None where nothing contrasts, behind an opaque lens for instance.
    """
    if not where.any():
        return None
    low, high = np.percentile(lightness[where], (3, 97))
    if high - low < LEAST_CONTRAST:
        return None
    return float(np.percentile(slope[where], 98) / (high - low))


def denoised(lightness: F32) -> F32:
    """Smooth with the binomial kernel 1 2 1 in both directions: sensor noise goes, edges of printed size stay."""
    padded = np.pad(lightness, 1, mode="edge")
    rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return np.asarray((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4, np.float32)


SHARPNESS = CheckItem(
    code="sharpness",
    group=Group.QUALITY,
    name="Sharp",
    name_zh="清晰度",
    unit="",
    measure=sharpness,
    limits=SHARPNESS_LEAST,
    worst=0.05,
    best=0.5,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="BLURRED",
        reason="The face is blurred.",
        reason_zh="面部模糊。",
        advice="Hold the camera still, focus on the eyes and clean the lens.",
        advice_zh="请保持镜头稳定、清洁，并对焦在眼睛上。",
    ),
)
