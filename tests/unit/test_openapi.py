"""The API's description is generated, current and complete."""

import json

from local.openapi import TARGET, render


def test_the_file_is_what_the_routes_say():
    assert TARGET.read_text(encoding="utf-8") == render(), "run make openapi"


def test_every_route_is_described_with_its_models_and_needs_a_key():
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    assert set(document["paths"]) == {
        "/uploads",
        "/check",
        "/make",
        "/background",
        "/specs",
        "/chain",
        "/executions",
        "/executions/{execution_id}",
    }
    assert document["security"] == [{"key": []}]
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert {"200", "202"} & set(operation["responses"])
            assert "422" in operation["responses"]
