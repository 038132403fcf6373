"""What is what in a portrait, coarsely: a learned reading of what U-2-Net sees, and how it travels with the portrait.

The network ``parts_head`` is small: U-2-Net, which runs for the matte anyway, has looked already, and the network reads
its inner layers, together with the picture and with where the landmarks say that the face is. How it was trained tells
``layers/inference/parts/README.md``. What it says is then weighed with the colours that this very person has where it
is sure, for it has seen no real cloth and no real hair.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from idphoto import mesh
from idphoto.arrays import F32, Landmarks, Mask
from idphoto.cielab import LUMINANCE_WEIGHTS, linear_light
from idphoto.models import Models
from idphoto.raster import dilate, grow, in_shade
from idphoto.segment import OUTLINE_SIDE, Outlook
from idphoto.upright import guess_head_height, midline_x

CLASSES: Final = ("hair", "face_skin", "body_skin", "ears", "clothes", "headwear", "glasses", "beard", "held")
"""The network's classes in the order of its output; all are of the person, for who that is tells the matte."""

SIDE: Final = 160
"""Cells of the network's output to a side of its window."""

LEVELS: Final = 31
"""A share is kept in this many steps: finer than the network is sure, and half the bytes of 255."""

OWN_ROUNDS: Final = 3
"""Times that the colours are learned: each time from what the time before has corrected."""
SURE: Final = 0.5
"""Cells of so much a class are taken for it."""
TEACHES: Final = 0.75
"""Cells of so much a class, on so much a person, teach its colours. Skin is taught by the face alone: what passes for a
neck may be a collar."""
LOOSE: Final = 0.2
"""Hair hangs together over cells of so much hair, skin over cells of so much skin."""
NECK: Final = 0.25
"""Beside the midline, in head heights: farther in is the neck."""
ARM: Final = 0.45
"""Below the chin, in head heights: farther down begin arms."""
FOREHEAD: Final = 0.15
"""Above the brows, in head heights: higher up is hair, or what covers it."""
COVERS: Final = 0.5
"""Least share of what is up there that a hat, scarf or turban covers. Of 22 real heads without one, 21 measured up to
0.41, and one of very short hair in the dark 0.59; hats painted on them 0.41 to 0.93, 18 of 21 above 0.5."""
CHEEKS: Final = 0.25
"""Below the brows, in head heights: from here to the chin a face mask covers the face."""
MASKED: Final = 0.5
"""Share of the lower face that something covers which is believed to be there: of 22 real faces 21 measured up to 0.11
and one, which fills the photo, 0.37; with a mask painted on they measured 0.83 to 0.96."""
THING_SURE: Final = 0.35
THING_LOOSE: Final = 0.25
"""Cells of so much held are surely so, and a thing hangs together over cells of so little."""
THING: Final = 0.03
"""Least size, in squared head heights, of what is surely held. With these limits and :data:`THROAT`, 10 of 22 printed
cards and 1 of 22 blank ones are seen on photographs, and nothing on the same photographs without one, nor on them in
other clothes, hair, beards and hats."""
THROAT: Final = 0.2
"""Below the chin, in head heights: what begins higher up, beside the midline, is a collar."""
UNDER_CHIN: Final = 0.1
"""A face mask reaches so far below the chin, in head heights."""
SHADES: Final = (0.9, 0.8, 0.7, 0.6)
SHADED_SHARE: Final = 0.3
"""Lightness (cube root of the light) of skin in shade relative to what the face shows, and how common that is."""
FEW: Final = 40
"""Cells too few to learn a colour from."""
UNSEEN: Final = 0.24
"""Share of all cells that colours never seen are taken to have, so that the network may still decide."""

_ALIKE: Final = ((0, 7), (1, 2, 3), (4,), (5,))
"""Classes that have their colours in common: hair and beard, all skin, clothes, headwear."""
_SKIN: Final = 1
_BODY, _CLOTHES, _HEADWEAR, _GLASSES, _BEARD, _HELD = 2, 4, 5, 6, 7, 8
_BELOW_CHIN, _BELOW_BROWS, _OVAL = 2, 3, 4
_FEATURES: Final = slice(5, 8)
"""Planes of :func:`geometry`: the height; eyes, brows, lips."""
_TEACHERS: Final = ((0,), (1, 3), (4,), (5,))
_BINS: Final = 24
_RED_LOW, _RED_SPAN, _BLUE_LOW, _BLUE_SPAN = -0.8, 2.4, -1.4, 2.2
"""Range of the logarithms of red and blue over green: skin in light of a candle and in the blue of a screen."""

_Number = TypeVar("_Number", np.uint8, np.uint16, np.float32)

_BOX: Final = struct.Struct("<4d")


@dataclass(frozen=True, eq=False)
class PartMap:
    """Shares of the classes in a window of a portrait.

    Attributes
    ----------
    box
        Left, top, right, bottom of the window, px of the portrait; it may reach beyond it.
    shares
        ``(9, 160, 160)`` uint8 in 0..31, a plane for each of :data:`CLASSES`; they sum to about 31.
    """

    box: tuple[float, float, float, float]
    shares: NDArray[np.uint8]

    def moved(self, x: float, y: float) -> PartMap:
        """Return the map of a portrait whose first pixel is ``(x, y)`` of this one's."""
        left, top, right, bottom = self.box
        return PartMap((left - x, top - y, right - x, bottom - y), self.shares)

    def scaled(self, x: float, y: float) -> PartMap:
        """Return the map of a portrait ``x`` times as wide and ``y`` times as high as this one's."""
        left, top, right, bottom = self.box
        return PartMap((left * x, top * y, right * x, bottom * y), self.shares)


def read_parts(outlook: Outlook, landmarks: Landmarks, models: Models) -> PartMap:
    """Tell what is what.

    Parameters
    ----------
    outlook
        What U-2-Net sees.
    landmarks
        ``(478, 3)`` float32, px of the same picture.
    models
        Runs ``parts_head``.
    """
    face = geometry(landmarks, outlook.box)
    (said,) = models.run("parts_head", np.concatenate([picture(outlook), face])[None], *outlook.taps)
    person = _sum_cells(outlook.saliency) > 4 * SURE
    believed = _believe(said[0], face, person)
    shares = weigh_colours(believed, outlook, face[_FEATURES].max(axis=0) > 0)
    _let_go(shares, face)
    return PartMap(outlook.box, np.rint(shares * LEVELS).astype(np.uint8))


def weigh_colours(said: F32, outlook: Outlook, features: Mask) -> F32:
    """Weigh what the network said with the colours that each class has in this picture.

    Parameters
    ----------
    said
        ``(9, 160, 160)`` float32, shares of the classes.
    outlook
        What U-2-Net sees.
    features
        ``(160, 160)`` bool: eyes, brows and lips, whose colours are no skin's.
    """
    bins = _colour_bins(outlook)
    person = (_sum_cells(outlook.saliency) > 4 * SURE).ravel()
    flat = said.reshape(len(said), -1)
    before = np.stack([flat[list(group)].sum(axis=0) for group in _ALIKE])
    taught = np.stack([flat[list(group)].sum(axis=0) for group in _TEACHERS]) / np.maximum(before, np.float32(1e-6))
    after, weighed = before, ~dilate(features, 2).ravel()
    for _ in range(OWN_ROUNDS):
        teachers = after * taught
        teachers *= (teachers > TEACHES) & person
        counts = np.stack([np.bincount(bins, teacher, _BINS**3) for teacher in teachers]).astype(np.float32)
        totals = counts.sum(axis=1)
        known = totals > FEW
        if not known.any():
            break
        cubes = counts.reshape(-1, _BINS, _BINS, _BINS)
        cubes[_SKIN] += SHADED_SHARE * in_shade(cubes[_SKIN], SHADES)
        smooth = _smooth(cubes[known]).reshape(int(known.sum()), -1)
        likelihood = (smooth / totals[known, None] + np.float32(UNSEEN / _BINS**3)).take(bins, axis=1)
        mixed = np.einsum("kn,kn->n", likelihood, after[known])
        mixed /= np.maximum(after[known].sum(axis=0), np.float32(1e-3))
        likelihood /= np.maximum(mixed, np.float32(1e-9))
        likelihood[:, ~weighed] = 1
        after = before.copy()
        after[known] *= likelihood
        after /= np.maximum(after.sum(axis=0), np.float32(1e-6))
    before, after = (field.reshape(-1, *said.shape[1:]) for field in (before, after))
    shares = said.copy()
    for group, old, new in zip(_ALIKE, before, after, strict=True):
        shares[list(group)] *= new / np.maximum(old, np.float32(1e-4))
    # What is held and lenses may have any colour; but where colours tell skin, lenses are clear.
    skin, glasses = before[_SKIN], said[_GLASSES]
    clear = np.maximum(after[_SKIN] / np.maximum(skin, np.float32(1e-4)), 1)
    kept = np.stack([glasses * (glasses + skin) / np.maximum(glasses + skin * clear, np.float32(1e-6)), said[_HELD]])
    shares[[_GLASSES, _HELD]] = 0
    shares *= (1 - kept.sum(axis=0)) / np.maximum(shares.sum(axis=0), np.float32(1e-6))
    shares[[_GLASSES, _HELD]] = kept
    return np.asarray(shares / np.maximum(shares.sum(axis=0), np.float32(1e-6)), np.float32)


def _believe(said: F32, face: F32, person: Mask) -> F32:
    """Return what is said without what on real portraits is seldom true.

    A covering that covers little of the head is hair, and cloth below the chin. A face mask covers much of the lower
    face. What is held before the body is some size, and does not begin at the throat as a collar does.
    """
    said = said.copy()
    above, below_brows = face[_BELOW_CHIN] < 0, face[_BELOW_BROWS]
    top = (below_brows < -FOREHEAD) & person
    covering, hair, held = said[_HEADWEAR], said[0], said[_HELD]
    if covering[top].sum() < COVERS * (covering[top].sum() + hair[top].sum()):
        hair += covering * above
        said[_CLOTHES] += covering * ~above
        covering[:] = 0
    lower = (face[_OVAL] > 0) & above & (below_brows > CHEEKS)
    masked = (face[_BELOW_CHIN] < UNDER_CHIN) & bool(lower.any() and held[lower].mean() > MASKED)
    before = _held_before(held, face, person)
    held *= masked
    said[:, before] = 0
    held[before] = 1
    return np.asarray(said / np.maximum(said.sum(axis=0), 1e-6), np.float32)


def _held_before(held: F32, face: F32, person: Mask) -> Mask:
    """Where things are held before the body: sure cells, of which there must be enough, and what is joined to them."""
    below_chin = face[_BELOW_CHIN]
    cell = float(np.diff(below_chin[:, 0]).max())
    there = (held > THING_LOOSE) & (below_chin > 0) & person
    throat = there & (below_chin < THROAT) & (np.abs(face[0]) < NECK)
    there &= ~grow(throat, there)
    sure = there & (held > THING_SURE)
    if sure.sum() * cell**2 < THING:
        return np.zeros_like(there)
    return grow(sure, there)


def _let_go(shares: F32, face: F32) -> None:
    """Correct, in place, what does not hang together.

    Hair below the chin that no hair above it holds is cloth, and skin beside the face that neither the neck nor an arm
    holds is hair.
    """
    below_chin, aside = face[_BELOW_CHIN], np.abs(face[0])
    above = below_chin < 0
    hair = shares[0] + shares[_BEARD]
    loose = ~grow((hair > SURE) & above, hair > LOOSE) & ~above
    shares[_CLOTHES] += np.where(loose, hair, 0)
    shares[[0, _BEARD]] = np.where(loose, 0, shares[[0, _BEARD]])
    skin = shares[_BODY]
    held = (aside < NECK) | (below_chin > ARM)
    loose = ~grow((skin > SURE) & held, skin > LOOSE) & ~held
    shares[0] += np.where(loose, skin, 0)
    shares[_BODY] = np.where(loose, 0, skin)


def _colour_bins(outlook: Outlook) -> NDArray[np.intp]:
    """Colour of each cell as a number: lightness, and two tints that do not change with the exposure."""
    sums = _sum_cells(outlook.view.astype(np.uint16))
    lightness = np.cbrt(_LIGHT[sums] @ LUMINANCE_WEIGHTS)
    logs = _LOG_LIGHT[sums]
    red, green, blue = (logs[..., k] for k in range(3))
    places = (lightness, (red - green - _RED_LOW) / _RED_SPAN, (blue - green - _BLUE_LOW) / _BLUE_SPAN)
    first, second, third = (np.clip(place * _BINS, 0, _BINS - 1).astype(np.intp) for place in places)
    return np.asarray((first * _BINS + second) * _BINS + third, np.intp).ravel()


def _sum_cells(field: NDArray[_Number]) -> NDArray[_Number]:
    """Sum of the four px of each cell of ``(320, 320, ...)``."""
    rows = field[::2] + field[1::2]
    total: NDArray[_Number] = rows[:, ::2] + rows[:, 1::2]
    return total


_LIGHT: Final = linear_light(np.arange(1021) / 1020)
"""Linear light of the mean of four sRGB levels, from their sum."""
_LOG_LIGHT: Final = np.log(_LIGHT + np.float32(0.02))


def _blurring(n: int) -> F32:
    """Return the matrix ``(n, n)`` that blurs ``n`` values by the kernel 1 4 6 4 1; the border repeats."""
    wide = np.pad(np.eye(n, dtype=np.float32), ((1, 1), (0, 0)), mode="edge")
    once = 0.5 * wide[1:-1] + 0.25 * (wide[:-2] + wide[2:])
    return np.asarray(once @ once, np.float32)


_BLUR: Final = _blurring(_BINS)


def _smooth(cubes: F32) -> F32:
    """Blur cubes ``(K, 24, 24, 24)`` along each axis."""
    third = cubes @ _BLUR.T
    second = _BLUR @ third
    first = _BLUR @ second.reshape(len(cubes), _BINS, -1)
    return np.asarray(first.reshape(cubes.shape), np.float32)


def pack(part_map: PartMap) -> bytes:
    """Write a map, without loss: the box, then the planes as differences from row to row, compressed."""
    steps = np.diff(part_map.shares, axis=1, prepend=np.uint8(0))
    return _BOX.pack(*part_map.box) + zlib.compress(steps.tobytes(), 6)


def unpack(data: bytes) -> PartMap:
    """Read what :func:`pack` wrote."""
    steps = np.frombuffer(zlib.decompress(data[_BOX.size :]), np.uint8).reshape(len(CLASSES), SIDE, SIDE)
    left, top, right, bottom = _BOX.unpack_from(data)
    return PartMap((left, top, right, bottom), np.cumsum(steps, axis=1, dtype=np.uint8))


def picture(outlook: Outlook) -> F32:
    """Return what the network sees of the picture, ``(16, 160, 160)``: colours and saliency, four px to a cell."""
    cells = np.empty((2, 2, 4, SIDE, SIDE), np.float32)
    for y, x in np.ndindex(2, 2):
        cells[y, x, :3] = outlook.view[y::2, x::2].transpose(2, 0, 1)
        cells[y, x, 3] = outlook.saliency[y::2, x::2]
    cells[:, :, :3] /= 255
    return cells.reshape(16, SIDE, SIDE)


def geometry(landmarks: Landmarks, box: tuple[int, int, int, int]) -> F32:
    """Return what the network knows of the face, ``(9, 160, 160)``: its place in head heights, outline and features."""
    left, top, right, bottom = box
    head = guess_head_height(landmarks)
    columns = (np.arange(SIDE, dtype=np.float32) + 0.5) * ((right - left) / SIDE) + left
    rows = (np.arange(SIDE, dtype=np.float32) + 0.5) * ((bottom - top) / SIDE) + top
    x = np.clip((columns - midline_x(landmarks)) / head, -1.5, 1.5)
    below_chin = np.clip((rows - landmarks[mesh.CHIN, 1]) / head, -1.7, 1.7)
    brows = float(landmarks[list(mesh.LEFT_BROW + mesh.RIGHT_BROW), 1].mean())
    below_brows = np.clip((rows - brows) / head, -1.5, 1.5)
    scale = np.array((OUTLINE_SIDE / (right - left), OUTLINE_SIDE / (bottom - top)))
    points = (landmarks[:, :2] + 0.5 - (left, top)) * scale
    rings = ((mesh.FACE_OVAL,), (mesh.LEFT_EYE, mesh.RIGHT_EYE), (mesh.LEFT_BROW, mesh.RIGHT_BROW), (mesh.LIPS_OUTER,))
    flat = np.ones((SIDE, SIDE), np.float32)
    planes = [x[None] * flat, np.abs(x)[None] * flat, below_chin[:, None] * flat, below_brows[:, None] * flat]
    planes += [_fill([points[list(ring)] for ring in group]) for group in rings]
    return np.stack([*planes, flat]).astype(np.float32)


def _fill(outlines: list[NDArray[np.float64]]) -> F32:
    image = Image.new("L", (OUTLINE_SIDE, OUTLINE_SIDE))
    draw = ImageDraw.Draw(image)
    for outline in outlines:
        draw.polygon([(float(px), float(py)) for px, py in outline], fill=1)
    return np.asarray(_sum_cells(np.asarray(image)) / np.float32(4), np.float32)
