"""Where the eyes look: at the camera, or past it."""

from __future__ import annotations

from math import asin, degrees, radians, sin
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import WARN_FROM_STANDARD, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, Reliability

GAZE_MOST = Limits(25.0, 14.0, 11.0)
"""Degrees past the camera, sideways. Portraits of people who look into it measured up to 9; an iris that is 0.65 mm off
shows as 3 degrees, which is the error of the landmarks."""

EYE_WIDTH: Final = 29.0
"""Corner to corner, mm (Farkas, Anthropometry of the Head and Face, 1994)."""
IRIS_ORBIT: Final = 11.0
"""From the middle of the eyeball to the iris, mm."""
CORNERS_BEFORE: Final = 5.0
"""The eyeball's middle lies this far behind the line between the corners, mm."""


def gaze_aside(evidence: Evidence) -> Finding | None:
    """Measure the angle between the gaze and the camera in the horizontal plane, as the mean of both eyes.

    The iris lies ``IRIS_ORBIT sin(gaze)`` beside the middle of its eyeball, and that in turn beside the middle of the
    corners when the head is turned.
    """
    face = evidence.face
    if face is None:
        return None
    aside = np.mean([_iris_aside(face.landmarks, *eye) for eye in _EYES]) * EYE_WIDTH
    sine = (float(aside) + CORNERS_BEFORE * sin(radians(face.pose.yaw))) / IRIS_ORBIT
    region = bounding_region(face.landmarks, mesh.LEFT_EYE + mesh.RIGHT_EYE, 1.15)
    return Finding(abs(degrees(asin(max(-1.0, min(1.0, sine))))), region)


_EYES: Final = (
    (mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER, mesh.LEFT_IRIS_CENTRE),
    (mesh.RIGHT_EYE_INNER, mesh.RIGHT_EYE_OUTER, mesh.RIGHT_IRIS_CENTRE),
)
"""Corners from the viewer's left to right, and the iris."""


def _iris_aside(landmarks: F32, start: int, end: int, iris: int) -> float:
    """How far the iris lies to the viewer's right of the middle of the corners, in eye widths."""
    across = landmarks[end, :2] - landmarks[start, :2]
    from_middle = landmarks[iris, :2] - (landmarks[start, :2] + landmarks[end, :2]) / 2
    return float(from_middle @ across) / max(float(across @ across), 1e-6)


GAZE = CheckItem(
    code="gaze",
    group=Group.EXPRESSION,
    name="Looks into the camera",
    name_zh="目视镜头",
    unit="°",
    measure=gaze_aside,
    limits=GAZE_MOST,
    worst=50,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="LOOKING_ASIDE",
        reason="The eyes look past the camera by about {value}; at most {threshold} are accepted.",
        reason_zh="视线偏离镜头约 {value}，最多允许 {threshold}。",
        advice="Look straight into the lens, not at the screen.",
        advice_zh="请直视镜头，不要看屏幕。",
    ),
    reliability=Reliability.MEDIUM,
)
