"""Faults with a known truth, drawn over a real portrait: what the check has to find, and how much of it there is.

Each function takes a picture and the mesh of its face and returns a new picture; the mesh may come from any landmarker,
so that the truth does not depend on what the check itself saw. Lengths are in parts of the eye distance.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from idphoto import mesh
from idphoto.analysis import Analysis
from idphoto.checks.aligned_face import fit_similarity
from idphoto.cielab import LINEAR_OF_LEVEL
from idphoto.decode import Photo
from PIL import Image, ImageDraw, ImageFilter

Picture = Any
"""uint8 ``(H, W, 3)``."""
Path = Any
"""Points ``(x, y)`` in px."""
_SUPER = 3


@dataclass(frozen=True)
class Axes:
    """The face's own axes: middle of the eyes, across and down as unit vectors, and the distance of the eyes in px."""

    origin: np.ndarray
    across: np.ndarray
    down: np.ndarray
    unit: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the picture point of a place in eye distances."""
        point = self.origin + (x * self.across + y * self.down) * self.unit
        return float(point[0]), float(point[1])


def axes_of(points: np.ndarray) -> Axes:
    left, right = mesh.eye_centres(points)
    unit = float(np.linalg.norm(right - left))
    across = (right - left) / unit
    return Axes((left + right) / 2, across, np.array([-across[1], across[0]]), unit)


# --- drawing


def _mask(rgb: Picture, paint: Callable[[ImageDraw.ImageDraw, Callable[[Path], Path]], None], soft: float = 0.7) -> Any:
    """Draw a smooth mask, 0..1; ``paint`` gets the pen and a function that brings points to its scale."""
    height, width = rgb.shape[:2]
    canvas = Image.new("L", (width * _SUPER, height * _SUPER))

    def scaled(points: Path) -> Path:
        return [((x + 0.5) * _SUPER, (y + 0.5) * _SUPER) for x, y in points]

    paint(ImageDraw.Draw(canvas), scaled)
    canvas = canvas.resize((width, height), Image.Resampling.BOX)
    if soft > 0:
        canvas = canvas.filter(ImageFilter.GaussianBlur(soft))
    return np.asarray(canvas, np.float32)[..., None] / 255


def _laid(rgb: Picture, mask: np.ndarray, colour: Sequence[float] | np.ndarray, opacity: float = 1.0) -> Picture:
    paint = np.asarray(colour, np.float32)
    mixed = rgb * (1 - opacity * mask) + paint * (opacity * mask)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _blob(axes: Axes, x: float, y: float, wide: float, high: float, turn: float = 0.0) -> list[tuple[float, float]]:
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    c, s = np.cos(turn), np.sin(turn)
    return [
        axes.place(x + wide * np.cos(a) * c - high * np.sin(a) * s, y + wide * np.cos(a) * s + high * np.sin(a) * c)
        for a in angles
    ]


def _polygons(rgb: Picture, *shapes: Path, soft: float = 0.7) -> Any:
    def paint(pen, scaled):
        for shape in shapes:
            pen.polygon(scaled(shape), fill=255)

    return _mask(rgb, paint, soft)


def _lines(rgb: Picture, width: float, *paths: Path, soft: float = 0.5) -> Any:
    def paint(pen, scaled):
        for path in paths:
            pen.line(scaled(path), fill=255, width=max(1, round(width * _SUPER)), joint="curve")

    return _mask(rgb, paint, soft)


def skin_of(rgb: Picture, points: np.ndarray) -> Any:
    """Return the colour of the cheeks."""
    cheeks = []
    for index in (*mesh.LEFT_CHEEK, *mesh.RIGHT_CHEEK):
        x, y = np.clip(np.rint(points[index, :2]).astype(int), 3, np.array(rgb.shape[1::-1]) - 4)
        cheeks.append(np.median(rgb[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3), axis=0))
    return np.median(cheeks, axis=0)


# --- the camera and the file


def blur(rgb: Picture, points: np.ndarray, amount: float) -> Picture:
    """Out of focus; ``amount`` is the sigma in per cent of the eye distance."""
    return np.asarray(Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(axes_of(points).unit * amount / 100)))


def shake(rgb: Picture, points: np.ndarray, amount: float) -> Picture:
    """Moved sideways; ``amount`` is the way in per cent of the eye distance."""
    reach = max(0, round(axes_of(points).unit * amount / 200))
    shifted = [np.roll(rgb.astype(np.float32), step, axis=1) for step in range(-reach, reach + 1)]
    return np.rint(np.mean(shifted, axis=0)).astype(np.uint8)


def noise(rgb: Picture, points: np.ndarray, amount: float) -> Picture:
    """Sensor noise with a standard deviation of ``amount`` levels."""
    grain = np.random.default_rng(5).normal(0, amount, rgb.shape) if amount else 0
    return np.clip(np.rint(rgb + grain), 0, 255).astype(np.uint8)


def compress(rgb: Picture, points: np.ndarray, quality: int) -> Picture:
    """JPEG at a quality; 100 leaves the picture as it is."""
    if quality >= 100:
        return rgb
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=quality)
    with Image.open(stream) as image:
        return np.asarray(image.convert("RGB"))


def pixelate(rgb: Picture, points: np.ndarray, block: int) -> Picture:
    """Enlarged without smoothing from a ``block`` times smaller picture."""
    height, width = rgb.shape[:2]
    small = Image.fromarray(rgb).resize((max(1, width // block), max(1, height // block)), Image.Resampling.BOX)
    return np.asarray(small.resize((width, height), Image.Resampling.NEAREST))


def _to_srgb(linear: np.ndarray) -> Picture:
    linear = np.clip(linear, 0, 1)
    levels = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    return np.rint(255 * levels).astype(np.uint8)


def expose(rgb: Picture, points: np.ndarray, stops: float) -> Picture:
    """More or less light."""
    return _to_srgb(LINEAR_OF_LEVEL[rgb] * 2.0**stops)


def wash_out(rgb: Picture, points: np.ndarray, amount: float) -> Picture:
    """Mix with light grey, as a veil of stray light does; ``amount`` 0..1."""
    return np.rint(rgb * (1 - amount) + 205 * amount).astype(np.uint8)


def tint(rgb: Picture, points: np.ndarray, amount: float, colour: Sequence[int] = (40, 90, 255)) -> Picture:
    """Mix with a colour; ``amount`` 0..1."""
    return np.rint(rgb * (1 - amount) + np.asarray(colour) * amount).astype(np.uint8)


def drain(rgb: Picture, points: np.ndarray, amount: float) -> Picture:
    """Take colour away; 1 leaves a grey picture."""
    grey = np.asarray(Image.fromarray(rgb).convert("L").convert("RGB"), np.float32)
    return np.rint(rgb * (1 - amount) + grey * amount).astype(np.uint8)


def swell(rgb: Picture, points: np.ndarray, amount: float) -> Picture:
    """Enlarge the middle of the face against its rim, as a lens too near does; ``amount`` 0..1."""
    axes = axes_of(points)
    middle = points[mesh.NOSE_TIP, :2]
    rows, columns = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]].astype(np.float32)
    x, y = columns - middle[0], rows - middle[1]
    far = np.hypot(x, y) / (2.0 * axes.unit)
    factor = 1 - amount * np.exp(-((far / 0.55) ** 2))
    source_x = np.clip(middle[0] + x * factor, 0, rgb.shape[1] - 1)
    source_y = np.clip(middle[1] + y * factor, 0, rgb.shape[0] - 1)
    x0, y0 = np.minimum(source_x.astype(int), rgb.shape[1] - 2), np.minimum(source_y.astype(int), rgb.shape[0] - 2)
    fx, fy = (source_x - x0)[..., None], (source_y - y0)[..., None]
    upper = rgb[y0, x0] * (1 - fx) + rgb[y0, x0 + 1] * fx
    lower = rgb[y0 + 1, x0] * (1 - fx) + rgb[y0 + 1, x0 + 1] * fx
    return np.rint(upper * (1 - fy) + lower * fy).astype(np.uint8)


# --- light


def light_from_the_side(rgb: Picture, points: np.ndarray, stops: float, *, rightward: bool = False) -> Picture:
    """Darken the viewer's left or right side by ``stops``, fading in across the nose."""
    axes = axes_of(points)
    rows, columns = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]]
    x = ((columns - axes.origin[0]) * axes.across[0] + (rows - axes.origin[1]) * axes.across[1]) / axes.unit
    share = 1 / (1 + np.exp((-x if rightward else x) / 0.12))
    return _to_srgb(LINEAR_OF_LEVEL[rgb] * (2.0 ** (-stops * share))[..., None])


def shadow_on_face(rgb: Picture, points: np.ndarray, stops: float) -> Picture:
    """A hard shadow over the forehead and one cheek."""
    axes = axes_of(points)
    shape = [
        axes.place(x, y) for x, y in ((-1.1, -1.6), (0.25, -1.6), (0.1, -0.35), (-0.25, 0.4), (-0.3, 1.3), (-1.1, 1.0))
    ]
    mask = _polygons(rgb, shape, soft=0.03 * axes.unit)
    return _to_srgb(LINEAR_OF_LEVEL[rgb] * 2.0 ** (-stops * mask))


def hot_spots(rgb: Picture, points: np.ndarray, amount: float) -> Picture:
    """Flash on forehead, nose and cheeks; ``amount`` is the radius in parts of the eye distance."""
    axes = axes_of(points)
    if amount <= 0:
        return rgb
    spots = [_blob(axes, x, y, amount, 0.7 * amount) for x, y in ((0.05, -0.55), (-0.55, 0.5), (0.5, 0.5))]
    return _laid(rgb, _polygons(rgb, *spots, soft=0.03 * axes.unit), (252, 251, 249), 0.97)


# --- eyes and what is before them


def red_eyes(rgb: Picture, points: np.ndarray, amount: float = 1.0) -> Picture:
    """Red pupils; ``amount`` is how red, 0..1."""
    result = rgb
    for centre, ring in ((mesh.LEFT_IRIS_CENTRE, mesh.LEFT_IRIS), (mesh.RIGHT_IRIS_CENTRE, mesh.RIGHT_IRIS)):
        radius = np.linalg.norm(points[list(ring), :2] - points[centre, :2], axis=1).mean()
        x, y = points[centre, :2]
        disc = [(x + 0.62 * radius * np.cos(a), y + 0.62 * radius * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 24)]
        lids = _polygons(rgb, points[list(mesh.LEFT_EYE if centre == mesh.LEFT_IRIS_CENTRE else mesh.RIGHT_EYE), :2])
        result = _laid(result, _polygons(rgb, disc) * lids, (190, 30, 35), 0.85 * amount)
    return result


def close_eyes(rgb: Picture, points: np.ndarray, amount: float = 1.0, eyes: str = "both") -> Picture:
    """Draw the upper lids down over the eyes by ``amount`` of their opening."""
    result = rgb
    skin = skin_of(rgb, points) * 0.9
    width = axes_of(points).unit
    sides = {"left": (mesh.LEFT_EYE,), "right": (mesh.RIGHT_EYE,), "both": (mesh.LEFT_EYE, mesh.RIGHT_EYE)}[eyes]
    for ring in sides:
        # The ring runs along the lower lid from the outer to the inner corner, then back along the upper one.
        lower, upper = points[list(ring[:9]), :2], points[[*ring[9:], ring[0]], :2][::-1]
        upper = np.concatenate([upper, points[[ring[8]], :2]])
        edge = np.stack(
            [np.interp(np.linspace(0, 1, 9), np.linspace(0, 1, len(upper)), upper[:, k]) for k in (0, 1)], 1
        )
        lid = edge + (lower - edge) * min(1.0, amount * 1.12)
        lifted = edge - (lower - edge) * 0.35
        shape = [*map(tuple, lifted), *map(tuple, lid[::-1])]
        result = _laid(result, _polygons(rgb, shape, soft=0.012 * width), skin)
        result = _laid(result, _lines(rgb, 0.03 * width, [tuple(p) for p in lid]), (45, 32, 30), 0.85)
    return result


def _lens(axes: Axes, side: int, wide: float = 0.40, high: float = 0.33) -> list[tuple[float, float]]:
    return _blob(axes, side * 0.5, 0.08, wide, high)


def glasses(
    rgb: Picture, points: np.ndarray, thickness: float = 0.035, colour: Sequence[int] = (38, 32, 30), lift: float = 0.0
) -> Picture:
    """Frames: two rims, a bridge and the temples. ``lift`` moves them up over the eyes."""
    axes = axes_of(points)
    lifted = Axes(axes.origin - lift * axes.unit * axes.down, axes.across, axes.down, axes.unit)
    paths = [[*_lens(lifted, side), _lens(lifted, side)[0]] for side in (-1, 1)]
    paths.append([lifted.place(x, 0.02 - 0.05 * (1 - (x / 0.12) ** 2)) for x in np.linspace(-0.12, 0.12, 9)])
    paths += [[lifted.place(side * 0.9, 0.0), lifted.place(side * 1.15, -0.04)] for side in (-1, 1)]
    return _laid(rgb, _lines(rgb, thickness * axes.unit, *paths), colour, 0.92)


def frame_over_eyes(rgb: Picture, points: np.ndarray, thickness: float = 0.09) -> Picture:
    """A heavy frame whose lower rim runs close below the eyes, and whose bridge lies between the brows."""
    return glasses(rgb, points, thickness, lift=0.25)


def tinted_glasses(rgb: Picture, points: np.ndarray, transmission: float = 0.15) -> Picture:
    """Dark lenses that let ``transmission`` of the light through, in a frame."""
    axes = axes_of(points)
    mask = _polygons(rgb, *(_lens(axes, side, 0.44, 0.38) for side in (-1, 1)))
    dark = _to_srgb(LINEAR_OF_LEVEL[rgb] * (1 - mask * (1 - transmission)))
    return glasses(dark, points)


def lens_glare(rgb: Picture, points: np.ndarray, amount: float = 0.18) -> Picture:
    """Glasses with a bright reflection of radius ``amount`` on both lenses."""
    axes = axes_of(points)
    framed = glasses(rgb, points)
    if amount <= 0:
        return framed
    spots = [_blob(axes, side * 0.5 + 0.10, 0.12, amount, 0.75 * amount, 0.5) for side in (-1, 1)]
    return _laid(framed, _polygons(rgb, *spots, soft=0.02 * axes.unit), (246, 250, 252), 0.95)


def look_aside(rgb: Picture, points: np.ndarray, amount: float = 0.2) -> Picture:
    """Move both irises sideways by ``amount`` of the eye's width, filling the white behind them."""
    result = rgb
    for ring, centre, iris in (
        (mesh.LEFT_EYE, mesh.LEFT_IRIS_CENTRE, mesh.LEFT_IRIS),
        (mesh.RIGHT_EYE, mesh.RIGHT_IRIS_CENTRE, mesh.RIGHT_IRIS),
    ):
        corners = points[list(ring), :2]
        wide = float(np.linalg.norm(points[ring[0], :2] - points[ring[8], :2]))
        radius = np.linalg.norm(points[list(iris), :2] - points[centre, :2], axis=1).mean()
        x, y = points[centre, :2]
        move = axes_of(points).across * amount * wide
        lids = _polygons(rgb, corners, soft=0.5)
        old = [(x + 1.05 * radius * np.cos(a), y + 1.05 * radius * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 32)]
        white = np.percentile(rgb[tuple(np.rint(corners).astype(int)[:, ::-1].T)], 80, axis=0)
        dx, dy = (round(float(v)) for v in move)
        shifted = np.roll(result, (dy, dx), axis=(0, 1))
        new = [(px + float(move[0]), py + float(move[1])) for px, py in old]
        result = _laid(result, _polygons(rgb, old) * lids, white)
        result = _laid(result, _polygons(rgb, new) * lids, shifted.astype(np.float32))
    return result


# --- what covers the face


def face_mask(rgb: Picture, points: np.ndarray, colour: Sequence[int] = (150, 190, 215)) -> Picture:
    """A surgical mask from the bridge of the nose to the jaw."""
    jaw = points[list(mesh.FACE_OVAL[9:28]), :2]
    bridge = points[[mesh.LEFT_CHEEK[0], mesh.NOSE_TIP, mesh.RIGHT_CHEEK[0]], :2]
    return _laid(rgb, _polygons(rgb, np.concatenate([jaw, bridge]), soft=1.2), colour)


def _hand(axes: Axes, tip: tuple[float, float], wrist: tuple[float, float], size: float) -> list[Path]:
    """Four fingers and a palm between a wrist and the tips of the fingers, as polygons."""
    way = np.subtract(tip, wrist)
    length = float(np.hypot(*way))
    way = way / length
    aside = np.array([-way[1], way[0]])
    palm_end = np.add(wrist, way * (length - 0.75 * size))
    shapes = [
        [axes.place(*(np.add(wrist, aside * 0.30 * size * s))) for s in (-1, 1)]
        + [axes.place(*(palm_end + aside * 0.42 * size * s)) for s in (1, -1)]
    ]
    for k, reach in enumerate((0.82, 1.0, 0.96, 0.78)):
        root = palm_end + aside * size * (-0.33 + 0.22 * k)
        end = root + way * 0.75 * size * reach + aside * size * 0.05 * (k - 1.5)
        half = 0.095 * size
        shapes.append(
            [axes.place(*(p + aside * half * s)) for p, s in ((root - way * 0.1, -1), (root - way * 0.1, 1))]
            + [axes.place(*(end + aside * half * np.cos(a) + way * half * np.sin(a))) for a in np.linspace(0, np.pi, 9)]
        )
    return shapes


HANDS = {
    "cheek": ((-0.55, 0.15), (-1.05, 2.6)),
    "forehead": ((0.25, -0.75), (2.2, 0.2)),
    "mouth": ((-0.2, 1.0), (1.9, 2.4)),
    "eye": ((-0.4, -0.55), (-1.7, 2.0)),
}  # fmt: skip


def hand(rgb: Picture, points: np.ndarray, where: str = "cheek", size: float = 1.15) -> Picture:
    """A hand in the colour of the skin, with shaded edges between its fingers, laid on the face."""
    axes = axes_of(points)
    tip, wrist = HANDS[where]
    shapes = _hand(axes, tip, wrist, size)
    skin = skin_of(rgb, points)
    result = rgb
    for shape in shapes:
        mask = _polygons(rgb, shape, soft=0.008 * axes.unit)
        shade = _polygons(rgb, shape, soft=0.035 * axes.unit)
        inner = np.clip(2.2 * (shade - 0.5), 0, 1)
        tone = skin * (0.78 + 0.22 * inner) * 0.97
        result = _laid(result, np.clip(shade * 1.6, 0, 1) * (1 - mask), skin * 0.5, 0.35)
        result = np.clip(np.rint(result * (1 - mask) + tone * mask), 0, 255).astype(np.uint8)
    return result


def hat(rgb: Picture, points: np.ndarray, colour: Sequence[int] = (30, 70, 150), low: float = -0.62) -> Picture:
    """A cap down to ``low`` eye distances from the eye line, with a peak."""
    axes = axes_of(points)
    crown = [axes.place(1.35 * np.cos(a), low - 1.55 * np.sin(a)) for a in np.linspace(0, np.pi, 40)]
    peak = [axes.place(1.42 * np.cos(a), low + 0.20 * np.sin(a)) for a in np.linspace(np.pi, 0, 30)]
    base = np.asarray(colour, np.float32)
    result = _laid(rgb, _polygons(rgb, crown + peak, soft=1.0), base)
    seam = [axes.place(x, low + 0.02) for x in np.linspace(-1.3, 1.3, 20)]
    return _laid(result, _lines(rgb, 0.04 * axes.unit, seam), base * 0.6)


def fringe(
    rgb: Picture, points: np.ndarray, low: float = 0.0, width: float = 0.055, colour: Sequence[int] = (28, 22, 20)
) -> Picture:
    """Strands from the hair line down to ``low`` eye distances from the eye line."""
    axes = axes_of(points)
    strands = []
    random = np.random.default_rng(2)
    for x in np.linspace(-0.85, 0.85, 26):
        end = low + 0.08 * random.standard_normal()
        lean = 0.06 * random.standard_normal()
        strands.append([axes.place(x, -1.25), axes.place(x + lean, (end - 1.25) / 2), axes.place(x + 2 * lean, end)])
    return _laid(rgb, _lines(rgb, width * axes.unit, *strands), colour, 0.95)


def cover_ears(rgb: Picture, points: np.ndarray, colour: Sequence[int] = (28, 22, 20)) -> Picture:
    """Hair that falls over both ears."""
    axes = axes_of(points)
    sides = []
    for edge, sign in ((mesh.LEFT_CHEEK_EDGE, -1), (mesh.RIGHT_CHEEK_EDGE, 1)):
        x = float((points[edge, :2] - axes.origin) @ axes.across) / axes.unit
        inner, outer = x - 0.04 * sign, x + 0.5 * sign
        sides.append([axes.place(inner, -0.9), axes.place(outer, -0.9), axes.place(outer, 1.5), axes.place(inner, 1.2)])
    return _laid(rgb, _polygons(rgb, *sides, soft=1.0), colour)


def open_mouth(rgb: Picture, points: np.ndarray, amount: float = 0.35) -> Picture:
    """A dark opening of the mouth, ``amount`` eye distances high, framed by lips."""
    axes = axes_of(points)
    middle = points[[mesh.LIP_UPPER_INNER, mesh.LIP_LOWER_INNER], :2].mean(axis=0)
    x, y = (
        float((middle - axes.origin) @ axes.across) / axes.unit,
        float((middle - axes.origin) @ axes.down) / axes.unit,
    )
    lips = _blob(axes, x, y + 0.35 * amount, 0.36, 0.62 * amount + 0.10)
    inside = _blob(axes, x, y + 0.35 * amount, 0.27, 0.5 * amount)
    result = _laid(rgb, _polygons(rgb, lips, soft=0.01 * axes.unit), (165, 82, 80))
    return _laid(result, _polygons(rgb, inside, soft=0.01 * axes.unit), (45, 18, 20))


# --- around the person; ``alpha`` is the person's opacity in the photo, 0..1


def objects_behind(rgb: Picture, points: np.ndarray, alpha: np.ndarray) -> Picture:
    """Coloured things behind the head."""
    axes = axes_of(points)
    result = rgb
    for (x, y, wide, high), colour in (
        ((-1.9, -0.9, 0.5, 0.7), (160, 40, 50)),
        ((1.9, -0.3, 0.45, 0.9), (40, 110, 70)),
        ((1.6, -1.7, 0.4, 0.3), (200, 160, 40)),
    ):
        box = [axes.place(x + sx * wide, y + sy * high) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        result = _laid(result, _polygons(rgb, box) * (1 - alpha[..., None]), colour)
    return result


def plain_behind(
    rgb: Picture, points: np.ndarray, alpha: np.ndarray, colour: Sequence[int] = (214, 216, 220)
) -> Picture:
    """One even colour behind the person."""
    return _laid(rgb, 1 - alpha[..., None], colour)


def shadow_behind(rgb: Picture, points: np.ndarray, alpha: np.ndarray, stops: float = 1.0) -> Picture:
    """A plain wall with the person's shadow to one side of the head."""
    axes = axes_of(points)
    wall = plain_behind(rgb, points, alpha).astype(np.float32)
    shift = round(0.28 * axes.unit)
    moved = Image.fromarray(np.uint8(255 * np.roll(alpha, (shift // 2, shift), (0, 1))))
    cast = np.asarray(moved.filter(ImageFilter.GaussianBlur(0.05 * axes.unit)), np.float32) / 255
    dark = _to_srgb(LINEAR_OF_LEVEL[wall.astype(np.uint8)] * 2.0 ** (-stops * cast[..., None]))
    return _laid(dark, alpha[..., None], rgb.astype(np.float32))


def recolour_clothes(
    rgb: Picture, points: np.ndarray, alpha: np.ndarray, colour: Sequence[int] = (214, 216, 220), *, wall: bool = True
) -> Picture:
    """Clothes in the colour of the wall, with their own folds."""
    axes = axes_of(points)
    chin = float((points[mesh.CHIN, :2] - axes.origin) @ axes.down) / axes.unit
    collar = [
        axes.place(x, y)
        for x, y in ((-4, chin + 0.35), (-0.5, chin + 0.28), (0.5, chin + 0.28), (4, chin + 0.35), (4, 9), (-4, 9))
    ]
    mask = _polygons(rgb, collar, soft=1.0) * alpha[..., None]
    grey = rgb.mean(axis=-1, keepdims=True)
    body = mask[..., 0] > 0.5
    folds = (grey - np.median(grey[body])) * 0.08 if body.any() else 0
    base = plain_behind(rgb, points, alpha) if wall else rgb
    return _laid(base, mask, np.asarray(colour, np.float32) + folds)


def bare_shoulders(rgb: Picture, points: np.ndarray, alpha: np.ndarray) -> Picture:
    """Shoulders in the colour of the skin."""
    return recolour_clothes(rgb, points, alpha, tuple(skin_of(rgb, points) * 0.96), wall=False)


def bystander(rgb: Picture, points: np.ndarray, other: Picture, size: float = 0.05) -> Picture:
    """Another person's picture, small, in the upper left corner; ``size`` is its width in parts of the photo's."""
    side = max(8, round(size * rgb.shape[1]))
    small = Image.fromarray(other)
    small = small.resize((side, round(side * small.height / small.width)), Image.Resampling.LANCZOS)
    result = Image.fromarray(rgb.copy())
    result.paste(small, (round(0.02 * rgb.shape[1]), round(0.02 * rgb.shape[0])))
    return np.asarray(result)


# --- the head's direction


def turn_mesh(points: np.ndarray, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Any:
    """Turn a mesh about its centre, degrees, with the signs of :class:`idphoto.pose.Pose`."""
    y, p, r = np.radians([yaw, pitch, roll])
    about_down = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    about_across = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    in_picture = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    centre = points.mean(axis=0)
    return ((points - centre) @ (in_picture @ about_down @ about_across).T + centre).astype(np.float32)


# --- which fault belongs to which item


def opacity_in(photo: Photo, analysis: Analysis) -> Any:
    """Return the person's opacity in the photo, 0..1."""
    portrait, face = analysis.portrait, analysis.person.face
    assert portrait is not None
    assert face is not None
    shift, turn = fit_similarity(face.landmarks, portrait.landmarks)
    matrix = (*turn[0], shift[0], *turn[1], shift[1])
    size = photo.width, photo.height
    alpha = Image.fromarray(portrait.alpha).transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    return np.asarray(alpha, np.float32) / 255


@dataclass(frozen=True)
class Fault:
    """A fault as it is drawn, and the items of which one has to fail for it; the first is named in tables."""

    name: str
    items: tuple[str, ...]
    draw: Callable[[Picture, Any, Any], Picture]


def _fault(name: str, items: str, draw: Callable[..., Picture], *arguments: Any, **named: Any) -> Fault:
    return Fault(name, tuple(items.split()), lambda rgb, points, alpha: draw(rgb, points, *arguments, **named))


_TINTS = {"blue": (40, 90, 255), "red": (255, 40, 40), "green": (40, 220, 60), "yellow": (255, 220, 30)}

FAULTS = (
    _fault("eyes closed", "eyes_open eyes_visible", close_eyes),
    _fault("one eye closed", "eyes_open eyes_visible", close_eyes, 1.0, "left"),
    _fault("dark glasses 15 %", "eyes_visible", tinted_glasses, 0.15),
    _fault("hand on an eye", "eyes_visible", hand, "eye"),
    _fault("hand on an eye", "forehead_free", hand, "eye"),
    _fault("hand on the forehead", "forehead_free", hand, "forehead"),
    _fault("hand on a cheek", "cheeks_free", hand, "cheek"),
    _fault("hand on the mouth", "cheeks_free", hand, "mouth"),
    _fault("hand on the mouth", "mouth_visible face_uncovered", hand, "mouth"),
    _fault("blue mask", "face_uncovered", face_mask),
    _fault("black mask", "face_uncovered", face_mask, (24, 24, 28)),
    _fault("thin glasses", "glasses", glasses),
    _fault("thick glasses", "glasses", glasses, 0.08),
    _fault("tinted glasses 40 %", "tinted_lenses", tinted_glasses, 0.4),
    _fault("glare on lenses", "lens_glare", lens_glare),
    _fault("frame over the eyes", "frame_over_eyes", frame_over_eyes),
    _fault("hair over the eyes", "hair_over_eyes", fringe, 0.15),
    _fault("fringe over the brows", "brows_visible", fringe, -0.3),
    _fault("hair over the ears", "ears_visible", cover_ears),
    _fault("blue cap", "head_covering", hat),
    _fault("red cap", "head_covering", hat, (170, 30, 40)),
    _fault("looking aside", "gaze", look_aside, 0.2),
    _fault("mouth open", "mouth_closed", open_mouth),
    _fault("blur 6 %", "sharpness", blur, 6),
    _fault("moved 16 %", "motion_blur", shake, 16),
    _fault("noise 20", "noise", noise, 20),
    _fault("JPEG 10", "compression", compress, 10),
    _fault("pixels of 8", "pixelation", pixelate, 8),
    _fault("-3 stops", "brightness", expose, -3),
    _fault("+2 stops", "highlights", expose, 2),
    _fault("side light 2 stops", "even_light", light_from_the_side, 2),
    _fault("side light 2 stops", "side_light", light_from_the_side, 2),
    _fault("shadow of 2 stops", "face_shadow", shadow_on_face, 2),
    _fault("flash spots", "hot_spots", hot_spots, 0.16),
    _fault("veil 40 %", "washed_out", wash_out, 0.4),
    _fault("grey", "in_colour", drain, 1.0),
    *(_fault(f"{name} tint 40 %", "natural_colour", tint, 0.4, colour) for name, colour in _TINTS.items()),
    *(_fault(f"{name} tint 20 %", "colour_cast", tint, 0.2, colour) for name, colour in _TINTS.items()),
    _fault("red eyes", "red_eyes", red_eyes),
    Fault("things behind", ("background_objects",), lambda r, p, a: objects_behind(plain_behind(r, p, a), p, a)),
    Fault("shadow behind", ("background_shadow",), shadow_behind),
    Fault("clothes like the wall", ("clothes_contrast",), recolour_clothes),
    Fault("bare shoulders", ("bare_shoulders",), bare_shoulders),
)
