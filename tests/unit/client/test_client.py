"""The client: one code for both ways of calling, typed answers and errors, patience where it is safe."""

from pathlib import Path

import anyio
import httpx
import idphoto_client
import pytest
from idphoto_client import (
    ApiError,
    AsyncClient,
    CheckId,
    Client,
    ConflictError,
    KeyRefusedError,
    NotFoundError,
    PhotoRefusedError,
    RequestInvalidError,
    Retry,
    ServerError,
    StillRunningError,
    StorageError,
    TooManyRequestsError,
    UnexpectedAnswerError,
    UnreachableError,
    UploadId,
)

from tests.unit.client.conftest import (
    BASE_URL,
    RESULT,
    STORAGE,
    UPLOAD_ID,
    Deployment,
    chain,
    check,
    error,
    execution,
    result,
)


def test_a_photo_is_made_of_a_local_file_by_both_clients(
    client: Client, async_client: AsyncClient, deployment: Deployment, tmp_path: Path
) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"jpeg")
    deployment.routes["POST /v1/make"] = result()

    async def make() -> idphoto_client.Result:
        async with async_client as idphoto:
            return await idphoto.make("order-1", photo, background="blue")

    assert client.make("order-1", photo, background="blue") == anyio.run(make)
    one, other = deployment.sent("/make")
    assert one == other == {"out_request_id": "order-1", "upload_id": UPLOAD_ID, "background": {"color": "blue"}}
    forms = [request.content for request in deployment.requests if request.url.path == "/form"]
    assert all(b'name="policy"' in form and form.index(b'name="policy"') < form.index(b"jpeg") for form in forms)


@pytest.mark.parametrize(
    ("photo", "field"),
    [
        ("https://example.com/a.jpg", {"img_url": "https://example.com/a.jpg"}),
        (b"jpeg", {"upload_id": UPLOAD_ID}),
        (UploadId("u"), {"upload_id": "u"}),
        (CheckId("c"), {"check_id": "c"}),
        (idphoto_client.Check.model_validate(check()), {"check_id": RESULT}),
    ],
    ids=["a link", "bytes", "an upload", "a check", "the answer of a check"],
)
def test_a_photo_is_named_by_the_field_of_its_kind(client, deployment, photo, field) -> None:
    deployment.routes["POST /v1/make"] = result()

    client.make("order-1", photo)

    assert deployment.sent("/make") == [{"out_request_id": "order-1", **field}]


def test_the_key_goes_to_the_api_alone(client: Client, deployment: Deployment) -> None:
    client.fetch(f"{STORAGE}/photo.jpg")
    client.upload(b"jpeg")

    carried = {request.url.host: "x-api-key" in request.headers for request in deployment.requests}
    assert carried == {"storage.test": False, "api.test": True}


def test_a_file_that_is_too_large_is_not_even_sent(client: Client, deployment: Deployment) -> None:
    with pytest.raises(PhotoRefusedError, match="1,001 bytes") as refused:
        client.upload(bytes(1001))

    assert refused.value.code == "IMAGE_TOO_LARGE"
    assert [request.url.path for request in deployment.requests] == ["/v1/uploads"]


def test_what_a_newer_deployment_adds_is_kept(client: Client, deployment: Deployment) -> None:
    deployment.routes["POST /v1/skin"] = {**result(), "novelty": 7}

    assert client.skin(RESULT).model_dump()["novelty"] == 7


def test_an_effect_sends_what_is_given_and_nothing_else(client: Client, deployment: Deployment) -> None:
    deployment.routes["POST /v1/skin"] = deployment.routes["POST /v1/novelty"] = result()

    client.skin(RESULT, shine=0)
    client.effect("novelty", idphoto_client.Result.model_validate(result()), amount=3)

    assert deployment.sent("/skin") == [{"mt_generate_id": RESULT, "shine": 0}]
    assert deployment.sent("/novelty") == [{"mt_generate_id": RESULT, "amount": 3}]


# --- errors


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (422, "CHECK_FAILED", PhotoRefusedError),
        (413, "IMAGE_TOO_LARGE", PhotoRefusedError),
        (422, "SPEC_UNKNOWN", RequestInvalidError),
        (400, "JSON_INVALID", RequestInvalidError),
        (403, "API_KEY_MISSING", KeyRefusedError),
        (404, "MT_GENERATE_ID_NOT_FOUND", NotFoundError),
        (409, "OUT_REQUEST_ID_CONFLICT", ConflictError),
        (410, "SOURCE_GONE", ConflictError),
        (429, "TOO_MANY_REQUESTS", TooManyRequestsError),
        (500, "INTERNAL_ERROR", ServerError),
        (504, "TIMED_OUT", ServerError),
    ],
)
def test_a_refusal_is_an_error_of_its_kind_with_all_its_facts(client, deployment, status, code, kind) -> None:
    deployment.routes["GET /v1/specs"] = error(status, code, given="x")

    with pytest.raises(ApiError) as refused:
        client.specs()

    assert type(refused.value) is kind
    assert (refused.value.status, refused.value.code, refused.value.details) == (status, code, {"given": "x"})
    assert (refused.value.message, refused.value.message_zh, refused.value.request_id) == ("No.", "不行。", "r")


def test_a_refused_photo_tells_its_faults_and_its_report(client: Client, deployment: Deployment) -> None:
    report = check(fault="SEVERAL_PEOPLE")["report"]
    deployment.routes["POST /v1/make"] = error(422, "CHECK_FAILED", faults=["SEVERAL_PEOPLE"], report=report)

    with pytest.raises(PhotoRefusedError) as refused:
        client.make("order-1", UploadId("u"))

    assert refused.value.faults == ["SEVERAL_PEOPLE"]
    assert refused.value.report
    assert refused.value.report.items[0].reason_zh == "画面中有两个人。"


def test_an_answer_in_another_language_than_the_apis_is_an_error_too(client: Client, deployment: Deployment) -> None:
    deployment.routes["GET /v1/specs"] = httpx.Response(403, text="<html>a proxy</html>")

    with pytest.raises(KeyRefusedError, match="a proxy"):
        client.specs()


@pytest.mark.parametrize("body", [httpx.Response(200, text="<html>a shop</html>"), {"request_id": "r"}, []])
def test_a_success_of_something_else_than_this_api_is_an_error(client: Client, deployment: Deployment, body) -> None:
    deployment.routes["GET /v1/specs"] = lambda _: (
        body if isinstance(body, httpx.Response) else httpx.Response(200, json=body)
    )

    with pytest.raises(UnexpectedAnswerError, match="GET /specs does not answer as this API does"):
        client.specs()


def test_a_link_that_has_expired_is_a_storage_error(client: Client, deployment: Deployment, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="404"):
        client.save(f"{STORAGE}/gone.jpg", tmp_path / "gone.jpg")

    assert not (tmp_path / "gone.jpg").exists()


# --- patience


def test_what_fails_in_passing_is_repeated_by_both_clients(
    client: Client, async_client: AsyncClient, deployment: Deployment
) -> None:
    passing = [error(429, "TOO_MANY_REQUESTS"), error(503, "TRY_AGAIN"), httpx.ConnectError("refused")]
    deployment.routes["POST /v1/skin"] = [*passing, result(), *passing, result()]

    async def skin() -> idphoto_client.Result:
        async with async_client as idphoto:
            return await idphoto.skin(RESULT)

    assert client.skin(RESULT) == anyio.run(skin)
    assert len(deployment.requests) == 8


def test_what_is_refused_is_not_repeated(client: Client, deployment: Deployment) -> None:
    deployment.routes["POST /v1/skin"] = error(422, "NOT_FEASIBLE")

    with pytest.raises(PhotoRefusedError):
        client.skin(RESULT)

    assert len(deployment.requests) == 1


def test_no_answer_at_all_is_an_error_that_names_the_host(client: Client, deployment: Deployment) -> None:
    deployment.routes["GET /v1/specs"] = httpx.ConnectError("refused")

    with pytest.raises(UnreachableError, match=r"https://api\.test cannot be reached: ConnectError: refused"):
        client.specs()

    assert len(deployment.requests) == 1 + Retry().times


def test_waits_double_up_to_the_longest_and_obey_retry_after() -> None:
    retry = Retry(first=1, longest=4)
    asked = httpx.Response(429, headers={"retry-after": "3"})

    for repetition, bound in enumerate([1, 2, 4, 4]):
        assert all(0 <= retry.wait(repetition, None) <= bound for _ in range(50))
    assert retry.wait(0, asked) == 3
    assert retry.wait(0, httpx.Response(429, headers={"retry-after": "90"})) == 4


# --- executions and pages


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idphoto_client._chains.POLL_SECONDS", 0.0)


@pytest.mark.usefixtures("no_pauses")
def test_a_chain_is_waited_for_with_its_progress(client: Client, deployment: Deployment) -> None:
    deployment.routes["POST /v1/executions"] = execution()
    deployment.routes["GET /v1/executions/e-1"] = [
        execution("running", "Check"),
        execution("succeeded", "Check", "Make", result=chain()),
    ]
    seen = []

    ended = client.wait(
        client.start("order-1", UploadId("u"), {"make": {}}), on_progress=lambda told: seen.append(len(told.states))
    )

    assert ended.result
    assert ended.result.mt_generate_id == RESULT
    assert seen == [1, 2]


@pytest.mark.usefixtures("no_pauses")
def test_a_chain_that_fails_raises_what_its_state_said(client: Client, deployment: Deployment) -> None:
    facts = error(422, "HEAD_CUT").json()["error"]
    deployment.routes["GET /v1/executions/e-1"] = execution("failed", "Check", error=facts)

    with pytest.raises(PhotoRefusedError, match="HEAD_CUT"):
        client.wait("e-1")


def test_waiting_ends_in_time(client: Client, deployment: Deployment) -> None:
    deployment.routes["GET /v1/executions/e-1"] = execution()

    with pytest.raises(StillRunningError, match="e-1"):
        client.wait("e-1", seconds=0)


def test_a_history_is_read_to_its_last_page(client: Client, deployment: Deployment) -> None:
    step = {**result(), "created_ms": 1, "current": True}
    page = {
        "request_id": "r",
        "out_request_id": "order-1",
        "current_mt_generate_id": RESULT,
        "created_at": 1,
        "expires_at": 2,
        "steps": [step],
    }
    deployment.routes["GET /v1/photos/order-1"] = [{**page, "next": "b"}, {**page, "next": None}]

    assert len(client.history("order-1").steps) == 2
    assert [request.url.query for request in deployment.requests] == [b"", b"start=b"]


def test_a_wrong_call_is_a_type_error_before_anything_is_sent(client: Client, deployment: Deployment) -> None:
    with pytest.raises(TypeError, match="spc_id"):
        client.make("order-1", UploadId("u"), spc_id="cn_1inch")  # type: ignore[call-arg]

    assert not deployment.requests


def test_the_key_is_never_shown(client: Client) -> None:
    assert "key" not in repr(client.settings)
    assert BASE_URL in repr(client.settings)
