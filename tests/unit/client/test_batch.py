"""A folder of portraits: every file once, whatever happens in between."""

import json
from pathlib import Path
from typing import Any

import pytest
from idphoto_client.cli.batch import Job
from idphoto_client.cli.exits import Exit

from tests.unit.client.conftest import Deployment, chain, check, error, export, exported
from tests.unit.client.test_cli import deployed, idphoto

__all__ = ["deployed"]  # a fixture for these tests too


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three portraits, two of one name, and a file that is none."""
    portraits = tmp_path / "portraits"
    (portraits / "class").mkdir(parents=True)
    for name in ("a.jpg", "a.png", "class/b.JPG"):
        (portraits / name).write_bytes(name.encode())
    (portraits / "notes.txt").write_text("no photo")
    return portraits


def lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "report.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_portrait_becomes_a_photo_and_a_line(deployment: Deployment, folder: Path, tmp_path: Path) -> None:
    deployment.routes["POST /v1/chain"] = chain()
    out = tmp_path / "out"

    done = idphoto("batch", folder, "-b", "red", "-o", out, "--effect", "skin=40")

    assert done.exit_code == Exit.DONE, done.output
    assert {str(file.relative_to(out)) for file in out.rglob("*.jpg")} == {"a.jpg.jpg", "a.png.jpg", "class/b.jpg"}
    assert [(line["file"], line["outcome"]) for line in lines(out)] == [
        ("a.jpg", "made"),
        ("a.png", "made"),
        ("class/b.JPG", "made"),
    ]
    assert {json.dumps([sent["make"], sent["skin"]]) for sent in deployment.sent("/chain")} == {
        json.dumps([{"background": {"color": "red"}}, {"strength": 40}])
    }


def test_a_second_run_makes_only_what_is_missing(deployment: Deployment, folder: Path, tmp_path: Path) -> None:
    deployment.routes["POST /v1/chain"] = chain()
    out = tmp_path / "out"
    idphoto("batch", folder, "-o", out)
    (out / "class" / "b.jpg").unlink()
    (folder / "a.png").write_bytes(b"another portrait")
    deployment.requests.clear()

    done = idphoto("batch", folder, "-o", out)

    assert done.exit_code == Exit.DONE, done.output
    assert len(deployment.sent("/chain")) == 2
    assert len(lines(out)) == 3


def test_another_wish_makes_every_file_anew(deployment: Deployment, folder: Path, tmp_path: Path) -> None:
    deployment.routes["POST /v1/chain"] = chain()
    idphoto("batch", folder, "-o", tmp_path / "out")

    idphoto("batch", folder, "-o", tmp_path / "out", "-b", "red")

    assert len(deployment.sent("/chain")) == 6


def test_refused_and_failed_photos_are_named_in_both_languages(
    deployment: Deployment, folder: Path, tmp_path: Path
) -> None:
    report = check(fault="SEVERAL_PEOPLE")["report"]
    refused = error(422, "CHECK_FAILED", faults=["SEVERAL_PEOPLE"], report=report)
    broken = error(500, "INTERNAL_ERROR")
    deployment.routes["POST /v1/chain"] = [refused, chain(), *[broken] * 8]
    out = tmp_path / "out"

    done = idphoto("batch", folder, "-o", out, "-j", 1)

    assert done.exit_code == Exit.UNAVAILABLE
    for told in (
        "SEVERAL_PEOPLE",
        "There are two people.",
        "画面中有两个人。",
        "INTERNAL_ERROR",
        "1 made, 1 refused, 1 failed",
    ):
        assert told in done.stdout
    assert [line["outcome"] for line in lines(out)] == ["refused", "made", "failed"]


def test_a_refused_photo_is_tried_again_only_when_asked(deployment: Deployment, folder: Path, tmp_path: Path) -> None:
    deployment.routes["POST /v1/chain"] = error(422, "HEAD_CUT")
    out = tmp_path / "out"

    first, second = idphoto("batch", folder, "-o", out), idphoto("batch", folder, "-o", out)
    assert len(deployment.sent("/chain")) == 3
    idphoto("batch", folder, "-o", out, "--again")

    assert first.exit_code == second.exit_code == Exit.PHOTO_REFUSED
    assert len(deployment.sent("/chain")) == 6


def test_the_output_may_lie_in_the_folder_itself(deployment: Deployment, folder: Path) -> None:
    deployment.routes["POST /v1/chain"] = chain()

    for _ in range(2):
        idphoto("batch", folder, "-o", folder / "made")

    assert len(deployment.sent("/chain")) == 3
    assert set(Job(folder, folder / "made", {}).files()) == {"a.jpg", "a.png", "class/b.JPG"}


def test_clean_files_are_exported(deployment: Deployment, folder: Path, tmp_path: Path) -> None:
    deployment.routes["POST /v1/chain"] = chain()
    deployment.routes["POST /v1/export"] = export(exported("cn_1inch"))

    done = idphoto("batch", folder, "--kb", "20-40", "-o", tmp_path / "out")

    assert done.exit_code == Exit.DONE, done.output
    assert deployment.sent("/export")[0]["outputs"] == [{"format": "jpeg", "kb": {"min": 20, "max": 40}}]


def test_an_export_that_cannot_be_made_is_named(deployment: Deployment, folder: Path, tmp_path: Path) -> None:
    deployment.routes["POST /v1/chain"] = chain()
    deployment.routes["POST /v1/export"] = export({"error": error(422, "FILE_TOO_SMALL").json()["error"]})

    assert idphoto("batch", folder, "--clean", "-o", tmp_path / "out").exit_code == Exit.PHOTO_REFUSED
    assert {line["code"] for line in lines(tmp_path / "out")} == {"FILE_TOO_SMALL"}


def test_a_line_that_a_killed_run_left_unfinished_is_no_obstacle(
    deployment: Deployment, folder: Path, tmp_path: Path
) -> None:
    deployment.routes["POST /v1/chain"] = chain()
    out = tmp_path / "out"
    idphoto("batch", folder, "-o", out)
    report = (out / "report.jsonl").read_text(encoding="utf-8")
    (out / "report.jsonl").write_text(report[:-20], encoding="utf-8")

    done = idphoto("batch", folder, "-o", out)

    assert done.exit_code == Exit.DONE, done.output
    assert len(deployment.sent("/chain")) == 4
    assert len(lines(out)) == 3


def test_a_folder_without_photos_is_wrong_use(tmp_path: Path) -> None:
    assert idphoto("batch", tmp_path).exit_code == Exit.USAGE


def test_a_file_that_is_no_report_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "report.jsonl").write_text("mine\n")

    done = idphoto("batch", folder, "-o", tmp_path)

    assert done.exit_code == Exit.USAGE
    assert (tmp_path / "report.jsonl").read_text() == "mine\n"
