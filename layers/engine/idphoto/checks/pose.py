"""Whether the head faces the camera."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import Landmarks
from idphoto.checks import iso
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    BLOCK_ALWAYS,
    BLOCK_FROM_STANDARD,
    CheckItem,
    Finding,
    Limits,
    Measure,
    Wording,
)
from idphoto.checks.report import Group, Reliability
from idphoto.faces import Face

YAW_MOST = Limits(18.0, 12.0, 8.0)
"""Degrees. 18: the common middle preset of capture kits. ISO/IEC 19794-5:2011 wants 5; frontal portraits measure
within 6 here, which with the method's own error makes 8."""

PITCH_MOST = Limits(20.0, 15.0, 12.0)
"""Degrees. ISO/IEC 19794-5:2011 wants 5, but a pitch from landmarks contains the shape of the face and the height of
the camera: frontal portraits measure -5 to 9 here, one with a raised chin 14."""

RIM_LEVEL: Final = 0.116
RIM_PER_DEGREE: Final = 0.0095
"""Height of the mesh's edge before the ears below the eye line, in eye-to-chin heights: of a level head (median of
frontal portraits), and its growth for each degree that the head is raised (the same meshes turned)."""

ROLL_MOST = Limits(25.0, 15.0, 8.0)
"""Degrees. 8: ISO/IEC 19794-5:2011. It is straightened anyway, hence the wider limits before."""


def raised_by(landmarks: Landmarks) -> float:
    """Return the pitch, degrees, positive when the face is turned up.

    When the head is raised, what lies behind the eyes sinks below their line; the edge of the face before the ears
    lies farthest back. Unlike the Procrustes fit of :mod:`idphoto.pose`, this knows nothing of nose, mouth and chin,
    in which people differ most: over the same frontal portraits it spreads a third less.

    Parameters
    ----------
    landmarks
        ``(478, 3)`` float32, px.
    """
    left, right = mesh.eye_centres(landmarks)
    across = (right - left) / max(float(np.linalg.norm(right - left)), 1e-6)
    rim = landmarks[[mesh.LEFT_CHEEK_EDGE, mesh.RIGHT_CHEEK_EDGE], :2].mean(axis=0) - (left + right) / 2
    below = float(across[0] * rim[1] - across[1] * rim[0]) / iso.eye_to_chin(landmarks)
    return (below - RIM_LEVEL) / RIM_PER_DEGREE


def _angle(name: str, what: str, of: Callable[[Face], float]) -> Measure:
    def measure(evidence: Evidence) -> Finding | None:
        face = evidence.face
        if face is None:
            return None
        degrees = of(face)
        quality = iso.component(name, degrees)
        return Finding(abs(degrees), bounding_region(face.landmarks, mesh.FACE_OVAL), iso=quality)

    measure.__doc__ = what
    return measure


YAW = CheckItem(
    code="yaw",
    group=Group.POSE,
    name="Head not turned",
    name_zh="头部未左右转动",
    unit="°",
    measure=_angle(
        "HeadPoseYaw",
        "Turn of the head to a side, by the fit of a standard face to the mesh.",
        lambda face: face.pose.yaw,
    ),
    iso="HeadPoseYaw",
    limits=YAW_MOST,
    worst=50,
    best=0,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="FACE_TURNED",
        reason="The head is turned sideways by {value}; at most {threshold} are accepted.",
        reason_zh="头部左右转动 {value}，最多允许 {threshold}。",
        advice="Face the camera so that both ears are equally visible.",
        advice_zh="请正对镜头，使两侧面部对称可见。",
    ),
)

PITCH = CheckItem(
    code="pitch",
    group=Group.POSE,
    name="Head not raised or lowered",
    name_zh="未抬头或低头",
    unit="°",
    measure=_angle(
        "HeadPosePitch",
        "How far the head is raised or lowered, by how the rim of the face lies to the eyes.",
        lambda face: raised_by(face.landmarks),
    ),
    iso="HeadPosePitch",
    reliability=Reliability.MEDIUM,
    limits=PITCH_MOST,
    worst=60,
    best=0,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="FACE_RAISED_OR_LOWERED",
        reason="The head is raised or lowered by {value}; at most {threshold} are accepted.",
        reason_zh="抬头或低头 {value}，最多允许 {threshold}。",
        advice="Hold the camera at eye level and look straight into it.",
        advice_zh="请将镜头置于与眼睛同高处并平视镜头。",
    ),
)

ROLL = CheckItem(
    code="roll",
    group=Group.POSE,
    name="Head upright",
    name_zh="头部端正",
    unit="°",
    measure=_angle(
        "HeadPoseRoll",
        "Lean of the head in the picture, by the fit of a standard face to the mesh.",
        lambda face: face.pose.roll,
    ),
    iso="HeadPoseRoll",
    limits=ROLL_MOST,
    worst=60,
    best=0,
    severity=BLOCK_FROM_STANDARD,
    wording=Wording(
        fault="HEAD_TILTED",
        reason="The head is tilted by {value}; at most {threshold} are accepted.",
        reason_zh="头部倾斜 {value}，最多允许 {threshold}。",
        advice="Hold the head upright, with the eyes level.",
        advice_zh="请保持头部端正、双眼水平。",
    ),
)
