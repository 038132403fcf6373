"""Whether the lower half of the face is bare, and the mouth closed."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.checks import iso
from idphoto.checks.aligned_face import AlignedFace, bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    BLOCK_ALWAYS,
    BLOCK_WHEN_STRICT,
    CheckItem,
    Finding,
    Limits,
    Wording,
)
from idphoto.checks.report import Group, Reliability
from idphoto.checks.skin import PATCH_RADIUS

LIPS_LEAST = Limits(0.30, 0.35, 0.40)
"""How distinct the mouth is, as :func:`mouth_distinctness` defines it. Mouths measured from 0.5 (thin lips in
weak light); face masks 0, a hand drawn over the mouth up to 0.4."""

BARE_SKIN_LEAST = Limits(50.0, 60.0, 60.0)
"""Share of the lower face in the colour of the upper, per cent. Faces, bearded ones too, measured 75 or more, one
with hard warm light 62; face masks of any colour but skin 25 or less."""

LIP_CHROMA_FULL: Final = 8.0
"""Distance in a*, b* of lips and skin that counts as a mouth beyond doubt."""
MOUTH_CONTRAST_FULL: Final = 0.5
"""Spread of L* over the mouth, in parts of the skin's L*, that does the same for pale lips and in grey photos."""

MOUTH_OPEN_MOST = Limits(0.25, 0.12, 0.05)
"""Gap of the lips over the height from eyes to chin. ISO/IEC 29794-5 rates 0.2 with half of its marks; a smile that
shows the teeth measures up to 0.1, a word being spoken 0.15."""


def mouth_distinctness(evidence: Evidence) -> Finding | None:
    """Measure how the lips stand out from the skin around them: by colour or by light and shade."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    lips = aligned.polygon(mesh.LIPS_OUTER) & ~aligned.polygon(mesh.LIPS_INNER)
    around = aligned.polygon(mesh.LIPS_OUTER, 1.6) & ~aligned.polygon(mesh.LIPS_OUTER, 1.25)
    if not lips.any():
        return None
    lip_colour, skin_colour = np.median(aligned.lab[lips], axis=0), np.median(aligned.lab[around], axis=0)
    colour = float(np.linalg.norm(lip_colour[1:] - skin_colour[1:])) / LIP_CHROMA_FULL
    spread = float(aligned.lab[..., 0][aligned.polygon(mesh.LIPS_OUTER, 1.1)].std())
    contrast = spread / skin.lightness / MOUTH_CONTRAST_FULL
    return Finding(min(1.0, max(colour, contrast)), bounding_region(face.landmarks, mesh.LIPS_OUTER, 1.4))


def share_of_bare_skin(evidence: Evidence) -> Finding | None:
    """Measure how much of the lower face has the colour of the skin around the eyes."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    bare = skin.same_colour(np.array([_patch(aligned, index) for index in mesh.LOWER_FACE_SKIN]))
    return Finding(100.0 * float(np.mean(bare)), bounding_region(face.landmarks, mesh.LOWER_FACE_SKIN, 1.1))


def mouth_gap(evidence: Evidence) -> Finding | None:
    """Measure how far the lips are apart (ISO/IEC 29794-5, mouth closed)."""
    face = evidence.face
    if face is None:
        return None
    raw = iso.widest_gap(face.landmarks, mesh.LIP_PAIRS) / iso.eye_to_chin(face.landmarks)
    quality = iso.component("MouthClosed", raw)
    return Finding(raw, bounding_region(face.landmarks, mesh.LIPS_OUTER, 1.4), iso=quality)


def _patch(aligned: AlignedFace, index: int) -> np.ndarray:
    return np.median(aligned.lab[aligned.disc(index, PATCH_RADIUS)], axis=0)


MOUTH_VISIBLE = CheckItem(
    code="mouth_visible",
    group=Group.OCCLUSION,
    name="Mouth visible",
    name_zh="嘴部无遮挡",
    unit="",
    measure=mouth_distinctness,
    limits=LIPS_LEAST,
    worst=0.0,
    best=1.0,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="MOUTH_COVERED",
        reason="The mouth cannot be made out; a hand, a mask or an object may cover it.",
        reason_zh="无法辨认嘴部，可能被手、口罩或物品遮挡。",
        advice="Keep everything off the face and take masks off.",
        advice_zh="请摘下口罩，勿遮挡面部。",
    ),
    reliability=Reliability.MEDIUM,
)

FACE_UNCOVERED = CheckItem(
    code="face_uncovered",
    group=Group.OCCLUSION,
    name="Face uncovered",
    name_zh="面部无遮挡",
    unit="%",
    measure=share_of_bare_skin,
    limits=BARE_SKIN_LEAST,
    worst=0,
    best=100,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="FACE_COVERED",
        reason="Something of another colour than the skin covers the lower face ({value} of it is skin).",
        reason_zh="面部下半部分被非肤色物体遮挡（可见皮肤 {value}）。",
        advice="Take off masks and scarves so that the whole face is visible.",
        advice_zh="请摘下口罩或围巾，露出完整面部。",
    ),
    reliability=Reliability.MEDIUM,
)

MOUTH_CLOSED = CheckItem(
    code="mouth_closed",
    group=Group.EXPRESSION,
    name="Mouth closed",
    name_zh="嘴部闭合",
    unit="",
    measure=mouth_gap,
    limits=MOUTH_OPEN_MOST,
    worst=0.5,
    best=0.0,
    severity=BLOCK_WHEN_STRICT,
    iso="MouthClosed",
    wording=Wording(
        fault="MOUTH_OPEN",
        reason="The mouth is open.",
        reason_zh="嘴巴张开。",
        advice="Close the mouth and keep a neutral expression.",
        advice_zh="请闭合嘴巴，保持自然表情。",
    ),
)
