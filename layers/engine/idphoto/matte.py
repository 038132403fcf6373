"""The matte: how opaque the person is at every pixel."""

from __future__ import annotations

import numpy as np

from idphoto.arrays import Landmarks, Matte, Rgb
from idphoto.haze import remove_haze
from idphoto.models import Models
from idphoto.partmap import CLASSES, LEVELS, PartMap, read_parts
from idphoto.refine import refine_edges
from idphoto.segment import Outlook, look, place, segment_person
from idphoto.upright import guess_head_height

CELLS_PER_HEAD = 72
"""Soft structures are worked on in cells of this part of a head; U-2-Net resolves little more."""


def estimate_matte(
    rgb: Rgb,
    face_landmarks: Landmarks,
    models: Models,
    outlook: Outlook | None = None,
    part_map: PartMap | None = None,
) -> Matte:
    """Estimate the opacity of the person whose face is given.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8; the head upright and some of the shoulders in view.
    face_landmarks
        ``(478, 3)`` float32, px.
    models
        Runs ``u2net``, ``person_prior`` and ``parts_head``.
    outlook, part_map
        What U-2-Net sees of the picture, and what is what in it, where that is known.

    Returns
    -------
    Matte
        ``(H, W)`` float32, 0..1.
    """
    cell = max(1, round(guess_head_height(face_landmarks) / CELLS_PER_HEAD))
    seen = look(rgb, face_landmarks, models) if outlook is None else outlook
    known = read_parts(seen, face_landmarks, models) if part_map is None else part_map
    coarse = remove_haze(rgb, segment_person(rgb, face_landmarks, models, cell, seen), face_landmarks, cell)
    return refine_edges(rgb, coarse, hair_in_cells(known, cell, coarse.shape), face_landmarks, cell)


def hair_in_cells(part_map: PartMap, cell: int, shape: tuple[int, int]) -> Matte:
    """Return how far each of ``shape`` cells of ``cell`` px is hair of head or beard, 0..1."""
    hair = part_map.shares[[CLASSES.index(name) for name in ("hair", "beard")]].sum(axis=0) / np.float32(LEVELS)
    return place(hair, part_map.box, cell, shape[1], shape[0])
