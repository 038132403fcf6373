"""The upright working canvas: the part of a photo around one head, with the roll of the head taken out.

It is cut from the photo once, at the photo's own resolution (coarser when the head is very large, never finer).
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image

from idphoto import mesh
from idphoto.arrays import F64, Landmarks, Mask, Rgb

MAX_HEAD_HEIGHT = 800
"""Crown to chin on the canvas, px at most: 1.7 times the 472 px of a 40 mm head at 300 dpi, the largest in print."""

SIDE_EXTENT, ABOVE_CROWN, BELOW_CHIN = 1.4, 0.7, 1.6
"""How far the canvas reaches from the face midline, the crown and the chin, in head heights: the widest specification
(51 x 51 mm, head half the height) needs 1.0, 0.2 and 0.8, and hair, garments and a turn of the head want room."""

HEAD_TO_FACE = 1.33
"""Head height (crown to chin) over the mesh's face height: the mesh ends near the hair line, a quarter of the head
below the crown (Farkas, Anthropometry of the Head and Face, 1994)."""

LEVEL_ENOUGH = 0.3
"""A roll of less, in degrees, stays: it is within the error of the landmarks, and the pixels stay untouched."""


@dataclass(frozen=True, eq=False)
class Upright:
    """A canvas cut from a photo.

    Attributes
    ----------
    rgb
        ``(H, W, 3)`` uint8; where the photo does not reach, its border pixels are repeated.
    covered
        ``(H, W)`` bool; where the photo reaches.
    landmarks
        ``(478, 3)`` float32, px of the canvas.
    roll
        Degrees that were taken out; positive when the viewer's right eye stood lower.
    scale
        Canvas px for one px of the photo, at most 1.
    """

    rgb: Rgb
    covered: Mask
    landmarks: Landmarks
    roll: float
    scale: float


def guess_head_height(landmarks: Landmarks) -> float:
    """Crown to chin in px as the face alone tells it, along the face's own axis; hair may stand higher."""
    face = landmarks[mesh.CHIN, :2] - landmarks[mesh.FOREHEAD_TOP, :2]
    return HEAD_TO_FACE * float(np.hypot(*face))


def midline_x(landmarks: Landmarks) -> float:
    """X of the middle of an upright face, px: between forehead and chin, which a turn of the head moves least."""
    return float(landmarks[[mesh.FOREHEAD_TOP, mesh.CHIN], 0].mean())


def eye_roll(landmarks: Landmarks) -> float:
    """Angle of the line through the eyes, degrees; positive when the viewer's right eye is lower."""
    left, right = mesh.eye_centres(landmarks)
    across, down = right - left
    return math.degrees(math.atan2(down, across))


def cut_upright(rgb: Rgb, landmarks: Landmarks) -> Upright:
    """Cut the canvas of one head from a photo.

    A photo with a head that is too large is shrunk first, with a filter of the reduction's width, so that fine hair
    does not alias; the turn that follows is the only other resampling, and is left out where the head is level.

    Parameters
    ----------
    rgb
        ``(h, w, 3)`` uint8, the photo.
    landmarks
        ``(478, 3)`` float32, px of the photo.
    """
    scale = min(1.0, MAX_HEAD_HEIGHT / guess_head_height(landmarks))
    points = landmarks.astype(np.float64)
    if scale < 1:
        width, height = (max(1, round(n * scale)) for n in rgb.shape[1::-1])
        rgb = np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0))
        points *= scale
        points[:, :2] += (scale - 1) / 2  # centres of pixels, not their corners, are whole numbers

    roll = eye_roll(landmarks)
    if abs(roll) < LEVEL_ENOUGH:
        roll = 0.0
    turn = _turn(roll)
    points[:, :2] = points[:, :2] @ turn.T
    start, width, height = _extent(rgb.shape[1], rgb.shape[0], points, turn)
    canvas, covered = _sample(rgb, turn, start, width, height)
    points[:, :2] -= start
    return Upright(canvas, covered, points.astype(np.float32), roll, scale)


def _turn(roll: float) -> F64:
    """Matrix that takes a photo's point to the same point with ``roll`` degrees taken out."""
    c, s = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    return np.array([(c, s), (-s, c)])


def _extent(width: int, height: int, points: F64, turn: F64) -> tuple[F64, int, int]:
    """First pixel ``(x, y)``, width and height of the canvas, in turned coordinates."""
    head = guess_head_height(points.astype(np.float32))
    middle, chin = midline_x(points.astype(np.float32)), points[mesh.CHIN, 1]
    corners = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)]) @ turn.T
    wanted_start = (middle - SIDE_EXTENT * head, chin - (1 + ABOVE_CROWN) * head)
    wanted_end = (middle + SIDE_EXTENT * head, chin + BELOW_CHIN * head)
    start = np.floor(np.maximum(wanted_start, corners.min(axis=0)))
    end = np.ceil(np.minimum(wanted_end, corners.max(axis=0)))
    columns, rows = np.maximum(end - start + 1, 1).astype(int)
    return start, int(columns), int(rows)


def _sample(rgb: Rgb, turn: F64, start: F64, width: int, height: int) -> tuple[Rgb, Mask]:
    """Read the canvas whose first pixel is ``start`` in turned coordinates, and where the photo covers it."""
    back = turn.T
    first = back @ start
    if np.array_equal(turn, np.eye(2)):
        left, top = (int(v) for v in first)
        return rgb[top : top + height, left : left + width].copy(), np.ones((height, width), bool)
    # Pillow maps corners of pixels to corners, so that half a pixel goes in and out.
    corner = first + 0.5 - back @ (0.5, 0.5)
    matrix = (back[0, 0], back[0, 1], corner[0], back[1, 0], back[1, 1], corner[1])
    canvas = _transform(Image.fromarray(rgb), width, height, matrix)

    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    source_x = np.float32(back[0, 0]) * x + (np.float32(back[0, 1]) * y + np.float32(first[0]))
    source_y = np.float32(back[1, 0]) * x + (np.float32(back[1, 1]) * y + np.float32(first[1]))
    rows, columns = rgb.shape[:2]
    covered = (source_x > -0.49) & (source_x < columns - 0.51) & (source_y > -0.49) & (source_y < rows - 0.51)
    beyond = ~covered
    nearest_x = np.clip(np.rint(source_x[beyond]), 0, columns - 1).astype(np.intp)
    nearest_y = np.clip(np.rint(source_y[beyond]), 0, rows - 1).astype(np.intp)
    canvas[beyond] = rgb[nearest_y, nearest_x]
    return canvas, covered


def _transform(image: Image.Image, width: int, height: int, matrix: tuple[float, ...]) -> Rgb:
    """Resample in two strips at once: Pillow works outside Python's lock, and this is the slowest step of the cut."""
    a, b, c, d, e, f = matrix

    def strip(top: int, bottom: int) -> Image.Image:
        moved = (a, b, b * top + c, d, e, e * top + f)
        return image.transform((width, bottom - top), Image.Transform.AFFINE, moved, Image.Resampling.BICUBIC)

    edges = (0, height // 2, height)
    with ThreadPoolExecutor(2) as pool:
        return np.concatenate([np.asarray(part) for part in pool.map(strip, edges[:-1], edges[1:])])
