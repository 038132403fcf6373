"""Where the person is, coarsely: a salient-object network that sees hair, corrected by one that knows persons.

U-2-Net (Qin et al. 2020) draws fine contours, but of whatever stands out: it fades white clothes on a white wall and
keeps what lies beside the sitter. The selfie segmentation network knows a person's body, but not its outline. The first
decides the outline, the second what belongs to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idphoto import mesh
from idphoto.arrays import F32, Landmarks, Matte, Rgb
from idphoto.models import Models
from idphoto.raster import box_mean, dilate, grow, repeat_cells, smoothstep, to_cells
from idphoto.upright import guess_head_height, midline_x

OUTLINE_VIEW = (1.3, 0.6, 1.4)
"""What U-2-Net is shown, in head heights beside the midline, above the crown and below the chin: as tight as shoulders
allow, for its 320 px are all that resolve hair, and a tighter view loses the body (compared on 22 portraits)."""

PRIOR_VIEWS = ((1.6, 0.9, 2.0), (1.2, 0.5, 1.2))
"""What the person network is shown; each also mirrored. The mean of the four has fewer blots than any one of them."""

FADED_BORDER = 5
"""So many px at the border of a network's map are not used."""

OUTLINE_SIDE = 320
_PRIOR_SIDE = 256
_IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_IMAGENET_SD = np.array([0.229, 0.224, 0.225], np.float32)

PRIOR_SURE, PRIOR_CORE, PRIOR_AWARE = 0.9, 0.85, 0.5
MISSED_WIDTH = 0.07
"""A part that only the prior sees is believed from this width, in head heights: less is the prior's own blur."""
DENT_REACH, DENT_SURROUNDED = 0.05, (0.85, 0.92)
"""Within this radius, in head heights, so much person around a cell makes it person, at all and fully."""
STRAY_DISTANCE = 0.2
"""What U-2-Net sees farther than this, in head heights, from all that the prior sees is not the person's."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """What U-2-Net sees of a picture.

    Attributes
    ----------
    box
        Left, top, right, bottom of the part that it is shown, px of the picture.
    view
        ``(320, 320, 3)`` uint8, that part as it is shown.
    saliency
        ``(320, 320)`` float32, the network's map, 0..1.
    taps
        ``(1, C, h, w)`` uint8 each, values of its inner layers in the order of its outputs.
    """

    box: tuple[int, int, int, int]
    view: Rgb
    saliency: F32
    taps: tuple[NDArray[np.uint8], ...]


def look(rgb: Rgb, landmarks: Landmarks, models: Models) -> Outlook:
    """Show a person to U-2-Net, once for all that reads it.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8; the head upright.
    landmarks
        ``(478, 3)`` float32, px.
    models
        Runs ``u2net``.
    """
    box = _view(rgb, landmarks, OUTLINE_VIEW)
    image = Image.fromarray(rgb)
    view = image.resize((OUTLINE_SIDE, OUTLINE_SIDE), Image.Resampling.LANCZOS, box, reducing_gap=1.5)
    shown = np.asarray(view)
    pixels = shown.astype(np.float32)
    pixels = (pixels / max(float(pixels.max()), 1.0) - _IMAGENET_MEAN) / _IMAGENET_SD
    saliency, *taps = models.run("u2net", np.ascontiguousarray(pixels.transpose(2, 0, 1)[None]))
    field = saliency[0, 0]
    lowest, highest = float(field.min()), float(field.max())
    return Outlook(box, shown, (field - lowest) / max(highest - lowest, 1e-6), tuple(taps))


def segment_person(rgb: Rgb, landmarks: Landmarks, models: Models, cell: int, outlook: Outlook) -> Matte:
    """Estimate the person's opacity in cells of ``cell`` px.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8; the head upright.
    landmarks
        ``(478, 3)`` float32, px.
    models
        Runs ``person_prior``.
    cell
        Side of a cell, px.
    outlook
        What :func:`look` returns for the same picture.

    Returns
    -------
    Matte
        ``(ceil(H / cell), ceil(W / cell))`` float32, 0..1; smooth edges, no strands.
    """
    height, width = -(-rgb.shape[0] // cell), -(-rgb.shape[1] // cell)
    outline, shown = _outline(rgb, landmarks, outlook, cell, width, height)
    prior = _prior(rgb, landmarks, models, cell, width, height)
    head = guess_head_height(landmarks) / cell
    return _fuse(outline, shown, prior, head, landmarks / np.float32(cell))


def _fuse(outline: F32, shown: F32, prior: F32, head: float, landmarks: Landmarks) -> Matte:
    matte = outline * shown + prior * (1 - shown)

    # Parts that the outline lacks: believe the prior there and a little around.
    radius = max(1, round(MISSED_WIDTH * head / 2))
    missed = box_mean(((prior > PRIOR_SURE) & (matte < 0.5)).astype(np.float32), radius) > 0.99
    if missed.any():
        around = smoothstep(box_mean(missed.astype(np.float32), 3 * radius), 0, 0.08)
        matte = matte + around * (np.maximum(matte, prior) - matte)

    # No hole where the prior is sure with a margin.
    core = smoothstep(-box_mean((prior < PRIOR_CORE).astype(np.float32), max(1, radius // 2)), -0.02, 0)
    matte = np.maximum(matte, core)
    # Nor a dent that the person surrounds: a badge, a button, a reflection.
    around = box_mean(matte, max(1, round(DENT_REACH * head)))
    matte = np.maximum(matte, np.where(prior > PRIOR_AWARE, smoothstep(around, *DENT_SURROUNDED), 0))

    matte = np.where(dilate(prior > PRIOR_AWARE, STRAY_DISTANCE * head), matte, np.float32(0))
    return np.asarray(matte * _joined_to_face(matte, head, landmarks), np.float32)


def _joined_to_face(matte: F32, head: float, landmarks: Landmarks) -> F32:
    """1 where the matte is connected to the face, 0 on islands; grown out from the face over a grid of 1/40 head."""
    size = max(1, round(head / 40))
    open_ground = dilate(to_cells(matte, size) > 0.3, 1)
    reached = np.zeros_like(open_ground)
    h, w = reached.shape
    x, y = (landmarks[:, :2].mean(axis=0) / size).astype(int)
    reached[min(max(y, 0), h - 1), min(max(x, 0), w - 1)] = True
    open_ground |= reached
    return repeat_cells(dilate(grow(reached, open_ground), 2), size, matte.shape).astype(np.float32)


def _view(rgb: Rgb, landmarks: Landmarks, extent: tuple[float, float, float]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the part of a picture to show to a network, px."""
    side, above, below = extent
    head, middle, chin = guess_head_height(landmarks), midline_x(landmarks), float(landmarks[mesh.CHIN, 1])
    height, width = rgb.shape[:2]
    slack = int(0.05 * head)  # a strip too narrow to show anything is shown with the rest
    left, top = (max(0, int(v)) for v in (middle - side * head, chin - (1 + above) * head))
    right, bottom = min(width, int(middle + side * head)), min(height, int(chin + below * head))
    left, top = (0 if v <= slack else v for v in (left, top))
    right, bottom = (end if v >= end - slack else v for v, end in ((right, width), (bottom, height)))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _outline(rgb: Rgb, landmarks: Landmarks, outlook: Outlook, cell: int, width: int, height: int) -> tuple[F32, F32]:
    """U-2-Net's map in cells, and how far each cell lies within its view (1, falling to 0 at inner edges)."""
    inside = np.ones((rgb.shape[0], rgb.shape[1]), np.float32)
    left, top, right, bottom = outlook.box
    inside[:top], inside[bottom:], inside[:, :left], inside[:, right:] = 0, 0, 0, 0
    feather = max(1, round(0.06 * guess_head_height(landmarks) / cell))
    shown = smoothstep(box_mean(to_cells(inside, cell), feather), 0.5, 1)
    return place(outlook.saliency, outlook.box, cell, width, height), shown


def _prior(rgb: Rgb, landmarks: Landmarks, models: Models, cell: int, width: int, height: int) -> F32:
    """Mean of the person network's maps over its views, in cells."""
    image = Image.fromarray(rgb)
    total = np.zeros((height, width), np.float32)
    views = np.zeros((height, width), np.float32)
    for extent in PRIOR_VIEWS:
        box = _view(rgb, landmarks, extent)
        view = image.resize((_PRIOR_SIDE, _PRIOR_SIDE), Image.Resampling.BILINEAR, box, reducing_gap=2.0)
        pixels = np.asarray(view, np.float32)[None] / np.float32(255)
        plain = models.run("person_prior", pixels)[0].reshape(_PRIOR_SIDE, _PRIOR_SIDE)
        mirrored = models.run("person_prior", np.ascontiguousarray(pixels[:, :, ::-1]))[0].reshape(plain.shape)
        total += place((plain + mirrored[:, ::-1]) * np.float32(0.5), box, cell, width, height)
        views += place(np.ones_like(plain), box, cell, width, height)
    return np.asarray(total / np.maximum(views, 1e-3), np.float32)


def place(square: F32, box: tuple[float, float, float, float], cell: int, width: int, height: int) -> F32:
    """Bring a network's square map to the cells of its view, ``(height, width)``; 0 outside.

    Networks fade at their picture's border, where their convolutions see padding; what lies just inside is repeated.
    """
    left, top, right, bottom = (n / cell for n in box)
    x0, x1, y0, y1 = int(left), min(width, math.ceil(right)), int(top), min(height, math.ceil(bottom))
    rows = (np.arange(y0, y1, dtype=np.float32) + 0.5 - top) / (bottom - top) * square.shape[0] - 0.5
    columns = (np.arange(x0, x1, dtype=np.float32) + 0.5 - left) / (right - left) * square.shape[1] - 0.5
    out = np.zeros((height, width), np.float32)
    last_row, last_column = square.shape[0] - 1 - FADED_BORDER, square.shape[1] - 1 - FADED_BORDER
    out[y0:y1, x0:x1] = _sample_grid(
        square, np.clip(rows, FADED_BORDER, last_row), np.clip(columns, FADED_BORDER, last_column)
    )
    return out


def _sample_grid(field: F32, rows: F32, columns: F32) -> F32:
    """Read a field linearly at a grid of fractional rows and columns within it."""
    out = field
    for axis, at in ((0, rows), (1, columns)):
        before = np.minimum(at.astype(np.intp), max(field.shape[axis] - 2, 0))
        after = np.minimum(before + 1, field.shape[axis] - 1)
        share = (at - before).reshape((-1, 1) if axis == 0 else (1, -1)).astype(np.float32)
        out = out.take(before, axis) * (1 - share) + out.take(after, axis) * share
    return np.asarray(out, np.float32)
