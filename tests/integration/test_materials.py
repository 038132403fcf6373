"""GET /materials: what effects are made with."""

import base64

import pytest
from idphoto.effects import EFFECTS


def listed(bundle, **query):
    return bundle.call("materials", None, method="GET", path="/materials", query=query)


def test_every_effect_that_takes_a_material_has_some_with_names_in_both_languages(bundle):
    for kind, effect in EFFECTS.items():
        if effect.takes_material:
            materials = listed(bundle, kind=kind, limit="100").body["materials"]
            assert len(materials) >= 8
            assert all(material["kind"] == kind and material["name"] and material["name_zh"] for material in materials)
            assert effect.params().model_dump()["material_id"] in {material["material_id"] for material in materials}


def test_materials_are_found_by_their_tags_and_come_in_pages(bundle):
    men = listed(bundle, kind="makeup", tag="men").body
    assert 0 < men["total"] < listed(bundle, kind="makeup").body["total"]
    assert all("men" in material["tags"] for material in men["materials"])
    first = listed(bundle, limit="3").body
    second = listed(bundle, limit="3", start=str(first["next"])).body
    assert not {m["material_id"] for m in first["materials"]} & {m["material_id"] for m in second["materials"]}


def test_a_kind_without_materials_has_none(bundle):
    assert listed(bundle, kind="skin").body["materials"] == []


@pytest.mark.parametrize("query", [{"kind": "../etc"}, {"limit": "0"}, {"start": "-1"}])
def test_a_bad_query_is_refused(bundle, query):
    assert listed(bundle, **query).status == 422


def test_an_unknown_material_is_a_404_and_a_recipe_names_its_digest(bundle, portrait_jpeg):
    source = {"out_request_id": "order-1", "image_base64": base64.b64encode(portrait_jpeg).decode()}
    made = bundle.call("make", source).body
    for unknown in ("nothing", "../office", "office.toml"):
        answer = bundle.call("makeup", {"mt_generate_id": made["mt_generate_id"], "material_id": unknown})
        assert answer.code in {"MATERIAL_ID_NOT_FOUND", "REQUEST_INVALID"}
    worn = bundle.call("makeup", {"mt_generate_id": made["mt_generate_id"], "material_id": "office"}).body
    [step] = [step for step in worn["recipe"] if step["kind"] == "makeup"]
    digests = {m["material_id"]: m["digest"] for m in listed(bundle, kind="makeup").body["materials"]}
    assert step["params"]["material_digest"] == digests["office"]
