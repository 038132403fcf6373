"""The portrait that stands in when none is given; ``python -m local.sample`` prints where it lies."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def astronaut() -> bytes:
    """Return the portrait of Eileen Collins (NASA, public domain) from scikit-image's package: 512x512 px, PNG."""
    return astronaut_file().read_bytes()


def astronaut_file() -> Path:
    """Return the file of the same portrait."""
    package = find_spec("skimage")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("scikit-image is not installed")
    return Path(package.origin).with_name("data") / "astronaut.png"


if __name__ == "__main__":
    print(astronaut_file())
