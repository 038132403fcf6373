"""Where the time of a call goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Milliseconds by the name of a stage, and in all."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._spent: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a block under a name."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._spent[name] = self._spent.get(name, 0.0) + (time.perf_counter() - started) * 1000

    def read(self) -> dict[str, float]:
        """Return the milliseconds of each stage, and ``total``, to a tenth."""
        total = (time.perf_counter() - self._started) * 1000
        return {name: round(spent, 1) for name, spent in self._spent.items()} | {"total": round(total, 1)}
