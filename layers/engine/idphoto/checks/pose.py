"""Whether the head faces the camera."""

from __future__ import annotations

from collections.abc import Callable

from idphoto import mesh
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
from idphoto.checks.report import Group
from idphoto.pose import Pose

YAW_MOST = Limits(18.0, 12.0, 8.0)
"""Degrees. 18: the common middle preset of capture kits. ISO/IEC 19794-5:2011 wants 5; frontal portraits measure
within 6 here, which with the method's own error makes 8."""

PITCH_MOST = Limits(25.0, 20.0, 16.0)
"""Degrees. ISO/IEC 19794-5:2011 wants 5, but a pitch from landmarks contains the shape of the face and the height
of the camera: frontal portraits measure -15 to 13 here."""

ROLL_MOST = Limits(25.0, 15.0, 8.0)
"""Degrees. 8: ISO/IEC 19794-5:2011. It is straightened anyway, hence the wider limits before."""


def _angle(of: Callable[[Pose], float]) -> Measure:
    def measure(evidence: Evidence) -> Finding | None:
        face = evidence.face
        if face is None:
            return None
        return Finding(abs(of(face.pose)), bounding_region(face.landmarks, mesh.FACE_OVAL))

    return measure


YAW = CheckItem(
    code="yaw",
    group=Group.POSE,
    name="Head not turned",
    name_zh="头部未左右转动",
    unit="°",
    measure=_angle(lambda pose: pose.yaw),
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
    measure=_angle(lambda pose: pose.pitch),
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
    measure=_angle(lambda pose: pose.roll),
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
