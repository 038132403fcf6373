"""A garment brought to a body: scaled, fitted to neck and shoulders, and lit as the photo is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32
from idphoto.garment import Garment, Layer, to_coded
from idphoto.parts import Parts
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import blur, in_channels, reduced_size, window_of
from idphoto.wearer import Wearer

EASE: Final = 1.02
"""A collar is so much wider than the neck that it rests on."""
EASE_OF_FIT: Final = 0.06
WIDTH_OF_FIT: Final = 0.04
"""What the loosest fit adds to the collar's width and to that of the body; the tightest takes as much."""
SHOULDERS: Final = 0.10
"""What the widest shoulders add to their width."""
HEIGHT_CM: Final = 1.5
"""How far up the highest setting brings the garment."""

COLLAR_CM: Final = (-7.0, -0.5)
"""Heights above the pit of the neck: below the first the neck's width does not matter, above the second it decides."""
FREE_CM: Final = 13.0
"""Beyond this from the midline the width of the neck does not matter."""

LIGHT_SHARE: Final = 0.6
"""Share of the slope of the light across the face that the cloth takes over; the rest is the shape of the face."""
SLOPE_MOST: Final = 0.5
"""Most difference of the light between the sides of a face that counts, logarithm."""
WHITE_SHARE: Final = 0.15
"""Share of a colour cast that cloth takes over: what a face tells of the light is uncertain by its own colour."""
SKIN_TINT: Final = np.array([1.36, 0.95, 0.76], np.float32)
"""Linear light of skin in white light, relative to its mean (the centre of the skin locus: Soriano et al. 2003)."""
CAST_MOST: Final = 0.25
GREY_CHROMA: Final = (2.5, 8.0)
"""Chroma of a face between which a photo is without colours and a colour photo."""


@dataclass(frozen=True)
class Fit:
    """How a garment is worn; each -1..1, 0 as it was cut."""

    looseness: float = 0.0
    shoulders: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, eq=False)
class Cloth:
    """A layer of a garment in a window of the portrait: ``(h, w, 3)`` levels 0..255 and ``(h, w)`` opacity."""

    rgb: F32
    alpha: F32


@dataclass(frozen=True, eq=False)
class Drape:
    """Brings layers of one garment to one body.

    Attributes
    ----------
    scale
        At most 1: how much the garment's picture is reduced.
    columns, lines
        ``(h, w)`` float32: where in the garment each pixel of the window lies, px of the garment.
    light
        ``(h, w, 3)`` float32: gain of the light there.
    """

    garment: Garment
    albedo: dict[str, str]
    scale: float
    columns: F32
    lines: F32
    light: F32
    colourful: float

    def put_on(self, layer: Layer) -> Cloth:
        """Return a layer as it is worn."""
        height, width = layer.gloss.shape
        alpha, rgb = np.zeros(self.lines.shape, np.float32), np.zeros((*self.lines.shape, 3), np.float32)
        here = self._seen(layer)
        if not alpha[here].size:
            return Cloth(rgb, alpha)
        (rows, top), (columns, left) = _needed(self.lines, height), _needed(self.columns, width)
        dyed = self.garment.dyed(layer.cut(rows, columns), self.albedo)
        size = reduced_size(dyed.shape, self.scale)
        if self.scale < 1:
            dyed = cv2.resize(dyed, size, interpolation=cv2.INTER_AREA)
        ratio = np.float32(size[0] / (columns.stop - left)), np.float32(size[1] / (rows.stop - top))
        half = np.float32(0.5)
        worn = cv2.remap(
            dyed,
            (self.columns[here] - left + half) * ratio[0] - half,
            (self.lines[here] - top + half) * ratio[1] - half,
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(0, 0, 0, 0),
        )
        alpha[here] = np.clip(worn[..., 3], 0, 1)
        seen = alpha[here] > 0
        gain = np.broadcast_to(self.light, rgb.shape)[here][seen]
        light = np.maximum(worn[seen][:, :3], 0) / np.maximum(alpha[here][seen], np.float32(1e-3))[:, None] * gain
        if self.colourful < 1:
            grey = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
            light = grey[..., None] + (light - grey[..., None]) * np.float32(self.colourful)
        rgb[here][seen] = to_coded(_shouldered(light))
        return Cloth(rgb, alpha)

    def _seen(self, layer: Layer) -> tuple[slice, slice]:
        """Return rows and columns of the window outside which nothing of a layer lies."""
        rows, columns = layer.filled
        reach = _MARGIN / self.scale
        near = (self.lines > rows.start - reach) & (self.lines < rows.stop + reach)
        near &= (self.columns > columns.start - reach) & (self.columns < columns.stop + reach)
        return window_of(near)


def drape(
    garment: Garment, albedo: dict[str, str], fit: Fit, portrait: Portrait, found: Parts, wearer: Wearer, rows: slice
) -> Drape:
    """Fit a garment to a body.

    Parameters
    ----------
    albedo
        Its colours, as :meth:`idphoto.garment.Garment.albedo` gives them.
    rows
        The window: these rows, all columns.
    """
    facts, anchors = garment.facts, garment.facts.anchors
    per_cm = facts.px_per_cm
    pit_x, pit_y = anchors.neck_pit
    x, z = wearer.centimetres(portrait, rows)
    z = z - np.float32(fit.height * HEIGHT_CM)
    away = np.abs(x) + 0 * z
    collar = (anchors.collar_right[0] - anchors.collar_left[0]) / 2 / per_cm
    wanted = wearer.neck_half / wearer.unit * (EASE + EASE_OF_FIT * fit.looseness)
    # Shoulders first, and the body with them; then the collar is drawn to the neck.
    width = 1 + SHOULDERS * fit.shoulders + WIDTH_OF_FIT * fit.looseness
    away = away / (1 + np.float32(width - 1) * smoothstep(away, wanted, 16.0))
    near = np.interp(away, (0, wanted, FREE_CM), (0, collar, FREE_CM)).astype(np.float32)
    share = smoothstep(z, *COLLAR_CM)
    away = away + (np.where(away < FREE_CM, near, away) - away) * share
    columns = np.sign(x) * away * np.float32(per_cm) + np.float32(pit_x)
    lines = np.float32(pit_y) - z * np.float32(per_cm) + 0 * x
    light, colourful = _light(portrait, found, wearer, x)
    return Drape(
        garment=garment,
        albedo=albedo,
        scale=min(1.0, wearer.unit / per_cm),
        columns=np.ascontiguousarray(columns, np.float32),
        lines=np.ascontiguousarray(lines, np.float32),
        light=light,
        colourful=colourful,
    )


def _needed(places: F32, length: int) -> tuple[slice, int]:
    """Return what of the garment's rows or columns is seen, and its first."""
    first = int(np.clip(float(places.min()) - _MARGIN, 0, length - 1))
    last = int(np.clip(float(places.max()) + _MARGIN + 1, first + 1, length))
    return slice(first, last), first


_MARGIN: Final = 8
"""Px beyond what is seen, for the interpolation."""


def _light(portrait: Portrait, found: Parts, wearer: Wearer, x: F32) -> tuple[F32, float]:
    """Gain of the light on the cloth ``(1, w, 3)`` by what the face shows, and how colourful the photo is, 0..1."""
    sure = found.face_skin > 0.95
    if sure.sum() < wearer.unit**2:
        return np.ones((1, x.shape[1], 3), np.float32), 1.0
    scale = min(1.0, 4 / wearer.unit)
    size = reduced_size(portrait.alpha.shape, scale)
    small = cv2.resize(portrait.rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    weight = cv2.resize(sure.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    linear = np.asarray(small**2.2, np.float32)
    places = weight > 0.9
    if not places.any():
        places = weight >= weight.max()
    skin = linear[places]
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2Lab)[places]
    chroma = float(np.median(np.hypot(lab[:, 1], lab[:, 2])))
    colourful = float(smoothstep(np.array([chroma], np.float32), *GREY_CHROMA)[0])
    across = (np.nonzero(places)[1] + 0.5) / scale - wearer.neck_x
    half_face = float(np.ptp(portrait.landmarks[[mesh.LEFT_CHEEK_EDGE, mesh.RIGHT_CHEEK_EDGE], 0])) / 2
    design = np.stack([np.ones_like(across), across / max(half_face, 1.0)], axis=1)
    brightness = np.log(skin.mean(axis=1) + 1e-3)
    slope = float(np.linalg.lstsq(design, brightness, rcond=None)[0][1])
    slope = float(np.clip(slope, -SLOPE_MOST, SLOPE_MOST)) * LIGHT_SHARE
    ramp = np.exp(np.float32(slope) * np.clip(x / np.float32(10), -1.3, 1.3))
    tint = np.median(skin, axis=0)
    cast = np.log(tint / max(float(tint.mean()), 1e-4) / SKIN_TINT + 1e-6)
    cast = np.clip(cast - cast.mean(), -CAST_MOST, CAST_MOST) * WHITE_SHARE * colourful
    return np.asarray(ramp[..., None] * np.exp(cast).astype(np.float32), np.float32), colourful


def _shouldered(light: F32) -> F32:
    """Bend what is brighter than white cloth down below clipping, as cameras do."""
    knee = np.float32(0.8)
    over = np.maximum(light - knee, 0)
    return np.asarray(np.minimum(light, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee))), np.float32)


def soften(cloth: Cloth, sigma: float) -> Cloth:
    """Blur a layer to the sharpness of the photo; ``sigma`` in px."""
    if sigma < 0.3:
        return cloth
    alpha = blur(cloth.alpha, sigma)
    rgb = blur(cloth.rgb * in_channels(cloth.alpha), sigma) / in_channels(np.maximum(alpha, np.float32(1e-3)))
    return Cloth(np.asarray(rgb, np.float32), alpha)
