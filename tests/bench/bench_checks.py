"""What the check finds: on portraits as they are, on faults drawn over the good ones, and after harmless changes.

    python -m tests.bench.bench_checks PORTRAITS [--level standard] [--only verdicts]

Three tables. The verdict on every picture, with the milliseconds of making's gate (basic) and of all items, and what
its MANIFEST.csv says of it. Every drawn fault over the portraits that pass, with how often its item found it, and how
often that item fails on the portraits as they are. And how many clear verdicts flip when the portraits are re-encoded,
reduced or mirrored.
"""

from __future__ import annotations

import argparse
import csv
import io
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
from idphoto.analysis import Analysis, analyse
from idphoto.checks.report import Item, Level, Report
from idphoto.checks.run import check
from idphoto.checks.table import ITEMS, gate
from idphoto.decode import Photo, decode
from idphoto.errors import ImageError
from idphoto.models import Models
from PIL import Image

from tests.degrade import FAULTS, Picture, opacity_in

REPEATS = 3
CLEAR = (45, 75)
"""Scores outside these are clear verdicts."""
Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Return a result and the median of its wall time, ms."""
    result = work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return result, median(times)


def pictures(folder: Path) -> Iterator[tuple[Path, Photo]]:
    """Return the pictures of a folder that can be read."""
    for path in sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".csv"):
        try:
            yield path, decode(path.read_bytes())
        except ImageError as error:
            print(f"{path.name:28.28} {error.code} {error.details}")


def notes(folder: Path) -> dict[str, str]:
    """Return what the folder's MANIFEST.csv says of each picture."""
    manifest = folder / "MANIFEST.csv"
    if not manifest.exists():
        return {}
    with manifest.open(encoding="utf-8", newline="") as file:
        return {row["file"]: row.get("use", "") for row in csv.DictReader(file)}


def print_verdicts(folder: Path, level: Level, models: Models) -> list[tuple[str, Photo, Analysis]]:
    """Print the verdict on every picture; return those that pass."""
    said = notes(folder)
    good = []
    print(
        f"{'':26} {'MP':>4} {'gate':>5} {'all':>5} {'score':>5}  verdict at {level.value}, and what the manifest says"
    )
    for path, photo in pictures(folder):
        analysis = analyse(photo, models)
        report, all_ms = timed(partial(check, photo, analysis, level))
        _, gate_ms = timed(partial(check, photo, analysis, Level.BASIC, gate(Level.BASIC)))
        verdict = "passed" if report.passed else ", ".join(str(item.fault) for item in report.blocking)
        remarks = "".join(f" ({item.fault})" for item in report.remarks)
        print(
            f"{path.stem:26.26} {photo.width * photo.height / 1e6:4.1f} {gate_ms:5.1f} {all_ms:5.1f} {report.score:5d}"
            f"  {verdict}{remarks}  | {said.get(path.name, '')}"
        )
        if check(photo, analysis, Level.BASIC).passed:
            good.append((path.stem, photo, analysis))
    return good


def result(report: Report, code: str) -> Item:
    """Return one item of a report."""
    return next(item for item in report.items if item.code == code)


def redrawn(photo: Photo, rgb: Picture) -> Photo:
    """Return a photo of other pixels."""
    return Photo(np.ascontiguousarray(rgb), photo.format, rgb.shape[1], rgb.shape[0], photo.bytes, photo.dpi)


def print_detection(good: list[tuple[str, Photo, Analysis]], models: Models, level: Level) -> None:
    """Print how often each drawn fault is found, and how often its item fails without one."""
    before = [check(photo, analysis, level) for _, photo, analysis in good]
    print(f"\ndrawn over {len(good)} portraits, at {level.value}; blocked at basic: whether any item refuses the photo")
    print(f"{'fault':24} {'item':20} {'severity':>8} {'found':>7} {'alarms':>7} {'blocked':>8}  missed on")
    for fault in FAULTS:
        found, missed, blocked, severity = 0, [], 0, ""
        for name, photo, analysis in good:
            face = analysis.person.face
            assert face is not None
            drawn = redrawn(photo, fault.draw(photo.rgb, face.landmarks, opacity_in(photo, analysis)))
            seen = analyse(drawn, models)
            report = check(drawn, seen, level)
            items = [result(report, code) for code in fault.items]
            severity = items[0].severity.value
            blocked += not check(drawn, seen, Level.BASIC, gate(Level.BASIC)).passed
            if any(item.fault for item in items):
                found += 1
            elif any(item.measured for item in items):
                missed.append(name)
        alarms = sum(any(result(report, code).fault for code in fault.items) for report in before)
        share = f"{found}/{found + len(missed)}"
        print(
            f"{fault.name:24} {fault.items[0]:20} {severity:>8} {share:>7} {alarms:4d}/{len(good):<2d} "
            f"{blocked:5d}/{len(good):<2d}  " + ", ".join(missed)
        )


def reencoded(rgb: Picture) -> Picture:
    """JPEG at quality 85."""
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=85)
    with Image.open(stream) as image:
        return np.asarray(image.convert("RGB"))


def reduced(rgb: Picture) -> Picture:
    """70 per cent of the size."""
    image = Image.fromarray(rgb)
    return np.asarray(
        image.resize((round(0.7 * image.width), round(0.7 * image.height)), Image.Resampling.LANCZOS, reducing_gap=2.0)
    )


def print_stability(folder: Path, models: Models, level: Level) -> None:
    """Print which clear verdicts flip."""
    changes = {"quality 85": reencoded, "70 per cent": reduced, "mirrored": lambda rgb: rgb[:, ::-1]}
    flips: dict[str, list[str]] = {name: [] for name in changes}
    verdicts: dict[str, list[str]] = {name: [] for name in changes}
    clear = 0
    for path, photo in pictures(folder):
        before = check(photo, analyse(photo, models), level)
        sure = {i.code: i.passed for i in before.items if i.measured and not CLEAR[0] < i.score < CLEAR[1]}
        clear += len(sure)
        for name, change in changes.items():
            changed = redrawn(photo, change(photo.rgb))
            after = check(changed, analyse(changed, models), level)
            flips[name] += [
                f"{path.stem}:{item.code}"
                for item in after.items
                if item.measured and item.passed != sure.get(item.code, item.passed)
            ]
            if after.passed != before.passed:
                verdicts[name].append(f"{path.stem} ({', '.join(str(i.fault) for i in after.blocking) or 'passes'})")
    print(f"\nclear item verdicts that flip, of {clear}; and photos whose verdict at {level.value} changes")
    for name in changes:
        print(f"{name:12} {len(flips[name]):3d}  {', '.join(flips[name])}  |  {', '.join(verdicts[name]) or 'none'}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--level", type=Level, choices=list(Level), default=Level.BASIC, help="of the verdicts")
    parser.add_argument("--only", choices=["verdicts", "detection", "stability"])
    options = parser.parse_args()
    models = Models(threads=2)
    models.warm()
    print(f"{len(ITEMS)} items, {len(gate(Level.BASIC))} of them in making's gate at basic; 2 threads")
    good = print_verdicts(options.folder, options.level, models)
    if options.only in {None, "detection"}:
        print_detection(good, models, Level.STANDARD)
    if options.only in {None, "stability"}:
        print_stability(options.folder, models, options.level)


if __name__ == "__main__":
    main()
