"""POST /make and POST /background through the handlers: ids, one stored result, nothing half written."""

import base64
import io
import logging

import numpy as np
import pytest
from botocore.exceptions import ClientError
from idphoto import ENGINE_VERSION
from idphoto.specs import load_specs
from idphoto_service import history as tables
from idphoto_service.api import DefectError, logger
from idphoto_service.history import History
from PIL import Image
from skimage.data import astronaut

from tests.integration.conftest import OTHER_KEY, jpeg


@pytest.fixture
def request_body(portrait_jpeg):
    return {
        "out_request_id": "order-1",
        "image_base64": base64.b64encode(portrait_jpeg).decode(),
        "spec_id": "cn_1inch",
        "background": {"color": "blue"},
    }


@pytest.fixture
def log(capsys, caplog):
    """What has been written so far: by the logger, with all its fields, and by everybody else."""
    written = io.StringIO()
    before = logger.registered_handler.setStream(written)  # type: ignore[attr-defined]
    caplog.set_level(logging.INFO)

    def read():
        written.write("".join(capsys.readouterr()) + caplog.text)
        return written.getvalue()

    yield read
    logger.registered_handler.setStream(before)  # type: ignore[attr-defined]


@pytest.fixture
def made(bundle, request_body):
    answer = bundle.call("make", request_body)
    assert answer.status == 200, answer.raw
    return answer.body


def test_make_answers_what_the_contract_names(made):
    named = (
        "request_id out_request_id mt_generate_id parent_mt_generate_id effect params recipe image warnings timings_ms"
    )
    assert made.keys() >= set(named.split())
    assert made["effect"] == "make"
    assert made["parent_mt_generate_id"] is None
    assert [step["kind"] for step in made["recipe"]] == ["make"]
    assert made["params"]["background"]["color"] == "#438EDB"
    assert (made["image"]["width"], made["image"]["height"]) == (295, 413)


def test_the_stored_photo_has_the_pixels_the_dpi_and_the_colour(bundle, made):
    [key] = [key for key in bundle.objects() if key.endswith(f"{made['mt_generate_id']}.jpg")]
    photo = Image.open(io.BytesIO(bundle.read(key)))
    assert photo.size == (295, 413)
    assert photo.info["dpi"] == (300, 300)
    assert np.abs(np.asarray(photo)[2, 2].astype(int) - (0x43, 0x8E, 0xDB)).max() <= 2


def test_the_cutout_is_transparent_around_the_person(bundle, made):
    [key] = [key for key in bundle.objects() if key.endswith(f"{made['mt_generate_id']}.png")]
    cutout = np.asarray(Image.open(io.BytesIO(bundle.read(key))))
    assert cutout.shape == (413, 295, 4)
    assert cutout[2, 2, 3] == 0
    assert cutout[200, 147, 3] == 255


def test_the_same_request_again_gives_the_same_id_and_stores_nothing_more(bundle, request_body, made):
    before = bundle.objects()
    again = bundle.call("make", request_body).body
    assert again["mt_generate_id"] == made["mt_generate_id"]
    assert bundle.objects() == before
    assert len(bundle.items("RESULT")) == 1


def test_equal_requests_in_other_words_are_one_result(bundle, request_body, made):
    other = request_body | {"spec_id": "一寸", "background": {"color": "#438edb", "gradient": 0}}
    assert bundle.call("make", other).body["mt_generate_id"] == made["mt_generate_id"]


def test_another_photo_under_the_same_out_request_id_is_a_conflict_and_changes_nothing(bundle, request_body, made):
    items, objects = bundle.items(""), bundle.objects()
    other = base64.b64encode(jpeg(np.ascontiguousarray(astronaut()[:, ::-1]))).decode()
    for answer in (
        bundle.call("make", request_body | {"image_base64": other}),
        bundle.call("check", {"out_request_id": request_body["out_request_id"], "image_base64": other}),
    ):
        assert (answer.status, answer.code) == (409, "OUT_REQUEST_ID_CONFLICT")
    assert (bundle.items(""), bundle.objects()) == (items, objects)


def test_the_check_of_another_photo_is_a_conflict_and_changes_nothing(bundle, request_body, made):
    other = base64.b64encode(jpeg(np.ascontiguousarray(astronaut()[:, ::-1]))).decode()
    check = bundle.call("check", {"image_base64": other}).body
    items, objects = bundle.items(""), bundle.objects()
    answer = bundle.call("make", {"out_request_id": request_body["out_request_id"], "check_id": check["check_id"]})
    assert (answer.status, answer.code) == (409, "OUT_REQUEST_ID_CONFLICT")
    assert (bundle.items(""), bundle.objects()) == (items, objects)


def test_calls_that_meet_on_one_photo_are_tried_again(bundle, request_body, monkeypatch):
    client = tables.history().table.meta.client
    write, attempts = client.transact_write_items, []

    def busy_once(**items):
        attempts.append(items)
        if len(attempts) == 1:
            reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "None"}]
            raise ClientError(
                {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons},
                "TransactWriteItems",
            )
        return write(**items)

    monkeypatch.setattr(client, "transact_write_items", busy_once)
    assert bundle.call("make", request_body).status == 200
    assert len(attempts) == 2


def test_a_photo_that_is_erased_while_it_is_made_does_not_come_back(bundle, request_body, monkeypatch):
    save = History.save_result

    def save_too_late(self, result, photo, now):
        for item in bundle.items(""):
            bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
        return save(self, result, photo, now)

    monkeypatch.setattr(History, "save_result", save_too_late)
    answer = bundle.call("make", request_body)
    assert (answer.status, answer.code) == (404, "MT_GENERATE_ID_NOT_FOUND")
    assert not bundle.items("")


def test_the_result_that_was_asked_for_last_is_the_current_one(bundle, made):
    red = bundle.call("background", {"mt_generate_id": made["mt_generate_id"], "color": "red"}).body
    assert [photo["current"] for photo in bundle.items("PHOTO")] == [red["mt_generate_id"]]
    bundle.call("background", {"mt_generate_id": red["mt_generate_id"], "color": "blue"})
    assert [photo["current"] for photo in bundle.items("PHOTO")] == [made["mt_generate_id"]]


def test_background_continues_from_the_id_and_keeps_the_frame(bundle, made):
    answer = bundle.call("background", {"mt_generate_id": made["mt_generate_id"], "color": "red"})
    assert answer.status == 200, answer.raw
    assert answer.body["parent_mt_generate_id"] == made["mt_generate_id"]
    assert answer.body["frame"] == made["frame"]
    assert answer.body["params"]["color"] == "#FF0000"


def test_background_back_to_the_first_colour_is_the_first_result(bundle, made):
    red = bundle.call("background", {"mt_generate_id": made["mt_generate_id"], "color": "red"}).body
    back = bundle.call("background", {"mt_generate_id": red["mt_generate_id"], "color": "blue"}).body
    assert back["mt_generate_id"] == made["mt_generate_id"]


def test_make_from_a_check_needs_no_upload_and_gives_the_same_bytes(bundle, request_body, made):
    [image] = [key for key in bundle.objects() if key.endswith(f"{made['mt_generate_id']}.jpg")]
    before = bundle.read(image)
    for item in bundle.items("RESULT"):
        bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    bundle.s3.delete_object(Bucket="bucket", Key=image)
    check = bundle.call("check", {"out_request_id": "order-1", "image_base64": request_body["image_base64"]}).body
    body = {
        "out_request_id": "order-1",
        "check_id": check["check_id"],
        "spec_id": "cn_1inch",
        "background": {"color": "blue"},
    }
    assert bundle.call("make", body).body["mt_generate_id"] == made["mt_generate_id"]
    assert bundle.read(image) == before


def test_a_check_under_another_id_brings_its_photo_along(bundle, request_body):
    check = bundle.call("check", {"image_base64": request_body["image_base64"]}).body
    answer = bundle.call("make", {"out_request_id": "order-2", "check_id": check["check_id"]})
    assert answer.status == 200, answer.raw
    [result] = bundle.items("RESULT")
    home = result["image_key"].rsplit("/", 1)[0]
    digest = result["source_digest"][:32]
    assert {f"{home}/{digest}/{name}" for name in ("source", f"portrait-{ENGINE_VERSION}")} <= bundle.objects()


def test_another_partner_sees_neither_results_nor_checks(bundle, made):
    stolen = bundle.call("background", {"mt_generate_id": made["mt_generate_id"]}, key=OTHER_KEY)
    assert (stolen.status, stolen.code) == (404, "MT_GENERATE_ID_NOT_FOUND")
    stolen = bundle.call("make", {"out_request_id": "x", "check_id": made["check"]["check_id"]}, key=OTHER_KEY)
    assert (stolen.status, stolen.code) == (404, "CHECK_ID_NOT_FOUND")


def test_an_expired_result_is_gone_although_its_item_is_still_there(bundle, made, monkeypatch):
    later = tables.now() + 31 * tables.SECONDS_PER_DAY
    monkeypatch.setattr("idphoto_service.logic.background.now", lambda: later)
    answer = bundle.call("background", {"mt_generate_id": made["mt_generate_id"]})
    assert (answer.status, answer.code) == (404, "MT_GENERATE_ID_NOT_FOUND")


def test_a_refused_photo_leaves_its_out_request_id_free(bundle, request_body):
    blank = base64.b64encode(jpeg(np.full((600, 500, 3), 200, np.uint8))).decode()
    refused = bundle.call("make", request_body | {"image_base64": blank})
    assert (refused.status, refused.code) == (422, "CHECK_FAILED")
    assert "NO_FACE" in refused.body["error"]["details"]["faults"]
    assert refused.body["error"]["details"]["report"]["items"]
    assert bundle.call("make", request_body).status == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"spec_id": "mars_passport"}, 422, "SPEC_UNKNOWN"),
        ({"background": {"color": "blurple"}}, 422, "COLOR_INVALID"),
        ({"background": {"color": "blue", "gradient": 7}}, 422, "REQUEST_INVALID"),
        ({"background": "blue"}, 422, "REQUEST_INVALID"),
        ({"spec_id": 5}, 422, "REQUEST_INVALID"),
        ({"out_request_id": None}, 422, "REQUEST_INVALID"),
        ({"out_request_id": "../../etc/passwd"}, 422, "REQUEST_INVALID"),
        ({"out_request_id": "a" * 200}, 422, "REQUEST_INVALID"),
        ({"typo": 1}, 422, "REQUEST_INVALID"),
        ({"img_url": "http://example.com/a.jpg"}, 422, "SOURCE_INVALID"),
        ({"image_base64": None}, 422, "SOURCE_INVALID"),
        ({"image_base64": "*not base64*"}, 422, "IMAGE_BASE64_INVALID"),
        ({"image_base64": ""}, 422, "IMAGE_EMPTY"),
        ({"image_base64": None, "upload_id": "0" * 32}, 404, "UPLOAD_ID_NOT_FOUND"),
        ({"image_base64": None, "upload_id": "../secrets"}, 422, "REQUEST_INVALID"),
        ({"image_base64": None, "img_url": "http://127.0.0.1/a.jpg"}, 422, "IMG_URL_FORBIDDEN"),
        ({"image_base64": None, "img_url": "file:///etc/passwd"}, 422, "IMG_URL_INVALID"),
        ({"spec_id": None, "size": {"width_px": 10, "height_px": 10}}, 422, "SIZE_OUT_OF_RANGE"),
        ({"spec_id": None, "size": {"width_px": 300}}, 422, "SIZE_INCOMPLETE"),
        ({"size": {"width_px": 300, "height_px": 400}}, 422, "SIZE_INVALID"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_stored(bundle, request_body, change, status, code):
    answer = bundle.call("make", {name: value for name, value in (request_body | change).items() if value is not None})
    assert (answer.status, answer.code) == (status, code), answer.raw
    assert answer.body["error"]["message"]
    assert answer.body["error"]["message_zh"]
    assert not bundle.objects()
    assert not bundle.items("")


def test_a_strict_policy_refuses_what_the_specification_forbids(bundle, request_body):
    body = request_body | {"spec_id": "us_passport", "background": {"color": "white"}}
    strict = bundle.call("make", body | {"policy": "strict"})
    assert (strict.status, strict.code) == (422, "POLICY_FORBIDS")
    advised = bundle.call("make", body)
    assert "BACKGROUND_REPLACED" in {warning["code"] for warning in advised.body["warnings"]}


@pytest.mark.parametrize(
    "body", ["{broken", '{"size": {"width_mm": NaN}}', '{"spec_id": "\\ud83d"}', "[" * 100_000, '{"x": 1e999}']
)
def test_what_is_no_json_is_refused(bundle, body):
    answer = bundle.call("make", body)
    assert (answer.status, answer.code) == (400, "JSON_INVALID")


def test_a_missing_key_is_named(bundle):
    nobody = bundle.call("background", {"mt_generate_id": "a" * 42}, key=None)
    assert (nobody.status, nobody.code) == (403, "API_KEY_MISSING")


def test_a_state_gets_a_typed_outcome_instead_of_an_exception(bundle, request_body):
    good = bundle.task("make", request_body | {"partner": "local", "request_id": "r"})
    assert good["mt_generate_id"]
    bad = bundle.task("make", request_body | {"partner": "local", "spec_id": "mars_passport"})
    assert bad["error"]["code"] == "SPEC_UNKNOWN"
    nobody = bundle.task("make", request_body)
    assert nobody["error"]["code"] == "REQUEST_INVALID"


def test_a_defect_reaches_a_state_and_the_log_by_its_type_only(bundle, request_body, monkeypatch, log):
    def broken(*_):
        raise ValueError("a secret: https://h.cn/a.jpg?sign=1")

    monkeypatch.setattr("idphoto_service.logic.make.recipe_of", broken)
    with pytest.raises(DefectError, match=r"^ValueError$") as raised:
        bundle.task("make", request_body | {"partner": "local"})
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    assert bundle.call("make", request_body).code == "INTERNAL_ERROR"
    assert '"error_type":"ValueError"' in log()
    assert "secret" not in log()


def test_no_picture_key_or_link_reaches_the_log(bundle, request_body, log):
    body = bundle.call("make", request_body).raw
    bundle.call("make", request_body | {"spec_id": "mars_passport"})
    bundle.call("make", request_body | {"image_base64": "*not base64*"})
    bundle.call("make", {"out_request_id": "order-1", "img_url": "http://127.0.0.1/a.jpg?token=secret"})
    bundle.call("make", {"out_request_id": "order-1", "img_url": ["http://127.0.0.1/a.jpg?token=secret"]})
    assert '"code":"SPEC_UNKNOWN"' in log()
    for secret in (
        request_body["image_base64"][:60],
        "key-of-the-first-partner",
        "X-Amz-Signature",
        "*not base64*",
        "token=secret",
    ):
        assert secret not in log()
    assert "X-Amz-Signature" in body


def test_a_returned_link_needs_no_decoding(bundle, made, request_body):
    raw = bundle.call("make", request_body).raw
    url = made["image"]["url"].partition("?")[0]
    assert url in raw
    start = raw.index('"url":"') + len('"url":"')
    link = raw[start : raw.index('"', start)]
    assert "\\" not in link
    assert "+" not in link


def test_a_body_is_json_whatever_its_type_is_said_to_be(bundle, request_body):
    answer = bundle.call("make", request_body, content_type="application/x-www-form-urlencoded")
    assert answer.status == 200, answer.raw[:300]


def test_chinese_is_answered_as_it_is_read(bundle):
    raw = bundle.call("background", {"mt_generate_id": "a" * 42}).raw
    assert "已过期" in raw
    assert "\\u" not in raw


def test_somebody_in_the_background_is_a_warning(bundle, request_body):
    photo = np.full((512, 768, 3), 210, np.uint8)
    photo[:, :512] = astronaut()
    photo[60:260, 540:740] = np.asarray(Image.fromarray(astronaut()).resize((200, 200)))
    answer = bundle.call("make", request_body | {"image_base64": base64.b64encode(jpeg(photo)).decode()})
    assert answer.status == 200, answer.raw[:600]
    assert {"code", "message", "message_zh", "details"} == answer.body["warnings"][0].keys()
    assert "BYSTANDERS" in {warning["code"] for warning in answer.body["warnings"]}


def test_the_file_has_the_size_that_the_specification_prescribes(bundle, request_body):
    name, kb = next((name, spec.kb) for name, spec in load_specs().items() if spec.kb and spec.kb.max)
    answer = bundle.call("make", request_body | {"spec_id": name})
    assert answer.status == 200, answer.raw
    assert kb.least_bytes <= answer.body["image"]["bytes"] <= kb.most_bytes


def test_a_photo_that_was_made_is_never_analysed_again(bundle, request_body, made, monkeypatch):
    strict = {"out_request_id": "order-1", "image_base64": request_body["image_base64"], "level": "strict"}
    fresh = bundle.call("check", {name: strict[name] for name in ("image_base64", "level")}).body["report"]
    for item in bundle.items("CHECK"):
        bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    monkeypatch.setattr("idphoto_service.logic.examination.analyse", None)
    again = bundle.call("check", strict)
    assert again.status == 200, again.raw
    assert again.body["report"] == fresh
    assert bundle.call("make", request_body).body["mt_generate_id"] == made["mt_generate_id"]
