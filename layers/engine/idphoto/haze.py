"""A haze above the head: blurred background that both networks take for hair, and how to tell it from hair.

Behind a head out of doors, a pale blurred shape that touches the crown continues its curve, and the coarse matte
includes it as a cap. Hair in focus has strands; what lies behind it, out of focus, has none. So cells near the contour
that are both unlike the hair beneath them and smooth are taken away, from the outside inwards, as edges are traced with
hysteresis (Canny 1986): only from cells that are certain, but then through their less certain neighbours.
"""

from __future__ import annotations

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, Landmarks, Mask, Matte, Rgb
from idphoto.raster import box_mean, dilate, grow, step, to_cells
from idphoto.refine import face_oval
from idphoto.upright import guess_head_height

REACH, HAIR_REACH = 0.06, 0.14
"""Haze lies within the first distance of the contour, the hair to compare it with between the two; head heights."""
CERTAIN_DISTANCE, CERTAIN_SPREADS = 30.0, 3.0
"""Haze differs from the hair beneath by so many levels, and by so many spreads of that hair."""
LIKELY_DISTANCE, LIKELY_SPREADS = 18.0, 1.5
"""So much is enough beside certain haze, where a cell is half hair."""
SMOOTH = 5.0
"""Standard deviation within a cell, levels; strands in focus have more (measured on 22 portraits)."""
CROWD = 0.3
"""A certain cell stands with others: so much of the 3 x 3 around it."""
LEAST_HAIR = 0.02
"""Nothing is compared with less hair than this share of the surroundings."""
LIKELY_STEPS = 3
"""Cells that the trace goes on through likely ones."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def remove_haze(rgb: Rgb, coarse: Matte, landmarks: Landmarks, cell: int) -> Matte:
    """Take blurred background above the forehead out of a coarse matte.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8, the head upright.
    coarse
        ``(ceil(H / cell), ceil(W / cell))`` float32, 0..1.
    landmarks
        ``(478, 3)`` float32, px.
    cell
        Side of a cell, px.
    """
    head = guess_head_height(landmarks) / cell
    rows = max(1, int(landmarks[mesh.FOREHEAD_TOP, 1] / cell + HAIR_REACH * head))
    top = _without_haze(rgb[: rows * cell], coarse[:rows], landmarks, cell, head)
    return np.concatenate([top, coarse[rows:]])


def _without_haze(rgb: Rgb, coarse: Matte, landmarks: Landmarks, cell: int, head: float) -> Matte:
    certain, likely = _unlike_hair(rgb, coarse, landmarks, cell, head)
    certain &= box_mean(certain.astype(np.float32), 1) > CROWD
    outside = coarse < 0.5
    reached = grow(outside, outside | certain) & certain
    if not reached.any():
        return coarse
    for _ in range(LIKELY_STEPS):
        reached |= step(reached) & likely
    return np.asarray(coarse * (1 - box_mean(reached.astype(np.float32), 1)) * ~reached, np.float32)


def _unlike_hair(rgb: Rgb, coarse: Matte, landmarks: Landmarks, cell: int, head: float) -> tuple[Mask, Mask]:
    """Cells near the contour and above the forehead that are certainly, and that are likely, no hair."""
    outside = coarse < 0.5
    near = dilate(outside, REACH * head)
    off_face = face_oval(landmarks, cell, coarse.shape, 1.0) < 0.5
    colour = to_cells(rgb, cell)
    mean, spread, known = _hair(colour, dilate(outside, HAIR_REACH * head) & ~near & off_face, head)
    distance = np.sqrt(((colour - mean) ** 2).mean(axis=2))

    band = ~outside & near & off_face & known
    # Beside the forehead single strands are as pale and as smooth as what lies behind them.
    band[max(0, int(landmarks[mesh.FOREHEAD_TOP, 1] / cell)) :] = False
    certain = (
        band & (distance > CERTAIN_DISTANCE) & (distance > CERTAIN_SPREADS * spread) & (_texture(rgb, cell) < SMOOTH)
    )
    likely = band & (distance > LIKELY_DISTANCE) & (distance > LIKELY_SPREADS * spread)
    return certain, likely


def _hair(colour: F32, ring: Mask, head: float) -> tuple[F32, F32, Mask]:
    """Mean ``(h, w, 3)`` and spread ``(h, w)`` of the hair nearby, and where there is any."""
    radius = max(1, round(0.1 * head))
    weight = ring.astype(np.float32)[:, :, None]
    sums = np.concatenate([weight, colour * weight, colour**2 * weight], axis=2)
    sums = box_mean(box_mean(sums, radius), radius)
    share = np.maximum(sums[:, :, :1], 1e-4)
    mean = sums[:, :, 1:4] / share
    variance = (sums[:, :, 4:] / share - mean**2).mean(axis=2)
    spread = np.sqrt(np.maximum(variance, 0))
    return np.asarray(mean, np.float32), np.asarray(spread, np.float32), np.asarray(sums[:, :, 0] > LEAST_HAIR)


def _texture(rgb: Rgb, cell: int) -> F32:
    """Return the standard deviation of the luma within each cell, levels."""
    luma = np.asarray(rgb, np.float32) @ _LUMA
    variance = to_cells(luma * luma, cell) - to_cells(luma, cell) ** 2
    return np.asarray(np.sqrt(np.maximum(variance, 0)), np.float32)
