"""The commands that continue from a photo: effects, undo and redo, its history and its end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idphoto_client._answers import Result
from idphoto_client.cli import options as o
from idphoto_client.cli import show
from idphoto_client.cli.effects import Effect, effect_of
from idphoto_client.cli.exits import Exit, UsageError
from idphoto_client.cli.reference import RESULT, current_of, order_of, result_of
from idphoto_client.cli.session import Session, session_of

WIDE = 110
"""Columns of a terminal in which a history shows the ids of its results."""


def effect(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="See `idphoto effects`.", show_default=False)],
    photo: o.MadeArgument,
    *,
    out: o.PictureOption = None,
) -> None:
    """Apply one effect to a photo; its parameters are options: --strength 60.

    An effect that the photo has already is replaced, never applied twice.
    """
    session = session_of(context)
    found = effect_of(session.client.openapi(), kind)
    params = params_of(found, context.args)
    answer = session.client.effect(kind, result_of(session, photo), **params)
    finish(session, answer, out)


def background(
    context: typer.Context,
    photo: o.MadeArgument,
    color: Annotated[str, typer.Argument(help="A name in English or Chinese, or #RRGGBB.")] = "white",
    *,
    gradient: o.GradientOption = None,
    end_color: o.EndColorOption = None,
    out: o.PictureOption = None,
) -> None:
    """Put another colour, or a gradient, behind the person."""
    session = session_of(context)
    answer = session.client.background(result_of(session, photo), color, gradient=gradient, end_color=end_color)
    finish(session, answer, out)


def undo(
    context: typer.Context,
    photo: o.MadeArgument,
    kinds: Annotated[
        list[str] | None, typer.Argument(help="Kinds of step to take out: skin, background, ...", show_default=False)
    ] = None,
    *,
    out: o.PictureOption = None,
) -> None:
    """Undo the last step; or take the named kinds of step out and leave the others as they are."""
    session = session_of(context)
    if kinds:
        answer = session.client.rollback(result_of(session, photo), without=kinds)
    else:
        answer = session.client.rollback(to=_parent(session, photo))
    finish(session, answer, out)


def redo(context: typer.Context, photo: o.OrderArgument, *, out: o.PictureOption = None) -> None:
    """Return to the newest step that was made from the current one."""
    session = session_of(context)
    history, current = current_of(session, photo)
    later = [step for step in history.steps if step.parent_mt_generate_id == current]
    if not later:
        raise UsageError("There is nothing to redo.", "没有可重做的步骤。")
    finish(session, session.client.rollback(to=max(later, key=lambda step: step.created_ms)), out)


def return_to(
    context: typer.Context,
    photo: o.OrderArgument,
    step: Annotated[str, typer.Argument(help="Its number in `idphoto history`, or its mt_generate_id.")],
    *,
    out: o.PictureOption = None,
) -> None:
    """Return to any step of a photo's history, earlier or later."""
    session = session_of(context)
    if RESULT.fullmatch(step):
        finish(session, session.client.rollback(to=step), out)
        return
    steps = session.client.history(order_of(photo)).steps
    if not step.isdigit() or not 1 <= int(step) <= len(steps):
        raise UsageError(
            f"{step!r} is no step: the history has 1 to {len(steps)}.",
            f"没有步骤 {step!r}：历史共有 1 至 {len(steps)} 步。",
        )
    finish(session, session.client.rollback(to=steps[int(step) - 1]), out)


def history(context: typer.Context, photo: o.OrderArgument) -> None:
    """List the steps of a photo, and which one is current."""
    session = session_of(context)
    answer = session.client.history(order_of(photo))
    session.answer(answer, show.history(answer, session.lang, wide=session.out.width >= WIDE))


def erase(
    context: typer.Context,
    photo: o.OrderArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete everything of a person now: photos, results, history and links."""
    session = session_of(context)
    order = order_of(photo)
    question = session.say(f"Erase {order} for good?", f"永久删除 {order}？")
    if not yes and not session.as_json and not typer.confirm(question, err=True):
        raise typer.Exit(Exit.USAGE)
    answer = session.client.erase(order)
    gone = session.say(
        f"✓ {order} is gone: {answer.items_erased} entries, {answer.objects_erased} files.",
        f"✓ {order} 已删除：{answer.items_erased} 条记录，{answer.objects_erased} 个文件。",
    )
    session.answer(answer, gone)


def params_of(found: Effect, words: list[str]) -> dict[str, object]:
    """Return the parameters of an effect from ``--name value`` and ``--name=value``.

    Raises
    ------
    UsageError
    """
    params: dict[str, object] = {}
    rest = iter(words)
    for word in rest:
        name, given, value = word.partition("=")
        if not name.startswith("--"):
            raise UsageError(f"{word!r} is no option; write --name value.", f"{word!r} 不是选项；请写成 --参数 值。")
        if not given:
            value = next(rest, "")
        parameter = found.parameter(name[2:])
        params[parameter.name] = parameter.read(value)
    return params


def finish(session: Session, answer: Result, out: Path | None) -> None:
    """Write a result's picture where one is wanted, and tell what it is."""
    files = []
    if out is not None:
        image = answer.cutout if out.suffix.lower() == ".png" else answer.image
        files.append(session.client.save(image, out))
    link = [] if files else [answer.image.url]
    session.answer(answer, show.result(answer, session.lang, files), *link, files=[str(file) for file in files])


def _parent(session: Session, photo: str) -> str:
    if RESULT.fullmatch(photo):
        parent = session.client.rollback(to=photo).parent_mt_generate_id
    else:
        found, current = current_of(session, photo)
        parent = next(step.parent_mt_generate_id for step in found.steps if step.mt_generate_id == current)
    if parent is None:
        raise UsageError("There is nothing to undo.", "没有可撤销的步骤。")
    return parent
