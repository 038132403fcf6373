"""Time until the Studio shows what was asked for: from the drop to the first preview, and for each later change.

Run as ``python -m tests.bench.bench_studio [--rounds N]``, on the local stack and Chromium. The page measures it: from
the drop or the change until the new picture is decoded. ``server`` is what the functions say of their own work;
``page`` is all the rest: upload, network, API and emulator, and the page itself.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

from local.sample import astronaut
from local.stack import serve, stop
from tests.browser import CHROMIUM, WHY_NOT, Studio, chromium

COLOURS = ("#438EDB", "#FF0000", "#F5F5F5")


def measure(studio: Studio) -> list[dict[str, Any]]:
    """Work on one photo; return what the page has measured."""
    studio.choose(astronaut(), "astronaut.png").made()
    for colour in COLOURS:
        studio.tab("background")
        studio.change(studio.page.get_by_role("radio", name=colour).first)
    studio.tab("retouch")
    switches = studio.page.locator(".effect > .switch input")
    for place in range(switches.count()):
        studio.change(switches.nth(place))
    studio.change(studio.strip.get_by_role("switch").first, on=False)
    studio.page.locator(".strip .thumb").first.click()
    studio.rest()
    return studio.measures()


def main() -> None:
    """Print the median of each change over some photos; the first photo, which wakes the functions, by itself."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    if CHROMIUM is None:
        print(f"studio: left out, {WHY_NOT}")
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-studio-"))
    try:
        stack = serve(folder, RequestsPerSecond="1000")
        with chromium() as browser:
            found = []
            for _ in range(rounds + 1):
                studio = Studio(browser, stack.base_url, stack.api_key).open()
                found.append(measure(studio))
                studio.context.close()
    finally:
        stop(folder)
    for title, runs in (("the first photo (functions start)", found[:1]), (f"median of {rounds} photos", found[1:])):
        print(f"\n{title}, ms{'':<12}{'in all':>8}{'server':>8}{'page':>8}")
        measures = [one for run in runs for one in run]
        for name in dict.fromkeys(one["name"] for one in measures):
            of_name = [one for one in measures if one["name"] == name]
            whole, server = (statistics.median(one[key] for one in of_name) for key in ("duration", "server"))
            label = "drop to first preview" if name == "make" else name
            print(f"  {label:<40}{whole:8.0f}{server:8.0f}{whole - server:8.0f}")


if __name__ == "__main__":
    main()
