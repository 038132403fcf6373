"""Reading the template and recognising sources: what building and deploying rest on."""

from pathlib import Path

import pytest

from local.build import digest
from local.deploy import _archive
from local.diagram import READMES, draw, insert
from local.template import Template, read_yaml

TEMPLATE = Template()


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Table", {"Ref": "Table"}),
        ("!GetAtt Table.Arn", {"Fn::GetAtt": ["Table", "Arn"]}),
        ("!Sub '${Table}-x'", {"Fn::Sub": "${Table}-x"}),
        ("!If [Traced, !Ref A, none]", {"Fn::If": ["Traced", {"Ref": "A"}, "none"]}),
    ],
)
def test_a_short_tag_is_read_in_its_long_form(tmp_path: Path, short: str, long: object) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(f"value: {short}\n", encoding="utf-8")

    assert read_yaml(file) == {"value": long}


def test_every_function_has_its_folder_and_layers_that_exist() -> None:
    assert TEMPLATE.functions
    for function in TEMPLATE.functions:
        assert (function.folder / "app.py").is_file(), function.name
        assert set(function.layers) <= set(TEMPLATE.layers), function.name
        assert 1 <= len(function.layers) <= 5, function.name


def test_every_layer_has_a_makefile_with_its_target() -> None:
    for name, folder in TEMPLATE.layers.items():
        assert f"\nbuild-{name}:" in (folder / "Makefile").read_text(encoding="utf-8")


def test_a_digest_changes_with_contents_and_names_but_not_with_byte_code(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text("a = 1\n", encoding="utf-8")
    first = digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"code")

    assert digest(tmp_path) == first
    source.rename(tmp_path / "b.py")
    assert digest(tmp_path) != first
    (tmp_path / "b.py").write_text("a = 2\n", encoding="utf-8")
    assert digest(tmp_path) != first


def test_the_same_files_make_the_same_archive() -> None:
    assert _archive({"a": b"1"}) == _archive({"a": b"1"}) != _archive({"a": b"2"})


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.name)
def test_the_diagram_of_the_chain_is_drawn_from_its_definition(readme):
    text = readme.read_text(encoding="utf-8")
    assert insert(text, draw()) == text, "run make diagram"
    assert "Beautify" in draw()
