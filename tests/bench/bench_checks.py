"""Decode and check every picture of a folder: milliseconds, and each item's value with its margin to the limit.

    python tests/bench/bench_checks.py PORTRAITS [--level basic]

A value that fails a blocking item carries ``!``, one that fails a remark ``?``; ``-`` was not measured.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from idphoto.analysis import analyse
from idphoto.checks.report import Item, Level, Severity
from idphoto.checks.run import check
from idphoto.decode import decode
from idphoto.errors import ImageError
from idphoto.models import Models

REPEATS = 5
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


def cell(item: Item) -> str:
    """Write one value of the table."""
    if item.value is None:
        return "-"
    sign = "" if item.passed else "!" if item.severity is Severity.BLOCK else "?"
    return f"{item.value:.4g}{sign}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--level", type=Level, choices=list(Level), default=Level.BASIC)
    options = parser.parse_args()
    models = Models(threads=2)
    models.warm()
    header_printed = False
    for path in sorted(path for path in options.folder.iterdir() if path.is_file()):
        data = path.read_bytes()
        try:
            photo, decode_ms = timed(partial(decode, data))
        except ImageError as error:
            print(f"{path.name:28.28} {error.code} {error.details}")
            continue
        analysis = analyse(photo, models)
        report, check_ms = timed(partial(check, photo, analysis, options.level))
        if not header_printed:
            print(f"{'':28} {'':4} {'decode':>7} {'check':>6} " + " ".join(f"{i.code[:9]:>9}" for i in report.items))
            print(
                f"{'limit':28} {'MP':>4} {'ms':>7} {'ms':>6} " + " ".join(f"{i.threshold:>9.4g}" for i in report.items)
            )
            header_printed = True
        megapixels = photo.width * photo.height / 1e6
        verdict = "passed" if report.passed else ", ".join(str(item.fault) for item in report.blocking)
        print(
            f"{path.name:28.28} {megapixels:4.1f} {decode_ms:7.1f} {check_ms:6.1f} "
            + " ".join(f"{cell(item):>9}" for item in report.items)
            + f"  {report.score:3d} {verdict}"
        )


if __name__ == "__main__":
    main()
