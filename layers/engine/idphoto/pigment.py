"""How a pigment changes the colour of a face: as a gain on the light that comes back, relative to the person's own.

Layers of pigment multiply (Beer and Lambert), so that their logarithms add up and texture keeps its contrast. What a
colour means on this very skin is decided in CIELAB: hue and saturation are those of the pigment, lightness stays near
the person's own, so that one look suits every complexion.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import opencv as cv2
from idphoto.arrays import F32
from idphoto.looks import Blend

PAPER: Final = np.array([0.80, 0.64, 0.56], np.float32)
"""The light skin (sRGB, 0..1) on which a stain shows its nominal colour; on darker skin it takes the same share of
light."""

TINT_DARKENS: Final = 0.18
"""Share of the way to a darker pigment's own lightness that a tint goes; towards a lighter one it does not go."""
COVER_RANGE: Final = (-34.0, 7.0)
"""How far a covering pigment may darken or lighten, L*: more is paint on a face."""

EPSILON: Final = np.float32(0.02)
"""Light that even black gives back, sRGB 0..1."""


def colour_of(text: str) -> F32:
    """Read ``#RRGGBB`` as sRGB, ``(3,)`` float32 in 0..1."""
    return np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)], np.float32) / np.float32(255)


def lab_of(rgb: F32) -> F32:
    """Convert sRGB ``(3,)`` in 0..1 to CIELAB."""
    return np.asarray(cv2.cvtColor(rgb.reshape(1, 1, 3), cv2.COLOR_RGB2Lab).reshape(3), np.float32)


def rgb_of(lab: F32) -> F32:
    """Convert CIELAB ``(3,)`` to sRGB, clipped to 0..1."""
    return np.asarray(np.clip(cv2.cvtColor(lab.reshape(1, 1, 3), cv2.COLOR_Lab2RGB).reshape(3), 0, 1), np.float32)


def density(colour: str, own: F32, blend: Blend) -> F32:
    """Return the logarithm of the gain that a pigment puts on skin or lips.

    Parameters
    ----------
    colour
        ``#RRGGBB``.
    own
        ``(3,)`` float32, CIELAB of the person there.
    blend
        As :data:`idphoto.looks.Blend` says.

    Returns
    -------
    F32
        ``(3,)``, of the channels of encoded sRGB.
    """
    pigment = colour_of(colour)
    if blend == "stain":
        return np.asarray(np.minimum(np.log((pigment + EPSILON) / (PAPER + EPSILON)), 0), np.float32)
    lab = lab_of(pigment)
    difference = float(lab[0] - own[0])
    shift = TINT_DARKENS * min(difference, 0.0) if blend == "tint" else float(np.clip(difference, *COVER_RANGE))
    light = max(float(own[0]) + shift, 2.0)
    # Chroma over L* + 16 is saturation, which does not depend on the light.
    tint = lab[1:] * np.float32((light + 16) / (lab[0] + 16))
    target = rgb_of(np.array([light, *tint], np.float32))
    return np.asarray(np.log((target + EPSILON) / (rgb_of(own) + EPSILON)), np.float32)


def deposit(rgb: F32, densities: F32) -> F32:
    """Put pigment on colours: sRGB ``(..., 3)`` in 0..1 and the sum of the densities there, ``(..., 3)``."""
    return np.asarray((rgb + EPSILON) * np.exp(densities) - EPSILON, np.float32)
