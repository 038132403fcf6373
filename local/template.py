"""The parts of ``template.yaml`` that building and packaging need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, read into their long form: ``!Ref X`` is ``{"Ref": "X"}``."""


def _long_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)  # type: ignore[arg-type]
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a template or a state machine; the result can be written as JSON."""
    with path.open(encoding="utf-8") as stream:
        body: dict[str, Any] = yaml.load(stream, _Loader)  # noqa: S506 - a SafeLoader
    return body


@dataclass(frozen=True)
class Function:
    """A Lambda function: logical id, folder, handler as ``module.name``, logical ids of its layers."""

    name: str
    folder: Path
    handler: str
    layers: tuple[str, ...]


class Template:
    """A SAM template.

    Parameters
    ----------
    path
        The template; folders in it are relative to its own.
    """

    def __init__(self, path: Path = TEMPLATE) -> None:
        self.folder = path.parent
        self.body = read_yaml(path)

    def resources(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield logical id and properties of every resource of a type, such as ``"AWS::Serverless::Function"``."""
        for name, resource in self.body["Resources"].items():
            if resource["Type"] == kind:
                yield name, resource["Properties"]

    @property
    def layers(self) -> dict[str, Path]:
        """Folder of each layer by its logical id."""
        return {
            name: (self.folder / properties["ContentUri"]).resolve()
            for name, properties in self.resources("AWS::Serverless::LayerVersion")
        }

    @property
    def functions(self) -> list[Function]:
        """The functions, each with its own layers or else those of ``Globals``."""
        common = self.body.get("Globals", {}).get("Function", {})
        return [
            Function(
                name,
                (self.folder / properties.get("CodeUri", common.get("CodeUri"))).resolve(),
                properties.get("Handler", common.get("Handler")),
                tuple(layer["Ref"] for layer in [*common.get("Layers", []), *properties.get("Layers", [])]),
            )
            for name, properties in self.resources("AWS::Serverless::Function")
        ]

    @property
    def python_version(self) -> str:
        """The runtime's version, such as ``"3.13"``."""
        runtime: str = self.body["Globals"]["Function"]["Runtime"]
        return runtime.removeprefix("python")
