"""Whether the face is at rest, as the expression model sees it."""

from __future__ import annotations

from typing import Final

from idphoto import mesh
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import WARN_FROM_STANDARD, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, Reliability

SMILE_MOST = Limits(0.9, 0.7, 0.4)
"""Coefficient 0..1, mean of both corners of the mouth. Faces at rest measured up to 0.06, a hint of a smile 0.35, plain
smiles 0.6 to 0.95. A natural smile with closed lips passes at standard in most countries."""

TENSION_MOST = Limits(0.8, 0.5, 0.3)
"""Coefficient 0..1. Portraits measured up to 0.17, a speaker 0.45."""

_TENSE: Final = (
    "jawOpen",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthFunnel",
    "mouthLeft",
    "mouthRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "cheekPuff",
    "noseSneerLeft",
    "noseSneerRight",
)
"""What a face at rest does not do. Brows, squint and pouting lips are left out: people differ in them at rest."""


def smile(evidence: Evidence) -> Finding | None:
    """Return how much the corners of the mouth are raised."""
    face = evidence.face
    if face is None or not face.blendshapes:
        return None
    value = (face.blendshapes["mouthSmileLeft"] + face.blendshapes["mouthSmileRight"]) / 2
    return Finding(value, bounding_region(face.landmarks, mesh.LIPS_OUTER, 1.4))


def tension(evidence: Evidence) -> Finding | None:
    """Return the strongest movement, smiles apart."""
    face = evidence.face
    if face is None or not face.blendshapes:
        return None
    value = max(face.blendshapes[name] for name in _TENSE)
    return Finding(value, bounding_region(face.landmarks, mesh.FACE_OVAL))


SMILE = CheckItem(
    code="smile",
    group=Group.EXPRESSION,
    name="No broad smile",
    name_zh="无明显笑容",
    unit="",
    measure=smile,
    limits=SMILE_MOST,
    worst=1.2,
    best=0.0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="SMILING",
        reason="The person smiles.",
        reason_zh="面带明显笑容。",
        advice="Keep a neutral expression with the mouth closed.",
        advice_zh="请保持自然中性表情，闭合嘴唇。",
    ),
)

EXPRESSION = CheckItem(
    code="expression",
    group=Group.EXPRESSION,
    name="Neutral expression",
    name_zh="表情自然",
    unit="",
    measure=tension,
    limits=TENSION_MOST,
    worst=1.2,
    best=0.0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="EXPRESSION_NOT_NEUTRAL",
        reason="The face is not at rest: it speaks, grimaces or pulls the mouth.",
        reason_zh="表情不自然：张嘴说话、做表情或嘴角歪斜。",
        advice="Relax the face and close the mouth.",
        advice_zh="请放松面部并闭合嘴唇。",
    ),
    reliability=Reliability.MEDIUM,
)
