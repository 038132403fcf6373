"""What undo costs: the same call when its result stands already, and when it has to be rendered or replayed.

Run ``python tests/bench/bench_undo.py``. Calls go through the API of a local AWS of their own, one at a time; figures
are medians of warm calls, with what the function itself took apart from the way there.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from idphoto_client import Client

from local.sample import astronaut
from local.stack import serve, stop

RUNS = 21


def medians(call: Callable[[int], dict[str, Any]]) -> tuple[float, float]:
    """Median milliseconds of a call for the client, and in the function."""
    call(-1)
    outside, inside = [], []
    for run in range(RUNS):
        start = time.perf_counter()
        answer = call(run)
        outside.append((time.perf_counter() - start) * 1000)
        inside.append(answer["timings_ms"]["total"])
    return statistics.median(outside), statistics.median(inside)


def main() -> None:
    """Print a table: a call, its time, and the ratio to the undo of a step whose result stands."""
    folder = Path(tempfile.mkdtemp(prefix="idphoto-bench-"))
    try:
        stack = serve(folder, RequestsPerSecond="1000")
        with Client(stack.base_url, stack.api_key) as client:
            rows = measure(client)
    finally:
        stop(folder)
    (_, (undo_outside, undo_inside)), *_ = rows
    print(f"{'call':<58}{'client ms':>10}{'ratio':>7}{'function ms':>13}{'ratio':>7}")
    for name, (outside, inside) in rows:
        print(f"{name:<58}{outside:>10.0f}{outside / undo_outside:>7.1f}{inside:>13.1f}{inside / undo_inside:>7.1f}")


def measure(client: Client) -> list[tuple[str, tuple[float, float]]]:
    """Time undo and rendering on one photo."""
    made = client.post("/make", {"out_request_id": "bench", "upload_id": client.upload(astronaut())})
    skin = client.post("/skin", {"mt_generate_id": made["mt_generate_id"]})
    red = client.post("/background", {"mt_generate_id": skin["mt_generate_id"], "color": "red"})
    both = client.post("/makeup", {"mt_generate_id": red["mt_generate_id"]})
    undo = {"mt_generate_id": both["mt_generate_id"], "without": ["makeup"]}

    def replay(run: int) -> dict[str, Any]:
        # Another strength below a makeup: the step and what follows it are done again.
        return client.post("/skin", {"mt_generate_id": both["mt_generate_id"], "strength": 20 + (run + 1) / 4})

    return [
        ("undo, the result stands", medians(lambda _: client.post("/rollback", undo))),
        ("return to a result", medians(lambda _: client.post("/rollback", {"to": made["mt_generate_id"]}))),
        (
            "another background, rendered",
            medians(lambda run: client.post("/background", {**_id(red), "color": f"#30{run + 1:02X}80"})),
        ),
        (
            "an effect, done and rendered",
            medians(lambda run: client.post("/skin", {**_id(made), "strength": 10 + (run + 1) / 4})),
        ),
        ("an effect below another one, replayed by the chain", medians(replay)),
    ]


def _id(result: dict[str, Any]) -> dict[str, Any]:
    return {"mt_generate_id": result["mt_generate_id"]}


if __name__ == "__main__":
    main()
