"""Make one network of some: ``python -m parts.join FIRST.onnx SECOND.onnx RESULT.onnx``.

Its shares are the mean of theirs. Networks that were taught on other portraits, or otherwise, err in other places.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from parts.train import Head, export

PREFIX = "heads.0."
"""Of the weights' names in a file with one network."""


def main() -> None:
    """Join them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", type=Path, nargs="+")
    parser.add_argument("result", type=Path)
    chosen = parser.parse_args()
    export([read(path) for path in chosen.networks], chosen.result)


def read(path: Path) -> Head:
    """Return a network that :func:`parts.train.export` wrote."""
    head = Head()
    found = {
        value.name.removeprefix(PREFIX): torch.from_numpy(numpy_helper.to_array(value).copy())
        for value in onnx.load(path).graph.initializer
        if value.name.startswith(PREFIX)
    }
    head.load_state_dict(found)
    return head.eval()


if __name__ == "__main__":
    main()
