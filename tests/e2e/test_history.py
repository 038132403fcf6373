"""Undo, redo, history and erasure through the real API."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from idphoto_client import ApiError, Client

pytestmark = pytest.mark.e2e
FINISH_SECONDS = 60


@pytest.fixture
def made(client: Client, portrait: bytes, order: str) -> dict[str, Any]:
    return client.post("/make", {"out_request_id": order, "upload_id": client.upload(portrait)})


def steps(client: Client, order: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    start = ""
    while start is not None:
        page = client.get(f"/photos/{order}?limit=4" + (f"&start={start}" if start else ""))
        found += page["steps"]
        start = page["next"]
    return found


def test_the_example_of_the_faq_beautify_off_and_the_blue_background_kept(client: Client, portrait: bytes) -> None:
    # 裁剪一寸照--一键美颜开--换背景. 如果此时想要一键美颜关的效果，其他都不变.
    cropped = client.post("/make", {"out_request_id": "faq", "upload_id": client.upload(portrait), "spec_id": "一寸"})
    beautified = client.post("/beautify", {"mt_generate_id": cropped["mt_generate_id"]})
    blue = client.post("/background", {"mt_generate_id": beautified["mt_generate_id"], "color": "蓝色"})

    off = client.post("/rollback", {"mt_generate_id": blue["mt_generate_id"], "without": ["beautify"]})

    assert [step["kind"] for step in off["recipe"]] == ["make", "background"]
    assert off["recipe"][1]["params"]["color"] == "#438EDB"
    # 需要拿mtgeneratid=1 去调用换背景: what partners had to do by hand gives the very same result.
    by_hand = client.post("/background", {"mt_generate_id": cropped["mt_generate_id"], "color": "蓝色"})
    assert off["mt_generate_id"] == by_hand["mt_generate_id"]
    assert {state["state"]: state["use"] for state in off["states"]} == {"Make": "reused", "Render": "replayed"}
    assert {state["use"] for state in by_hand["states"]} == {"reused"}
    assert len(steps(client, "faq")) == 4


def test_ten_clients_that_edit_one_photo_at_once_leave_every_step_in_the_history(
    client: Client, made: dict[str, Any], order: str
) -> None:
    colours = [f"#4040{level:02X}" for level in range(0, 250, 25)]

    def paint(color: str) -> dict[str, Any]:
        return client.post("/background", {"mt_generate_id": made["mt_generate_id"], "color": color})

    with ThreadPoolExecutor(10) as clients:
        answers = list(clients.map(paint, colours))

    assert [answer["params"]["color"] for answer in answers] == colours
    told = steps(client, order)
    assert {step["mt_generate_id"] for step in told} == {
        made["mt_generate_id"],
        *(answer["mt_generate_id"] for answer in answers),
    }
    assert sum(step["current"] for step in told) == 1


def test_an_erased_photo_is_gone_with_its_links(client: Client, made: dict[str, Any], order: str) -> None:
    assert client.fetch(made["image"]["url"])

    erased = client.delete(f"/photos/{order}")

    assert erased["objects_erased"] >= 4
    assert httpx.get(made["image"]["url"], trust_env=False).status_code == 404
    for path, body in [
        ("/background", {"mt_generate_id": made["mt_generate_id"]}),
        ("/rollback", {"to": made["mt_generate_id"]}),
    ]:
        with pytest.raises(ApiError) as refused:
            client.post(path, body)
        assert refused.value.status == 404
    with pytest.raises(ApiError) as refused:
        client.get(f"/photos/{order}")
    assert (refused.value.status, refused.value.code) == (404, "OUT_REQUEST_ID_NOT_FOUND")


def test_another_partner_can_neither_see_nor_erase_a_photo(
    client: Client, other: Client, made: dict[str, Any], order: str
) -> None:
    with pytest.raises(ApiError) as refused:
        other.get(f"/photos/{order}")
    assert refused.value.status == 404
    with pytest.raises(ApiError) as refused:
        other.delete(f"/photos/{order}")
    assert refused.value.status == 404
    assert client.get(f"/photos/{order}")["current_mt_generate_id"] == made["mt_generate_id"]


def test_an_execution_can_be_cancelled(client: Client, portrait: bytes, order: str) -> None:
    request = {"out_request_id": order, "upload_id": client.upload(portrait), "check": {}, "make": {}}
    started = client.post("/executions", request)

    client.delete(f"/executions/{started['execution_id']}")

    deadline = time.monotonic() + FINISH_SECONDS
    while (told := client.get(f"/executions/{started['execution_id']}"))["status"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert told["status"] in {"aborted", "succeeded"}
    if told["status"] == "aborted":
        assert told["error"]["code"] == "CANCELLED"


def test_a_chain_that_names_nothing_is_refused_before_it_starts(client: Client) -> None:
    for request, code in [
        ({"mt_generate_id": "a" * 42, "background": {}}, "MT_GENERATE_ID_NOT_FOUND"),
        ({"out_request_id": "x", "upload_id": "0" * 32, "make": {}}, "UPLOAD_ID_NOT_FOUND"),
        ({"out_request_id": "x", "check_id": "a" * 42, "make": {}}, "CHECK_ID_NOT_FOUND"),
    ]:
        for path in ("/chain", "/executions"):
            with pytest.raises(ApiError) as refused:
                client.post(path, request)
            assert (refused.value.status, refused.value.code) == (404, code)
