"""The bundle on this machine: started once, used again, and reached from this machine only."""

import json
import socket
import stat
from urllib.parse import urlsplit

import pytest

from local.emulator import Emulator
from local.stack import Stack, serve

pytestmark = pytest.mark.e2e


def test_a_second_start_finds_the_running_bundle(stack: Stack, emulator: Emulator) -> None:
    pid = emulator.pid

    assert serve(emulator.folder) == stack
    assert emulator.pid == pid is not None


def test_stack_json_tells_address_and_key_to_its_owner_only(stack: Stack, emulator: Emulator) -> None:
    file = emulator.folder / "stack.json"

    told = json.loads(file.read_text(encoding="utf-8"))

    assert {name: told[name] for name in ("base_url", "api_key", "endpoint_url", "region")} == {
        "base_url": stack.base_url,
        "api_key": stack.api_key,
        "endpoint_url": stack.endpoint_url,
        "region": "us-east-1",
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_listens_on_the_loopback_interface_only(stack: Stack) -> None:
    port = urlsplit(stack.endpoint_url).port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address of ours would be used
        except OSError:
            pytest.skip("this machine has no other interface")
        outer = probe.getsockname()[0]

    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex((outer, port)) != 0
