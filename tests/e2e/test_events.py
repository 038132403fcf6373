"""The sample events, started as a customer starts them; the one thing replaced is the host of their photo."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from idphoto_client import Client

from local.deploy import resource_name
from local.emulator import Emulator
from local.stack import Stack

pytestmark = pytest.mark.e2e
EVENTS = Path(__file__).parents[2] / "events"


@pytest.fixture(scope="session")
def photo_url(files: Any, portrait: bytes) -> str:
    url: str = files.put("/astronaut.jpg", portrait)
    return url


def _event(name: str, photo_url: str) -> dict[str, Any]:
    text = (EVENTS / name).read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(re.sub(r"https://[^\"\\]+", photo_url, text))
    return event


@pytest.mark.parametrize("name", [file.name for file in sorted(EVENTS.glob("chain*.json"))])
def test_a_chain_input_runs_in_the_state_machine_itself(
    client: Client, stack: Stack, emulator: Emulator, photo_url: str, name: str
) -> None:
    execution = emulator.client("stepfunctions").start_sync_execution(
        stateMachineArn=stack.state_machines["ChainExpress"], input=json.dumps(_event(name, photo_url))
    )

    assert execution["status"] == "SUCCEEDED", execution.get("cause")
    link = json.loads(execution["output"])["result"]["image"]["url"]
    assert client.fetch(link).startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("function", "name", "expected"),
    [
        ("CheckFunction", "check.json", '"check_id"'),
        ("MakeFunction", "make.json", '"mt_generate_id"'),
        ("SpecsFunction", "specs.json", '"spec_id"'),
        ("UploadsFunction", "uploads.json", '"upload_id"'),
    ],
)
def test_a_function_event_is_answered(
    emulator: Emulator, photo_url: str, function: str, name: str, expected: str
) -> None:
    answer = emulator.client("lambda").invoke(
        FunctionName=resource_name(emulator, function), Payload=json.dumps(_event(name, photo_url))
    )

    assert "FunctionError" not in answer
    assert expected in answer["Payload"].read().decode().replace('\\"', '"')
