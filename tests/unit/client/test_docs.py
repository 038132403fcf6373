"""What the pages say is so: links lead somewhere, commands and calls are understood, both languages keep in step."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from idphoto_client.cli import app
from idphoto_service import contract
from typer.testing import CliRunner

from local import showcase
from local.openapi import TARGET
from tests.unit.client.conftest import RESULT, UPLOAD_ID

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "layers" / "client" / "docs"
CHINESE = sorted([ROOT / "README.zh-CN.md", *DOCS.glob("*.zh-CN.md")])
PAGES = sorted(
    [
        *CHINESE,
        *(page.with_name(page.name.replace(".zh-CN", "")) for page in CHINESE),
        DOCS / "api.md",
        DOCS / "effects.md",
    ]
)
IDS = {"mt_generate_id": RESULT, "to": RESULT, "check_id": RESULT, "upload_id": UPLOAD_ID, "watermark_id": RESULT[:26]}


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def named(pages: list[Path]) -> dict[str, Any]:
    return {"argvalues": pages, "ids": [str(page.relative_to(ROOT)) for page in pages]}


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", **named(PAGES))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", **named([page for page in PAGES if page.name != "api.md"]))
def test_every_command_and_option_is_there(page: Path) -> None:
    lines = [line for block in blocks(page, "sh") for line in block.splitlines() if line.startswith("idphoto ")]
    for line in lines:
        _, *words = shlex.split(line, comments=True)
        depth = 2 if words[0] in {"specs", "materials", "watermarks"} else 1
        told = CliRunner().invoke(app, [*words[:depth], "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, line
        if words[0] != "effect":
            options = [word for word in words if re.match(r"--?[a-z]", word)]
            assert all(re.search(rf"{option}\b", told.output) for option in options), line


@pytest.mark.parametrize("page", **named(PAGES))
def test_every_program_is_python(page: Path) -> None:
    for block in blocks(page, "python"):
        compile(block, str(page), "exec", flags=0x2000)  # await may stand outside of a function


@pytest.mark.parametrize("page", **named([page for page in PAGES if page.name.startswith("upgrade")]))
def test_every_call_of_the_answers_is_one_that_the_api_takes(page: Path) -> None:
    paths = json.loads(TARGET.read_text(encoding="utf-8"))["paths"]
    calls = [call for block in blocks(page, "json") for call in re.split(r"\n\n", block)]
    assert len(calls) >= 10
    for call in calls:
        line, _, body = call.partition("\n")
        method, path = line.split()
        route = re.sub(r"^/photos/.*", "/photos/{out_request_id}", path)
        operation = paths[route][method.lower()]
        if body.strip():
            schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            getattr(contract, schema).model_validate(filled(json.loads(body)))


def filled(body: Any) -> Any:
    """A body with ids in the place of dots and words."""
    if not isinstance(body, dict):
        return body
    return {name: IDS.get(name, filled(value)) for name, value in body.items()}


@pytest.mark.parametrize("page", **named(CHINESE))
def test_both_languages_have_the_same_sections_programs_and_tables(page: Path) -> None:
    english, chinese = (
        (
            [line.split()[0] for line in text.splitlines() if line.startswith("#") and not line.startswith("#!")],
            text.count("```"),
            sum(line.startswith("| ") for line in text.splitlines()),
        )
        for text in (
            page.with_name(page.name.replace(".zh-CN", "")).read_text(encoding="utf-8"),
            page.read_text(encoding="utf-8"),
        )
    )
    assert chinese == english


@pytest.mark.parametrize("name", ["cli.md", "cli.zh-CN.md"])
def test_the_page_of_the_command_line_names_every_command(name: str) -> None:
    overview = CliRunner().invoke(app, ["--help"]).output
    commands = set(re.findall(r"^│ ([a-z]+) ", overview, re.MULTILINE))
    text = (DOCS / name).read_text(encoding="utf-8")
    assert len(commands) >= 15
    assert all(f"idphoto {command}" in text for command in commands)


def test_the_page_of_the_effects_is_what_the_description_says() -> None:
    assert showcase.TARGET.read_text(encoding="utf-8") == showcase.render(), "run make showcase"
