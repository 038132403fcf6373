"""Whether the camera was too near: a face from an arm's length has a large nose and a narrow rim."""

from __future__ import annotations

import numpy as np

from idphoto import mesh
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import INFO_ALWAYS, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, Reliability

CENTRE_TO_RIM_MOST = Limits(0.72, 0.70, 0.68)
"""Width between the outer corners of the eyes over that of the face before the ears. People differ by 4 %, an arm's
length from two metres by about 9 %, so that only strong distortion stands out."""


def centre_to_rim(evidence: Evidence) -> Finding | None:
    """Compare the width of the eyes with that of the face's rim, which is farther from the camera."""
    face = evidence.face
    if face is None:
        return None
    points = face.landmarks[:, :2]
    eyes = float(np.linalg.norm(points[mesh.RIGHT_EYE_OUTER] - points[mesh.LEFT_EYE_OUTER]))
    rim = float(np.linalg.norm(points[mesh.RIGHT_CHEEK_EDGE] - points[mesh.LEFT_CHEEK_EDGE]))
    return Finding(eyes / max(rim, 1e-6), bounding_region(face.landmarks, mesh.FACE_OVAL))


RADIAL_DISTORTION = CheckItem(
    code="radial_distortion",
    group=Group.FRAMING,
    name="Camera not too near",
    name_zh="无近距离畸变",
    unit="",
    measure=centre_to_rim,
    limits=CENTRE_TO_RIM_MOST,
    worst=0.85,
    best=0.6,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="TOO_NEAR",
        reason="The middle of the face looks enlarged, as in a selfie from too near.",
        reason_zh="面部中部显得偏大，疑似自拍距离过近产生畸变。",
        advice="Have the photo taken from about 1.5 m, or use the timer.",
        advice_zh="请在约 1.5 米外拍摄，或使用定时拍摄。",
    ),
    reliability=Reliability.LOW,
)
