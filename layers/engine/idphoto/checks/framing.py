"""Whether all that an ID photo needs lies inside the photo, with enough pixels."""

from __future__ import annotations

from math import cos, radians
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.checks import iso
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import BLOCK_ALWAYS, WARN_FROM_STANDARD, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group

FACE_OUTSIDE_MOST = Limits(1.0, 0.0, 0.0)
"""Share of the face oval's points outside the photo, per cent. The mesh is about 1 px exact, so a face that
touches the edge may lose one of 36 points at most."""

HEAD_MISSING_MOST = Limits(3.0, 1.5, 0.5)
"""Part of the head, hair included, that the photo's edge cut off, per cent of crown to chin. ISO/IEC 19794-5:2011,
7.3.3 wants all of it; 3 is about 1 mm on a printed head, within what the common specifications leave open."""

HEAD_RADIUS: Final = 0.4
"""Radius of a head from the front, hair included, in parts of crown to chin."""

EYE_DISTANCE_LEAST = Limits(35.0, 60.0, 90.0)
"""px between the eye centres. 90: ISO/IEC 19794-5:2011, 7.3.6. 60: a one-inch photo at 300 dpi, not enlarged much.
35: the same enlarged about twice, below which it shows pixels."""

SHORTER_SIDE_LEAST = Limits(295.0, 400.0, 600.0)
"""px. 295: a one-inch photo at 300 dpi (25 mm), the smallest official print. 400: what effects on hair need.
600: the smallest digital photo of the US Department of State."""

SHOULDERS_LEAST = Limits(8.0, 20.0, 32.0)
"""Per cent of the head's height below the chin. 32: what the tightest official photo shows (a head of 70 % with 8 %
above it); 8: what can be continued from a collar that is seen."""

_OPAQUE: Final = 128


def share_of_face_outside(evidence: Evidence) -> Finding | None:
    """Measure how much of the face oval lies beyond the photo's edges."""
    face = evidence.face
    if face is None:
        return None
    oval = face.landmarks[list(mesh.FACE_OVAL), :2]
    photo = evidence.photo
    inside = np.all((oval >= -0.5) & (oval <= (photo.width - 0.5, photo.height - 0.5)), axis=1)
    return Finding(100.0 * float(1.0 - inside.mean()), bounding_region(face.landmarks, mesh.FACE_OVAL))


def share_of_head_missing(evidence: Evidence) -> Finding | None:
    """Estimate how much of the head lies beyond the top edge, or beside it beyond the side edges.

    The portrait's array ends where the photo ends, so opaque border pixels are a cut; what is missing is the cap of
    a round head over a chord of that length. On the sides only what lies above the eyes counts, which is half of
    such a chord: hair and shoulders below may leave the photo.
    """
    portrait, face = evidence.analysis.portrait, evidence.face
    if portrait is None or face is None:
        return None
    head = max(portrait.head_height, 1.0)
    eye_row = int(np.clip(round(portrait.eye_y), 1, portrait.height))
    upper = portrait.alpha[:eye_row] >= _OPAQUE
    chord = max(int(upper[0].sum()), 2 * int(upper[:, 0].sum()), 2 * int(upper[:, -1].sum()))
    missing = min(1.0, chord**2 / (8 * HEAD_RADIUS * head**2))
    x, y, width, height = bounding_region(face.landmarks, mesh.FACE_OVAL)
    return Finding(100.0 * missing, (x, y - height // 3, width, height // 2))


def eye_distance(evidence: Evidence) -> Finding | None:
    """Measure the distance of the eye centres, as it would be without the head's turn (ISO/IEC 29794-5)."""
    face = evidence.face
    if face is None:
        return None
    left, right = mesh.eye_centres(face.landmarks)
    value = float(np.linalg.norm(right - left)) / max(cos(radians(face.pose.yaw)), 0.5)
    quality = iso.component("InterEyeDistance", value)
    return Finding(value, bounding_region(face.landmarks, mesh.FACE_OVAL), iso=quality)


def body_below_chin(evidence: Evidence) -> Finding | None:
    """Measure how far the photo reaches below the chin, in per cent of the head's height."""
    portrait, face = evidence.analysis.portrait, evidence.face
    if portrait is None or face is None:
        return None
    x, y, width, height = bounding_region(face.landmarks, mesh.FACE_OVAL)
    below = (portrait.height - 1 - portrait.chin_y) / max(portrait.head_height, 1.0)
    return Finding(100.0 * max(below, 0.0), (x - width // 3, y + height, 5 * width // 3, height // 2))


def shorter_side(evidence: Evidence) -> Finding | None:
    """Return the photo's shorter side."""
    return Finding(min(evidence.photo.width, evidence.photo.height))


FACE_COMPLETE = CheckItem(
    code="face_complete",
    group=Group.FRAMING,
    name="Face complete",
    name_zh="面部完整",
    unit="%",
    measure=share_of_face_outside,
    limits=FACE_OUTSIDE_MOST,
    worst=30,
    best=0,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="FACE_CUT",
        reason="{value} of the face outline lies outside the photo.",
        reason_zh="面部轮廓有 {value} 超出画面。",
        advice="Use a photo that shows the whole face with some space around it.",
        advice_zh="请使用面部完整、四周留有空间的照片。",
    ),
)

HEAD_COMPLETE = CheckItem(
    code="head_complete",
    group=Group.FRAMING,
    name="Head complete",
    name_zh="头部完整",
    unit="%",
    measure=share_of_head_missing,
    limits=HEAD_MISSING_MOST,
    worst=20,
    best=0,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="HEAD_CUT",
        reason="The edge of the photo cuts off about {value} of the head and hair.",
        reason_zh="头部或头发被画面边缘裁切约 {value}。",
        advice="Use a photo with space above the hair and on both sides of the head.",
        advice_zh="请使用头顶和两侧留有空间的照片。",
    ),
)

SHOULDERS_COMPLETE = CheckItem(
    code="shoulders_complete",
    group=Group.FRAMING,
    name="Shoulders in the photo",
    name_zh="肩部完整",
    unit="%",
    measure=body_below_chin,
    limits=SHOULDERS_LEAST,
    worst=0,
    best=60,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="SHOULDERS_CUT",
        reason="Only {value} of a head's height is seen below the chin; {threshold} are wanted.",
        reason_zh="下巴以下仅露出头高的 {value}，应不少于 {threshold}。",
        advice="Use a photo that shows both shoulders.",
        advice_zh="请使用露出双肩的照片。",
    ),
)

FACE_SIZE = CheckItem(
    code="face_size",
    group=Group.FRAMING,
    name="Face large enough",
    name_zh="面部大小",
    unit="px",
    measure=eye_distance,
    limits=EYE_DISTANCE_LEAST,
    worst=10,
    best=120,
    severity=BLOCK_ALWAYS,
    iso="InterEyeDistance",
    wording=Wording(
        fault="FACE_TOO_SMALL",
        reason="The face is too small: {value} between the eyes, at least {threshold} are needed.",
        reason_zh="面部过小：两眼间距 {value}，至少需要 {threshold}。",
        advice="Move closer to the camera or use the original photo instead of a reduced copy.",
        advice_zh="请靠近镜头拍摄，或上传未压缩的原图。",
    ),
)

PHOTO_SIZE = CheckItem(
    code="photo_size",
    group=Group.FRAMING,
    name="Photo large enough",
    name_zh="照片尺寸",
    unit="px",
    measure=shorter_side,
    limits=SHORTER_SIDE_LEAST,
    worst=64,
    best=1000,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="PHOTO_TOO_SMALL",
        reason="The shorter side of the photo has {value}, at least {threshold} are needed.",
        reason_zh="照片短边为 {value}，至少需要 {threshold}。",
        advice="Use the original photo instead of a thumbnail.",
        advice_zh="请使用原图，不要使用缩略图。",
    ),
)
