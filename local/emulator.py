"""The local AWS: one process on the loopback interface, and all that it writes in one folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from local.template import ROOT

REGION = "us-east-1"
ACCOUNT = "000000000000"
START_SECONDS = 60
STOP_SECONDS = 10

RUNTIME = ROOT / ".cache" / "runtime" / "bin" / "python"
PACKAGES = ROOT / ".cache" / "emulator"
LAUNCHER = Path(__file__).with_name("launcher.py")

_children: dict[Path, subprocess.Popen[bytes]] = {}
"""Emulators that this process started, by folder; they may outlive it, but what it stops it also has to reap."""


class EmulatorError(Exception):
    """The emulator did not start or answer; the message ends with the tail of its log."""


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Emulator:
    """The emulator that keeps its files in a folder; there is at most one to a folder.

    Parameters
    ----------
    folder
        Where data, log and lock lie; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "emulator.log"
        self._lock = folder / "emulator.lock"
        self._data = folder / "data"
        self._port = folder / "emulator.port"

    @property
    def pid(self) -> int | None:
        """Process id while it runs, whoever started it; None when it does not."""
        if not self._lock.is_file():
            return None
        with self._lock.open(encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read() or 0) or None
        return None

    @property
    def endpoint_url(self) -> str:
        """Where every AWS service answers."""
        return f"http://127.0.0.1:{int(self._port.read_text())}"

    def healthy(self) -> bool:
        """Whether it runs and answers."""
        if self.pid is None or not self._port.is_file():
            return False
        try:
            return httpx.get(f"{self.endpoint_url}/_ministack/health", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def start(self, port: int | None = None) -> None:
        """Start with no data and wait until it answers.

        Parameters
        ----------
        port
            Port on the loopback interface; None for any free one.

        Raises
        ------
        EmulatorError
            If it ends or does not answer in time.
        """
        self.stop()
        self._data.mkdir(parents=True)
        self._port.write_text(str(port or free_port()))
        with self.log.open("wb") as log:
            _children[self.folder] = process = subprocess.Popen(
                [RUNTIME, "-I", LAUNCHER, self._lock, PACKAGES],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.healthy():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EmulatorError(f"The local AWS did not start.\n{self.tail()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it and forget its data; no error when it does not run."""
        deadline = time.monotonic() + STOP_SECONDS
        while pid := self.pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.2)
        if child := _children.pop(self.folder, None):
            child.wait()
        shutil.rmtree(self._data, ignore_errors=True)

    def tail(self, lines: int = 25) -> str:
        """Return the last lines of the log."""
        if not self.log.is_file():
            return "(no log)"
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return f"{self.log}:\n" + "\n".join(text.splitlines()[-lines:])

    def client(self, service: str) -> Any:
        """Return a boto3 client that talks to this emulator."""
        session = boto3.Session(ACCOUNT, "local", region_name=REGION)
        # StartSyncExecution would put "sync-" before the host's name, which only AWS can resolve.
        config = Config(inject_host_prefix=False)
        return session.client(service, endpoint_url=self.endpoint_url, config=config)

    def _environment(self) -> dict[str, str]:
        """Return the environment of the emulator, which its functions inherit: none of the user's AWS settings."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "MINISTACK"))
        }
        temporary = self._data / "tmp"
        temporary.mkdir()
        return inherited | {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": self._port.read_text(),
            "STATE_DIR": str(self._data / "state"),
            "S3_DATA_DIR": str(self._data / "s3"),
            "PERSIST_STATE": "0",
            "S3_PERSIST": "0",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "TMPDIR": str(temporary),
            "NO_PROXY": "127.0.0.1,localhost",
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": REGION,
        }
