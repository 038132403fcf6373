"""The main job through the real API: a portrait in, an ID photo out, and every id good for the next call."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from idphoto_client import Client
from PIL import Image

Open = Callable[[str], Image.Image]
pytestmark = pytest.mark.e2e
FINISH_SECONDS = 60


def test_the_chain_turns_a_portrait_into_a_one_inch_photo(
    client: Client, portrait: bytes, order: str, opened: Open
) -> None:
    request = {
        "out_request_id": order,
        "upload_id": client.upload(portrait),
        "check": {},
        "make": {"spec_id": "cn_1inch"},
        "background": {"color": "blue"},
    }

    answer = client.post("/chain", request)

    photo = opened(answer["result"]["image"]["url"])
    assert (photo.format, photo.size) == ("JPEG", (295, 413))
    assert photo.info["dpi"] == (300, 300)
    assert photo.getpixel((3, 3)) == pytest.approx((67, 142, 219), abs=3)
    cutout = opened(answer["result"]["cutout"]["url"])
    assert (cutout.mode, cutout.size) == ("RGBA", (295, 413))
    assert cutout.getpixel((3, 3))[3] == 0  # type: ignore[index]
    assert answer["check"]["passed"]
    assert [step["state"] for step in answer["steps"]] == ["Check", "Make", "Background"]


def test_check_make_and_background_continue_from_each_others_ids(
    client: Client, portrait: bytes, order: str, opened: Open
) -> None:
    check = client.post("/check", {"out_request_id": order, "upload_id": client.upload(portrait)})
    made = client.post("/make", {"out_request_id": order, "check_id": check["check_id"], "spec_id": "us_passport"})
    red = client.post("/background", {"mt_generate_id": made["mt_generate_id"], "color": "#FF0000"})

    assert check["passed"]
    assert opened(check["annotated"]["url"]).size[0] >= 512
    assert red["parent_mt_generate_id"] == made["mt_generate_id"]
    photo = opened(red["image"]["url"])
    assert photo.size == opened(made["image"]["url"]).size == (600, 600)
    assert photo.getpixel((3, 3)) == pytest.approx((255, 0, 0), abs=6)


def test_a_returned_link_opens_as_it_stands_in_the_raw_body(client: Client, portrait: bytes, order: str) -> None:
    raw = client.send("POST", "/make", {"out_request_id": order, "upload_id": client.upload(portrait)}).text

    link = re.search(r'"url":\s*"([^"]*)"', raw)

    assert link
    assert client.fetch(link[1]).startswith(b"\xff\xd8")


def test_an_execution_reports_its_states_and_ends_with_the_result(client: Client, portrait: bytes, order: str) -> None:
    request = {"out_request_id": order, "upload_id": client.upload(portrait), "check": {}, "make": {}}
    started = client.post("/executions", request)

    finished = _finished(client, started["execution_id"])

    assert started["status"] == "running"
    assert finished["status"] == "succeeded"
    assert [state["state"] for state in finished["states"]] == ["Check", "Make"]
    assert all(state["status"] == "succeeded" and state["ms"] > 0 for state in finished["states"])
    assert finished["result"]["result"]["image"]["width"] == 295


def test_an_execution_whose_photo_is_refused_names_the_cause(client: Client, order: str, grey: bytes) -> None:
    request = {"out_request_id": order, "upload_id": client.upload(grey), "check": {}, "make": {}}

    finished = _finished(client, client.post("/executions", request)["execution_id"])

    assert finished["status"] == "failed"
    assert finished["error"]["code"] == "CHECK_FAILED"


def test_ten_clients_at_once_get_the_same_result(client: Client, portrait: bytes, order: str) -> None:
    request = {"out_request_id": order, "upload_id": client.upload(portrait)}

    with ThreadPoolExecutor(10) as clients:
        answers = list(clients.map(lambda _: client.post("/make", request), range(10)))

    assert len({answer["mt_generate_id"] for answer in answers}) == 1
    assert len({answer["image"]["url"].partition("?")[0] for answer in answers}) == 1


def test_ten_clients_that_edit_one_photo_at_once_each_get_what_they_asked_for(
    client: Client, portrait: bytes, order: str
) -> None:
    made = client.post("/make", {"out_request_id": order, "upload_id": client.upload(portrait)})
    colours = [f"#4040{level:02X}" for level in range(0, 250, 25)]

    def paint(color: str) -> dict[str, Any]:
        return client.post("/background", {"mt_generate_id": made["mt_generate_id"], "color": color})

    with ThreadPoolExecutor(10) as clients:
        answers = list(clients.map(paint, colours))

    assert [answer["params"]["color"] for answer in answers] == colours
    assert len({answer["mt_generate_id"] for answer in answers}) == 10


def _finished(client: Client, execution_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + FINISH_SECONDS
    while (answer := client.get(f"/executions/{execution_id}"))["status"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return answer
