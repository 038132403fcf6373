"""A face without the frame of its glasses."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte, Rgb
from idphoto.mending import mend
from idphoto.portrait import Portrait
from idphoto.shapes import blur, disc, face_width, polygon_mask, window_of

ROOM: Final = 0.12
"""What lies so far around a frame is looked at when it is filled, in face widths."""
SOFT: Final = 0.004
"""Of the border of what is filled, in face widths."""
BROW_MARGIN: Final = 0.004
"""Brows have hairs so far beyond their landmarks, in face widths."""


def without_frame(portrait: Portrait, hole: Mask) -> Rgb:
    """Return the picture of a portrait, ``(H, W, 3)`` uint8, with what a frame hides filled from what lies beside it.

    Parameters
    ----------
    hole
        ``(H, W)`` bool.
    """
    unit = face_width(portrait.landmarks)
    window = window_of(hole, round(ROOM * unit))
    part, gap = portrait.rgb[window].astype(np.float32), hole[window]
    corner = np.array((window[1].start, window[0].start), np.float32)
    filled = mend(part, gap, _hairy(portrait.landmarks[:, :2] - corner, gap.shape, unit), unit)
    rgb = portrait.rgb.copy()
    rgb[window] = np.clip(np.rint(filled), 0, 255).astype(np.uint8)
    return rgb


def _hairy(points: F32, shape: tuple[int, ...], unit: float) -> Matte:
    """Brows, and all beyond the face, ``(h, w)``; ``points`` are the landmarks there, ``(478, 2)``."""
    hairy = 1 - polygon_mask(points[list(mesh.FACE_OVAL)], shape)
    for ring in (mesh.LEFT_BROW, mesh.RIGHT_BROW):
        brow = polygon_mask(cv2.convexHull(points[list(ring)])[:, 0], shape, smooth=False)
        hairy = np.maximum(hairy, cv2.dilate(brow, disc(BROW_MARGIN * unit)))
    return blur(np.asarray(hairy, np.float32), SOFT * unit)
