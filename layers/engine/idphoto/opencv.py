"""OpenCV, imported when it is first used: ``from idphoto import opencv as cv2``.

The contract names the parameters of every effect, in functions too that do not carry OpenCV. Importing an effect must
therefore not import OpenCV; applying it may.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(import_module("cv2"), name)


def prepare(threads: int) -> None:
    """Import OpenCV now, and let it use so many threads."""
    import_module("cv2").setNumThreads(threads)
