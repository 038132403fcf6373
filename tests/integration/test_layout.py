"""Print sheets through the API: true size, both files, several photos, and refusals that name what fits."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.integration.conftest import OTHER_KEY


@pytest.fixture
def made(bundle, portrait_jpeg):
    body = {"out_request_id": "order-1", "image_base64": base64.b64encode(portrait_jpeg).decode()}
    answer = bundle.call("make", body | {"background": {"color": "blue"}})
    assert answer.status == 200, answer.raw
    return answer.body


def layout(bundle, **fields):
    answer = bundle.call("layout", fields)
    assert answer.status == 200, answer.raw
    return answer.body


def data_of(bundle, image):
    return bundle.read(next(key for key in bundle.objects() if key in image["url"]))


def test_a_sheet_holds_as_many_photos_as_fit(bundle, made):
    body = layout(bundle, mt_generate_id=made["mt_generate_id"])
    assert (body["paper"], body["count"]) == ("6inch", 13)
    with Image.open(io.BytesIO(data_of(bundle, body["jpeg"]))) as image:
        assert sorted(image.size) == [1205, 1795]
        assert image.info["dpi"] == (300, 300)
        sheet = np.asarray(image).astype(int)
    assert {tuple(sorted((place["width_mm"], place["height_mm"]))) for place in body["placements"]} == {(24.98, 34.97)}
    place = body["placements"][0]
    left, top = round(place["left_mm"] / 25.4 * 300), round(place["top_mm"] / 25.4 * 300)
    assert np.abs(sheet[top + 5, left + 5] - (0x43, 0x8E, 0xDB)).max() <= 4
    assert tuple(sheet[2, 2]) == (255, 255, 255)


def test_a_pdf_has_its_true_size(bundle, made):
    pdfium = pytest.importorskip("pypdfium2")
    for paper, size in (("6inch", (102, 152)), ("A4", (210, 297)), ({"width_mm": 100, "height_mm": 148}, (100, 148))):
        body = layout(bundle, mt_generate_id=made["mt_generate_id"], paper=paper)
        page = pdfium.PdfDocument(data_of(bundle, body["pdf"]))[0]
        assert sorted(side / 72 * 25.4 for side in page.get_size()) == pytest.approx(size, abs=0.1)
        assert sorted((body["width_mm"], body["height_mm"])) == pytest.approx(size, abs=0.1)


def test_rows_and_columns_are_as_asked(bundle, made):
    body = layout(bundle, mt_generate_id=made["mt_generate_id"], rows=3, columns=3, turn=False)
    assert body["count"] == 9
    assert not any(place["turned"] for place in body["placements"])


def test_a_sheet_that_overflows_says_what_fits(bundle, made):
    answer = bundle.call("layout", {"mt_generate_id": made["mt_generate_id"], "rows": 9, "columns": 9})
    assert (answer.status, answer.code) == (422, "LAYOUT_OVERFLOW")
    fits = answer.body["error"]["details"]["fits"]
    assert fits["most"] == 13
    assert {"rows": 4, "columns": 3} in fits["grids"]


def test_several_sizes_share_a_sheet_with_captions_and_marks(bundle, made):
    photo = {"mt_generate_id": made["mt_generate_id"]}
    body = layout(
        bundle,
        photos=[photo | {"count": 4}, photo | {"spec_id": "cn_2inch", "count": 3, "caption": "two inch"}],
        captions=True,
        cut="marks",
        gap_mm=1.5,
    )
    assert [place["photo"] for place in body["placements"]].count(0) == 4
    assert {place["width_mm"] for place in body["placements"] if place["photo"] == 1} <= {34.97, 49.02}


def test_a_sheet_carries_the_sheet_picture_of_a_watermark_only_when_asked(bundle, made):
    marks = [Image.new("RGBA", (60, 60), color) for color in ((255, 0, 0, 255), (0, 255, 0, 255))]
    files = []
    for mark in marks:
        buffer = io.BytesIO()
        mark.save(buffer, "PNG")
        files.append({"image_base64": base64.b64encode(buffer.getvalue()).decode()})
    registered = bundle.call(
        "watermarks", {"photo": files[0], "sheet": files[1], "opacity": 1, "angle": 0, "width": 0.1}
    ).body
    ask = {"mt_generate_id": made["mt_generate_id"]}
    body = layout(bundle, **ask, watermark_id=registered["watermark_id"])
    sheet = np.asarray(Image.open(io.BytesIO(data_of(bundle, body["jpeg"])))).astype(int)
    assert (np.abs(sheet - (0, 255, 0)).max(axis=2) < 20).mean() > 0.2
    assert (np.abs(sheet - (255, 0, 0)).max(axis=2) < 20).mean() < 0.01
    unknown = bundle.call("layout", ask | {"watermark_id": "a" * 26})
    assert (unknown.status, unknown.code) == (404, "WATERMARK_ID_NOT_FOUND")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"paper": "B5"}, "PAPER_UNKNOWN"),
        ({"paper": {"width_mm": 10, "height_mm": 100}}, "REQUEST_INVALID"),
        ({"dpi": 72}, "REQUEST_INVALID"),
        ({"rows": 0}, "REQUEST_INVALID"),
        ({"gap_mm": -1}, "REQUEST_INVALID"),
        ({"cut": "scissors"}, "REQUEST_INVALID"),
        ({"photos": []}, "REQUEST_INVALID"),
        ({"photos": [{"mt_generate_id": "a" * 42}]}, "LAYOUT_INVALID"),
        ({"copies": 3}, "REQUEST_INVALID"),
    ],
)
def test_a_bad_field_is_named(bundle, made, fields, code):
    answer = bundle.call("layout", {"mt_generate_id": made["mt_generate_id"]} | fields)
    assert (answer.status, answer.code) == (422, code), answer.raw


def test_rows_are_for_one_photo_and_captions_in_ascii(bundle, made):
    photo = {"mt_generate_id": made["mt_generate_id"]}
    several = bundle.call("layout", {"photos": [photo, photo], "rows": 2})
    assert (several.status, several.code) == (422, "LAYOUT_INVALID")
    chinese = bundle.call("layout", {"photos": [photo | {"caption": "一寸"}]})
    assert (chinese.status, chinese.code) == (422, "LAYOUT_INVALID")
    neither = bundle.call("layout", {"paper": "A4"})
    assert (neither.status, neither.code) == (422, "LAYOUT_INVALID")


def test_another_partners_result_is_not_found(bundle, made):
    answer = bundle.call("layout", {"mt_generate_id": made["mt_generate_id"]}, key=OTHER_KEY)
    assert (answer.status, answer.code) == (404, "MT_GENERATE_ID_NOT_FOUND")


def test_a_sheet_goes_with_its_photo(bundle, made):
    layout(bundle, mt_generate_id=made["mt_generate_id"])
    bundle.call("photos", None, method="DELETE", path="/photos/order-1")
    assert not bundle.objects()


def test_specifications_are_found_by_country_kind_and_words(bundle):
    def found(**query):
        return bundle.call("specs", None, method="GET", path="/specs", query=query).body

    assert found()["total"] >= 250
    exams = found(country="cn", kind="exam", limit="100")["specs"]
    assert {(spec["country"], spec["document"]) for spec in exams} == {("CN", "exam")}
    assert found(q="法国 签证", kind="visa")["specs"][0]["spec_id"] == "fr_visa"
    assert found(q="Reisepass", country="DE")["specs"][0]["name_local"] == "Reisepass Deutschland"
    wrong = bundle.call("specs", None, method="GET", path="/specs", query={"kind": "poster"})
    assert (wrong.status, wrong.code) == (422, "REQUEST_INVALID")
