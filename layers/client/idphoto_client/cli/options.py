"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer.models import OptionInfo

from idphoto_client._client import Client
from idphoto_client._errors import IdphotoError
from idphoto_client._retry import Retry
from idphoto_client.cli.effects import effect_of
from idphoto_client.cli.exits import UsageError
from idphoto_client.cli.session import Session

Level = Literal["basic", "standard", "strict"]
Policy = Literal["advise", "strict"]
KINDS = ("lighting", "skin", "glasses", "gaze", "expression", "symmetry", "beautify", "makeup", "hairstyle", "outfit")
"""The effects that this version knows by name; any other is `--effect KIND=VALUE`."""

COLORS = ("white", "blue", "red", "grey", "light_blue", "dark_blue", "light_grey", "cream", "black")
SIZE = re.compile(r"(?P<width>\d+(?:\.\d+)?)[x×*](?P<height>\d+(?:\.\d+)?)(?P<unit>mm|px)(?:@(?P<dpi>\d+))?")
KILOBYTES = re.compile(r"(?:(?P<min>\d+)-)?(?P<max>\d+)")
STANDARD_DPI = 300


def find_specs(incomplete: str) -> list[str]:
    """Return the specifications whose ids or names match what has been typed; none when nobody answers."""
    try:
        with Client(retry=Retry(times=0)) as client:
            return [spec["spec_id"] for spec in client.specs(incomplete, limit=50).specs]
    except IdphotoError:
        return []


def _colors(incomplete: str) -> list[str]:
    return [color for color in COLORS if color.startswith(incomplete)]


PhotoArgument = Annotated[str, typer.Argument(help="A file, or a link.", metavar="PHOTO", show_default=False)]
MadeArgument = Annotated[
    str,
    typer.Argument(
        help="A photo that was made: its out_request_id, an mt_generate_id, or its file.",
        metavar="PHOTO",
        show_default=False,
    ),
]
OrderArgument = Annotated[
    str,
    typer.Argument(help="A photo that was made: its out_request_id or its file.", metavar="PHOTO", show_default=False),
]
SpecOption = Annotated[
    str | None,
    typer.Option("--spec", "-s", help="See `idphoto specs search`; cn_1inch by default.", autocompletion=find_specs),
]
SizeOption = Annotated[
    str | None, typer.Option(help="A size of your own instead: 35x45mm, 413x531px, 35x45mm@600 (dpi).", metavar="SIZE")
]
ColorOption = Annotated[
    str | None,
    typer.Option("--background", "-b", help="A name in English or Chinese, or #RRGGBB.", autocompletion=_colors),
]
GradientOption = Annotated[
    int | None, typer.Option(min=0, max=3, help="1 top to bottom, 2 outside to inside, 3 inside to outside.")
]
EndColorOption = Annotated[str | None, typer.Option(help="Where the gradient ends; white by default.")]
LevelOption = Annotated[Level | None, typer.Option(help="How strict the check is; basic by default.")]
PolicyOption = Annotated[
    Policy | None, typer.Option(help="When the specification forbids a step: advise warns, strict refuses.")
]
WatermarkOption = Annotated[str | None, typer.Option("--watermark", help="Of the preview: one of yours, or none.")]
KbOption = Annotated[str | None, typer.Option(help="Size of the file: 20-40, or 40 for at most that.", metavar="KB")]
PictureOption = Annotated[
    Path | None, typer.Option("--out", "-o", help="Write the photo to this file (.jpg), or its cut-out (.png).")
]
EffectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--effect", help="Any effect of the deployment, such as skin=50; may be repeated.", metavar="KIND=VALUE"
    ),
]


def effect_option(told: str) -> OptionInfo:
    """Return the option of an effect that has one of its own."""
    option: OptionInfo = typer.Option(help=told, metavar="VALUE", rich_help_panel="Effects")
    return option


def size_of(text: str) -> dict[str, float]:
    """Return a size as the API takes it.

    Raises
    ------
    UsageError
    """
    match = SIZE.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(
            f"{text!r} is no size: write 35x45mm, 413x531px or 35x45mm@600.",
            f"尺寸 {text!r} 无效：请写成 35x45mm、413x531px 或 35x45mm@600。",
        )
    number = float if match["unit"] == "mm" else int
    return {
        f"width_{match['unit']}": number(match["width"]),
        f"height_{match['unit']}": number(match["height"]),
        "dpi": int(match["dpi"] or STANDARD_DPI),
    }


def kilobytes_of(text: str) -> dict[str, int]:
    """Return a range of file sizes as the API takes it.

    Raises
    ------
    UsageError
    """
    match = KILOBYTES.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{text!r} is no range of KB: write 20-40, or 40 for at most that.",
            f"文件大小 {text!r} 无效：请写成 20-40，或用 40 表示上限。",
        )
    return {"min": int(match["min"] or 0), "max": int(match["max"])}


def limits_of(texts: list[str] | None) -> dict[str, float] | None:
    """Return limits of single items as the API takes them.

    Raises
    ------
    UsageError
    """
    pairs = [text.partition("=") for text in texts or []]
    try:
        return {item: float(value) for item, _, value in pairs} or None
    except ValueError as error:
        raise UsageError(f"A limit is ITEM=NUMBER: {error}.", f"限值应写成 检测项=数值：{error}。") from error


def background_of(color: str | None, gradient: int | None, end_color: str | None) -> dict[str, object] | None:
    """Return a background as the API takes it; None when nothing is said of it."""
    given = {"color": color, "gradient": gradient, "end_color": end_color}
    return {name: value for name, value in given.items() if value is not None} or None


def steps_of(
    session: Session, named: Mapping[str, str | None], listed: list[str] | None
) -> dict[str, dict[str, object]]:
    """Return the effects of a command line with their parameters, as the deployment takes them.

    Parameters
    ----------
    named
        The values of the options that are named as effects.
    listed
        ``KIND=VALUE`` of ``--effect``; a kind alone takes its defaults.

    Raises
    ------
    UsageError
        When the deployment does not have an effect, or the effect not the parameter.
    """
    asked = {kind: value for kind, value in named.items() if value is not None}
    for text in listed or []:
        kind, _, value = text.partition("=")
        asked[kind] = value or "on"
    if not asked:
        return {}
    document = session.client.openapi()
    return {kind: effect_of(document, kind).read(value) for kind, value in asked.items()}
