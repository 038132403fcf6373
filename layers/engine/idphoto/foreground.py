"""The person's own colours, with none of the old background in them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from idphoto.arrays import F32, Mask, Matte, Rgb
from idphoto.raster import CellReader, dilate, fill_gaps

OPAQUE = 0.995
"""From here a pixel keeps its colour: 1/255 of any background does not show."""
KNOWN_PERSON, KNOWN_BACKGROUND = 0.95, 0.05
CELL = 4
"""Colours are continued in cells of so many px: fine enough for a lock of hair."""
CELL_SHARE = 0.3
"""A cell's own colour counts when so much of it is known; of less, 8 bits do not hold a mean."""
MARGIN = 6
"""Cells beyond the person that still get its colours, for filters that reach across the edge; farther out is black."""


def estimate_foreground(rgb: Rgb, matte: Matte) -> Rgb:
    """Estimate the person's colour at every pixel.

    Both colours are continued smoothly from where they are known, then the person's is moved so that the mixture gives
    the picture again, ``F = F' + a (I - a F' - (1 - a) B')``. This is blur fusion (Forte, Approximate Fast Foreground
    Colour Estimation, 2021) with a pyramid in place of its two blurs, so that no width has to fit all hair.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8, the picture.
    matte
        ``(H, W)`` float32, 0..1.

    Returns
    -------
    Rgb
        ``(H, W, 3)`` uint8; the picture itself where the person is opaque, its continued colours a little beyond it.
    """
    height, width = matte.shape
    person = _continue(rgb, matte > KNOWN_PERSON)
    background = _continue(rgb, matte < KNOWN_BACKGROUND)
    touched = np.asarray(_mask(matte > 0).reduce(CELL)) > 0
    person[~dilate(touched, MARGIN)] = 0

    cells = Image.fromarray(np.rint(person).astype(np.uint8))
    box = (0, 0, width / CELL, height / CELL)
    beyond = cells.resize((width, height), Image.Resampling.BILINEAR, box)
    out = np.array(Image.composite(Image.fromarray(rgb), beyond, _mask(matte >= OPAQUE)))

    mixed = np.flatnonzero((matte > 0) & (matte < OPAQUE))
    if mixed.size:
        rows, columns = np.divmod(mixed, width)
        both = CellReader(rows, columns, CELL, person.shape[:2])(np.concatenate([person, background], axis=-1))
        alpha = matte.ravel()[mixed][:, None]
        expected = alpha * both[:, :3] + (1 - alpha) * both[:, 3:]
        own = both[:, :3] + alpha * (rgb.reshape(-1, 3)[mixed] - expected)
        out.reshape(-1, 3)[mixed] = np.clip(np.rint(own), 0, 255).astype(np.uint8)
    return out


def _continue(rgb: Rgb, known: Mask) -> F32:
    """Cell colours ``(h, w, 3)``, continued from the known pixels."""
    mask = _mask(known)
    share = np.asarray(mask.reduce(CELL), np.float32) / 255
    masked = Image.composite(Image.fromarray(rgb), Image.new("RGB", mask.size), mask)
    colours = np.asarray(masked.reduce(CELL), np.float32) / np.maximum(share, 1e-3)[..., None]
    weight = np.where(share > CELL_SHARE, share, np.float32(0))
    return fill_gaps(np.minimum(colours, 255), weight)


def _mask(chosen: Mask) -> Image.Image:
    return Image.fromarray(chosen.astype(np.uint8) * np.uint8(255))
