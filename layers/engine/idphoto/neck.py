"""The skin of neck and throat, also where clothes hide it: the person's own, continued with the shape of a neck.

The colour of skin is what is left of it when the shading of a neck is taken away. That is smooth, so it is filled from
the bare neck, and where there is none from the face; then the shading is put back (a normalised convolution of the
logarithm, as in Knutsson and Westin 1993, by a pyramid).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Matte
from idphoto.parts import Parts
from idphoto.portrait import Portrait
from idphoto.raster import fill_gaps, smoothstep
from idphoto.shapes import blur, disc, enlarge, face_width, in_channels, polygon_mask, reduced_size, shrink
from idphoto.wearer import Wearer

WORK_UNIT: Final = 6.0
"""Px per cm in which the skin's colour is filled; it is smooth."""

FACE_TRUST: Final = 0.02
"""Weight of the face's colour beside that of a bare neck: it speaks where no neck is near."""

BRIDGE_CM: Final = 0.3
"""Half the width of the narrowest bridge between parts of the bare neck."""
CHEST_CM: Final = (-9.0, -6.0)
"""Above the pit of the neck: farther down no garment shows skin."""
FLAT_CM: Final = (-2.5, 1.5)
FLATTER: Final = 0.4
"""From the neck to the chest the skin becomes flat: this share of the shading of its sides is left."""
SEEN_CM2: Final = (10.0, 40.0)
HOLDS_CM: Final = 1.2
"""Area of bare neck from which on its tone counts for all the rest; of a smaller one it holds so far."""
JAW_CM: Final = 3.0
"""The face so far above the line of the jaw is lit and coloured most like the neck."""
WIDER: Final = 1.22
"""So much wider than expected a neck may be where the photo shows it."""
EDGE_CM: Final = 0.3
"""So near to clothes the skin lies in their shadow, and is replaced with them."""

ROUND: Final = 0.36
ROUND_POWER: Final = 2.6
"""How much darker the sides of a neck are (logarithm), and how late that sets in."""
CHIN_SHADOW: Final = 0.2
CHIN_SHADOW_CM: Final = 1.7
"""Shadow of the jaw on the neck (logarithm), and how far down it fades."""
BELOW_FACE: Final = 0.04
"""How much darker than the face a neck is anyway (logarithm): it leans back under the head."""
SHADE_TINT: Final = np.array([0.90, 1.04, 1.10], np.float32)
"""Shaded skin is redder: light that comes out of skin has lost more of its blue (red, green, blue)."""

_DARK: Final = np.float32(4.0)
"""Added to levels before the logarithm, so that black stays finite and noise in the dark small."""


@dataclass(frozen=True, eq=False)
class Neck:
    """Skin below the jaw in a window of the portrait.

    Attributes
    ----------
    skin
        ``(h, w, 3)`` float32, 0..255: the colour of skin everywhere.
    mask
        ``(h, w)`` float32: where there is neck or throat, whatever lies before it.
    """

    skin: F32
    mask: Matte


def complete_neck(portrait: Portrait, found: Parts, wearer: Wearer, rows: slice, noise: F32) -> Neck:
    """Continue the bare skin of neck and face over the whole neck and throat.

    Parameters
    ----------
    found
        The portrait's parts.
    rows
        The window: these rows, all columns.
    noise
        The photo's :func:`grain` there.
    """
    rgb = portrait.rgb[rows].astype(np.float32)
    x, z = wearer.centimetres(portrait, rows)
    shape, wide = _outline(portrait, wearer, rows, 1.0), _outline(portrait, wearer, rows, WIDER)
    below = _below_jaw(portrait, rows, wearer.unit)
    skin = found.body_skin[rows] + found.face_skin[rows]
    tinted = _skin_coloured(portrait, found, rows)
    worn = found.clothes[rows] + found.held[rows] + skin * (1 - tinted)
    own = _own_skin(skin * tinted, worn, wide, wearer, z)
    scale = min(1.0, WORK_UNIT / wearer.unit)
    size = reduced_size(rgb.shape, scale)

    def reduced(field: F32) -> F32:
        return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)

    across = x / np.float32(wearer.neck_half / wearer.unit) + 0 * z
    deep = reduced(below)
    shade = _shading(reduced(across), deep, reduced(z + 0 * x))
    face = reduced(_sure(found.face_skin[rows], wearer.unit * 0.35))
    neck = reduced(own)
    colour = np.log(reduced(rgb) + _DARK) - shade * neck[..., None]
    weights = np.minimum(neck + np.float32(FACE_TRUST) * face, 1)
    tone = fill_gaps(np.asarray(colour, np.float32), weights)
    jaw = face * (deep > -JAW_CM)
    if (jaw > 0.5).any():
        usual = np.median(colour[jaw > 0.5], axis=0)
        tone = usual + (tone - usual) * _reach(neck, deep, wearer.unit * scale)[..., None]
    smooth = np.exp(enlarge(np.asarray(tone + shade, np.float32), rgb.shape)) - _DARK
    filled = smooth + in_channels(noise)
    filled += (rgb - filled) * in_channels(own)
    mask = np.maximum(shape, own * wide) * smoothstep(below, -0.25, -0.05)
    return Neck(np.asarray(filled, np.float32), np.asarray(mask, np.float32))


def _outline(portrait: Portrait, wearer: Wearer, rows: slice, width: float) -> Matte:
    """Fill the outline of neck and throat, ``width`` times as wide; where the photo shows nobody, there is none."""
    sides = np.array(_OUTLINE_CM, np.float32)
    half, unit = wearer.neck_half * width, wearer.unit
    top = float(portrait.landmarks[list(mesh.JAW_CORNERS), 1].mean()) - 0.5 * unit
    y = np.where(sides[:, 1] > _TOP, top, wearer.pit_y - sides[:, 1] * unit) - rows.start
    right = np.stack([wearer.neck_x + sides[:, 0] * half, y], axis=1)
    left = np.stack([wearer.neck_x - sides[::-1, 0] * half, y[::-1]], axis=1)
    drawn = polygon_mask(np.vstack([right, left]).astype(np.float32), (rows.stop - rows.start, portrait.width))
    return np.asarray(drawn * (portrait.alpha[rows] * np.float32(1 / 255)), np.float32)


def _own_skin(skin: Matte, worn: Matte, shape: Matte, wearer: Wearer, z: F32) -> Matte:
    """Find the bare skin of the neck that hangs together with the face, away from clothes."""
    bare = ((skin > 0.5) & (shape > 0.5) & (z > CHEST_CM[0])).astype(np.uint8)
    # A patch that a narrow bridge joins to the face is more often a mistake than skin.
    bare = cv2.morphologyEx(bare, cv2.MORPH_OPEN, disc(BRIDGE_CM * wearer.unit))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bare, connectivity=4)
    sizes = stats[:, cv2.CC_STAT_AREA].copy()
    sizes[0] = 0
    if count < 2 or sizes.max() < wearer.unit**2:
        return np.zeros_like(skin)
    kept = smoothstep(skin, 0.2, 0.8) * (labels == int(sizes.argmax()))
    # Clothes throw a shadow on the skin beside them, and their colour; hair and the jaw belong to the person.
    radius = EDGE_CM * wearer.unit
    near = cv2.dilate((worn > 0.3).astype(np.uint8), disc(1.3 * radius)).astype(np.float32)
    return np.asarray(kept * (1 - np.minimum(blur(near, radius), 1)) * smoothstep(z, *CHEST_CM), np.float32)


def _reach(own: Matte, below: F32, unit: float) -> Matte:
    """How far the tone of the bare neck holds, 0..1: near it, and everywhere when much of it is seen.

    A narrow strip below the chin lies in its shadow, and says little of the rest.
    """
    seen = float(own[below > 0].sum()) / unit**2
    share = smoothstep(np.array([seen], np.float32), *SEEN_CM2)[0]
    away = cv2.distanceTransform((own < 0.5).astype(np.uint8), cv2.DIST_L2, 3) / np.float32(unit * HOLDS_CM)
    return np.asarray(share + (1 - share) * np.exp(-away * away), np.float32)


def _below_jaw(portrait: Portrait, rows: slice, unit: float) -> F32:
    """Cm below the line of the jaw in each pixel's own column, ``(h, w)``; negative above it."""
    jaw = portrait.landmarks[list(mesh.JAW), :2]
    order = np.argsort(jaw[:, 0])
    line = np.interp(np.arange(portrait.width), jaw[order, 0], jaw[order, 1]).astype(np.float32)
    line = cv2.GaussianBlur(line[None], (0, 0), 0.4 * unit)[0]
    lines = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
    return np.asarray((lines - line[None]) / np.float32(unit), np.float32)


def _shading(across: F32, below: F32, above_pit: F32) -> F32:
    """Logarithm of the light on a neck, ``(h, w, 3)``: round, under a jaw.

    Parameters
    ----------
    across
        From the middle, in half widths of the neck.
    below
        Cm below the jaw.
    above_pit
        Cm above the pit of the neck.
    """
    side = np.minimum(np.abs(across), 1.15)
    depth = np.maximum(below, 0)
    shadow = np.exp(-depth / np.float32(CHIN_SHADOW_CM)) * np.exp(-((side / np.float32(0.95)) ** 2))
    roundness = np.float32(ROUND) * (FLATTER + (1 - FLATTER) * smoothstep(above_pit, *FLAT_CM))
    light = -roundness * side ** np.float32(ROUND_POWER) - np.float32(CHIN_SHADOW) * shadow
    # The two muscles that run from behind the ears to the pit catch a little light.
    muscle = np.exp(-(((side - 0.42 + 0.04 * depth) / 0.14) ** 2)) * smoothstep(depth, 1.0, 3.0)
    light += np.float32(0.035) * muscle - np.float32(BELOW_FACE)
    light *= smoothstep(below, -0.4, 0.3)
    return np.asarray(light[..., None] * SHADE_TINT, np.float32)


def _sure(mask: Matte, radius: float) -> Matte:
    """Shrink a mask to what is far from its edges."""
    return shrink((mask > 0.9).astype(np.uint8), radius).astype(np.float32)


def _skin_coloured(portrait: Portrait, found: Parts, rows: slice) -> Matte:
    """How far each pixel has the tint of the person's face, whatever its light, ``(h, w)``: a pale collar has not."""
    lab = cv2.cvtColor(portrait.rgb[rows].astype(np.float32) * np.float32(1 / 255), cv2.COLOR_RGB2Lab)
    light, *axes = cv2.split(lab)
    sure = found.face_skin[rows] > 0.95
    if not sure.any():
        return np.ones(sure.shape, np.float32)
    away = []
    for axis, least in zip(axes, TINT_SPREAD_LEAST, strict=True):
        tint = axis * (76 / (light + 16))
        middle = np.median(tint[sure])
        away.append((tint - middle) / max(1.4826 * np.median(np.abs(tint[sure] - middle)), least))
    distance = blur(cv2.magnitude(*away), 0.004 * face_width(portrait.landmarks))
    bright = light - np.float32(np.percentile(light[sure], 75))
    return (1 - smoothstep(distance, *TINT_DISTANCE)) * (1 - smoothstep(bright, *BRIGHTER_THAN_FACE))


def grain(portrait: Portrait, found: Parts, rows: slice) -> F32:
    """Noise as strong as that of the photo, ``(h, w)`` in levels, always the same.

    Its strength is read off the skin by a mask that edges and slopes hardly move (Immerkaer, "Fast noise variance
    estimation", 1996), as a median, so that pores count little.
    """
    sure = _sure(found.face_skin[rows], 0.02 * face_width(portrait.landmarks)) > 0
    grey = cv2.cvtColor(portrait.rgb[rows], cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = np.abs(cv2.filter2D(grey, cv2.CV_32F, _NOISE_MASK))[sure]
    amount = 1.4826 * float(np.median(fine)) / _NOISE_GAIN if fine.size else 0.0
    noise = blur(np.random.default_rng(GRAIN_SEED).standard_normal(grey.shape, np.float32), GRAIN_PX)
    return np.asarray(noise * np.float32(min(amount, GRAIN_MOST) / float(noise.std())), np.float32)


TINT_SPREAD_LEAST: Final = (2.5, 3.0)
"""Least spread of a* and b* of skin, scaled to L* 60."""
TINT_DISTANCE: Final = (4.0, 6.0)
"""Spreads from the face's tint between which a colour ceases to be this skin."""

BRIGHTER_THAN_FACE: Final = (2.0, 6.0)
"""L* above the brighter parts of the face (their 75th percentile) where skin in the shade of the chin cannot be."""

_NOISE_MASK: Final = np.array(((1, -2, 1), (-2, 4, -2), (1, -2, 1)), np.float32)
_NOISE_GAIN: Final = 6.0
"""Root of the sum of the mask's squares."""
GRAIN_PX: Final = 0.5
"""Softness (sigma) of the grain: a picture that was compressed has none of single pixels."""
GRAIN_MOST: Final = 4.0
"""Levels."""
GRAIN_SEED: Final = 20

_TOP: Final = 50.0
_OUTLINE_CM: Final = (
    (0.97, 99.0),
    (0.99, 4.5),
    (1.0, 3.2),
    (1.04, 2.2),
    (1.16, 1.0),
    (1.34, 0.0),
    (1.5, -2.0),
    (1.5, -14.0),
)
"""Right side of neck and throat: half widths of the neck, and cm above its pit; the first at the jaw's corners."""
