"""The checked photo with what failed marked on it, and a legend below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from idphoto.analysis import Analysis
from idphoto.arrays import Rgb
from idphoto.checks.report import Item, Region, Report, Severity
from idphoto.decode import Photo

LONGEST_SIDE = 1200
"""px of the photo in the picture; a larger one is reduced."""
SHORTEST_SIDE = 480
"""px; a smaller photo is enlarged, so that its markers can be told apart."""

_OVERSAMPLING: Final = 2
"""Shapes are drawn at this multiple and reduced, since Pillow draws without smoothing."""

_RED: Final = (229, 72, 77)
_AMBER: Final = (240, 150, 20)
_GREEN: Final = (48, 164, 108)
_PAPER: Final = (255, 255, 255)
_INK: Final = (28, 32, 36)
_INK_SOFT: Final = (96, 100, 108)
_COLOURS: Final = {Severity.BLOCK: _RED, Severity.WARN: _AMBER}

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Mark:
    """A failed item with its number in the legend."""

    number: int
    item: Item

    @property
    def colour(self) -> Colour:
        return _COLOURS[self.item.severity]

    @property
    def title(self) -> str:
        return (self.item.fault or self.item.code).replace("_", " ").capitalize()


def annotate(photo: Photo, analysis: Analysis, report: Report) -> Rgb:
    """Draw a report on its photo.

    What blocks is marked red, what is only remarked amber; a photo without faults gets green brackets around
    the face. Marks on the same place share a box. The legend gives the fault and the reason in English.

    Parameters
    ----------
    photo, analysis, report
        The photo, and what was found in it and about it.

    Returns
    -------
    Rgb
        uint8; the photo part is at most :data:`LONGEST_SIDE` px long.
    """
    scale = _display_scale(photo)
    size = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
    resample = Image.Resampling.LANCZOS if scale > 1 else Image.Resampling.BOX
    picture = Image.fromarray(photo.rgb).resize(size, resample, reducing_gap=2.0)
    marks = [_Mark(number, item) for number, item in enumerate(report.blocking + report.remarks, start=1)]
    unit = max(0.7, min(size) / 800)

    layer = _Layer(size, unit)
    if not report.blocking and analysis.person.face is not None:
        left, top, right, bottom = (float(edge) for edge in analysis.person.face.box * scale)
        layer.brackets((left, top, right, bottom), _GREEN)
    places = [(_scaled(region, scale), sharing) for region, sharing in _by_region(marks).items()]
    for box, sharing in places:
        layer.box(box, sharing[0].colour)
    for box, sharing in places:
        layer.numbers(box, sharing)
    marked = Image.alpha_composite(picture.convert("RGBA"), layer.reduced())

    legend = _legend(size[0], unit, report, marks)
    sheet = Image.new("RGB", (size[0], size[1] + legend.height), _PAPER)
    sheet.paste(marked.convert("RGB"), (0, 0))
    sheet.paste(legend, (0, size[1]))
    return np.array(sheet)


def _display_scale(photo: Photo) -> float:
    reduced = min(1.0, LONGEST_SIDE / max(photo.width, photo.height))
    enlarged = SHORTEST_SIDE / min(photo.width, photo.height)
    return min(max(reduced, enlarged), LONGEST_SIDE / max(photo.width, photo.height))


def _by_region(marks: list[_Mark]) -> dict[Region, list[_Mark]]:
    """Gather the marks of each place; marks without one stand in the legend only."""
    places: dict[Region, list[_Mark]] = {}
    for mark in marks:
        if mark.item.region is not None:
            places.setdefault(mark.item.region, []).append(mark)
    return places


def _scaled(region: Region, scale: float) -> Box:
    x, y, width, height = region
    return x * scale, y * scale, (x + width) * scale, (y + height) * scale


class _Layer:
    """A transparent sheet over the photo; coordinates are those of the photo part of the picture."""

    def __init__(self, size: tuple[int, int], unit: float) -> None:
        self._size = size
        self._line = max(2, round(3 * unit * _OVERSAMPLING))
        self._badge = 15 * unit * _OVERSAMPLING
        self._sheet = Image.new("RGBA", (size[0] * _OVERSAMPLING, size[1] * _OVERSAMPLING))
        self._draw = ImageDraw.Draw(self._sheet)
        self._taken: list[tuple[float, float]] = []

    def reduced(self) -> Image.Image:
        """Return the sheet at the size of the photo, smoothed."""
        return self._sheet.resize(self._size, Image.Resampling.BOX)

    def box(self, box: Box, colour: Colour) -> None:
        """Draw a box."""
        left, top, right, bottom = self._inside(box)
        self._outline((left, top, right, bottom), min(right - left, bottom - top) * 0.12, colour)

    def numbers(self, box: Box, marks: list[_Mark]) -> None:
        """Draw the numbers of the marks of a box along its upper edge, above all boxes."""
        left, top, *_ = self._inside(box)
        x, y = left + self._badge, top
        for mark in marks:
            x, y = self._free(x, y)
            _badge(self._draw, x, y, self._badge, mark)
            x += 2.4 * self._badge

    def brackets(self, box: Box, colour: Colour) -> None:
        """Draw the four corners of a box."""
        left, top, right, bottom = self._inside(box)
        arm = 0.18 * min(right - left, bottom - top)
        for tint, line in ((_PAPER, self._line * 2), (colour, self._line)):
            for x, towards_x in ((left, arm), (right, -arm)):
                for y, towards_y in ((top, arm), (bottom, -arm)):
                    path = [(x + towards_x, y), (x, y), (x, y + towards_y)]
                    self._draw.line(path, fill=(*tint, 255), width=line, joint="curve")

    def _inside(self, box: Box) -> Box:
        """Bring a box to the sheet's scale and into the picture, so that every edge shows."""
        margin = self._badge * 1.2
        width, height = self._sheet.size
        left, top, right, bottom = (edge * _OVERSAMPLING for edge in box)
        left, top = min(max(left, margin), width - 3 * margin), min(max(top, margin), height - 3 * margin)
        return (
            left,
            top,
            max(left + margin, min(right, width - margin)),
            max(top + margin, min(bottom, height - margin)),
        )

    def _outline(self, box: Box, radius: float, colour: Colour) -> None:
        self._draw.rounded_rectangle(box, radius, fill=(*colour, 26))
        grown = (box[0] - self._line / 2, box[1] - self._line / 2, box[2] + self._line / 2, box[3] + self._line / 2)
        self._draw.rounded_rectangle(grown, radius + self._line / 2, outline=(*_PAPER, 220), width=self._line * 2)
        self._draw.rounded_rectangle(box, radius, outline=(*colour, 255), width=self._line)

    def _free(self, x: float, y: float) -> tuple[float, float]:
        """Move a number to the right until it covers no other."""
        step = 2.4 * self._badge
        while any(abs(x - other_x) < step and abs(y - other_y) < step for other_x, other_y in self._taken):
            x += step
        if x + self._badge > self._sheet.width:
            x, y = self._badge * 1.4, y + step
        self._taken.append((x, y))
        return x, y


def _badge(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, mark: _Mark) -> None:
    rim = radius * 1.18
    draw.ellipse((x - rim, y - rim, x + rim, y + rim), fill=_PAPER)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=mark.colour)
    draw.text((x, y), str(mark.number), fill=_PAPER, font=_font(radius * 1.25), anchor="mm", stroke_width=radius * 0.03)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _legend(width: int, unit: float, report: Report, marks: list[_Mark]) -> Image.Image:
    """Draw the verdict and one line a mark, as wide as the photo."""
    across = width * _OVERSAMPLING
    em = 17 * unit * _OVERSAMPLING
    margin, gap = 1.5 * em, 1.1 * em
    text_left = margin + 2.4 * em
    reasons = [_wrap(mark.item.reason or "", _font(em * 0.92), across - text_left - margin) for mark in marks]
    height = 2 * margin + 1.9 * em + sum(gap + 1.35 * em + 1.25 * em * len(lines) for lines in reasons)

    sheet = Image.new("RGB", (across, round(height / _OVERSAMPLING) * _OVERSAMPLING), _PAPER)
    draw = ImageDraw.Draw(sheet)
    _verdict(draw, margin, margin, em, report)
    y = margin + 1.9 * em
    for mark, lines in zip(marks, reasons, strict=True):
        y += gap
        _badge(draw, margin + em, y + 0.62 * em, 0.85 * em, mark)
        draw.text((text_left, y), mark.title, fill=_INK, font=_font(em), stroke_width=em * 0.02)
        y += 1.35 * em
        for line in lines:
            draw.text((text_left, y), line, fill=_INK_SOFT, font=_font(em * 0.92))
            y += 1.25 * em
    return sheet.resize((width, sheet.height // _OVERSAMPLING), Image.Resampling.BOX)


def _verdict(draw: ImageDraw.ImageDraw, x: float, y: float, em: float, report: Report) -> None:
    colour = _GREEN if report.passed else _RED
    word = "PASSED" if report.passed else "NOT PASSED"
    font = _font(em)
    inner = draw.textlength(word, font=font)
    draw.rounded_rectangle((x, y, x + inner + 1.6 * em, y + 1.9 * em), 0.95 * em, fill=colour)
    draw.text((x + 0.8 * em, y + 0.95 * em), word, fill=_PAPER, font=font, anchor="lm", stroke_width=em * 0.02)
    total, good = len(report.items), sum(item.passed for item in report.items)
    detail = f"{report.level.value} check, score {report.score}, {good} of {total} items passed"
    draw.text((x + inner + 2.4 * em, y + 0.95 * em), detail, fill=_INK_SOFT, font=_font(em * 0.92), anchor="lm")


def _wrap(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> list[str]:
    """Break a text into lines that fit a width."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
