"""The edge between two cloths, or cloth and skin: found between the colours of both sides as they continue to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte
from idphoto.raster import fill_gaps, smoothstep
from idphoto.shapes import disc, enlarge

CONTRAST_LEAST: Final = 14.0
CONTRAST_CLEAR: Final = 50.0
"""Difference between two sides, levels of 255: too little to tell them apart, and enough to read the edge off the
colours alone."""
MIXED: Final = (0.2, 0.85)
"""Shares of the way from the outer colour to the inner one that are none and all: neither colour is known exactly, and
less of the outer is to be left than of the inner lost."""

_CELL: Final = 3
"""Side of the cells in which colours are continued, px."""


@dataclass(frozen=True, eq=False)
class Seam:
    """An edge.

    Attributes
    ----------
    share
        ``(H, W)`` float32, 0..1: how much of each pixel lies inside.
    contrast
        ``(H, W)`` float32: difference of the colours of both sides there, levels of 255.
    band
        ``(H, W)`` bool: where the edge may lie.
    """

    share: Matte
    contrast: F32
    band: Mask


def find_seam(rgb: F32, coarse: Matte, solid: Mask, own: Mask, radius: float) -> Seam:
    """Find an edge by the colours.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0..255.
    coarse
        ``(H, W)`` float32, 0..1: where the inside is, within ``radius``.
    solid
        ``(H, W)`` bool: pixels of which nothing else shines through.
    own
        ``(H, W)`` bool: pixels that show what is inside, if they lie there.
    radius
        Half the width of the band in which the edge lies, px.
    """
    core, none = (cv2.erode((field > 0.5).astype(np.uint8), disc(radius)) > 0 for field in (coarse, 1 - coarse))
    outer = continued(rgb, none & solid)
    across = continued(rgb, core & solid & own) - outer
    contrast = np.asarray(np.sqrt((across**2).sum(axis=-1)), np.float32)
    place = ((rgb - outer) * across).sum(axis=-1) / np.maximum(contrast**2, 1)
    trust = smoothstep(contrast, CONTRAST_LEAST, CONTRAST_CLEAR)
    share = trust * smoothstep(place, *MIXED) + (1 - trust) * coarse
    share[core], share[none] = 1, 0
    return Seam(np.asarray(share, np.float32), contrast, ~(core | none))


def continued(rgb: F32, known: Mask) -> F32:
    """Continue colours ``(H, W, 3)`` smoothly from where they are known."""
    height, width = known.shape
    size = (-(-width // _CELL), -(-height // _CELL))
    weight = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(rgb * known[..., None], size, interpolation=cv2.INTER_AREA)
    colours = total / np.maximum(weight, 1e-3)[..., None]
    return enlarge(fill_gaps(colours, np.where(weight > 0.2, weight, 0).astype(np.float32)), known.shape)
