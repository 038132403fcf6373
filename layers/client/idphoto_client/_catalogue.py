"""What there is to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from idphoto_client._answers import Materials, Specs, Watermark, Watermarks
from idphoto_client._flow import Flow, Send, ask, delete, get, path_of, post
from idphoto_client._operation import operation
from idphoto_client._source import source_of


class Catalogue:
    """Specifications, materials, watermarks, and the description of the deployment."""

    @operation
    def specs(
        self,
        q: str | None = None,
        *,
        country: str | None = None,
        kind: str | None = None,
        limit: int | None = None,
        start: int | None = None,
    ) -> Flow[Specs]:
        """Search the specifications by words, a size, a country's ISO 3166 code and the kind of document."""
        return get(Specs, "/specs", q=q, country=country, kind=kind, limit=limit, start=start)

    @operation
    def materials(
        self, kind: str | None = None, *, tag: str | None = None, limit: int | None = None, start: int | None = None
    ) -> Flow[Materials]:
        """Return a page of what effects are made with, by the effect that takes it and by tag."""
        return get(Materials, "/materials", kind=kind, tag=tag, limit=limit, start=start)

    @operation
    def watermarks(self, *, limit: int | None = None, start: str | None = None) -> Flow[Watermarks]:
        """Return a page of your watermarks."""
        return get(Watermarks, "/watermarks", limit=limit, start=start)

    @operation
    def register_watermark(
        self,
        photo: str | Path | bytes,
        *,
        sheet: str | Path | bytes | None = None,
        name: str | None = None,
        tiled: bool | None = None,
        opacity: float | None = None,
        angle: float | None = None,
        width: float | None = None,
        gap: float | None = None,
    ) -> Flow[Watermark]:
        """Register a watermark: a picture (file, bytes or link) for photos, and another for print sheets if you like.

        Parameters
        ----------
        tiled
            All over the picture, or once in the middle.
        opacity
            0 to 1, on top of the picture's own.
        angle
            Degrees, counter-clockwise.
        width, gap
            Of one mark as a part of the picture's width, and between marks in sizes of a mark.
        """
        body: dict[str, object] = {
            "name": name,
            "tiled": tiled,
            "opacity": opacity,
            "angle": angle,
            "width": width,
            "gap": gap,
            "photo": (yield from source_of(photo)),
        }
        if sheet is not None:
            body["sheet"] = yield from source_of(sheet)
        return (yield from post(Watermark, "/watermarks", body))

    @operation
    def delete_watermark(self, watermark_id: str) -> Flow[Watermark]:
        """Delete a watermark; photos that were made with it keep it."""
        return delete(Watermark, path_of("/watermarks", watermark_id))

    @operation
    def openapi(self) -> Flow[dict[str, Any]]:
        """Return the deployment's own description: its routes, its effects and their parameters."""
        return ask(Send("GET", "/openapi.json"))
