"""Whether both eyes can be seen and are open.

There is no network for glasses or hands here. What covers an eye takes away what every open eye shows: an iris
darker than the skin below it, and a strong contrast between iris and white; dark glass also darkens the skin below
the eye against the cheek under the rim. All are ratios within one face, so skin colour and exposure cancel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, Mask
from idphoto.checks import iso
from idphoto.checks.aligned_face import AlignedFace, bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    BLOCK_ALWAYS,
    CheckItem,
    Finding,
    Limits,
    Wording,
)
from idphoto.checks.report import Group, Reliability
from idphoto.faces import Face

CLARITY_LEAST = Limits(0.25, 0.30, 0.35)
"""Contrast of the less visible eye, as :func:`eye_clarity` defines it. Bare and bespectacled eyes measured 0.38 to
1.3; behind drawn-on glass that passes 15 % of the light at most 0.15, behind 35 % 0.2 to 0.35."""

OPENNESS_LEAST = Limits(0.13, 0.16, 0.18)
"""Height over width of the less open eye (Soukupova and Cech, 2016: eye aspect ratio). Closed eyes measured 0.04 to
0.11, narrow or laughing ones from 0.2 up."""

BARE_SKIN_RATIO: Final = 0.6
"""Lightness below the eye over that of the cheek, from which the skin counts as not shaded by glass. Deep-set eyes
in hard light go down to 0.37 and are saved by their contrast."""

IRIS_RATIO_CLEAR, IRIS_RATIO_HIDDEN = 0.72, 0.88
"""Lightness of the iris over that of the skin below. Open eyes measured 0.06 to 0.65 (light blue, bright light); an
eye behind a hand or a patch of skin 0.88 to 1.05."""

CLOSED_OPENNESS: Final = 0.13
CLOSED_CLARITY_GAIN: Final = 2.0
"""A closed eye shows only its lashes, about half of the contrast of an open one."""

_WINK: Final = 0.07
"""How much wider the other eye must be for one of them to be closed by itself."""

_IRIS_CORE: Final = 0.75
_CHEEK_RADIUS: Final = 8.0
_LIGHTNESS_FLOOR: Final = 1.0


@dataclass(frozen=True)
class _Eye:
    """Where one eye and the skin that it is compared with lie in the mesh."""

    lids: tuple[int, ...]
    aspect: tuple[int, ...]
    iris: tuple[int, ...]
    iris_centre: int
    under: tuple[int, ...]
    cheek: tuple[int, ...]
    brow: tuple[int, ...]

    @property
    def surroundings(self) -> tuple[int, ...]:
        """From the brow to the skin below the eye."""
        return self.brow + self.lids + self.under


_EYES: Final = (
    _Eye(
        mesh.LEFT_EYE,
        mesh.LEFT_EYE_ASPECT,
        mesh.LEFT_IRIS,
        mesh.LEFT_IRIS_CENTRE,
        mesh.LEFT_UNDER_EYE,
        mesh.LEFT_CHEEK,
        mesh.LEFT_BROW,
    ),
    _Eye(
        mesh.RIGHT_EYE,
        mesh.RIGHT_EYE_ASPECT,
        mesh.RIGHT_IRIS,
        mesh.RIGHT_IRIS_CENTRE,
        mesh.RIGHT_UNDER_EYE,
        mesh.RIGHT_CHEEK,
        mesh.RIGHT_BROW,
    ),
)


def least_eye_clarity(evidence: Evidence) -> Finding | None:
    """Measure the less visible eye; dark below both eyes means sunglasses."""
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None:
        return None
    seen = [(*eye_clarity(aligned, eye, _openness(face, eye)), eye) for eye in _EYES]
    clarity, _, worst = min(seen, key=lambda entry: entry[0])
    shaded = all(under < BARE_SKIN_RATIO for _, under, _ in seen)
    marked = _EYES if shaded else (worst,)
    region = bounding_region(face.landmarks, [index for eye in marked for index in eye.surroundings], grow=1.1)
    return Finding(clarity, region, "sunglasses" if shaded else None)


def eye_clarity(aligned: AlignedFace, eye: _Eye, openness: float) -> tuple[float, float]:
    """Return how clearly an eye is seen, and the lightness below it over that of the cheek.

    The clarity is the range of L* within the lids over the cheek's L*, scaled down where the skin below the eye is
    shaded, and to nothing where no iris darker than that skin is found.
    """
    lightness = aligned.lab[..., 0]
    lids = aligned.polygon(eye.lids)
    iris = aligned.iris(eye.iris_centre, eye.iris, _IRIS_CORE) & lids
    skin = aligned.polygon(eye.under) & ~aligned.polygon(eye.lids, grow=1.15) & aligned.covered
    cheek = aligned.discs(eye.cheek, _CHEEK_RADIUS) & aligned.covered
    under_level, cheek_level = _level(lightness, skin), _level(lightness, cheek)
    under_ratio = under_level / cheek_level
    low, high = np.percentile(lightness[lids], (5, 95)) if lids.any() else (0.0, 0.0)
    clarity = float(high - low) / cheek_level * min(1.0, under_ratio / BARE_SKIN_RATIO)
    if openness < CLOSED_OPENNESS:
        return clarity * CLOSED_CLARITY_GAIN, under_ratio
    iris_ratio = _level(lightness, iris) / under_level
    found = np.interp(iris_ratio, (IRIS_RATIO_CLEAR, IRIS_RATIO_HIDDEN), (1.0, 0.0))
    return clarity * float(found), under_ratio


def least_eye_openness(evidence: Evidence) -> Finding | None:
    """Measure the less open eye."""
    face = evidence.face
    if face is None:
        return None
    left, right = (_openness(face, eye) for eye in _EYES)
    openness, other = min(left, right), max(left, right)
    eye = _EYES[0] if left <= right else _EYES[1]
    # One eye that is shut beside one that is open is named; two that are alike are both meant.
    side = ("left" if left <= right else "right") if other > CLOSED_OPENNESS + _WINK else None
    gaps = (iso.widest_gap(face.landmarks, pairs) for pairs in (mesh.LEFT_LID_PAIRS, mesh.RIGHT_LID_PAIRS))
    raw = min(gaps) / iso.eye_to_chin(face.landmarks)
    quality = iso.component("EyesOpen", raw)
    marked = eye.surroundings if side else (*_EYES[0].surroundings, *_EYES[1].surroundings)
    return Finding(openness, bounding_region(face.landmarks, marked, grow=1.1), side, quality)


def _openness(face: Face, eye: _Eye) -> float:
    outer, upper_outer, upper_inner, inner, lower_inner, lower_outer = face.landmarks[list(eye.aspect), :2]
    height = np.linalg.norm(upper_outer - lower_outer) + np.linalg.norm(upper_inner - lower_inner)
    return float(height / 2 / max(float(np.linalg.norm(outer - inner)), 1e-6))


def _level(lightness: F32, where: Mask) -> float:
    return max(float(np.median(lightness[where])), _LIGHTNESS_FLOOR) if where.any() else _LIGHTNESS_FLOOR


EYES_VISIBLE = CheckItem(
    code="eyes_visible",
    group=Group.OCCLUSION,
    name="Eyes visible",
    name_zh="双眼无遮挡",
    unit="",
    measure=least_eye_clarity,
    limits=CLARITY_LEAST,
    worst=0.0,
    best=0.8,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="EYES_COVERED",
        reason="An eye is covered, by a hand, hair, glare or a dark lens.",
        reason_zh="眼睛被手、头发、反光或深色镜片遮挡。",
        advice="Keep hands and hair off the face so that both eyes are clearly visible.",
        advice_zh="请勿用手或头发遮挡，确保双眼清晰可见。",
    ),
    causes={
        "sunglasses": Wording(
            fault="SUNGLASSES",
            reason="Dark glasses hide the eyes.",
            reason_zh="佩戴墨镜，双眼不可见。",
            advice="Take off sunglasses and tinted glasses.",
            advice_zh="请摘下墨镜或有色眼镜。",
        )
    },
    reliability=Reliability.MEDIUM,
)

EYES_OPEN = CheckItem(
    code="eyes_open",
    group=Group.EXPRESSION,
    name="Eyes open",
    name_zh="双眼睁开",
    unit="",
    measure=least_eye_openness,
    limits=OPENNESS_LEAST,
    worst=0.0,
    best=0.35,
    severity=BLOCK_ALWAYS,
    wording=Wording(
        fault="EYES_CLOSED",
        reason="An eye is closed or nearly closed.",
        reason_zh="眼睛闭合或接近闭合。",
        advice="Look into the camera with both eyes open.",
        advice_zh="请睁开双眼直视镜头。",
    ),
    causes={
        "left": Wording(
            fault="LEFT_EYE_CLOSED",
            reason="The eye on the left of the picture is closed or nearly closed.",
            reason_zh="画面左侧的眼睛闭合或接近闭合。",
            advice="Look into the camera with both eyes open.",
            advice_zh="请睁开双眼直视镜头。",
        ),
        "right": Wording(
            fault="RIGHT_EYE_CLOSED",
            reason="The eye on the right of the picture is closed or nearly closed.",
            reason_zh="画面右侧的眼睛闭合或接近闭合。",
            advice="Look into the camera with both eyes open.",
            advice_zh="请睁开双眼直视镜头。",
        ),
    },
    iso="EyesOpen",
)
