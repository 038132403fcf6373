"""Head and shoulders cut out upright at one size, with their opacity and with what is behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from idphoto.arrays import F32, F64, Landmarks, Mask, Rgb
from idphoto.checks.aligned_face import fit_similarity, region_of_mask, resample
from idphoto.checks.report import Region
from idphoto.cielab import rgb_to_lab
from idphoto.partmap import CLASSES, LEVELS, SIDE, PartMap
from idphoto.portrait import Portrait
from idphoto.raster import dilate

WIDTH, HEIGHT = 240, 252
HEAD: Final = 105.0
"""Crown to chin, px: what is looked at here is large and smooth."""
CROWN: Final = 42.0
"""Row of the crown: two fifths of a head of wall are above it, and one head of body below the chin."""

_PERSON_FROM, _WALL_TO = 0.95, 0.02
_WALL_MARGIN: Final = 2.0
"""px of soft edge beside the person that belong to neither."""


@dataclass(frozen=True, eq=False)
class Bust:
    """A person with level eyes, :data:`HEAD` px from crown to chin.

    Attributes
    ----------
    rgb
        uint8 ``(252, 240, 3)``: the photo itself, black where it ends.
    alpha
        float32 ``(252, 240)``, 0..1.
    covered
        bool ``(252, 240)``: where the photo is and its opacity is known.
    points
        float32 ``(478, 2)``: the landmarks in px of ``rgb``.
    origin, turn
        ``photo = origin + turn @ bust``, both counted at pixel centres.
    part_map
        What is what, its window in px of ``rgb``; None where the portrait has no map.
    """

    rgb: Rgb
    alpha: F32
    covered: Mask
    points: F32
    origin: F64
    turn: F64
    part_map: PartMap | None = None

    @cached_property
    def lab(self) -> F32:
        """CIELAB of ``rgb``."""
        return rgb_to_lab(self.rgb)

    @cached_property
    def person(self) -> Mask:
        """Where nothing but the person is seen."""
        return (self.alpha >= _PERSON_FROM) & self.covered

    @cached_property
    def wall(self) -> Mask:
        """Where nothing of the person is seen."""
        return ~dilate(self.alpha > _WALL_TO, _WALL_MARGIN) & self.covered

    @property
    def chin(self) -> float:
        """Row of the chin."""
        return CROWN + HEAD

    @property
    def middle(self) -> float:
        """Column of the face's midline."""
        return WIDTH / 2

    def share(self, name: str) -> F32 | None:
        """Return a plane of the map of parts, float32 ``(252, 240)`` in 0..1; None where there is no map."""
        if self.part_map is None:
            return None
        left, top, right, bottom = self.part_map.box
        cells = np.array((SIDE / (right - left), SIDE / (bottom - top)))
        plane = self.part_map.shares[CLASSES.index(name)]
        first = (0.5 - np.array((left, top))) * cells - 0.5
        found, _ = resample(np.asarray(plane * (255 // LEVELS), np.uint8), first, np.diag(cells), (WIDTH, HEIGHT))
        return np.asarray(found, np.float32) / np.float32(255 // LEVELS * LEVELS)

    def region_of(self, where: Mask) -> Region | None:
        """Return the box around a part, in px of the photo."""
        return region_of_mask(where, self.origin, self.turn)


def cut_bust(rgb: Rgb, landmarks: Landmarks, portrait: Portrait) -> Bust:
    """Cut head and shoulders out of a photo.

    Parameters
    ----------
    rgb
        The photo, uint8 ``(H, W, 3)``.
    landmarks
        float32 ``(478, 3)`` in px of the photo.
    portrait
        The same person, cut out.
    """
    scale = max(portrait.head_height, 1.0) / HEAD
    first = np.array([portrait.centre_x - WIDTH / 2 * scale, portrait.crown_y - CROWN * scale])
    alpha, known = resample(portrait.alpha, first, scale * np.eye(2), (WIDTH, HEIGHT))
    shift, turn = fit_similarity(portrait.landmarks, landmarks)
    origin, turn = turn @ first + shift, turn * scale
    sampled, covered = resample(rgb, origin, turn, (WIDTH, HEIGHT))
    points = (portrait.landmarks[:, :2] - first) / scale
    opacity = np.asarray(alpha, np.float32) / np.float32(255)
    part_map = portrait.part_map
    if part_map is not None:
        corner = first + (1 - scale) / 2
        part_map = part_map.moved(float(corner[0]), float(corner[1])).scaled(1 / scale, 1 / scale)
    return Bust(sampled, opacity, covered & known, points.astype(np.float32), origin, turn, part_map)
