"""The API's description makes a client with somebody else's generator, and that client makes a photo."""

import subprocess
import venv
from pathlib import Path

import pytest

from local.openapi import TARGET
from local.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

GENERATOR = "openapi-python-client==0.29.1"
CALLS = """
import sys
import httpx
from generated import AuthenticatedClient
from generated.api.catalogue import get_specs
from generated.api.photo import make, uploads
from generated.models import Background, ErrorAnswer, MakeRequest

base_url, key, photo = sys.argv[1:]
client = AuthenticatedClient(base_url=base_url, token=key, prefix="", auth_header_name="x-api-key")
assert get_specs.sync(client=client, q="cn_1inch").total >= 1
form = uploads.sync(client=client)
with open(photo, "rb") as file:
    httpx.post(form.url, data=form.fields.to_dict(), files={form.file_field: file}).raise_for_status()
request = MakeRequest(out_request_id="generated", upload_id=form.upload_id, background=Background(color="blue"))
made = make.sync(client=client, body=request)
assert (made.image.width, made.image.height) == (295, 413)
request.upload_id = "0" * 32
refused = make.sync(client=client, body=request)
assert isinstance(refused, ErrorAnswer)
assert refused.error.code == "UPLOAD_ID_NOT_FOUND"
"""


def test_a_client_of_openapi_python_client_makes_a_photo(stack: Stack, portrait: bytes, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    venv.create(tools, with_pip=True)
    python = tools / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", GENERATOR], check=True)
    config = tmp_path / "config.yaml"
    config.write_text("post_hooks: []\n")

    generate: list[str | Path] = [
        tools / "bin" / "openapi-python-client",
        "generate",
        "--path",
        TARGET,
        "--meta",
        "none",
    ]
    told = subprocess.run(
        [*generate, "--output-path", tmp_path / "generated", "--config", config, "--fail-on-warning"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stdout + told.stderr
    assert "Warning" not in told.stdout + told.stderr
    photo = tmp_path / "me.jpg"
    photo.write_bytes(portrait + b"generated")
    calls: list[str | Path] = [python, "-c", CALLS, stack.base_url, stack.api_key, photo]
    ran = subprocess.run(calls, cwd=tmp_path, capture_output=True, text=True, check=False, env={"NO_PROXY": "*"})
    assert ran.returncode == 0, ran.stderr
