"""From a coarse matte to edges at full resolution.

A pixel on the edge is a mixture, ``I = a F + (1 - a) B``. Both colours vary slowly next to what is surely person and
surely background, so they are continued from there, and the opacity is read from where the pixel lies between them:
``a = (I - B)(F - B) / |F - B|^2``. Before a plain wall this finds single hairs. How much it is believed falls with the
spread of the background, with a small distance of the colours, and with what of the pixel no mixture explains. Where it
is not believed, the contour of the coarse matte stands, firm on clothes and softer on hair.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
HAIR_ENDS, GAPS_END = 0.6, -0.25
"""Single hairs are looked for down to here below the chin, most gaps down to the mouth: a light collar looks like
one. Farther down only what is known to be hair has either."""
HAIR_NEAR, HAIR_HERE = (0.02, 0.2), (0.2, 0.6)
"""Share of hair in the surroundings for single hairs, and at a place for gaps and a soft edge, at all and fully."""
LOCK_WIDTH = 0.015
"""Radius of a place; the map that tells what is hair is no finer."""
HAIR_SOFTNESS, CLOTHES_SOFTNESS = 0.012, 0.007
"""Half width of the contour where the coarse matte decides, on hair and on all else."""
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
"""The mixture decides freely where the coarse matte is so far from 0 and from 1: from here on, and from here fully."""

# Colour distances are RMS over the channels, 0..255.
PLAIN_SPREADS = (5.0, 10.0)
"""A background whose colours spread by less is a plain wall, fully and at all: sensor noise and JPEG stay below,
foliage does not (walls of twelve ID selfies 2 to 4, painted backdrops 4 to 8, rooms and streets 10 to 50)."""
EVEN_SPREADS = (3.0, 4.5)
"""Before an even wall up to here, fully and at all, gaps are looked for as far as the chin."""
CALM_SPREADS = (12.0, 20.0)
"""Before a background up to here, fully and at all, gaps are looked for in hair that stands out from it."""
WALL_RESIDUAL = 3.0
"""A quadratic surface stands for the whole wall when half of the background lies within this of it."""
WALL_NEARBY = 10.0
"""The wall's surface replaces the colour continued from the neighbourhood where they differ by less; shadows stay."""
HAIR_SHARE_MAX = 0.5
"""Less than this of the cells around, when unlike the wall, are hairs before it; more are other things behind."""
NOISE_FLOOR = 2.0
"""Least spread of any colour: 8-bit rounding and JPEG."""
PURE_BACKGROUND, PURE_PERSON, PURE_MAX = 1.5, 1.0, 0.3
"""So many spreads from either colour, and at most this part of the way between them, still count as that colour."""
BELIEF_SPREADS = (1.5, 4.5)
BELIEF_DISTANCE = (8.0, 30.0)
PERSON_SPREAD_SHARE = 0.5
"""The mixture is believed, from not at all to fully, by the distance of the colours in levels, and in spreads: all of
the background's and this part of the person's, whose colour is seen next to the pixel, not behind it."""
UNEXPLAINED = 12.0
"""A pixel this far off the line between both colours is no mixture of them."""
WALL_LIKE = (2.0, 5.0)
"""A colour is that of the plain wall, fully and at all, within these many spreads."""
DOUBTFUL = (0.1, 0.4)
"""What looks like the wall is the wall where the coarse matte is less sure than this, at all and fully."""
GAP_LIKENESS = (0.25, 0.85)
"""A gap is as far from the wall as up to these parts of the way to the hair; fully, and at all."""
PURE_CELL = 0.02
"""A cell of which less is of the other kind holds no hair, or no gap."""
GAP_CELL = 0.6
"""A cell of which more shows the wall does not tell the colour of hair."""
FLYAWAY_DISTANCE = (15.0, 30.0)
"""Single hairs are looked for where hair differs so much from the wall, at all and fully; shadows are not hairs."""
GAP_SPREADS = (4.0, 7.0)
GAP_DISTANCE = (40.0, 80.0)
"""Gaps are looked for in what differs so much from the wall: hair does, an ear or a collar may not."""

_WALL_ROUNDS = 6


@dataclass(frozen=True, eq=False)
class _Zones:
    """Cells ``(h, w)``: surely person, surely background, at the coarse edge, to be solved, and of gaps in hair."""

    person: Mask
    background: Mask
    edge: Mask
    solve: Mask
    gap: Mask


@dataclass(frozen=True, eq=False)
class _Colours:
    """What person and background would look like, and how surely; ``(..., 3)`` and ``(...)``, 0..255."""

    person: F32
    person_spread: F32
    background: F32
    background_spread: F32

    def at(self, read: CellReader) -> _Colours:
        """Return the colours at single pixels."""
        stacked = np.concatenate(
            [self.person, self.background, self.person_spread[..., None], self.background_spread[..., None]], axis=-1
        )
        values = read(stacked)
        return _Colours(values[:, :3], values[:, 6], values[:, 3:6], values[:, 7])


@dataclass(frozen=True, eq=False)
class _Study:
    """What is known in cells.

    The corrected matte, zones, colours, how far single hairs and gaps are looked for, and how far the edge is hair's.
    """

    coarse: F32
    zones: _Zones
    colours: _Colours
    flyaway: F32
    calm: F32
    hairy: F32


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Opacity by the mixture and its belief, 0..1; distance to the background, of both colours, and their spread."""

    opacity: F32
    belief: F32
    from_background: F32
    contrast: F32
    spread: F32


def refine_edges(rgb: Rgb, coarse: Matte, hair: Matte, landmarks: Landmarks, cell: int) -> Matte:
    """Estimate the opacity of every pixel from the picture and a coarse matte.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8; the head upright.
    coarse
        ``(ceil(H / cell), ceil(W / cell))`` float32, 0..1.
    hair
        Of the same size: how far each cell is hair.
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
    coarse = np.maximum(coarse, face_oval(landmarks, cell, coarse.shape, FACE_KEPT))
    study = _study(to_cells(rgb, cell), coarse, hair, head, float(landmarks[mesh.CHIN, 1]) / cell)

    matte = repeat_cells(study.coarse > 0.5, cell, shape).astype(np.float32)
    pixels = np.flatnonzero(repeat_cells(study.zones.solve, cell, shape))
    if not pixels.size:
        return matte
    rows, columns = np.divmod(pixels, shape[1])
    read = CellReader(rows, columns, cell, coarse.shape)
    mixture = _unmix(rgb.reshape(-1, 3)[pixels].astype(np.float32), study.colours.at(read))
    beside_face = 1 - face_oval(landmarks, cell, coarse.shape, FACE_AWARE)
    fields = [study.coarse, _distance(study.coarse), beside_face, study.flyaway, study.calm, study.hairy]
    sureness, distance, beside, flyaway, calm, hairy = read(np.stack(fields, axis=-1)).T

    softness = (CLOTHES_SOFTNESS + (HAIR_SOFTNESS - CLOTHES_SOFTNESS) * hairy) * np.float32(head)
    contour = smoothstep(distance / np.maximum(softness, MIN_SOFTNESS / cell), -1, 1)
    unsure = smoothstep(sureness, *UNSURE) * smoothstep(1 - sureness, *UNSURE)
    freedom = np.maximum(np.exp(-((distance / (NEAR_CONTOUR * head)) ** 2)), unsure * beside)
    flyaway *= smoothstep(mixture.contrast, *FLYAWAY_DISTANCE)
    freedom = np.where(distance < 0, np.maximum(freedom, flyaway), freedom)
    solved = contour + (mixture.opacity - contour) * mixture.belief * freedom
    matte.ravel()[pixels] = np.minimum(solved, 1 - np.where(distance > 0, calm * beside * _gap(mixture), 0))
    return matte


def _study(picture: F32, coarse: F32, hair: F32, head: float, chin: float) -> _Study:
    """Learn in cells what the background is like, correct the coarse matte by it, and continue the colours."""
    nowhere = np.zeros_like(coarse)
    zones = _zones(coarse, nowhere, nowhere, head)
    wall = _fit_wall(picture, zones.background)
    background = _without_hairs(picture, zones.background, wall, head)
    behind, spread = _continue_background(picture, background, wall, head)

    plain = 1 - smoothstep(spread, *PLAIN_SPREADS)
    like_wall = plain * (1 - smoothstep(_rms(picture - behind) / spread, *WALL_LIKE))
    coarse = np.asarray(coarse * (1 - like_wall * smoothstep(1 - coarse, *DOUBTFUL)), np.float32)
    person = np.stack([coarse * hair, coarse], axis=-1)
    nearby, here = (box_mean(person, max(1, round(reach * head))) for reach in (FLYAWAY_REACH, LOCK_WIDTH))
    hairy = smoothstep(np.asarray(here[..., 0] / np.maximum(here[..., 1], 1e-3), np.float32), *HAIR_HERE)
    rows = np.arange(coarse.shape[0])[:, None]
    flyaway = plain * np.where(rows < chin + HAIR_ENDS * head, np.float32(1), smoothstep(nearby[..., 0], *HAIR_NEAR))
    even = (1 - smoothstep(spread, *EVEN_SPREADS)) * (rows < chin)
    calm = (1 - smoothstep(spread, *CALM_SPREADS)) * np.where(rows < chin + GAPS_END * head, np.float32(1), hairy)
    calm = np.maximum(calm, even).astype(np.float32)
    zones = _zones(coarse, flyaway, calm, head)
    background = _without_hairs(picture, zones.background, wall, head)
    person, background = _settle(picture, coarse, zones, background, (behind, spread), head)
    colours = _Colours(*_continue_colour(picture, person, head), *_continue_colour(picture, background, head))
    # Far from the edge only cells that hold some of the other kind have anything to solve.
    opacity = _unmix(picture, colours).opacity
    mixed = np.where(coarse > 0.5, opacity < 1 - PURE_CELL, opacity > PURE_CELL)
    zones = replace(zones, solve=zones.edge | (zones.solve & dilate(mixed, 1)))
    return _Study(coarse, zones, colours, flyaway, calm, hairy)


def _gap(mixture: _Mixture) -> F32:
    """How far a pixel in the hair is a gap, 0..1: what looks like the background, where the hair looks unlike it."""
    like_background = 1 - smoothstep(mixture.from_background / mixture.contrast, *GAP_LIKENESS)
    unlike = smoothstep(mixture.contrast, *GAP_DISTANCE) * smoothstep(mixture.contrast / mixture.spread, *GAP_SPREADS)
    return like_background * unlike * mixture.belief


def face_oval(landmarks: Landmarks, cell: int, shape: tuple[int, ...], scale: float) -> F32:
    """Return 1 within the oval of the face, scaled about its middle, ``shape`` in cells of ``cell`` px."""
    oval = landmarks[list(mesh.FACE_OVAL), :2] / cell
    middle = oval.mean(axis=0)
    oval = middle + (oval - middle) * np.float32(scale)
    image = Image.new("L", (shape[1], shape[0]))
    ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in oval], fill=1)
    return np.asarray(image, np.float32)


def _zones(coarse: F32, flyaway: F32, calm: F32, head: float) -> _Zones:
    some_person, some_background = coarse > 0.05, coarse < 0.95
    maybe_background = dilate(some_background, INNER_EDGE * head)
    maybe_person = dilate(some_person, OUTER_EDGE * head)
    edge = maybe_person & maybe_background
    maybe_person |= dilate(some_person, FLYAWAY_REACH * head) & (flyaway > 0)
    gap = dilate(some_background, GAP_REACH * head) & (calm > 0)
    return _Zones(
        person=~maybe_background,
        background=~maybe_person,
        edge=edge,
        solve=maybe_person & (maybe_background | gap),
        gap=gap,
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
    share = box_mean(unlike.astype(np.float32), radius) / np.maximum(
        box_mean(background.astype(np.float32), radius), 1e-4
    )
    return background & ~(unlike & (share < HAIR_SHARE_MAX))


def _continue_colour(picture: F32, known: Mask, head: float) -> tuple[F32, F32]:
    """Continue a colour ``(h, w, 3)`` and its spread ``(h, w)`` from the cells where it is known over all cells."""
    radius = max(2, round(SPREAD_REACH * head))
    weight = known.astype(np.float32)
    ones = np.ones_like(weight)[..., None]
    moments = np.concatenate([picture, (picture * picture).mean(axis=-1, keepdims=True), ones], axis=-1)
    sums = box_mean(moments * weight[..., None], radius)
    means = sums[..., :4] / np.maximum(sums[..., 4:], np.float32(1e-4))
    spread = np.sqrt(np.maximum(means[..., 3] - (means[..., :3] ** 2).mean(axis=-1), 0))
    filled = fill_gaps(np.concatenate([picture, spread[..., None]], axis=-1), weight)
    return filled[..., :3], np.hypot(filled[..., 3], np.float32(NOISE_FLOOR))


def _continue_background(picture: F32, known: Mask, wall: F32 | None, head: float) -> tuple[F32, F32]:
    """Continue the background's colour and spread; as the wall's surface where that agrees."""
    colour, spread = _continue_colour(picture, known, head)
    if wall is not None:
        same = np.exp(-((_rms(colour - wall) / WALL_NEARBY) ** 2))[..., None]
        colour = colour + (wall - colour) * same
    return colour, spread


def _settle(
    picture: F32, coarse: F32, zones: _Zones, background: Mask, behind: tuple[F32, F32], head: float
) -> tuple[Mask, Mask]:
    """Cells of known person and background after a first solution in cells.

    What turns out to be wall or person close to the edge says more of the colours there (a shadow on the wall, the tip
    of a lock) than what lies farther off; and what the coarse matte took for hair, but shows the wall, is not hair.
    """
    deep = zones.person & ~zones.gap
    mixture = _unmix(picture, _Colours(*_continue_colour(picture, deep, head), *behind))
    sure = zones.solve & (mixture.belief > 0.5)
    person = (zones.person & ~(sure & (mixture.opacity < GAP_CELL))) | (
        sure & (mixture.opacity > 0.95) & (coarse > 0.5)
    )
    background = background | (sure & (mixture.opacity < 0.1) & (coarse < 0.5))
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
    return _Mixture(opacity, belief, _rms(offset), contrast, spread)


def _distance(coarse: F32) -> F32:
    """Distance to the line where a coarse matte is one half, in cells, positive inside; right near the line only."""
    smooth = box_mean(coarse, 1)
    down, right = np.gradient(smooth)
    return np.asarray((smooth - 0.5) / np.maximum(np.hypot(down, right), 0.02), np.float32)


def _rms(colour: F32) -> F32:
    return np.asarray(np.sqrt((colour * colour).mean(axis=-1)), np.float32)
