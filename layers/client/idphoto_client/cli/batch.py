"""``idphoto batch``: a folder of portraits in, a folder of ID photos out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, Self

import anyio
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from idphoto_client._answers import Image, Result
from idphoto_client._client import AsyncClient
from idphoto_client._errors import ApiError, IdphotoError, PhotoRefusedError, api_error
from idphoto_client._made import Params
from idphoto_client._retry import Retry
from idphoto_client.cli import options as o
from idphoto_client.cli import show
from idphoto_client.cli.exits import Exit, UsageError
from idphoto_client.cli.reference import order_of_content
from idphoto_client.cli.session import Session, code_of, session_of

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff"})
REPORT = "report.jsonl"
PATIENCE = Retry(times=6)
"""Nobody waits in front of a batch; a busy deployment gets time."""

Outcome = Literal["made", "refused", "failed"]


@dataclass(frozen=True)
class Line:
    """One line of the report: what became of a file.

    Attributes
    ----------
    recipe
        Digest of what was asked for; another wish makes the file anew.
    photo
        The file that was written, from the report's folder.
    """

    file: str
    out_request_id: str
    recipe: str
    outcome: Outcome
    mt_generate_id: str | None = None
    photo: str | None = None
    code: str | None = None
    message: str | None = None
    message_zh: str | None = None

    @classmethod
    def without_photo(cls, file: str, order: str, recipe: str, error: IdphotoError | OSError) -> Self:
        """Return the line of a file that gave no photo."""
        if isinstance(error, OSError):
            return cls(file, order, recipe, "failed", code="FILE", message=str(error), message_zh=str(error))
        code = error.code if isinstance(error, ApiError) else code_of(error)
        told = cls(file, order, recipe, "failed", code=code, message=error.message, message_zh=error.message_zh)
        if not isinstance(error, PhotoRefusedError):
            return told
        items = error.report.items if error.report else []
        faults = [item for item in items if item.fault and item.severity == "block"]
        if not faults:
            return replace(told, outcome="refused")
        return replace(
            told,
            outcome="refused",
            code=", ".join(item.fault or "" for item in faults),
            message=" ".join(item.reason or "" for item in faults),
            message_zh="".join(item.reason_zh or "" for item in faults),
        )


@dataclass(frozen=True)
class Job:
    """What is asked for of every file, and where it goes.

    Attributes
    ----------
    output
        The clean file to export; None for the preview with its watermark.
    """

    folder: Path
    out: Path
    steps: Mapping[str, Params]
    output: Params | None = None

    @property
    def recipe(self) -> str:
        """Name of what is asked for."""
        return hashlib.sha256(json.dumps([self.steps, self.output], sort_keys=True).encode()).hexdigest()[:12]

    @property
    def report(self) -> Path:
        """The report's file."""
        return self.out / REPORT

    def files(self) -> dict[str, Path]:
        """Return the photos of the folder by their names in it, each with its target; two never share one."""
        names = sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.suffix.lower() in SUFFIXES and path.is_file() and self.out.resolve() not in path.resolve().parents
        )
        shared = Counter(Path(name).with_suffix("") for name in names)
        return {
            name: self.out
            / (f"{name}.jpg" if shared[Path(name).with_suffix("")] > 1 else Path(name).with_suffix(".jpg"))
            for name in names
        }

    def known(self) -> dict[tuple[str, str], Line]:
        """Return the lines of an earlier run of the same wish, by file and ``out_request_id``."""
        try:
            whole, _, _ = self.report.read_text(encoding="utf-8").rpartition(
                "\n"
            )  # a run that was killed breaks a line
            lines = [Line(**json.loads(text)) for text in whole.splitlines() if text]
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError) as error:
            raise UsageError(
                f"{self.report} is no report of `idphoto batch`; give another folder with -o.",
                f"{self.report} 不是 idphoto batch 的报告；请用 -o 指定其他目录。",
            ) from error
        return {(line.file, line.out_request_id): line for line in lines if line.recipe == self.recipe}


def batch(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="With portraits, also in folders below it.", show_default=False)],
    *,
    spec: o.SpecOption = None,
    size: o.SizeOption = None,
    background: o.ColorOption = None,
    gradient: o.GradientOption = None,
    end_color: o.EndColorOption = None,
    level: o.LevelOption = None,
    watermark: o.WatermarkOption = None,
    effect: o.EffectOption = None,
    clean: Annotated[bool, typer.Option("--clean", help="Export each photo, without a watermark.")] = False,
    kb: o.KbOption = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="A folder for the photos and report.jsonl.")] = Path("out"),
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="How many photos at once.")] = 4,
    again: Annotated[bool, typer.Option("--again", help="Also try refused photos once more.")] = False,
) -> None:
    """Make an ID photo of every portrait in a folder.

    It may be stopped and started again: what is done stays, what failed is tried anew. report.jsonl has one line a
    file. Ends with 1 when a photo was refused, with 3 when one could not be made for another reason.
    """
    session = session_of(context)
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", f"{folder} 不是目录。")
    made = {
        "spec_id": spec,
        "size": o.size_of(size) if size else None,
        "background": o.background_of(background, gradient, end_color),
        "watermark_id": watermark,
    }
    steps: dict[str, Params] = {
        "check": {"level": level} if level else {},
        "make": {name: value for name, value in made.items() if value is not None},
        **o.steps_of(session, {}, effect),
    }
    size_of_file: Params = {"kb": o.kilobytes_of(kb)} if kb else {}
    job = Job(folder, out, steps, {"format": "jpeg", **size_of_file} if clean or kb else None)
    if not job.files():
        raise UsageError(f"There is no photo in {folder}.", f"{folder} 中没有照片。")
    lines = anyio.run(partial(run, session, job, jobs=jobs, again=again))
    tell(session, job, lines)
    outcomes = {line.outcome for line in lines}
    if outcomes - {"made"}:
        raise typer.Exit(Exit.UNAVAILABLE if "failed" in outcomes else Exit.PHOTO_REFUSED)


async def run(session: Session, job: Job, *, jobs: int, again: bool) -> list[Line]:
    """Make what is missing, a few photos at once; write each line as it is known, and all in order at the end."""
    files, known = job.files(), job.known()
    lines: dict[str, Line] = {}
    job.out.mkdir(parents=True, exist_ok=True)
    limit = anyio.CapacityLimiter(jobs)
    async with AsyncClient(session.base_url, retry=PATIENCE) as client:
        with _progress(session) as progress, job.report.open("a", encoding="utf-8") as report:
            bar = progress.add_task("", total=len(files), told="")

            async def work(name: str, target: Path) -> None:
                async with limit:
                    line, fresh = await one(client, job, name, target, known, again=again)
                lines[name] = line
                if fresh:
                    report.write(_text(line))
                    report.flush()
                _advance(progress, bar, lines.values(), session)

            async with anyio.create_task_group() as group:
                for name, target in files.items():
                    group.start_soon(work, name, target)
    ordered = [lines[name] for name in files]
    job.report.write_text("".join(map(_text, ordered)), encoding="utf-8")
    return ordered


async def one(
    client: AsyncClient, job: Job, name: str, target: Path, known: Mapping[tuple[str, str], Line], *, again: bool
) -> tuple[Line, bool]:
    """Return the line of a file, and whether it is new; make the photo unless that is done already."""
    order = ""
    try:
        content = await anyio.Path(job.folder / name).read_bytes()
        order = order_of_content(content)
        line = known.get((name, order))
        if line and _stands(line, target, again=again):
            return line, False
        made = (await client.chain(order, content, job.steps)).result
        if made is None:
            raise RuntimeError("a chain with make answered no result")
        image = made.image if job.output is None else await exported(client, made, job.output)
        await client.save(image, target)
    except (IdphotoError, OSError) as error:
        return Line.without_photo(name, order, job.recipe, error), True
    photo = str(target.relative_to(job.out))
    return Line(name, order, job.recipe, "made", made.mt_generate_id, photo), True


async def exported(client: AsyncClient, made: Result, output: Params) -> Image:
    """Return the clean file of a result.

    Raises
    ------
    ApiError
        For which it cannot be made.
    """
    [entry] = (await client.export(made, outputs=[output])).files
    if entry.file is None:
        raise api_error(entry.error or {})
    return entry.file.image


def tell(session: Session, job: Job, lines: Sequence[Line]) -> None:
    """Tell how it went, and name what went wrong in both languages."""
    counts = Counter(line.outcome for line in lines)
    table = show.listing("", "", "", fixed=(0, 1))
    table.show_header = False
    for line in lines:
        if line.outcome != "made":
            sign = show.MARKS[False] if line.outcome == "refused" else show.WARNING
            told = Text.assemble((f"{line.code}\n", "bold"), f"{line.message}\n{line.message_zh}")
            table.add_row(Text(*sign), Text(line.file), told)
    summary = session.say(
        f"{counts['made']} made, {counts['refused']} refused, {counts['failed']} failed; {job.report}",
        f"制作 {counts['made']} 张，拒绝 {counts['refused']} 张，失败 {counts['failed']} 张；{job.report}",
    )
    shown = [table, summary] if table.row_count else [summary]
    session.answer({"report": str(job.report), "files": [asdict(line) for line in lines]}, *shown)


def _stands(line: Line, target: Path, *, again: bool) -> bool:
    if line.outcome == "made":
        return target.exists()
    return line.outcome == "refused" and not again


def _text(line: Line) -> str:
    return (
        json.dumps({name: value for name, value in asdict(line).items() if value is not None}, ensure_ascii=False)
        + "\n"
    )


def _progress(session: Session) -> Progress:
    return Progress(
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(compact=True),
        console=session.err,
        disable=session.as_json,
    )


def _advance(progress: Progress, bar: TaskID, lines: Iterable[Line], session: Session) -> None:
    counts = Counter(line.outcome for line in lines)
    told = session.say(
        f"[green]{counts['made']} made[/] [red]{counts['refused'] + counts['failed']} not[/]",
        f"[green]完成 {counts['made']}[/] [red]未成 {counts['refused'] + counts['failed']}[/]",
    )
    progress.update(bar, advance=1, told=told)
