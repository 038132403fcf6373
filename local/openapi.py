"""Write the API's description, generated from the functions' own routes and models.

``python -m local.openapi`` writes ``functions/openapi/openapi.json``, which ``GET /openapi.json`` serves.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "functions" / "openapi" / "openapi.json"
DESCRIPTION = (
    "An ordinary portrait in, an official ID photo out, every step undoable. "
    "Send the API key in the header x-api-key. Errors carry a stable code and a sentence in English and Chinese."
)
# The functions read their settings when they are loaded; nothing here reaches a table or a bucket.
_SETTINGS = {
    "TABLE_NAME": "table",
    "BUCKET_NAME": "bucket",
    "RETENTION_DAYS": "30",
    "LINK_SECONDS": "3600",
    "CHAIN_EXPRESS_ARN": "arn",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "AWS_DEFAULT_REGION": "us-east-1",
}


TAGS = {
    "photo": ("uploads", "check", "make"),
    "history": ("rollback", "photos"),
    "chain": ("chain", "executions"),
    "files": ("layout", "export"),
    "catalogue": ("specs", "materials", "watermarks"),
}
"""What routes have in common, by the first part of their paths; every other route is an effect."""


def describe() -> dict[str, Any]:
    """Return the OpenAPI document of all functions together."""
    os.environ.update({name: value for name, value in _SETTINGS.items() if name not in os.environ})
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    document: dict[str, Any] = {}
    for file in sorted(ROOT.glob("functions/*/app.py")):
        if file.parent == TARGET.parent:
            continue
        part = json.loads(
            _load(file).api.app.get_openapi_json_schema(title="idphoto", version="1", description=DESCRIPTION)
        )
        told = _docstrings(file)
        for path, operations in part["paths"].items():
            for method, operation in operations.items():
                operation["description"] = told[path, method]
        paths |= part["paths"]
        schemas |= part.get("components", {}).get("schemas", {})
        document = document or part
    for path, operations in paths.items():
        for method, operation in operations.items():
            operation |= {"operationId": _operation_id(method, path, paths), "tags": [_tag(path)]}
    used = _used(paths, schemas)
    return document | {
        "servers": [{"url": "/v1"}],
        "security": [{"key": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {name: schema for name, schema in sorted(schemas.items()) if name in used},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }


def render() -> str:
    """Return the document as text; fields stand in the order of their models."""
    return json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"


def _docstrings(file: Path) -> dict[tuple[str, str], str]:
    """Return what the functions of a file say of themselves, by path and method."""
    told = {}
    for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            for decorator in function.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Attribute(attr=method), args=[ast.Constant(value=str(route))]):
                        path = route.replace("<", "{").replace(">", "}")
                        told[path, method] = ast.get_docstring(function) or ""
    return told


def _operation_id(method: str, path: str, paths: Mapping[str, Any]) -> str:
    """Name a call for generated clients: ``make``, ``get_photos``, and ``get_material`` beside ``get_materials``."""
    verb, noun = method.lower(), path.split("/")[1]
    if "{" in path and verb in paths.get(f"/{noun}", {}):
        noun = noun.removesuffix("s")
    return noun if verb == "post" else f"{verb}_{noun}"


def _tag(path: str) -> str:
    noun = path.split("/")[1]
    return next((tag for tag, nouns in TAGS.items() if noun in nouns), "effects")


def _used(paths: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    """Return the schemas to which the routes lead; the framework's own errors are not ours."""
    used: set[str] = set()
    found = _references(paths)
    while found - used:
        used |= found
        found = _references([schemas[name] for name in used])
    return used


def _references(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"].rpartition("/")[2]} if "$ref" in part else set()
        return own.union(*map(_references, part.values()))
    return set().union(*map(_references, part)) if isinstance(part, list) else set()


def _load(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"functions_{file.parent.name}", file)
    if spec is None or spec.loader is None:
        raise ImportError(str(file))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
