"""``idphoto make`` and ``idphoto check``: from a portrait to an ID photo."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.status import Status

from idphoto_client._answers import Chain, Execution
from idphoto_client._errors import PhotoRefusedError
from idphoto_client._made import Params
from idphoto_client._source import Photo
from idphoto_client.cli import options as o
from idphoto_client.cli import show
from idphoto_client.cli.exits import Exit, UsageError
from idphoto_client.cli.reference import order_of_content
from idphoto_client.cli.session import Session, session_of

PICTURES = frozenset({".jpg", ".jpeg", ".png"})


def check(
    context: typer.Context,
    photo: o.PhotoArgument,
    *,
    level: o.LevelOption = None,
    spec: o.SpecOption = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(help="A limit of your own for an item by its code; may be repeated.", metavar="ITEM=VALUE"),
    ] = None,
    finished: Annotated[
        bool, typer.Option(help="It is a finished photo of --spec: measure whether it meets it.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="List every item, not only what there is to mind.")] = False,
    annotated: Annotated[Path | None, typer.Option(help="Write the photo with its faults marked to this file.")] = None,
) -> None:
    """Check a photo. Ends with 1 when it is refused."""
    session = session_of(context)
    answer = session.client.check(
        source_of(photo),
        level=level,
        spec_id=spec,
        thresholds=o.limits_of(limit),
        target="photo" if finished else None,
    )
    if annotated and answer.annotated:
        session.client.save(answer.annotated, annotated)
    session.answer(answer, show.check(answer, session.lang, every=every))
    if not answer.passed:
        raise typer.Exit(Exit.PHOTO_REFUSED)


def make(
    context: typer.Context,
    photo: o.PhotoArgument,
    *,
    spec: o.SpecOption = None,
    size: o.SizeOption = None,
    background: o.ColorOption = None,
    gradient: o.GradientOption = None,
    end_color: o.EndColorOption = None,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="A folder for photo.jpg, photo.png and the check; or one .jpg or .png file."),
    ] = Path("out"),
    order: Annotated[
        str | None, typer.Option("--id", help="Your out_request_id; by default made from the file's content.")
    ] = None,
    level: o.LevelOption = None,
    policy: o.PolicyOption = None,
    watermark: o.WatermarkOption = None,
    lighting: Annotated[str | None, o.effect_option("Even side light, lift a dark face.")] = None,
    skin: Annotated[str | None, o.effect_option("Even blotches and shine.")] = None,
    glasses: Annotated[str | None, o.effect_option("Take glare off the lenses.")] = None,
    gaze: Annotated[str | None, o.effect_option("Look at the camera.")] = None,
    expression: Annotated[str | None, o.effect_option("Smile slightly, close the mouth, open the eyes.")] = None,
    symmetry: Annotated[str | None, o.effect_option("A more symmetric face.")] = None,
    beautify: Annotated[str | None, o.effect_option("Retouch by a level from 0 to 5, or by single values.")] = None,
    makeup: Annotated[str | None, o.effect_option("A look; see `idphoto materials list makeup`.")] = None,
    hairstyle: Annotated[str | None, o.effect_option("Another hairstyle.")] = None,
    outfit: Annotated[
        str | None, o.effect_option("Other clothes, as ID or ID:COLOUR; see `idphoto materials list outfit`.")
    ] = None,
    effect: o.EffectOption = None,
) -> None:
    """Make an ID photo, with any effects, in one go.

    The VALUE of an effect is `on` for its defaults, the value of its main parameter (`--skin 60`, `--makeup office`),
    or name=value,name=value (`--skin strength=60,shine=20`). `idphoto effects` lists what the deployment has.
    """
    session = session_of(context)
    named = {
        "lighting": lighting,
        "skin": skin,
        "glasses": glasses,
        "gaze": gaze,
        "expression": expression,
        "symmetry": symmetry,
        "beautify": beautify,
        "makeup": makeup,
        "hairstyle": hairstyle,
        "outfit": outfit,
    }
    effects = o.steps_of(session, named, effect)
    made = {
        "spec_id": spec,
        "size": o.size_of(size) if size else None,
        "background": o.background_of(background, gradient, end_color),
        "watermark_id": watermark,
    }
    steps: dict[str, Params] = {
        "check": {"level": level} if level else {},
        "make": {name: value for name, value in made.items() if value is not None},
        **effects,
    }
    source, content = read_photo(photo)
    targets = targets_of(out.expanduser(), photo)
    session.note(f"Sending {escape(photo)}", f"正在发送 {escape(photo)}")
    try:
        started = session.client.start(order or order_of_content(content), source, steps, policy=policy)
        answer = follow(session, started)
    except PhotoRefusedError as error:
        write_refusal(session, error, targets)
        raise
    files = write_photo(session, answer, targets)
    session.answer(answer, show.chain(answer, session.lang, files), files=[str(file) for file in files])


def source_of(photo: str) -> Photo:
    """Return a photo as the client takes it: a link as text, a file as a path."""
    return photo if "://" in photo else Path(photo).expanduser()


def read_photo(photo: str) -> tuple[Photo, bytes]:
    """Return a photo as the client takes it, and what its ``out_request_id`` is made from."""
    if "://" in photo:
        return photo, photo.encode()
    content = Path(photo).expanduser().read_bytes()
    return content, content


def targets_of(out: Path, photo: str) -> dict[str, Path]:
    """Return where each file goes: all four into a folder, or the one that is named.

    Raises
    ------
    UsageError
        When the photo itself would be overwritten.
    """
    if out.suffix.lower() in PICTURES and not out.is_dir():
        targets = {"cutout" if out.suffix.lower() == ".png" else "image": out}
    else:
        names = {"image": "photo.jpg", "cutout": "photo.png", "check": "check.json", "annotated": "annotated.png"}
        targets = {part: out / name for part, name in names.items()}
    source = Path(photo).expanduser()
    if any(target.exists() and source.exists() and target.samefile(source) for target in targets.values()):
        raise UsageError(
            f"{photo} would be overwritten; give another folder or file with -o.",
            f"{photo} 会被覆盖；请用 -o 指定其他目录或文件。",
        )
    return targets


def follow(session: Session, started: Execution) -> Chain:
    """Wait for a chain, telling each of its states as it ends."""
    with session.err.status(session.say("Starting", "启动中")) as status:
        return session.client.wait(started, on_progress=teller(session, status))


def teller(session: Session, status: Status) -> Callable[[Execution], None]:
    """Return what tells the states of an execution, each once."""
    told = 0

    def tell(execution: Execution) -> None:
        nonlocal told
        ended = [state for state in execution.states if state.status != "running"]
        for state in ended[told:]:
            sign = "[green]✓[/]" if state.status == "succeeded" else "[red]✗[/]"
            line = f"  {sign} {state.state} [dim]{state.ms or 0:.0f} ms[/]"
            session.note(line, line)
        told = len(ended)
        running = [state.state for state in execution.states if state.status == "running"]
        if running:
            status.update(running[-1])

    return tell


def write_photo(session: Session, answer: Chain, targets: dict[str, Path]) -> list[Path]:
    """Write the files of a photo and return them."""
    links = {}
    if answer.result:
        links = {"image": answer.result.image, "cutout": answer.result.cutout}
    if answer.check and answer.check.annotated:
        links["annotated"] = answer.check.annotated
    files = [session.client.save(links[part], target) for part, target in targets.items() if part in links]
    if answer.check and "check" in targets:
        files.append(write_json(answer.check.model_dump(mode="json"), targets["check"]))
    return files


def write_refusal(session: Session, error: PhotoRefusedError, targets: dict[str, Path]) -> None:
    """Write the check that refused a photo, and the photo with its faults marked; take away what stood there."""
    for target in targets.values():
        target.unlink(missing_ok=True)
    if error.report is None or "check" not in targets:
        return
    write_json(error.details, targets["check"])
    if marked := error.details.get("annotated"):
        session.client.save(marked["url"], targets["annotated"])


def write_json(body: object, target: Path) -> Path:
    """Write a body as JSON; folders are made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return target
