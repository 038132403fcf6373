"""The body of a person as a garment needs it: its scale, its neck and the slope of its shoulders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, Mask
from idphoto.parts import Parts
from idphoto.portrait import Portrait
from idphoto.pose import estimate_pose
from idphoto.shapes import face_width

FACE_CM: Final = 14.6
"""Width of a face between the tragi, cm: the mesh's own standard face (see :mod:`idphoto.pose`) has 15.0, and a
bitragion breadth of 14.5 is the mean of men and women (ISO 7250-3)."""

PIT_CM: Final = 5.6
PIT_RANGE_CM: Final = (4.4, 6.4)
"""From the chin down to the pit of the neck: measured by the shoulders of sixteen portraits 4.6 to 6.6."""

NECK_OF_JAW: Final = 0.88
"""Width of a neck over that of the jaw at its corners: 0.85 to 0.92 on nine portraits that show both."""
NECK_RANGE_CM: Final = (4.5, 6.6)
"""Half the width of a neck: on portraits that show it 4.2 to 6.1, with a beard or hair beside it more."""
NECK_ROWS_CM: Final = (0.8, 3.4)
"""Below the chin, where a neck's width is read."""
NECK_UNEVEN: Final = 1.35
"""One side of a neck over the other, beyond which hair or a collar hides a side."""

SLOPE_CM: Final = ((8.0, 4.1), (10.0, 3.35), (12.0, 2.6), (14.0, 1.85))
"""Distance from the midline, and height of the shoulder there above the pit of the neck (over a shirt; read off eight
portraits with shoulders in view)."""


@dataclass(frozen=True)
class Wearer:
    """Measures of a body in px of its portrait.

    Attributes
    ----------
    unit
        Px per cm.
    neck_x
        Column of the neck's middle.
    neck_half
        Half the neck's width.
    pit_y
        Row of the pit of the neck.
    """

    unit: float
    neck_x: float
    neck_half: float
    pit_y: float

    def centimetres(self, portrait: Portrait, rows: slice) -> tuple[F32, F32]:
        """Return the places of a window's pixels: right of the neck's middle ``(1, W)``, above its pit ``(h, 1)``."""
        columns = np.arange(portrait.width, dtype=np.float32)[None]
        lines = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
        return (columns - np.float32(self.neck_x)) / np.float32(self.unit), (
            np.float32(self.pit_y) - lines
        ) / np.float32(self.unit)


def measure(portrait: Portrait, found: Parts) -> Wearer:
    """Measure a body.

    Parameters
    ----------
    found
        The portrait's parts.
    """
    points = portrait.landmarks
    yaw = np.deg2rad(min(abs(estimate_pose(points).yaw), 40.0))
    unit = face_width(points) / float(np.cos(yaw)) / FACE_CM
    neck_x = _neck_middle(portrait)
    sides = _neck_sides(portrait, found.body_skin > 0.5, neck_x, unit)
    jaw = float(np.ptp(points[list(mesh.JAW_CORNERS), 0])) / 2
    half, seen = float(np.clip(NECK_OF_JAW * jaw, NECK_RANGE_CM[0] * unit, NECK_RANGE_CM[1] * unit)), False
    if sides is not None:
        one, other = max(neck_x - sides[0], 1.0), max(sides[1] - neck_x, 1.0)
        seen = max(one, other) < NECK_UNEVEN * min(one, other)
        half = (one + other) / 2 if seen else min(max(one, other), half)
        half = float(np.clip(half, NECK_RANGE_CM[0] * unit, NECK_RANGE_CM[1] * unit))
        neck_x = (sides[0] + sides[1]) / 2 if seen else neck_x
    drop = _pit_by_shoulders(portrait, found, neck_x, unit)
    below = PIT_CM if drop is None else float(np.clip(drop, *PIT_RANGE_CM))
    return Wearer(unit, neck_x, half, portrait.chin_y + below * unit)


def _neck_middle(portrait: Portrait) -> float:
    """Column of the neck by the face: between the angles of the jaw, which a turned head moves least."""
    points = portrait.landmarks
    jaw = float(points[list(mesh.JAW_CORNERS), 0].mean())
    ears = float(points[[mesh.LEFT_CHEEK_EDGE, mesh.RIGHT_CHEEK_EDGE], 0].mean())
    return (jaw + ears) / 2


def _neck_sides(portrait: Portrait, skin: Mask, middle: float, unit: float) -> tuple[float, float] | None:
    """Columns between which the neck is bare, or None where it is hidden."""
    found = []
    for row in np.arange(*NECK_ROWS_CM, 0.2) * unit + portrait.chin_y:
        if row >= portrait.height:
            break
        run = _run(skin[int(row)], int(middle), max(1, round(0.15 * unit)))
        if run is not None:
            found.append(run)
    if len(found) < 4:
        return None
    left, right = np.median(found, axis=0)
    # Bare shoulders are no neck.
    return None if right - left > 2 * NECK_RANGE_CM[1] * unit else (float(left), float(right))


def _run(row: Mask, middle: int, gap: int) -> tuple[int, int] | None:
    """First and last element of the true run around the middle; gaps of up to ``gap`` are bridged."""
    places = np.flatnonzero(row)
    if not places.size:
        return None
    breaks = np.flatnonzero(np.diff(places) > gap)
    starts, ends = places[np.r_[0, breaks + 1]], places[np.r_[breaks, places.size - 1]]
    here = np.flatnonzero((starts <= middle) & (ends >= middle))
    return (int(starts[here[0]]), int(ends[here[0]])) if here.size else None


def shoulder_slope(portrait: Portrait, found: Parts, wearer: Wearer) -> float | None:
    """How much lower the viewer's right shoulder is than the left one, over the distance between them.

    None where hair hides a shoulder, or the photo shows only one.
    """
    sides = [_shoulder_rows(portrait, found, wearer.neck_x, wearer.unit, side) for side in (-1, 1)]
    common = sorted(sides[0].keys() & sides[1].keys())
    if len(common) < 2:
        return None
    slopes = [(sides[1][away] - sides[0][away]) / (2 * away * wearer.unit) for away in common]
    return float(np.median(slopes))


def _pit_by_shoulders(portrait: Portrait, found: Parts, middle: float, unit: float) -> float | None:
    """Cm from the chin to the pit of the neck by where the shoulders begin, or None where hair hides them."""
    heights = dict(SLOPE_CM)
    drops = [
        (row - portrait.chin_y) / unit + heights[away]
        for side in (-1, 1)
        for away, row in _shoulder_rows(portrait, found, middle, unit, side).items()
    ]
    return float(np.median(drops)) if len(drops) >= 2 else None


def _shoulder_rows(portrait: Portrait, found: Parts, middle: float, unit: float, side: int) -> dict[float, int]:
    """Rows in which one shoulder begins, by the distance from the midline in cm; none where hair hides it."""
    first, rows = max(int(portrait.chin_y), 0), {}
    for away, _ in SLOPE_CM:
        column = round(middle + side * away * unit)
        if not 0 <= column < portrait.width or first >= portrait.height:
            continue
        solid = np.flatnonzero(portrait.alpha[first:, column] > 127)
        # A shoulder that begins at or above the chin's row is a collar or hair that was taken for clothes.
        if not solid.size or solid[0] < 0.5 * unit:
            continue
        top = first + int(solid[0])
        inside = slice(top, min(top + max(1, round(unit)), portrait.height))
        if found.hair[inside, column].mean() < 0.3:
            rows[away] = top
    return rows
