"""The matte: how opaque the person is at every pixel."""

from __future__ import annotations

from idphoto.arrays import Landmarks, Matte, Rgb
from idphoto.haze import remove_haze
from idphoto.models import Models
from idphoto.refine import refine_edges
from idphoto.segment import Outlook, look, segment_person
from idphoto.upright import guess_head_height

CELLS_PER_HEAD = 72
"""Soft structures are worked on in cells of this part of a head; U-2-Net resolves little more."""


def estimate_matte(rgb: Rgb, face_landmarks: Landmarks, models: Models, outlook: Outlook | None = None) -> Matte:
    """Estimate the opacity of the person whose face is given.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8; the head upright and some of the shoulders in view.
    face_landmarks
        ``(478, 3)`` float32, px.
    models
        Runs ``u2net`` and ``person_prior``.
    outlook
        What U-2-Net sees of the picture, where it was looked at before.

    Returns
    -------
    Matte
        ``(H, W)`` float32, 0..1.
    """
    cell = max(1, round(guess_head_height(face_landmarks) / CELLS_PER_HEAD))
    seen = look(rgb, face_landmarks, models) if outlook is None else outlook
    coarse = remove_haze(rgb, segment_person(rgb, face_landmarks, models, cell, seen), face_landmarks, cell)
    return refine_edges(rgb, coarse, face_landmarks, cell)
