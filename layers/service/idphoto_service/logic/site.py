"""A page for the browser out of a folder of texts, behind API Gateway: addresses by content, and a strict policy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

from aws_lambda_powertools.event_handler import Response

from idphoto_service.errors import RouteUnknownError
from idphoto_service.storage import bucket

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PAGE = "index.html"
ALWAYS_ASKED = "no-cache"
KEPT = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Site:
    """The files of a folder; a caller gets these, by their names, and nothing else.

    Attributes
    ----------
    folder
        Its ``index.html`` names the other files by ``{version}``, which changes with any of them.
    """

    folder: Path

    @cached_property
    def files(self) -> dict[str, str]:
        """The text of each file by its name."""
        return {file.name: file.read_text("utf-8") for file in sorted(self.folder.iterdir())}

    @cached_property
    def version(self) -> str:
        """What the page's parts have in their addresses: other parts, another address."""
        return hashlib.sha256(repr(self.files).encode()).hexdigest()[:16]

    def page(self, place: str) -> Response[str]:
        """Return the page.

        Parameters
        ----------
        place
            The path that the browser shows. Without its last slash the stage would not be part of the page's relative
            links, so the browser is sent to the address with it.
        """
        if not place.endswith("/"):
            location = place.rpartition("/")[2] + "/"
            return Response(HTTPStatus.PERMANENT_REDIRECT, body="", headers={"location": location})
        return _send(PAGE, self.files[PAGE].replace("{version}", self.version), ALWAYS_ASKED)

    def part(self, version: str, name: str) -> Response[str]:
        """Return a part of the page, to be kept for ever.

        Raises
        ------
        RouteUnknownError
            When there is no such part; that of another version has another address.
        """
        if version != self.version or name not in self.files:
            raise RouteUnknownError
        return _send(name, self.files[name], KEPT)


def _send(name: str, text: str, keep: str) -> Response[str]:
    origins = " ".join(("'self'", *bucket().origins))
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": origins,
        "img-src": f"{origins} blob: data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "cache-control": keep,
        "content-security-policy": "; ".join(f"{rule} {allowed}" for rule, allowed in policy.items()),
        "permissions-policy": "camera=(self)",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return Response(HTTPStatus.OK, f"{TYPES[Path(name).suffix]}; charset=utf-8", text, headers)
