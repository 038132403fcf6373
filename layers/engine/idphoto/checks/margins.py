"""How the head lies in the photo as it is: its size, and the space around it (ISO/IEC 29794-5)."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.checks import iso
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import INFO_ALWAYS, WARN_FROM_STANDARD, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group

HEAD_SHARE_LEAST = Limits(8.0, 12.0, 18.0)
"""Crown to chin in per cent of the photo's height. 18: of a phone's 4000 px it leaves 720, nearly the 800 px of the
largest portrait; 8: a head of 320 px."""

MARGIN_BESIDE_LEAST = Limits(0.7, 0.9, 0.9)
MARGIN_ABOVE_LEAST = Limits(1.15, 1.4, 1.4)
MARGIN_BELOW_LEAST = Limits(1.3, 1.8, 1.8)
"""The middle of the standard's mapping is 0.9 eye distances beside an eye, and 1.4 and 1.8 times eye-to-chin above and
below the eyes; what is less can still be framed when nothing of the head is cut."""

HEAD_TO_EYE_CHIN: Final = 2.0
"""Crown to chin over eyes to chin: the eyes lie half way (Farkas, Anthropometry of the Head and Face, 1994)."""


def head_share(evidence: Evidence) -> Finding | None:
    """Height of the head in parts of the photo's."""
    face, portrait = evidence.face, evidence.analysis.portrait
    if face is None:
        return None
    eye_to_chin = iso.eye_to_chin(face.landmarks)
    raw = eye_to_chin / evidence.photo.height
    head = HEAD_TO_EYE_CHIN * eye_to_chin
    if portrait is not None:
        head = portrait.head_height * eye_to_chin / iso.eye_to_chin(portrait.landmarks)
    region = bounding_region(face.landmarks, mesh.FACE_OVAL)
    return Finding(100.0 * head / evidence.photo.height, region, iso=iso.component("HeadSize", raw))


def margin_left(evidence: Evidence) -> Finding | None:
    """Distance of the nearer eye from the viewer's left edge, in eye distances."""
    return _margin_beside(evidence, leftward=True)


def margin_right(evidence: Evidence) -> Finding | None:
    """Distance of the nearer eye from the viewer's right edge, in eye distances."""
    return _margin_beside(evidence, leftward=False)


def _margin_beside(evidence: Evidence, *, leftward: bool) -> Finding | None:
    face = evidence.face
    if face is None:
        return None
    left, right = mesh.eye_centres(face.landmarks)
    apart = max(float(np.linalg.norm(right - left)), 1e-6)
    raw = float(left[0]) / apart if leftward else (evidence.photo.width - float(right[0])) / apart
    name = "LeftwardCropOfTheFaceImage" if leftward else "RightwardCropOfTheFaceImage"
    return Finding(raw, bounding_region(face.landmarks, mesh.FACE_OVAL), iso=iso.component(name, raw))


def margin_above(evidence: Evidence) -> Finding | None:
    """Distance of the eye line from the upper edge, in eye-to-chin heights."""
    return _margin_along(evidence, "MarginAboveOfTheFaceImage")


def margin_below(evidence: Evidence) -> Finding | None:
    """Distance of the eye line from the lower edge, in eye-to-chin heights."""
    return _margin_along(evidence, "MarginBelowOfTheFaceImage")


def _margin_along(evidence: Evidence, name: str) -> Finding | None:
    face = evidence.face
    if face is None:
        return None
    left, right = mesh.eye_centres(face.landmarks)
    eyes = float(left[1] + right[1]) / 2
    above = name.startswith("MarginAbove")
    raw = (eyes if above else evidence.photo.height - eyes) / iso.eye_to_chin(face.landmarks)
    return Finding(raw, bounding_region(face.landmarks, mesh.FACE_OVAL), iso=iso.component(name, raw))


def _margin_item(code: str, side: str, side_zh: str, iso_name: str, limits: Limits, best: float) -> CheckItem:
    measures = {"left": margin_left, "right": margin_right, "above": margin_above, "below": margin_below}
    return CheckItem(
        code=code,
        group=Group.FRAMING,
        name=f"Space {side}",
        name_zh=f"{side_zh}留白",
        unit="eye distances" if side in {"left", "right"} else "eye-to-chin",
        measure=measures[code.removeprefix("margin_")],
        limits=limits,
        worst=0.0,
        best=best,
        severity=WARN_FROM_STANDARD,
        wording=Wording(
            fault=code.upper() + "_SMALL",
            reason=f"There is little space {_PLACE[side]} ({{value}}; {{threshold}} wanted).",
            reason_zh=f"头部{side_zh}留白不足（{{value}}，应不少于 {{threshold}}）。",
            advice="Step back a little and keep the head in the middle of the picture.",
            advice_zh="请稍微后退，并让头部位于画面中央。",
        ),
        iso=iso_name,
    )


_PLACE: Final = {
    "left": "to the left of the face",
    "right": "to the right of the face",
    "above": "above the eyes",
    "below": "below the eyes",
}

MARGIN_LEFT = _margin_item("margin_left", "left", "左侧", "LeftwardCropOfTheFaceImage", MARGIN_BESIDE_LEAST, 1.5)
MARGIN_RIGHT = _margin_item("margin_right", "right", "右侧", "RightwardCropOfTheFaceImage", MARGIN_BESIDE_LEAST, 1.5)
MARGIN_ABOVE = _margin_item("margin_above", "above", "上方", "MarginAboveOfTheFaceImage", MARGIN_ABOVE_LEAST, 2.0)
MARGIN_BELOW = _margin_item("margin_below", "below", "下方", "MarginBelowOfTheFaceImage", MARGIN_BELOW_LEAST, 2.6)

HEAD_SIZE = CheckItem(
    code="head_size",
    group=Group.FRAMING,
    name="Distance to the camera",
    name_zh="拍摄距离（头部占比）",
    unit="%",
    measure=head_share,
    limits=HEAD_SHARE_LEAST,
    worst=0,
    best=45,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="HEAD_SMALL",
        reason="The head takes up {value} of the photo's height; at least {threshold} are wanted.",
        reason_zh="头部仅占照片高度的 {value}，应不少于 {threshold}。",
        advice="Move closer to the camera.",
        advice_zh="请靠近镜头拍摄。",
    ),
    iso="HeadSize",
)
