"""What there is to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from idphoto_client._answers import Material, Materials, Result, Specs, Watermark, Watermarks
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
        self,
        kind: str | None = None,
        *,
        tag: str | None = None,
        own: bool | None = None,
        limit: int | None = None,
        start: str | None = None,
    ) -> Flow[Materials]:
        """Return a page of what effects are made with, by the effect that takes it, by tags, and by whose it is."""
        return get(Materials, "/materials", kind=kind, tag=tag, own=own, limit=limit, start=start)

    @operation
    def material(self, material_id: str) -> Flow[Material]:
        """Return one material."""
        return get(Material, path_of("/materials", material_id))

    @operation
    def register_outfit(
        self,
        name: str,
        picture: str | Path | bytes | None = None,
        *,
        wearer: str | Path | bytes | Result | None = None,
        anchors: Mapping[str, Sequence[float]] | None = None,
        name_zh: str | None = None,
        tags: Sequence[str] | None = None,
        licence: str | None = None,
    ) -> Flow[Material]:
        """Register an outfit, from its own picture or from a portrait; its ``report`` says how good it came out.

        Parameters
        ----------
        picture
            The outfit alone on transparency, PNG or WebP: a file, bytes or a link.
        wearer
            Instead: a portrait of anybody who wears it, of which nothing is kept; or a result of yours.
        anchors
            Where the outfit of ``picture`` is held, ``(x, y)`` in px by name; by default that is found.

        Raises
        ------
        ApiError
            ``MATERIAL_UNUSABLE`` with the reason, when no outfit can be made of it.
        PhotoRefusedError
            When the portrait does not show one person.
        """
        body: dict[str, object] = {"kind": "outfit", "name": name, "name_zh": name_zh, "tags": tags, "licence": licence}
        if picture is not None:
            body |= {"picture": (yield from source_of(picture)), "anchors": anchors}
        if isinstance(wearer, Result):
            body["wearer"] = {"mt_generate_id": wearer.mt_generate_id}
        elif wearer is not None:
            body["wearer"] = yield from source_of(wearer)
        return (yield from post(Material, "/materials", body))

    @operation
    def register_look(
        self,
        name: str,
        look: Mapping[str, object] | str | Path,
        *,
        name_zh: str | None = None,
        tags: Sequence[str] | None = None,
        licence: str | None = None,
    ) -> Flow[Material]:
        """Register a look of makeup, from its parts (``{"lips": {...}}``) or from a TOML file."""
        body: dict[str, object] = {"kind": "makeup", "name": name, "name_zh": name_zh, "tags": tags, "licence": licence}
        if isinstance(look, Mapping):
            body["look"] = look
        else:
            body["look_toml"] = Path(look).read_text("utf-8")
        return post(Material, "/materials", body)

    @operation
    def delete_material(self, material_id: str) -> Flow[Material]:
        """Delete a material of yours; photos that were made with it keep it."""
        return delete(Material, path_of("/materials", material_id))

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
