"""``img_url``: fetched in every spelling that partners send, and never from an address that is not public."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from idphoto_client import ApiError, Client

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("served", "given"),
    [
        pytest.param("/a.jpg?x=1&y=2", "/a.jpg?x=1\\u0026y=2", id="escaped ampersand"),
        pytest.param("/b.jpg?x=1&y=2", "/b.jpg?x=1&amp;y=2", id="HTML ampersand"),
        pytest.param("/c.jpg?sign=a%2Bb", "/c.jpg?sign=a+b", id="raw plus in the query"),
        pytest.param("/my%20photo.jpg", "/my photo.jpg", id="space"),
        pytest.param(quote("/照片/证件照.jpg"), "/照片/证件照.jpg", id="Chinese path"),
        pytest.param(quote("/照片/二.jpg"), quote("/照片/二.jpg"), id="Chinese path, encoded"),
    ],
)
def test_a_tolerated_spelling_is_fetched(
    client: Client, files: Any, portrait: bytes, order: str, served: str, given: str
) -> None:
    files.put(served, portrait)

    check = client.post("/check", {"out_request_id": order, "img_url": f"http://{files.host}{given}"})

    assert check["passed"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.jpg",
        "http://localhost/a.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/a.jpg",
        "http://[::1]/a.jpg",
        "http://[::ffff:127.0.0.1]/a.jpg",
        "http://2130706433/a.jpg",
    ],
)
def test_an_address_that_is_not_public_is_refused(client: Client, order: str, url: str) -> None:
    with pytest.raises(ApiError) as refused:
        client.post("/check", {"out_request_id": order, "img_url": url})

    assert (refused.value.status, refused.value.code) == (422, "IMG_URL_FORBIDDEN")


@pytest.mark.parametrize("url", ["a.jpg", "ftp://example.com/a.jpg", "file:///etc/passwd"])
def test_what_is_no_full_web_address_is_refused(client: Client, order: str, url: str) -> None:
    with pytest.raises(ApiError) as refused:
        client.post("/check", {"out_request_id": order, "img_url": url})

    assert (refused.value.status, refused.value.code) == (422, "IMG_URL_INVALID")


def test_a_missing_file_is_unreachable(client: Client, files: Any, order: str) -> None:
    with pytest.raises(ApiError) as refused:
        client.post("/check", {"out_request_id": order, "img_url": f"http://{files.host}/none.jpg"})

    assert (refused.value.status, refused.value.code) == (422, "IMG_URL_UNREACHABLE")


def test_no_answer_needs_decoding(client: Client, portrait: bytes, order: str) -> None:
    """A link survives being cut out of the raw body: no escapes that JSON would undo."""
    answer = client.send("POST", "/check", {"out_request_id": order, "upload_id": client.upload(portrait)})

    link = json.loads(answer.text)["annotated"]["url"]
    assert link in answer.text
