"""The garment that somebody wears in a portrait, cut off the person: its own colours, a clean edge, no skin, no hair.

What is cloth is judged by :mod:`idphoto.clothing` in a reduced picture; here its edge is found between the colours of
both sides as they continue to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte, Rgb
from idphoto.clothing import DEPTH_LEAST, HALF_LEAST, Clothing, reduced
from idphoto.outline import largest
from idphoto.portrait import Portrait
from idphoto.pose import estimate_pose
from idphoto.raster import fill_gaps, smoothstep
from idphoto.seams import CONTRAST_LEAST, continued, find_seam
from idphoto.shapes import blur, disc, enlarge, face_width
from idphoto.usability import Finding, GarmentUnusableError, finding
from idphoto.wearer import FACE_CM, PIT_CM

PX_PER_CM_MAX: Final = 27.0
"""More does no portrait show, whose head is at most 800 px high."""

FACE_WIDTH_LEAST: Final = 120.0
FACE_WIDTH_GOOD: Final = 220.0
"""Of a face whose garment is worth cutting: 8 px/cm; and of one whose garment is sharp in an ID photo: 15 px/cm."""
YAW_MOST: Final = 17.0
YAW_GOOD: Final = 7.0
"""Degrees of the head. Beyond the first the jaw hides one side of the collar, and the body mostly turns too."""
CONTRAST_GOOD: Final = 30.0
"""Difference between cloth and skin along the neckline that is worth no remark, levels of 255."""
UNEVEN: Final = 0.35
"""Logarithm of the ratio of the light on both cheeks: 1.4 times as much shows."""
SLOPE_MOST: Final = 0.02
"""Most that the light is levelled, logarithm per cm: 1.8 times from shoulder to shoulder."""

FARTHEST_CM: Final = 32.0
"""What lies farther beside the middle is shown by no photo."""
EDGE_CM: Final = 0.16
"""Half the width of the band in which the edge of the cloth lies."""
FRAYED_CM: Final = 0.55
"""Cm of cloth beside hair that its ends still cross."""
STRANDS_CM: Final = 2.0
STRAND_LEAST: Final = 0.4
"""Cm beyond hair in which single strands are looked for, and how far their colour is from the cloth's to the hair's."""
LOOSE_CM: Final = 0.3
"""Cm by which fibres stand off the cloth."""
VEIL: Final = np.float32(0.05)
"""Opacity that is none, and lack of it that is none: a matte is not surer."""
TEXTURE_FROM_CM: Final = 2.0
"""How far below a place that hair covered its weave is taken from."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A garment as it was cut off a person.

    Attributes
    ----------
    rgb
        ``(H, W, 3)`` uint8; beyond the edge, the cloth's colours continue.
    alpha
        ``(H, W)`` float32, 0..1.
    px_per_cm, middle, pit_y
        Scale, column of the midline and row of the hollow of the neck, px.
    findings
        What is not as it should be.
    """

    rgb: Rgb
    alpha: Matte
    px_per_cm: float
    middle: float
    pit_y: float
    findings: tuple[Finding, ...]


def cut_garment(portrait: Portrait) -> Cut:
    """Cut the garment off a person.

    Raises
    ------
    GarmentUnusableError
        The reason is one of ``FACE_TOO_SMALL``, ``TURNED``, ``CUT_BELOW_CHIN``, ``SHOULDERS_CUT``, ``BARE_SHOULDERS``,
        ``HAIR_OVER_GARMENT``, ``HANDS_IN_FRONT``, ``COLLAR_COVERED``, ``SKIN_COLOURED``.
    """
    found = _judge_pose(portrait)
    portrait = reduced(portrait, PX_PER_CM_MAX)
    clothing = Clothing(portrait)
    found += clothing.judge()
    edge = _Edge(portrait, clothing)
    found += edge.judge()
    face, slope = _light(portrait, clothing, edge.share)
    if abs(face) > UNEVEN:
        found.append(finding("UNEVEN_LIGHT", face, UNEVEN))
    rgb = _made_whole(portrait, clothing, edge)
    across = (np.arange(portrait.width, dtype=np.float32) - np.float32(clothing.middle)) / np.float32(clothing.cm)
    # A coded value goes with about the power 1/2.2 of the light.
    rgb *= np.exp(np.clip(across, -20, 20) * np.float32(-slope / 2.2))[None, :, None]
    alpha = _opacity(portrait, clothing, edge)
    alpha[:, np.abs(across) > FARTHEST_CM] = 0
    colours = np.clip(np.rint(rgb), 0, 255).astype(np.uint8)
    return Cut(colours, alpha, clothing.cm, clothing.middle, clothing.pit_y, tuple(found))


def _judge_pose(portrait: Portrait) -> list[Finding]:
    """Refuse by the landmarks alone; remark on what is nearly refused."""
    width = face_width(portrait.landmarks)
    cm, found = width / FACE_CM, []
    if width < FACE_WIDTH_LEAST:
        raise GarmentUnusableError("FACE_TOO_SMALL", value=round(width, 1), allowed=FACE_WIDTH_LEAST)
    if width < FACE_WIDTH_GOOD:
        found.append(finding("LOW_RESOLUTION", cm, round(FACE_WIDTH_GOOD / FACE_CM, 1)))
    yaw = abs(estimate_pose(portrait.landmarks).yaw)
    if yaw > YAW_MOST:
        raise GarmentUnusableError("TURNED", value=round(yaw, 1), allowed=YAW_MOST)
    if yaw > YAW_GOOD:
        found.append(finding("TURNED", yaw, YAW_GOOD))
    depth = (portrait.height - portrait.chin_y) / cm - PIT_CM
    if depth < DEPTH_LEAST:
        raise GarmentUnusableError("CUT_BELOW_CHIN", value=round(depth, 1), allowed=DEPTH_LEAST)
    half = min(portrait.centre_x, portrait.width - 1 - portrait.centre_x) / cm
    if half < HALF_LEAST:
        raise GarmentUnusableError("SHOULDERS_CUT", value=round(half, 1), allowed=HALF_LEAST)
    return found


class _Edge:
    """The edge of the cloth at the portrait's own size.

    Attributes
    ----------
    share
        ``(H, W)`` float32, 0..1: how much of each pixel is cloth, if the person were opaque. Along the edge it is where
        the pixel's colour lies between those of cloth and skin that continue to it.
    filled
        ``(H, W)`` bool: cloth that hair covered.
    contrast
        Difference between both sides along the neckline, levels of 255.
    """

    def __init__(self, portrait: Portrait, clothing: Clothing) -> None:
        shape, rgb = portrait.alpha.shape, portrait.rgb.astype(np.float32)
        self.filled = enlarge(clothing.filled.astype(np.float32), shape) > 0.02
        coarse, solid = _coarse(clothing, shape), portrait.alpha > 240
        seam = find_seam(rgb, coarse, solid, ~self.filled, EDGE_CM * clothing.cm)
        self.share = np.where(self.filled, coarse, seam.share)
        neckline = seam.band & solid & _near_skin(clothing, shape)
        self.contrast = float(np.median(seam.contrast[neckline])) if neckline.any() else 255.0

    def judge(self) -> list[Finding]:
        """Refuse cloth that cannot be told from the skin beside it."""
        if self.contrast < CONTRAST_LEAST:
            raise GarmentUnusableError("SKIN_COLOURED", value=round(self.contrast, 1), allowed=CONTRAST_LEAST)
        return [finding("SKIN_COLOURED", self.contrast, CONTRAST_GOOD)] if self.contrast < CONTRAST_GOOD else []


def _coarse(clothing: Clothing, shape: tuple[int, ...]) -> Matte:
    """Bring the judgement to the portrait's size; beyond the person, the nearest of the person counts."""
    near = fill_gaps(clothing.cloth.astype(np.float32)[..., None], clothing.person.astype(np.float32))[..., 0]
    cloth = np.where(clothing.person, clothing.cloth, near > 0.5).astype(np.float32)
    return smoothstep(enlarge(blur(cloth, 1.3), shape), 0.35, 0.65)


def _near_skin(clothing: Clothing, shape: tuple[int, ...]) -> Mask:
    """Where the neckline may be."""
    bare = (clothing.skin > 0.5) & ~clothing.cloth
    near = cv2.dilate(bare.astype(np.uint8), disc(0.4 * clothing.unit))
    return np.asarray(enlarge(near.astype(np.float32), shape) > 0.5)


def _light(portrait: Portrait, clothing: Clothing, share: Matte) -> tuple[float, float]:
    """How the light rises from the left to the right: on the face as a logarithm, and on face and cloth alike per cm.

    Only where both agree is it the light; else it is the cloth, or the face.
    """
    light = cv2.cvtColor(portrait.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    light = np.asarray(2.2 * np.log(np.maximum(light, np.float32(0.03))), np.float32)
    places = np.rint(portrait.landmarks[:, :2]).astype(int)
    places = np.clip(places, 0, (portrait.width - 1, portrait.height - 1))
    smooth = blur(light, 0.4 * clothing.cm)
    left, right = (places[list(points)] for points in (mesh.LEFT_CHEEK, mesh.RIGHT_CHEEK))
    apart = max(float((right[:, 0] - left[:, 0]).mean()) / clothing.cm, 1.0)
    face = float((smooth[right[:, 1], right[:, 0]] - smooth[left[:, 1], left[:, 0]]).mean())
    cloth = _cloth_slope(light, (share > 0.99) & (portrait.alpha > 250), clothing)
    agreed = min(abs(cloth), abs(face) / apart, SLOPE_MOST) if cloth * face > 0 else 0.0
    return face, float(np.sign(face)) * agreed


def _cloth_slope(light: F32, cloth: Mask, clothing: Clothing) -> float:
    """How the logarithm of the light on the cloth rises to the right, per cm: the median over mirrored pairs."""
    step, middle = max(1, round(0.5 * clothing.cm)), round(clothing.middle)
    reach = min(middle, light.shape[1] - 1 - middle, round(16 * clothing.cm))
    away = np.arange(round(3 * clothing.cm), reach, step)
    if not away.size:
        return 0.0
    one, other = (light[::step, middle + way * away] for way in (1, -1))
    both = cloth[::step, middle + away] & cloth[::step, middle - away]
    rise = (one - other) / (2 * away / clothing.cm)
    return float(np.median(rise[both])) if both.sum() > 50 else 0.0


def _made_whole(portrait: Portrait, clothing: Clothing, edge: _Edge) -> F32:
    """Colours of the cloth ``(H, W, 3)`` float32; where hair covered it they go on, with the weave that lies below."""
    rgb = portrait.rgb.astype(np.float32)
    if not edge.filled.any():
        return rgb
    frayed = cv2.dilate(edge.filled.astype(np.uint8), disc(FRAYED_CM * clothing.cm)) > 0
    frayed |= _strands(portrait, clothing, edge)
    share = blur(frayed.astype(np.float32), 0.08 * clothing.cm)[..., None]
    known = (edge.share > 0.99) & (share[..., 0] <= 0.02) & (portrait.alpha > 250)
    smooth = continued(rgb, known)
    fine = (rgb - smooth) * known[..., None]
    down = round(TEXTURE_FROM_CM * clothing.cm)
    weave = np.concatenate([fine[down:], np.zeros_like(fine[:down])])
    return np.asarray(rgb + (smooth + weave - rgb) * share, np.float32)


def _strands(portrait: Portrait, clothing: Clothing, edge: _Edge) -> Mask:
    """Find strands that lie on the cloth where the mass of the hair ends: what is nearer to hair than to the cloth."""
    beside = cv2.dilate(edge.filled.astype(np.uint8), disc(STRANDS_CM * clothing.cm)) > 0
    rgb = portrait.rgb.astype(np.float32)
    locks = rgb[(enlarge(clothing.hair, edge.share.shape) > 0.9) & beside]
    if not len(locks):
        return np.zeros_like(beside)
    cloth = continued(rgb, (edge.share > 0.99) & ~beside & (portrait.alpha > 250))
    across = np.median(locks, axis=0) - cloth
    length = (across**2).sum(axis=-1)
    place = ((rgb - cloth) * across).sum(axis=-1) / np.maximum(length, 1)
    found = beside & (place > STRAND_LEAST) & (length > CONTRAST_GOOD**2)
    return np.asarray(cv2.dilate(found.astype(np.uint8), disc(0.1 * clothing.cm)) > 0)


def _opacity(portrait: Portrait, clothing: Clothing, edge: _Edge) -> Matte:
    """Opacity of the garment, cut where hands begin or no photo shows it."""
    alpha = edge.share * np.where(edge.filled, np.float32(1), portrait.alpha * np.float32(1 / 255))
    alpha[int(clothing.pit_y - clothing.lowest * clothing.cm) :] = 0
    # What hangs loose in the air is a fault of the matte.
    body = largest(alpha > np.float32(0.5)).astype(np.uint8)
    near = blur(cv2.dilate(body, disc(LOOSE_CM * clothing.cm)).astype(np.float32), LOOSE_CM / 3 * clothing.cm)
    return np.asarray(np.clip((alpha * near - VEIL) / (1 - 2 * VEIL), 0, 1), np.float32)
