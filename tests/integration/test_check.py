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


def test_the_rules_are_part_of_the_name_of_a_check(bundle, encoded):
    rules = [
        ("level", "basic"),
        ("level", "strict"),
        ("spec_id", "cn_1inch"),
        ("spec_id", "us_visa"),
        ("thresholds", {"yaw": 10}),
    ]
    asked = [{"out_request_id": "o-1", "image_base64": encoded, field: value} for field, value in rules]
    ids = [bundle.call("check", request).body["check_id"] for request in asked]
    assert len(set(ids)) == len(rules)
    assert bundle.call("check", asked[-1]).body["check_id"] == ids[-1]


def test_a_threshold_of_ones_own_refuses_what_would_pass(bundle, encoded):
    answer = bundle.call("check", {"image_base64": encoded, "thresholds": {"face_size": 500}})
    assert answer.status == 200, answer.raw
    assert answer.body["passed"] is False
    item = next(item for item in answer.body["report"]["items"] if item["code"] == "face_size")
    assert (item["fault"], item["threshold"]) == ("FACE_TOO_SMALL", 500)
    assert item["iso"]["name"] == "InterEyeDistance"


def test_a_specification_is_checked_for_whether_it_can_be_met(bundle, encoded):
    answer = bundle.call("check", {"image_base64": encoded, "spec_id": "cn_1inch"}).body["report"]
    assert answer["spec_id"] == "cn_1inch"
    fit = next(item for item in answer["items"] if item["code"] == "spec_fit")
    assert fit["measured"]
    assert fit["passed"]


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"thresholds": {"yaws": 10}}, "CHECK_ITEM_UNKNOWN"),
        ({"spec_id": "cn_1nch"}, "SPEC_UNKNOWN"),
        ({"thresholds": {"yaw": "much"}}, "REQUEST_INVALID"),
        ({"level": "lenient"}, "REQUEST_INVALID"),
    ],
)
def test_rules_that_do_not_exist_are_refused_before_the_picture_is_looked_at(bundle, rules, code):
    answer = bundle.call("check", {"img_url": "https://example.invalid/a.jpg"} | rules)
    assert (answer.status, answer.code) == (422, code)
    assert answer.body["error"]["message_zh"]


def test_make_looks_at_what_decides_and_a_later_check_at_all(bundle, encoded):
    bundle.call("make", {"out_request_id": "o-1", "image_base64": encoded})
    report = bundle.call("check", {"out_request_id": "o-1", "image_base64": encoded}).body["report"]
    assert {"head_covering", "background_uniform", "gaze"} <= {item["code"] for item in report["items"]}


def test_a_finished_photo_is_measured_against_its_specification(bundle, portrait_jpeg):
    source = base64.b64encode(portrait_jpeg).decode()
    made = bundle.call("make", {"out_request_id": "o-1", "image_base64": source, "watermark_id": "none"}).body
    [key] = [key for key in bundle.objects() if key.endswith(f"{made['mt_generate_id']}.jpg")]
    photo = base64.b64encode(bundle.read(key)).decode()

    right = bundle.call("check", {"image_base64": photo, "target": "photo", "spec_id": "cn_1inch"}).body
    wrong = bundle.call("check", {"image_base64": photo, "target": "photo", "spec_id": "cn_2inch"}).body

    codes = {item["code"] for item in right["report"]["items"]}
    assert {"photo_pixels", "photo_dpi", "photo_format", "photo_background"} <= codes
    assert right["passed"], right["report"]
    assert not wrong["passed"]
    assert "photo_pixels" in {item["code"] for item in wrong["report"]["items"] if not item["passed"]}
    assert right["check_id"] != wrong["check_id"]


@pytest.mark.parametrize("fields", [{}, {"spec_id": "cn_1inch", "thresholds": {"pose_yaw": 5}}])
def test_a_finished_photo_needs_its_specification_and_no_limits_of_ones_own(bundle, portrait_jpeg, fields):
    source = base64.b64encode(portrait_jpeg).decode()
    answer = bundle.call("check", {"image_base64": source, "target": "photo"} | fields)
    assert (answer.status, answer.code) == (422, "CHECK_INVALID"), answer.raw
