"""What each network costs: file, time to open, time to run, and the memory of all together.

Run ``python tests/bench/bench_models.py [THREADS]``; two threads unless told. Times to run are medians of warm runs on
random input; the resident set is that of this process, before and after each step.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import idphoto_models
import numpy as np
from idphoto.faces import find_faces
from idphoto.models import MODEL_NAMES, Models
from PIL import Image
from skimage.data import astronaut

RUNS = 15
MEGAPIXEL_SIDE = 1000


def main() -> None:
    """Print the table."""
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    models = Models(threads=threads)
    start = resident_megabytes()
    print(f"{'model':<18}{'file MB':>9}{'open ms':>9}{'run ms':>9}{'resident MB':>13}")
    for name in MODEL_NAMES:
        before = resident_megabytes()
        opened = milliseconds(partial(models._session, name))
        shape = models._session(name).get_inputs()[0].shape
        view = np.random.default_rng(0).uniform(0, 1, shape).astype(np.float32)
        run = median_milliseconds(partial(models.run, name, view))
        size = idphoto_models.path(name).stat().st_size / 1e6
        print(f"{name:<18}{size:>9.1f}{opened:>9.0f}{run:>9.1f}{resident_megabytes() - before:>+13.0f}")
    print(f"all models together: {resident_megabytes() - start:+.0f} MB on {threads} threads")

    photo = Image.fromarray(astronaut()).resize((MEGAPIXEL_SIDE, MEGAPIXEL_SIDE), Image.Resampling.LANCZOS)
    rgb = np.asarray(photo)
    print(f"find_faces on 1 MP, one face: {median_milliseconds(lambda: find_faces(rgb, models)):.1f} ms")
    nobody = np.full_like(rgb, 128)
    print(
        f"find_faces on 1 MP, nobody, tiles searched: {median_milliseconds(lambda: find_faces(nobody, models)):.1f} ms"
    )
    print(f"resident set at the end: {resident_megabytes():.0f} MB")


def milliseconds(work: Callable[[], object]) -> float:
    """Return the time of one call."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def median_milliseconds(work: Callable[[], object]) -> float:
    """Return the median time of warm calls."""
    work()
    return statistics.median(milliseconds(work) for _ in range(RUNS))


def resident_megabytes() -> float:
    """Return the memory that this process holds now (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    main()
