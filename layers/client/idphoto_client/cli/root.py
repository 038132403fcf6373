"""The command ``idphoto``: its options that hold for every command, and where every error ends."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from idphoto_client._errors import IdphotoError
from idphoto_client.cli.exits import EPILOG, Exit, UsageError, exit_of
from idphoto_client.cli.session import Language, Session, language_of

FLAGS = frozenset({"--json"})
VALUED = frozenset({"--lang", "--base-url"})


class Anywhere(TyperGroup):
    """Takes the options of every command also behind its name, and turns errors into messages and exit codes."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line with the options of every command moved to its front."""
        return super().parse_args(ctx, hoisted(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; tell what went wrong, in the reader's language."""
        try:
            return super().invoke(ctx)
        except IdphotoError as error:
            _session(ctx).refuse(error)
            raise typer.Exit(exit_of(error)) from error
        except (KeyboardInterrupt, typer.Abort) as stop:
            _session(ctx).note("Interrupted.", "已中断。")
            raise typer.Exit(Exit.INTERRUPTED) from stop
        except BrokenPipeError:  # the reader, such as head, has seen enough
            raise
        except OSError as error:
            told = UsageError(*[f"{error.filename or ''}: {error.strerror or error}".removeprefix(": ")] * 2)
            _session(ctx).refuse(told)
            raise typer.Exit(Exit.USAGE) from error
        finally:
            _session(ctx).close()


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with those of every command in front; what follows ``--`` stays where it is."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name, _, value = word.partition("=")
        if word == "--":
            return [*front, *rest, word, *words]
        if word in FLAGS or (name in VALUED and value):
            front.append(word)
        elif word in VALUED:
            front += [word, *(next_word for next_word in [next(words, None)] if next_word is not None)]
        else:
            rest.append(word)
    return [*front, *rest]


def _session(context: Any) -> Session:
    found = context.obj
    return found if isinstance(found, Session) else Session(lang=language_of(os.environ))


app = typer.Typer(
    name="idphoto",
    cls=Anywhere,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)


@app.callback()
def start(
    context: typer.Context,
    *,
    base_url: Annotated[
        str | None,
        typer.Option(
            envvar="IDPHOTO_BASE_URL", help="The API with its stage; by default the local stack.", metavar="URL"
        ),
    ] = None,
    lang: Annotated[Language | None, typer.Option(help="Of messages; by default that of the locale.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answers and errors as JSON on the standard output.")] = False,
) -> None:
    """ID photos from portraits: make, retouch, undo, print."""
    context.obj = Session(lang=lang or language_of(os.environ), as_json=json, base_url=base_url)
