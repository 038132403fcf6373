"""Make one network of those of all lessons, in 8 bits: ``python -m parts.join FEATURES NETWORKS RESULT.onnx``.

Its shares are the mean of theirs: networks that were taught otherwise err in other places.
The inner layers of U-2-Net are read in the 8 bits in which they come; the ranges of all that follows are measured on
some of the portraits that taught the networks.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from onnxruntime.quantization import CalibrationDataReader
from quantise import write_in_8_bits
from torch import nn
from torch.nn import functional

from parts.train import INPUTS, LESSONS, SCALE, Head, Shards, export, pooled

MEASURED = 7
"""One of so many portraits tells the ranges."""
QUANTISED_OPERATORS = ("Conv", "Relu", "Resize", "Concat", "AveragePool", "Slice", "Split")
LARGEST = 30.0
"""Logits beyond this say no more."""


class Mean(nn.Module):
    """Networks as one, each with its say, which reads the inputs once for all; of layers that are scaled already.

    The softmax is written out: onnxruntime's own turns the field about twice, which takes as long as a layer.
    """

    def __init__(self, heads: list[Head], says: list[int]) -> None:
        super().__init__()
        self.says = [say / sum(says) for say in says]
        self.heads = nn.ModuleList(heads)
        self.near = _side_by_side([head.near for head in heads])
        self.reduce = nn.ModuleList(_side_by_side(layers) for layers in zip(*(h.reduce for h in heads), strict=True))

    def forward(self, near: torch.Tensor, *taps: torch.Tensor) -> torch.Tensor:
        """Shares ``(1, 9, 160, 160)``."""
        count = len(self.heads)
        seen = functional.relu(self.near(near)).chunk(count, 1)
        small = [functional.relu(layer(tap)).chunk(count, 1) for layer, tap in zip(self.reduce, taps, strict=True)]
        geometry, total = pooled(near), 0
        for k, (head, say) in enumerate(zip(self.heads, self.says, strict=True)):
            logits = head.decide([each[k] for each in small], seen[k], geometry)
            odds = torch.exp(logits.clamp(-LARGEST, LARGEST))
            total = total + odds * (say / odds.sum(1, keepdim=True))
        return total


def _side_by_side(layers: Sequence[nn.Conv2d]) -> nn.Conv2d:
    """Return one layer that gives the channels of some of the same form, one after the other."""
    first = layers[0]
    out = sum(layer.out_channels for layer in layers)
    both = nn.Conv2d(first.in_channels, out, first.kernel_size, padding=first.padding)
    both.load_state_dict({key: torch.cat([layer.state_dict()[key] for layer in layers]) for key in both.state_dict()})
    return both


class Taught(CalibrationDataReader):  # type: ignore[misc]
    """Some of the portraits that taught the networks, as inputs."""

    def __init__(self, shards: Shards) -> None:
        self.shards, self.left = shards, iter(shards.taught[::MEASURED])

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Return the next portrait's inputs, or None after the last."""
        index = next(self.left, None)
        if index is None:
            return None
        near, taps, _ = self.shards.get(index)
        scaled = [tap[None] * np.float32(scale) for tap, scale in zip(taps, SCALE, strict=True)]
        return dict(zip(INPUTS, (near[None], *scaled), strict=True))


def main() -> None:
    """Join them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features", type=Path)
    parser.add_argument("networks", type=Path)
    parser.add_argument("result", type=Path)
    chosen = parser.parse_args()
    heads = [read(chosen.networks / f"{name}.onnx") for name in LESSONS]
    mean = Mean(heads, [lesson.say for lesson in LESSONS.values()])
    write(mean, Shards(chosen.features), chosen.result)


def read(path: Path) -> Head:
    """Return a network that :func:`parts.train.export` wrote."""
    head = Head()
    stored = {value.name: value for value in onnx.load(path).graph.initializer}
    weights = {}
    for name in head.state_dict():
        (value,) = (value for key, value in stored.items() if key == name or key.endswith(f".{name}"))
        weights[name] = torch.from_numpy(numpy_helper.to_array(value).copy())
    head.load_state_dict(weights)
    return head.eval()


def write(mean: Mean, shards: Shards, result: Path) -> None:
    """Write networks as one in 8 bits; their last layers, which draw the edges, stay in float."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        export(mean, torch.float32, plain)
        nodes = onnx.load(plain).graph.node
        last = [node.name for node in nodes if node.op_type == "Conv" and node.input[1].endswith("out.weight")]
        as_they_come = {
            name: [{"rmin": np.float32(0), "rmax": np.float32(255 * scale)}]
            for name, scale in zip(INPUTS[1:], SCALE, strict=True)
        }
        write_in_8_bits(
            plain,
            result,
            QUANTISED_OPERATORS,
            last,
            calibration_data_reader=Taught(shards),
            extra_options={"TensorQuantOverrides": as_they_come},
        )
    _take_bytes(result)


def _take_bytes(path: Path) -> None:
    """Let the network take the inner layers in the 8 bits to which it would bring them."""
    model = onnx.load(path)
    graph = model.graph
    for value in graph.input:
        if value.name not in INPUTS[1:]:
            continue
        (rounding,) = (node for node in graph.node if list(node.input[:1]) == [value.name])
        for node in graph.node:
            node.input[:] = [value.name if name == rounding.output[0] else name for name in node.input]
        graph.node.remove(rounding)
        value.type.tensor_type.elem_type = TensorProto.UINT8
    onnx.save(model, path)


if __name__ == "__main__":
    main()
