"""Time from a finished portrait to the bytes of the photo, stage by stage.

Run ``python tests/bench/bench_render.py``. The portrait is a drawn one of a megapixel; figures are medians of warm runs
of this process on one thread. The budget for all of ``cn_1inch`` is 25 ms.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from idphoto import mesh
from idphoto.background import Background
from idphoto.encode import encode_jpeg, encode_png
from idphoto.frame import apply_frame, frame
from idphoto.portrait import Portrait
from idphoto.render import cutout, render
from idphoto.specs import get_spec
from idphoto.watermark import Watermark, text_tile

RUNS = 25
WIDTH, HEIGHT = 900, 1112


def drawn_portrait() -> Portrait:
    """Return a megapixel of noise in the shape of a head and shoulders."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    head, middle, crown = 430.0, 450.0, 150.0
    egg = 1 - np.hypot((x - middle) / (0.37 * head), (y - crown - head / 2) / (head / 2))
    torso = y - (crown + 1.2 * head) - np.maximum(np.abs(x - middle) - 90, 0) * 0.35
    alpha = np.clip(np.maximum(egg * 160, torso) + 0.5, 0, 1)
    landmarks = np.full((478, 3), (middle, crown + head / 2, 0), np.float32)
    landmarks[mesh.CHIN, 1] = crown + head
    rgb = np.random.default_rng(1).integers(60, 200, (HEIGHT, WIDTH, 3), np.uint8)
    return Portrait(rgb, np.rint(alpha * 255).astype(np.uint8), landmarks, crown, crown + head)


def milliseconds(work: Callable[[], object]) -> float:
    """Median time of a call."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print a table, one row a specification and one column a stage."""
    portrait = drawn_portrait()
    solid, gradient = Background(color="blue"), Background.model_validate({"color": "blue", "gradient": 2})
    mark = Watermark(text_tile("SAMPLE"))
    names = ("frame", "cut", "render", "gradient", "watermark", "jpeg", "cutout", "png", "all")
    print(f"{'spec':<16}{'px':>12}" + "".join(f"{name:>11}" for name in names) + "   ms; all = render + jpeg")
    for spec_id in ("cn_1inch", "cn_2inch", "cn_passport", "us_passport", "ca_passport"):
        spec = get_spec(spec_id)
        chosen = frame(portrait, spec)
        rendered = render(portrait, spec, solid)
        person = cutout(rendered)
        stages: tuple[Callable[[], object], ...] = (
            partial(frame, portrait, spec),
            partial(apply_frame, portrait, chosen),
            partial(render, portrait, spec, solid),
            partial(render, portrait, spec, gradient),
            partial(render, portrait, spec, solid, mark),
            partial(encode_jpeg, rendered.rgb, spec.dpi),
            partial(cutout, rendered),
            partial(encode_png, person, spec.dpi),
        )
        times = [milliseconds(stage) for stage in stages]
        times.append(times[2] + times[5])
        size = f"{spec.width_px}x{spec.height_px}"
        print(f"{spec_id:<16}{size:>12}" + "".join(f"{value:11.1f}" for value in times))


if __name__ == "__main__":
    main()
