"""Time and memory of the main job: one photo in, one official JPEG out, in this process, stage by stage.

Run ``python tests/bench/bench_photo.py [PHOTO]``. Without a photo, scikit-image's astronaut is enlarged to a megapixel.
Every figure is the median of warm runs on two threads; the peak is the resident set of the whole process.
"""

from __future__ import annotations

import io
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from idphoto.analysis import analyse
from idphoto.background import Background
from idphoto.checks.run import check
from idphoto.decode import decode
from idphoto.encode import encode_photo
from idphoto.models import Models
from idphoto.render import render
from idphoto.specs import get_spec
from PIL import Image

RUNS = 9
ONE_MEGAPIXEL = 1_000_000


def sample_jpeg() -> bytes:
    """Return the astronaut as a JPEG of one megapixel."""
    from skimage.data import astronaut

    image = Image.fromarray(astronaut())
    side = round(ONE_MEGAPIXEL**0.5)
    buffer = io.BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def main() -> None:
    """Print a table of milliseconds a stage and the peak memory."""
    data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else sample_jpeg()
    spec = get_spec("cn_1inch")
    background = Background(color="blue")
    started = time.perf_counter()
    models = Models(threads=2)
    models.warm()
    print(f"models loaded in {(time.perf_counter() - started) * 1000:.0f} ms")

    spent: dict[str, list[float]] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        spent.setdefault(name, []).append((time.perf_counter() - start) * 1000)

    for _ in range(RUNS + 1):
        with stage("decode"):
            photo = decode(data)
        with stage("analyse"):
            analysis = analyse(photo, models)
        with stage("check"):
            check(photo, analysis)
        if analysis.portrait is None:
            sys.exit("There is no single person in this photo.")
        with stage("render"):
            rendered = render(analysis.portrait, spec, background)
        with stage("encode"):
            encode_photo(rendered.rgb, spec)

    print(f"{photo.width} x {photo.height} px to {spec.width_px} x {spec.height_px} px, median of {RUNS} warm runs")
    total = 0.0
    for name, times in spent.items():
        middle = statistics.median(times[1:])
        total += middle
        print(f"  {name:<10}{middle:8.1f} ms")
    print(f"  {'total':<10}{total:8.1f} ms")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
