"""The effects of a deployment and their parameters, as its own description tells them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from idphoto_client.cli.exits import UsageError

MATERIAL, COLOR = "material_id", "color"
MAIN = (MATERIAL, "level", "strength", COLOR)
"""The parameter that a lone value is for: the first of these that an effect has, else its only one."""

ON = "on"
"""The value that takes every default."""

NOT_PARAMETERS = frozenset({"mt_generate_id", "policy"})
NO_EFFECTS = frozenset({"chain", "executions", "rollback", "export", "layout"})

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One parameter of an effect.

    Attributes
    ----------
    kind
        ``number``, ``integer``, ``boolean``, ``string`` or ``object``, as JSON names it.
    allowed
        What the description says of its values.
    """

    name: str
    kind: str
    allowed: str
    default: object
    required: bool
    description: str

    def read(self, text: str) -> object:
        """Return the value that a text stands for.

        Raises
        ------
        UsageError
            When it is none of the parameter's kind.
        """
        if self.kind == "string":
            return text
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        kinds = {"number": (int, float), "integer": (int,), "boolean": (bool,)}.get(self.kind, (object,))
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds and object not in kinds):
            raise UsageError(
                f"{self.name} takes {self.allowed}, not {text!r}.",
                f"{self.name} 的取值应为 {self.allowed}，而不是 {text!r}。",
            )
        return value


@dataclass(frozen=True)
class Effect:
    """One effect of a deployment."""

    kind: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]

    @property
    def main(self) -> Parameter | None:
        """The parameter that a lone value is for."""
        by_name = {parameter.name: parameter for parameter in self.parameters}
        for name in MAIN:
            if name in by_name:
                return by_name[name]
        return self.parameters[0] if len(self.parameters) == 1 else None

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of a name, in which ``-`` may stand for ``_``.

        Raises
        ------
        UsageError
            When the effect has none, with those that it has.
        """
        sought = name.replace("-", "_")
        for parameter in self.parameters:
            if parameter.name == sought:
                return parameter
        names = [parameter.name for parameter in self.parameters]
        raise UsageError(
            f"{self.kind} has no parameter {name!r}{_similar(sought, names)}; it has: {', '.join(names)}.",
            f"{self.kind} 没有参数 {name!r}；可用参数：{', '.join(names)}。",
        )

    def read(self, text: str) -> dict[str, object]:
        """Return parameters from a text: ``on``, a value of the main parameter, or ``name=value,name=value``.

        A material that comes in colours may be followed by one: ``id:colour``.

        Raises
        ------
        UsageError
        """
        if text == ON:
            return {}
        if "=" in text:
            pairs = [part.partition("=") for part in text.split(",")]
            return {
                parameter.name: parameter.read(value)
                for parameter, value in ((self.parameter(name.strip()), value.strip()) for name, _, value in pairs)
            }
        if self.main and self.main.name == MATERIAL and COLOR in {parameter.name for parameter in self.parameters}:
            material, _, color = text.partition(":")
            return {MATERIAL: material, COLOR: color} if color else {MATERIAL: material}
        if self.main is None:
            names = ", ".join(parameter.name for parameter in self.parameters)
            raise UsageError(
                f"{self.kind} takes `on` or name=value of: {names}.",
                f"{self.kind} 的取值为 on 或 参数=值，可用参数：{names}。",
            )
        return {self.main.name: self.main.read(text)}


def effects_of(document: Document) -> dict[str, Effect]:
    """Return the effects that a deployment's description names: the routes that continue from a result."""
    found = {}
    for path, operations in document["paths"].items():
        kind = path.removeprefix("/")
        schema = _body_schema(document, operations.get("post", {}))
        if "mt_generate_id" in schema.get("properties", {}) and kind not in NO_EFFECTS:
            found[kind] = _effect(document, kind, operations["post"], schema)
    order = list(_resolve(document, {"$ref": "#/components/schemas/ChainRequest"}).get("properties", {}))
    return dict(sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))


def effect_of(document: Document, kind: str) -> Effect:
    """Return an effect of a deployment.

    Raises
    ------
    UsageError
        When it has no such effect, with those that it has.
    """
    effects = effects_of(document)
    if kind in effects:
        return effects[kind]
    names = ", ".join(effects)
    raise UsageError(
        f"This deployment has no effect {kind!r}{_similar(kind, list(effects))}; it has: {names}.",
        f"该服务没有 {kind!r} 效果；可用效果：{names}。",
    )


def _effect(document: Document, kind: str, operation: Document, schema: Document) -> Effect:
    required = schema.get("required", [])
    parameters = tuple(
        _parameter(name, _resolve(document, field), required=name in required)
        for name, field in schema["properties"].items()
        if name not in NOT_PARAMETERS
    )
    return Effect(kind, operation.get("summary", ""), operation.get("description", ""), parameters)


def _parameter(name: str, field: Document, *, required: bool) -> Parameter:
    kinds = [field, *field.get("anyOf", [])]
    told = next((part for part in kinds if part.get("type") not in {None, "null"}), field)
    return Parameter(
        name=name,
        kind=told.get("type", "string"),
        allowed=_allowed(told),
        default=field.get("default"),
        required=required,
        description=field.get("description") or told.get("description", ""),
    )


def _allowed(field: Document) -> str:
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"])
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        return f"{low:g}–{high:g}"
    return str(field.get("type", ""))


def _body_schema(document: Document, operation: Document) -> Document:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _resolve(document, content.get("schema", {}))


def _resolve(document: Document, schema: Document) -> Document:
    """Return a schema with its reference followed, its own words first."""
    reference = schema.get("$ref") or next((part["$ref"] for part in schema.get("allOf", []) if "$ref" in part), None)
    if reference is None:
        return schema
    target = document["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return {**target, **{name: value for name, value in schema.items() if name not in {"$ref", "allOf"}}}


def _similar(name: str, names: Sequence[str]) -> str:
    close = get_close_matches(name, names, 1)
    return f" (did you mean {close[0]}?)" if close else ""
