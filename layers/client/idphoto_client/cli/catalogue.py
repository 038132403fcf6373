"""What there is to choose from: effects, specifications, materials and watermarks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idphoto_client.cli import options as o
from idphoto_client.cli import show
from idphoto_client.cli.effects import Effect, effect_of, effects_of
from idphoto_client.cli.exits import UsageError
from idphoto_client.cli.session import session_of

specs = typer.Typer(no_args_is_help=True, help="Search the photo specifications.")
materials = typer.Typer(no_args_is_help=True, help="List, register and delete outfits and looks of makeup.")
watermarks = typer.Typer(no_args_is_help=True, help="Register, list and delete your watermarks.")


def effects(
    context: typer.Context,
    kind: Annotated[
        str | None, typer.Argument(help="One effect, with all that is said of it.", show_default=False)
    ] = None,
) -> None:
    """List the effects of the deployment with their parameters."""
    session = session_of(context)
    document = session.client.openapi()
    found = {kind: effect_of(document, kind)} if kind else effects_of(document)
    body = {"effects": [_facts(effect) for effect in found.values()]}
    session.answer(body, show.effects(list(found.values()), session.lang, whole=kind is not None))


@materials.command("list")
def list_materials(
    context: typer.Context,
    kind: Annotated[
        str | None, typer.Argument(help="The effect that takes them: outfit or makeup.", show_default=False)
    ] = None,
    *,
    tag: Annotated[list[str] | None, typer.Option(help="Such as women or formal; may be repeated.")] = None,
    own: Annotated[bool | None, typer.Option("--own/--built-in", help="Only yours, or only the bundle's.")] = None,
) -> None:
    """List what effects are made with: outfits and looks of makeup."""
    session = session_of(context)
    page = session.client.materials(kind, tag=",".join(tag) if tag else None, own=own, limit=100)
    found = [*page.materials]
    while page.next:
        page = session.client.materials(kind, tag=",".join(tag) if tag else None, own=own, limit=100, start=page.next)
        found += page.materials
    answer = page.model_copy(update={"materials": found})
    session.answer(answer, show.materials(found, session.lang))


@materials.command("show")
def show_material(
    context: typer.Context,
    material_id: Annotated[str, typer.Argument(show_default=False)],
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write its picture (WebP) to this file.")] = None,
) -> None:
    """Show one material: its colours, its tags, how good it is."""
    session = session_of(context)
    answer = session.client.material(material_id)
    files = [session.client.save(answer.thumbnail, out)] if out else []
    session.answer(answer, show.material(answer, session.lang, files), files=[str(file) for file in files])


@materials.command("add")
def add_material(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            help="An outfit on transparency (PNG, WebP; a file or a link), or a look (.toml).", show_default=False
        ),
    ],
    *,
    name: Annotated[str, typer.Option(help="For you and your customers.", show_default=False)],
    name_zh: Annotated[str | None, typer.Option(help="The same in Chinese.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Such as women or formal; may be repeated.")] = None,
    licence: Annotated[str | None, typer.Option(help="SPDX identifier.")] = None,
    worn: Annotated[
        bool, typer.Option("--worn", help="It is a portrait of somebody who wears the outfit; nothing of it is kept.")
    ] = False,
    anchor: Annotated[
        list[str] | None,
        typer.Option(help="Where an outfit is held, px; all six or none: neck_pit=300,210 ...", metavar="NAME=X,Y"),
    ] = None,
) -> None:
    """Register an outfit or a look of your own; its id goes into --outfit or --makeup."""
    session = session_of(context)
    if source.endswith(".toml"):
        made = session.client.register_look(name, Path(source), name_zh=name_zh, tags=tag, licence=licence)
    else:
        made = session.client.register_outfit(
            name,
            None if worn else source,
            wearer=source if worn else None,
            anchors=_anchors(anchor),
            name_zh=name_zh,
            tags=tag,
            licence=licence,
        )
    session.answer(made, show.material(made, session.lang))


@materials.command("delete")
def delete_material(context: typer.Context, material_id: Annotated[str, typer.Argument(show_default=False)]) -> None:
    """Delete a material of yours; photos that were made with it keep it."""
    session = session_of(context)
    gone = session.client.delete_material(material_id)
    session.answer(gone, session.say(f"✓ {material_id} is gone.", f"✓ {material_id} 已删除。"))


def _anchors(texts: list[str] | None) -> dict[str, tuple[float, float]] | None:
    pairs = [text.partition("=") for text in texts or []]
    try:
        return {name: _point(value) for name, _, value in pairs} or None
    except ValueError as error:
        raise UsageError(f"An anchor is NAME=X,Y: {error}.", f"锚点应写成 名称=X,Y：{error}。") from error


def _point(text: str) -> tuple[float, float]:
    x, y = text.split(",")
    return float(x), float(y)


@specs.command("search")
def search_specs(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(help="Words in English or Chinese, an id or a size.", show_default=False)
    ] = None,
    *,
    country: Annotated[str | None, typer.Option("--country", "-c", help="ISO 3166 code, such as CN.")] = None,
    kind: Annotated[str | None, typer.Option(help="Of document, such as passport or visa.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
) -> None:
    """Search by name, country, kind and size."""
    session = session_of(context)
    page = session.client.specs(" ".join(words or []) or None, country=country, kind=kind, limit=limit)
    session.answer(page, show.specs(page.specs, page.total, session.lang))


@specs.command("show")
def show_spec(context: typer.Context, spec_id: Annotated[str, typer.Argument(show_default=False)]) -> None:
    """Show all that is known of one specification, with its source."""
    session = session_of(context)
    found = [spec for spec in session.client.specs(spec_id).specs if spec["spec_id"] == spec_id]
    if not found:
        raise UsageError(
            f"There is no specification {spec_id!r}; `idphoto specs search` finds the others.",
            f"没有规格 {spec_id!r}；可用 `idphoto specs search` 查找。",
        )
    session.answer(found[0], show.details(found[0]))


@watermarks.command("list")
def list_watermarks(context: typer.Context) -> None:
    """List your watermarks."""
    session = session_of(context)
    page = session.client.watermarks(limit=100)
    session.answer(page, show.watermarks(page.watermarks, session.lang))


@watermarks.command("add")
def add_watermark(
    context: typer.Context,
    picture: Annotated[str, typer.Argument(help="A PNG with transparency: a file or a link.", show_default=False)],
    *,
    sheet: Annotated[str | None, typer.Option(help="Another picture for print sheets.")] = None,
    name: Annotated[str | None, typer.Option(help="For you to tell them apart.")] = None,
    opacity: Annotated[float | None, typer.Option(min=0, max=1)] = None,
    angle: Annotated[float | None, typer.Option(help="Degrees, counter-clockwise.")] = None,
    width: Annotated[float | None, typer.Option(min=0.02, max=1, help="As a part of the picture's width.")] = None,
    gap: Annotated[float | None, typer.Option(min=0, max=5, help="Between marks, in sizes of a mark.")] = None,
    tiled: Annotated[
        bool | None, typer.Option("--tiled/--once", help="All over the picture, or in its middle.")
    ] = None,
) -> None:
    """Register a watermark; its id goes into `idphoto make --watermark`."""
    session = session_of(context)
    made = session.client.register_watermark(
        picture, sheet=sheet, name=name, opacity=opacity, angle=angle, width=width, gap=gap, tiled=tiled
    )
    session.answer(made, show.watermarks([made], session.lang))


@watermarks.command("delete")
def delete_watermark(context: typer.Context, watermark_id: Annotated[str, typer.Argument(show_default=False)]) -> None:
    """Delete a watermark; photos that were made with it keep it."""
    session = session_of(context)
    gone = session.client.delete_watermark(watermark_id)
    session.answer(gone, session.say(f"✓ {watermark_id} is gone.", f"✓ {watermark_id} 已删除。"))


def _facts(effect: Effect) -> dict[str, object]:
    return {
        "kind": effect.kind,
        "summary": effect.summary,
        "description": effect.description,
        "main": effect.main.name if effect.main else None,
        "parameters": [vars(parameter) for parameter in effect.parameters],
        "command": f"idphoto make PHOTO {_option(effect.kind)}",
    }


def _option(kind: str) -> str:
    return f"--{kind} VALUE" if kind in o.KINDS else f"--effect {kind}=VALUE"
