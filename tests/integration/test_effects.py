"""Effects as steps of a recipe: added, replaced, taken out, replayed; whatever the order of the clicks."""

import base64
import itertools

import pytest
from idphoto.effects import EFFECTS
from idphoto.errors import EngineError


@pytest.fixture
def made(bundle, portrait_jpeg):
    source = base64.b64encode(portrait_jpeg).decode()
    return post(bundle, "make", out_request_id="order-1", image_base64=source)


def post(bundle, function, /, **body):
    answer = bundle.call(function, body)
    assert answer.status == 200, answer.raw
    return answer.body


def kinds(answer):
    return [step["kind"] for step in answer["recipe"]]


def uses(answer):
    return {state["state"]: state["use"] for state in answer["states"]}


def file(bundle, answer):
    [key] = [key for key in bundle.objects() if key.endswith(f"{answer['mt_generate_id']}.jpg")]
    return bundle.read(key)


@pytest.mark.parametrize("kind", EFFECTS)
def test_every_effect_works_from_an_id_alone_and_says_what_it_did(bundle, made, chain, kind):
    answer = bundle.call(kind, {"mt_generate_id": made["mt_generate_id"]})
    if answer.status == 422:
        assert answer.code == "NOT_FEASIBLE"
        assert answer.body["error"]["details"]["reason"]
        return
    assert answer.status == 200, answer.raw
    assert answer.body["effect"] == kind
    assert answer.body["parent_mt_generate_id"] == made["mt_generate_id"]
    fields = EFFECTS[kind].params.model_fields
    assert {name for name, field in fields.items() if not field.exclude} <= set(answer.body["params"])
    assert not chain.runs


def test_an_effect_is_a_step_before_make_whatever_came_first(bundle, made, chain):
    red = post(bundle, "background", mt_generate_id=made["mt_generate_id"], color="red")
    even = post(bundle, "skin", mt_generate_id=red["mt_generate_id"])
    assert kinds(even) == ["skin", "make", "background"]
    assert uses(even) == {"Make": "reused", "Skin": "replayed", "Render": "replayed"}


def test_the_order_of_clicks_changes_neither_id_nor_bytes(bundle, made, chain):
    clicks: list[tuple[str, dict[str, object]]] = [
        ("skin", {"strength": 60}),
        ("symmetry", {"strength": 30}),
        ("background", {"color": "red"}),
    ]
    results = []
    for order in itertools.permutations(clicks):
        last = made
        for kind, params in order:
            last = post(bundle, kind, mt_generate_id=last["mt_generate_id"], **params)
        results.append((last["mt_generate_id"], file(bundle, last)))
    assert len(set(results)) == 1
    before = results[0][1]
    for item in bundle.items("RESULT"):
        if item["mt_generate_id"] != made["mt_generate_id"]:
            bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    again = made
    for kind, params in reversed(clicks):
        again = post(bundle, kind, mt_generate_id=again["mt_generate_id"], **params)
    assert file(bundle, again) == before


def test_another_one_of_a_kind_replaces_the_first_from_what_stood_before_it(bundle, made, chain):
    # F10: 用没经过该功能处理之前的 generate id 来做
    first = post(bundle, "symmetry", mt_generate_id=made["mt_generate_id"], strength=80)
    second = post(bundle, "symmetry", mt_generate_id=first["mt_generate_id"], strength=30)
    direct = post(bundle, "symmetry", mt_generate_id=made["mt_generate_id"], strength=30)
    assert second["mt_generate_id"] == direct["mt_generate_id"]
    assert kinds(second) == ["symmetry", "make"]


def test_an_earlier_step_is_changed_and_what_follows_it_is_replayed(bundle, made, chain):
    even = post(bundle, "skin", mt_generate_id=made["mt_generate_id"])
    both = post(bundle, "symmetry", mt_generate_id=even["mt_generate_id"])
    changed = post(bundle, "skin", mt_generate_id=both["mt_generate_id"], strength=90)
    assert kinds(changed) == ["skin", "symmetry", "make"]
    assert uses(changed) == {"Make": "reused", "Skin": "replayed", "Symmetry": "replayed", "Render": "replayed"}
    assert chain.runs == [["skin", "symmetry"]]
    assert changed["effect"] == "skin"
    assert changed["parent_mt_generate_id"] == both["mt_generate_id"]


def test_undo_of_a_step_replays_only_what_follows_it(bundle, made, chain):
    even = post(bundle, "skin", mt_generate_id=made["mt_generate_id"])
    both = post(bundle, "symmetry", mt_generate_id=even["mt_generate_id"])
    undone = post(bundle, "rollback", mt_generate_id=both["mt_generate_id"], without=["skin"])
    assert kinds(undone) == ["symmetry", "make"]
    assert chain.runs == [["symmetry"]]
    assert uses(undone) == {"Make": "reused", "Symmetry": "replayed", "Render": "replayed"}
    undone = post(bundle, "rollback", mt_generate_id=both["mt_generate_id"], without=["symmetry"])
    assert undone["mt_generate_id"] == even["mt_generate_id"]
    assert set(uses(undone).values()) == {"reused"}


def test_no_strength_at_all_takes_the_step_away(bundle, made, chain):
    even = post(bundle, "symmetry", mt_generate_id=made["mt_generate_id"])
    off = post(bundle, "symmetry", mt_generate_id=even["mt_generate_id"], strength=0)
    assert off["mt_generate_id"] == made["mt_generate_id"]


def test_a_lost_cache_costs_time_and_nothing_else(bundle, made, chain):
    even = post(bundle, "skin", mt_generate_id=made["mt_generate_id"])
    both = post(bundle, "symmetry", mt_generate_id=even["mt_generate_id"])
    before = file(bundle, both)
    for item in bundle.items("RESULT"):
        if item["mt_generate_id"] == both["mt_generate_id"]:
            bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    for key in bundle.objects():
        if "/after-" in key or "/portrait-" in key:
            bundle.s3.delete_object(Bucket="bucket", Key=key)
    again = post(bundle, "symmetry", mt_generate_id=even["mt_generate_id"])
    assert chain.runs == [["make", "skin", "symmetry"]]
    assert again["mt_generate_id"] == both["mt_generate_id"]
    assert file(bundle, again) == before


def test_a_photo_whose_source_is_gone_says_so(bundle, made, chain):
    for key in bundle.objects():
        if not key.endswith((".jpg", ".png")):
            bundle.s3.delete_object(Bucket="bucket", Key=key)
    answer = bundle.call("skin", {"mt_generate_id": made["mt_generate_id"]})
    assert (answer.status, answer.code) == (410, "SOURCE_GONE")


def test_an_effect_that_refuses_stores_nothing_and_says_why(bundle, made, chain, monkeypatch):
    def refuse(*_):
        raise EngineError(reason="TEST")

    monkeypatch.setattr(
        "idphoto_service.logic.effect.EFFECTS", {"skin": type(EFFECTS["skin"])(EFFECTS["skin"].params, refuse)}
    )
    items, objects = bundle.items(""), bundle.objects()
    answer = bundle.call("skin", {"mt_generate_id": made["mt_generate_id"]})
    assert (answer.status, answer.body["error"]["details"]["reason"]) == (422, "TEST")
    assert (bundle.items(""), bundle.objects()) == (items, objects)


def test_a_refusal_in_a_replay_is_passed_on_as_it_was(bundle, made, chain, monkeypatch):
    even = post(bundle, "skin", mt_generate_id=made["mt_generate_id"])
    both = post(bundle, "symmetry", mt_generate_id=even["mt_generate_id"])

    def refuse(*_):
        raise EngineError(reason="TEST")

    effects = dict(EFFECTS) | {"symmetry": type(EFFECTS["symmetry"])(EFFECTS["symmetry"].params, refuse)}
    monkeypatch.setattr("idphoto_service.logic.effect.EFFECTS", effects)
    answer = bundle.call("rollback", {"mt_generate_id": both["mt_generate_id"], "without": ["skin"]})
    assert (answer.status, answer.body["error"]["details"]["reason"]) == (422, "TEST")


def test_a_strict_policy_refuses_retouching_that_the_specification_forbids(bundle, portrait_jpeg, chain):
    source = base64.b64encode(portrait_jpeg).decode()
    made = post(bundle, "make", out_request_id="order-1", image_base64=source, spec_id="us_passport")
    strict = bundle.call("skin", {"mt_generate_id": made["mt_generate_id"], "policy": "strict"})
    assert (strict.status, strict.code) == (422, "POLICY_FORBIDS")
    advised = post(bundle, "skin", mt_generate_id=made["mt_generate_id"])
    assert "RETOUCHED" in {warning["code"] for warning in advised["warnings"]}


@pytest.mark.parametrize("kind", EFFECTS)
@pytest.mark.parametrize(
    "change", [{"mt_generate_id": "../x"}, {"mt_generate_id": None}, {"strengh": 5}, {"policy": "lax"}]
)
def test_a_bad_field_of_an_effect_is_named(bundle, kind, change):
    answer = bundle.call(kind, {"mt_generate_id": "a" * 42} | change)
    assert (answer.status, answer.code) == (422, "REQUEST_INVALID"), answer.raw
    assert answer.body["error"]["details"]["fields"][0]["field"] in change


@pytest.mark.parametrize("kind", EFFECTS)
def test_a_strength_outside_its_range_is_refused(bundle, kind):
    for name, field in EFFECTS[kind].params.model_fields.items():
        if field.annotation is float:
            least = next(limit.ge for limit in field.metadata if hasattr(limit, "ge"))
            for given in (least - 1, 101, "much"):
                answer = bundle.call(kind, {"mt_generate_id": "a" * 42, name: given})
                assert (answer.status, answer.code) == (422, "REQUEST_INVALID"), (name, given, answer.raw)
