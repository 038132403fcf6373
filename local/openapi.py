"""Write the API's description, generated from the functions' own routes and models.

``python -m local.openapi`` writes ``functions/openapi/openapi.json``, which ``GET /openapi.json`` serves.
"""

from __future__ import annotations

import importlib.util
import json
import os
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
        paths |= part["paths"]
        schemas |= part.get("components", {}).get("schemas", {})
        document = document or part
    return document | {
        "servers": [{"url": "/v1"}],
        "security": [{"key": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }


def render() -> str:
    """Return the document as text; fields stand in the order of their models."""
    return json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"


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
