"""Whether the photo can become the specified one: head size, eye line and space, with the pixels that it has."""

from __future__ import annotations

from idphoto import mesh
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import BLOCK_ALWAYS, CheckItem, Finding, Limits, NotApplicable, Wording
from idphoto.checks.report import Group
from idphoto.errors import NotFeasibleError
from idphoto.frame import MAX_ENLARGEMENT, NOTED_ENLARGEMENT, frame

ENLARGEMENT_MOST = Limits(MAX_ENLARGEMENT, MAX_ENLARGEMENT, NOTED_ENLARGEMENT)
"""The limits of the frame itself; strict refuses what otherwise carries its remark about softness."""

_IMPOSSIBLE = 10.0
"""What stands for an enlargement when no frame meets the specification."""

_NO_SPEC = NotApplicable("No specification was named.", "未指定规格。")


def enlargement(evidence: Evidence) -> Finding | NotApplicable | None:
    """Find the frame that meets the specification and return how much it enlarges the photo."""
    portrait, face = evidence.analysis.portrait, evidence.face
    if evidence.spec is None:
        return _NO_SPEC
    if portrait is None or face is None:
        return None
    region = bounding_region(face.landmarks, mesh.FACE_OVAL, 1.4)
    try:
        return Finding(frame(portrait, evidence.spec).scale, region)
    except NotFeasibleError as error:
        return Finding(_IMPOSSIBLE, region, cause=error.code)


def _cause(fault: str, reason: str, reason_zh: str, advice: str, advice_zh: str) -> Wording:
    return Wording(f"SPEC_{fault}", reason, reason_zh, advice, advice_zh)


SPEC_FIT = CheckItem(
    code="spec_fit",
    group=Group.FRAMING,
    name="Fits the specification",
    name_zh="可满足规格",
    unit="times",
    measure=enlargement,
    limits=ENLARGEMENT_MOST,
    worst=_IMPOSSIBLE,
    best=0.5,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="SPEC_ENLARGED",
        reason="The photo would have to be enlarged {value} times; at most {threshold} are accepted.",
        reason_zh="照片需放大 {value} 倍才能满足规格，最多允许 {threshold} 倍。",
        advice="Use the original photo, or move closer to the camera.",
        advice_zh="请使用原图，或靠近镜头拍摄。",
    ),
    causes={
        "SOURCE_TOO_SMALL": _cause(
            "SOURCE_TOO_SMALL",
            "The head has too few pixels for this specification.",
            "头部像素不足，无法满足该规格。",
            "Use the original photo, or move closer to the camera.",
            "请使用原图，或靠近镜头拍摄。",
        ),
        "HEAD_CUT": _cause(
            "HEAD_CUT",
            "The photo cuts off part of the head that the specification shows.",
            "照片中头部不完整，无法满足该规格。",
            "Use a photo with space above the hair and on both sides of the head.",
            "请使用头顶和两侧留有空间的照片。",
        ),
        "BODY_CUT": _cause(
            "BODY_CUT",
            "The photo shows too little of the shoulders for this specification.",
            "照片中肩部以下露出太少，无法满足该规格。",
            "Use a photo that shows both shoulders.",
            "请使用露出双肩的照片。",
        ),
        "HEAD_SHAPE": _cause(
            "HEAD_SHAPE",
            "Head height and eye line of this specification cannot both be met; high hair is the usual cause.",
            "无法同时满足该规格的头部高度和眼睛位置，通常因头发过高。",
            "Wear the hair flat and look straight into the camera.",
            "请压低头发并平视镜头。",
        ),
    },
)
