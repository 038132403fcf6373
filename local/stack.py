"""Start, describe and stop the bundle on this machine: ``python -m local.stack serve|stop``."""

from __future__ import annotations

import argparse
import fcntl
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from local.build import BuildError, digest
from local.deploy import DeployError, deploy
from local.emulator import REGION, Emulator, EmulatorError
from local.template import ROOT, TEMPLATE, Template

FOLDER = ROOT / ".local"


@dataclass(frozen=True)
class Stack:
    """A deployed bundle, as ``stack.json`` describes it."""

    base_url: str
    api_key: str
    region: str
    endpoint_url: str
    state_machines: dict[str, str]
    sources: str


def serve(folder: Path = FOLDER, port: int | None = None, **parameters: str) -> Stack:
    """Return the running bundle; start it, or bring it up to date with the sources, where needed.

    Parameters
    ----------
    folder
        Everything that it writes lies here, ``stack.json`` among it.
    port
        Port on the loopback interface; None keeps that of a running bundle, or takes any free one.
    parameters
        Parameters of the template.

    Raises
    ------
    BuildError, EmulatorError, DeployError
        If a layer cannot be built, the emulator not started, or the template not deployed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        emulator = Emulator(folder)
        template = Template()
        sources = digest(TEMPLATE, ROOT / "functions", *sorted(template.layers.values()))
        running = _read(folder) if emulator.healthy() else None
        if running and port and not running.endpoint_url.endswith(f":{port}"):
            running = None
        if running and running.sources == sources:
            return running
        if running is None:
            print("Starting the local AWS", flush=True)
            emulator.start(port)
        print("Deploying template.yaml", flush=True)
        deployment = deploy(emulator, template, parameters)
        stack = Stack(region=REGION, endpoint_url=emulator.endpoint_url, sources=sources, **asdict(deployment))
        _description(folder).write_text(json.dumps(asdict(stack), indent=2) + "\n", encoding="utf-8")
        _description(folder).chmod(0o600)
        return stack


def stop(folder: Path = FOLDER) -> bool:
    """Stop the bundle and forget its photos; return whether it ran."""
    if not folder.is_dir():
        return False
    with _alone(folder):
        emulator = Emulator(folder)
        ran = emulator.pid is not None
        emulator.stop()
        _description(folder).unlink(missing_ok=True)
        return ran


def _description(folder: Path) -> Path:
    return folder / "stack.json"


def _read(folder: Path) -> Stack | None:
    """Return what ``stack.json`` says; None when there is none that can be understood."""
    with suppress(OSError, ValueError, TypeError):
        return Stack(**json.loads(_description(folder).read_text(encoding="utf-8")))
    return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process starts, deploys or stops in this folder."""
    with (folder / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Start the bundle on this machine, or stop it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("command", choices=["serve", "stop"])
    parser.add_argument("--port", type=int, help="port on the loopback interface; any free one by default")
    arguments = parser.parse_args()
    if arguments.command == "stop":
        print("Stopped." if stop() else "Nothing runs.")
        return
    try:
        stack = serve(port=arguments.port)
    except (BuildError, EmulatorError, DeployError) as error:
        sys.exit(str(error))
    print(f"The API answers at {stack.base_url}")
    print(f"Address and key are in {(FOLDER / 'stack.json').relative_to(ROOT)}; `make stop` ends it.")


if __name__ == "__main__":
    main()
