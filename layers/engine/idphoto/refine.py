"""From a coarse matte to edges at full resolution.

A pixel on the edge is a mixture, ``I = a F + (1 - a) B``. Both colours vary slowly next to what is surely person and
surely background, so they are continued from there, and the opacity is read from where the pixel lies between them:
``a = (I - B)(F - B) / |F - B|^2``. Before a plain wall this finds single hairs. How much it is believed falls with the
spread of the background, with a small distance of the colours, and with what of the pixel no mixture explains. Where it
is not believed, the contour of the coarse matte stands, firm on clothes and softer on hair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from idphoto import mesh
from idphoto.arrays import F32, Landmarks, Mask, Matte, Rgb
from idphoto.raster import CellReader, box_mean, dilate, fill_gaps, repeat_cells, smoothstep, to_cells
from idphoto.upright import guess_head_height

# Widths in head heights, chosen on 22 portraits with hair from shaved to loose and curly.
OUTER_EDGE, INNER_EDGE = 0.014, 0.012
"""How far the edge may lie outside and inside the coarse matte's own soft zone."""
FLYAWAY_REACH, GAP_REACH = 0.07, 0.05
"""Before a plain wall: how far from the coarse edge single hairs, and gaps between locks, are looked for."""
HAIR_ENDS = 0.6
"""Single hairs are looked for down to here below the chin; gaps above it only: before a wall, a white shirt looks like one."""
HAIR_SOFTNESS, CLOTHES_SOFTNESS = 0.012, 0.007
"""Half width of the contour where the coarse matte decides."""
MIN_SOFTNESS = 0.8
"""The same in px, at least: a lens is no sharper."""
SPREAD_REACH = 0.06
"""Radius in which the spread of a colour is measured."""
FACE_KEPT, FACE_AWARE = 0.94, 1.08
"""The face's oval scaled by the first is opaque whatever its colours; within the second a brow that looks like the
background is no gap. Between them lies the error of the landmarks."""
NEAR_CONTOUR = 0.008
"""Everywhere, the mixture may move the coarse contour by about this much."""
UNSURE = (0.05, 0.2)
"""Where the coarse matte is farther than this, from not at all to fully, from 0 and 1, the mixture is free to decide."""

# Colour distances are RMS over the channels, 0..255.
PLAIN_SPREAD = 4.5
"""A background whose colours spread by less is a plain wall: sensor noise and JPEG stay below, wallpaper and foliage do
not (walls of twelve ID selfies 0.3 to 3, outdoor backgrounds 10 to 50)."""
WALL_RESIDUAL = 3.0
"""A quadratic surface stands for the whole wall when half of the background lies within this of it."""
WALL_NEARBY = 10.0
"""The wall's surface replaces the colour continued from the neighbourhood where they differ by less; shadows stay."""
HAIR_SHARE_MAX = 0.5
"""Less of the cells around than this, unlike the wall, are hairs before it; more are something else behind the person."""
NOISE_FLOOR = 2.0
"""Least spread of any colour: 8-bit rounding and JPEG."""
PURE_BACKGROUND, PURE_PERSON, PURE_MAX = 1.5, 1.0, 0.3
"""So many spreads from either colour, and at most this part of the way between them, still count as that colour."""
BELIEF_SPREADS = (1.5, 4.5)
BELIEF_DISTANCE = (8.0, 30.0)
PERSON_SPREAD_SHARE = 0.5
"""The mixture is believed, from not at all to fully, by the distance of the colours in levels, and in spreads: all of the
background's and this part of the person's, whose colour next to the pixel is known better than the background behind
it."""
UNEXPLAINED = 12.0
"""A pixel this far off the line between both colours is no mixture of them."""
WALL_LIKE = (2.0, 5.0)
"""A colour is that of the plain wall, fully and at all, within these many spreads."""
DOUBTFUL = (0.03, 0.15)
"""What looks like the wall is the wall where the coarse matte is less sure than this, at all and fully."""
GAP_LIKENESS = (0.25, 0.85)
"""A gap is as far from the wall as up to these parts of the way to the hair; fully, and at all."""
GAP_CELL = 0.6
"""A cell of which more shows the wall does not tell the colour of hair."""
GAP_DISTANCE = (40.0, 80.0)
"""Gaps are looked for in what differs so much from the wall: hair does, an ear or a collar may not."""

_WALL_ROUNDS = 6


@dataclass(frozen=True, eq=False)
class _Zones:
    """Cells ``(h, w)``: surely person, surely background, to be solved, where gaps may be, and hair before a plain wall."""

    person: Mask
    background: Mask
    solve: Mask
    gap: Mask
    hair_ground: Mask


@dataclass(frozen=True, eq=False)
class _Colours:
    """What person and background would look like, and how surely; ``(..., 3)`` and ``(...)``, 0..255."""

    person: F32
    background: F32
    person_spread: F32
    background_spread: F32

    def at(self, read: CellReader) -> _Colours:
        """Return the colours at single pixels."""
        stacked = np.concatenate(
            [self.person, self.background, self.person_spread[..., None], self.background_spread[..., None]], axis=-1
        )
        values = read(stacked)
        return _Colours(values[:, :3], values[:, 3:6], values[:, 6], values[:, 7])


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Opacity by the mixture, 0..1, its belief, 0..1, and the distances to the background and between the colours."""

    opacity: F32
    belief: F32
    from_background: F32
    contrast: F32


def refine_edges(rgb: Rgb, coarse: Matte, landmarks: Landmarks, cell: int) -> Matte:
    """Estimate the opacity of every pixel from the picture and a coarse matte.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8; the head upright.
    coarse
        ``(ceil(H / cell), ceil(W / cell))`` float32, 0..1.
    landmarks
        ``(478, 3)`` float32, px.
    cell
        Side of a cell, px.

    Returns
    -------
    Matte
        ``(H, W)`` float32, 0..1.
    """
    shape = rgb.shape[:2]
    head = guess_head_height(landmarks) / cell
    chin = float(landmarks[mesh.CHIN, 1]) / cell
    picture = to_cells(rgb, cell)
    coarse = np.maximum(coarse, _face(landmarks, cell, coarse.shape, FACE_KEPT))

    zones = _zones(coarse, np.zeros(coarse.shape, bool), head, chin)
    wall = _fit_wall(picture, zones.background)
    background = _without_hairs(picture, zones.background, wall, head)
    colours = _continue_colours(picture, zones.person, background, wall, head)
    plain = colours.background_spread < PLAIN_SPREAD
    like_wall = np.where(plain, 1 - smoothstep(_rms(picture - colours.background) / colours.background_spread, *WALL_LIKE), 0)
    coarse = (coarse * (1 - like_wall * smoothstep(1 - coarse, *DOUBTFUL))).astype(np.float32)
    zones = _zones(coarse, plain, head, chin)
    person, background = _settle(picture, coarse, zones, wall, head)
    colours = _continue_colours(picture, person, background, None, head)

    matte = repeat_cells(coarse > 0.5, cell, shape).astype(np.float32)
    pixels = np.flatnonzero(repeat_cells(zones.solve, cell, shape))
    if not pixels.size:
        return matte
    rows, columns = np.divmod(pixels, shape[1])
    read = CellReader(rows, columns, cell, coarse.shape)
    mixture = _unmix(rgb.reshape(-1, 3)[pixels].astype(np.float32), colours.at(read))
    face = _face(landmarks, cell, coarse.shape, FACE_AWARE)
    ground = np.stack([coarse, _distance(coarse), face, zones.hair_ground.astype(np.float32)], axis=-1)
    coarse_here, distance, face_here, hair_ground = read(ground).T
    softness = np.where(rows < chin * cell, HAIR_SOFTNESS, CLOTHES_SOFTNESS) * head
    contour = smoothstep((distance / np.maximum(softness, MIN_SOFTNESS / cell)).astype(np.float32), -1, 1)

    unsure = smoothstep(coarse_here, *UNSURE) * smoothstep(1 - coarse_here, *UNSURE) * (1 - face_here)
    freedom = np.maximum(np.exp(-((distance / (NEAR_CONTOUR * head)) ** 2)), unsure)
    freedom = np.where(distance < 0, np.maximum(freedom, hair_ground), freedom)
    solved = contour + (mixture.opacity - contour) * mixture.belief * freedom

    # Inside, only what looks like the wall, between hair that does not, is a gap.
    like_person = smoothstep(mixture.from_background / mixture.contrast, *GAP_LIKENESS)
    gap = (1 - like_person) * mixture.belief * smoothstep(mixture.contrast, *GAP_DISTANCE) * (1 - face_here)
    gap *= np.where((distance > 0) & (rows < chin * cell), hair_ground, 0)
    matte.ravel()[pixels] = np.minimum(solved, 1 - gap)
    return matte


def _face(landmarks: Landmarks, cell: int, shape: tuple[int, ...], scale: float) -> F32:
    """1 within the oval of the face, scaled about its middle; cells."""
    oval = landmarks[list(mesh.FACE_OVAL), :2] / cell
    middle = oval.mean(axis=0)
    oval = middle + (oval - middle) * np.float32(scale)
    image = Image.new("L", (shape[1], shape[0]))
    ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in oval], fill=1)
    return np.asarray(image, np.float32)


def _zones(coarse: F32, plain: Mask, head: float, chin: float) -> _Zones:
    some_person, some_background = coarse > 0.05, coarse < 0.95
    maybe_person = dilate(some_person, OUTER_EDGE * head)
    maybe_background = dilate(some_background, INNER_EDGE * head)
    rows = np.arange(coarse.shape[0])[:, None]
    hair_ground = plain & (rows < chin + HAIR_ENDS * head)
    flyaway = dilate(some_person, FLYAWAY_REACH * head) & hair_ground
    gap = dilate(some_background, GAP_REACH * head) & hair_ground & (rows < chin)
    return _Zones(
        person=~maybe_background,
        background=~(maybe_person | flyaway),
        solve=(maybe_person | flyaway) & (maybe_background | gap),
        gap=gap,
        hair_ground=hair_ground,
    )


def _fit_wall(picture: F32, background: Mask) -> F32 | None:
    """Colour of a wall that is lit evenly or in a slope, ``(h, w, 3)``; None when the background is not one."""
    h, w = background.shape
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    known, seen = terms[background][::3], picture[background][::3]
    if len(known) < 10 * terms.shape[-1]:
        return None
    weights = np.ones(len(known), np.float32)
    for _ in range(_WALL_ROUNDS):
        # Cauchy weights: shelves, flags and other people do not pull the wall.
        weighted = known * weights[:, None]
        surface = np.linalg.solve(
            weighted.T @ known + 1e-3 * np.eye(terms.shape[-1], dtype=np.float32), weighted.T @ seen
        )
        residual = _rms(seen - known @ surface)
        typical = max(float(np.median(residual)), 1.0)
        weights = (1 / (1 + (residual / (1.5 * typical)) ** 2)).astype(np.float32)
    return np.asarray(terms @ surface, np.float32) if np.median(residual) < WALL_RESIDUAL else None


def _without_hairs(picture: F32, background: Mask, wall: F32 | None, head: float) -> Mask:
    """Leave out of the known background the cells of long hairs: unlike the wall, and few among those around."""
    if wall is None:
        return background
    unlike = background & (_rms(picture - wall) > WALL_NEARBY)
    radius = max(2, round(SPREAD_REACH * head))
    share = box_mean(unlike.astype(np.float32), radius) / np.maximum(box_mean(background.astype(np.float32), radius), 1e-4)
    return background & ~(unlike & (share < HAIR_SHARE_MAX))


def _continue_colours(picture: F32, person: Mask, background: Mask, wall: F32 | None, head: float) -> _Colours:
    """Continue both colours and their spreads from the cells where they are known over all cells."""
    radius = max(2, round(SPREAD_REACH * head))
    filled = []
    for known in (person, background):
        weight = known.astype(np.float32)
        share = np.maximum(box_mean(weight, radius), 1e-4)
        moments = np.concatenate([picture, picture**2], axis=-1) * weight[..., None]
        moments = box_mean(moments, radius) / share[..., None]
        variance = np.maximum(moments[..., 3:] - moments[..., :3] ** 2, 0).mean(axis=-1)
        filled.append(fill_gaps(np.concatenate([picture, np.sqrt(variance)[..., None]], axis=-1), weight))
    (person_fill, background_fill) = filled
    behind = background_fill[..., :3]
    if wall is not None:
        same = np.exp(-((_rms(behind - wall) / WALL_NEARBY) ** 2))[..., None]
        behind = behind + (wall - behind) * same
    return _Colours(
        person_fill[..., :3],
        behind,
        np.hypot(person_fill[..., 3], NOISE_FLOOR),
        np.hypot(background_fill[..., 3], NOISE_FLOOR),
    )


def _settle(picture: F32, coarse: F32, zones: _Zones, wall: F32 | None, head: float) -> tuple[Mask, Mask]:
    """Cells of known person and background after a first solution in cells.

    What turns out to be wall or person close to the edge says more of the colours there (a shadow on the wall, the tip
    of a lock) than what lies farther off; and what the coarse matte took for hair, but shows the wall, is not hair.
    """
    deep = zones.person & ~zones.gap
    clean = _without_hairs(picture, zones.background, wall, head)
    mixture = _unmix(picture, _continue_colours(picture, deep, clean, wall, head))
    sure = zones.solve & (mixture.belief > 0.5)
    person = (zones.person & ~(sure & (mixture.opacity < GAP_CELL))) | (sure & (mixture.opacity > 0.95) & (coarse > 0.5))
    background = clean | (sure & (mixture.opacity < 0.1) & (coarse < 0.5))
    return person, background


def _unmix(colour: F32, colours: _Colours) -> _Mixture:
    """Solve ``colour = a person + (1 - a) background`` for ``a`` by least squares over the channels."""
    direction = colours.person - colours.background
    offset = colour - colours.background
    length2 = np.maximum((direction * direction).sum(axis=-1), 1)
    along = (offset * direction).sum(axis=-1) / length2
    unexplained = _rms(offset - along[..., None] * direction)
    contrast = np.sqrt(length2 / 3)

    start = np.minimum(PURE_BACKGROUND * colours.background_spread / contrast, PURE_MAX)
    end = 1 - np.minimum(PURE_PERSON * colours.person_spread / contrast, PURE_MAX)
    opacity = np.clip((along - start) / (end - start), 0, 1)

    spread = np.hypot(colours.background_spread, PERSON_SPREAD_SHARE * colours.person_spread)
    belief = smoothstep(contrast / spread, *BELIEF_SPREADS) * smoothstep(contrast, *BELIEF_DISTANCE)
    belief = belief * np.exp(-((unexplained / np.maximum(UNEXPLAINED, 2.5 * colours.background_spread)) ** 2))
    return _Mixture(opacity, belief, _rms(offset), contrast)


def _distance(coarse: F32) -> F32:
    """Distance to the line where a coarse matte is one half, in cells, positive inside; right near the line only."""
    smooth = box_mean(coarse, 1)
    down, right = np.gradient(smooth)
    return np.asarray((smooth - 0.5) / np.maximum(np.hypot(down, right), 0.02), np.float32)


def _rms(colour: F32) -> F32:
    return np.asarray(np.sqrt((colour * colour).mean(axis=-1)), np.float32)
