"""Watermarks: previews carry one, a partner registers its own, and photos keep theirs when it is deleted."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.integration.conftest import OTHER_KEY

BLUE = (0x43, 0x8E, 0xDB)


def encoded(image, file_format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture
def stripe():
    return encoded(Image.new("RGBA", (200, 40), (255, 0, 0, 255)))


@pytest.fixture
def request_body(portrait_jpeg):
    return {
        "out_request_id": "order-1",
        "image_base64": base64.b64encode(portrait_jpeg).decode(),
        "background": {"color": "blue"},
    }


def post(bundle, function, body, **call):
    answer = bundle.call(function, body, **call)
    assert answer.status == 200, answer.raw
    return answer.body


def register(bundle, picture, **fields):
    return post(bundle, "watermarks", {"photo": {"image_base64": picture}} | fields)


def listed(bundle, **call):
    return bundle.call("watermarks", None, method="GET", path="/watermarks", **call).body


def forget(bundle, watermark_id, **call):
    return bundle.call("watermarks", None, method="DELETE", path=f"/watermarks/{watermark_id}", **call)


def pixels(bundle, result, suffix="jpg"):
    key = next(key for key in bundle.objects() if key.endswith(f"{result['mt_generate_id']}.{suffix}"))
    return np.asarray(Image.open(io.BytesIO(bundle.read(key)))).astype(int)


def above_the_head(photo):
    """The background's rows above every head of a one-inch photo."""
    return photo[:20]


def test_a_preview_carries_the_text_of_the_bundle_unless_the_call_says_none(bundle, request_body, monkeypatch):
    monkeypatch.setattr("idphoto_service.logic.marks.settings", lambda: type("S", (), {"preview_text": "PREVIEW"}))
    marked = post(bundle, "make", request_body)
    clean = post(bundle, "make", request_body | {"watermark_id": "none"})
    assert marked["params"]["watermark"] == {"text": "PREVIEW"}
    assert clean["params"]["watermark"] is None
    assert marked["mt_generate_id"] != clean["mt_generate_id"]
    assert np.abs(above_the_head(pixels(bundle, clean)) - BLUE).max() <= 3
    assert np.abs(pixels(bundle, marked) - pixels(bundle, clean)).max() > 40
    cutouts = [pixels(bundle, result, "png") for result in (marked, clean)]
    assert np.array_equal(cutouts[0][..., 3], cutouts[1][..., 3])
    assert np.abs(cutouts[0] - cutouts[1]).max() > 40


def test_effects_keep_the_watermark_of_the_photo(bundle, request_body, stripe):
    mark = register(bundle, stripe, opacity=1, angle=0, width=0.5, gap=0.2)
    made = post(bundle, "make", request_body | {"watermark_id": mark["watermark_id"]})
    red = post(bundle, "background", {"mt_generate_id": made["mt_generate_id"], "color": "white"})
    for result in (made, red):
        photo = pixels(bundle, result)
        assert (np.abs(photo - (254, 0, 0)).max(axis=2) < 12).mean() > 0.2


def test_a_watermark_is_listed_with_both_its_pictures_and_its_settings(bundle, stripe):
    sheet = encoded(Image.new("RGBA", (300, 300), (0, 0, 0, 90)))
    mark = register(bundle, stripe, sheet={"image_base64": sheet}, name="店铺", opacity=0.5, angle=-20, tiled=False)
    assert (mark["photo"]["width"], mark["photo"]["height"], mark["sheet"]["height"]) == (200, 40, 300)
    assert mark["settings"] == {"tiled": False, "opacity": 0.5, "angle": -20, "width": 0.4, "gap": 0.5}
    [entry] = listed(bundle)["watermarks"]
    assert (entry["watermark_id"], entry["name"]) == (mark["watermark_id"], "店铺")


def test_the_same_watermark_twice_is_one_and_another_setting_is_another(bundle, stripe):
    first, again, other = (register(bundle, stripe, **fields)["watermark_id"] for fields in ({}, {}, {"opacity": 0.5}))
    assert first == again != other
    assert {entry["watermark_id"] for entry in listed(bundle)["watermarks"]} == {first, other}


def test_watermarks_come_in_pages(bundle, stripe):
    made = {register(bundle, stripe, angle=angle)["watermark_id"] for angle in range(5)}
    first = listed(bundle, query={"limit": "3"})
    second = listed(bundle, query={"limit": "3", "start": first["next"]})
    assert [len(page["watermarks"]) for page in (first, second)] == [3, 2]
    assert {entry["watermark_id"] for page in (first, second) for entry in page["watermarks"]} == made


def test_a_deleted_watermark_is_gone_but_photos_that_carry_it_go_on(bundle, request_body, stripe):
    mark = register(bundle, stripe, opacity=1, angle=0)["watermark_id"]
    made = post(bundle, "make", request_body | {"watermark_id": mark})
    assert forget(bundle, mark).status == 200
    assert not [key for key in bundle.objects() if key.startswith("watermarks/")]
    assert listed(bundle)["watermarks"] == []
    assert forget(bundle, mark).code == "WATERMARK_ID_NOT_FOUND"
    refused = bundle.call("make", request_body | {"watermark_id": mark, "out_request_id": "order-2"})
    assert (refused.status, refused.code) == (404, "WATERMARK_ID_NOT_FOUND")
    white = post(bundle, "background", {"mt_generate_id": made["mt_generate_id"], "color": "white"})
    assert (np.abs(pixels(bundle, white) - (254, 0, 0)).max(axis=2) < 12).mean() > 0.05


def test_another_partner_sees_uses_and_deletes_none_of_them(bundle, request_body, stripe):
    mark = register(bundle, stripe)["watermark_id"]
    assert listed(bundle, key=OTHER_KEY)["watermarks"] == []
    assert forget(bundle, mark, key=OTHER_KEY).code == "WATERMARK_ID_NOT_FOUND"
    stolen = bundle.call("make", request_body | {"watermark_id": mark}, key=OTHER_KEY)
    assert (stolen.status, stolen.code) == (404, "WATERMARK_ID_NOT_FOUND")
    assert len(listed(bundle)["watermarks"]) == 1


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        ("", "WATERMARK_INVALID"),
        (base64.b64encode(b"<html>").decode(), "WATERMARK_INVALID"),
        (base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(), "WATERMARK_INVALID"),
        (base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 64).decode(), "WATERMARK_INVALID"),
        (encoded(Image.new("1", (9000, 9000))), "WATERMARK_INVALID"),
        (
            encoded(
                Image.new("RGBA", (20, 20)), save_all=True, append_images=[Image.new("RGBA", (20, 20), (9, 9, 9, 9))]
            ),
            "WATERMARK_INVALID",
        ),
        ("*not base64*", "IMAGE_BASE64_INVALID"),
    ],
    ids=["empty", "html", "svg", "broken", "bomb", "animated", "no base64"],
)
def test_a_hostile_picture_is_refused_and_nothing_is_stored(bundle, picture, code):
    answer = bundle.call("watermarks", {"photo": {"image_base64": picture}})
    assert (answer.status, answer.code) == (422, code), answer.raw
    if code == "WATERMARK_INVALID":
        assert answer.body["error"]["details"]["picture"] == "photo"
    assert not bundle.objects()
    assert not bundle.items("")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"opacity": 1.5}, "REQUEST_INVALID"),
        ({"angle": 1e9}, "REQUEST_INVALID"),
        ({"width": 0}, "REQUEST_INVALID"),
        ({"photo": {}}, "SOURCE_INVALID"),
        ({"photo": None}, "REQUEST_INVALID"),
        ({"tint": "red"}, "REQUEST_INVALID"),
        ({"name": "x" * 101}, "REQUEST_INVALID"),
    ],
)
def test_a_bad_setting_is_named(bundle, stripe, fields, code):
    answer = bundle.call("watermarks", {"photo": {"image_base64": stripe}} | fields)
    assert (answer.status, answer.code) == (422, code), answer.raw


@pytest.mark.parametrize("watermark_id", ["..%2f..", "NONE", "a" * 200, "../photo"])
def test_a_trick_in_an_id_is_refused(bundle, request_body, watermark_id):
    assert forget(bundle, watermark_id).status in {404, 422}
    assert bundle.call("make", request_body | {"watermark_id": watermark_id}).status == 422
