"""The render: what the customer sees, made of a portrait, a frame, a background and perhaps a watermark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idphoto.arrays import F32, Alpha, Rgb
from idphoto.background import Background, paint
from idphoto.frame import Frame, apply_frame, frame
from idphoto.watermark import Watermark, stamp

if TYPE_CHECKING:
    from idphoto.portrait import Portrait
    from idphoto.specs import Spec

DITHER_SEED: Final = 9303
"""Fixed, so that the same request gives the same pixels."""

FAINT: Final = 16
"""Below this opacity, in levels of 255, the ringing of the resampling can outweigh a pixel's own colour."""

_BLEED: Final = 8
"""Side of the cells, px, whose mean colour stands in where a cutout is faint or empty."""


@dataclass(frozen=True, eq=False)
class Rendered:
    """A finished photo.

    Attributes
    ----------
    rgb
        uint8 ``(H, W, 3)`` of exactly the specification's size.
    person, alpha
        uint8 ``(H, W, 3)`` and ``(H, W)``, the person's own colours, with the watermark if there is one, and opacity.
    frame
        Where it lies on the portrait, its measures and its warnings.
    """

    rgb: Rgb
    person: Rgb
    alpha: Alpha
    frame: Frame


def render(portrait: Portrait, spec: Spec, background: Background, watermark: Watermark | None = None) -> Rendered:
    """Make the photo of a specification.

    Parameters
    ----------
    portrait
        The person.
    spec
        What the photo has to be.
    background
        What stands behind the person. A solid one has exactly its colour wherever the person is fully absent.
    watermark
        Drawn over everything, if given.

    Raises
    ------
    HeadCutError, BodyCutError, SourceTooSmallError, HeadShapeError
        The specification cannot be met; see :func:`idphoto.frame.frame`.
    """
    chosen = frame(portrait, spec)
    person, alpha = apply_frame(portrait, chosen)
    rgb = _composite(person, alpha, background)
    if watermark:
        # The person alone carries it too: a cut-out without it would make it pointless on the photo.
        rgb, person = stamp(rgb, watermark), stamp(person, watermark)
    return Rendered(rgb, person, alpha, chosen)


def cutout(rendered: Rendered) -> NDArray[np.uint8]:
    """Return the person of a photo alone, uint8 ``(H, W, 4)``, not multiplied by the opacity.

    Transparent pixels continue the colours beside them, so that no viewer that scales the picture draws a dark line
    around the person.
    """
    person, alpha = rendered.person, rendered.alpha
    faint = (alpha < FAINT)[:, :, None]
    return np.dstack([np.where(faint, _bled(person, alpha), person), alpha])


def _composite(person: Rgb, alpha: Alpha, background: Background) -> Rgb:
    height, width = alpha.shape
    behind = paint(width, height, background)
    if not background.is_solid:
        behind = behind + _dither(height, width)
    opacity = (alpha.astype(np.float32) / 255)[:, :, None]
    mixed = behind + opacity * (person - behind)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _dither(height: int, width: int) -> F32:
    """Noise that breaks up bands, the same in the three channels: ``(height, width, 1)`` float32, -1..1.

    Triangular noise of one level to each side makes the mean of many pixels equal to the unrounded value, and the
    error independent of it (Wannamaker, The Theory of Dithered Quantization, 1997).
    """
    uniform = np.random.default_rng(DITHER_SEED).random((2, height, width, 1), np.float32)
    return np.asarray(uniform[0] - uniform[1], np.float32)


def _bled(person: Rgb, alpha: Alpha) -> Rgb:
    """Spread the certain colours of the person outward, ``(H, W, 3)`` uint8."""
    height, width = alpha.shape
    weight = np.where(alpha < FAINT, 0, alpha / np.float32(255))[:, :, None]
    total = np.asarray(np.dstack([person * weight, weight]), np.float32)
    spread, cell = np.zeros_like(total), 1
    while cell < max(height, width):
        cell *= _BLEED
        spread += _cell_means(total, cell) / cell**4
    return np.clip(np.rint(spread[:, :, :3] / np.maximum(spread[:, :, 3:], 1e-30)), 0, 255).astype(np.uint8)


def _cell_means(total: F32, cell: int) -> F32:
    """Mean of each cell, interpolated back to every pixel."""
    height, width, channels = total.shape
    means = []
    for channel in range(channels):
        image = Image.fromarray(np.ascontiguousarray(total[:, :, channel]))
        means.append(np.asarray(image.reduce(cell).resize((width, height), Image.Resampling.BILINEAR)))
    return np.dstack(means)
