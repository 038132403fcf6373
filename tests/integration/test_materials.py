"""Materials: listed, registered and deleted by the partner alone; and photos keep theirs when it is deleted."""

import base64
import io

import pytest
from idphoto.effects import EFFECTS
from idphoto.garment import Anchors
from idphoto_service.logic import material_register
from PIL import Image

from tests.integration.conftest import OTHER_KEY

LOOK = {"lips": {"colours": ["#A8475A"], "blend": "cover", "strength": 0.6}, "brows": {"strength": 0.4}}
TOML = '[lips]\ncolours = ["#a8475a"]\nblend = "cover"\nstrength = 0.6\n[brows]\nstrength = 0.4\n'
LEAST = {"makeup": 8, "outfit": 1}
REDDER = {"lips": {"colours": ["#FF0000"], "blend": "cover", "strength": 1.0}}


def listed(bundle, key=None, **query):
    named = {} if key is None else {"key": key}
    return bundle.call("materials", None, method="GET", path="/materials", query=query, **named)


def ids(answer):
    return [material["material_id"] for material in answer.body["materials"]]


def show(bundle, material_id, **call):
    return bundle.call("materials", None, method="GET", path=f"/materials/{material_id}", **call)


def forget(bundle, material_id, **call):
    return bundle.call("materials", None, method="DELETE", path=f"/materials/{material_id}", **call)


def post(bundle, function, /, **body):
    answer = bundle.call(function, body)
    assert answer.status == 200, answer.raw
    return answer.body


def register_look(bundle, name="Ours", **fields):
    return post(bundle, "materials", kind="makeup", name=name, **({"look": LOOK} | fields))


def encoded(data):
    return base64.b64encode(data).decode()


def picture(bundle, material):
    """The thumbnail of a material, behind its link."""
    key = material["thumbnail"]["url"].partition("amazonaws.com/")[2].partition("?")[0]
    return Image.open(io.BytesIO(bundle.read(key)))


@pytest.fixture
def made(bundle, portrait_jpeg):
    return post(bundle, "make", out_request_id="order-1", image_base64=encoded(portrait_jpeg))


# --- what there is


def test_every_effect_that_takes_a_material_has_some_with_names_in_both_languages_and_a_picture(bundle):
    for kind, effect in EFFECTS.items():
        if effect.takes_material:
            materials = listed(bundle, kind=kind, limit="100").body["materials"]
            assert len(materials) >= LEAST[kind]
            assert all(material["kind"] == kind and material["name"] and material["name_zh"] for material in materials)
            assert all(material["built_in"] and material["licence"] for material in materials)
            assert effect.params().model_dump()["material_id"] in {material["material_id"] for material in materials}
            shown = [picture(bundle, material) for material in materials]
            assert {(image.format, image.size) for image in shown} == {("WEBP", (240, 240))}
            assert len({image.tobytes() for image in shown}) == len(shown)


def test_no_two_materials_of_the_bundle_have_the_same_id(bundle):
    every = ids(listed(bundle, limit="100"))
    assert len(set(every)) == len(every)
    assert not [one for one in every if "-" in one], "such are the ids of partners' own"


def test_materials_are_found_by_their_tags_and_come_in_pages(bundle):
    men = listed(bundle, kind="makeup", tag="men").body
    assert 0 < men["total"] < listed(bundle, kind="makeup").body["total"]
    assert all("men" in material["tags"] for material in men["materials"])
    both = listed(bundle, kind="makeup", tag="men,natural").body
    assert 0 < both["total"] < men["total"]
    first = listed(bundle, limit="3")
    second = listed(bundle, limit="3", start=first.body["next"])
    assert not set(ids(first)) & set(ids(second))


def test_a_material_is_shown_as_it_is_listed(bundle):
    [office] = [one for one in listed(bundle, kind="makeup").body["materials"] if one["material_id"] == "office"]
    alone = show(bundle, "office").body
    assert alone | {"thumbnail": None} == office | {"thumbnail": None}
    assert show(bundle, "nothing").code == "MATERIAL_ID_NOT_FOUND"


def test_a_kind_without_materials_has_none(bundle):
    assert listed(bundle, kind="skin").body["materials"] == []


@pytest.mark.parametrize("query", [{"kind": "../etc"}, {"limit": "0"}, {"start": "-1"}, {"own": "perhaps"}])
def test_a_bad_query_is_refused(bundle, query):
    assert listed(bundle, **query).status == 422


def test_an_unknown_material_is_a_404_and_a_recipe_names_its_digest(bundle, made):
    for unknown in ("nothing", "../office", "office.toml", "own-" + "a" * 26, "own-../x"):
        answer = bundle.call("makeup", {"mt_generate_id": made["mt_generate_id"], "material_id": unknown})
        assert answer.code == "MATERIAL_ID_NOT_FOUND"
    worn = post(bundle, "makeup", mt_generate_id=made["mt_generate_id"], material_id="office")
    [step] = [step for step in worn["recipe"] if step["kind"] == "makeup"]
    assert step["params"]["material_digest"] == show(bundle, "office").body["digest"]


# --- looks of one's own


def test_a_look_of_ones_own_comes_from_fields_or_from_toml_and_is_the_same(bundle):
    # F11, self-service: 素材不必再找商务人员
    look = register_look(bundle, tags=["bride"], name_zh="新娘妆")
    file = register_look(bundle, tags=["bride"], name_zh="新娘妆", look=None, look_toml=TOML)
    other = register_look(bundle, tags=["bride"], name_zh="新娘妆", look=REDDER)
    assert look["material_id"] == file["material_id"] != other["material_id"]
    assert {name: look[name] for name in ("name", "name_zh", "tags", "built_in", "kind")} == {
        "name": "Ours",
        "name_zh": "新娘妆",
        "tags": ["bride"],
        "built_in": False,
        "kind": "makeup",
    }
    assert picture(bundle, look).size == (240, 240)
    assert set(ids(listed(bundle, own="true"))) == {look["material_id"], other["material_id"]}
    assert ids(listed(bundle, tag="bride", kind="makeup")) == sorted([look["material_id"], other["material_id"]])
    assert not [one for one in ids(listed(bundle, own="false", limit="100")) if one.startswith("own-")]


def test_a_deleted_look_is_gone_but_photos_that_wear_it_go_on(bundle, made, chain):
    look = register_look(bundle, look=REDDER)["material_id"]
    worn = post(bundle, "makeup", mt_generate_id=made["mt_generate_id"], material_id=look)
    before = photo(bundle, worn)
    assert forget(bundle, look).status == 200
    assert not [key for key in bundle.objects() if key.startswith(f"materials/{bundle.partner()}/")]
    assert listed(bundle, own="true").body["total"] == 0
    assert forget(bundle, look).code == "MATERIAL_ID_NOT_FOUND"
    refused = bundle.call("makeup", {"mt_generate_id": made["mt_generate_id"], "material_id": look, "intensity": 5})
    assert (refused.status, refused.code) == (404, "MATERIAL_ID_NOT_FOUND")
    for key in [key for key in bundle.objects() if "/after-" in key or "/portrait-" in key]:
        bundle.s3.delete_object(Bucket="bucket", Key=key)
    red = post(bundle, "background", mt_generate_id=worn["mt_generate_id"], color="red")
    assert chain.runs == [["make", "makeup"]]
    again = post(bundle, "rollback", mt_generate_id=red["mt_generate_id"], without=["background"])
    assert photo(bundle, again) == before


def photo(bundle, result):
    [key] = [key for key in bundle.objects() if key.endswith(f"{result['mt_generate_id']}.jpg")]
    return bundle.read(key)


def test_another_partner_sees_uses_and_deletes_none_of_them(bundle, portrait_jpeg):
    look = register_look(bundle)["material_id"]
    theirs = {"out_request_id": "order-2", "image_base64": encoded(portrait_jpeg)}
    made = bundle.call("make", theirs, key=OTHER_KEY).body
    assert listed(bundle, key=OTHER_KEY, own="true").body["materials"] == []
    worn = bundle.call("makeup", {"mt_generate_id": made["mt_generate_id"], "material_id": look}, key=OTHER_KEY)
    chain = bundle.call(
        "chain", {"mt_generate_id": made["mt_generate_id"], "makeup": {"material_id": look}}, key=OTHER_KEY
    )
    for stolen in (show(bundle, look, key=OTHER_KEY), forget(bundle, look, key=OTHER_KEY), worn, chain):
        assert (stolen.status, stolen.code) == (404, "MATERIAL_ID_NOT_FOUND")
    assert ids(listed(bundle, own="true")) == [look]


def test_a_material_is_for_the_effect_of_its_kind_only(bundle, made):
    look = register_look(bundle)["material_id"]
    for kind in (kind for kind, effect in EFFECTS.items() if effect.takes_material and kind != "makeup"):
        for material_id in (look, "office"):
            answer = bundle.call(kind, {"mt_generate_id": made["mt_generate_id"], "material_id": material_id})
            assert (answer.status, answer.code) == (404, "MATERIAL_ID_NOT_FOUND")


def test_a_material_of_the_bundle_cannot_be_deleted(bundle):
    answer = forget(bundle, "office")
    assert (answer.status, answer.code) == (409, "MATERIAL_BUILT_IN")
    assert show(bundle, "office").status == 200


def test_pages_stay_right_while_materials_come_and_go(bundle):
    own = [register_look(bundle, name=f"Look {number}")["material_id"] for number in range(5)]
    whole = ids(listed(bundle, limit="100"))
    assert whole[:5] == sorted(own)
    page = listed(bundle, limit="3")
    seen = ids(page)
    # What has been seen goes, what is to come goes, and another one comes.
    for material_id in (seen[0], whole[4]):
        forget(bundle, material_id)
    added = register_look(bundle, name="Late")["material_id"]
    while following := page.body["next"]:
        page = listed(bundle, limit="3", start=following)
        seen += ids(page)
    assert len(seen) == len(set(seen))
    assert set(seen) - {added} == set(whole) - {whole[4]}


def test_a_partner_has_no_more_than_so_many(bundle, monkeypatch):
    monkeypatch.setattr(material_register, "MATERIALS_MOST", 2)
    first, _ = (register_look(bundle, name=name) for name in ("One", "Two"))
    full = bundle.call("materials", {"kind": "makeup", "name": "Three", "look": LOOK})
    assert (full.status, full.code) == (409, "MATERIALS_TOO_MANY")
    assert register_look(bundle, name="One")["material_id"] == first["material_id"], "a retry is free"
    forget(bundle, first["material_id"])
    register_look(bundle, name="Three")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"look": None, "look_toml": "no toml ["}, "MATERIAL_INVALID"),
        ({"look": None, "look_toml": "[lips]\ncolours = ['red']\nstrength = 1\n"}, "MATERIAL_INVALID"),
        ({"look": None, "look_toml": "a = " + "[" * 30_000}, "MATERIAL_INVALID"),
        ({"look": None, "look_toml": "a = " + "1" * 30_000}, "MATERIAL_INVALID"),
        ({"look": None, "look_toml": "x" * 70_000}, "REQUEST_INVALID"),
        ({"look": {"lips": {"colours": ["#A8475A"], "strength": 7}}}, "REQUEST_INVALID"),
        ({"look": {"wings": {}}}, "REQUEST_INVALID"),
        ({"look_toml": TOML}, "MATERIAL_FIELDS_INVALID"),
        ({"look": None}, "MATERIAL_FIELDS_INVALID"),
        ({"kind": "outfit"}, "MATERIAL_FIELDS_INVALID"),
        ({"kind": "skin"}, "REQUEST_INVALID"),
        ({"name": ""}, "REQUEST_INVALID"),
        ({"name": "x" * 61}, "REQUEST_INVALID"),
        ({"tags": ["a,b"]}, "REQUEST_INVALID"),
        ({"tags": ["x"] * 13}, "REQUEST_INVALID"),
        ({"anchors": {name: [1, 2] for name in Anchors.model_fields}}, "MATERIAL_FIELDS_INVALID"),
    ],
)
def test_a_bad_look_is_refused_in_both_languages_and_nothing_is_stored(bundle, fields, code):
    body = {"kind": "makeup", "name": "Ours", "look": LOOK} | fields
    answer = bundle.call("materials", {name: value for name, value in body.items() if value is not None})
    assert (answer.status, answer.code) == (422, code), answer.raw
    assert answer.body["error"]["message_zh"] != answer.body["error"]["message"]
    assert not bundle.objects()
    assert not bundle.items("")


def test_names_with_quotes_breaks_and_signs_stay_as_they_are(bundle):
    name = 'A "look"\\ \n\t[lips] # 妆 \x7f'
    assert register_look(bundle, name=name)["name"] == name


@pytest.mark.parametrize("material_id", ["..%2f..", "OFFICE", "a" * 200, "own-", "own-" + "A" * 26, "../office"])
def test_a_trick_in_an_id_is_refused(bundle, material_id):
    for answer in (show(bundle, material_id), forget(bundle, material_id)):
        assert answer.status in {404, 422}
        assert answer.code in {"REQUEST_INVALID", "ROUTE_UNKNOWN"}
