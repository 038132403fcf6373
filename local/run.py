"""A portrait in, an ID photo out, through the API on this machine: ``make run``."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from local.build import BuildError
from local.client import ApiError, Client
from local.deploy import DeployError
from local.emulator import EmulatorError
from local.sample import astronaut
from local.stack import serve

POLL_SECONDS = 0.2

FILES = ("photo.jpg", "photo.png", "check.json", "annotated.png")


def main() -> None:
    """Make the photo that the environment asks for: PHOTO, SPEC, BACKGROUND, OUT."""
    name = os.environ.get("PHOTO")
    try:
        photo = Path(name).expanduser().read_bytes() if name else astronaut()
    except OSError as error:
        sys.exit(f"PHOTO cannot be read: {error}")
    out = Path(os.environ.get("OUT") or "out").expanduser()
    out.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        (out / file).unlink(missing_ok=True)
    try:
        stack = serve()
    except (BuildError, EmulatorError, DeployError) as error:
        sys.exit(str(error))
    with Client(stack.base_url, stack.api_key) as client:
        try:
            print(f"Sending {name or 'the astronaut of scikit-image'} ({len(photo):,} bytes)", flush=True)
            answer = follow(client, client.post("/executions", request(photo, client.upload(photo))))
        except ApiError as error:
            refuse(client, error, out)
        finish(client, answer, out)


def request(photo: bytes, upload_id: str) -> dict[str, Any]:
    """Return the chain's request; the same photo always has the same ``out_request_id``."""
    body: dict[str, Any] = {
        "out_request_id": f"run-{hashlib.sha256(photo).hexdigest()[:24]}",
        "upload_id": upload_id,
        "check": {},
        "make": {"spec_id": os.environ.get("SPEC") or "cn_1inch"},
    }
    if background := os.environ.get("BACKGROUND"):
        body["background"] = {"color": background}
    return body


def follow(client: Client, execution: dict[str, Any]) -> dict[str, Any]:
    """Print each state of an execution as it ends, and return the chain's answer."""
    told = 0
    while True:
        execution = client.get(f"/executions/{execution['execution_id']}")
        ended = [state for state in execution["states"] if state["status"] != "running"]
        for state in ended[told:]:
            print(f"  {state['state']}: {state['status']} after {state['ms'] or 0:.0f} ms", flush=True)
        told = len(ended)
        if execution["status"] == "succeeded":
            answer: dict[str, Any] = execution["result"]
            return answer
        if execution["status"] != "running":
            raise ApiError(execution["error"]["status"], execution["error"])
        time.sleep(POLL_SECONDS)


def finish(client: Client, answer: dict[str, Any], out: Path) -> None:
    """Write the four files and print what they are."""
    result, check = answer["result"], answer["check"]
    client.save(result["image"]["url"], out / "photo.jpg")
    client.save(result["cutout"]["url"], out / "photo.png")
    write_check(client, check, out)
    frame = result["frame"]
    rows = [
        ("spec", frame["spec_id"] or "custom"),
        ("size", f"{frame['width_px']} x {frame['height_px']} px, {frame['width_mm']:g} x {frame['height_mm']:g} mm"),
        ("resolution", f"{frame['dpi']:g} dpi"),
        ("head height", f"{frame['head_height_px']:.0f} px, {frame['head_height_mm']:.1f} mm"),
        ("check", f"score {check['score']}, check_id {check['check_id']}"),
        ("out_request_id", answer["out_request_id"]),
        ("mt_generate_id", result["mt_generate_id"]),
        *((f"state {step['state']}", f"{step['ms']:.0f} ms") for step in answer["steps"]),
        *(("warning", notice["message"]) for notice in result["warnings"]),
        *((str(out / name), f"{(out / name).stat().st_size:,} bytes") for name in FILES),
    ]
    print()
    print(table(rows))


def refuse(client: Client, error: ApiError, out: Path) -> None:
    """Say why in both languages, write what was checked, and end with 1."""
    print(f"\nRefused: {error.code} ({error.status})\n  {error.message}\n  {error.message_zh}", file=sys.stderr)
    if "report" in error.details:
        for item in error.details["report"]["items"]:
            if item["fault"]:
                print(f"- {item['reason']} {item['advice']}\n  {item['reason_zh']}{item['advice_zh']}", file=sys.stderr)
        write_check(client, error.details, out)
    elif error.details:
        print(f"  {json.dumps(error.details, ensure_ascii=False)}", file=sys.stderr)
    sys.exit(1)


def write_check(client: Client, check: dict[str, Any], out: Path) -> None:
    """Write the check, and the photo with its faults marked when there is one."""
    (out / "check.json").write_text(json.dumps(check, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if check.get("annotated"):
        client.save(check["annotated"]["url"], out / "annotated.png")


def table(rows: list[tuple[str, str]]) -> str:
    """Return rows as two aligned columns."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


if __name__ == "__main__":
    main()
