"""All commands, in the order in which the help lists them."""

from collections.abc import Callable

from idphoto_client.cli.batch import batch
from idphoto_client.cli.catalogue import effects, materials, specs, watermarks
from idphoto_client.cli.edit import background, effect, erase, history, redo, return_to, undo
from idphoto_client.cli.files import export, layout
from idphoto_client.cli.make import check, make
from idphoto_client.cli.root import app

IN, ON, FILES, CHOICES = "A photo in", "On from there", "Files", "What there is"
ANY_OPTION = {"allow_extra_args": True, "ignore_unknown_options": True}
EXAMPLE = "Example: idphoto effect skin me.jpg --strength 60 -o even.jpg"

COMMANDS: dict[str, tuple[Callable[..., None], ...]] = {
    IN: (make, check, batch),
    ON: (background, undo, redo, return_to, history, erase),
    FILES: (export, layout),
    CHOICES: (effects,),
}
for panel, functions in COMMANDS.items():
    if panel == ON:
        app.command(rich_help_panel=ON, context_settings=ANY_OPTION, epilog=EXAMPLE)(effect)
    for function in functions:
        app.command(function.__name__.removesuffix("_to"), rich_help_panel=panel)(function)
for name, group in {"specs": specs, "materials": materials, "watermarks": watermarks}.items():
    app.add_typer(group, name=name, rich_help_panel=CHOICES)


def main() -> None:
    """Run the command line."""
    app(prog_name="idphoto")
