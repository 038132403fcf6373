"""Each function runs from what is deployed and nothing else: its folder, its layers, and boto3 as Lambda brings it."""

import json
import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local.build import LIMIT_MB, NATIVE, build_layers, weigh
from local.emulator import RUNTIME
from local.template import Function, Template

TEMPLATE = Template()
MACHINE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")

INVOKE = """
import json, sys
sys.path += json.loads(sys.argv[1])
import app
event = json.loads(sys.argv[2])
context = type("Context", (), {
    "function_name": "function", "memory_limit_in_mb": 1769, "invoked_function_arn": "arn", "aws_request_id": "call",
    "get_remaining_time_in_millis": lambda self: 9000})()
print(json.dumps(app.lambda_handler(event, context)))
"""


def _value(value: Any) -> str:
    """Resolve what the template says of a variable as far as no deployment is needed."""
    if isinstance(value, dict):
        name = value.get("Ref") or value.get("Fn::Sub", "")
        return str(TEMPLATE.body["Parameters"].get(name, {}).get("Default", name) or name)
    return str(value)


def _environment(function: Function) -> dict[str, str]:
    own = TEMPLATE.body["Resources"][function.name]["Properties"]
    variables: dict[str, Any] = {}
    for properties in (TEMPLATE.body["Globals"]["Function"], own):
        variables |= properties.get("Environment", {}).get("Variables", {})
    return {name: _value(value) for name, value in variables.items()} | {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "PATH": os.environ["PATH"],
    }


def _boto3() -> str:
    (packages,) = RUNTIME.parents[1].glob("lib/python*/site-packages")
    return str(packages)


def _invoke(python: str, function: Function, layers: dict[str, Path], event: dict[str, Any]) -> dict[str, Any]:
    path = [str(function.folder), *(str(layers[name] / "python") for name in function.layers), _boto3()]
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", INVOKE, json.dumps(path), json.dumps(event)],
        env=_environment(function),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@cache
def _native_layers() -> dict[str, Path]:
    return build_layers(TEMPLATE, arch=NATIVE)


def _call(method: str, path: str, key: str | None) -> dict[str, Any]:
    return {
        "httpMethod": method,
        "path": path,
        "headers": {"content-type": "application/json"} | ({"x-api-key": key} if key else {}),
        "queryStringParameters": None,
        "body": "{}" if method == "POST" else None,
        "isBase64Encoded": False,
        "requestContext": {"requestId": "request-1", "path": f"/v1{path}", "identity": {"sourceIp": "127.0.0.1"}},
    }


def _route(function: Function) -> tuple[str, str]:
    events = TEMPLATE.body["Resources"][function.name]["Properties"]["Events"]
    first = next(iter(events.values()))["Properties"]
    return first["Method"].upper(), first["Path"]


@pytest.mark.parametrize("function", TEMPLATE.functions, ids=lambda function: function.name)
def test_a_function_answers_from_its_own_layers(function: Function) -> None:
    answer = _invoke(sys.executable, function, _native_layers(), _call(*_route(function), key="key"))

    # What is asked for without parameters is given; what needs some is refused with the contract's own error.
    assert answer["statusCode"] in {200, 422}, answer
    if answer["statusCode"] == 422:
        assert json.loads(answer["body"])["error"]["code"]


@pytest.mark.slow
@pytest.mark.parametrize("function", TEMPLATE.functions, ids=lambda function: function.name)
def test_a_function_answers_on_the_runtime_of_the_template(function: Function) -> None:
    python = shutil.which(f"python{TEMPLATE.python_version}")
    if python is None or platform.system() != "Linux" or subprocess.run([python, "-c", ""], check=False).returncode:
        pytest.skip(f"there is no Python {TEMPLATE.python_version} for Linux here")

    answer = _invoke(python, function, build_layers(TEMPLATE, arch=MACHINE), _call(*_route(function), key="key"))

    assert answer["statusCode"] in {200, 422}, answer


@pytest.mark.slow
@pytest.mark.parametrize("arch", ["arm64", "x86_64"])
def test_every_function_fits_into_lambda(arch: str) -> None:
    functions = weigh(TEMPLATE, build_layers(TEMPLATE, arch=arch))

    assert {name: sum(parts.values()) for name, parts in functions.items() if sum(parts.values()) > LIMIT_MB} == {}
