"""Outfits: chosen, changed and undone as any step; and a partner's own, from a picture or from whoever wears it."""

import base64

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from tests.garments import a_garment
from tests.integration.conftest import OTHER_KEY, jpeg, png
from tests.integration.test_materials import encoded, forget, listed, photo, picture, post, show


@pytest.fixture(scope="module")
def wearer():
    """A portrait with pixels enough for what its person wears."""
    return jpeg(np.asarray(Image.fromarray(astronaut()).resize((1024, 1024), Image.Resampling.LANCZOS)))


@pytest.fixture
def made(bundle, wearer):
    return post(bundle, "make", out_request_id="order-1", image_base64=encoded(wearer))


def register(bundle, **fields):
    return post(bundle, "materials", kind="outfit", **({"name": "Uniform"} | fields))


def kinds(answer):
    return [step["kind"] for step in answer["recipe"]]


def lose(bundle, *results):
    """Lose every portrait, and some results: what a cache may lose at any time."""
    for item in bundle.items("RESULT"):
        if item["mt_generate_id"] in {result["mt_generate_id"] for result in results}:
            bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    for key in bundle.objects():
        if "/after-" in key or "/portrait-" in key:
            bundle.s3.delete_object(Bucket="bucket", Key=key)


def test_another_outfit_replaces_the_first_and_is_as_if_there_had_been_no_other(bundle, made, chain, jacket):
    # F10: 换装 B 叠加在换装 A 上会损伤脸部和脖子
    first = register(bundle, picture={"image_base64": encoded(jacket[0])})["material_id"]
    once = post(bundle, "outfit", mt_generate_id=made["mt_generate_id"])
    direct = photo(bundle, once)
    lose(bundle, once)
    worn = post(bundle, "outfit", mt_generate_id=made["mt_generate_id"], material_id=first)
    changed = post(bundle, "outfit", mt_generate_id=worn["mt_generate_id"])
    assert kinds(changed) == ["outfit", "make"]
    assert changed["mt_generate_id"] == once["mt_generate_id"] != worn["mt_generate_id"]
    assert photo(bundle, changed) == direct != photo(bundle, worn)
    undone = post(bundle, "rollback", mt_generate_id=changed["mt_generate_id"], without=["outfit"])
    assert undone["mt_generate_id"] == made["mt_generate_id"]


def test_an_outfit_comes_in_its_colours_and_no_other(bundle, made):
    [material] = listed(bundle, kind="outfit", limit="1").body["materials"]
    assert all(color["name"] and color["name_zh"] and color["color"][0] == "#" for color in material["colors"])
    body = {"mt_generate_id": made["mt_generate_id"], "material_id": material["material_id"]}
    refused = bundle.call("outfit", body | {"color": "mauve_of_nobody"})
    assert (refused.status, refused.code) == (422, "COLOR_UNKNOWN")
    names = [color["id"] for color in material["colors"]]
    assert refused.body["error"]["details"]["allowed"] == [*names, "#RRGGBB"]
    worn = [post(bundle, "outfit", **body, color=color) for color in (names[-1], "#C02020")]
    assert len({photo(bundle, result) for result in worn}) == 2


def test_an_outfit_from_a_picture_is_worn_and_survives_its_deletion_and_a_lost_cache(bundle, made, chain, jacket):
    # F11, self-service: 素材不必再找商务人员
    material = register(bundle, name_zh="校服", tags=["school"], picture={"image_base64": encoded(jacket[0])})
    assert material["report"]["usable"] in {"good", "fair"}
    assert {finding["code"] for finding in material["report"]["findings"]} == {"LOW_RESOLUTION"}
    assert (material["name"], material["name_zh"], material["tags"]) == ("Uniform", "校服", ["school"])
    assert (material["built_in"], material["colors"]) == (False, [])
    assert set(material["anchors"]) == set(jacket[1])
    green = np.asarray(picture(bundle, material))[200, 30].tolist()
    assert green == pytest.approx([0x20, 0x50, 0x30], abs=8)
    assert show(bundle, material["material_id"]).body["report"] == material["report"]

    named = {"mt_generate_id": made["mt_generate_id"], "material_id": material["material_id"]}
    worn = post(bundle, "outfit", **named)
    before = photo(bundle, worn)
    red = post(bundle, "background", mt_generate_id=worn["mt_generate_id"], color="red")
    assert forget(bundle, material["material_id"]).status == 200
    assert bundle.call("outfit", named).code == "MATERIAL_ID_NOT_FOUND"
    lose(bundle, worn)
    again = post(bundle, "rollback", mt_generate_id=red["mt_generate_id"], without=["background"])
    assert chain.runs == [["make", "outfit"]]
    assert (again["mt_generate_id"], photo(bundle, again)) == (worn["mt_generate_id"], before)


def test_the_same_outfit_twice_is_one_and_anchors_by_hand_make_another(bundle, jacket):
    file, anchors = jacket
    source = {"image_base64": encoded(file)}
    first, again, held = (
        register(bundle, picture=source, **more)["material_id"] for more in ({}, {}, {"anchors": anchors})
    )
    assert first == again != held
    refused = bundle.call(
        "materials",
        {"kind": "outfit", "name": "U", "picture": source, "anchors": anchors | {"neck_pit": [-900, 1e9]}},
    )
    assert (refused.status, refused.code) == (422, "GARMENT_INVALID"), refused.raw
    assert refused.body["error"]["details"]["field"].startswith("anchors")


def leftovers(bundle):
    """What there is beside materials."""
    return [key for key in bundle.objects() if not key.startswith("materials/")]


def test_an_outfit_from_a_portrait_leaves_nothing_of_the_person_behind(bundle, chain, wearer):
    material = register(bundle, wearer={"image_base64": encoded(wearer)})
    assert chain.runs == [["check"]]
    assert material["report"]["usable"] in {"good", "fair"}
    assert not leftovers(bundle)
    assert not [item for item in bundle.items("") if not item["sk"].startswith("MATERIAL#")]


def test_what_a_call_that_died_left_of_a_portrait_is_erased_by_its_retry(bundle, chain, wearer, monkeypatch):
    body = {"kind": "outfit", "name": "U", "wearer": {"image_base64": encoded(wearer)}}

    def die(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("idphoto_service.logic.wearer.erase_photo", die)
        assert bundle.call("materials", body).status == 500
    assert leftovers(bundle)
    assert bundle.call("materials", body).status == 200
    assert [key for key in leftovers(bundle) if not key.startswith("uploads/")] == []


def test_an_uploaded_portrait_is_gone_too(bundle, chain, wearer):
    upload = "a" * 32
    place = f"uploads/{bundle.partner()}/{upload}"
    bundle.s3.put_object(Bucket="bucket", Key=place, Body=wearer)
    stolen = {"kind": "outfit", "name": "U", "wearer": {"upload_id": upload}}
    assert bundle.call("materials", stolen, key=OTHER_KEY).code == "UPLOAD_ID_NOT_FOUND"
    register(bundle, wearer={"upload_id": upload})
    assert not leftovers(bundle)


def test_an_outfit_of_a_photo_that_is_made_leaves_the_photo_as_it_is(bundle, made, chain):
    red = post(bundle, "background", mt_generate_id=made["mt_generate_id"], color="red")
    before = leftovers(bundle)
    named = {"mt_generate_id": red["mt_generate_id"]}
    material = register(bundle, wearer=named)["material_id"]
    assert sorted(leftovers(bundle)) == sorted(before)
    lose(bundle)
    assert register(bundle, wearer=named)["material_id"] == material
    assert chain.runs == [["make"]]
    assert [item["current"] for item in bundle.items("PHOTO")] == [red["mt_generate_id"]]
    stolen = bundle.call("materials", {"kind": "outfit", "name": "U", "wearer": named}, key=OTHER_KEY)
    assert (stolen.status, stolen.code) == (404, "MT_GENERATE_ID_NOT_FOUND")


def test_a_portrait_of_nobody_is_refused_with_its_report_and_leaves_nothing(bundle, chain):
    grey = encoded(png(Image.new("RGB", (400, 500), (128, 128, 128))))
    answer = bundle.call("materials", {"kind": "outfit", "name": "U", "wearer": {"image_base64": grey}})
    assert (answer.status, answer.code) == (422, "CHECK_FAILED")
    assert not bundle.objects()
    assert not bundle.items("")


def test_a_portrait_that_shows_no_garment_says_why(bundle, chain, portrait_jpeg):
    answer = bundle.call(
        "materials", {"kind": "outfit", "name": "U", "wearer": {"image_base64": encoded(portrait_jpeg)}}
    )
    assert (answer.status, answer.code) == (422, "MATERIAL_UNUSABLE")
    assert answer.body["error"]["details"]["reason"] == "FACE_TOO_SMALL"
    assert not bundle.objects()
    assert not bundle.items("")


ANIMATED = {"save_all": True, "append_images": [Image.new("RGBA", (400, 400), (9, 9, 9, 9))]}


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"", {"GARMENT_INVALID"}),
        (b"<html><body>uniform.png</body></html>", {"GARMENT_INVALID"}),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"GARMENT_INVALID"}),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, {"GARMENT_INVALID"}),
        (png(Image.new("1", (9000, 9000))), {"GARMENT_INVALID"}),
        (png(Image.new("RGBA", (400, 400)), **ANIMATED), {"GARMENT_INVALID"}),
        (png(Image.new("RGBA", (400, 400))), {"MATERIAL_UNUSABLE"}),
        (png(Image.new("RGB", (400, 400), (0, 0, 99))), {"MATERIAL_UNUSABLE"}),
        (jpeg(np.zeros((400, 400, 3), np.uint8)), {"GARMENT_INVALID"}),
        (a_garment(), {"GARMENT_INVALID"}),
    ],
    ids=["empty", "html", "svg", "broken", "bomb", "animated", "clear", "opaque", "jpeg", "a garment file"],
)
@pytest.mark.parametrize("source", ["picture", "wearer"])
def test_a_hostile_file_is_refused_in_both_languages_and_nothing_is_stored(bundle, chain, source, data, codes):
    body = {"kind": "outfit", "name": "U", source: {"image_base64": base64.b64encode(data).decode()}}
    answer = bundle.call("materials", body)
    assert answer.status in {413, 415, 422}, answer.raw
    if source == "picture":
        assert answer.code in codes, answer.raw
    assert answer.body["error"]["message"] != answer.body["error"]["message_zh"]
    assert not bundle.objects()
    assert not bundle.items("")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"wearer": {}}, "SOURCE_INVALID"),
        ({"picture": {"upload_id": "a" * 32, "image_base64": "AAAA"}}, "SOURCE_INVALID"),
        ({"picture": {"image_base64": "*no base64*"}}, "IMAGE_BASE64_INVALID"),
        ({"wearer": {"image_base64": "*no base64*"}}, "IMAGE_BASE64_INVALID"),
        ({"wearer": {"image_base64": "AAAA"}, "picture": {"image_base64": "AAAA"}}, "MATERIAL_FIELDS_INVALID"),
        ({"wearer": {"image_base64": "AAAA"}, "anchors": {}}, "REQUEST_INVALID"),
        ({"picture": {"image_base64": "AAAA"}, "anchors": {"neck_pit": [1, 2]}}, "REQUEST_INVALID"),
        ({"look_toml": ""}, "MATERIAL_FIELDS_INVALID"),
        ({"wearer": {"mt_generate_id": "../x"}}, "REQUEST_INVALID"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_stored(bundle, chain, fields, code):
    answer = bundle.call("materials", {"kind": "outfit", "name": "U"} | fields)
    assert (answer.status, answer.code) == (422, code), answer.raw
    assert not bundle.objects()
