"""How a step and a result are given to a call."""

from __future__ import annotations

from collections.abc import Mapping

from idphoto_client._answers import HistoryStep, Result

Params = Mapping[str, object]
"""Parameters of a step, by the names of the API."""

Made = str | Result | HistoryStep
"""A result, or its ``mt_generate_id``."""


def name_of(result: Made) -> str:
    """Return the ``mt_generate_id`` of a result."""
    return result if isinstance(result, str) else result.mt_generate_id
