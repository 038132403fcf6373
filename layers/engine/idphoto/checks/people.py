"""Who is in the photo: exactly one person."""

from __future__ import annotations

import numpy as np

from idphoto.checks import iso
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import BLOCK_ALWAYS, BLOCK_WHEN_STRICT, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, IsoQuality, Region, Reliability
from idphoto.faces import Face

LEAST_FACES = Limits(1, 1, 1)
MOST_PEOPLE = Limits(1, 1, 1)
MOST_BYSTANDERS = Limits(0, 0, 0)
"""ISO/IEC 19794-5:2011, 7.2.2: no other face may be visible in an identity photo."""


def count_faces(evidence: Evidence) -> Finding | None:
    """Count the faces of any size."""
    return Finding(len(evidence.analysis.faces), _region(evidence.face))


def count_people(evidence: Evidence) -> Finding | None:
    """Count those who are large enough to be meant."""
    person = evidence.analysis.person
    if person.face is None:
        return None
    nearest = person.rivals[0] if person.rivals else person.face
    return Finding(1 + len(person.rivals), _region(nearest), iso=_single_face(evidence))


def _single_face(evidence: Evidence) -> IsoQuality:
    """Return the area of the second largest face box over that of the largest."""
    areas = sorted((float(np.prod(face.box[2:] - face.box[:2])) for face in evidence.analysis.faces), reverse=True)
    raw = areas[1] / max(areas[0], 1e-6) if len(areas) > 1 else 0.0
    return iso.component("SingleFacePresent", raw)


def count_bystanders(evidence: Evidence) -> Finding | None:
    """Count small faces in the background."""
    person = evidence.analysis.person
    if person.face is None:
        return None
    return Finding(len(person.bystanders), _region(person.bystanders[0]) if person.bystanders else None)


def _region(face: Face | None) -> Region | None:
    if face is None:
        return None
    left, top, right, bottom = np.rint(face.box).astype(int)
    return int(left), int(top), int(right - left), int(bottom - top)


FACE_FOUND = CheckItem(
    code="face_found",
    group=Group.PERSON,
    name="Face found",
    name_zh="检测到人脸",
    unit="faces",
    measure=count_faces,
    limits=LEAST_FACES,
    worst=0,
    best=1,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="NO_FACE",
        reason="No human face was found.",
        reason_zh="未检测到人脸。",
        advice="Use a photo in which the face looks at the camera and is well lit.",
        advice_zh="请使用正对镜头、光线充足的人像照片。",
    ),
)

ONE_PERSON = CheckItem(
    code="one_person",
    group=Group.PERSON,
    name="One person",
    name_zh="画面中仅一人",
    unit="people",
    measure=count_people,
    limits=MOST_PEOPLE,
    worst=2,
    best=1,
    severity=BLOCK_ALWAYS,
    iso="SingleFacePresent",
    wording=Wording(
        fault="SEVERAL_PEOPLE",
        reason="{value} people are in the photo.",
        reason_zh="照片中有 {value} 人。",
        advice="Use a photo of one person alone, or crop the others off.",
        advice_zh="请使用单人照片，或先裁掉其他人。",
    ),
)

NO_BYSTANDERS = CheckItem(
    code="no_bystanders",
    group=Group.PERSON,
    name="Nobody in the background",
    name_zh="背景中无他人",
    unit="faces",
    measure=count_bystanders,
    limits=MOST_BYSTANDERS,
    worst=3,
    best=0,
    severity=BLOCK_WHEN_STRICT,
    wording=Wording(
        fault="BYSTANDERS",
        reason="{value} small faces are in the background; the largest face was taken.",
        reason_zh="背景中有 {value} 张较小的人脸，已选取最大的人脸。",
        advice="Take the photo in front of a plain wall with nobody behind you.",
        advice_zh="请在无人的纯色背景前拍摄。",
    ),
    reliability=Reliability.MEDIUM,
)
