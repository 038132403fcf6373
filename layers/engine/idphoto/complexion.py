"""Building blocks for skin: what is uneven, shiny or rough is found in a reduced picture and corrected in the full one.

A correction is a small change of colour, in CIELAB, of a reduced picture in which pores are not seen. It is carried to
the full picture as a gain on each pixel, so that pores, freckles and hairs keep their contrast and stay where they are;
and it is weighted by a mask, so that outside the mask not one bit changes::

    ground = Ground.of(rgb, mask, face_width)
    change = level_tone(ground, 0.6)
    change = change + tame_shine(ground.changed(change), 0.5)
    rgb = ground.apply(rgb, change)

To correct a part of the skin only (dark circles, a spot), give :func:`level_region` the part, or multiply a change by
``ground.reduce(part)``.

All lengths are in face widths, so that a portrait of twice the size is corrected alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from idphoto import opencv as cv2
from idphoto.arrays import F32, Matte, Rgb
from idphoto.raster import smoothstep
from idphoto.shapes import blur

GROUND_FACE: Final = 190.0
"""Width of the face in the reduced picture, px: what is finer than half a per cent of it is texture and is kept."""

BLOTCH: Final = (0.022, 0.13)
"""Sizes (sigma) of blotches, in face widths: finer are freckles and moles, wider are the shape and the light."""
BLOTCH_LIGHT: Final = 0.30
"""Share of a blotch's lightness that is levelled when all of its hue and chroma is: wrinkles and relief live in it."""

ROUGH_RADIUS: Final = 0.05
"""Half the window of the filter that tells folds and edges from roughness, in face widths."""
ROUGH_EPS: Final = 28.0
"""Variance of L* that counts as rough rather than as an edge (a deviation of 5 L*)."""
ROUGH_SHARE: Final = 0.8
"""Most of the roughness that is taken away: fine lines soften but stay."""
MARK: Final = 8.0
"""Difference in L* from the skin around at which a mark is a mole or a fold, and is kept."""

SHINE_RADIUS: Final = 0.08
"""Sigma of the neighbourhood that a hot spot is compared to, in face widths."""
SHINE_LEAST: Final = (3.0, 14.0)
"""Excess of L* over the skin around between which shine sets in."""
SHINE_PALE: Final = (0.04, 0.3)
"""Loss of chroma, relative to the skin around, between which brightness is shine and not the shape of the face."""
SHINE_CHROMA: Final = 0.6
"""Share of the lost chroma that is given back: all of it would glow."""
SHINE_SHARE: Final = 0.55
"""Most of the excess that is taken away: a face with no highlight at all looks flat."""

_DARK: Final = 0.02


@dataclass(frozen=True, eq=False)
class Ground:
    """The reduced picture of the masked part of a picture.

    Attributes
    ----------
    lab
        ``(h, w, 3)`` float32 CIELAB.
    weight
        ``(h, w)`` float32, 0..1: how far a cell is within the mask.
    unit
        Width of the face in it, px.
    mask
        ``(H, W)`` float32, 0..1: the mask in full.
    box
        Top, bottom, left, right of the part of the full picture that the reduced one shows, px.
    """

    lab: F32
    weight: F32
    unit: float
    mask: Matte
    box: tuple[int, int, int, int]

    @classmethod
    def of(cls, rgb: Rgb, mask: Matte, face_width: float) -> Self:
        """Reduce a picture.

        Parameters
        ----------
        rgb
            ``(H, W, 3)`` uint8.
        mask
            ``(H, W)`` float32, 0..1.
        face_width
            Of the face in ``rgb``, px.
        """
        top, bottom = _extent(mask, axis=1)
        left, right = _extent(mask, axis=0)
        scale = min(1.0, GROUND_FACE / face_width)
        size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
        part = cv2.resize(rgb[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
        weight = cv2.resize(mask[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
        lab = cv2.cvtColor(part.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
        return cls(lab, weight, face_width * scale, mask, (top, bottom, left, right))

    def changed(self, change: F32) -> Self:
        """Return the ground as it is after a change, so that another block sees what the first has left."""
        return replace(self, lab=self.lab + change)

    def reduce(self, field: F32) -> F32:
        """Bring a field ``(H, W)`` of the full picture to the size of the reduced one."""
        top, bottom, left, right = self.box
        size = (self.weight.shape[1], self.weight.shape[0])
        return np.asarray(cv2.resize(field[top:bottom, left:right], size, interpolation=cv2.INTER_AREA), np.float32)

    def around(self, field: F32, sigma: float, weight: F32 | None = None) -> F32:
        """Weighted Gaussian mean around each cell, ``sigma`` in face widths; cells off the mask have no say.

        Parameters
        ----------
        field
            ``(h, w)`` or ``(h, w, k)`` float32.
        weight
            ``(h, w)``; the mask unless given.
        """
        weight = self.weight * self.weight if weight is None else weight
        return _weighted_blur(field, weight, sigma * self.unit)

    def apply(self, rgb: Rgb, change: F32) -> Rgb:
        """Return the picture with a change of the reduced one carried out, weighted by the mask.

        Parameters
        ----------
        rgb
            ``(H, W, 3)`` uint8, the picture that was reduced; it is not modified.
        change
            ``(h, w, 3)`` float32, to be added to :attr:`lab`.
        """
        top, bottom, left, right = self.box
        before = np.clip(cv2.cvtColor(self.lab, cv2.COLOR_Lab2RGB), 0, 1)
        wanted = self.lab + change
        wanted[..., 0] = np.clip(wanted[..., 0], 0, 100)
        after = np.clip(cv2.cvtColor(wanted, cv2.COLOR_Lab2RGB), 0, 1)
        gain = (after + _DARK) / (before + _DARK) - 1
        gain = cv2.resize(gain, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        out = rgb.copy()
        part = rgb[top:bottom, left:right].astype(np.float32)
        weight = self.mask[top:bottom, left:right, None]
        changed = part + (part + np.float32(255 * _DARK)) * gain * weight
        out[top:bottom, left:right] = np.clip(np.rint(changed), 0, 255).astype(np.uint8)
        return out


def level_tone(ground: Ground, amount: float) -> F32:
    """Return the change that evens blotches of colour, and with them a little of their lightness.

    The mean of the skin stays: what is taken from the red parts is given to the pale ones.

    Parameters
    ----------
    ground
        Of the skin.
    amount
        0 (no change) to 1.

    Returns
    -------
    F32
        ``(h, w, 3)``.
    """
    fine, wide = (ground.around(ground.lab, sigma) for sigma in BLOTCH)
    change = (wide - fine) * np.array([BLOTCH_LIGHT, 1, 1], np.float32)
    # A fold or the edge of a shadow is no blotch, however much its lightness differs.
    edge = np.abs(change[..., 0]) / np.float32(BLOTCH_LIGHT * MARK)
    change[..., 0] *= np.exp(-(edge * edge))
    mean = (change * ground.weight[..., None]).sum(axis=(0, 1)) / max(float(ground.weight.sum()), 1e-3)
    return np.asarray((change - mean) * np.float32(amount), np.float32)


def tame_shine(ground: Ground, amount: float) -> F32:
    """Return the change that takes the excess light and the paleness off hot spots.

    Light that skin mirrors has the colour of the lamp (the dichromatic model: Shafer 1985): a hot spot is both brighter
    and paler than the skin around it, whereas skin that faces the light is brighter only.

    Parameters
    ----------
    ground
        Of the skin.
    amount
        0 (no change) to 1.

    Returns
    -------
    F32
        ``(h, w, 3)``.
    """
    light = ground.lab[..., 0]
    tint = np.hypot(ground.lab[..., 1], ground.lab[..., 2]) / (light + 16)
    fine = ground.around(np.dstack([ground.lab, tint]), 0.006)
    # The skin around without its hot spots: a cell that is much brighter than the mean says nothing.
    base = ground.around(np.dstack([ground.lab, tint]), SHINE_RADIUS)
    above = np.maximum(fine[..., 0] - base[..., 0] - SHINE_LEAST[0], 0) / 6
    base = ground.around(np.dstack([ground.lab, tint]), SHINE_RADIUS, ground.weight * np.exp(-above * above))
    excess: F32 = fine[..., 0] - base[..., 0]
    pale = np.asarray(1 - fine[..., 3] / np.maximum(base[..., 3], 1e-3), np.float32)
    hot = smoothstep(excess, *SHINE_LEAST) * smoothstep(pale, *SHINE_PALE)
    share = blur(hot, 0.012 * ground.unit) * np.float32(SHINE_SHARE * amount)
    change = (base[..., :3] - fine[..., :3]) * share[..., None]
    change[..., 0] = np.minimum(change[..., 0], 0)
    change[..., 1:] *= np.float32(SHINE_CHROMA)
    return np.asarray(change, np.float32)


def soften(ground: Ground, amount: float) -> F32:
    """Return the change that smooths roughness between the pores and the folds of the skin.

    Pores are finer than the reduced picture and stay; folds, moles and freckles stand out and stay.

    Parameters
    ----------
    ground
        Of the skin.
    amount
        0 (no change) to 1.

    Returns
    -------
    F32
        ``(h, w, 3)``.
    """
    radius = max(1, round(ROUGH_RADIUS * ground.unit))
    weight = ground.weight * ground.weight + np.float32(1e-4)
    total = _box(weight, radius)

    def mean(plane: F32) -> F32:
        return _box(plane * weight, radius) / total

    planes = cv2.split(ground.lab)
    light = planes[0]
    mean_light = mean(light)
    spread = mean(light * light) - mean_light**2 + ROUGH_EPS
    changes = []
    for plane in planes:
        mean_plane = mean(plane)
        slope = (mean(plane * light) - mean_plane * mean_light) / spread
        changes.append(mean(slope) * light + mean(mean_plane - slope * mean_light) - plane)
    mark = changes[0] / np.float32(MARK)
    share = np.exp(-mark * mark) * np.float32(ROUGH_SHARE * amount)
    return np.asarray(cv2.merge([change * share for change in changes]), np.float32)


def level_region(ground: Ground, region: F32, amount: float, *, keep_light: float = 0.35) -> F32:
    """Return the change that brings a part of the skin towards the skin around it, such as shadows below the eyes.

    Parameters
    ----------
    ground
        Of the skin.
    region
        ``(h, w)`` float32, 0..1, of the reduced picture (:meth:`Ground.reduce`).
    amount
        0 (no change) to 1.
    keep_light
        Share of the difference in lightness that is the shape of the face and stays.

    Returns
    -------
    F32
        ``(h, w, 3)``; it never darkens.
    """
    beside = ground.around(ground.lab, 0.06, ground.weight * (1 - region))
    change = (beside - ground.around(ground.lab, 0.02)) * np.array([1 - keep_light, 1, 1], np.float32)
    change[..., 0] = np.maximum(change[..., 0], 0)
    return np.asarray(change * (region * np.float32(amount))[..., None], np.float32)


def _extent(mask: Matte, axis: int) -> tuple[int, int]:
    used = np.flatnonzero(mask.any(axis=axis))
    return (int(used[0]), int(used[-1]) + 1) if used.size else (0, mask.shape[1 - axis])


def _weighted_blur(field: F32, weight: F32, sigma: float) -> F32:
    moments = cv2.merge([plane * weight for plane in cv2.split(field)] + [weight])
    if sigma > 6:
        # Wide means are taken in a picture reduced once more.
        factor = max(1, int(sigma / 3))
        size = (max(1, round(weight.shape[1] / factor)), max(1, round(weight.shape[0] / factor)))
        ratio = weight.shape[1] / size[0]
        spread = blur(_resize(moments, size, cv2.INTER_AREA), sigma / ratio)
        spread = _resize(spread, (weight.shape[1], weight.shape[0]), cv2.INTER_LINEAR)
    else:
        spread = blur(moments, sigma)
    *sums, total = cv2.split(spread)
    total = np.maximum(total, np.float32(1e-5))
    return np.asarray(cv2.merge([plane / total for plane in sums]), np.float32)


def _resize(field: F32, size: tuple[int, int], interpolation: int) -> F32:
    """Resize ``(h, w, k)``, of which OpenCV takes four channels at most together."""
    planes = [cv2.resize(plane, size, interpolation=interpolation) for plane in cv2.split(field)]
    return np.asarray(cv2.merge(planes), np.float32)


def _box(field: F32, radius: int) -> F32:
    side = (2 * radius + 1, 2 * radius + 1)
    return np.asarray(cv2.blur(field, side, borderType=cv2.BORDER_REFLECT), np.float32)
