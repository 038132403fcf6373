"""Even skin (匀肤): takes blotches and shine off face and neck, and keeps complexion and texture."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from idphoto.arrays import Matte
from idphoto.complexion import Ground, level_tone, tame_shine
from idphoto.effects.base import EffectParams, Strength
from idphoto.effects.gates import Limits, check, check_no_hand
from idphoto.parts import Parts, parts
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import face_width

KIND: Final = "skin"

LIMITS: Final = Limits(yaw=50, roll=30, face_width=48)
"""Blotches and shine look alike from the side; a smaller face has too few pixels to tell them from noise."""

NECK_END: Final = (0.55, 0.95)
"""The neck ends between these distances below the chin, in face widths; arms and hands stay as they are."""


class Skin(EffectParams):
    """Parameters of ``skin``."""

    strength: Strength = 50
    """How far blotches of colour are evened."""
    shine: Strength = 50
    """How far hot spots are taken off."""

    @property
    def is_identity(self) -> bool:
        """Whether nothing is evened and nothing taken off."""
        return self.strength == 0 and self.shine == 0


def apply(portrait: Portrait, params: Skin) -> Portrait:
    """Even the skin of face and neck.

    Raises
    ------
    EffectRefusedError
        The face is turned, leans, is too small or has a hand at it.
    """
    if params.is_identity:
        return portrait
    check(KIND, portrait, LIMITS)
    found = parts(portrait)
    check_no_hand(KIND, portrait, found.skin)
    mask = skin_mask(portrait, found)
    if not mask.any():
        return portrait
    ground = Ground.of(portrait.rgb, mask, face_width(portrait.landmarks))
    change = level_tone(ground, params.strength / 100)
    change = change + tame_shine(ground.changed(change), params.shine / 100)
    return replace(portrait, rgb=ground.apply(portrait.rgb, change))


def skin_mask(portrait: Portrait, found: Parts) -> Matte:
    """Bare skin of face and neck, ``(H, W)`` float32 in 0..1; 0 where there is less than a trace of it."""
    unit = face_width(portrait.landmarks)
    rows = np.arange(portrait.height, dtype=np.float32)[:, None]
    columns = np.arange(portrait.width, dtype=np.float32)[None]
    low, high = NECK_END
    neck = 1 - smoothstep((rows - np.float32(portrait.chin_y)) / np.float32(unit), low, high)
    aside = np.abs(columns - np.float32(portrait.centre_x)) / np.float32(unit)
    neck = neck * (1 - smoothstep(aside, 0.7, 1.0))
    return smoothstep(found.face_skin + found.body_skin * neck, 0.15, 0.85)
