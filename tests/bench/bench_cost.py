"""What a thousand photos cost at AWS's list prices: measured milliseconds and counted calls of AWS, times named prices.

Run ``python -m tests.bench.bench_cost [PHOTO]``. The functions run in this process, with the real engine and models,
on a table and a bucket in memory. What these take is taken out of the time again, and what S3 and DynamoDB would take
is put in its place; functions with one CPU at AWS run on one here. Of several runs the fastest counts, since a function
at AWS shares its CPUs with nobody. Cold starts, logs, traces and free tiers are left out.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from idphoto_service.history import history
from idphoto_service.storage import bucket

from tests.bench.bench_photo import sample_jpeg
from tests.integration.conftest import ENVIRONMENT, Bundle, in_memory
from tests.unit.test_architecture import load

REGION, PRICED_ON = "us-east-1", "2025-07"
"""Where and when these were AWS's list prices; change them here when they change there."""

LAMBDA_GB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
LAMBDA_REQUEST = 0.20 / 1e6
API_REQUEST = 3.50 / 1e6
"""REST API, the first 333 million a month."""
EXPRESS_REQUEST = 1.00 / 1e6
EXPRESS_GB_SECOND = 0.06 / 3600
EXPRESS_MEMORY_GB = 64 / 1024
"""Billed in chunks of 64 MB; the chain's payloads are names, and fit into one."""
STANDARD_TRANSITION = 0.025 / 1e3
TABLE_WRITE, TABLE_READ = 0.625 / 1e6, 0.125 / 1e6
"""On demand, per unit: a write of 1 KB, a strongly consistent read of 4 KB."""
BUCKET_PUT, BUCKET_GET = 0.005 / 1e3, 0.0004 / 1e3
BUCKET_GB_MONTH = 0.023
TRANSFER_GB = 0.09
"""Out to the internet, after the free 100 GB a month."""

BUCKET_SECONDS, TABLE_SECONDS = 0.030, 0.006
"""How long a call of S3 and of DynamoDB takes inside a region: assumed, on the safe side; not measured here."""

KEPT_MONTHS = 32 / 30
"""The template's ObjectDays."""

ONE_CPU_MB = 1769
RUNS = 5
GB = 1e9
WRITES = ("Put", "Update", "Delete", "BatchWrite", "TransactWrite")
QUIET = {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}


@dataclass
class Use:
    """What a call of the API uses at AWS."""

    seconds: float = 0
    memory_gb: float = 0
    invocations: int = 1
    table_writes: int = 0
    table_reads: int = 0
    puts: int = 0
    gets: int = 0
    stored: int = 0
    aws_seconds: float = 0
    began: dict[str, float] = field(default_factory=dict)

    def price(self, architecture: str) -> float:
        """Dollars without the request to API Gateway."""
        return (
            self.seconds * self.memory_gb * LAMBDA_GB_SECOND[architecture]
            + self.invocations * LAMBDA_REQUEST
            + self.table_writes * TABLE_WRITE
            + self.table_reads * TABLE_READ
            + self.puts * BUCKET_PUT
            + self.gets * BUCKET_GET
            + self.stored / GB * BUCKET_GB_MONTH * KEPT_MONTHS
        )


class Meter:
    """Counts the calls of AWS and the time in them."""

    def __init__(self) -> None:
        self.use = Use()
        for client, service in ((bucket().client, "s3"), (history().table.meta.client, "dynamodb")):
            client.meta.events.register(f"before-call.{service}.*", self._before)
            client.meta.events.register(f"after-call.{service}.*", getattr(self, f"_after_{service}"))

    def _before(self, model: Any, params: dict[str, Any], **_: object) -> None:
        body = params.get("body") or b""
        size = len(body) if isinstance(body, bytes | str) else 0
        name = model.name
        if name == "PutObject":
            self.use.puts += 1
            self.use.stored += size
        elif name.startswith(WRITES) and model.service_model.service_name == "dynamodb":
            twice = 2 if name.startswith("Transact") else 1
            self.use.table_writes += twice * max(1, math.ceil(size / 1024))
        self.use.began[name] = time.perf_counter()

    def _spent(self, model: Any, seconds: float) -> None:
        self.use.aws_seconds += time.perf_counter() - self.use.began[model.name] - seconds

    def _after_s3(self, model: Any, **_: object) -> None:
        self._spent(model, BUCKET_SECONDS)
        self.use.gets += model.name != "PutObject"

    def _after_dynamodb(self, model: Any, http_response: Any, **_: object) -> None:
        self._spent(model, TABLE_SECONDS)
        if not model.name.startswith(WRITES):
            self.use.table_reads += max(1, math.ceil(len(http_response.content) / 4096))


@dataclass(frozen=True)
class Call:
    """A call of the API, as measured."""

    name: str
    function: str
    use: Use


def main() -> None:
    """Print a table of calls and one of whole jobs."""
    photo = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else sample_jpeg()
    os.environ.update(ENVIRONMENT | QUIET)
    with in_memory() as bundle:
        calls, picture_bytes = measure(bundle, photo)
    print(f"List prices of {REGION}, {PRICED_ON}, arm64; a photo of {len(photo):,} bytes; fastest of {RUNS} warm runs")
    print(f"{'call':<14}{'ms':>7}{'MB':>6}{'S3 put':>8}{'get':>5}{'DynamoDB w':>12}{'r':>4}{'$ per 1,000':>13}")
    for call in calls.values():
        use = call.use
        price = (use.price("arm64") + API_REQUEST) * 1000
        print(
            f"{call.name:<14}{use.seconds * 1000:>7.0f}{use.memory_gb * 1024:>6.0f}{use.puts:>8}{use.gets:>5}"
            f"{use.table_writes:>12}{use.table_reads:>4}{price:>13.3f}"
        )
    print(f"\n{'1,000 times':<90}{'arm64 $':>9}{'x86_64 $':>9}")
    for name, dollars in jobs(calls, picture_bytes):
        print(f"{name:<90}{dollars('arm64') * 1000:>9.2f}{dollars('x86_64') * 1000:>9.2f}")


def measure(bundle: Bundle, photo: bytes) -> tuple[dict[str, Call], int]:
    """Time every call once for each of a few photos; return them by name, and the bytes of a photo with its cut-out."""
    meter = Meter()
    found: dict[str, list[Use]] = {}

    def call(name: str, body: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        function = str(options.pop("function", name))
        meter.use = Use(memory_gb=memory_mb(function) / 1024)
        with one_cpu(limited=memory_mb(function) <= ONE_CPU_MB):
            start = time.perf_counter()
            answer = bundle.call(function, body, **options)
            meter.use.seconds = max(0.0, time.perf_counter() - start - meter.use.aws_seconds)
        if answer.status != 200:
            sys.exit(f"{name}: {answer.raw}")
        found.setdefault(name, []).append(meter.use)
        told: dict[str, Any] = answer.body
        return told

    made: dict[str, Any] = {}
    for run in range(RUNS + 1):
        order = f"bench-{run}"
        # Another photo each time, by a byte behind its end, so that nothing stands already.
        source = {"out_request_id": order, "upload_id": send(call("upload", function="uploads"), photo + bytes(run))}
        checked = call("check", source)
        made = call("make", {"out_request_id": order, "check_id": checked["check_id"]})
        call("make alone", {**source, "out_request_id": f"{order}-alone"}, function="make")
        for kind in effects(bundle):
            call(kind, {"mt_generate_id": made["mt_generate_id"]})
        red = call("background", {"mt_generate_id": made["mt_generate_id"], "color": "red"})
        call("undo", {"mt_generate_id": red["mt_generate_id"], "without": ["background"]}, function="rollback")
        call("export", {"mt_generate_id": made["mt_generate_id"]})
        call("history", function="photos", method="GET", path=f"/photos/{order}")
    calls = {name: Call(name, name, min(uses[1:], key=lambda use: use.seconds)) for name, uses in found.items()}
    return calls, made["image"]["bytes"] + made["cutout"]["bytes"]


def send(offer: dict[str, Any], photo: bytes) -> str:
    """Put a photo where its form would; the client's own upload is one more put."""
    bucket().client.put_object(Bucket=ENVIRONMENT["BUCKET_NAME"], Key=offer["fields"]["key"], Body=photo)
    upload_id: str = offer["upload_id"]
    return upload_id


def effects(bundle: Bundle) -> list[str]:
    """Return one effect that everybody uses, and one with a material, as far as they are there."""
    return [kind for kind in ("beautify", "makeup") if kind in bundle.modules]


def jobs(calls: dict[str, Call], picture_bytes: int) -> Iterator[tuple[str, Callable[[str], float]]]:
    """Yield jobs of a customer with their price in dollars by architecture."""
    download = picture_bytes / GB * TRANSFER_GB + 2 * BUCKET_GET
    retouched = [name for name in ("beautify", "makeup") if name in calls]

    def by_calls(names: list[str]) -> Callable[[str], float]:
        return lambda arch: sum(calls[name].use.price(arch) + API_REQUEST for name in names) + download

    def by_chain(names: list[str], chain: Callable[[float], float]) -> Callable[[str], float]:
        def price(arch: str) -> float:
            seconds = sum(calls[name].use.seconds for name in names)
            front = Use(seconds=seconds, memory_gb=memory_mb("chain") / 1024).price(arch)
            work = sum(calls[name].use.price(arch) for name in names)
            return calls["upload"].use.price(arch) + work + front + 2 * API_REQUEST + chain(seconds) + download

        return price

    session = ["upload", "check", "make", *retouched, "background", "undo", "export"]
    yield "upload, make, download", by_calls(["upload", "make alone"])
    yield f"{', '.join(session)}, download", by_calls(session)
    steps = ["check", "make", *retouched, "background"]
    yield (
        f"upload, POST /chain ({', '.join(steps)}), download",
        by_chain(steps, lambda seconds: EXPRESS_REQUEST + seconds * EXPRESS_MEMORY_GB * EXPRESS_GB_SECOND),
    )
    yield "the same by POST /executions", by_chain(steps, lambda _: transitions(steps) * STANDARD_TRANSITION)


def transitions(steps: list[str]) -> int:
    """Count the states that a chain enters for some steps: every choice, the ends, and the tasks that are asked for."""
    states: dict[str, dict[str, str]] = load("functions/chain/chain.asl.yaml")["States"]
    return sum(state["Type"] == "Choice" for state in states.values()) + len(steps) + 2


def memory_mb(function: str) -> int:
    """Return the memory of a function by the template and its defaults."""
    template: dict[str, Any] = load("template.yaml")
    own = template["Resources"][f"{function.capitalize()}Function"]["Properties"]
    given = own.get("MemorySize", template["Globals"]["Function"]["MemorySize"])
    return int(template["Parameters"][given]["Default"] if isinstance(given, str) else given)


@contextmanager
def one_cpu(*, limited: bool) -> Iterator[None]:
    """Run on one CPU where a function has no more."""
    if not limited or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    with suppress(OSError):
        os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


if __name__ == "__main__":
    main()
