"""Every partner sees its own photos only, and nobody without a key sees any."""

import httpx
import pytest
from idphoto_client import ApiError, Client

from local.stack import Stack

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def made(client: Client, portrait: bytes) -> dict[str, str]:
    upload_id = client.upload(portrait)
    check = client.post("/check", {"out_request_id": "shared-name", "upload_id": upload_id})
    result = client.post("/make", {"out_request_id": "shared-name", "check_id": check["check_id"]})
    return {"upload_id": upload_id, "check_id": check["check_id"], "mt_generate_id": result["mt_generate_id"]}


def test_another_partners_ids_are_not_found(other: Client, made: dict[str, str]) -> None:
    for path, body in [
        ("/make", {"out_request_id": "mine", "upload_id": made["upload_id"]}),
        ("/make", {"out_request_id": "shared-name", "check_id": made["check_id"]}),
        ("/background", {"mt_generate_id": made["mt_generate_id"], "color": "red"}),
    ]:
        with pytest.raises(ApiError) as refused:
            other.post(path, body)
        assert refused.value.status == 404, path


def test_two_partners_may_choose_the_same_out_request_id(other: Client, made: dict[str, str], portrait: bytes) -> None:
    result = other.post("/make", {"out_request_id": "shared-name", "upload_id": other.upload(portrait)})

    assert result["mt_generate_id"] != made["mt_generate_id"]


def test_two_photos_under_one_out_request_id_are_a_conflict(
    client: Client, made: dict[str, str], portrait: bytes
) -> None:
    with pytest.raises(ApiError) as refused:
        client.post("/make", {"out_request_id": "shared-name", "upload_id": client.upload(portrait + b"\n")})

    assert (refused.value.status, refused.value.code) == (409, "OUT_REQUEST_ID_CONFLICT")
    assert client.post("/background", {"mt_generate_id": made["mt_generate_id"], "color": "white"})


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}])
def test_a_call_without_a_valid_key_is_forbidden(stack: Stack, headers: dict[str, str]) -> None:
    assert httpx.post(f"{stack.base_url}/check", json={}, headers=headers, trust_env=False).status_code == 403


def test_the_api_description_is_open_to_everybody(stack: Stack) -> None:
    answer = httpx.get(f"{stack.base_url}/openapi.json", timeout=30, trust_env=False)

    assert answer.status_code == 200
    assert "/make" in answer.json()["paths"]
