"""Whatever comes in wrong is answered with a 4xx that names the fault, through the real API."""

import base64
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from idphoto_client import ApiError, Client
from PIL import Image
from skimage.data import astronaut, chelsea

from tests.e2e.conftest import Files

pytestmark = pytest.mark.e2e

ABSENT_ID = "a" * 42


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _portrait() -> Image.Image:
    return Image.fromarray(astronaut())


def _two_people() -> bytes:
    pair = Image.new("RGB", (1024, 512))
    pair.paste(_portrait(), (0, 0))
    pair.paste(_portrait(), (512, 0))
    return _jpeg(pair)


def _face_cut() -> bytes:
    """Return a portrait whose left border goes through the middle of the face, at x = 225 px."""
    return _jpeg(_portrait().crop((225, 0, 512, 512)).resize((574, 1024)))


def _small_face() -> bytes:
    """Return 320x240 px with a face of about 60 px."""
    photo = Image.new("RGB", (320, 240), (200, 200, 200))
    photo.paste(_portrait().resize((200, 200)), (60, 40))
    return _jpeg(photo)


def _bomb() -> bytes:
    """Return a PNG whose header announces 60 megapixels and whose data never come."""
    header = struct.pack(">IIBBBBB", 10000, 6000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(header)) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize(
    ("photo", "fault"),
    [
        pytest.param(lambda: _jpeg(Image.new("RGB", (600, 600), (120, 140, 160))), "NO_FACE", id="no face"),
        pytest.param(lambda: _jpeg(Image.fromarray(chelsea())), "NO_FACE", id="a cat"),
        pytest.param(_two_people, "SEVERAL_PEOPLE", id="two people"),
        pytest.param(_face_cut, "FACE_CUT", id="face cut by the frame"),
        pytest.param(_small_face, "FACE_TOO_SMALL", id="face of 60 px"),
    ],
)
def test_an_unsuitable_photo_is_refused_with_its_fault(
    client: Client, order: str, photo: Callable[[], bytes], fault: str
) -> None:
    upload_id = client.upload(photo())

    with pytest.raises(ApiError) as refused:
        client.post("/make", {"out_request_id": order, "upload_id": upload_id})

    assert (refused.value.status, refused.value.code) == (422, "CHECK_FAILED")
    assert fault in refused.value.details["faults"]
    check = client.post("/check", {"out_request_id": order, "upload_id": upload_id})
    assert not check["passed"]
    assert fault in {item["fault"] for item in check["report"]["items"]}


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        pytest.param(b"", 422, "IMAGE_EMPTY", id="empty"),
        pytest.param(_jpeg(_portrait())[:9000], 422, "IMAGE_TRUNCATED", id="truncated JPEG"),
        pytest.param(b"This is no picture.\n" * 50, 415, "IMAGE_FORMAT_UNSUPPORTED", id="text named .jpg"),
        pytest.param(_png(Image.new("RGB", (1, 1))), 422, "IMAGE_TOO_SMALL", id="1x1 PNG"),
        pytest.param(_bomb(), 413, "IMAGE_TOO_MANY_PIXELS", id="60 MP bomb"),
    ],
)
def test_a_file_that_is_no_usable_picture_is_refused(
    client: Client, order: str, content: bytes, status: int, code: str
) -> None:
    with pytest.raises(ApiError) as refused:
        client.post("/check", {"out_request_id": order, "upload_id": client.upload(content)})

    assert (refused.value.status, refused.value.code) == (status, code)
    assert refused.value.message_zh


def test_a_file_of_25_mb_is_refused_wherever_it_comes_from(client: Client, files: Files, order: str) -> None:
    large = _jpeg(_portrait()) + bytes(25_000_000)

    with pytest.raises(ApiError) as refused:
        client.upload(large)
    assert (refused.value.status, refused.value.code) == (413, "IMAGE_TOO_LARGE")
    offer = client.post("/uploads")
    stored = httpx.post(offer["url"], data=offer["fields"], files={"file": large}, timeout=60, trust_env=False)
    assert stored.status_code == 400
    with pytest.raises(ApiError) as refused:
        client.post("/make", {"out_request_id": order, "img_url": files.put("/large.jpg", large)})

    assert (refused.value.status, refused.value.code) == (413, "IMAGE_TOO_LARGE")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        pytest.param("/make", {"spec_id": "no_such"}, 422, "SPEC_UNKNOWN", id="unknown specification"),
        pytest.param("/make", {"background": {"color": "blu"}}, 422, "COLOR_INVALID", id="unknown colour"),
        pytest.param("/make", {"spec_id": 7}, 422, "REQUEST_INVALID", id="wrong type"),
        pytest.param("/make", {"spec": "cn_1inch"}, 422, "REQUEST_INVALID", id="misspelt field"),
        pytest.param("/make", {"out_request_id": "no spaces"}, 422, "REQUEST_INVALID", id="bad out_request_id"),
        pytest.param("/make", {"image_base64": "%%%"}, 422, "SOURCE_INVALID", id="two sources"),
        pytest.param("/chain", {}, 422, "CHAIN_INVALID", id="a chain of nothing"),
    ],
)
def test_a_wrong_field_is_named(
    client: Client, portrait: bytes, order: str, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    with pytest.raises(ApiError) as refused:
        client.post(path, {"out_request_id": order, "upload_id": client.upload(portrait)} | body)

    assert (refused.value.status, refused.value.code) == (status, code)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/background", {"mt_generate_id": ABSENT_ID, "color": "red"}, "MT_GENERATE_ID_NOT_FOUND"),
        ("/make", {"out_request_id": "order", "check_id": ABSENT_ID}, "CHECK_ID_NOT_FOUND"),
        ("/make", {"out_request_id": "order", "upload_id": "0" * 32}, "UPLOAD_ID_NOT_FOUND"),
    ],
)
def test_an_unknown_id_is_not_found(client: Client, path: str, body: dict[str, Any], code: str) -> None:
    with pytest.raises(ApiError) as refused:
        client.post(path, body)

    assert (refused.value.status, refused.value.code) == (404, code)


def test_an_unknown_execution_is_not_found(client: Client) -> None:
    with pytest.raises(ApiError) as refused:
        client.get("/executions/none")

    assert (refused.value.status, refused.value.code) == (404, "EXECUTION_ID_NOT_FOUND")


def test_a_body_that_is_no_json_is_refused(client: Client) -> None:
    answer = client.send("POST", "/make", b"{")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "JSON_INVALID")


def test_base64_is_a_source_and_nonsense_is_refused(client: Client, portrait: bytes, order: str) -> None:
    assert client.post("/check", {"out_request_id": order, "image_base64": base64.b64encode(portrait).decode()})

    with pytest.raises(ApiError) as refused:
        client.post("/check", {"out_request_id": order, "image_base64": "%%%"})

    assert (refused.value.status, refused.value.code) == (422, "IMAGE_BASE64_INVALID")
