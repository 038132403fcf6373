"""Glasses, told by what they draw over the face: a bridge over the nose, a rim below each eye, dark or bright lenses.

There is no network for glasses here. Each measure is a line or a brightness compared with skin of the same face.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, Mask
from idphoto.checks.aligned_face import SIDE, AlignedFace, bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    INFO_ALWAYS,
    WARN_ALWAYS,
    CheckItem,
    Demand,
    Finding,
    Limits,
    NotApplicable,
    Wording,
)
from idphoto.checks.report import Group, Reliability
from idphoto.checks.skin import SkinTone
from idphoto.specs import Spec

RIMS_MOST = Limits(0.20, 0.20, 0.20)
"""Strength of the lines in parts of the skin's L*. Bare faces measured up to 0.13, thin and thick frames from 0.30."""

SHADE_LEAST = Limits(0.60, 0.72, 0.75)
"""L* of the skin behind the clearer lens over that of the cheek. Behind clear glass 0.78 to 1.0, behind glass that lets
40 % through up to 0.70; deep-set eyes in hard light go down to 0.53."""

GLARE_MOST = Limits(12.0, 12.0, 8.0)
"""Per cent of a lens. Drawn reflections of a third of a lens measured from 15, clear lenses up to 4, once 11."""

OVER_EYE_MOST = Limits(0.10, 0.10, 0.10)
"""Strength of a line close below the eye; it counts only with a bridge. Frames that run through the eyes measured from
0.10 in 10 of 13, bare faces and frames that sit right up to 0.09."""

CLOSE_BELOW: Final = 0.3
"""In widths of the eye from its lower lid: a rim nearer than this crosses the eye when the head moves."""

_LINE_REACH: Final = 5
"""A line is darker or brighter than what lies this far on both sides of it, px of the aligned face."""
_STRIP: Final = 7
"""Width of the strips that are searched, px."""
_BRIDGE_ABOVE, _BRIDGE_HIGH_ABOVE, _BRIDGE_BELOW = 14, 34, 16
"""Where a bridge may lie about the inner corners of the eyes, px; the second for glasses that are pushed up."""
_RIM_FROM, _RIM_TO = 4.0, 1.15
"""Where a lower rim may lie below the lid: px, and widths of the eye."""

_GLARE_LIGHTNESS, _GLARE_LEVEL, _GLARE_CHROMA = 1.12, 80.0, 0.6
"""A reflection is lighter than skin, lighter than this L*, and has less than this part of the skin's chroma."""

_NO_GLASSES = NotApplicable("No glasses were found.", "未检测到眼镜。")


@dataclass(frozen=True)
class _Rim:
    """The strongest line below an eye: its strength, and its distance from the lid in widths of the eye."""

    strength: float
    gap: float


@dataclass(frozen=True)
class Lines:
    """Strength of the lines of glasses in parts of the skin's L*: the bridge as worn, pushed up, and both rims."""

    bridge: float
    high_bridge: float
    left: _Rim
    right: _Rim

    @property
    def presence(self) -> float:
        """A bridge and at least one rim."""
        return min(self.bridge, max(self.left.strength, self.right.strength))

    @property
    def over_eyes(self) -> float:
        """A bridge and a rim close to an eye."""
        close = [rim.strength for rim in (self.left, self.right) if rim.gap < CLOSE_BELOW]
        return min(self.high_bridge, max(close, default=0.0))


_EYES: Final = (
    (mesh.LEFT_LID_PAIRS, mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER, mesh.LEFT_EYE, mesh.LEFT_UNDER_EYE),
    (mesh.RIGHT_LID_PAIRS, mesh.RIGHT_EYE_OUTER, mesh.RIGHT_EYE_INNER, mesh.RIGHT_EYE, mesh.RIGHT_UNDER_EYE),
)


def find_lines(aligned: AlignedFace, skin: SkinTone) -> Lines:
    """Look for the lines of glasses."""
    lightness, points = aligned.lab[..., 0], aligned.points
    x, y = points[[mesh.LEFT_EYE_INNER, mesh.RIGHT_EYE_INNER]].mean(axis=0)
    bridge, _ = _line(lightness, x, y - _BRIDGE_ABOVE, y + _BRIDGE_BELOW)
    high, _ = _line(lightness, x, y - _BRIDGE_HIGH_ABOVE, y + _BRIDGE_BELOW)
    rims = []
    for pairs, outer, inner, _, _ in _EYES:
        lid = points[[lower for _, lower in pairs]].mean(axis=0)
        width = max(float(np.linalg.norm(points[outer] - points[inner])), 1.0)
        strength, row = _line(lightness, lid[0], lid[1] + _RIM_FROM, lid[1] + _RIM_TO * width)
        rims.append(_Rim(strength / skin.lightness, (row - lid[1]) / width))
    return Lines(bridge / skin.lightness, high / skin.lightness, *rims)


def _line(lightness: F32, x: float, top: float, bottom: float) -> tuple[float, float]:
    """Return the strength and the row of the strongest line across a vertical strip."""
    left = int(np.clip(x - _STRIP // 2, 0, SIDE - _STRIP))
    first, last = (int(np.clip(row, 0, SIDE)) for row in (top - _LINE_REACH, bottom + _LINE_REACH))
    profile = np.median(lightness[first:last, left : left + _STRIP], axis=1)
    if profile.size <= 2 * _LINE_REACH:
        return 0.0, top
    middle, above, below = profile[_LINE_REACH:-_LINE_REACH], profile[: -2 * _LINE_REACH], profile[2 * _LINE_REACH :]
    strength = np.maximum(np.minimum(above, below) - middle, middle - np.maximum(above, below))
    best = int(strength.argmax())
    return float(strength[best]), float(first + _LINE_REACH + best)


def _lens(aligned: AlignedFace, outer: int, inner: int, lids: tuple[int, ...]) -> Mask:
    """Return the skin that the lens before an eye covers."""
    corners = aligned.points[[outer, inner]]
    x, y = corners.mean(axis=0)
    width = max(float(np.linalg.norm(corners[0] - corners[1])), 1.0)
    rows, columns = np.ogrid[:SIDE, :SIDE]
    oval = ((columns - x) / (0.85 * width)) ** 2 + ((rows - y - 0.15 * width) / (0.8 * width)) ** 2 < 1
    return np.asarray(oval & ~aligned.polygon(lids, 1.1) & aligned.covered)


def glasses_strength(evidence: Evidence) -> Finding | None:
    """Look for a bridge over the nose together with a rim below an eye."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    return Finding(max(0.0, find_lines(aligned, skin).presence), _both_eyes(evidence))


def rim_over_eye(evidence: Evidence) -> Finding | None:
    """Look for a rim close below an eye, with a bridge."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    return Finding(max(0.0, find_lines(aligned, skin).over_eyes), _both_eyes(evidence))


def lens_shade(evidence: Evidence) -> Finding | NotApplicable | None:
    """Compare the skin below the eyes with the cheeks outside the lenses; the lighter side counts."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    if find_lines(aligned, skin).presence < RIMS_MOST.strict:
        return _NO_GLASSES
    sides = []
    for (_, _, _, lids, under), cheek in zip(_EYES, (mesh.LEFT_CHEEK, mesh.RIGHT_CHEEK), strict=True):
        behind = aligned.median(aligned.polygon(under) & ~aligned.polygon(lids, 1.15))
        beside = aligned.median(aligned.discs(cheek, 8.0))
        if behind is not None and beside is not None:
            sides.append(float(behind[0]) / max(float(beside[0]), 1.0))
    return Finding(max(sides), _both_eyes(evidence)) if sides else None


def lens_glare(evidence: Evidence) -> Finding | NotApplicable | None:
    """Measure how much of the worse lens is bright and without the skin's colour."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    if find_lines(aligned, skin).presence < RIMS_MOST.strict:
        return _NO_GLASSES
    bright = max(_GLARE_LIGHTNESS * skin.lightness, _GLARE_LEVEL)
    worst = Finding(0.0)
    for _, outer, inner, lids, _ in _EYES:
        lens = _lens(aligned, outer, inner, lids)
        lab = aligned.lab
        shining = lens & (lab[..., 0] > bright) & (np.hypot(lab[..., 1], lab[..., 2]) < _GLARE_CHROMA * skin.chroma)
        share = 100.0 * float(shining.sum()) / max(int(lens.sum()), 1)
        if share >= worst.value:
            worst = Finding(share, aligned.region_of(lens))
    return worst


def _both_eyes(evidence: Evidence) -> tuple[int, int, int, int] | None:
    face = evidence.face
    if face is None:
        return None
    around = mesh.LEFT_BROW + mesh.LEFT_UNDER_EYE + mesh.RIGHT_BROW + mesh.RIGHT_UNDER_EYE
    return bounding_region(face.landmarks, around, 1.1)


def _of_spec(spec: Spec) -> Demand:
    return Demand(severity=None if spec.glasses_allowed else WARN_ALWAYS)


GLASSES = CheckItem(
    code="glasses",
    group=Group.OCCLUSION,
    name="No glasses",
    name_zh="未戴眼镜",
    unit="",
    measure=glasses_strength,
    limits=RIMS_MOST,
    worst=0.8,
    best=0.0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="GLASSES",
        reason="Glasses seem to be worn.",
        reason_zh="疑似佩戴眼镜。",
        advice="Take the glasses off where the document does not allow them.",
        advice_zh="若证件要求不得戴眼镜，请摘下。",
    ),
    reliability=Reliability.LOW,
    demand=_of_spec,
)

TINTED_LENSES = CheckItem(
    code="tinted_lenses",
    group=Group.OCCLUSION,
    name="Lenses not dark",
    name_zh="镜片无深色",
    unit="",
    measure=lens_shade,
    limits=SHADE_LEAST,
    worst=0.2,
    best=1.0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="TINTED_LENSES",
        reason="The lenses seem to be tinted: the skin behind them is darker.",
        reason_zh="镜片疑似有色：镜片后的皮肤偏暗。",
        advice="Take off tinted glasses, or wait until they have cleared indoors.",
        advice_zh="请摘下有色眼镜，或等待变色镜片恢复透明。",
    ),
    reliability=Reliability.LOW,
)

LENS_GLARE = CheckItem(
    code="lens_glare",
    group=Group.OCCLUSION,
    name="No glare on lenses",
    name_zh="镜片无反光",
    unit="%",
    measure=lens_glare,
    limits=GLARE_MOST,
    worst=50,
    best=0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="LENS_GLARE",
        reason="A reflection covers about {value} of a lens.",
        reason_zh="镜片反光约占 {value}。",
        advice="Tilt the glasses or move the lamp so that nothing is mirrored in them.",
        advice_zh="请调整眼镜角度或灯光位置，避免反光。",
    ),
    reliability=Reliability.LOW,
)

FRAME_OVER_EYES = CheckItem(
    code="frame_over_eyes",
    group=Group.OCCLUSION,
    name="No frame over the eyes",
    name_zh="镜框未遮挡眼睛",
    unit="",
    measure=rim_over_eye,
    limits=OVER_EYE_MOST,
    worst=0.5,
    best=0.0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="FRAME_OVER_EYES",
        reason="The frame of the glasses seems to run through or close below the eyes.",
        reason_zh="镜框疑似遮挡或紧贴眼睛。",
        advice="Push the glasses up or take them off.",
        advice_zh="请将眼镜戴好或摘下。",
    ),
    reliability=Reliability.LOW,
)
