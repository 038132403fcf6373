"""The command line: what it sends, what it writes, what it says, and what it ends with."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from idphoto_client import AsyncClient, Client, Retry
from idphoto_client.cli import app
from idphoto_client.cli.effects import effects_of
from idphoto_client.cli.exits import Exit, UsageError
from idphoto_client.cli.options import kilobytes_of, size_of
from idphoto_client.cli.reference import order_of_content
from idphoto_client.cli.root import hoisted
from idphoto_client.cli.session import language_of
from typer.testing import CliRunner, Result

from local.openapi import TARGET
from tests.unit.client.conftest import (
    BASE_URL,
    RESULT,
    Deployment,
    chain,
    check,
    error,
    execution,
    export,
    exported,
    image,
    layout,
    result,
)

OTHER = "a" * 42


@pytest.fixture(autouse=True)
def deployed(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """The command line's own clients, on the deployment in memory."""
    transport = httpx.MockTransport(deployment)
    retry = Retry(first=0)
    monkeypatch.setattr(
        "idphoto_client.cli.session.Client", lambda _: Client(BASE_URL, "key", retry=retry, transport=transport)
    )
    monkeypatch.setattr(
        "idphoto_client.cli.batch.AsyncClient",
        lambda *_, **__: AsyncClient(BASE_URL, "key", retry=retry, transport=transport),
    )
    monkeypatch.setattr("idphoto_client._chains.POLL_SECONDS", 0.0)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    deployment.routes["GET /v1/openapi.json"] = json.loads(TARGET.read_text(encoding="utf-8"))
    deployment.routes["POST /v1/executions"] = execution()
    deployment.routes["GET /v1/executions/e-1"] = execution("succeeded", "Check", "Make", result=chain())
    return deployment


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "me.jpg"
    file.write_bytes(b"jpeg")
    return file


def idphoto(*words: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=answer)


def history(*steps: dict[str, Any], current: str | None = RESULT) -> dict[str, Any]:
    told = [
        {**step, "created_ms": number, "current": step["mt_generate_id"] == current}
        for number, step in enumerate(steps)
    ]
    return {
        "request_id": "r",
        "out_request_id": "order-1",
        "current_mt_generate_id": current,
        "created_at": 1,
        "expires_at": 2,
        "steps": told,
        "next": None,
    }


# --- make


def test_make_writes_the_photo_the_cutout_and_the_check(deployment: Deployment, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    done = idphoto("make", photo, "--spec", "cn_1inch", "--background", "blue", "--gradient", 1, "-o", out)

    assert done.exit_code == Exit.DONE, done.output
    assert {file.name: file.read_bytes()[:6] for file in out.iterdir() if file.suffix != ".json"} == {
        "photo.jpg": b"photo",
        "photo.png": b"cutout",
        "annotated.png": b"marked",
    }
    assert json.loads((out / "check.json").read_text())["check_id"] == RESULT
    assert deployment.sent("/executions") == [
        {
            "out_request_id": order_of_content(b"jpeg"),
            "upload_id": "0" * 32,
            "check": {},
            "make": {"spec_id": "cn_1inch", "background": {"color": "blue", "gradient": 1}},
        }
    ]
    assert RESULT in done.stdout
    assert "Make 5 ms" in done.stderr


def test_make_takes_effects_by_their_main_value_by_names_and_by_default(deployment: Deployment, photo: Path) -> None:
    idphoto(
        "make",
        photo,
        "--makeup",
        "office",
        "--skin",
        "strength=60,shine=20",
        "--gaze",
        "on",
        "-o",
        photo.with_name("o"),
    )

    sent = deployment.sent("/executions")[0]
    assert {kind: sent[kind] for kind in ("makeup", "skin", "gaze")} == {
        "makeup": {"material_id": "office"},
        "skin": {"strength": 60, "shine": 20},
        "gaze": {},
    }


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("suit", {"material_id": "suit"}),
        ("suit:navy", {"material_id": "suit", "color": "navy"}),
        ("suit:#203040", {"material_id": "suit", "color": "#203040"}),
        ("material_id=suit,fit=-20", {"material_id": "suit", "fit": -20}),
    ],
)
def test_an_outfit_is_named_with_its_colour(deployment: Deployment, photo: Path, given, sent) -> None:
    idphoto("make", photo, "--outfit", given, "-o", photo.with_name("o"))

    assert deployment.sent("/executions")[0]["outfit"] == sent


def material(**facts: Any) -> dict[str, Any]:
    return {
        "request_id": "r",
        "material_id": "own-a",
        "kind": "outfit",
        "name": "Uniform",
        "name_zh": "校服",
        "tags": ["child"],
        "licence": "",
        "digest": "0" * 64,
        "thumbnail": image("small.webp"),
        "built_in": False,
    } | facts


def test_materials_are_registered_from_a_picture_a_wearer_or_a_look(deployment: Deployment, photo: Path) -> None:
    finding = {"code": "TURNED", "message": "Turned.", "message_zh": "侧身。", "value": 12.0, "allowed": 8.0}
    report = {"usable": "fair", "score": 70, "findings": [finding]}
    deployment.routes["POST /v1/materials"] = material(report=report)
    look = photo.with_name("ours.toml")
    look.write_text("[lips]", "utf-8")

    added = idphoto("materials", "add", photo, "--name", "Uniform", "--tag", "child", "--anchor", "neck_pit=3,4.5")
    idphoto("materials", "add", photo, "--worn", "--name", "Uniform")
    idphoto("materials", "add", look, "--name", "Ours")

    assert "Turned." in added.stderr + added.stdout
    assert deployment.sent("/materials") == [
        {
            "kind": "outfit",
            "name": "Uniform",
            "tags": ["child"],
            "picture": {"upload_id": "0" * 32},
            "anchors": {"neck_pit": [3, 4.5]},
        },
        {"kind": "outfit", "name": "Uniform", "wearer": {"upload_id": "0" * 32}},
        {"kind": "makeup", "name": "Ours", "look_toml": "[lips]"},
    ]
    assert idphoto("materials", "add", photo, "--name", "U", "--anchor", "neck_pit=3").exit_code == Exit.USAGE


def test_materials_are_listed_to_the_last_page(deployment: Deployment) -> None:
    pages = {None: ("own-a", "own-a"), "own-a": ("suit", None)}

    def page(request: httpx.Request) -> httpx.Response:
        name, following = pages[request.url.params.get("start")]
        body = {"request_id": "r", "materials": [material(material_id=name)], "total": 2, "next": following}
        return httpx.Response(200, json=body)

    deployment.routes["GET /v1/materials"] = page

    listed = idphoto("materials", "list", "outfit", "--tag", "women", "--tag", "formal")

    assert "own-a" in listed.stdout
    assert "suit" in listed.stdout
    assert {request.url.params["tag"] for request in deployment.requests if request.url.path == "/v1/materials"} == {
        "women,formal"
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--effect", "halo=5"], "This deployment has no effect 'halo'"),
        (["--effect", "skn=5"], "did you mean skin?"),
        (["--skin", "strngth=5"], "skin has no parameter 'strngth' (did you mean strength?)"),
        (["--skin", "much"], "strength takes 0–100, not 'much'"),
        (["--size", "35x45"], "'35x45' is no size"),
    ],
)
def test_what_the_deployment_does_not_have_is_said_before_anything_is_sent(deployment, photo, words, told) -> None:
    done = idphoto("make", photo, *words)

    assert done.exit_code == Exit.USAGE
    assert told in " ".join(done.stderr.split())
    assert not deployment.sent("/executions")


def test_make_writes_one_file_where_one_is_named(photo: Path, tmp_path: Path) -> None:
    idphoto("make", photo, "-o", tmp_path / "cut.png")

    assert (tmp_path / "cut.png").read_bytes() == b"cutout"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cut.png", "me.jpg"]


def test_make_never_writes_over_the_photo_itself(tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(b"jpeg")

    done = idphoto("make", source, "-o", tmp_path)

    assert done.exit_code == Exit.USAGE
    assert source.read_bytes() == b"jpeg"


def test_a_refused_photo_leaves_its_reasons_and_no_old_photo(
    deployment: Deployment, photo: Path, tmp_path: Path
) -> None:
    refused = check(fault="SEVERAL_PEOPLE")
    details = {"faults": ["SEVERAL_PEOPLE"], "report": refused["report"], "annotated": image("annotated.png")}
    facts = error(422, "CHECK_FAILED", **details).json()["error"]
    deployment.routes["GET /v1/executions/e-1"] = execution("failed", "Check", error=facts)
    out = tmp_path / "out"
    out.mkdir()
    (out / "photo.jpg").write_bytes(b"of the day before")

    done = idphoto("make", photo, "-o", out, "--lang", "zh")

    assert done.exit_code == Exit.PHOTO_REFUSED
    assert "SEVERAL_PEOPLE" in done.stderr
    assert "画面中有两个人。请单独拍摄。" in done.stderr
    assert sorted(file.name for file in out.iterdir()) == ["annotated.png", "check.json"]


def test_the_answer_as_json_is_all_that_the_standard_output_holds(photo: Path, tmp_path: Path) -> None:
    done = idphoto("make", photo, "--json", "-o", tmp_path / "out")

    body = json.loads(done.stdout)
    assert body["result"]["mt_generate_id"] == RESULT
    assert body["files"][0] == str(tmp_path / "out" / "photo.jpg")
    assert not done.stderr


# --- check


def test_check_tells_what_there_is_to_mind_and_ends_with_the_verdict(deployment: Deployment, photo: Path) -> None:
    deployment.routes["POST /v1/check"] = [check(), check(fault="SEVERAL_PEOPLE"), check()]

    passed, refused = idphoto("check", photo), idphoto("check", photo, "--lang=zh")
    every = idphoto("check", photo, "--all")

    assert (passed.exit_code, refused.exit_code) == (Exit.DONE, Exit.PHOTO_REFUSED)
    assert "✓ passed" in passed.stdout
    assert "1 of 1 items" in passed.stdout
    assert "✗ 未通过" in refused.stdout
    assert "单人" in refused.stdout
    assert "One person" in every.stdout
    assert "One person" not in passed.stdout


def test_check_takes_a_specification_and_limits_of_ones_own(deployment: Deployment, photo: Path) -> None:
    deployment.routes["POST /v1/check"] = check()

    idphoto("check", photo, "--level", "strict", "--spec", "us_visa", "--limit", "sharp=0.4", "--limit", "yaw=5")
    wrong = idphoto("check", photo, "--limit", "sharp=much")

    body = {"level": "strict", "spec_id": "us_visa", "thresholds": {"sharp": 0.4, "yaw": 5}, "upload_id": "0" * 32}
    assert deployment.sent("/check") == [body]
    assert wrong.exit_code == Exit.USAGE


# --- on from there


def test_an_effect_takes_its_parameters_as_options_and_a_photo_by_its_file(deployment: Deployment, photo: Path) -> None:
    order = order_of_content(b"jpeg")
    deployment.routes[f"GET /v1/photos/{order}"] = history(result())
    deployment.routes["POST /v1/skin"] = result(OTHER, "skin")

    done = idphoto("effect", "skin", photo, "--strength", 60, "--shine=20", "-o", photo.with_name("even.jpg"))

    assert done.exit_code == Exit.DONE, done.output
    assert deployment.sent("/skin") == [{"mt_generate_id": RESULT, "strength": 60, "shine": 20}]
    assert photo.with_name("even.jpg").read_bytes() == b"photo"


def test_a_result_is_named_by_its_id_with_no_further_call(deployment: Deployment) -> None:
    deployment.routes["POST /v1/background"] = result(OTHER, "background")

    done = idphoto("background", RESULT, "red")

    assert deployment.sent("/background") == [{"mt_generate_id": RESULT, "color": "red"}]
    assert len(deployment.requests) == 1
    assert "https://storage.test/photo.jpg" in done.stdout.splitlines()


STEPS = [result("a" * 42), result("b" * 42, "skin", "a" * 42), result("c" * 42, "gaze", "b" * 42)]


@pytest.mark.parametrize(
    ("words", "current", "sent"),
    [
        (["undo", "order-1"], "b" * 42, {"to": "a" * 42}),
        (["undo", "order-1", "skin", "gaze"], "c" * 42, {"mt_generate_id": "c" * 42, "without": ["skin", "gaze"]}),
        (["redo", "order-1"], "b" * 42, {"to": "c" * 42}),
        (["return", "order-1", "1"], "c" * 42, {"to": "a" * 42}),
        (["return", "order-1", "b" * 42], "c" * 42, {"to": "b" * 42}),
    ],
)
def test_undo_redo_and_return_are_one_rollback(deployment, words, current, sent) -> None:
    deployment.routes["GET /v1/photos/order-1"] = history(*STEPS, current=current)
    deployment.routes["POST /v1/rollback"] = result()

    done = idphoto(*words)

    assert done.exit_code == Exit.DONE, done.output
    assert deployment.sent("/rollback") == [sent]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["undo", "order-1"], "nothing to undo"),
        (["return", "order-1", "7"], "the history has 1 to 1"),
        (["history", RESULT], "not an mt_generate_id"),
    ],
)
def test_a_step_that_is_not_there_is_wrong_use(deployment, words, told) -> None:
    deployment.routes["GET /v1/photos/order-1"] = history(result())

    done = idphoto(*words)

    assert done.exit_code == Exit.USAGE
    assert told in done.stderr


def test_the_history_marks_the_current_step(deployment: Deployment) -> None:
    deployment.routes["GET /v1/photos/order-1"] = history(*STEPS, current="b" * 42)

    lines = idphoto("history", "order-1").stdout.splitlines()

    assert [line for line in lines if "●" in line] == [line for line in lines if re.search(r"\b2\b.*skin", line)]


def test_erase_asks_first(deployment: Deployment) -> None:
    erased = {"request_id": "r", "out_request_id": "order-1", "items_erased": 3, "objects_erased": 5}
    deployment.routes["DELETE /v1/photos/order-1"] = erased

    assert idphoto("erase", "order-1", answer="n\n").exit_code == Exit.USAGE
    assert not deployment.requests
    assert "3 entries, 5 files" in idphoto("erase", "order-1", "--yes").stdout


# --- files


def test_export_writes_a_file_for_each_specification_and_the_log(deployment: Deployment, tmp_path: Path) -> None:
    deployment.routes["POST /v1/export"] = export(exported("cn_1inch"), exported("us_visa", "png"))

    done = idphoto(
        "export",
        RESULT,
        "-s",
        "cn_1inch",
        "-s",
        "us_visa",
        "--kb",
        "20-40",
        "--log",
        tmp_path / "log.json",
        "-o",
        tmp_path,
    )

    assert done.exit_code == Exit.DONE, done.output
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cn_1inch.jpg", "log.json", "us_visa.png"]
    wish = {"kb": {"min": 20, "max": 40}}
    outputs = [{"spec_id": "cn_1inch", **wish}, {"spec_id": "us_visa", **wish}]
    assert deployment.sent("/export") == [{"mt_generate_id": RESULT, "outputs": outputs}]
    assert "It may look soft." in done.stdout


def test_export_writes_the_one_file_under_its_own_name(deployment: Deployment, tmp_path: Path) -> None:
    deployment.routes["POST /v1/export"] = export(exported("cn_1inch"))

    idphoto("export", RESULT, "--crop-only", "-o", tmp_path / "mine.jpg")

    assert (tmp_path / "mine.jpg").read_bytes() == b"photo"
    assert deployment.sent("/export")[0]["outputs"] == [{"crop_only": True}]


def test_a_file_that_could_not_be_made_is_named_beside_the_others(deployment: Deployment, tmp_path: Path) -> None:
    refused = {"error": error(422, "FILE_TOO_SMALL").json()["error"]}
    deployment.routes["POST /v1/export"] = export(exported("cn_1inch"), refused)

    done = idphoto("export", RESULT, "-s", "cn_1inch", "-s", "us_visa", "-o", tmp_path, "--lang", "zh")

    assert done.exit_code == Exit.PHOTO_REFUSED
    assert "FILE_TOO_SMALL" in done.stdout
    assert "不行。" in done.stdout
    assert (tmp_path / "cn_1inch.jpg").exists()


def test_layout_writes_the_sheet_as_a_picture_and_as_a_pdf(deployment: Deployment, tmp_path: Path) -> None:
    deployment.routes["POST /v1/layout"] = layout()

    idphoto("layout", RESULT, "--paper", "A4", "--rows", 2, "--gap", 1.5, "-o", tmp_path)
    idphoto("layout", RESULT, OTHER, "-o", tmp_path / "one.pdf")

    assert sorted(file.name for file in tmp_path.iterdir()) == ["one.pdf", "sheet.jpg", "sheet.pdf"]
    assert deployment.sent("/layout") == [
        {"mt_generate_id": RESULT, "paper": "A4", "rows": 2, "gap_mm": 1.5},
        {"photos": [{"mt_generate_id": RESULT}, {"mt_generate_id": OTHER}]},
    ]


# --- what there is


def test_effects_are_those_of_the_deployments_own_description() -> None:
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    routes = {
        path[1:]
        for path in document["paths"]
        if path[1:] in document["components"]["schemas"]["ChainRequest"]["properties"]
    }

    told = json.loads(idphoto("effects", "--json").stdout)["effects"]

    assert {effect["kind"] for effect in told} == routes - {"check", "make"} == set(effects_of(document))
    skin = next(effect for effect in told if effect["kind"] == "skin")
    assert skin["main"] == "strength"
    assert skin["parameters"][0] | {"description": ""} == {
        "name": "strength",
        "kind": "number",
        "allowed": "0–100",
        "default": 50,
        "required": False,
        "description": "",
    }


def test_specifications_are_found_and_shown(deployment: Deployment) -> None:
    spec = {
        "spec_id": "cn_1inch",
        "name": "Chinese one inch",
        "name_zh": "一寸",
        "width_mm": 25.0,
        "height_mm": 35.0,
        "width_px": 295,
        "height_px": 413,
        "dpi": 300.0,
        "backgrounds": ["#FFFFFF"],
    }
    deployment.routes["GET /v1/specs"] = {"request_id": "r", "specs": [spec], "total": 9, "next": 1}

    found = idphoto("specs", "search", "one", "inch", "-c", "CN", "--lang", "zh").stdout

    assert dict(deployment.requests[0].url.params) == {"q": "one inch", "country": "CN", "limit": "50"}
    assert "一寸" in found
    assert "25×35" in found
    assert "300 dpi" not in idphoto("specs", "show", "cn_1inch").stdout
    assert idphoto("specs", "show", "cn_1nch").exit_code == Exit.USAGE


# --- errors and options


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error(422, "SPEC_UNKNOWN", given="x"), Exit.USAGE),
        (error(422, "HEAD_CUT"), Exit.PHOTO_REFUSED),
        (error(403, "API_KEY_MISSING"), Exit.KEY),
        (error(404, "MT_GENERATE_ID_NOT_FOUND"), Exit.NOT_FOUND),
        (error(409, "OUT_REQUEST_ID_CONFLICT"), Exit.NOT_FOUND),
        (error(500, "INTERNAL_ERROR"), Exit.UNAVAILABLE),
        (httpx.ConnectError("refused"), Exit.UNAVAILABLE),
    ],
)
def test_an_error_ends_with_its_exit_code_in_both_forms(deployment, answer, code) -> None:
    deployment.routes["POST /v1/background"] = answer

    told, as_json = idphoto("background", RESULT), idphoto("background", RESULT, "--json")

    assert told.exit_code == as_json.exit_code == code
    assert told.stderr.startswith("✗ ")
    assert json.loads(as_json.stdout)["error"]["message_zh"]


def test_an_interrupted_command_says_so_and_is_no_refused_photo(deployment: Deployment) -> None:
    deployment.routes["POST /v1/background"] = KeyboardInterrupt()

    done = idphoto("background", RESULT)

    assert done.exit_code == Exit.INTERRUPTED
    assert "Interrupted." in done.stderr


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    done = idphoto("check", tmp_path / "none.jpg")

    assert done.exit_code == Exit.USAGE
    assert "No such file" in done.stderr


def test_without_a_deployment_it_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    for name in ("IDPHOTO_BASE_URL", "IDPHOTO_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    done = idphoto("specs", "search", "--lang", "en")

    assert done.exit_code == Exit.KEY
    assert "IDPHOTO_BASE_URL" in done.stderr


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["check", "a", "--json"], ["--json", "check", "a"]),
        (["check", "--lang", "zh", "a"], ["--lang", "zh", "check", "a"]),
        (["check", "--lang=zh", "a"], ["--lang=zh", "check", "a"]),
        (["check", "--", "--json"], ["check", "--", "--json"]),
    ],
)
def test_the_options_of_every_command_may_stand_anywhere(given: list[str], read: list[str]) -> None:
    assert hoisted(given) == read


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_sizes_are_read_in_mm_and_px() -> None:
    assert size_of("35x45mm") == {"width_mm": 35, "height_mm": 45, "dpi": 300}
    assert size_of("413×531px@350") == {"width_px": 413, "height_px": 531, "dpi": 350}


@pytest.mark.parametrize(
    ("text", "read"), [("20-40", {"min": 20, "max": 40}), ("40", {"min": 0, "max": 40}), ("x", None)]
)
def test_a_range_of_kilobytes_is_read(text: str, read: dict[str, int] | None) -> None:
    if read is None:
        with pytest.raises(UsageError, match="no range of KB"):
            kilobytes_of(text)
    else:
        assert kilobytes_of(text) == read


def test_every_command_explains_itself() -> None:
    overview = idphoto("--help").stdout
    for name in ("make", "check", "batch", "effect", "undo", "redo", "return", "history", "erase", "effects", "specs"):
        assert f"│ {name} " in overview
        assert idphoto(name, "--help").exit_code == 0
    assert "Exit codes" in overview
