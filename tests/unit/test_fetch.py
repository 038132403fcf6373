"""img_url is fetched as it was meant, and never from a private address."""

import gzip
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idphoto_service import fetch as fetching
from idphoto_service.errors import UrlForbiddenError, UrlInvalidError, UrlUnreachableError
from idphoto_service.fetch import clean_url, fetch, is_public

PICTURE = b"\x89PNG picture"
LIMIT = 1000


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.asked = []


class Files(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        self.server.asked.append(self.path)
        path = self.path.partition("?")[0]
        if path == "/missing":
            self.send_error(404)
        elif path.startswith("/to/"):
            self.send_response(302)
            self.send_header(
                "location", {"/to/private": "http://10.0.0.1/x.jpg", "/to/loop": "/to/loop", "/to/ok": "/a.jpg"}[path]
            )
            self.end_headers()
        elif path == "/endless":
            self.send_response(200)
            self.end_headers()
            for _ in range(10_000):
                try:
                    self.wfile.write(b"x" * 1000)
                except OSError:
                    return
        elif path.startswith("/slow"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"x-y: " if path == "/slow-headers" else b"\r\n"))
            for _ in range(100):
                try:
                    self.wfile.write(b"x")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.02)
        elif path == "/gzip":
            body = gzip.compress(b"0" * 1_000_000)
            self.send_response(200)
            self.send_header("content-encoding", "gzip")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            self.send_response(200)
            self.send_header("content-length", str(len(PICTURE)))
            self.end_headers()
            self.wfile.write(PICTURE)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server():
    with Server(("127.0.0.1", 0), Files) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def base(server):
    return f"http://127.0.0.1:{server.server_port}"


def allowed(base):
    return frozenset({base.removeprefix("http://")})


def test_an_allowed_host_is_fetched(base):
    assert fetch(f"{base}/a.jpg", LIMIT, allowed(base)) == PICTURE


def test_a_url_is_not_written_into_the_log(base, caplog):
    caplog.set_level(logging.DEBUG)
    fetch(f"{base}/a.jpg?token=secret", LIMIT, allowed(base))
    assert "secret" not in caplog.text


def test_a_redirect_is_followed(base):
    assert fetch(f"{base}/to/ok", LIMIT, allowed(base)) == PICTURE


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.jpg",
        "http://localhost/a.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.1.2.3/a.jpg",
        "http://192.168.0.1/a.jpg",
        "http://[::1]/a.jpg",
        "http://[::ffff:127.0.0.1]/a.jpg",
        "http://[fd00::1]/a.jpg",
        "http://[64:ff9b::a9fe:a9fe]/a.jpg",
        "http://2130706433/a.jpg",
        "http://0x7f000001/a.jpg",
        "http://0177.0.0.1/a.jpg",
        "http://0/a.jpg",
        "https://127.0.0.1:8443/a.jpg",
    ],
)
def test_a_private_address_is_refused_in_every_notation(url):
    with pytest.raises((UrlForbiddenError, UrlInvalidError)):
        fetch(url, LIMIT)


def test_the_loopback_server_itself_is_refused_when_not_allowed(base, server):
    asked = len(server.asked)
    with pytest.raises(UrlForbiddenError):
        fetch(f"{base}/a.jpg", LIMIT)
    assert len(server.asked) == asked


def test_a_name_that_resolves_to_a_private_address_is_refused():
    with pytest.raises(UrlForbiddenError):
        fetch("http://photos.example.com/a.jpg", LIMIT, resolve=lambda *_: ["93.184.216.34", "10.0.0.1"])


def test_the_checked_address_is_the_one_connected_to(monkeypatch):
    # A name that answers publicly once and privately afterwards is resolved exactly once.
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    connected = []
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda self, host, *rest: connected.append(host))
    backend = fetching._PublicBackend(frozenset(), lambda *_: next(answers), time.monotonic() + 9)
    backend.connect_tcp("photos.example.com", 80)
    assert connected == ["93.184.216.34"]


def test_an_address_that_does_not_answer_gives_way_to_the_next(base):
    # The server listens on 127.0.0.1 alone.
    port = base.rpartition(":")[2]
    allowed_hosts = frozenset({f"photos.example.com:{port}"})
    body = fetch(f"http://photos.example.com:{port}/a.jpg", LIMIT, allowed_hosts, lambda *_: ["127.0.0.2", "127.0.0.1"])
    assert body == PICTURE


def test_a_redirect_to_a_private_address_is_refused(base):
    with pytest.raises(UrlForbiddenError):
        fetch(f"{base}/to/private", LIMIT, allowed(base))


@pytest.mark.parametrize(("path", "reason"), [("/missing", "status"), ("/to/loop", "redirects")])
def test_a_server_without_the_file_is_unreachable(base, path, reason):
    with pytest.raises(UrlUnreachableError) as refused:
        fetch(base + path, LIMIT, allowed(base))
    assert refused.value.details["reason"] == reason


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.jpg", "http://a..b/a.jpg"])
def test_nobody_there_is_unreachable(url):
    with pytest.raises(UrlUnreachableError) as refused:
        fetch(url, LIMIT, frozenset({"127.0.0.1:9"}))
    assert refused.value.details["reason"] == "connection"


def test_an_endless_body_is_cut_one_byte_over_the_limit(base):
    assert len(fetch(f"{base}/endless", LIMIT, allowed(base))) == LIMIT + 1


@pytest.mark.parametrize("path", ["/slow", "/slow-headers"])
def test_a_dripping_server_runs_into_the_deadline(base, monkeypatch, path):
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.2)
    started = time.monotonic()
    with pytest.raises(UrlUnreachableError) as refused:
        fetch(base + path, LIMIT, allowed(base))
    assert refused.value.details["reason"] == "timeout"
    assert time.monotonic() - started < 1


def test_a_compressed_body_is_not_unpacked(base):
    assert len(fetch(f"{base}/gzip", 10_000, allowed(base))) < 2000


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (r"https://h.cn/a.jpg?x=1\u0026y=2", "https://h.cn/a.jpg?x=1&y=2"),
        ("https://h.cn/a.jpg?x=1&amp;y=2", "https://h.cn/a.jpg?x=1&y=2"),
        ("https://h.cn/a.jpg?sign=ab+cd/e=", "https://h.cn/a.jpg?sign=ab%2Bcd/e="),
        ("https://h.cn/my photo.jpg", "https://h.cn/my%20photo.jpg"),
        ("https://h.cn/照片/张三.jpg", "https://h.cn/%E7%85%A7%E7%89%87/%E5%BC%A0%E4%B8%89.jpg"),
        ("https://h.cn/%E7%85%A7.jpg?a=%2B", "https://h.cn/%E7%85%A7.jpg?a=%2B"),
        ('  "https:\\/\\/h.cn\\/a.jpg" ', "https://h.cn/a.jpg"),
        ("https://h.cn/100%.jpg", "https://h.cn/100%25.jpg"),
        ("HTTPS://H.cn/a.jpg", "https://h.cn/a.jpg"),
        (r"https://h.cn/\u7167\u7247.jpg", "https://h.cn/%E7%85%A7%E7%89%87.jpg"),
        (r"https://h.cn/\ud83d\ude00.jpg", "https://h.cn/%F0%9F%98%80.jpg"),
    ],
)
def test_a_url_is_understood_as_it_was_meant(given, meant):
    assert clean_url(given) == meant


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.jpg",
        "/etc/passwd",
        "//h.cn/a.jpg",
        "file:///etc/passwd",
        "ftp://h.cn/a",
        "gopher://h",
        "http://",
        "http://u:p@h.cn/",
        "http://h\r\nx: y/",
        "http://[::1",
        r"http://h.cn/\ud83d.jpg",
    ],
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(UrlInvalidError):
        clean_url(url)


@given(st.text(max_size=60))
def test_any_text_is_cleaned_or_refused(text):
    for candidate in (text, f"http://h.cn/{text}"):
        try:
            cleaned = clean_url(candidate)
        except UrlInvalidError:
            continue
        assert cleaned.isascii()
        assert clean_url(cleaned) == cleaned


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "2002:a9fe:a9fe::",
        "64:ff9b::7f00:1",
        "2001:0:a9fe:a9fe::1",
        "::ffff:10.0.0.1",
        "192.0.0.1",
        "192.88.99.1",
        "198.18.0.1",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "ff02::1",
        "::",
    ],
)
def test_special_addresses_are_not_public(address):
    assert not is_public(address)
