"""Closing a mouth in layers: the lips slide over what is between them, which a single warp would smear.

The upper lip with the skin below the nose comes down a little, the lower lip with the skin above the chin comes up, and
between them, as long as they do not meet, the teeth stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.warp import Field

UPPER_SHARE: Final = 0.3
"""Part of the gap that the upper lip closes; the rest is the lower lip's, which follows the jaw."""
OUTER_SHARE: Final = 0.45, 0.8
"""What the outer edge of the upper and of the lower lip follows of the shift of the inner one."""
OVERLAP: Final = 0.02
"""How far each lip reaches over what the mesh takes for its edge, in widths of the mouth, so that no rim of the teeth
is left on it."""
SEAM: Final = 0.016, 0.3
"""Half width (sigma), in widths of the mouth, and depth of the shadow where the lips meet."""
SPREAD: Final = 0.05
"""Sigma over which the shift of the skin beyond the lips is evened along the mouth, in widths of the mouth."""
MARGIN: Final = 0.35
"""How far beside the mouth the skin follows, in widths of the mouth."""

_UPPER_INNER: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
_LOWER_INNER: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_UPPER_OUTER: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
_LOWER_OUTER: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
_NOSE_BASE: Final = 2
_SAMPLES: Final = 256


@dataclass(frozen=True, eq=False)
class _Mouth:
    """A mouth in its own frame: u along the line of its inner corners, v below it, both in widths of the mouth."""

    origin: F32
    axes: F32
    width: float
    u: F32
    upper: F32
    lower: F32
    upper_outer: F32
    lower_outer: F32
    nose: float
    chin: float

    @property
    def gap(self) -> F32:
        """Height of the opening over :attr:`u`."""
        return np.asarray(np.maximum(self.lower - self.upper, 0))

    def edges(self, part: np.float32) -> tuple[F32, F32]:
        """Return the rims of the upper and of the lower lip over :attr:`u` when so much of the gap is closed."""
        closed = self.gap * part
        upper = self.upper + closed * np.float32(UPPER_SHARE)
        return upper, np.asarray(self.lower - closed * np.float32(1 - UPPER_SHARE))


def close_lips(portrait: Portrait, part: float) -> Portrait:
    """Return the portrait with the mouth closed by a part (0..1) of its opening; landmarks and chin are carried along.

    Parameters
    ----------
    portrait
        Upright, its mouth no wider open than in a smile.
    part
        Of the gap; 1 closes it.
    """
    mouth = _measure(portrait.landmarks)
    if part == 0 or not mouth.gap.any():
        return portrait
    box = _box(portrait, mouth)
    left, top, right, bottom = box
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    frame = (np.dstack([x, y]) - mouth.origin) @ (mouth.axes.T / mouth.width)
    u, v = np.ascontiguousarray(frame[..., 0]), np.ascontiguousarray(frame[..., 1])
    down, up, upper_edge, lower_edge = _shifts(mouth, u, v, np.float32(part))
    upper, lower = _layer(box, -down, mouth), _layer(box, up, mouth)
    colours = portrait.rgb[top:bottom, left:right]
    feather = np.float32(1.2 / mouth.width)
    is_upper = np.clip((upper_edge - v) / feather + 0.5, 0, 1)[..., None]
    is_lower = np.clip((v - lower_edge) / feather + 0.5, 0, 1)[..., None]
    result = colours * (1 - is_lower) + _sample(portrait, lower) * is_lower
    result = result * (1 - is_upper) + _sample(portrait, upper) * is_upper
    result *= 1 - _seam(mouth, u, v, (upper_edge + lower_edge) * np.float32(0.5), np.float32(part))[..., None]
    still = (down == 0) & (up == 0)
    rgb = portrait.rgb.copy()
    rgb[top:bottom, left:right] = np.where(still[..., None], colours, np.clip(np.rint(result), 0, 255).astype(np.uint8))
    return replace(portrait, rgb=rgb, landmarks=_carried(portrait.landmarks, mouth, upper, lower, part))


def _measure(landmarks: Landmarks) -> _Mouth:
    points = landmarks[:, :2]
    first, last = points[78], points[308]
    width = float(np.hypot(*(last - first)))
    along = (last - first) / width
    axes = np.stack([along, (-along[1], along[0])]).astype(np.float32)
    u = np.linspace(-MARGIN, 1 + MARGIN, _SAMPLES, dtype=np.float32)

    def curve(ring: tuple[int, ...]) -> F32:
        local = (points[list(ring)] - first) @ axes.T / width
        return _smooth(np.interp(u, np.maximum.accumulate(local[:, 0]), local[:, 1]).astype(np.float32), 0.012)

    upper, lower = curve(_UPPER_INNER), curve(_LOWER_INNER)
    inside = (u > 0) & (u < 1)
    nose, chin = ((points[index] - first) @ axes[1] / width for index in (_NOSE_BASE, mesh.CHIN))
    return _Mouth(
        origin=first,
        axes=axes,
        width=width,
        u=u,
        upper=np.where(inside, upper, 0).astype(np.float32),
        lower=np.where(inside, np.maximum(lower, upper), 0).astype(np.float32),
        upper_outer=curve(_UPPER_OUTER),
        lower_outer=curve(_LOWER_OUTER),
        nose=float(nose),
        chin=float(chin),
    )


def _smooth(values: F32, sigma: float) -> F32:
    step = (1 + 2 * MARGIN) / (_SAMPLES - 1)
    return np.asarray(cv2.GaussianBlur(values[None], (0, 0), sigma / step, borderType=cv2.BORDER_REPLICATE)[0])


def _box(portrait: Portrait, mouth: _Mouth) -> tuple[int, int, int, int]:
    corners = np.array([(u, v) for u in (-MARGIN, 1 + MARGIN) for v in (mouth.nose, mouth.chin)], np.float32)
    places = corners * mouth.width @ mouth.axes + mouth.origin
    left, top = np.maximum(np.floor(places.min(axis=0)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(places.max(axis=0)) + 1, (portrait.width, portrait.height)).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _shifts(mouth: _Mouth, u: F32, v: F32, part: np.float32) -> tuple[F32, F32, F32, F32]:
    """Return how far the upper layer came down and the lower one up at each place, and where their edges are now."""

    def at(values: F32) -> F32:
        place = (u + np.float32(MARGIN)) * np.float32((_SAMPLES - 1) / (1 + 2 * MARGIN))
        rows = np.zeros_like(place)
        return np.asarray(cv2.remap(values[None], place, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))

    gap = mouth.gap
    # Where the mouth is hardly open, near its corners, the lips reach over less.
    over = np.minimum(np.float32(OVERLAP), gap * np.float32(0.35))
    drop, rise = (gap * UPPER_SHARE + over) * part, (gap * (1 - UPPER_SHARE) + over) * part
    upper_edge, lower_edge = mouth.edges(part)
    # The lips themselves, thin over the teeth, grow full again: their outer edge moves less than the inner one.
    outer, edge = at(mouth.upper_outer), at(upper_edge)
    outer = np.minimum(outer, edge - np.float32(0.02))
    lip, skin = _part(v, outer, edge), smoothstep(_part(v, np.full_like(v, mouth.nose), outer), 0, 1)
    down = _eased(at(drop), at(_smooth(drop, SPREAD)), np.float32(OUTER_SHARE[0]), lip) * skin
    outer, edge = at(mouth.lower_outer - rise * np.float32(OUTER_SHARE[1])), at(lower_edge)
    outer = np.maximum(outer, edge + np.float32(0.02))
    lip, skin = _part(v, outer, edge), 1 - smoothstep(_part(v, outer, np.full_like(v, mouth.chin)), 0, 1)
    up = _eased(at(rise), at(_smooth(rise, SPREAD)), np.float32(OUTER_SHARE[1]), lip) * skin
    return down.astype(np.float32), up.astype(np.float32), at(upper_edge), edge


def _eased(inner: F32, beyond: F32, share: np.float32, lip: F32) -> F32:
    """Return the shift across a lip: ``inner`` at its inner edge (``lip`` 1), a share of ``beyond`` at its outer."""
    return np.asarray(beyond * share + (inner - beyond * share) * smoothstep(lip, -0.4, 1.0))


def _part(value: F32, low: F32, high: F32) -> F32:
    span = high - low
    return np.asarray((value - low) / np.where(np.abs(span) < 0.02, np.copysign(0.02, span), span), np.float32)


def _layer(box: tuple[int, int, int, int], below: F32, mouth: _Mouth) -> Field:
    """Return the field of a layer that shows places so much further down in the portrait, in widths of the mouth."""
    return Field(box[0], box[1], below[..., None] * (mouth.axes[1] * np.float32(mouth.width)))


def _sample(portrait: Portrait, field: Field) -> F32:
    height, width = field.shift.shape[:2]
    y, x = np.mgrid[field.top : field.top + height, field.left : field.left + width].astype(np.float32)
    x += field.shift[..., 0]
    y += field.shift[..., 1]
    sampled = cv2.remap(portrait.rgb, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.float32)


def _seam(mouth: _Mouth, u: F32, v: F32, middle: F32, part: np.float32) -> F32:
    """Return the shadow where the lips meet, 0..1: none where they did before."""
    sigma, depth = SEAM
    place = (u + np.float32(MARGIN)) * np.float32((_SAMPLES - 1) / (1 + 2 * MARGIN))
    opened = np.clip(mouth.gap / np.float32(0.04), 0, 1)
    opened = cv2.remap(opened[None], place, np.zeros_like(place), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    away = (v - middle) / np.float32(sigma)
    return np.asarray(np.exp(-away * away) * opened * np.float32(depth) * part**4, np.float32)


def _carried(landmarks: Landmarks, mouth: _Mouth, upper: Field, lower: Field, part: float) -> Landmarks:
    """Return the landmarks, each moved with the layer that it lies on."""
    local = (landmarks[:, :2] - mouth.origin) @ (mouth.axes.T / mouth.width)
    middle = np.interp(local[:, 0], mouth.u, (mouth.upper + mouth.lower) / 2)
    is_lower = local[:, 1] > middle
    is_lower[list(_UPPER_INNER)], is_lower[list(_LOWER_INNER)] = False, True
    places = np.where(is_lower[:, None], lower.carry(landmarks[:, :2]), upper.carry(landmarks[:, :2]))
    # What a lip reached over is hidden: the points of its rim are where it ends now.
    local = (places - mouth.origin) @ (mouth.axes.T / mouth.width)
    for ring, edge in zip((_UPPER_INNER, _LOWER_INNER), mouth.edges(np.float32(part)), strict=True):
        local[list(ring[1:-1]), 1] = np.interp(local[list(ring[1:-1]), 0], mouth.u, edge)
    moved = landmarks.copy()
    moved[:, :2] = (local * mouth.width) @ mouth.axes + mouth.origin
    still = np.all(places == landmarks[:, :2], axis=1)
    moved[still] = landmarks[still]
    return moved
