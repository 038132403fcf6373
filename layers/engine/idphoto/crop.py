"""The crop: a photo cut to a specification with nothing changed in it, for offices that forbid every change.

The background is the one that was photographed, and the colours are the camera's. The only operation is one resampling
to the size of the photo, whose geometry is returned, so that everybody who has the source can do it again and compare.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idphoto.arrays import Landmarks, Rgb
from idphoto.errors import NotFeasibleError
from idphoto.frame import MAX_ENLARGEMENT, MAX_OFF_CENTRE, SourceTooSmallError, allowed_positions, refuse_cut_head

if TYPE_CHECKING:
    from idphoto.portrait import Portrait
    from idphoto.specs import Spec

ROLL_KEPT: Final = 3.0
"""Degrees. A head that leans less is not turned: offices take up to 5 degrees (ISO/IEC 39794-5, D.1.4.2.2), and a photo
that is not turned is cut along its own rows and columns."""

_SHIFTS: Final = np.linspace(-MAX_OFF_CENTRE, MAX_OFF_CENTRE, 7)
_SHIFT_WEIGHT: Final = 0.1
_ROUNDING: Final = 1e-3
"""Px: what a corner may seem to lie beyond the source by rounding."""

_FINEST: Final = 8
"""Points along a side of a pixel at which a turned source is read at most."""


class CropOutsideError(NotFeasibleError):
    """The source ends too near to the head for a crop that meets the specification."""

    code = "CROP_OUTSIDE"
    message = "The photo does not reach far enough around the head to be cropped to this specification unchanged."
    message_zh = "照片中人像四周空间不足，无法在不改动原图的前提下裁剪到该规格。"


@dataclass(frozen=True, eq=False)
class Cropped:
    """A photo cut out of its source.

    Attributes
    ----------
    rgb
        uint8 ``(H, W, 3)`` of exactly the specification's size.
    corners
        Where the photo's upper left, upper right, lower right and lower left corners lie in the source, px from its
        upper left corner.
    scale
        Photo px for one px of the source.
    turned
        Degrees by which the source was turned; 0 where it was cut along its rows and columns.
    head_height_px, top_gap_px, eye_y_px
        Crown to chin, upper edge to crown, and upper edge to the eye line, photo px.
    """

    rgb: Rgb
    corners: tuple[tuple[float, float], ...]
    scale: float
    turned: float
    head_height_px: float
    top_gap_px: float
    eye_y_px: float


@dataclass(frozen=True)
class _Head:
    """A head in the source after the turn: complex numbers ``x + iy``, px from the corner that the turn is around."""

    turn: complex
    crown: complex
    chin: complex
    eyes: complex

    @property
    def height(self) -> float:
        return self.chin.imag - self.crown.imag

    @property
    def centre(self) -> float:
        return (self.crown.real + self.chin.real) / 2


def crop_original(rgb: Rgb, landmarks: Landmarks, portrait: Portrait, spec: Spec) -> Cropped:
    """Cut a source to a specification.

    Parameters
    ----------
    rgb
        ``(h, w, 3)`` uint8, the source as it was decoded.
    landmarks
        ``(478, 3)`` float32, of the face in the source.
    portrait
        What was cut out of that source, before any effect: it knows where the hair ends.
    spec
        What the photo has to be. Its background is not asked for.

    Raises
    ------
    HeadCutError, SourceTooSmallError, HeadShapeError
        As for :func:`idphoto.frame.frame`.
    CropOutsideError
        The details say on which side how many px of the source are missing.
    """
    refuse_cut_head(portrait)
    head = _find_head(landmarks, portrait)
    heads, gaps, costs = allowed_positions(portrait, spec)
    large_enough = heads <= MAX_ENLARGEMENT * head.height
    if not large_enough.any():
        raise SourceTooSmallError(head_px=round(head.height), needed_px=int(np.ceil(heads.min() / MAX_ENLARGEMENT)))
    heads, gaps, costs = heads[large_enough], gaps[large_enough], costs[large_enough]

    scales = (heads / head.height)[:, None]
    widths, heights = spec.width_px / scales, spec.height_px / scales
    lefts = head.centre - widths / 2 + _SHIFTS * widths
    tops = head.crown.imag - gaps[:, None] / scales + np.zeros_like(lefts)
    beyond = _beyond(rgb, head.turn, lefts, tops, widths, heights)
    total = costs[:, None] + _SHIFT_WEIGHT * (_SHIFTS / MAX_OFF_CENTRE) ** 2
    worst = beyond.max(axis=0)
    if not (worst <= _ROUNDING).any():
        _refuse_outside(beyond, worst)
    best = np.unravel_index(np.argmin(np.where(worst <= _ROUNDING, total, np.inf)), total.shape)
    return _cut(rgb, head, spec, float(scales[best[0], 0]), complex(lefts[best], tops[best]), float(gaps[best[0]]))


def _find_head(landmarks: Landmarks, portrait: Portrait) -> _Head:
    """Carry crown, chin and eyes from the portrait back to its source.

    A portrait is its source turned, scaled and moved; the same landmarks in both tell how (least squares over complex
    numbers, whose product is a turn and a scale).
    """
    here, there = _complex(portrait.landmarks), _complex(landmarks)
    here_mean, there_mean = here.mean(), there.mean()
    offsets = here - here_mean
    factor = complex(np.vdot(offsets, there - there_mean) / np.vdot(offsets, offsets))
    turned = math.degrees(math.atan2(factor.imag, factor.real))
    turn = factor / abs(factor) if abs(turned) > ROLL_KEPT else 1 + 0j

    def carried(x: float, y: float) -> complex:
        there_too = factor * (complex(x + 0.5, y + 0.5) - here_mean) + there_mean
        return complex(there_too / turn)

    centre = portrait.centre_x
    return _Head(
        turn, carried(centre, portrait.crown_y), carried(centre, portrait.chin_y), carried(centre, portrait.eye_y)
    )


def _complex(landmarks: Landmarks) -> NDArray[np.complex128]:
    """Points from the outer corner of the first pixel."""
    return landmarks[:, 0].astype(np.float64) + 0.5 + 1j * (landmarks[:, 1].astype(np.float64) + 0.5)


def _beyond(
    rgb: Rgb,
    turn: complex,
    lefts: NDArray[np.float64],
    tops: NDArray[np.float64],
    widths: NDArray[np.float64],
    heights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How far frames reach beyond the source to the left, above, to the right and below, ``(4, N, M)``, px."""
    rows, columns = rgb.shape[:2]
    corners = np.stack(
        [
            (lefts + right * widths + 1j * (tops + low * heights)) * turn
            for right, low in ((0, 0), (1, 0), (1, 1), (0, 1))
        ]
    )
    x, y = corners.real, corners.imag
    return np.stack([(-x).max(axis=0), (-y).max(axis=0), (x - columns).max(axis=0), (y - rows).max(axis=0)])


def _refuse_outside(beyond: NDArray[np.float64], worst: NDArray[np.float64]) -> None:
    least = np.unravel_index(np.argmin(worst), worst.shape)
    missing = [float(side[least]) for side in beyond]
    side = int(np.argmax(missing))
    raise CropOutsideError(side=("left", "top", "right", "bottom")[side], missing_px=math.ceil(missing[side]))


def _cut(rgb: Rgb, head: _Head, spec: Spec, scale: float, corner: complex, gap: float) -> Cropped:
    width, height = spec.width_px / scale, spec.height_px / scale
    corners = [(corner + offset) * head.turn for offset in (0, width, complex(width, height), complex(0, height))]
    size = (spec.width_px, spec.height_px)
    if head.turn == 1:
        box = _within(rgb, corner, width, height)
        picture = Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS, box=box)
    else:
        picture = _turned(rgb, head.turn, scale, corner, size)
    return Cropped(
        rgb=np.array(picture),
        corners=tuple((point.real, point.imag) for point in corners),
        scale=scale,
        turned=math.degrees(math.atan2(head.turn.imag, head.turn.real)),
        head_height_px=head.height * scale,
        top_gap_px=gap,
        eye_y_px=gap + (head.eyes.imag - head.crown.imag) * scale,
    )


def _within(rgb: Rgb, corner: complex, width: float, height: float) -> tuple[float, float, float, float]:
    """Return the box of a frame, cleared of the rounding by which it may lie beyond the source."""
    rows, columns = rgb.shape[:2]
    left, top = max(corner.real, 0.0), max(corner.imag, 0.0)
    return left, top, min(corner.real + width, float(columns)), min(corner.imag + height, float(rows))


def _turned(rgb: Rgb, turn: complex, scale: float, corner: complex, size: tuple[int, int]) -> Image.Image:
    """Read a turned source, at several points of each pixel where it is reduced, so that nothing aliases."""
    points = min(_FINEST, max(1, math.ceil(1 / scale)))
    step = turn / (scale * points)
    start = corner * turn
    matrix = (step.real, -step.imag, start.real, step.imag, step.real, start.imag)
    fine = (size[0] * points, size[1] * points)
    read = Image.fromarray(rgb).transform(fine, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    return read.reduce(points) if points > 1 else read
