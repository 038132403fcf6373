"""Clean files and print sheets through the real API, opened by their links."""

import hashlib
import io
from typing import Any

import pytest
from idphoto_client import ApiError, Client
from PIL import Image

pytestmark = pytest.mark.e2e


@pytest.fixture
def made(client: Client, portrait: bytes, order: str) -> dict[str, Any]:
    return client.post("/make", {"out_request_id": order, "upload_id": client.upload(portrait), "spec_id": "一寸"})


def test_an_export_is_opened_by_its_link_and_is_what_was_asked_for(client: Client, made: dict[str, Any]) -> None:
    answer = client.post("/export", {"mt_generate_id": made["mt_generate_id"], "kb": {"min": 20, "max": 40}})

    file = answer["files"][0]["file"]
    data = client.fetch(file["image"]["url"])
    assert hashlib.sha256(data).hexdigest() == file["sha256"] == answer["log"]["files"][0]["sha256"]
    assert 20 * 1024 <= len(data) <= 40_000
    with Image.open(io.BytesIO(data)) as image:
        assert (image.size, image.info["dpi"]) == ((295, 413), (300, 300))
    assert file["photo_check"]["passed"]
    assert "watermark" not in answer["log"]["steps"][0]["params"]


def test_several_files_and_a_crop_come_from_one_result(client: Client, made: dict[str, Any]) -> None:
    outputs = [{"format": "png"}, {"format": "tiff"}, {"spec_id": "icao", "crop_only": True}]
    answer = client.post("/export", {"mt_generate_id": made["mt_generate_id"], "outputs": outputs})

    formats = []
    for entry in answer["files"]:
        with Image.open(io.BytesIO(client.fetch(entry["file"]["image"]["url"]))) as image:
            formats.append(image.format)
    assert formats == ["PNG", "TIFF", "JPEG"]
    assert answer["files"][2]["file"]["crop"]["filter"] == "lanczos"


def test_a_print_sheet_is_opened_as_a_picture_and_as_a_pdf(client: Client, made: dict[str, Any]) -> None:
    answer = client.post(
        "/layout", {"mt_generate_id": made["mt_generate_id"], "paper": "六寸", "rows": 3, "columns": 3}
    )

    assert answer["count"] == 9
    with Image.open(io.BytesIO(client.fetch(answer["jpeg"]["url"]))) as image:
        assert sorted(image.size) == [1205, 1795]
    assert client.fetch(answer["pdf"]["url"]).startswith(b"%PDF-")


def test_strict_refuses_what_a_passport_office_forbids(client: Client, made: dict[str, Any]) -> None:
    body = {"mt_generate_id": made["mt_generate_id"], "spec_id": "cn_passport", "policy": "strict"}
    with pytest.raises(ApiError) as caught:
        client.post("/export", body)
    assert caught.value.code == "POLICY_FORBIDS"


def test_specifications_are_searched_through_the_gateway(client: Client) -> None:
    found = client.get("/specs?country=CN&kind=exam&limit=100")
    assert found["total"] >= 15
    assert client.get("/specs")["total"] >= 250
