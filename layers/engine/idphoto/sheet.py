"""The print sheet (排版照): photos on paper in true size, with lines to cut along, as a picture and as a PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from idphoto.arrays import Rgb
from idphoto.encode import JPEG_QUALITY
from idphoto.errors import ParameterError
from idphoto.layout import Placement, Plan, Room, plan_grid, plan_mixed, plan_most
from idphoto.paper import Paper
from idphoto.specs import pixels
from idphoto.watermark import Watermark, stamp

Cut = Literal["none", "lines", "marks"]

SHEET_DPI: Final = (150, 600)
"""At 150 dpi a pixel is 0.17 mm, so that rounding keeps every size true to 0.1 mm; no photo printer resolves 600."""

PHOTOS_ON_SHEET: Final = 12
"""Different photos on one sheet."""

CAPTION_MM: Final = 3.5
CAPTION_LENGTH: Final = 40
_CAPTION_FILL: Final = 0.62
"""Of the caption's strip: the height of its font."""

_LINE_MM: Final = 0.1
_MARK_MM: Final = 3.0
_LINE_COLOUR: Final = (150, 150, 150)
_PAPER_COLOUR: Final = (255, 255, 255)
_TEXT_COLOUR: Final = (60, 60, 60)


class LayoutInvalidError(ParameterError):
    """A parameter of the layout is out of range."""

    code = "LAYOUT_INVALID"
    message = "A parameter of the layout is outside the allowed range."
    message_zh = "排版参数超出允许范围。"


@dataclass(frozen=True, eq=False)
class SheetPhoto:
    """A photo that lies on a sheet.

    Attributes
    ----------
    rgb
        uint8 ``(H, W, 3)``.
    width_mm, height_mm
        Its size on paper.
    count
        How many times; None for as many as fit.
    caption
        Printed below it, if given: up to 40 printable ASCII characters: the font that Pillow brings has no others.
    """

    rgb: Rgb
    width_mm: float
    height_mm: float
    count: int | None = None
    caption: str | None = None


@dataclass(frozen=True)
class SheetStyle:
    """How photos are laid out.

    Attributes
    ----------
    rows, columns
        Of a sheet with one photo; as many as fit where they are not given.
    gap_mm, margin_mm
        Between photos, and along the edges of the paper.
    bleed_mm
        By how much a photo is continued beyond its edge, so that a cut that is a little off shows no white.
    cut
        Lines around every photo, marks at its corners, or nothing.
    may_turn
        Whether photos may lie on their side.
    """

    rows: int | None = None
    columns: int | None = None
    gap_mm: float = 2.0
    margin_mm: float = 3.0
    bleed_mm: float = 0.0
    cut: Cut = "lines"
    may_turn: bool = True

    def __post_init__(self) -> None:
        for field, least, most in (("gap_mm", 0, 50), ("margin_mm", 0, 100), ("bleed_mm", 0, 5)):
            if not least <= (given := getattr(self, field)) <= most:
                raise LayoutInvalidError(field=field, given=given, allowed=[least, most])
        for field in ("rows", "columns"):
            if (count := getattr(self, field)) is not None and not 1 <= count <= 50:
                raise LayoutInvalidError(field=field, given=count, allowed=[1, 50])


@dataclass(frozen=True, eq=False)
class Sheet:
    """A finished sheet.

    Attributes
    ----------
    rgb
        uint8 ``(H, W, 3)``.
    dpi
        Its resolution.
    photos
        Where the photos lie, without bleed and caption, px.
    """

    rgb: Rgb
    dpi: int
    photos: tuple[Placement, ...]


@dataclass(frozen=True)
class _Print:
    """The sizes of a photo on the sheet, px: of itself, of its bleed, and of its caption's strip."""

    width: int
    height: int
    bleed: int
    strip: int

    @property
    def cell(self) -> tuple[int, int]:
        return self.width + 2 * self.bleed, self.height + 2 * self.bleed + self.strip


def lay_out(
    photos: Sequence[SheetPhoto], paper: Paper, dpi: int, style: SheetStyle, watermark: Watermark | None = None
) -> Sheet:
    """Print photos on a sheet.

    A photo that already has the pixels of its size on this sheet is not resampled.

    Parameters
    ----------
    photos
        1..12; several of them share the sheet.
    paper
        What is printed on, whichever way round holds more.
    dpi
        Of the sheet, 150..600.
    style
        How the photos are laid out.
    watermark
        Drawn over the whole sheet, if given.

    Raises
    ------
    LayoutOverflowError
        The photos do not fit; the details say what does.
    LayoutInvalidError
        A parameter is out of range, or rows and columns are given for several photos.
    """
    _require_possible(photos, dpi, style)
    prints = [
        _Print(
            pixels(photo.width_mm, dpi),
            pixels(photo.height_mm, dpi),
            pixels(style.bleed_mm, dpi),
            pixels(CAPTION_MM, dpi) if photo.caption else 0,
        )
        for photo in photos
    ]
    room = Room(
        pixels(paper.width_mm, dpi),
        pixels(paper.height_mm, dpi),
        pixels(style.margin_mm, dpi),
        pixels(style.gap_mm, dpi),
    )
    plan = _plan(room, photos, prints, style)
    return _drawn(plan, photos, prints, dpi, style, watermark)


def encode_pdf(sheet: Sheet) -> bytes:
    """Encode a sheet as a PDF of one page of its true size, with one picture that fills it."""
    buffer = io.BytesIO()
    Image.fromarray(sheet.rgb).save(
        buffer,
        "PDF",
        resolution=float(sheet.dpi),
        quality=JPEG_QUALITY,
        subsampling="4:4:4",
        title=None,
        creationDate=None,
        modDate=None,
    )
    return buffer.getvalue()


def _require_possible(photos: Sequence[SheetPhoto], dpi: int, style: SheetStyle) -> None:
    if not SHEET_DPI[0] <= dpi <= SHEET_DPI[1]:
        raise LayoutInvalidError(field="dpi", given=dpi, allowed=list(SHEET_DPI))
    if not 1 <= len(photos) <= PHOTOS_ON_SHEET:
        raise LayoutInvalidError(field="photos", given=len(photos), allowed=[1, PHOTOS_ON_SHEET])
    if len(photos) > 1 and (style.rows or style.columns):
        raise LayoutInvalidError(field="rows", given=[style.rows, style.columns], allowed="for one photo only")
    for photo in photos:
        text = photo.caption or ""
        if len(text) > CAPTION_LENGTH or not (text.isascii() and (text.isprintable())):
            raise LayoutInvalidError(
                field="caption", given=text[:80], allowed=f"up to {CAPTION_LENGTH} printable ASCII characters"
            )


def _plan(room: Room, photos: Sequence[SheetPhoto], prints: Sequence[_Print], style: SheetStyle) -> Plan:
    cells = [shape.cell for shape in prints]
    if len(cells) > 1 or photos[0].count is not None:
        return plan_mixed(room, cells, [photo.count for photo in photos], may_turn=style.may_turn)
    if style.rows or style.columns:
        return plan_grid(room, cells[0], style.rows, style.columns, may_turn=style.may_turn)
    return plan_most(room, cells[0], may_turn=style.may_turn)


def _drawn(
    plan: Plan,
    photos: Sequence[SheetPhoto],
    prints: Sequence[_Print],
    dpi: int,
    style: SheetStyle,
    watermark: Watermark | None,
) -> Sheet:
    picture = Image.new("RGB", (plan.width, plan.height), _PAPER_COLOUR)
    trims = [_trim(placement, prints[placement.item]) for placement in plan.placements]
    line = max(1, pixels(_LINE_MM, dpi))
    if style.cut == "marks":
        for placement, trim in zip(plan.placements, trims, strict=True):
            _draw_marks(picture, trim, prints[placement.item].bleed, line, pixels(_MARK_MM, dpi))
    rgb = np.array(picture)
    cells = [_cell(photo, shape) for photo, shape in zip(photos, prints, strict=True)]
    for placement in plan.placements:
        cell = cells[placement.item]
        lying = np.rot90(cell) if placement.turned else cell
        rgb[placement.top : placement.bottom, placement.left : placement.right] = lying
    if style.cut == "lines":
        for trim in trims:
            _draw_lines(rgb, trim, line)
        for placement, trim in zip(plan.placements, trims, strict=True):
            _restore(rgb, cells[placement.item], prints[placement.item], trim)
    return Sheet(stamp(rgb, watermark) if watermark else rgb, dpi, tuple(trims))


def _trim(placement: Placement, shape: _Print) -> Placement:
    """Where the photo itself lies in its cell; a quarter turn brings its right edge to the top."""
    width, height = (shape.height, shape.width) if placement.turned else (shape.width, shape.height)
    return Placement(
        placement.item, placement.left + shape.bleed, placement.top + shape.bleed, width, height, placement.turned
    )


def _cell(photo: SheetPhoto, shape: _Print) -> Rgb:
    """Return the photo with its bleed, and its caption below."""
    picture = _sized(photo, shape)
    bleed = shape.bleed
    cell = np.pad(picture, ((bleed, bleed), (bleed, bleed), (0, 0)), mode="edge") if bleed else picture
    if not shape.strip:
        return cell
    return np.concatenate([cell, _caption(photo.caption or "", cell.shape[1], shape.strip)])


def _sized(photo: SheetPhoto, shape: _Print) -> Rgb:
    size = (shape.width, shape.height)
    if photo.rgb.shape[1::-1] == size:
        return photo.rgb
    return np.asarray(Image.fromarray(photo.rgb).resize(size, Image.Resampling.LANCZOS))


def _caption(text: str, width: int, height: int) -> Rgb:
    strip = Image.new("RGB", (width, height), _PAPER_COLOUR)
    size = _CAPTION_FILL * height
    font = ImageFont.load_default(size)
    if (length := font.getlength(text)) > width:
        font = ImageFont.load_default(size * width / length)
    ImageDraw.Draw(strip).text((width / 2, height / 2), text, font=font, fill=_TEXT_COLOUR, anchor="mm")
    return np.asarray(strip)


def _draw_marks(picture: Image.Image, trim: Placement, bleed: int, line: int, length: int) -> None:
    """Draw two strokes at every corner, outward, beginning where the bleed ends; photos are laid over them."""
    draw = ImageDraw.Draw(picture)
    for x in (trim.left - line, trim.right):
        for start, end in (
            (trim.top - bleed - length, trim.top - bleed - 1),
            (trim.bottom + bleed, trim.bottom + bleed + length - 1),
        ):
            draw.rectangle((x, start, x + line - 1, end), fill=_LINE_COLOUR)
    for y in (trim.top - line, trim.bottom):
        for start, end in (
            (trim.left - bleed - length, trim.left - bleed - 1),
            (trim.right + bleed, trim.right + bleed + length - 1),
        ):
            draw.rectangle((start, y, end, y + line - 1), fill=_LINE_COLOUR)


def _draw_lines(rgb: Rgb, trim: Placement, line: int) -> None:
    """Draw a frame just outside a photo."""
    top, left = max(0, trim.top - line), max(0, trim.left - line)
    rgb[top : trim.top, left : trim.right + line] = _LINE_COLOUR
    rgb[trim.bottom : trim.bottom + line, left : trim.right + line] = _LINE_COLOUR
    rgb[top : trim.bottom + line, left : trim.left] = _LINE_COLOUR
    rgb[top : trim.bottom + line, trim.right : trim.right + line] = _LINE_COLOUR


def _restore(rgb: Rgb, cell: Rgb, shape: _Print, trim: Placement) -> None:
    """Lay a photo over the lines of its neighbours, which touch it where there is no gap."""
    photo = cell[shape.bleed : shape.bleed + shape.height, shape.bleed : shape.bleed + shape.width]
    rgb[trim.top : trim.bottom, trim.left : trim.right] = np.rot90(photo) if trim.turned else photo
