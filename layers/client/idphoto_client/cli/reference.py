"""How a person names a photo: its ``out_request_id``, a result's ``mt_generate_id``, or the very file it was made from.

A file's ``out_request_id`` comes from its content unless one is given, so the file itself is a name.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from idphoto_client._answers import History
from idphoto_client.cli.exits import UsageError
from idphoto_client.cli.session import Session

RESULT = re.compile(r"[a-z2-7]{42}")
DIGITS = 24


def order_of_content(content: bytes) -> str:
    """Return the ``out_request_id`` that a file's content gives."""
    return f"photo-{hashlib.sha256(content).hexdigest()[:DIGITS]}"


def order_of(name: str) -> str:
    """Return the ``out_request_id`` that is named: of a file that lies there, else the name itself."""
    path = Path(name).expanduser()
    if path.is_file():
        return order_of_content(path.read_bytes())
    if RESULT.fullmatch(name):
        raise UsageError(
            "A history belongs to a photo: give its out_request_id or its file, not an mt_generate_id.",
            "历史属于照片：请提供 out_request_id 或照片文件，而不是 mt_generate_id。",
        )
    return name


def result_of(session: Session, name: str) -> str:
    """Return the ``mt_generate_id`` that is named: itself, or the current result of a photo."""
    if RESULT.fullmatch(name):
        return name
    history = session.client.history_page(order_of(name), limit=1)
    return _current(history)


def current_of(session: Session, name: str) -> tuple[History, str]:
    """Return a photo's history and its current result."""
    history = session.client.history(order_of(name))
    return history, _current(history)


def _current(history: History) -> str:
    if history.current_mt_generate_id is None:
        raise UsageError(
            f"{history.out_request_id} has been checked, but no photo has been made of it.",
            f"{history.out_request_id} 只做过检测，尚未制作照片。",
        )
    return history.current_mt_generate_id
