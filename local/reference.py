"""Write the API reference, a page made from the API's description.

``python -m local.reference`` writes ``layers/client/docs/api.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from local.openapi import TARGET as DESCRIPTION
from local.template import ROOT

TARGET = ROOT / "layers" / "client" / "docs" / "api.md"
TITLES = {
    "photo": "A photo in",
    "effects": "Effects",
    "history": "History",
    "chain": "Several steps in one call",
    "files": "Files and print sheets",
    "catalogue": "What there is to choose from",
}
HEAD = """# API reference

Made from [openapi.json](../../../functions/openapi/openapi.json) by `make openapi`; do not edit.

Every call carries the header `x-api-key` and, where it has a body, JSON. A field in **bold** is needed, all others have
a default. Every refusal has the form of [ErrorAnswer](#erroranswer); the [README](../../../README.md#errors) lists the
codes.
"""

Schema = Mapping[str, Any]


def render() -> str:
    """Return the reference as Markdown."""
    document = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    groups: dict[str, list[tuple[str, str, Schema]]] = {tag: [] for tag in TITLES}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups[operation["tags"][0]].append((method.upper(), path, operation))
    parts = [HEAD]
    for tag, calls in groups.items():
        if calls:
            parts.append(f"## {TITLES[tag]}\n")
            parts += [_call(document, *call) for call in calls]
    parts.append("## Models\n")
    parts += [_model(name, schema) for name, schema in document["components"]["schemas"].items()]
    return "\n".join(parts)


def effect_sections() -> dict[str, tuple[str, str, str]]:
    """Return each effect's title, what it does, and the table of its parameters, in the order of the engine."""
    document = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    order = list(schemas["ChainRequest"]["properties"])
    found = {}
    for path, operations in document["paths"].items():
        if operations.get("post", {}).get("tags") == ["effects"]:
            operation, kind = operations["post"], path[1:]
            schema = schemas[_reference(operation["requestBody"]["content"]["application/json"]["schema"])]
            own = {
                name: field for name, field in schema["properties"].items() if name not in {"mt_generate_id", "policy"}
            }
            table = _table("parameter", _rows({"properties": own}, links=False))
            found[kind] = (operation["summary"], operation["description"], table)
    return dict(sorted(found.items(), key=lambda item: order.index(item[0])))


def _call(document: Schema, method: str, path: str, operation: Schema) -> str:
    lines = [f"### {method} {path}\n", f"{operation['summary']}.\n"]
    if told := operation.get("description"):
        lines.append(f"{told}\n")
    rows = [
        _row(
            part["name"], part["schema"], needed=part["required"], told=part.get("description") or _told(part["schema"])
        )
        for part in operation.get("parameters", [])
    ]
    if "requestBody" in operation:
        name = _reference(operation["requestBody"]["content"]["application/json"]["schema"])
        schema = document["components"]["schemas"][name]
        rows += _rows(schema)
        lines += [_example(example) for example in schema.get("examples", [])]
    if rows:
        lines.append(_table("field", rows))
    answers = [
        (status, _reference(answer["content"]["application/json"]["schema"]))
        for status, answer in operation["responses"].items()
        if status[0] == "2"
    ]
    lines += [f"Answers {status} with {_link(name)}.\n" for status, name in answers]
    return "\n".join(lines)


def _model(name: str, schema: Schema) -> str:
    lines = [f"### {name}\n"]
    if told := schema.get("description", ""):
        lines.append(f"{_paragraph(told)}\n")
    if "enum" in schema:
        lines.append(f"One of {', '.join(f'`{value}`' for value in schema['enum'])}.\n")
    if schema.get("properties"):
        lines.append(_table("field", _rows(schema)))
    return "\n".join(lines)


def _rows(schema: Schema, *, links: bool = True) -> list[str]:
    needed = schema.get("required", [])
    return [
        _row(name, field, needed=name in needed, told=_told(field), links=links)
        for name, field in schema.get("properties", {}).items()
    ]


def _row(name: str, field: Schema, *, needed: bool, told: str, links: bool = True) -> str:
    shown = f"**`{name}`**" if needed else f"`{name}`"
    default = field.get("default")
    default_shown = "" if default is None else f"`{json.dumps(default, ensure_ascii=False)}`"
    kind = _type(field) if links else re.sub(r"\[(\w+)\]\(#\w+\)", r"\1", _type(field))
    return f"| {shown} | {kind} | {default_shown} | {_paragraph(told)} |"


def _told(field: Schema) -> str:
    """Return what is said of a field, or of the one thing that it is when it is there."""
    return next((part["description"] for part in (field, *field.get("anyOf", [])) if "description" in part), "")


def _table(first: str, rows: Iterable[str]) -> str:
    return "\n".join([f"| {first} | type | default | |", "| --- | --- | --- | --- |", *rows, ""])


def _type(field: Schema) -> str:
    """Return what a field holds, with its bounds, its choices or a link to its model."""
    if "$ref" in field:
        return _link(_reference(field))
    kinds = [kind for kind in field.get("anyOf", []) if kind.get("type") != "null"]
    if kinds:
        return " or ".join(_type(kind) for kind in kinds)
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}" if "items" in field else "list"
    return f"{field.get('type', 'any')}{_bounds(field)}"


def _bounds(field: Schema) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        return f", {low:g} to {high:g}"
    return "" if low is None else f", from {low:g}"


def _example(body: object) -> str:
    return f"```json\n{json.dumps(body, ensure_ascii=False)}\n```\n"


def _reference(schema: Schema) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _paragraph(text: str) -> str:
    """Return the first paragraph of a docstring in one line, as Markdown."""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split()).replace("``", "`").replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
