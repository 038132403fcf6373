"""The real template on a local AWS of its own, a partner, another partner, and a web server with files."""

import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest
from idphoto_client import Client
from PIL import Image

from local.deploy import add_partner
from local.emulator import Emulator
from local.stack import Stack, serve, stop


class Files(ThreadingHTTPServer):
    """A web server on the loopback interface; ``content`` holds its files by path, as it stands in the URL."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.content: dict[str, bytes] = {}

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def put(self, path: str, content: bytes) -> str:
        self.content[path] = content
        return f"http://{self.host}{path}"


class _Answer(BaseHTTPRequestHandler):
    server: Files

    def do_GET(self) -> None:
        content = self.server.content.get(self.path)
        self.send_response(404 if content is None else 200)
        self.send_header("content-length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *arguments: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture(scope="session")
def files() -> Iterator[Files]:
    with Files() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, files: Files) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    try:
        yield serve(folder, FetchAllowHosts=files.host, RequestsPerSecond="1000")
    finally:
        stop(folder)


@pytest.fixture(scope="session")
def emulator(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Emulator:
    return Emulator(tmp_path_factory.getbasetemp() / "stack0")


@pytest.fixture(scope="session")
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.base_url, stack.api_key) as client:
        yield client


@pytest.fixture(scope="session")
def other(stack: Stack, emulator: Emulator) -> Iterator[Client]:
    with Client(stack.base_url, add_partner(emulator, "other")) as client:
        yield client


@pytest.fixture(scope="session")
def grey() -> bytes:
    """A picture without anybody: 400x500 px, PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", (400, 500), (128, 128, 128)).save(buffer, "PNG")
    return buffer.getvalue()


_numbers = count(1)


@pytest.fixture
def order() -> str:
    """A new out_request_id."""
    return f"order-{next(_numbers)}"


@pytest.fixture(scope="session")
def opened(client: Client) -> Callable[[str], Image.Image]:
    """Open the picture behind a link, read to its last row."""

    def opened(url: str) -> Image.Image:
        picture = Image.open(io.BytesIO(client.fetch(url)))
        picture.load()
        return picture

    return opened
