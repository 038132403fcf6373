"""Fetching a picture from a URL that a stranger wrote.

The address is checked when the connection is made, not before: a name that resolves to a public address now may resolve
to a private one a moment later (DNS rebinding). So a network backend resolves the name, refuses it unless every address
is public, and connects to the very address it checked; TLS still verifies the name. Redirects go the same way.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpcore
import httpx

from idphoto_service.errors import UrlForbiddenError, UrlInvalidError, UrlUnreachableError

MAX_REDIRECTS = 3
CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
TOTAL_SECONDS = 15.0
"""From the first address to the last byte, redirects included: half of the 29 s that API Gateway grants, so that the
photo can still be made."""

_UNICAST_IPV6 = ipaddress.ip_network("2000::/3")
_NOT_REALLY_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("2001::/23", "2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")
)
"""Tunnels and protocol assignments that ``is_global`` lets pass, in some versions of Python (IANA's registries of
special-purpose addresses); an IPv6 address must lie in the one range that is handed out, which leaves NAT64 out."""

# Both write whole URLs, with their queries; the second at DEBUG only.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

Resolver = Callable[[str, int], list[str]]


def fetch(
    url: str, max_bytes: int, allowed_hosts: frozenset[str] = frozenset(), resolve: Resolver | None = None
) -> bytes:
    """Return the bytes behind a URL.

    Parameters
    ----------
    url
        As the caller wrote it; see :func:`clean_url` for what is understood.
    max_bytes
        More is not read, whatever the server announces.
    allowed_hosts
        ``host:port`` pairs for which the rule of public addresses does not hold.
    resolve
        Resolver of names, for tests; the system's by default.

    Raises
    ------
    UrlInvalidError, UrlForbiddenError, UrlUnreachableError
        With no word on why an address was refused, so that nobody can map a network through it.
    """
    transport = _PublicTransport(allowed_hosts, resolve or _resolve, time.monotonic() + TOTAL_SECONDS)
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    headers = {"accept": "image/*,*/*;q=0.5", "accept-encoding": "identity", "user-agent": "idphoto"}
    target = clean_url(url)
    with httpx.Client(transport=transport, timeout=timeout, headers=headers, trust_env=False) as client:
        for _ in range(MAX_REDIRECTS + 1):
            try:
                with client.stream("GET", target) as response:
                    if not response.has_redirect_location:
                        return _read(response, max_bytes)
                    target = clean_url(str(response.url.join(clean_location(response.headers["location"]))))
            except httpx.TimeoutException as error:
                raise UrlUnreachableError(reason="timeout", allowed_seconds=TOTAL_SECONDS) from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise UrlUnreachableError(reason="connection") from error
    raise UrlUnreachableError(reason="redirects", allowed=MAX_REDIRECTS)


def clean_url(text: str) -> str:
    r"""Return a URL as it was meant: absolute, percent-encoded, ASCII.

    Partners paste links out of JSON and HTML, so ``\u0026`` and ``&amp;`` stand for ``&``; a raw ``+`` is a plus sign
    and becomes ``%2B``, spaces and non-ASCII characters are encoded as UTF-8, and what is encoded already stays.

    Raises
    ------
    UrlInvalidError
        When it is no full http or https URL.
    """
    try:
        url = httpx.URL(clean_location(text))
    except httpx.InvalidURL as error:
        raise UrlInvalidError from error
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise UrlInvalidError(allowed=["http://…", "https://…"])
    return str(url)


def clean_location(text: str) -> str:
    """Return a URL or a relative reference with its characters put right.

    Raises
    ------
    UrlInvalidError
        When it holds half of a character.
    """
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text.strip().strip("\"'<>"))
    text = text.replace("\\/", "/").replace("&amp;", "&")
    text = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", text)
    try:
        # Escapes as JavaScript writes them: a character beyond the first 65,536 comes in two halves.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise UrlInvalidError from error
    # The host stays as it is: httpx encodes names in other scripts by IDNA.
    match = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*", text)
    origin = match[0] if match else ""
    return origin + quote(text[len(origin) :], safe="/?&=#:;,@!$'()*~%")


def _read(response: httpx.Response, max_bytes: int) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise UrlUnreachableError(reason="status", http_status=response.status_code)
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > max_bytes:
            # One byte over is enough for the decoder to refuse it by size, with its own code.
            return bytes(body[: max_bytes + 1])
    return bytes(body)


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _UNICAST_IPV6:
        return False
    if any(ip in network for network in _NOT_REALLY_PUBLIC if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _resolve(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class _PublicBackend(httpcore.SyncBackend):
    """Connects to public addresses only, to the very ones that were checked, and until a point in time."""

    def __init__(self, allowed_hosts: frozenset[str], resolve: Resolver, deadline: float) -> None:
        self._allowed_hosts = allowed_hosts
        self._resolve = resolve
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = list(dict.fromkeys(self._resolve(host, port)))
        except (OSError, UnicodeError, OverflowError) as error:
            raise httpcore.ConnectError(str(error)) from error
        allowed = f"{host}:{port}" in self._allowed_hosts
        if not (allowed or all(map(is_public, addresses))):
            raise UrlForbiddenError
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                left = _left(timeout, self._deadline)
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A connection that ends at a point in time, however little a slow server sends however often."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, self._deadline))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(timeout, self._deadline))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


def _left(timeout: float | None, deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(timeout, left)


class _PublicTransport(httpx.BaseTransport):
    """httpx over a pool of httpcore whose connections are made by :class:`_PublicBackend`."""

    def __init__(self, allowed_hosts: frozenset[str], resolve: Resolver, deadline: float) -> None:
        self._pool = httpcore.ConnectionPool(network_backend=_PublicBackend(allowed_hosts, resolve, deadline))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        with _as_httpx():
            response = self._pool.handle_request(
                httpcore.Request(request.method, url, headers=request.headers.raw, extensions=request.extensions)
            )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Turn httpcore's errors into those that a transport of httpx raises."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(type(error).__name__) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise httpx.NetworkError(type(error).__name__) from error
