"""What there is to choose from: effects, specifications and watermarks."""

from __future__ import annotations

from typing import Annotated

import typer

from idphoto_client.cli import options as o
from idphoto_client.cli import show
from idphoto_client.cli.effects import Effect, effect_of, effects_of
from idphoto_client.cli.exits import UsageError
from idphoto_client.cli.session import session_of

specs = typer.Typer(no_args_is_help=True, help="Search the photo specifications.")
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


def materials(
    context: typer.Context,
    kind: Annotated[str | None, typer.Argument(help="The effect that takes them, such as makeup.")] = None,
    *,
    tag: Annotated[str | None, typer.Option(help="Such as natural or men.")] = None,
) -> None:
    """List what effects are made with: looks of makeup, ..."""
    session = session_of(context)
    page = session.client.materials(kind, tag=tag, limit=100)
    session.answer(page, show.materials(page.materials, session.lang))


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
