"""Red pupils, from a flash beside the lens."""

from __future__ import annotations

from typing import Final

from idphoto import mesh
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import BLOCK_WHEN_STRICT, CheckItem, Finding, Limits, Wording
from idphoto.checks.report import Group, Reliability

REDNESS_MOST = Limits(20.0, 16.0, 12.0)
"""a* of the redder pupil above that of the skin. Pupils measured -14 to 1, drawn red ones 33 and more; a red tint moves
both alike."""

_PUPIL: Final = 0.6
"""In radii of the iris."""


def pupil_redness(evidence: Evidence) -> Finding | None:
    """Compare the redder pupil with the skin, in a*."""
    face, aligned, skin = evidence.face, evidence.aligned, evidence.skin
    if face is None or aligned is None or skin is None:
        return None
    seen = []
    for lids, centre, rim in mesh.EYES:
        pupil = aligned.median(aligned.iris(centre, rim, _PUPIL) & aligned.polygon(lids))
        if pupil is not None:
            seen.append((float(pupil[1] - skin.lab[1]), lids))
    if not seen:
        return None
    redness, lids = max(seen, key=lambda entry: entry[0])
    return Finding(redness, bounding_region(face.landmarks, lids, 1.4))


RED_EYES = CheckItem(
    code="red_eyes",
    group=Group.QUALITY,
    name="No red eyes",
    name_zh="无红眼",
    unit="a*",
    measure=pupil_redness,
    limits=REDNESS_MOST,
    worst=50,
    best=-10,
    severity=BLOCK_WHEN_STRICT,
    wording=Wording(
        fault="RED_EYES",
        reason="A pupil is red from the flash.",
        reason_zh="瞳孔因闪光灯呈红色。",
        advice="Take the photo without flash, or use red-eye reduction.",
        advice_zh="请关闭闪光灯拍摄，或开启防红眼。",
    ),
    reliability=Reliability.MEDIUM,
)
