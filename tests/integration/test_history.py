"""GET and DELETE /photos, POST /rollback: every step is told, any step is undone in one call, and an end is an end."""

import base64

import pytest
from idphoto_service import history as tables
from idphoto_service.history import History

from tests.integration.conftest import OTHER_KEY


@pytest.fixture
def source(portrait_jpeg):
    return base64.b64encode(portrait_jpeg).decode()


@pytest.fixture
def made(bundle, source):
    return post(bundle, "make", out_request_id="order-1", image_base64=source, background={"color": "white"})


def post(bundle, function, **body):
    answer = bundle.call(function, body)
    assert answer.status == 200, answer.raw
    return answer.body


def paint(bundle, result, color):
    return post(bundle, "background", mt_generate_id=result["mt_generate_id"], color=color)


def photo(bundle, out_request_id="order-1", **call):
    return bundle.call("photos", None, method="GET", path=f"/photos/{out_request_id}", **call)


def erase(bundle, out_request_id="order-1", **call):
    return bundle.call("photos", None, method="DELETE", path=f"/photos/{out_request_id}", **call)


def test_the_history_tells_every_step_in_order_with_its_parent_and_which_is_current(bundle, made):
    red = paint(bundle, made, "red")
    blue = paint(bundle, red, "blue")
    told = photo(bundle).body
    assert [step["mt_generate_id"] for step in told["steps"]] == [
        result["mt_generate_id"] for result in (made, red, blue)
    ]
    assert [step["effect"] for step in told["steps"]] == ["make", "background", "background"]
    assert [step["parent_mt_generate_id"] for step in told["steps"]] == [
        None,
        made["mt_generate_id"],
        red["mt_generate_id"],
    ]
    assert [step["params"].get("color") for step in told["steps"]] == [None, "#FF0000", "#438EDB"]
    assert [step["current"] for step in told["steps"]] == [False, False, True]
    assert told["current_mt_generate_id"] == blue["mt_generate_id"]
    assert all(step["image"]["url"].startswith("https://") for step in told["steps"])
    times = [step["created_ms"] for step in told["steps"]]
    assert times == sorted(times)


def test_a_step_that_is_asked_for_again_is_no_second_step(bundle, made):
    red = paint(bundle, made, "red")
    paint(bundle, made, "red")
    assert paint(bundle, red, "white")["mt_generate_id"] == made["mt_generate_id"]
    told = photo(bundle).body
    assert len(told["steps"]) == 2
    assert told["current_mt_generate_id"] == made["mt_generate_id"]


def test_the_history_comes_in_pages(bundle, made):
    for level in range(5):
        paint(bundle, made, f"#0000{level}0")
    seen, start = [], None
    for _ in range(10):
        page = photo(bundle, query={"limit": "2"} | ({"start": start} if start else {})).body
        seen += [step["mt_generate_id"] for step in page["steps"]]
        assert len(page["steps"]) <= 2
        start = page["next"]
        if start is None:
            break
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "many"}, {"start": "x" * 100}])
def test_a_bad_page_is_refused(bundle, made, query):
    assert photo(bundle, query=query).status == 422


def test_rollback_takes_a_step_out_and_says_that_nothing_had_to_be_done(bundle, made):
    red = paint(bundle, made, "red")
    undone = post(bundle, "rollback", mt_generate_id=red["mt_generate_id"], without=["background"])
    assert undone["mt_generate_id"] == made["mt_generate_id"]
    assert {state["use"] for state in undone["states"]} == {"reused"}
    assert photo(bundle).body["current_mt_generate_id"] == made["mt_generate_id"]


def test_redo_returns_to_the_newer_id_which_is_still_there(bundle, made):
    red = paint(bundle, made, "red")
    post(bundle, "rollback", to=made["mt_generate_id"])
    redone = post(bundle, "rollback", mt_generate_id=made["mt_generate_id"], to=red["mt_generate_id"])
    assert redone["mt_generate_id"] == red["mt_generate_id"]
    assert redone["image"]["url"].partition("?")[0] == red["image"]["url"].partition("?")[0]
    assert photo(bundle).body["current_mt_generate_id"] == red["mt_generate_id"]


def test_taking_out_what_is_not_there_changes_nothing(bundle, made):
    same = post(bundle, "rollback", mt_generate_id=made["mt_generate_id"], without=["outfit", "beautify"])
    assert same["mt_generate_id"] == made["mt_generate_id"]


def test_two_ids_of_a_rollback_must_be_of_one_photo(bundle, made, source):
    other = post(bundle, "make", out_request_id="order-2", image_base64=source)
    answer = bundle.call("rollback", {"mt_generate_id": made["mt_generate_id"], "to": other["mt_generate_id"]})
    assert (answer.status, answer.code) == (422, "RESULTS_OF_TWO_PHOTOS")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "ROLLBACK_INVALID"),
        ({"without": []}, "ROLLBACK_INVALID"),
        ({"without": ["background"], "to": "a" * 42}, "ROLLBACK_INVALID"),
        ({"without": ["make"]}, "REQUEST_INVALID"),
        ({"without": ["moustache"]}, "REQUEST_INVALID"),
        ({"without": "background"}, "REQUEST_INVALID"),
        ({"to": "../../etc/passwd"}, "REQUEST_INVALID"),
    ],
)
def test_a_rollback_that_makes_no_sense_is_refused(bundle, change, code):
    answer = bundle.call("rollback", {"mt_generate_id": "a" * 42} | change)
    assert (answer.status, answer.code) == (422, code), answer.raw


def test_another_partner_can_neither_see_nor_roll_back_nor_erase(bundle, made):
    red = paint(bundle, made, "red")
    assert photo(bundle, key=OTHER_KEY).code == "OUT_REQUEST_ID_NOT_FOUND"
    for body in ({"to": made["mt_generate_id"]}, {"mt_generate_id": red["mt_generate_id"], "without": ["background"]}):
        assert bundle.call("rollback", body, key=OTHER_KEY).code == "MT_GENERATE_ID_NOT_FOUND"
    assert erase(bundle, key=OTHER_KEY).code == "OUT_REQUEST_ID_NOT_FOUND"
    assert len(photo(bundle).body["steps"]) == 2


def test_an_erased_photo_leaves_nothing_and_none_of_its_ids_works(bundle, made, source):
    red = paint(bundle, made, "red")
    kept = post(bundle, "make", out_request_id="order-2", image_base64=source)
    erased = erase(bundle)
    assert erased.status == 200, erased.raw
    assert erased.body["items_erased"] == 6  # the photo, a check, two results and their steps
    assert {item["out_request_id"] for item in bundle.items("RESULT")} == {"order-2"}
    assert all(f"/{kept['mt_generate_id'][:16]}/" in key for key in bundle.objects())
    assert photo(bundle).code == "OUT_REQUEST_ID_NOT_FOUND"
    assert erase(bundle).code == "OUT_REQUEST_ID_NOT_FOUND"
    for function, body in [
        ("background", {"mt_generate_id": red["mt_generate_id"]}),
        ("rollback", {"to": made["mt_generate_id"]}),
        ("make", {"out_request_id": "order-1", "check_id": made["check"]["check_id"]}),
    ]:
        assert bundle.call(function, body).status == 404


def test_an_upload_is_erased_with_its_photo(bundle, portrait_jpeg):
    offer = post(bundle, "uploads")
    partner = bundle.partner()
    bundle.s3.put_object(Bucket="bucket", Key=f"uploads/{partner}/{offer['upload_id']}", Body=portrait_jpeg)
    post(bundle, "make", out_request_id="order-1", upload_id=offer["upload_id"])
    erase(bundle)
    assert not bundle.objects()


def test_an_erasure_that_dies_half_way_is_finished_by_the_next_one(bundle, made, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("idphoto_service.storage.Bucket.delete_below", None)
        assert erase(bundle).status == 500
    assert bundle.objects()
    assert erase(bundle).status == 200
    assert not bundle.objects()
    assert not bundle.items("")


def test_a_checked_photo_that_was_never_made_can_be_erased(bundle, source):
    post(bundle, "check", out_request_id="order-3", image_base64=source)
    assert erase(bundle, "order-3").status == 200
    assert not bundle.objects()


def test_what_is_made_while_its_photo_is_erased_is_erased_too(bundle, made, monkeypatch):
    save = History.save_result

    def save_too_late(self, result, photo, now):
        assert erase(bundle).status == 200
        return save(self, result, photo, now)

    monkeypatch.setattr(History, "save_result", save_too_late)
    answer = bundle.call("background", {"mt_generate_id": made["mt_generate_id"], "color": "red"})
    assert (answer.status, answer.code) == (404, "MT_GENERATE_ID_NOT_FOUND")
    assert not bundle.objects()
    assert not bundle.items("")


@pytest.mark.parametrize("path", ["..", "%2e%2e", "a/b", "x" * 200, "-", "order 1"])
def test_a_path_trick_is_no_photo(bundle, path):
    assert photo(bundle, path).status in {404, 422}
    assert erase(bundle, path).status in {404, 422}


def test_an_expired_photo_is_gone_and_no_link_outlives_it(bundle, made, monkeypatch):
    expires = photo(bundle).body["expires_at"]
    soon = expires - 60
    for module in ("history", "logic.photos", "logic.pictures"):
        monkeypatch.setattr(f"idphoto_service.{module}.now", lambda: soon)
    assert photo(bundle).body["steps"][0]["image"]["expires_at"] == expires
    monkeypatch.setattr("idphoto_service.logic.photos.now", lambda: expires)
    assert photo(bundle).code == "OUT_REQUEST_ID_NOT_FOUND"
    monkeypatch.setattr("idphoto_service.logic.rollback.now", lambda: expires)
    assert bundle.call("rollback", {"to": made["mt_generate_id"]}).code == "MT_GENERATE_ID_NOT_FOUND"


def test_a_result_of_an_earlier_engine_stays_readable(bundle, made, monkeypatch):
    monkeypatch.setattr("idphoto_service.logic.results.ENGINE_VERSION", "next")
    returned = post(bundle, "rollback", to=made["mt_generate_id"])
    assert returned["image"]["url"].partition("?")[0] == made["image"]["url"].partition("?")[0]
    red = paint(bundle, made, "red")
    assert red["parent_mt_generate_id"] == made["mt_generate_id"]
    stored = tables.history().find_result(bundle.partner(), red["mt_generate_id"], 0)
    assert stored is not None
    assert stored.engine_version == "next"
