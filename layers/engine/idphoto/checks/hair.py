"""Hair over the eyes, the brows and the ears: where something light should be and is not."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, Mask
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.bust import HEAD, HEIGHT, WIDTH, Bust
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import INFO_ALWAYS, WARN_ALWAYS, CheckItem, Demand, Finding, Limits, Wording
from idphoto.checks.report import Group, Region, Reliability
from idphoto.checks.skin import SkinTone
from idphoto.specs import Spec

WHITE_LEAST = Limits(0.25, 0.25, 0.27)
"""L* of an eye beside its iris over that of the skin. Open eyes measured 0.37 to 1.05, closed ones from 0.28; with
strands drawn over them up to 0.19 in 12 of 13."""

ABOVE_BROW_LEAST = Limits(48.0, 48.0, 48.0)
"""Per cent of a band just above the brow that is as light as skin. Free brows measured 51 or more, with a fringe over
them up to 47; one that ends right above a brow is in between."""

EAR_SKIN_LEAST = Limits(15.0, 15.0, 15.0)
"""Per cent of skin in the strip before an ear. Ears that are seen measured 20 to 70, hair over them 0 to 4."""

_BAND_LIFT, _BAND_HEIGHT = 3.0, 9.0
"""px of the aligned face between the brow's upper edge and the band, and of the band."""
_SKIN_LIGHTNESS: Final = 0.6
_IRIS_MARGIN: Final = 1.15

_EAR_FROM, _EAR_TO = 2.5 / HEAD, 9.0 / HEAD
"""The strip beside the mesh's edge in which an ear is seen from the front, in heads."""
_EAR_SEEN: Final = 0.12
"""With less of the person than this in the strip nothing stands out there, neither ear nor hair."""


def white_of_eye(evidence: Evidence) -> Finding | None:
    """Compare the white of the darker eye with the skin; strands of hair leave little of it."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    seen = []
    for lids, centre, rim in mesh.EYES:
        white = aligned.median(aligned.polygon(lids, 0.9) & ~aligned.iris(centre, rim, _IRIS_MARGIN))
        if white is not None:
            seen.append((float(white[0]) / skin.lightness, lids))
    if not seen:
        return None
    darkest, lids = min(seen, key=lambda entry: entry[0])
    return Finding(darkest, bounding_region(face.landmarks, lids, 1.6))


def skin_above_brows(evidence: Evidence) -> Finding | None:
    """Measure how much of the band above the less free brow is as light as skin."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    seen = []
    for brow in (mesh.LEFT_BROW_TOP, mesh.RIGHT_BROW_TOP):
        lower = aligned.points[list(brow)] - (0.0, _BAND_LIFT)
        band = aligned.fill(np.concatenate([lower, (lower - (0.0, _BAND_HEIGHT))[::-1]])) & aligned.covered
        light = aligned.lab[band][:, 0] >= _SKIN_LIGHTNESS * skin.lightness
        seen.append((100.0 * float(light.mean()) if light.size else 0.0, brow))
    least, brow = min(seen, key=lambda entry: entry[0])
    return Finding(least, bounding_region(face.landmarks, brow, 1.3))


def less_seen_ear(evidence: Evidence) -> Finding | None:
    """Measure the share of skin where the less visible ear should be."""
    bust, skin = evidence.bust, evidence.skin
    if bust is None or skin is None:
        return None
    left = _ear(bust, skin, mesh.LEFT_EAR_FRONT, -1)
    right = _ear(bust, skin, mesh.RIGHT_EAR_FRONT, 1)
    share, region = min((left, right), key=lambda side: side[0])
    return Finding(100.0 * share, region)


def _ear(bust: Bust, skin: SkinTone, front: tuple[int, ...], sign: int) -> tuple[float, Region | None]:
    edge: F32 = bust.points[list(front)]
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    outward = (columns - edge[:, 0].mean()) * sign / HEAD
    strip: Mask = (outward >= _EAR_FROM) & (outward <= _EAR_TO) & (rows >= edge[0, 1] - 2) & (rows <= edge[-1, 1] + 2)
    strip &= bust.covered
    person = strip & (bust.alpha > 0.5)
    if person.sum() < max(1.0, _EAR_SEEN * strip.sum()):
        return 0.0, bust.region_of(strip)
    return float(skin.is_skin(bust.lab[person]).mean()), bust.region_of(strip)


def _of_spec(spec: Spec) -> Demand:
    return Demand(severity=WARN_ALWAYS if spec.ears_visible else None)


HAIR_OVER_EYES = CheckItem(
    code="hair_over_eyes",
    group=Group.OCCLUSION,
    name="No hair over the eyes",
    name_zh="头发未遮挡眼睛",
    unit="",
    measure=white_of_eye,
    limits=WHITE_LEAST,
    worst=0.0,
    best=0.7,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="HAIR_OVER_EYES",
        reason="Hair or something dark seems to hang over an eye.",
        reason_zh="疑似有头发或深色物遮挡眼睛。",
        advice="Pin the hair back so that both eyes are free.",
        advice_zh="请将头发别开，露出双眼。",
    ),
    reliability=Reliability.LOW,
)

BROWS_VISIBLE = CheckItem(
    code="brows_visible",
    group=Group.OCCLUSION,
    name="Eyebrows visible",
    name_zh="眉毛可见",
    unit="%",
    measure=skin_above_brows,
    limits=ABOVE_BROW_LEAST,
    worst=0,
    best=100,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="BROWS_COVERED",
        reason="Hair seems to reach over an eyebrow ({value} of the skin above it is seen).",
        reason_zh="疑似有头发遮挡眉毛（眉上皮肤可见 {value}）。",
        advice="Comb the fringe aside so that both eyebrows are seen.",
        advice_zh="请拨开刘海，露出双眉。",
    ),
    reliability=Reliability.LOW,
)

EARS_VISIBLE = CheckItem(
    code="ears_visible",
    group=Group.OCCLUSION,
    name="Ears visible",
    name_zh="双耳可见",
    unit="%",
    measure=less_seen_ear,
    limits=EAR_SKIN_LEAST,
    worst=0,
    best=60,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="EARS_COVERED",
        reason="An ear seems to be covered by hair.",
        reason_zh="疑似有耳朵被头发遮挡。",
        advice="Put the hair behind the ears where the document asks for both ears.",
        advice_zh="若证件要求露出双耳，请将头发别到耳后。",
    ),
    reliability=Reliability.LOW,
    demand=_of_spec,
)
