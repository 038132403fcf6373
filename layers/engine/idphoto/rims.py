"""The frame of glasses as an area: its rims, the bridge, the pads of the nose, hinges and temples.

Each part is followed as a line. Where the skin beside it is bare, the line is as wide as what lies on it differs from
what lies on both sides, soft shadows included; where it crosses brows, lids or hair it is as wide as elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte
from idphoto.eye_area import FACE_CELLS, EyeArea, read_at
from idphoto.eyewear import RADII, Ring, find_rings, mirrored
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import blur, disc, polygon_mask
from idphoto.ways import smooth_way

SIDE: Final = 0.042
"""So far to either side of a line skin is looked for, in face widths."""
FLAT: Final = 0.01
"""Skin changes little within so much, in face widths."""
DIFFERS: Final = (2.5, 3.0, 0.06)
"""Beside a line it changes by more (CIELAB), by so many times what skin does, and by such a part of the line's own."""
SHADOW_SEEN: Final = 1.0
"""A shadow is so much darker than the skin on both sides, L*, in the mean of what lies along so many places."""
SHADOW_ALONG: Final = 8.0
SHADOW_BELOW: Final = 0.3
"""Sine of the least slope of what lies below a line."""
STEADY: Final = 5
"""Places along a line to either side whose median tells how wide it is."""
TINT_APART: Final = 0.03
"""So far to both sides of a rim the skin is compared, in face widths."""
HALF_LEAST, HALF_MOST = 0.006, 0.032
"""A line and its shadow reach at least, and at most, so far to one side, in face widths."""
USUAL: Final = 50.0
UNSURE: Final = 1.6
"""Percentile of what a line takes over bare skin that it takes elsewhere at least, and so many times that at most: lids
and brows are lines themselves."""
MARGIN: Final = 0.005
"""What is taken beside what is found: the border of a line is mixed with it, and so are JPEG's blocks."""
LINE_SEEN: Final = 0.05
"""Contrast of a line, natural logarithm."""
DIRECTIONS: Final = 192
BEND: Final = 1.0
"""Contrast, as a part of a rim's own, that a change of direction has to gain."""
LOWER: Final = 0.2
"""Sine of the directions in which a rim was found over bare skin."""
WIDER: Final = 1.6
"""A rim is elsewhere at most so many times as wide as there, and no line counts for more than it does there."""
DOUBTED: Final = 0.4
"""A line among lashes or in hair counts so much of one over skin."""
UNLIKE_PAIR: Final = 0.008
"""One rim may differ so much from the mirror image of the other; a turned head makes them unlike."""
REFINE: Final = 0.016
"""A rim that was found coarsely is at most so far off, in face widths."""

BRIDGE_ROWS: Final = (-0.13, 0.085)
"""Where a bridge may run, from the line of the eyes down, in face widths."""
TEMPLE_ROWS: Final = (-0.11, 0.06)
"""Where a temple may begin, from the line of the eyes down, in face widths."""
TEMPLE_UNLIKE: Final = 3
"""One begins so many cells higher than the other at most."""
TEMPLE_SLOPE: Final = 0.25
TEMPLE_LINE: Final = 0.3
"""More contrast does not make a better temple."""
TEMPLE_GAP: Final = 0.025
"""A temple that is not seen for so long has ended, in face widths."""
TEMPLE_BEYOND: Final = 0.05
"""So far beyond the edge of the face temples are followed."""
HINGE: Final = 0.075
HINGE_HALF: Final = 0.02
"""Length and half the height of a hinge, which hair may hide and its contrast not tell whole, in face widths."""
TEMPLE_END: Final = 0.016
"""So much is taken beyond its last place that is seen."""
TEMPLE_APART: Final = 7
"""Before hair a temple is a line that stands out from those so many cells beside it."""
HAIR_DARK: Final = -0.6
"""What is so much darker than the cheeks, natural logarithm of the level, is hair."""
PAD_COLUMNS: Final = (-0.055, 0.055)
"""Where pads may be: from the inner edge of a rim to the middle of the face."""
PAD_ROWS: Final = (-0.03, 0.14)
"""Likewise from the line of the eyes down."""
PAD_SEEN: Final = 0.045
PAD_EYE: Final = 0.02
"""Pads lie so far within what else is taken for lids, in face widths."""
PAD_MARGIN: Final = 0.008

SHADE_SEEN: Final = 0.03
"""Contrast of a shadow on the skin, natural logarithm."""
SHADE_ASIDE, SHADE_ABOVE, SHADE_AWAY = -0.03, -0.02, 0.06
"""It is looked for outwards from about the outer corner of an eye and downwards from about the line of the eyes, and so
near to the frame, in face widths."""
CHEEK_ASIDE, CHEEK_ROWS = -0.14, (0.08, 0.3)
"""The cheeks beside the nose reach inwards from that corner, and from the line of the eyes down, in face widths."""
SHADE_PLAIN: Final = 0.008
"""Where more of them has as much contrast, the skin has lines of its own, which nobody should take away: of smooth skin
up to 0.004 has it, of skin with wrinkles 0.014 or more."""

EYES_APART: Final = 6.0
"""Between eyes that are closer, px, nothing of glasses is seen."""
DRAWN: Final = (0.15, 0.5)
"""What has so little of a rim's contrast is shadow beside the frame, and so much is the frame."""
UNLIKE_PLACES: Final = (80.0, 97.0)
"""Percentiles of how far two rims are apart that tell what is nearly all around and what is in places."""
FOLLOWED: Final = 0.4
"""Part of its usual contrast with which a rim is seen."""
LEFT_SEEN: Final = 0.4
"""What is left over has at least such a part of the usual contrast."""
COLOUR_ALIKE: Final = 0.35
"""What differs from the rims' colour by so small a part of what the skin does has their colour."""
LINES_NEAR, COLOUR_NEAR = (0.012, 0.06), (0.03, 0.09)
"""What is left over lies so near to where the frame was; what is as far as the second is compared; in face widths."""


@dataclass(frozen=True, eq=False)
class WornFrame:
    """A frame, in cells of the area about the eyes; its measures are in face widths.

    Attributes
    ----------
    area
        ``(h, w)`` bool: all of it, shadows included.
    rims
        Middle of both rims, ``(N, 2)``.
    contrast
        Of the rims over bare skin.
    colour
        Of the rims there, and of that skin, CIELAB, ``(2, 3)``.
    width
        Of the rims without their shadows.
    unlike
        How much farther one rim is from the mirror image of the other in places than nearly all around.
    followed
        Share of the rims, where neither lids nor hair hide them, with at least a part of that contrast.
    bridge
        Share of the way from rim to rim on which a bridge is seen.
    hidden
        Share of the rims that runs before hair or beyond the edge of the face.
    tint
        How much darker skin is behind the lenses than beside them, natural logarithm of the level.
    """

    area: Mask
    rims: tuple[F32, F32]
    contrast: float
    colour: F32
    width: float
    unlike: float
    followed: float
    bridge: float
    hidden: float
    tint: float


def find_glasses(portrait: Portrait) -> tuple[Matte, Matte]:
    """Return where rims, bridge and temples of glasses are, and what is seen through the lenses.

    Both are ``(H, W)`` float32 in 0..1; 0 on a face without glasses.
    """
    left, right = mesh.eye_centres(portrait.landmarks)
    nothing = np.zeros(portrait.rgb.shape[:2], np.float32)
    if not np.hypot(*(right - left)) > EYES_APART:
        return nothing, nothing
    eyes = EyeArea.of(portrait.rgb, portrait.landmarks)
    rings = find_rings(eyes, portrait.landmarks)
    if rings is None:
        return nothing, nothing
    frame = trace_frame(eyes, rings)
    drawn = frame.area * smoothstep(eyes.lines / np.float32(frame.contrast), *DRAWN)
    lenses = np.maximum(*(polygon_mask(_inside(rim, frame.width), drawn.shape) for rim in frame.rims))
    return eyes.field_in_picture(drawn, nothing.shape), eyes.field_in_picture(lenses, nothing.shape)


def _inside(rim: F32, width: float) -> F32:
    """Outline of the lens in a rim of so many face widths."""
    middle = rim.mean(axis=0)
    away = rim - middle
    inset = np.float32((width / 2 + MARGIN) * FACE_CELLS) / np.linalg.norm(away, axis=1, keepdims=True)
    return np.asarray(middle + away * (1 - inset), np.float32)


def trace_frame(eyes: EyeArea, rings: tuple[Ring, Ring]) -> WornFrame:
    """Find all of a frame whose rims are known; the viewer's left one first."""
    lab = eyes.lab
    area = np.zeros(eyes.lines.shape, np.uint8)
    (left, left_out), (right, right_out), contrast = _follow_rims(eyes, rings)
    widths = []
    for path, normals in ((left, left_out), (right, right_out)):
        _draw_ring(area, path, normals, _widths(eyes, lab, path, normals))
        lower = path[:, 1] > (path[:, 1].min() + path[:, 1].max()) / 2
        widths.append(_core(eyes, path[lower], normals[lower]))
    bridge = _add_bridge(eyes, lab, area, left, right)
    _add_temples(eyes, lab, area, [left, right])
    for path, inward in ((left, 1), (right, -1)):
        _add_pads(eyes, area, path, inward)
    _add_shadows(eyes, area, (left, right))
    both, out = np.concatenate([left, right]), np.concatenate([left_out, right_out])
    lids, brows, skin = (_at(mask, both) for mask in (eyes.lids, eyes.brows, eyes.oval))
    dark = read_at(eyes.ground, both) < HAIR_DARK
    clear = ~lids & ~dark
    seen = read_at(eyes.lines, both) > FOLLOWED * contrast
    return WornFrame(
        area=area > 0,
        rims=(left, right),
        contrast=contrast,
        colour=_colours(eyes, lab, area > 0, both),
        width=float(np.mean(widths)) / FACE_CELLS,
        unlike=_unlike(rings, (left, right)),
        followed=float(seen[clear].mean()) if clear.any() else 0.0,
        bridge=bridge,
        hidden=float(((dark & ~brows & ~lids) | ~skin).mean()),
        tint=_tint(eyes, both, out),
    )


def _tint(eyes: EyeArea, path: F32, normals: F32) -> float:
    """Return how much darker bare skin is just inside the rims than just outside, natural logarithm of the level."""
    light = np.log(np.maximum(cv2.cvtColor(eyes.cells, cv2.COLOR_RGB2GRAY).astype(np.float32), 6))
    sides = [path + apart * FACE_CELLS * normals for apart in (-TINT_APART, TINT_APART)]
    bare = np.logical_and(*(_at(eyes.bare > 0, side) for side in sides))
    within, without = (read_at(blur(light, 1.5), side)[bare] for side in sides)
    return float(np.median(without - within)) if bare.any() else 0.0


def _at(mask: Mask, places: F32) -> Mask:
    return np.asarray(read_at(mask.astype(np.float32), places) > 0.5)


def _unlike(rings: tuple[Ring, Ring], rims: tuple[F32, F32]) -> float:
    """Return how much farther one rim is from the mirror image of the other in a few places than nearly all around.

    A turned head makes them unlike all around; a rim that was mistaken is so in places. In face widths.
    """
    left, right = (np.linalg.norm(rim - ring.centre, axis=1) for ring, rim in zip(rings, rims, strict=True))
    apart = left - right[mirrored(len(right))]
    usual, worst = np.percentile(np.abs(apart - np.median(apart)), UNLIKE_PLACES)
    return float(worst - usual) / FACE_CELLS


def _colours(eyes: EyeArea, lab: F32, area: Mask, path: F32) -> F32:
    """Return the usual colour of the rims over bare skin, and of the skin."""
    bare = _at(eyes.bare > 0, path)
    line = path[bare] if bare.any() else path
    rims = np.stack([read_at(np.ascontiguousarray(lab[..., k]), line) for k in range(3)], axis=-1)
    skin = lab[(eyes.bare > 0) & ~area]
    return np.stack([np.median(part, axis=0) if len(part) else np.zeros(3) for part in (rims, skin)]).astype(np.float32)


def lines_left(after: EyeArea, frame: WornFrame) -> float:
    """Return how much more of the skin has lines as strong as the rims' where these were than somewhat farther off."""
    lines = after.lines_within(WIDER * frame.width) > max(LINE_SEEN, LEFT_SEEN * frame.contrast)
    return _more_near(after, frame, np.asarray(lines), after.oval, LINES_NEAR)


def colour_left(after: EyeArea, frame: WornFrame) -> float:
    """Return how much more has the rims' colour where these were than somewhat farther off."""
    rims, skin = frame.colour
    alike = np.linalg.norm(after.lab - rims, axis=-1) < COLOUR_ALIKE * float(np.linalg.norm(rims - skin))
    return _more_near(after, frame, np.asarray(alike), np.ones_like(alike), COLOUR_NEAR)


def _more_near(after: EyeArea, frame: WornFrame, what: Mask, where: Mask, reach: tuple[float, float]) -> float:
    """Share of something near where a frame was beyond that farther off, neither on lids and brows nor in dark hair."""
    lids = cv2.erode(after.lids.astype(np.uint8), disc(PAD_EYE * FACE_CELLS)) > 0
    clear = where & ~lids & ~after.brows & (after.ground > HAIR_DARK)
    away = cv2.distanceTransform((~frame.area).astype(np.uint8), cv2.DIST_L2, 3) / FACE_CELLS
    near, far = clear & (away <= reach[0]), clear & (away > reach[0]) & (away <= reach[1])
    return float(what[near].mean() if near.any() else 0) - float(what[far].mean() if far.any() else 0)


def _follow_rims(eyes: EyeArea, rings: tuple[Ring, Ring]) -> tuple[tuple[F32, F32], tuple[F32, F32], float]:
    """Return for both rims the middle, ``(N, 2)``, and the outward normals of the line; and their usual contrast.

    Both together first, one the mirror image of the other: hair and brows, which only one of them meets, then count
    for less. After that each by itself nearby.
    """
    rays = _rays()
    radii = np.arange(RADII[0] * FACE_CELLS, RADII[1] * FACE_CELLS, dtype=np.float32)
    lower = rays[::2][:, 1] > LOWER
    known = [ring.at(0)[lower] for ring in rings]
    usual = float(np.median(read_at(eyes.lines, np.concatenate(known))))
    width = float(np.median([_core(eyes, places, rays[::2][lower]) for places in known]))
    trust = np.where(eyes.lids | (eyes.ground < HAIR_DARK), np.float32(DOUBTED), np.float32(1))
    weighed = np.minimum(eyes.lines_within(WIDER * width / FACE_CELLS) / np.float32(usual), 1) * trust
    spread = cv2.dilate(weighed, disc(UNLIKE_PAIR * FACE_CELLS))
    mirror = mirrored(len(rays))
    left, right = (read_at(spread, ring.centre + rays[:, None] * radii[:, None]) for ring in rings)
    both = radii[smooth_way(left + right[mirror], BEND, closed=True)]
    paths = []
    for ring, coarse in zip(rings, (both, both[mirror]), strict=True):
        steps = np.arange(-REFINE, REFINE + 1e-6, 0.5 / FACE_CELLS, dtype=np.float32) * np.float32(FACE_CELLS)
        near = coarse[:, None] + steps
        contrast = read_at(weighed, ring.centre + rays[:, None] * near[..., None])
        radius = coarse + steps[smooth_way(contrast, BEND / 2, closed=True)]
        path = np.asarray(ring.centre + rays * _smooth_ring(radius, 1.5)[:, None], np.float32)
        along = np.roll(path, -2, axis=0) - np.roll(path, 2, axis=0)
        normals = np.stack([along[:, 1], -along[:, 0]], axis=1)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        paths.append((path, np.asarray(normals, np.float32)))
    return paths[0], paths[1], usual


def _rays() -> F32:
    turn = np.arange(DIRECTIONS, dtype=np.float32) * np.float32(2 * np.pi / DIRECTIONS)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


def _widths(eyes: EyeArea, lab: F32, path: F32, normals: F32, *, closed: bool = True) -> F32:
    """Return how far a line with its shadow reaches inwards and outwards, ``(N, 2)``, cells."""
    steps = np.arange(-SIDE, SIDE + 1e-6, 0.5 / FACE_CELLS, dtype=np.float32) * np.float32(FACE_CELLS)
    places = path[:, None] + normals[:, None] * steps[:, None]
    strip = _along(np.stack([read_at(lab[..., k], places) for k in range(3)], axis=-1), 2.0, closed=closed)
    bare = read_at(eyes.bare, places).min(axis=1) > 0.9
    if not bare.any():
        bare = np.ones(len(path), bool)
    # How much the strip changes within a few cells: it does beside a line, and no more on the skin.
    ahead = round(FLAT * FACE_CELLS * 2)
    middle = len(steps) // 2
    changes = np.linalg.norm(strip[:, ahead:] - strip[:, :-ahead], axis=-1)
    peak = float(np.median(changes[bare].max(axis=1)))
    noise = float(np.median(np.concatenate([changes[bare][:, :ahead], changes[bare][:, -ahead:]])))
    moves = changes > max(DIFFERS[0], DIFFERS[1] * noise, DIFFERS[2] * peak)
    least, most = round(HALF_LEAST * FACE_CELLS * 2), round(HALF_MOST * FACE_CELLS * 2)
    reach = np.empty((len(path), 2), np.float32)
    for side, columns in enumerate((moves[:, middle - ahead :: -1], moves[:, middle:])):
        flat = ~columns
        flat[:, :least] = False
        far = np.where(flat.any(axis=1), flat.argmax(axis=1), most).clip(least, most).astype(np.float32) / 2
        usual = np.float32(np.percentile(far[bare], USUAL))
        reach[:, side] = np.where(bare, far, np.clip(far, usual, UNSURE * usual))
    shadow = _shadow(strip, bare, normals, closed=closed)
    reach[:, 1] = np.maximum(reach[:, 1], shadow)
    steady = np.stack([_median(side, closed=closed) for side in reach.T], axis=1)
    return np.asarray(steady + MARGIN * FACE_CELLS, np.float32)


def _shadow(strip: F32, bare: Mask, normals: F32, *, closed: bool) -> F32:
    """Return how far below a line its shadow reaches, cells; light comes from above."""
    light = _along(strip, SHADOW_ALONG, closed=closed)[..., 0]
    ends = round(FLAT * FACE_CELLS * 2)
    inner, outer = np.median(light[:, :ends], axis=1), np.median(light[:, -ends:], axis=1)
    share = np.linspace(0, 1, light.shape[1], dtype=np.float32)
    darker = inner[:, None] + (outer - inner)[:, None] * share - light
    below = darker[:, light.shape[1] // 2 :] > SHADOW_SEEN
    most = round(HALF_MOST * FACE_CELLS * 2)
    far = np.where(below.all(axis=1), most, (~below).argmax(axis=1)).clip(0, most) / 2
    return np.asarray(far * (bare & (normals[:, 1] > SHADOW_BELOW)), np.float32)


def _median(values: F32, *, closed: bool) -> F32:
    """Median of the values about each, along a line."""
    wide = np.pad(values, STEADY, mode="wrap" if closed else "edge")
    return np.asarray(np.median(sliding_window_view(wide, 2 * STEADY + 1), axis=1), np.float32)


def _core(eyes: EyeArea, path: F32, normals: F32) -> float:
    """Return the usual width of a line without its shadow, cells."""
    steps = np.arange(-SIDE, SIDE + 1e-6, 0.5 / FACE_CELLS, dtype=np.float32) * np.float32(FACE_CELLS)
    contrast = read_at(eyes.lines, path[:, None] + normals[:, None] * steps[:, None])
    middle = len(steps) // 2
    line = contrast > 0.5 * np.maximum(contrast[:, middle - 2 : middle + 3].max(axis=1), LINE_SEEN)[:, None]
    lengths = []
    for columns in (line[:, middle::-1], line[:, middle:]):
        gap = ~columns
        lengths.append(np.where(gap.any(axis=1), gap.argmax(axis=1), columns.shape[1]))
    return float(np.median(lengths[0] + lengths[1])) / 2


def _add_bridge(eyes: EyeArea, lab: F32, area: NDArray[np.uint8], left: F32, right: F32) -> float:
    """Draw the bridge; return the share of the way on which it is seen."""
    start, end = round(float(left[:, 0].max())) - 2, round(float(right[:, 0].min())) + 2
    way = _follow(eyes, np.arange(start, end + 1), BRIDGE_ROWS)
    if way is None:
        return 0.0
    contrast = read_at(eyes.lines, way)
    _add_line(eyes, lab, area, way)
    return float((contrast > LINE_SEEN).mean())


def _add_temples(eyes: EyeArea, lab: F32, area: NDArray[np.uint8], rims: list[F32]) -> None:
    """Draw the hinges and the temples behind them, which are straight and alike, as far as they are seen."""
    sides = [_Temple.beside(eyes, rim, outward) for rim, outward in zip(rims, (-1, 1), strict=True)]
    # One may be a little higher than the other.
    joint = np.add.reduce([cv2.dilate(side.score, np.ones((2 * TEMPLE_UNLIKE + 1, 1), np.uint8)) for side in sides])
    row, slope = np.unravel_index(int(joint.argmax()), joint.shape)
    near = slice(max(0, int(row) - TEMPLE_UNLIKE), int(row) + TEMPLE_UNLIKE + 1)
    for side in sides:
        best = near.start + int(side.score[near, slope].argmax())
        way, line, hidden = (field[best, slope] for field in (side.places, side.contrast, side.hidden))
        hinge = np.arange(len(way)) < HINGE * FACE_CELLS
        if float(line[hinge].mean()) < LINE_SEEN:
            continue
        beside = [
            read_at(eyes.lines, way + np.array((0, apart), np.float32)) for apart in (-TEMPLE_APART, TEMPLE_APART)
        ]
        alone = np.convolve(line - np.maximum(*beside), np.ones(TEMPLE_APART) / TEMPLE_APART, "same") > LINE_SEEN
        seen = (line > LINE_SEEN) & (~hidden | alone)
        gap = max(2, round(TEMPLE_GAP * FACE_CELLS))
        lost = np.convolve(~seen, np.ones(gap), "valid") == gap
        last = (int(lost.argmax()) if lost.any() else len(way)) + round(TEMPLE_END * FACE_CELLS)
        last = max(last, int(hinge.sum()))
        _add_line(eyes, lab, area, way[:last], np.where(hinge, np.float32(HINGE_HALF * FACE_CELLS), 0)[:last])


@dataclass(frozen=True, eq=False)
class _Temple:
    """Straight lines from a rim outwards, each from another row and with another slope: ``(rows, slopes, length)``.

    Attributes
    ----------
    places
        ``(..., 2)``, in cells.
    contrast
        Of the lines of the picture there.
    hidden
        Whether that is hair.
    score
        ``(rows, slopes)``: how far each is a temple.
    """

    places: F32
    contrast: F32
    hidden: Mask
    score: F32

    @classmethod
    def beside(cls, eyes: EyeArea, rim: F32, outward: int) -> _Temple:
        cheek = mesh.LEFT_CHEEK_EDGE if outward < 0 else mesh.RIGHT_CHEEK_EDGE
        start = float((rim[:, 0] * outward).max()) * outward
        end = float(eyes.points[cheek, 0]) + outward * TEMPLE_BEYOND * FACE_CELLS
        columns = np.arange(max(round((end - start) * outward), round(HINGE * FACE_CELLS)), dtype=np.float32)
        first, last = (eyes.eye_row + part * FACE_CELLS for part in TEMPLE_ROWS)
        slopes = np.linspace(-TEMPLE_SLOPE, TEMPLE_SLOPE, 13, dtype=np.float32)
        rows = np.arange(first, last, dtype=np.float32)[:, None, None] + slopes[:, None] * columns
        places = np.stack(np.broadcast_arrays(start + outward * columns, rows), axis=-1)
        outside = np.any((places < 0) | (places > np.array(eyes.size, np.float32) - 1), axis=-1)
        contrast = np.where(outside, np.float32(0), np.minimum(read_at(eyes.lines, places), np.float32(TEMPLE_LINE)))
        hidden = read_at(eyes.ground, places) < HAIR_DARK
        weight = np.where(columns < HINGE * FACE_CELLS, np.float32(1), np.where(hidden, 0, np.float32(0.5)))
        return cls(places, contrast, hidden, np.asarray((contrast * weight).sum(axis=-1), np.float32))


def _follow(eyes: EyeArea, columns: NDArray[np.intp], rows: tuple[float, float]) -> F32 | None:
    """Return the line of most contrast through some columns, ``(N, 2)``, or None outside the area."""
    height, width = eyes.lines.shape
    columns = columns[(columns >= 0) & (columns < width)]
    first, last = (int(np.clip(eyes.eye_row + part * FACE_CELLS, 0, height)) for part in rows)
    if len(columns) < 3 or last - first < 3:
        return None
    gain = np.minimum(eyes.lines[first:last, columns].T, np.float32(0.4))
    free = ~(eyes.brows | eyes.lids)[first:last, columns].T
    way = smooth_way(np.asarray(gain * free, np.float32), BEND * 0.1, closed=False)
    return np.stack([columns, first + way], axis=1).astype(np.float32)


def _add_line(eyes: EyeArea, lab: F32, area: NDArray[np.uint8], way: F32, least: F32 | None = None) -> None:
    """Draw a line that runs across, at least ``least`` cells to either side."""
    normals = np.broadcast_to(np.array((0, 1), np.float32), way.shape)
    reach = _widths(eyes, lab, way, normals, closed=False)
    if least is not None:
        reach = np.maximum(reach, least[:, None])
    outline = np.concatenate([way - normals * reach[:, :1], (way + normals * reach[:, 1:])[::-1]])
    cv2.fillPoly(area, [np.rint(outline * 16).astype(np.int32)], (1,), shift=4)


def _add_pads(eyes: EyeArea, area: NDArray[np.uint8], rim: F32, inward: int) -> None:
    """Add what stands out from the side of the nose and hangs together with a rim."""
    edge = float((rim[:, 0] * inward).max()) * inward
    rows, columns = np.mgrid[: area.shape[0], : area.shape[1]]
    aside = (columns - edge) * inward / FACE_CELLS
    below = (rows - eyes.eye_row) / FACE_CELLS
    zone = (aside > PAD_COLUMNS[0]) & (aside < PAD_COLUMNS[1]) & (below > PAD_ROWS[0]) & (below < PAD_ROWS[1])
    zone &= cv2.erode(eyes.lids.astype(np.uint8), disc(PAD_EYE * FACE_CELLS)) == 0
    seen = ((eyes.lines > PAD_SEEN) & zone).astype(np.uint8)
    _join(area, cv2.dilate(seen, disc(PAD_MARGIN * FACE_CELLS)) & zone)


def _add_shadows(eyes: EyeArea, area: NDArray[np.uint8], rims: tuple[F32, F32]) -> None:
    """Add what hinges and temples shade of the cheekbones behind the lenses, if the skin has no lines of its own."""
    rows, columns = np.mgrid[: area.shape[0], : area.shape[1]]
    below = (rows - eyes.eye_row) / FACE_CELLS
    left, right = (float(eyes.points[corner, 0]) for corner in (mesh.LEFT_EYE_OUTER, mesh.RIGHT_EYE_OUTER))
    aside = np.maximum(left - columns, columns - right) / FACE_CELLS
    away = cv2.distanceTransform((area == 0).astype(np.uint8), cv2.DIST_L2, 3) / FACE_CELLS
    shaded = (eyes.shades > SHADE_SEEN) & (eyes.bare > 0)
    cheeks = (eyes.bare > 0) & (away > MARGIN) & (aside > CHEEK_ASIDE) & (aside < SHADE_ASIDE)
    cheeks &= (below > CHEEK_ROWS[0]) & (below < CHEEK_ROWS[1])
    if not cheeks.any() or float(shaded[cheeks].mean()) > SHADE_PLAIN:
        return
    behind = np.zeros_like(area)
    cv2.fillPoly(behind, [np.rint(rim * 16).astype(np.int32) for rim in rims], (1,), shift=4)
    zone = shaded & (behind > 0) & (aside > SHADE_ASIDE) & (below > SHADE_ABOVE) & (away < SHADE_AWAY)
    _join(area, cv2.dilate(zone.astype(np.uint8), disc(MARGIN * FACE_CELLS)) & (eyes.bare > 0) & behind)


def _join(area: NDArray[np.uint8], seen: NDArray[np.uint8]) -> None:
    """Add to an area what of another mask hangs together with it."""
    _, labels = cv2.connectedComponents(np.asarray((seen > 0) | (area > 0), np.uint8))
    joined = np.unique(labels[area > 0])
    area |= (np.isin(labels, joined) & (seen > 0)).astype(np.uint8)


def _draw_ring(area: NDArray[np.uint8], path: F32, normals: F32, reach: F32) -> None:
    inner, outer = path - normals * reach[:, :1], path + normals * reach[:, 1:]
    ring = np.zeros_like(area)
    cv2.fillPoly(ring, [np.rint(outer * 16).astype(np.int32)], (1,), shift=4)
    cv2.fillPoly(ring, [np.rint(inner * 16).astype(np.int32)], (0,), shift=4)
    area |= ring


def _along(strip: F32, sigma: float, *, closed: bool) -> F32:
    """Smooth a strip ``(N, k, 3)`` along its line."""
    pad = min(8, len(strip))
    wide = np.concatenate([strip[-pad:], strip, strip[:pad]]) if closed else strip
    smooth = cv2.GaussianBlur(wide, (1, 0), sigmaX=0.01, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth[pad:-pad] if closed else smooth, np.float32)


def _smooth_ring(values: F32, sigma: float) -> F32:
    return _along(values.astype(np.float32)[:, None, None].repeat(3, axis=2), sigma, closed=True)[:, 0, 0]
