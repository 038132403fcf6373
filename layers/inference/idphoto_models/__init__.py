"""The model files of the bundle, as a package so that they are found wherever the layer is unpacked."""

from __future__ import annotations

from pathlib import Path


def path(name: str) -> Path:
    """Path of the ONNX file of a model, such as ``"face_near"``."""
    return Path(__file__).with_name(f"{name}.onnx")
