"""JSON that can be answered as JSON: no NaN, no infinity, no half of a character, no endless nesting."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from idphoto_service.errors import JsonInvalidError

_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def read_json(text: str) -> Any:
    """Return what a JSON text says.

    Raises
    ------
    JsonInvalidError
        Also for what Python's own reader lets pass although JSON has no such thing (RFC 8259, sections 6 and 8.2).
    """
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        if _HALF_CHARACTER.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise JsonInvalidError from error
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number
