"""POST /check through the handler."""

import base64

import pytest


@pytest.fixture
def encoded(portrait_jpeg):
    return base64.b64encode(portrait_jpeg).decode()


def test_a_portrait_passes_and_every_item_is_listed(bundle, encoded):
    answer = bundle.call("check", {"out_request_id": "o-1", "image_base64": encoded})
    assert answer.status == 200, answer.raw
    assert answer.body["passed"] is True
    items = answer.body["report"]["items"]
    assert len(items) >= 10
    assert all(item["name_zh"] and item["code"] for item in items)
    assert answer.body["annotated"]["format"] == "png"


def test_the_same_photo_is_checked_once(bundle, encoded):
    first = bundle.call("check", {"out_request_id": "o-1", "image_base64": encoded}).body
    second = bundle.call("check", {"out_request_id": "o-1", "image_base64": encoded}).body
    assert first["check_id"] == second["check_id"]
    assert len(bundle.items("CHECK")) == 1


def test_a_check_needs_no_out_request_id(bundle, encoded):
    answer = bundle.call("check", {"image_base64": encoded})
    assert answer.status == 200
    assert answer.body["out_request_id"].startswith("check-")


def test_a_text_is_refused_and_nothing_is_stored(bundle):
    answer = bundle.call(
        "check", {"out_request_id": "o-1", "image_base64": base64.b64encode(b"no picture" * 50).decode()}
    )
    assert (answer.status, answer.code) == (415, "IMAGE_FORMAT_UNSUPPORTED")
    assert answer.body["error"]["message_zh"]
    assert not bundle.objects()
    assert not bundle.items("")


def test_a_photo_that_was_made_first_is_marked_when_it_is_checked(bundle, encoded):
    made = bundle.call("make", {"out_request_id": "o-1", "image_base64": encoded}).body
    assert not [key for key in bundle.objects() if "annotated" in key]
    check = bundle.call("check", {"out_request_id": "o-1", "image_base64": encoded}).body
    assert check["check_id"] == made["check"]["check_id"]
    assert check["annotated"]["width"]
    assert len(bundle.items("CHECK")) == 1
