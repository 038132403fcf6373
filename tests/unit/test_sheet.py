"""Print sheets: photos in true size with their own pixels, lines beside them, and files that other readers measure."""

from __future__ import annotations

import io

import numpy as np
import pytest
from idphoto.arrays import Rgb
from idphoto.encode import encode_jpeg
from idphoto.paper import custom_paper, get_paper
from idphoto.sheet import LayoutInvalidError, Sheet, SheetPhoto, SheetStyle, encode_pdf, lay_out
from idphoto.watermark import Watermark, text_tile
from PIL import Image

TRUE_MM = 0.1


def noise(width: int, height: int) -> Rgb:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), np.uint8)


ONE_INCH = SheetPhoto(noise(295, 413), 25, 35)
TWO_INCH = SheetPhoto(noise(413, 579), 35, 49)


def photo_on(sheet: Sheet, index: int) -> Rgb:
    place = sheet.photos[index]
    seen = sheet.rgb[place.top : place.bottom, place.left : place.right]
    return np.rot90(seen, -1) if place.turned else seen


@pytest.mark.parametrize("cut", ["none", "lines", "marks"])
@pytest.mark.parametrize("gap", [0, 2])
@pytest.mark.parametrize("bleed", [0, 1])
@pytest.mark.parametrize("caption", [None, "cn_1inch 25 x 35 mm"])
def test_every_photo_keeps_every_pixel(cut: str, gap: float, bleed: float, caption: str | None) -> None:
    photo = SheetPhoto(ONE_INCH.rgb, 25, 35, caption=caption)
    style = SheetStyle(cut=cut, gap_mm=gap, bleed_mm=bleed)  # type: ignore[arg-type]
    sheet = lay_out([photo], get_paper("6inch"), 300, style)
    assert len(sheet.photos) >= 8
    for index in range(len(sheet.photos)):
        assert np.array_equal(photo_on(sheet, index), photo.rgb)


def test_a_photo_of_other_pixels_is_printed_in_its_true_size() -> None:
    sheet = lay_out([SheetPhoto(noise(600, 600), 50.8, 50.8)], get_paper("6inch"), 254, SheetStyle())
    assert {(place.width, place.height) for place in sheet.photos} == {(508, 508)}


def test_lines_lie_beside_the_photos_and_marks_only_outside_their_corners() -> None:
    plain = lay_out([ONE_INCH], get_paper("6inch"), 300, SheetStyle(cut="none")).rgb
    lines = lay_out([ONE_INCH], get_paper("6inch"), 300, SheetStyle(cut="lines"))
    marks = lay_out([ONE_INCH], get_paper("6inch"), 300, SheetStyle(cut="marks")).rgb
    place = lines.photos[0]
    assert tuple(lines.rgb[place.top - 1, place.left + 50]) == (150, 150, 150)
    assert tuple(marks[place.top - 1, place.left + 50]) == (255, 255, 255)
    assert 0 < np.count_nonzero((marks != plain).any(axis=2)) < np.count_nonzero((lines.rgb != plain).any(axis=2))


def test_a_bleed_continues_the_photo_beyond_its_edge() -> None:
    sheet = lay_out([ONE_INCH], get_paper("6inch"), 300, SheetStyle(bleed_mm=1, cut="none", may_turn=False))
    place = sheet.photos[0]
    outside = sheet.rgb[place.top - 5, place.left : place.right]
    assert np.array_equal(outside, ONE_INCH.rgb[0])


def test_several_photos_share_a_sheet() -> None:
    photos = [SheetPhoto(ONE_INCH.rgb, 25, 35, 4), SheetPhoto(TWO_INCH.rgb, 35, 49, 3)]
    sheet = lay_out(photos, get_paper("6inch"), 300, SheetStyle())
    assert sorted(place.item for place in sheet.photos) == [0, 0, 0, 0, 1, 1, 1]
    for index, place in enumerate(sheet.photos):
        assert np.array_equal(photo_on(sheet, index), photos[place.item].rgb)


def test_a_watermark_lies_over_the_whole_sheet() -> None:
    mark = Watermark(text_tile("PROOF"))
    marked = lay_out([ONE_INCH], get_paper("6inch"), 300, SheetStyle(), mark).rgb
    plain = lay_out([ONE_INCH], get_paper("6inch"), 300, SheetStyle()).rgb
    assert (marked != plain).any(axis=2).mean() > 0.02


@pytest.mark.parametrize(
    "change",
    [
        {"gap_mm": -1},
        {"margin_mm": 101},
        {"bleed_mm": 6},
        {"rows": 0},
        {"columns": 51},
    ],
)
def test_a_style_out_of_range_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(LayoutInvalidError):
        SheetStyle(**change)  # type: ignore[arg-type]


def test_a_sheet_that_cannot_be_is_refused() -> None:
    paper = get_paper("6inch")
    with pytest.raises(LayoutInvalidError):
        lay_out([ONE_INCH], paper, 72, SheetStyle())
    with pytest.raises(LayoutInvalidError):
        lay_out([], paper, 300, SheetStyle())
    with pytest.raises(LayoutInvalidError):
        lay_out([ONE_INCH, TWO_INCH], paper, 300, SheetStyle(rows=2))
    with pytest.raises(LayoutInvalidError):
        lay_out([SheetPhoto(ONE_INCH.rgb, 25, 35, caption="一寸")], paper, 300, SheetStyle())


@pytest.mark.parametrize("paper", ["5inch", "6inch", "A4", "A5", "Letter", "2L"])
@pytest.mark.parametrize("dpi", [150, 254, 300])
def test_a_pdf_has_the_true_size_of_its_paper_and_of_its_photos(paper: str, dpi: int) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    sheet = lay_out([ONE_INCH], get_paper(paper), dpi, SheetStyle())
    document = pdfium.PdfDocument(encode_pdf(sheet))
    assert len(document) == 1
    mm = [side / 72 * 25.4 for side in document[0].get_size()]
    expected = (get_paper(paper).width_mm, get_paper(paper).height_mm)
    assert sorted(mm) == pytest.approx(sorted(expected), abs=TRUE_MM)
    (picture,) = list(document[0].get_objects())
    left, bottom, right, top = picture.get_bounds()
    assert ((right - left) / 72 * 25.4, (top - bottom) / 72 * 25.4) == pytest.approx(mm, abs=TRUE_MM)
    assert picture.get_px_size() == (sheet.rgb.shape[1], sheet.rgb.shape[0])
    photo = sheet.photos[0]
    on_paper = sorted((photo.width / dpi * 25.4, photo.height / dpi * 25.4))
    assert on_paper == pytest.approx([25, 35], abs=TRUE_MM)


def test_a_pdf_shows_the_sheet_and_says_nothing_else() -> None:
    pdfium = pytest.importorskip("pypdfium2")
    sheet = lay_out(
        [SheetPhoto(np.full((413, 295, 3), (67, 142, 219), np.uint8), 25, 35)], get_paper("6inch"), 300, SheetStyle()
    )
    data = encode_pdf(sheet)
    assert data == encode_pdf(sheet)
    assert not {key: value for key, value in pdfium.PdfDocument(data).get_metadata_dict().items() if value}
    shown = np.asarray(pdfium.PdfDocument(data)[0].render(scale=300 / 72).to_pil().convert("RGB"))
    height, width = sheet.rgb.shape[:2]
    assert np.abs(shown[:height, :width].astype(int) - sheet.rgb).mean() < 3


def test_a_sheet_is_a_jpeg_of_its_resolution() -> None:
    sheet = lay_out([ONE_INCH], custom_paper(100, 148), 300, SheetStyle())
    with Image.open(io.BytesIO(encode_jpeg(sheet.rgb, sheet.dpi))) as image:
        assert sorted(image.size) == [1181, 1748]
        assert image.info["dpi"] == (300, 300)
