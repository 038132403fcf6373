"""Exports: clean files as they were asked for, checked, logged, and as faithful as the office demands."""

import base64
import hashlib
import io

import numpy as np
import pytest
from idphoto.specs import get_spec
from PIL import Image
from skimage.data import astronaut

from tests.integration.conftest import OTHER_KEY, jpeg


@pytest.fixture
def made(bundle, portrait_jpeg):
    """A one-inch photo, its preview with a watermark."""
    return make(bundle, portrait_jpeg)


def make(bundle, photo, **fields):
    body = {"out_request_id": "order-1", "image_base64": base64.b64encode(photo).decode()} | fields
    answer = bundle.call("make", body)
    assert answer.status == 200, answer.raw
    return answer.body


def export(bundle, result, **fields):
    answer = bundle.call("export", {"mt_generate_id": result["mt_generate_id"]} | fields)
    assert answer.status == 200, answer.raw
    return answer.body


def only_file(body):
    (entry,) = body["files"]
    assert entry["error"] is None
    return entry["file"]


def data_of(bundle, file):
    key = next(key for key in bundle.objects() if key in file["image"]["url"])
    data = bundle.read(key)
    assert hashlib.sha256(data).hexdigest() == file["sha256"]
    assert len(data) == file["image"]["bytes"]
    return data


def test_an_export_is_the_clean_photo_of_its_specification(bundle, made):
    body = export(bundle, made)
    file = only_file(body)
    data = data_of(bundle, file)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size, image.info["dpi"]) == ("JPEG", (295, 413), (300, 300))
        assert image.layer[0][1:3] == (1, 1)  # type: ignore[attr-defined]
        photo = np.asarray(image).astype(int)
    assert np.abs(photo[:12] - 255).max() <= 3
    assert file["photo_check"]["passed"]
    assert {item["code"] for item in file["photo_check"]["items"]} >= {"photo_pixels", "photo_dpi", "photo_head_height"}
    assert (body["out_request_id"], body["mt_generate_id"]) == ("order-1", made["mt_generate_id"])


def test_an_export_carries_no_watermark_where_the_preview_does(bundle, portrait_jpeg, monkeypatch):
    monkeypatch.setattr("idphoto_service.logic.marks.settings", lambda: type("S", (), {"preview_text": "PREVIEW"}))
    made = make(bundle, portrait_jpeg)
    assert made["params"]["watermark"] == {"text": "PREVIEW"}
    body = export(bundle, made)
    photo = np.asarray(Image.open(io.BytesIO(data_of(bundle, only_file(body))))).astype(int)
    assert np.abs(photo[:12] - 255).max() <= 3
    assert all("watermark" not in step["params"] for step in body["log"]["steps"])


@pytest.mark.parametrize(
    ("file_format", "media"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("tiff", "TIFF")]
)
def test_every_format_is_written_with_its_resolution(bundle, made, file_format, media):
    file = only_file(export(bundle, made, format=file_format, dpi=350))
    with Image.open(io.BytesIO(data_of(bundle, file))) as image:
        assert image.format == media
        dpi = image.info["dpi"][0] if "dpi" in image.info else image.getexif()[0x011A]
    assert float(dpi) == pytest.approx(350, abs=0.02)
    assert file["image"]["format"] == file_format


@pytest.mark.parametrize("kb", [{"min": 20, "max": 40}, {"min": 9, "max": 20}, {"max": 500}, {"min": 30, "max": 200}])
def test_a_file_size_is_met(bundle, made, kb):
    file = only_file(export(bundle, made, kb=kb))
    assert 1024 * kb.get("min", 0) <= file["image"]["bytes"] <= 1000 * kb["max"]
    assert 40 <= file["quality"] <= 100


def test_a_file_size_that_cannot_be_met_is_refused_with_both_figures(bundle, made):
    body = {"mt_generate_id": made["mt_generate_id"]}
    small = bundle.call("export", body | {"kb": {"max": 3}})
    assert (small.status, small.code) == (422, "FILE_SIZE")
    large = bundle.call("export", body | {"kb": {"min": 400, "max": 500}})
    assert (large.status, large.code) == (422, "FILE_TOO_SMALL")
    details = large.body["error"]["details"]
    assert details["bytes"] < details["allowed"] == 400 * 1024


def test_several_files_in_one_call(bundle, made):
    outputs = [
        {"format": "png"},
        {"spec_id": "cn_passport"},
        {"spec_id": "us_visa", "width_px": 660, "height_px": 660},
        {"spec_id": "ca_passport_online"},
        {"kb": {"min": 20, "max": 40}},
    ]
    body = export(bundle, made, outputs=outputs)
    files = [entry["file"] for entry in body["files"]]
    assert [bool(file) for file in files] == [True, True, True, False, True]
    assert body["files"][3]["error"]["code"] == "SOURCE_TOO_SMALL"
    assert [(file["image"]["width"], file["image"]["height"]) for file in files if file] == [
        (295, 413),
        (390, 567),
        (660, 660),
        (295, 413),
    ]
    assert [file["photo_check"]["passed"] for file in files if file] == [True, True, True, True]
    assert len(body["log"]["files"]) == 4
    assert [notice["code"] for notice in files[1]["warnings"]].count("BACKGROUND_REPLACED") == 1


def test_the_log_says_what_was_done_and_to_which_bytes(bundle, portrait_jpeg, made):
    red = bundle.call("background", {"mt_generate_id": made["mt_generate_id"], "color": "red"}).body
    body = export(bundle, red)
    log, file = body["log"], only_file(body)
    assert log["source_sha256"] == hashlib.sha256(portrait_jpeg).hexdigest()
    assert log["engine_version"]
    assert [step["kind"] for step in log["steps"]] == ["make", "background"]
    assert log["steps"][1]["params"]["color"] == "#FF0000"
    (entry,) = log["files"]
    assert entry["sha256"] == file["sha256"]
    assert entry["encoding"]["quality"] == file["quality"]
    assert entry["steps"] == log["steps"]


def test_strict_refuses_what_the_specification_forbids_and_a_crop_is_never_forbidden(bundle, made):
    ask = {"mt_generate_id": made["mt_generate_id"], "spec_id": "cn_passport", "policy": "strict"}
    refused = bundle.call("export", ask)
    assert (refused.status, refused.code) == (422, "POLICY_FORBIDS")
    assert refused.body["error"]["details"] == {"spec_id": "cn_passport", "step": "background"}
    assert bundle.call("export", ask | {"crop_only": True}).status == 200


def test_a_crop_is_the_source_resampled_once_and_says_how(bundle):
    source = astronaut()
    buffer = io.BytesIO()
    Image.fromarray(source).save(buffer, "PNG")
    made = make(bundle, buffer.getvalue(), background={"color": "red"})
    body = export(bundle, made, crop_only=True, format="png", spec_id="icao")
    file = only_file(body)
    photo = np.asarray(Image.open(io.BytesIO(data_of(bundle, file))))
    crop = file["crop"]
    assert (crop["turned_degrees"], crop["filter"]) == (0, "lanczos")
    spec = get_spec("icao")
    box = (*crop["corners"][0], *crop["corners"][2])
    again = Image.fromarray(source).resize((spec.width_px, spec.height_px), Image.Resampling.LANCZOS, box=box)
    assert np.array_equal(np.asarray(again), photo)
    assert [step["kind"] for step in body["log"]["files"][0]["steps"]] == ["crop"]
    assert not file["warnings"]


def test_a_crop_follows_a_check_under_another_id(bundle, portrait_jpeg):
    check = bundle.call("check", {"image_base64": base64.b64encode(portrait_jpeg).decode()}).body
    made = bundle.call("make", {"out_request_id": "order-9", "check_id": check["check_id"]}).body
    assert only_file(export(bundle, made, crop_only=True))["crop"]["scale"] > 1


def test_a_crop_without_its_source_is_refused(bundle, made):
    for key in bundle.objects():
        if key.endswith("/source"):
            bundle.s3.delete_object(Bucket="bucket", Key=key)
    answer = bundle.call("export", {"mt_generate_id": made["mt_generate_id"], "crop_only": True})
    assert (answer.status, answer.code) == (410, "SOURCE_GONE")


def test_the_same_export_twice_is_one_object_and_goes_with_its_photo(bundle, made):
    first, again = (only_file(export(bundle, made))["sha256"] for _ in range(2))
    assert first == again
    exported = {key for key in bundle.objects() if first[:24] in key}
    assert len(exported) == 1
    erased = bundle.call("photos", None, method="DELETE", path="/photos/order-1")
    assert erased.status == 200
    assert not bundle.objects()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"format": "gif"}, "REQUEST_INVALID"),
        ({"dpi": 10}, "REQUEST_INVALID"),
        ({"kb": {"min": 20, "max": 20}}, "EXPORT_INVALID"),
        ({"kb": {"min": 20}}, "REQUEST_INVALID"),
        ({"spec_id": "atlantis"}, "SPEC_UNKNOWN"),
        ({"width_px": 300}, "EXPORT_INVALID"),
        ({"width_px": 590, "height_px": 826}, "SIZE_NOT_ALLOWED"),
        ({"crop_only": True, "background": {"color": "red"}}, "EXPORT_INVALID"),
        ({"outputs": []}, "REQUEST_INVALID"),
        ({"outputs": [{}], "format": "png"}, "EXPORT_INVALID"),
        ({"outputs": [{}] * 13}, "REQUEST_INVALID"),
        ({"quality": 90}, "REQUEST_INVALID"),
    ],
)
def test_a_bad_field_is_named(bundle, made, fields, code):
    answer = bundle.call("export", {"mt_generate_id": made["mt_generate_id"]} | fields)
    assert (answer.status, answer.code) == (422, code), answer.raw
    assert answer.body["error"]["message_zh"]


def test_another_partners_result_is_not_found(bundle, made):
    answer = bundle.call("export", {"mt_generate_id": made["mt_generate_id"]}, key=OTHER_KEY)
    assert (answer.status, answer.code) == (404, "MT_GENERATE_ID_NOT_FOUND")


def test_every_export_of_a_turned_source_is_cut_from_what_the_customer_sees(bundle):
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = np.ascontiguousarray(np.rot90(astronaut(), 1))
    made = make(bundle, jpeg(sideways, exif=exif))
    file = only_file(export(bundle, made, crop_only=True))
    assert file["crop"]["turned_degrees"] == 0
