"""The command line on the local stack: make, effect, undo, history, erase, and a folder at once."""

import io
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from idphoto_client.cli import app
from idphoto_client.cli.exits import Exit
from PIL import Image
from typer.testing import CliRunner, Result

from local.stack import Stack

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def deployed(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDPHOTO_BASE_URL", stack.base_url)
    monkeypatch.setenv("IDPHOTO_API_KEY", stack.api_key)


@pytest.fixture
def me(portrait: bytes, tmp_path: Path) -> Path:
    """A portrait that no other test sends."""
    file = tmp_path / "me.jpg"
    file.write_bytes(portrait + b"cli")
    return file


def idphoto(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object) -> dict[str, Any]:
    done = idphoto(*words, "--json")
    assert done.exit_code == Exit.DONE, done.output
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def kinds(body: dict[str, Any]) -> list[str]:
    return [step["kind"] for step in body["recipe"]]


def test_from_a_file_to_a_photo_through_undo_to_its_end(me: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    made = idphoto("make", me, "--spec", "cn_1inch", "-b", "blue", "--skin", "60", "-o", out)

    assert made.exit_code == Exit.DONE, made.output
    with Image.open(out / "photo.jpg") as photo:
        assert (photo.size, photo.info["dpi"]) == ((295, 413), (300, 300))
        assert photo.getpixel((3, 3)) == pytest.approx((67, 142, 219), abs=3)
    assert json.loads((out / "check.json").read_text(encoding="utf-8"))["passed"]

    red = answer("background", me, "red", "-o", tmp_path / "red.jpg")
    assert kinds(red) == ["skin", "make", "background"]
    without = answer("undo", me, "skin")
    assert kinds(without) == ["make", "background"]
    back = answer("return", me, 1)
    assert kinds(back) == ["make"]
    assert answer("redo", me)["parent_mt_generate_id"] == back["mt_generate_id"]
    steps = answer("history", me)["steps"]
    assert [step["effect"] for step in steps][:3] == ["make", "skin", "background"]

    assert idphoto("export", me, "--kb", "20-40", "-o", out).exit_code == Exit.DONE
    assert 20 * 1024 <= (out / "cn_1inch.jpg").stat().st_size <= 40_000
    assert idphoto("layout", me, "-o", out).exit_code == Exit.DONE
    assert (out / "sheet.pdf").read_bytes().startswith(b"%PDF")

    assert answer("erase", me, "--yes")["objects_erased"]
    assert idphoto("history", me).exit_code == Exit.NOT_FOUND


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_what_the_readme_says_to_type_makes_photos(
    me: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readme: str
) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    commands = re.findall(r"^idphoto .*$", text, re.MULTILINE)
    [program] = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "portraits").mkdir()
    (tmp_path / "portraits" / "one.jpg").write_bytes(me.read_bytes())
    monkeypatch.chdir(tmp_path)

    for command in commands:
        done = idphoto(*shlex.split(command, comments=True)[1:])
        assert done.exit_code == Exit.DONE, f"{command}: {done.output}"
    exec(compile(program, readme, "exec"), {})  # noqa: S102

    assert len(commands) >= 5
    for name in ("out/photo.jpg", "out/cn_1inch.jpg", "out/one.jpg", "photo.jpg"):
        assert (tmp_path / name).exists()


def test_every_effect_of_the_deployment_runs_with_its_defaults(me: Path, tmp_path: Path) -> None:
    answer("make", me, "-o", tmp_path / "out")

    for effect in answer("effects")["effects"]:
        done = idphoto("effect", effect["kind"], me)
        assert done.exit_code in {Exit.DONE, Exit.PHOTO_REFUSED}, f"{effect['kind']}: {done.output}"


def test_a_photo_without_anybody_is_refused_with_its_reason(grey: bytes, tmp_path: Path) -> None:
    file = tmp_path / "grey.png"
    file.write_bytes(grey)

    checked, made = idphoto("check", file), idphoto("make", file, "-o", tmp_path / "out", "--lang", "zh")

    assert checked.exit_code == made.exit_code == Exit.PHOTO_REFUSED
    assert "NO_FACE" in checked.stdout
    assert "CHECK_FAILED (422)" in made.stderr
    assert (tmp_path / "out" / "annotated.png").exists()


def test_an_outfit_is_listed_worn_in_a_colour_and_one_of_ones_own_added_and_deleted(
    me: Path, portrait: bytes, tmp_path: Path
) -> None:
    listed = {one["material_id"]: one for one in answer("materials", "list", "outfit")["materials"]}
    color = listed["suit_notch_tie"]["colors"][-1]["id"]
    picture = tmp_path / "suit.webp"
    answer("materials", "show", "suit_notch_tie", "-o", picture)
    with Image.open(picture) as image:
        assert image.size == (240, 240)

    worn = answer("make", me, "--outfit", f"suit_notch_tie:{color}", "-o", tmp_path / "worn.jpg")["result"]
    assert kinds(worn) == ["outfit", "make"]
    assert worn["recipe"][0]["params"]["color"] == color

    large = tmp_path / "large.png"
    image = Image.open(io.BytesIO(portrait))
    image.resize((1024, 1024), Image.Resampling.LANCZOS).save(large)
    own = answer("materials", "add", large, "--worn", "--name", "Suit of hers")
    assert own["report"]["usable"] in {"good", "fair"}
    assert kinds(answer("effect", "outfit", me, "--material-id", own["material_id"])) == ["outfit", "make"]
    assert answer("materials", "delete", own["material_id"])["material_id"] == own["material_id"]
    assert idphoto("materials", "delete", own["material_id"]).exit_code == Exit.NOT_FOUND
    assert idphoto("materials", "delete", "office").exit_code == Exit.NOT_FOUND


def test_a_folder_is_made_once_and_goes_on_where_it_stopped(portrait: bytes, grey: bytes, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "one.jpg").write_bytes(portrait + b"batch")
    (folder / "nobody.png").write_bytes(grey)

    first = answer_of_batch(folder, out)
    (folder / "two.jpg").write_bytes(_mirrored(portrait))
    second = answer_of_batch(folder, out)

    assert outcomes(first) == {"one.jpg": "made", "nobody.png": "refused"}
    assert outcomes(second) == {**outcomes(first), "two.jpg": "made"}
    assert {file.name for file in out.glob("*.jpg")} == {"one.jpg", "two.jpg"}


def answer_of_batch(folder: Path, out: Path) -> dict[str, Any]:
    done = idphoto("batch", folder, "-o", out, "-b", "white", "--json")
    assert done.exit_code == Exit.PHOTO_REFUSED, done.output
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def outcomes(body: dict[str, Any]) -> dict[str, str]:
    return {line["file"]: line["outcome"] for line in body["files"]}


def _mirrored(portrait: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(portrait)).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(buffer, "JPEG")
    return buffer.getvalue()
