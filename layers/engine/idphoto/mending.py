"""Narrow bands of a picture filled from what lies on both sides of them.

The soft part of the picture is continued over the band as a membrane (Laplace's equation), so that shading goes on.
The fine part, pores, hairs and folds, is copied from nearby: for each place the displacement is taken under which what
lies on both sides of the band agrees best with what lies there, so that what crosses the band goes on too (offsets of
patches: He and Sun, 2012). A displacement is chosen, and mixed with others only where two meet, so that no texture is
lost. What is left of a step at the border is spread over the band (Perez et al., 2003).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte
from idphoto.raster import fill_gaps, smoothstep
from idphoto.shapes import blur, enlarge, in_channels, reduced_size

SOFT: Final = 0.022
"""What is wider than this (standard deviation, face widths) is shading, and is not copied."""
AROUND: Final = 0.018
"""What lies so far beside the band is compared, in face widths."""
AWAY: Final = (0.02, 0.03, 0.042, 0.056, 0.072, 0.09)
"""Distances from which is copied, in face widths: farther off pores and hairs are others."""
DIRECTIONS: Final = 16
COMPARED: Final = 0.35
"""Least share of what is compared that has to be known at both places."""
FARTHER: Final = 6.0
"""Squared levels that a source may differ more for each face width that it is nearer."""
PLAIN: Final = 3.0
"""How much a difference from the membrane counts in the hole, beside one from what is known around it."""
LINED: Final = (25.0, 90.0)
"""Squared levels of what lies around that are shading and grain, and that are lines."""
UNLIKE: Final = (0.45, 0.9)
"""What lies around a source may differ so much, as a part of its own energy, for the source to be trusted with a line,
and not at all."""
PORE: Final = 0.010
GRAIN_MOST: Final = 2.5
"""A source that is not trusted brings only what is finer than the one (standard deviation, face widths), and at most so
many times what the skin about the hole usually has of it."""
RING: Final = 0.01
"""Width of the ring about a hole in which a copy is compared with the picture, in face widths."""
BORDER: Final = 0.006
"""Where two sources meet they are mixed over so much (standard deviation, face widths)."""
MATCH_FACE: Final = 200.0
"""Sources are looked for in a picture in which the face is at most so wide, px."""
MEAN_OF_NORMAL: Final = 0.8
"""Mean absolute value over the standard deviation of a normal distribution."""
LIGHT: Final = np.array((0.30, 0.59, 0.11), np.float32)
_DISC: Final = tuple((y, x) for y in range(-3, 4) for x in range(-3, 4) if y * y + x * x <= 10)
"""Places about one, in halves of the width of a border."""
ROUNDS: Final = 8
"""Steps of relaxation on each level of the pyramid."""
LEVELS: Final = 4


def mend(picture: F32, hole: Mask, hairy: Matte, unit: float) -> F32:
    """Fill the holes of a picture.

    Parameters
    ----------
    picture
        ``(h, w, 3)`` float32, levels.
    hole
        ``(h, w)`` bool, what is to be filled.
    hairy
        ``(h, w)`` float32, 0..1: where there are hairs, which need not go on one by one. Elsewhere a line is continued
        only where it is seen to go on.
    unit
        Width of the face, px.
    """
    if not hole.any():
        return picture
    ground = membrane(picture, hole)
    soft = _wide_blur(ground, SOFT * unit)
    fine = ground - soft
    moves = _moves(unit)
    chosen, sure = _choose(fine, hole, unit, moves)
    near = cv2.distanceTransform((~hole).astype(np.uint8), cv2.DIST_L2, 3) <= max(1.0, RING * unit)
    more = _copy(fine, ~hole, near, chosen, moves, unit) - fine
    grain = more - _wide_blur(more, PORE * unit)
    trust = in_channels(_wide_blur(np.maximum(sure, hairy), 2 * PORE * unit))
    most = GRAIN_MOST * _grain(picture, hole, unit)
    guess = ground + trust * more + (1 - trust) * np.clip(grain, -most, most)
    # What the copy misses in a ring about the hole it misses inside too.
    ring = (near & ~hole).astype(np.float32)
    apart = blur((picture - guess) * in_channels(ring), RING * unit)
    apart /= in_channels(np.maximum(blur(ring, RING * unit), np.float32(1e-3)))
    guess += membrane(apart, ring == 0)
    return np.asarray(cv2.copyTo(guess, hole.astype(np.uint8), picture.copy()), np.float32)


def membrane(values: F32, hole: Mask) -> F32:
    """Continue values ``(h, w, k)`` into a hole so that each is the mean of those around it."""
    pyramid = [(values, hole)]
    while len(pyramid) < LEVELS and min(pyramid[-1][1].shape) > 16:
        above, empty = pyramid[-1]
        size = ((empty.shape[1] + 1) // 2, (empty.shape[0] + 1) // 2)
        known = (~empty).astype(np.uint8)
        share = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        mean = cv2.resize(cv2.copyTo(above, known), size, interpolation=cv2.INTER_AREA).reshape(*share.shape, -1)
        pyramid.append((mean / np.maximum(share, 1e-6)[..., None], share < 0.25))
    coarse, empty = pyramid[-1]
    filled = fill_gaps(np.where(empty[..., None], 0, coarse), (~empty).astype(np.float32))
    for fine, gap in reversed(pyramid):
        filled = enlarge(filled, gap.shape).reshape(fine.shape)
        unknown, known = gap.astype(np.uint8), (~gap).astype(np.uint8)
        cv2.copyTo(fine, known, filled)
        for _ in range(ROUNDS):
            around = cv2.blur(filled, (3, 3), borderType=cv2.BORDER_REPLICATE)
            cv2.copyTo(around, unknown, filled)
    return filled


def _wide_blur(field: F32, sigma: float) -> F32:
    """Gaussian of ``sigma`` px, worked out on as coarse a picture as it allows."""
    scale = min(1.0, 3 / sigma)
    size = reduced_size(field.shape, scale)
    small = np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)
    return enlarge(blur(small, sigma * scale), field.shape)


def _copy(
    fine: F32, known: Mask, near: Mask, chosen: NDArray[np.uint8], moves: list[tuple[int, int]], unit: float
) -> F32:
    """Return the fine part with each pixel of the hole, and near it, copied from where it was chosen."""
    step = max(1, round(BORDER * unit / 2))
    # Beyond the picture nothing is known, but there is room: so no source need be looked at for whether it is there.
    room = max(3 * step, int(np.abs(moves).max()))
    weighed = cv2.merge([*cv2.split(cv2.copyTo(fine, known.astype(np.uint8))), known.astype(np.float32)])
    sources = cv2.copyMakeBorder(weighed, room, room, room, room, cv2.BORDER_CONSTANT).reshape(-1, 4)
    choice = cv2.copyMakeBorder(chosen, room, room, room, room, cv2.BORDER_REPLICATE)
    width = choice.shape[1]
    ahead = np.array([down * width + right for down, right in moves], np.intp).take(choice.ravel())
    rows, columns = np.nonzero(near)
    here = (rows + room) * width + columns + room
    copied = np.zeros((len(here), 4), np.float32)
    # Where two sources meet, what pixels around have chosen counts too.
    for y, x in _DISC:
        source = here + ahead.take(here + (y * width + x) * step)
        copied += sources.take(source, axis=0) * np.float32(np.exp(-(y * y + x * x) / 8))
    out = np.zeros_like(fine)
    out[near] = copied[:, :3] / np.maximum(copied[:, 3:], np.float32(1e-3))
    return out


def _choose(fine: F32, hole: Mask, unit: float, moves: list[tuple[int, int]]) -> tuple[NDArray[np.uint8], Matte]:
    """Choose the displacement by which each pixel is copied.

    Returns
    -------
    Its index, ``(h, w)``, and ``(h, w)`` float32 in 0..1: how far there are lines around that the source has too.
    """
    scale = min(1.0, MATCH_FACE / unit)
    size = reduced_size(hole.shape, scale)
    light, empty = (
        np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)
        for field in (fine @ LIGHT, hole.astype(np.float32))
    )
    weight = (empty < 0.001).astype(np.float32)
    thickness = 2 * float(cv2.distanceTransform((empty > 0).astype(np.uint8), cv2.DIST_L2, 3).max())
    side = 2 * round(thickness / 2 + AROUND * unit * scale) + 1
    best = np.full(empty.shape, np.inf, np.float32)
    chosen = np.zeros(empty.shape, np.uint8)
    known = _around(weight, side)
    least = np.float32(COMPARED) * known
    # In the hole the membrane stands for what nobody knows: a source is plain there unless what lies around asks for
    # more.
    counts = weight + PLAIN * empty
    reduced = np.rint(np.array(moves) * scale).astype(int)
    room = int(np.abs(reduced).max())
    wide_light, wide_weight = (
        cv2.copyMakeBorder(field, room, room, room, room, cv2.BORDER_CONSTANT) for field in (light, weight)
    )
    for index, (away, (down, right)) in enumerate(zip(np.hypot(*np.array(moves).T), reduced, strict=True)):
        there = np.s_[room + down : room + down + len(light), room + right : room + right + light.shape[1]]
        seen = wide_weight[there]
        apart = _around((light - wide_light[there]) ** 2 * (counts * seen), side)
        compared = _around(weight * seen, side)
        cost = apart / np.maximum(compared, np.float32(1e-6)) + np.float32(FARTHER * float(away) / unit)
        fits = (seen > 0) & (compared > least) & (cost < best)
        np.copyto(best, cost, where=fits)
        chosen[fits] = index
    energy = np.asarray(_around(light**2 * weight, side) / np.maximum(known, 1e-6), np.float32)
    unlike = np.asarray(best / np.maximum(energy, 1e-3), np.float32)
    sure = np.asarray(smoothstep(energy, *LINED) * (1 - smoothstep(unlike, *UNLIKE)), np.float32)
    index = cv2.resize(chosen, hole.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(index, np.uint8), enlarge(sure, hole.shape)


def _grain(picture: F32, hole: Mask, unit: float) -> float:
    """Return the usual deviation of the fine grain in the calmer half of what lies about a hole, levels."""
    light = np.asarray(picture @ LIGHT, np.float32)
    fine = np.abs(light - blur(light, PORE * unit))
    away = cv2.distanceTransform((~hole).astype(np.uint8), cv2.DIST_L2, 3)
    level = blur(fine, AROUND * unit)[(away > 3 * PORE * unit) & (away < 2 * (AROUND + PORE) * unit)]
    return float(np.median(level)) / MEAN_OF_NORMAL if level.size else 0.0


def _moves(unit: float) -> list[tuple[int, int]]:
    """Displacements (rows, columns), px: rings of the same directions, each the mirror image of another."""
    moves: dict[tuple[int, int], None] = {}
    for away in AWAY:
        for turn in np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS):
            moves[round(away * unit * np.sin(turn)), round(away * unit * np.cos(turn))] = None
    return [move for move in moves if move != (0, 0)]


def _around(field: Matte, side: int) -> Matte:
    """Mean over the square about each pixel."""
    return np.asarray(cv2.blur(field, (side, side), borderType=cv2.BORDER_CONSTANT), np.float32)
