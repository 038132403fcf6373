"""A face chart, as make-up artists draw them: a plain drawn face that shows what a look puts where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from idphoto.arrays import F32, Rgb
from idphoto.looks import Blush, Brows, Contour, Lashes, Liner, Lips, Look, Shadow

GROUND: Final = "#EDEFF2"
SKIN, EDGE, BARE_LIPS, BARE_BROWS = "#EBD0BC", "#D3AD93", "#D29C8C", "#A98C78"
EYE, IRIS, PUPIL, LID = "#FBF9F7", "#6B4E3C", "#241813", "#9A7460"
SHADE, LIGHT = "#8F6A52", "#FFF6EC"

UNITS: Final = 184.0
"""Width and height of the drawing in the units of its coordinates; y grows downwards."""
CORNER: Final = (28.0, 44.0)
"""Upper left corner of the drawing: the forehead is not made up, and a drawn head without hair is no pretty sight."""
AXIS: Final = 120.0
"""About which the face is symmetric."""
FINE: Final = 3
"""Px drawn for one px of the picture, along each side."""
SEEN: Final = 0.62
"""Exponent of a strength: on a tile a discreet look has to be seen, too."""

Point = tuple[float, float]
Points = Sequence[Point]

# The left half of the face, or the left one of two; the other is its mirror image.
_FACE: Final = ((120, 4), (66, 20), (46, 84), (51, 138), (74, 190), (104, 217), (120, 219))
_EAR: Final = ((47, 96), (37, 98), (38, 122), (46, 138), (52, 136))
_LID: Final = ((103, 111), (93, 101), (81, 97), (69, 100), (57, 109))
_UNDER: Final = ((57, 109), (68, 116), (80, 118), (92, 116), (103, 111))
_CREASE: Final = ((103, 106), (93, 94), (80, 89), (66, 92), (53, 105))
_BROW: Final = ((104, 84), (88, 79), (72, 78), (60, 82), (50, 90), (60, 78), (72, 72), (88, 72), (104, 77), (104, 84))
_CHEEK: Final = {
    "apple": ((58, 146), (68, 136), (82, 138), (88, 150), (80, 160), (66, 158)),
    "lifted": ((48, 122), (58, 128), (76, 142), (86, 154), (72, 156), (56, 142)),
    "sun": ((54, 138), (80, 132), (120, 130), (120, 146), (84, 152), (60, 150)),
}
_HOLLOW: Final = ((46, 134), (60, 148), (86, 164), (76, 168), (58, 158), (48, 146))
_JAW: Final = ((52, 158), (66, 182), (92, 206), (84, 208), (62, 188))
_UPPER_LIP: Final = ((90, 181), (104, 174), (114, 170), (120, 173))
_SEAM: Final = ((120, 183), (106, 182), (90, 181))
_LOWER_LIP: Final = ((90, 181), (102, 192), (112, 197), (120, 198))


def chart(look: Look, side: int) -> Rgb:
    """Draw a face that wears a look.

    Returns
    -------
    Rgb
        uint8 ``(side, side, 3)``.
    """
    sheet = _Sheet(side * FINE)
    face = sheet.mirrored(_curve(_FACE))
    sheet.lay(sheet.soft(sheet.shape([(92, 196), (148, 196), (152, 240), (88, 240)]), 1), EDGE)
    sheet.lay(sheet.both(_curve(_EAR)), EDGE)
    sheet.lay(face, SKIN)
    sheet.lay(sheet.rim(face, 5), EDGE, 0.9)
    if look.contour is not None:
        _contour(sheet, look.contour, face)
    if look.blush is not None:
        _blush(sheet, look.blush, face)
    sheet.lay(sheet.line([(111, 150), (114, 154), (120, 155), (126, 154), (129, 150)], 1.8), EDGE)
    _eyes(sheet, look)
    _brows(sheet, look.brows)
    _lips(sheet, look.lips)
    return sheet.picture(side)


def _contour(sheet: _Sheet, contour: Contour, face: F32) -> None:
    tone = contour.colours[0] if contour.colours else SHADE
    parts = {"soft": (_HOLLOW,), "sculpted": (_HOLLOW, _JAW), "angular": (_HOLLOW, _JAW)}[contour.shape]
    for part in parts:
        sheet.lay(sheet.soft(sheet.both(_curve(part)), 4) * face, tone, 0.6 * contour.strength**SEEN)
    if contour.light:
        glow = contour.colours[1] if len(contour.colours) > 1 else LIGHT
        bright = np.maximum(
            sheet.ellipse((120, 126), (3, 20)), sheet.both([(58, 124), (80, 131), (76, 136), (60, 132)])
        )
        sheet.lay(sheet.soft(bright, 3), glow, 0.9 * contour.light**SEEN)


def _blush(sheet: _Sheet, blush: Blush, face: F32) -> None:
    sheet.lay(sheet.soft(sheet.both(_curve(_CHEEK[blush.shape])), 6) * face, blush.colours[0], blush.strength**SEEN)


def _eyes(sheet: _Sheet, look: Look) -> None:
    if look.shadow is not None:
        _shadow(sheet, look.shadow)
    lid, under = _curve(_LID), _curve(_UNDER)
    eye = sheet.both([*lid, *under])
    sheet.lay(eye, EYE)
    for radius, colour in ((10.5, IRIS), (5, PUPIL)):
        sheet.lay(
            np.maximum(sheet.ellipse((80, 106), (radius, radius)), sheet.ellipse((160, 106), (radius, radius))) * eye,
            colour,
        )
    sheet.lay(sheet.soft(sheet.lines(_CREASE, 1.2), 0.6), LID, 0.5)
    sheet.lay(sheet.lines(_LID, 2.0), LID)
    sheet.lay(sheet.lines(_UNDER, 1.0), LID, 0.5)
    if look.liner is not None:
        _liner(sheet, look.liner)
    if look.lashes is not None:
        _lashes(sheet, look.lashes)


def _shadow(sheet: _Sheet, shadow: Shadow) -> None:
    strength = shadow.strength**SEEN
    above = {"lid": 0.0, "crease": 4.0, "smoky": 6.0}[shadow.shape]
    raised = [(x, y - above) for x, y in _curve(_CREASE)]
    lid = sheet.soft(sheet.both([*_curve(_LID), *reversed(raised)]), 2.0 + above / 3)
    sheet.lay(lid, shadow.colours[0], strength)
    if len(shadow.colours) > 1:
        fold = sheet.soft(sheet.lines([(x, y - above / 2) for x, y in _CREASE], 6), 2.5)
        sheet.lay(fold, shadow.colours[1], strength)
    if shadow.shape == "smoky":
        sheet.lay(sheet.soft(sheet.lines(_UNDER, 5), 2), shadow.colours[-1], 0.8 * strength)


def _liner(sheet: _Sheet, liner: Liner) -> None:
    strength = liner.strength**SEEN
    width = {"tight": 2.0, "line": 2.8, "wing": 3.2}[liner.shape]
    ends = ((50, 101),) if liner.shape == "wing" else ()
    sheet.lay(sheet.lines((*_LID, *ends), width), liner.colours[0], strength)
    if liner.lower:
        sheet.lay(sheet.lines(_UNDER, 1.8), liner.colours[0], strength * liner.lower**SEEN)


def _lashes(sheet: _Sheet, lashes: Lashes) -> None:
    reach = 4 + 8 * lashes.length
    for x, y in _curve(_LID)[8::5]:
        away = (x - 82) / 26
        tip = (x + reach * (0.75 * away - 0.1), y - reach * (1 - 0.35 * abs(away)))
        sheet.lay(sheet.lines([(x, y), tip], 1.1), lashes.colours[0], lashes.strength**SEEN)


def _brows(sheet: _Sheet, brows: Brows | None) -> None:
    shape = sheet.soft(sheet.both(_curve(_BROW)), 0.8)
    sheet.lay(shape, BARE_BROWS, 0.75)
    if brows is not None:
        tone = brows.colours[0] if brows.colours else "#5E4536"
        sheet.lay(shape, tone, (0.9 if brows.shape == "defined" else 0.75) * brows.strength**SEEN)


def _lips(sheet: _Sheet, lips: Lips | None) -> None:
    upper, seam, lower = _curve(_UPPER_LIP), _curve(_SEAM), _curve(_LOWER_LIP)
    whole = sheet.mirrored_between(upper, lower)
    sheet.lay(whole, BARE_LIPS)
    if lips is not None:
        strength = lips.strength**SEEN
        inner = sheet.soft(sheet.lines(_SEAM, 7), 3) * whole
        sheet.lay(whole if lips.shape == "full" else inner, lips.colours[0], strength)
        if len(lips.colours) > 1:
            sheet.lay(inner, lips.colours[1], strength)
        sheet.lay(sheet.soft(sheet.ellipse((120, 190), (11, 2.2)), 1.2) * whole, LIGHT, 0.85 * lips.gloss**SEEN)
    sheet.lay(sheet.soft(sheet.line([*reversed(seam), *_mirror(seam)], 1.4), 0.4), PUPIL, 0.45)


@dataclass
class _Sheet:
    """What is drawn on, ``px`` wide and high; colours are sRGB-coded, 0..255, and masks float32 in 0..1."""

    px: int
    rgb: F32 = field(init=False)

    def __post_init__(self) -> None:
        self.rgb = np.empty((self.px, self.px, 3), np.float32)
        self.rgb[:] = _levels(GROUND)

    def lay(self, mask: F32, colour: str, strength: float = 1.0) -> None:
        """Lay a colour over the sheet."""
        cover = (mask * np.float32(min(1.0, strength)))[..., None]
        self.rgb += cover * (_levels(colour) - self.rgb)

    def shape(self, outline: Points) -> F32:
        """Return the mask of what an outline encloses."""
        image = Image.new("L", (self.px, self.px))
        ImageDraw.Draw(image).polygon([self._place(point) for point in outline], fill=255)
        return _mask(image)

    def both(self, outline: Points) -> F32:
        """Return the mask of an outline and of its mirror image."""
        return np.maximum(self.shape(outline), self.shape(_mirror(outline)))

    def mirrored(self, half: Points) -> F32:
        """Return the mask of an outline whose left half is given, from one end of the axis to the other."""
        return self.shape([*half, *reversed(_mirror(half))])

    def mirrored_between(self, upper: Points, lower: Points) -> F32:
        """Return the mask between two lines whose left halves are given, to the axis and from the corner."""
        return self.shape([*lower, *reversed(_mirror(lower)), *_mirror(upper), *reversed(upper)])

    def ellipse(self, middle: Point, radii: Point) -> F32:
        """Return the mask of an ellipse."""
        turns = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        return self.shape([(middle[0] + radii[0] * np.cos(t), middle[1] + radii[1] * np.sin(t)) for t in turns])

    def line(self, points: Points, width: float) -> F32:
        """Return the mask of a line with round ends."""
        image = Image.new("L", (self.px, self.px))
        pen, size = ImageDraw.Draw(image), width * self.px / UNITS
        places = [self._place(point) for point in points]
        pen.line(places, fill=255, width=max(1, round(size)), joint="curve")
        for x, y in (places[0], places[-1]):
            pen.ellipse((x - size / 2, y - size / 2, x + size / 2, y + size / 2), fill=255)
        return _mask(image)

    def lines(self, points: Points, width: float) -> F32:
        """Return the mask of a curve and of its mirror image."""
        curve = _curve(points)
        return np.maximum(self.line(curve, width), self.line(_mirror(curve), width))

    def soft(self, mask: F32, sigma: float) -> F32:
        """Return a mask with soft edges; sigma in the units of the drawing."""
        image = Image.fromarray(np.rint(mask * 255).astype(np.uint8))
        return _mask(image.filter(ImageFilter.GaussianBlur(sigma * self.px / UNITS)))

    def rim(self, mask: F32, sigma: float) -> F32:
        """Return the mask of the inner rim of what a mask covers."""
        return np.asarray(mask * (1 - self.soft(mask, sigma)), np.float32)

    def picture(self, side: int) -> Rgb:
        """Return what has been drawn."""
        image = Image.fromarray(np.clip(np.rint(self.rgb), 0, 255).astype(np.uint8))
        return np.array(image.resize((side, side), Image.Resampling.BOX))

    def _place(self, point: Point) -> Point:
        return (point[0] - CORNER[0]) * self.px / UNITS, (point[1] - CORNER[1]) * self.px / UNITS


_PER_STRETCH: Final = 8


def _curve(points: Points) -> list[Point]:
    """Return a smooth line through points (Catmull and Rom, 1974)."""
    given = np.array(points, float)
    padded = np.vstack([2 * given[0] - given[1], given, 2 * given[-1] - given[-2]])
    share = np.linspace(0, 1, _PER_STRETCH, endpoint=False)[:, None]
    stretches = [
        (2 * b + (c - a) * share + (2 * a - 5 * b + 4 * c - d) * share**2 + (3 * b - a - 3 * c + d) * share**3) / 2
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return [(float(x), float(y)) for x, y in np.vstack([*stretches, given[-1:]])]


def _mirror(points: Points) -> list[Point]:
    return [(2 * AXIS - x, y) for x, y in points]


def _levels(colour: str) -> F32:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float32)


def _mask(image: Image.Image) -> F32:
    return np.asarray(image, np.float32) * np.float32(1 / 255)
