"""A neck's opening that a picture shows filled with the inside of the garment's back: front and back parted.

Pictures of garments on hollow dummies show it so. Where the opening is, its anchors tell; where its edge is, the
colours on both sides (GrabCut: Rother et al. 2004).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte, Rgb
from idphoto.outline import Outline
from idphoto.raster import smoothstep
from idphoto.seams import CONTRAST_LEAST, find_seam
from idphoto.shapes import blur, disc, enlarge, reduced_size
from idphoto.usability import GarmentUnusableError

SURELY_BACK: Final = 0.7
SURELY_FRONT: Final = 1.35
"""Size of the half ellipse through the anchors of the collar within which the back surely is, and beyond which the
front."""
AREA: Final = (0.5, 1.6)
"""Area of an opening that was found, over that of the half ellipse: beyond, the colours tell nothing."""
EDGE_CM: Final = 0.2
"""Half the width of the band in which its edge lies."""
UNDER_CM: Final = 0.6
"""How far the back goes on behind the front."""

_WORK: Final = 8.0
"""Px per cm of the picture in which both are told apart."""
_ROUNDS: Final = 4
_SEED: Final = 1


def part_collar(rgb: Rgb, alpha: Matte, outline: Outline) -> tuple[Matte, Matte]:
    """Part front and back.

    Parameters
    ----------
    rgb, alpha
        ``(H, W, 3)`` uint8 and ``(H, W)`` float32, 0..1: the picture.

    Returns
    -------
    tuple[Matte, Matte]
        Opacity of front and back.

    Raises
    ------
    GarmentUnusableError
        ``NO_NECK_OPENING``: they cannot be told apart.
    """
    back = enlarge(blur(_judge(rgb, outline).astype(np.float32), 1.3), alpha.shape)
    coarse = smoothstep(1 - back, 0.35, 0.65)
    solid = alpha > np.float32(0.95)
    seam = find_seam(rgb.astype(np.float32), coarse, solid, solid, EDGE_CM * outline.px_per_cm)
    edge = seam.band & solid
    contrast = float(np.median(seam.contrast[edge])) if edge.any() else 0.0
    if contrast < CONTRAST_LEAST:
        raise GarmentUnusableError("NO_NECK_OPENING", value=round(contrast, 1), allowed=CONTRAST_LEAST)
    behind = cv2.dilate((1 - seam.share > 0.5).astype(np.uint8), disc(UNDER_CM * outline.px_per_cm))
    return alpha * seam.share, alpha * behind.astype(np.float32)


def _judge(rgb: Rgb, outline: Outline) -> Mask:
    """Return where the back is seen, in a reduced picture."""
    scale = min(1.0, _WORK / outline.px_per_cm)
    size = reduced_size(rgb.shape, scale)
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    likely, sure, most = (_half_ellipse(size, outline, scale, by) for by in (1.0, SURELY_BACK, SURELY_FRONT))
    labels = np.where(likely, cv2.GC_PR_BGD, cv2.GC_PR_FGD).astype(np.uint8)
    labels[sure], labels[~most] = cv2.GC_BGD, cv2.GC_FGD
    # Only cloth about the opening says what the front is like there.
    (top, bottom), (left, right) = (np.flatnonzero(most.any(axis=axis))[[0, -1]] for axis in (1, 0))
    margin = round(3 * outline.px_per_cm * scale)
    here = np.s_[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin]
    window = np.ascontiguousarray(labels[here])
    cv2.setRNGSeed(_SEED)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(small[here]), window, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    back = np.zeros(labels.shape, bool)
    back[here] = np.isin(window, (cv2.GC_BGD, cv2.GC_PR_BGD))
    share = float(back.sum() / max(int(likely.sum()), 1))
    if not AREA[0] <= share <= AREA[1]:
        raise GarmentUnusableError("NO_NECK_OPENING", value=round(share, 2), allowed=list(AREA))
    return back


def _half_ellipse(size: tuple[int, int], outline: Outline, scale: float, by: float) -> Mask:
    """Lower half of the ellipse through the collar's anchors, and all between its sides above."""
    left, right, front = outline.collar_left, outline.collar_right, outline.collar_front
    x = ((np.arange(size[0], dtype=np.float32) + 0.5) / scale - 0.5)[None]
    y = ((np.arange(size[1], dtype=np.float32) + 0.5) / scale - 0.5)[:, None]
    middle, sides = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
    across = (x - np.float32(middle)) / np.float32((right[0] - left[0]) / 2 * by)
    down: F32 = np.maximum(y - np.float32(sides), 0) / np.float32((front[1] - sides) * by)
    return np.asarray(across**2 + down**2 < 1)
