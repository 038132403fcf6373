"""Glasses (去眼镜或眼镜反光): takes reflections off the lenses.

A reflection is a veil: what is seen is ``(1 - a) J + a W``, the face J behind it and the light W of a window or lamp.
On skin, J is known but for its brightness, since its hue is that of the cheeks; so each pixel of skin behind a lens is
unmixed into skin and veil by least squares, and the veil is divided out. Over the eye, where hues are unknown, the
veil is what even the darkest pixels near have, and never more than the skin near it has.

Frames are not taken off: filling them from the skin beside left the lids smeared, and the bridge and the pads of the
nose showed as a ghost. A spoiled face is worse than a clear refusal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte
from idphoto.effects.base import EffectParams, EffectRefusedError, Strength
from idphoto.effects.gates import Limits, check, check_whole_face
from idphoto.eyewear import Eyewear, find_eyewear
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import blur, disc, face_width

KIND: Final = "glasses"

LIMITS: Final = Limits(yaw=25, roll=30, face_width=64)
"""At 33 degrees the side of the nose was nearly taken for a rim."""

GAMMA: Final = 2.2
"""The sRGB curve as a power."""

VEIL_SEEN: Final = (0.06, 0.13)
"""A veil of less, at all and fully, is skin that shines a little."""
VEIL_AREA: Final = 0.02
"""There is a reflection where so much of a lens has a veil that is fully seen."""
SOCKET_MAX: Final = 0.15
"""Skin around the eyes is paler than that of the cheeks; up to here that counts as its own hue."""
SHINE: Final = (95.0, 40.0)
"""Percentiles of the veil that the cheeks, and the skin behind the lenses, seem to have without a reflection."""
COLOUR_MAX: Final = 1.5
"""What comes out from behind a veil has at most so many times the colour of the cheeks."""
EYE_DARK: Final = (0.03, 0.15)
"""Least and most light that lashes, pupils and the rim of an iris reflect: where even the darkest pixel near has more,
there is a veil. Between these, the calmer half of both eyes tells; light lashes reflect more than black ones."""

OPAQUE: Final = 0.75
"""Behind a denser veil nothing is left that could be brought back."""
OPAQUE_AREA_MAX: Final = 0.06
"""Most of a lens that may be so."""
IRIS_VEIL_MAX: Final = 0.4
DARK_PART: Final = 60.0
"""So much of an iris, pupil and all, is darker than this (linear) unless a dense veil lies over it; blue ones too."""


class Glasses(EffectParams):
    """Parameters of ``glasses``. A photo without glasses, or without reflections on them, comes back as it is."""

    remove_glare: Strength = 80
    """How far reflections are taken off the lenses."""
    remove_frame: bool = False
    """Take the glasses off. A photo that shows glasses is refused, as that cannot be done well; one without passes."""

    @property
    def is_identity(self) -> bool:
        """Whether nothing is taken off."""
        return self.remove_glare == 0 and not self.remove_frame


def apply(portrait: Portrait, params: Glasses) -> Portrait:
    """Take reflections off the glasses.

    A portrait without glasses or reflections is returned as it is: there is nothing to take off, and a partner who
    sends every photo through the same steps need not know who wears glasses.

    Raises
    ------
    EffectRefusedError
        The face is turned, leans, is too small or cut off; the reflection hides too much; or the frame is to go.
    """
    if params.is_identity:
        return portrait
    check(KIND, portrait, LIMITS)
    check_whole_face(KIND, portrait)
    eyewear = find_eyewear(portrait)
    if eyewear is None:
        return portrait
    if params.remove_frame:
        raise EffectRefusedError(
            KIND,
            "FRAME_NOT_REMOVABLE",
            "Glasses cannot be taken off this face convincingly; please take the photo without them.",
            "无法自然地去除眼镜，请摘下眼镜后重新拍照。",
        )
    part = portrait.rgb[eyewear.pixels]
    light = np.asarray((part.astype(np.float32) / 255) ** np.float32(GAMMA), np.float32)
    found = find_veil(light, eyewear, face_width(portrait.landmarks))
    if found is None:
        return portrait
    veil, colour = found
    refuse_opaque(light, veil, colour, eyewear)
    veil = np.minimum(veil, np.float32(OPAQUE)) * np.float32(params.remove_glare / 100)
    behind = np.clip((light - veil[..., None] * colour) / (1 - veil[..., None]), 0, 1)
    clear = np.rint(behind ** np.float32(1 / GAMMA) * 255).astype(np.uint8)
    rgb = portrait.rgb.copy()
    rgb[eyewear.pixels] = np.where((veil > 0)[..., None], clear, part)
    return replace(portrait, rgb=rgb)


def find_veil(light: F32, eyewear: Eyewear, unit: float) -> tuple[Matte, F32] | None:
    """Return the density of a reflection and its colour, or None where there is none.

    Parameters
    ----------
    light
        ``(h, w, 3)`` float32, linear, 0..1.
    eyewear
        The glasses, in the same pixels.
    unit
        Width of the face, px.

    Returns
    -------
    Density ``(h, w)`` float32 in 0..1, and ``(3,)`` float32, linear, the brightest channel 1.
    """
    cheeks, lens = eyewear.cheeks > 0.5, eyewear.lens > 0.5
    skin = lens & (eyewear.features < 0.5)
    if not cheeks.any() or not skin.any():
        return None
    plain = np.median(light[cheeks], axis=0)
    hue = np.asarray(plain / np.linalg.norm(plain), np.float32)
    veil = unmix(light, hue, np.ones(3, np.float32))
    shine = [float(np.percentile(veil[where], part)) for where, part in zip((cheeks, skin), SHINE, strict=True)]
    own = min(max(shine[0], min(shine[1], SOCKET_MAX)), 0.5)
    seen = cv2.morphologyEx((skin & (veil > own + VEIL_SEEN[1])).astype(np.uint8), cv2.MORPH_OPEN, disc(0.006 * unit))
    if seen.sum() < VEIL_AREA * lens.sum() / 2:
        return None
    colour = veil_colour(light, veil, seen > 0, hue, plain)
    veil = blur(np.clip(unmix(light, hue, colour) - own, 0, None) / (1 - own), 0.004 * unit)
    veil = np.clip(_over_eyes(light, veil, skin, eyewear, unit, colour), 0, most_veil(light, hue, colour))
    near = blur(((veil > VEIL_SEEN[1]) & lens).astype(np.float32), 0.01 * unit)
    inside = blur(eyewear.lens, 0.004 * unit) * (eyewear.lens > 0)
    veil = veil * smoothstep(veil, *VEIL_SEEN) * smoothstep(near, 0.02, 0.3) * inside
    return np.asarray(veil, np.float32), colour


def unmix(light: F32, hue: F32, colour: F32) -> F32:
    """Least-squares share ``a`` of the veil in ``light = s hue + a colour``, at least 0; ``hue`` is a unit vector."""
    across = colour - (colour @ hue) * hue
    return np.asarray(np.maximum(light @ (across / max(float(across @ across), 1e-6)), 0), np.float32)


def veil_colour(light: F32, veil: Matte, seen: Mask, hue: F32, plain: F32) -> F32:
    """Colour of the veil, the brightest channel being 1: what its densest places have beyond the skin."""
    dense = seen & (veil >= np.percentile(veil[seen], 80))
    brightest = light[dense].mean(axis=0)
    colour = np.ones(3, np.float32)
    for _ in range(4):
        share = float(np.clip(unmix(brightest, hue, colour), 0.05, 0.95))
        colour = np.clip((brightest - (1 - share) * plain) / share, 0.3, None)
        colour = np.asarray(colour / colour.max(), np.float32)
    return colour


def most_veil(light: F32, hue: F32, colour: F32) -> Matte:
    """Return the most veil that leaves green and blue enough beside red: skin has no more colour than that."""
    least = hue[1:] / hue[0] / np.float32(COLOUR_MAX)
    bound = (light[..., 1:] - least * light[..., :1]) / np.maximum(colour[1:] - least * colour[0], 0.05)
    return np.asarray(np.clip(bound.min(axis=-1), 0, 1), np.float32)


def _over_eyes(light: F32, veil: Matte, skin: Mask, eyewear: Eyewear, unit: float, colour: F32) -> F32:
    known = skin.astype(np.float32)
    around = blur(veil * known, 0.025 * unit) / np.maximum(blur(known, 0.025 * unit), 1e-3)
    nearby = disc(0.02 * unit)
    darkest = blur(cv2.morphologyEx((light / colour).min(axis=-1), cv2.MORPH_OPEN, nearby), 0.01 * unit)
    eyes = (eyewear.features > 0.5) & (eyewear.lens > 0.5)
    dark = float(np.clip(np.median(darkest[eyes]), *EYE_DARK)) if eyes.any() else EYE_DARK[1]
    inside = np.clip((darkest - dark) / (1 - dark), 0, around)
    return np.asarray(veil + (inside - veil) * eyewear.features, np.float32)


def refuse_opaque(light: F32, veil: Matte, colour: F32, eyewear: Eyewear) -> None:
    """Refuse a veil behind which too little is left.

    Raises
    ------
    EffectRefusedError
        ``GLARE_TOO_STRONG``.
    """
    least = (light / colour).min(axis=-1)
    irises = [least[iris > 0.5] for iris in eyewear.irises if (iris > 0.5).any()]
    over_iris = max((float(np.percentile(iris, DARK_PART)) for iris in irises), default=0.0)
    lens = eyewear.lens > 0.5
    opaque = float((veil[lens] > OPAQUE).sum() / max(lens.sum() / 2, 1))
    if over_iris > IRIS_VEIL_MAX or opaque > OPAQUE_AREA_MAX:
        raise EffectRefusedError(
            KIND,
            "GLARE_TOO_STRONG",
            "The reflection on the glasses hides too much of the eyes to be taken off.",
            "眼镜反光过强，遮挡眼部，无法去除。",
            value={"over_iris": round(over_iris, 2), "opaque": round(opaque, 3)},
            allowed={"over_iris": IRIS_VEIL_MAX, "opaque": OPAQUE_AREA_MAX},
        )
