"""``idphoto export`` and ``idphoto layout``: the files that are handed in and printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from idphoto_client._answers import Export
from idphoto_client._made import Params
from idphoto_client.cli import options as o
from idphoto_client.cli import show
from idphoto_client.cli.exits import Exit
from idphoto_client.cli.make import write_json
from idphoto_client.cli.reference import result_of
from idphoto_client.cli.session import Session, session_of

Cut = Literal["none", "lines", "marks"]
ENDINGS = {"jpeg": ".jpg"}


def export(
    context: typer.Context,
    photo: o.MadeArgument,
    *,
    spec: Annotated[
        list[str] | None,
        typer.Option(
            "--spec", "-s", help="By default that of the photo; may be repeated.", autocompletion=o.find_specs
        ),
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="jpeg, png, ...; by default that of the spec.")
    ] = None,
    dpi: Annotated[int | None, typer.Option(help="Written into the file.")] = None,
    kb: o.KbOption = None,
    background: o.ColorOption = None,
    crop_only: Annotated[
        bool, typer.Option("--crop-only", help="Cut it out of the source; change nothing, not even the background.")
    ] = False,
    policy: o.PolicyOption = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="A folder, or the file.")] = Path("out"),
    log: Annotated[Path | None, typer.Option(help="Write the log of edits to this file.")] = None,
) -> None:
    """Write the clean file: exact pixels, DPI, format and KB of the specification, no watermark."""
    session = session_of(context)
    names: list[str | None] = [*spec] if spec else [None]
    wishes: list[dict[str, object]] = [
        {
            "spec_id": name,
            "format": format_,
            "dpi": dpi,
            "kb": o.kilobytes_of(kb) if kb else None,
            "background": o.background_of(background, None, None),
            "crop_only": crop_only or None,
        }
        for name in names
    ]
    outputs: list[Params] = [{name: value for name, value in wish.items() if value is not None} for wish in wishes]
    answer = session.client.export(result_of(session, photo), outputs=outputs, policy=policy)
    files = write_files(session, answer, out)
    if log:
        write_json(answer.log.model_dump(mode="json"), log)
    shown = show.export(answer, session.lang, files)
    session.answer(answer, shown, files=[None if file is None else str(file) for file in files])
    if None in files:
        raise typer.Exit(Exit.PHOTO_REFUSED)


def write_files(session: Session, answer: Export, out: Path) -> list[Path | None]:
    """Write the files of an export: into a folder, each named by its specification, or the one to its own name."""
    files: list[Path | None] = []
    for entry in answer.files:
        if entry.file is None:
            files.append(None)
            continue
        image = entry.file.image
        ending = ENDINGS.get(image.format, f".{image.format}")
        own_name = out.suffix and not out.is_dir() and len(answer.files) == 1
        name = f"{entry.file.frame.spec_id or 'photo'}{ending}"
        files.append(session.client.save(image, out if own_name else out / name))
    return files


def layout(
    context: typer.Context,
    photos: Annotated[
        list[str],
        typer.Argument(help="Photos that were made; several share the sheet.", metavar="PHOTO...", show_default=False),
    ],
    *,
    paper: Annotated[str | None, typer.Option(help="6inch, 5inch, A4, 4R, ...; 6inch by default.")] = None,
    rows: Annotated[int | None, typer.Option(min=1, max=50, help="As many as fit by default.")] = None,
    columns: Annotated[int | None, typer.Option(min=1, max=50, help="As many as fit by default.")] = None,
    gap: Annotated[float | None, typer.Option(help="Between photos, mm.")] = None,
    margin: Annotated[float | None, typer.Option(help="Along the edges of the paper, mm.")] = None,
    bleed: Annotated[float | None, typer.Option(help="Beyond the cut, mm.")] = None,
    cut: Annotated[Cut | None, typer.Option(help="What to cut along; lines by default.")] = None,
    captions: Annotated[bool, typer.Option("--captions", help="Print specification and size below each.")] = False,
    dpi: Annotated[int | None, typer.Option(help="Of the sheet; 300 by default.")] = None,
    watermark: Annotated[str | None, typer.Option("--watermark", help="One of yours; none by default.")] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="A folder for sheet.jpg and sheet.pdf; or one .jpg or .pdf file.")
    ] = Path("out"),
) -> None:
    """Lay photos on a print sheet with lines to cut along; the PDF prints in true size at 100 %."""
    session = session_of(context)
    made = [result_of(session, photo) for photo in photos]
    answer = session.client.layout(
        made[0] if len(made) == 1 else None,
        photos=[{"mt_generate_id": name} for name in made] if len(made) > 1 else None,
        paper=paper,
        dpi=dpi,
        rows=rows,
        columns=columns,
        gap_mm=gap,
        margin_mm=margin,
        bleed_mm=bleed,
        cut=cut,
        captions=captions or None,
        watermark_id=watermark,
    )
    one_file = out.suffix and not out.is_dir()
    targets = (
        {out: answer.pdf if out.suffix == ".pdf" else answer.jpeg}
        if one_file
        else {
            out / "sheet.jpg": answer.jpeg,
            out / "sheet.pdf": answer.pdf,
        }
    )
    files = [session.client.save(image, target) for target, image in targets.items()]
    session.answer(answer, show.layout(answer, session.lang, files), files=[str(file) for file in files])
