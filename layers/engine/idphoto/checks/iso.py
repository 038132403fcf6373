"""The scalar mapping of ISO/IEC 29794-5 and the parts of a face that its measures look at.

The formulas and constants are those of the reference implementation (BSI, OFIQ 1.0.3, MIT). Its landmarks and its face
parser are networks of its own; here the 478-point mesh and the matte stand in for them, so that a value is the
standard's formula on our landmarks, not a certified OFIQ value.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, exp, floor, pi, radians, sin
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, F64, Landmarks, Mask
from idphoto.checks.aligned_face import AlignedFace
from idphoto.checks.report import IsoQuality

CHEEK_SIDE: Final = 0.3
"""Side of the two squares on the cheeks, in eye distances."""


def component(name: str, raw: float) -> IsoQuality:
    """Return a quality component by its name and its raw value, with the scalar that the standard maps it to."""
    quality = SCALARS[name](raw)
    # Half away from zero, as the reference implementation rounds; none is negative after the clamp.
    return IsoQuality(name=name, raw=round(float(raw), 6), scalar=int(min(100.0, max(0.0, floor(quality + 0.5)))))


def sigmoid(x: float, x0: float, w: float) -> float:
    """Return ``1 / (1 + exp((x0 - x) / w))``, without overflow."""
    return 1.0 / (1.0 + exp(min(max((x0 - x) / w, -700.0), 700.0)))


def _rising(x0: float, w: float) -> Callable[[float], float]:
    return lambda x: 100 * sigmoid(x, x0, w)


def _falling(x0: float, w: float, h: float = 100.0, a: float = 1.0) -> Callable[[float], float]:
    return lambda x: h * (a - sigmoid(x, x0, w))


def _of_angle(degrees: float) -> float:
    return 100 * max(0.0, cos(radians(degrees))) ** 2


SCALARS: Final[dict[str, Callable[[float], float]]] = {
    "BackgroundUniformity": _falling(10, 100, h=190),
    "IlluminationUniformity": lambda shared: 100 * shared**0.3,
    "LuminanceMean": lambda mean: 100 * sigmoid(mean, 0.2, 0.05) * (1 - sigmoid(mean, 0.8, 0.05)),
    "LuminanceVariance": lambda variance: 100 * sin(pi * 60 * variance / (60 * variance + 1)),
    "UnderExposurePrevention": _falling(0.92, 0.05, h=120, a=0.832),
    "OverExposurePrevention": lambda share: 1 / (share + 0.01),
    "DynamicRange": lambda bits: 12.5 * bits,
    "NaturalColour": _falling(0, 10, h=200),
    "SingleFacePresent": lambda second: 100 * (1 - second),
    "EyesOpen": _rising(0.02, 0.01),
    "MouthClosed": _falling(0.2, 0.06),
    "InterEyeDistance": _rising(70, 20),
    "HeadSize": lambda share: _falling(0, 0.05, h=200)(abs(share - 0.45)),
    "LeftwardCropOfTheFaceImage": _rising(0.9, 0.1),
    "RightwardCropOfTheFaceImage": _rising(0.9, 0.1),
    "MarginAboveOfTheFaceImage": _rising(1.4, 0.1),
    "MarginBelowOfTheFaceImage": _rising(1.8, 0.1),
    "HeadPoseYaw": _of_angle,
    "HeadPosePitch": _of_angle,
    "HeadPoseRoll": _of_angle,
}
"""The scalar of each component before rounding and clamping, by its name in the reference implementation."""

MISSING: Final[dict[str, str]] = {
    "UnifiedQualityScore": "MagFace, a network whose weights are not free to ship",
    "Sharpness": "the reference implementation's random forest; sharpness is measured in our own way",
    "CompressionArtifacts": "a network of its own; compression is measured in our own way",
    "EyesVisible": "a face occlusion network; eyes_visible is measured in our own way",
    "MouthOcclusionPrevention": "a face occlusion network; mouth_visible is measured in our own way",
    "FaceOcclusionPrevention": "a face occlusion network; face_uncovered is measured in our own way",
    "ExpressionNeutrality": "two networks and a classifier of its own; expression is measured in our own way",
    "NoHeadCoverings": "a face parser; head_covering is measured in our own way",
}
"""Components that are not computed, and why."""


def face_region(aligned: AlignedFace) -> Mask:
    """Return the landmarked region: brows to jaw, as the hull of the standard's 98 landmarks has it."""
    return aligned.polygon(mesh.JAW + mesh.BROW_TOPS) & aligned.covered


def levels(aligned: AlignedFace) -> F64:
    """Return the luminance as the standard counts it: linear light in 256 levels."""
    return np.floor(255.0 * aligned.luminance.astype(np.float64) + 0.5)


def cheeks(aligned: AlignedFace) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the two squares, the viewer's left one first."""
    left, right = mesh.eye_centres(aligned.points)
    mouth_y = mesh.centre(aligned.points, (mesh.LIP_UPPER_INNER, mesh.LIP_LOWER_INNER))[1]
    side = max(2, int(CHEEK_SIDE * float(right[0] - left[0])))
    top = max(0, round(float((left[1] + mouth_y) / 2)))
    rows = slice(top, top + side)
    first, second = (slice(max(0, x), max(0, x) + side) for x in (int(left[0]), int(right[0]) - side))
    return (rows, first), (rows, second)


def eye_to_chin(landmarks: Landmarks | F32) -> float:
    """Return the T-metric: from the middle of the eyes to the chin, px."""
    left, right = mesh.eye_centres(landmarks)
    return max(float(np.linalg.norm(landmarks[mesh.CHIN, :2] - (left + right) / 2)), 1e-6)


def widest_gap(landmarks: Landmarks | F32, pairs: tuple[tuple[int, int], ...]) -> float:
    """Return the largest distance of some pairs of points, px."""
    upper, lower = (landmarks[[pair[side] for pair in pairs], :2] for side in (0, 1))
    return float(np.linalg.norm(upper - lower, axis=1).max())
