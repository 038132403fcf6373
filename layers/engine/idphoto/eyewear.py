"""Where glasses are on a face: the rims as closed lines around the eyes.

A rim is a thin line, darker, brighter or greyer than the skin on both sides, that runs around an eye at some distance.
In polar coordinates around the eye it is one radius a direction; the closed line of most contrast is found by dynamic
programming. Every face has such a best line. It counts as a rim where nearly all of its lower half, which runs over
bare skin, has contrast, around both eyes: wrinkles and shadows below the eyes have it in places only. Rims that are
fainter count where both are alike and a bridge joins them. Glasses without rims are not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Mask, Matte
from idphoto.eye_area import FACE_CELLS, THIN, EyeArea, read_at
from idphoto.portrait import Portrait
from idphoto.shapes import blur, face_width, polygon_mask, spread
from idphoto.ways import best_ring, smooth_way

DIRECTIONS: Final = 96
RADII: Final = (0.085, 0.30)
"""A rim is so far from the middle of its lens, in face widths."""
RADIUS_STEP: Final = 0.005
BEND: Final = 3
"""Most radius steps between neighbouring directions; a corner of a square frame takes as many."""
BEND_COST: Final = 0.012
"""Contrast that one radius step has to gain."""
CONTRAST_MAX: Final = 0.5
"""More contrast does not make a better rim."""
LENS_DROP: Final = 0.025
"""A lens is centred so far below the middle of the eye, in face widths."""
LENS_INSET: Final = 0.018
"""A lens begins so far inside the line of its rim, in face widths."""

BESIDE: Final = (0.045, 0.11)
"""Skin lies beside a lens from so far off it on, beyond the rim, and up to so far, in face widths."""
SOLID: Final = 250
"""Opacity of the person, 0..255, from which nothing else is mixed in."""

CONTRAST_SEEN: Final = 0.05
"""Contrast that all but a seventh of the lower half of both rims has: it was at most 0.027 on 21 portraits without
glasses. Drawn rims, dark ones and silver ones, have 0.1 to 1, gold ones 0.01 to 0.2; those of the skin's own colour
down to nothing, and are taken for bare."""
UNSEEN_PART: Final = 15.0
"""Percentage that may have less."""

FAINT_MAX: Final = 0.3
PAIR_BEND: Final = 0.03
"""Contrast of faint rims that counts, and that a change of their direction has to gain."""
PAIR_SEEN, BRIDGE_SEEN = 0.05, 0.06
"""Contrast that a pair of rims, in the mean of both, and the bridge between them have. On 21 portraits without glasses
it was at most 0.046 and, on the same ones, 0.034; with drawn gold rims from 0.026 and 0.04, mostly 0.1 and 0.2."""
RIDGE: Final = 0.03
BRIDGE_ROWS: Final = (-0.1, 0.06)
"""A bridge is looked for so far beside the middle, and from the line of the eyes down, in face widths."""

_ANGLES: Final = np.arange(DIRECTIONS, dtype=np.float32) * np.float32(2 * np.pi / DIRECTIONS)
_RAYS: Final = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
"""Unit vectors of the directions; y goes down."""
_LOWER: Final = _RAYS[:, 1] > 0.2
_RADII: Final = np.arange(*RADII, RADIUS_STEP, dtype=np.float32) * np.float32(FACE_CELLS)
"""Distances at which a rim is looked for, in cells."""


@dataclass(frozen=True, eq=False)
class Ring:
    """The rim around an eye in cells of the area about the eyes.

    Attributes
    ----------
    centre
        Of the lens, ``(x, y)``.
    radii
        ``(DIRECTIONS,)`` float32, from the right clockwise.
    """

    centre: F32
    radii: F32

    def at(self, further: float) -> F32:
        """Places ``(DIRECTIONS, 2)`` that lie ``further`` out than the line."""
        return np.asarray(self.centre + (self.radii + np.float32(further))[:, None] * _RAYS, np.float32)

    @property
    def lens(self) -> F32:
        """Outline of the lens, ``(DIRECTIONS, 2)``."""
        return self.at(-LENS_INSET * FACE_CELLS)


@dataclass(frozen=True, eq=False)
class Eyewear:
    """Glasses that a portrait shows.

    Attributes
    ----------
    area
        The area about the eyes, levelled.
    rings
        The rim around the viewer's left eye and the right one, in cells of that area.
    pixels
        Rows and columns of the part of the picture that all masks describe.
    lens
        ``(h, w)`` float32, 0..1: what is seen through the glasses.
    features
        Likewise eyes with their lids, and brows.
    cheeks
        Likewise bare skin below the lenses.
    beside
        Likewise bare skin around the lenses.
    irises
        Likewise, one mask for each eye.
    """

    area: EyeArea
    rings: tuple[Ring, Ring]
    pixels: tuple[slice, slice]
    lens: Matte
    features: Matte
    cheeks: Matte
    beside: Mask
    irises: tuple[Matte, Matte]


def find_eyewear(portrait: Portrait) -> Eyewear | None:
    """Return the glasses of a person, or None where there are none with rims that are seen."""
    around = EyeArea.of(portrait.rgb, portrait.landmarks)
    rings = find_rings(around, portrait.landmarks)
    if rings is None:
        return None
    points, unit = portrait.landmarks[:, :2], face_width(portrait.landmarks)
    pixels = around.window(portrait.rgb.shape)
    offset = np.array((pixels[1].start, pixels[0].start), np.float32)
    shape = (pixels[0].stop - pixels[0].start, pixels[1].stop - pixels[1].start)

    def hull(ring: tuple[int, ...]) -> Matte:
        return polygon_mask(cv2.convexHull(points[list(ring)])[:, 0] - offset, shape, smooth=False)

    lens = np.maximum.reduce([polygon_mask(around.to_picture(ring.lens) - offset, shape) for ring in rings])
    features = np.maximum.reduce(
        [hull(ring) for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE, mesh.LEFT_BROW, mesh.RIGHT_BROW)]
    )
    cheeks = np.zeros(shape, np.float32)
    for upper, lower in (mesh.LEFT_CHEEK, mesh.RIGHT_CHEEK):
        x, y = np.rint(points[upper] * 0.65 + points[lower] * 0.35 - offset).astype(int).tolist()
        cv2.circle(cheeks, (x, y), max(2, round(0.06 * unit)), 1.0, -1)
    features = blur(spread(features, 0.02 * unit), 0.006 * unit)
    face = polygon_mask(points[list(mesh.FACE_OVAL)] - offset, shape) * (portrait.alpha[pixels] > SOLID)
    away = cv2.distanceTransform((lens < 0.5).astype(np.uint8), cv2.DIST_L2, 3) / np.float32(unit)
    return Eyewear(
        area=around,
        rings=rings,
        pixels=pixels,
        lens=lens,
        features=features,
        cheeks=cheeks * (1 - spread(lens, 0.03 * unit)),
        beside=(face > 0.5) & (features < 0.05) & (away > BESIDE[0]) & (away < BESIDE[1]),
        irises=(hull(mesh.LEFT_IRIS), hull(mesh.RIGHT_IRIS)),
    )


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What lies around an eye, ``(DIRECTIONS, radii)``, by direction and distance from the middle of its lens.

    Attributes
    ----------
    centre
        Of the lens, in cells.
    bare
        Bool: nothing but skin and, maybe, a rim.
    contrasts
        Of the lines there: of all, and without those that are only greyer, which lead astray where cheeks are flushed.
    """

    centre: F32
    bare: Mask
    contrasts: tuple[F32, F32]

    @classmethod
    def of(cls, area: EyeArea, eye: F32) -> Surroundings:
        """Look around an eye, px of the picture."""
        centre = _lens_centre(area, eye)
        x, y = (np.asarray(centre[k] + _RAYS[:, k, None] * _RADII, np.float32) for k in (0, 1))
        bare = cv2.remap(area.bare, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT) > 0
        lines, toned = (
            cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            for field in (area.lines, area.toned_lines)
        )
        return cls(centre, bare, (lines, toned))

    def may_have_rim(self) -> bool:
        """Whether it is worth while to look for one."""
        return any(self.most_seen(contrast) > CONTRAST_SEEN for contrast in self.contrasts)

    def find_ring(self) -> Ring | None:
        """Return the rim, or None."""
        every = np.arange(DIRECTIONS)
        most, found = CONTRAST_SEEN, None
        for contrast in self.contrasts:
            if self.most_seen(contrast) <= most:
                continue
            chosen = best_ring(np.minimum(contrast, np.float32(CONTRAST_MAX)) * self.bare, BEND, BEND_COST)
            lower = contrast[every, chosen][_LOWER & self.bare[every, chosen]]
            seen = float(np.percentile(lower, UNSEEN_PART)) if lower.size else 0.0
            if seen > most:
                most, found = seen, Ring(self.centre, _RADII[chosen])
        return found

    def most_seen(self, contrast: F32) -> float:
        """Return what the contrast by which a rim is told (:data:`UNSEEN_PART`) cannot exceed, whatever the line.

        In a direction where all is bare, a line has at most the most contrast that is there; in others it may leave the
        skin, and does not count then, or have any.
        """
        most = np.where(self.bare.all(axis=1), contrast.max(axis=1), contrast.max())
        return float(np.percentile(most[_LOWER], UNSEEN_PART))


def find_rings(area: EyeArea, landmarks: Landmarks) -> tuple[Ring, Ring] | None:
    """Return the rims around the viewer's left and right eye, or None where a face has none that are seen."""
    left_eye, right_eye = (Surroundings.of(area, eye) for eye in mesh.eye_centres(landmarks))
    # Most bare faces show at one eye or the other, without any search, that it has no rim.
    if left_eye.may_have_rim() and right_eye.may_have_rim():
        left = left_eye.find_ring()
        right = right_eye.find_ring() if left is not None else None
        if left is not None and right is not None:
            return left, right
    return find_pair(area, landmarks)


def find_pair(area: EyeArea, landmarks: Landmarks) -> tuple[Ring, Ring] | None:
    """Return faint rims, each the mirror image of the other and with a bridge between them, or None."""
    if bridge_contrast(area) < BRIDGE_SEEN:
        return None
    centres = [_lens_centre(area, eye) for eye in mesh.eye_centres(landmarks)]
    radii = np.arange(RADII[0] * FACE_CELLS, RADII[1] * FACE_CELLS, dtype=np.float32)
    mirror = mirrored(DIRECTIONS)
    gains, bare = [], []
    for centre, turned in zip(centres, (np.arange(DIRECTIONS), mirror), strict=True):
        places = np.asarray(centre + _RAYS[:, None] * radii[:, None], np.float32)
        gains.append(np.minimum(read_at(area.thin_lines, places), np.float32(FAINT_MAX))[turned])
        bare.append(read_at(area.bare, places)[turned])
    both = np.asarray((gains[0] * bare[0] + gains[1] * bare[1]) / 2, np.float32)
    chosen = smooth_way(both, PAIR_BEND, closed=True)
    every = np.arange(DIRECTIONS)
    clear = (bare[0][every, chosen] > 0) & (bare[1][every, chosen] > 0) & _LOWER
    if not clear.any() or np.percentile(both[every, chosen][clear], UNSEEN_PART) < PAIR_SEEN:
        return None
    return Ring(centres[0], radii[chosen]), Ring(centres[1], radii[chosen][mirror])


def mirrored(count: int) -> NDArray[np.intp]:
    """For each of so many directions, the one that mirrors it from left to right."""
    return (count // 2 - np.arange(count)) % count


def bridge_contrast(area: EyeArea) -> float:
    """Return the contrast of the best thin line across the ridge of the nose."""
    middle, half = area.size[0] // 2, round(RIDGE * FACE_CELLS)
    first, last = (int(area.eye_row + part * FACE_CELLS) for part in BRIDGE_ROWS)
    ridge = area.lines_within(THIN, (slice(first, last), slice(middle - half, middle + half + 1)))
    lines = np.ascontiguousarray(ridge.T)
    way = smooth_way(np.minimum(lines, np.float32(FAINT_MAX)), PAIR_BEND, closed=False)
    return float(np.median(lines[np.arange(len(lines)), way]))


def _lens_centre(area: EyeArea, eye: F32) -> F32:
    """Middle of the lens before an eye (px of the picture), in cells."""
    drop = np.array((0, LENS_DROP * FACE_CELLS), np.float32)
    return np.asarray(area.matrix[:, :2] @ eye + area.matrix[:, 2] + drop, np.float32)
