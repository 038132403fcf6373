"""The rims of glasses: dark lines that run around both eyes where a bare face has none.

Around each eye the darkest closed line is found by dynamic programming in polar coordinates. A pair of glasses is one
whose lines go on below both eyes, where there is neither brow nor lash nor hair to take for a rim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Matte, Rgb
from idphoto.raster import smoothstep
from idphoto.shapes import blur, face_width

RIM_WIDEST: Final = 0.055
"""Widest rim that is told from a shadow, in face widths."""
RADII: Final = (0.115, 0.37)
"""Least and largest distance of a rim from the middle of its eye, in face widths."""
EYE_BELOW: Final = 0.03
"""The middle of a glass lies lower than the eye's, in face widths."""
CONTRAST: Final = (0.05, 0.16)
"""How much darker than the skin beside it a rim is, as a share of the skin's own lightness."""
LOWER_ARC: Final = (25.0, 155.0)
"""Directions below the eye in which only glasses make a line, degrees clockwise from the viewer's right."""
COVERED: Final = (0.78, 0.9)
"""Share of the lower arc along which there is a line, on the eye with less of it, between which glasses set in.
Twenty-one bare faces measured 0.72 or less, the one with glasses 0.95."""
REACH: Final = 0.016
"""How far from the line the rim's own pixels are, in face widths."""

_ANGLES: Final = 120
_STEPS: Final = 56
_BEND: Final = 2
"""Most that a line may move between two directions, in steps of its radius."""


@dataclass(frozen=True, eq=False)
class _Window:
    """The part of the picture about the eyes: its corner, and the dark lines in it, 0..1."""

    left: int
    top: int
    lines: F32
    unit: float


def find_glasses(rgb: Rgb, landmarks: Landmarks) -> Matte:
    """Find rims, bridge and temples.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8.
    landmarks
        ``(478, 3)`` float32, px.

    Returns
    -------
    Matte
        ``(H, W)`` float32 in 0..1; 0 everywhere on a face without glasses.
    """
    mask = np.zeros(rgb.shape[:2], np.float32)
    window = _window(rgb, landmarks)
    if window is None:
        return mask
    shift = np.array((-window.left, EYE_BELOW * window.unit - window.top), np.float32)
    centres = [np.asarray(centre + shift, np.float32) for centre in mesh.eye_centres(landmarks)]
    paths, shares = zip(*(_trace(window, centre) for centre in centres), strict=True)
    presence = float(smoothstep(np.array([min(shares)], np.float32), *COVERED)[0])
    if presence == 0:
        return mask
    near = _near(window, centres, paths)
    height, width = window.lines.shape
    mask[window.top : window.top + height, window.left : window.left + width] = window.lines * near * presence
    return mask


def _window(rgb: Rgb, landmarks: Landmarks) -> _Window | None:
    unit = face_width(landmarks)
    points = landmarks[[mesh.LEFT_CHEEK_EDGE, mesh.RIGHT_CHEEK_EDGE, *mesh.LEFT_EYE, *mesh.RIGHT_EYE], :2]
    (left_x, top_y), (right_x, bottom_y) = points.min(axis=0), points.max(axis=0)
    low = np.floor((left_x - 0.05 * unit, top_y - 0.33 * unit)).astype(int)
    high = np.ceil((right_x + 0.05 * unit, bottom_y + 0.36 * unit)).astype(int)
    left, top = np.maximum(low, 0)
    right, bottom = np.minimum(high, (rgb.shape[1], rgb.shape[0]))
    if right - left < 0.5 * unit or bottom - top < 0.3 * unit:
        return None
    light = cv2.cvtColor(np.ascontiguousarray(rgb[top:bottom, left:right]), cv2.COLOR_RGB2GRAY).astype(np.float32)
    light = blur(light, 0.003 * unit)
    side = 2 * max(1, round(RIM_WIDEST * unit / 2)) + 1
    closed = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    lines = smoothstep((closed - light) / np.maximum(closed, 24), *CONTRAST)
    return _Window(int(left), int(top), lines, unit)


def _trace(window: _Window, centre: F32) -> tuple[F32, float]:
    """Return the radius of the darkest closed line in each direction, px, and how much of the lower arc it covers."""
    angles = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False, dtype=np.float32)
    radii = np.linspace(*RADII, _STEPS, dtype=np.float32) * np.float32(window.unit)
    x = centre[0] + np.cos(angles)[:, None] * radii
    y = centre[1] + np.sin(angles)[:, None] * radii
    polar = cv2.remap(window.lines, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    path = _best_cycle(polar)
    along = polar[np.arange(_ANGLES), path]
    degrees = np.degrees(angles)
    lower = (degrees >= LOWER_ARC[0]) & (degrees <= LOWER_ARC[1])
    return radii[path], float((along[lower] > 0.3).mean())


def _best_cycle(polar: F32) -> NDArray[np.intp]:
    """Return the closed path with the largest sum: the index of its radius in each direction."""
    n, steps = polar.shape
    total = np.zeros(steps, np.float32)
    back = np.zeros((2 * n, steps), np.intp)
    offsets = np.arange(-_BEND, _BEND + 1)
    penalty = 0.04 * np.abs(offsets)[:, None]
    places = np.clip(np.arange(steps)[None] + offsets[:, None], 0, steps - 1)
    # Twice around, so that the end of the first round is the start of the second.
    for step in range(2 * n):
        candidates = total[places] - penalty
        best = candidates.argmax(axis=0)
        back[step] = places[best, np.arange(steps)]
        total = candidates[best, np.arange(steps)] + polar[step % n]
    path = np.empty(2 * n, np.intp)
    path[-1] = int(total.argmax())
    for step in range(2 * n - 1, 0, -1):
        path[step - 1] = back[step, path[step]]
    middle = path[n // 2 : n // 2 + n]
    return np.roll(middle, n // 2)


def _near(window: _Window, centres: list[F32], paths: tuple[F32, ...]) -> F32:
    """How close a pixel is to where rims, bridge and temples run, 0..1."""
    height, width = window.lines.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    near = np.zeros((height, width), np.float32)
    for centre, path in zip(centres, paths, strict=True):
        x, y = columns - np.float32(centre[0]), rows - np.float32(centre[1])
        angle = np.arctan2(y, x) / np.float32(2 * np.pi) * _ANGLES
        radius = np.interp(angle.ravel(), np.arange(_ANGLES), path, period=_ANGLES).reshape(height, width)
        apart = (np.hypot(x, y) - radius) / (REACH * window.unit)
        near = np.maximum(near, np.exp(-(apart**4)))
    (left, left_y), (right, right_y) = centres
    upper = min(left_y, right_y) - 0.14 * window.unit
    # The rims face each other across the nose, and run on to the ears on either side.
    inner_left, inner_right = left + paths[0][0], right - paths[1][_ANGLES // 2]
    outer_left, outer_right = left - paths[0][_ANGLES // 2], right + paths[1][0]
    band = (rows > upper) & (rows < (left_y + right_y) / 2 + 0.02 * window.unit)
    bridge = (columns > inner_left - REACH * window.unit) & (columns < inner_right + REACH * window.unit)
    temples = (columns < outer_left) | (columns > outer_right)
    return np.asarray(np.maximum(near, (band & (bridge | temples)).astype(np.float32)), np.float32)
