"""Measure the ranges of U-2-Net's activations on portraits and write ``calibration.json``.

Run once when the network or its view changes: ``python layers/inference/calibrate.py FOLDER``, with the project
installed. The file holds the lowest and highest value of each activation and nothing of the portraits. Every picture is
shown whole and, where it has a face, in three crops around the head, from the portrait's extent to head and shoulders.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from idphoto.faces import find_faces
from idphoto.mesh import CHIN, FOREHEAD_TOP
from idphoto.models import Models
from numpy.typing import NDArray
from onnx import TensorProto, helper
from PIL import Image
from quantise import SIDE, trim
from skimage.data import astronaut
from sources import HERE, fetch, load_models, write_atomically

RANGES = HERE / "calibration.json"
CROPS = ((1.6, 0.9, 2.0), (1.25, 0.45, 1.1), (0.95, 0.3, 0.6))
"""Beside the midline, above the crown and below the chin, in head heights."""
HEAD_OF_FACE = 1.35
"""Crown to chin, in heights of the face mesh."""
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}

_IMAGENET_MEAN, _IMAGENET_SD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def main() -> None:
    """Calibrate on the folder named on the command line and scikit-image's astronaut."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    names, session = _probe(trim(fetch(load_models()["u2net"].source)))
    lowest, highest = np.zeros(len(names)), np.zeros(len(names))
    for count, view in enumerate(_views(Path(sys.argv[1])), start=1):
        values = np.array(session.run(None, {session.get_inputs()[0].name: _to_input(view)})).reshape(-1, 2)
        lowest, highest = np.minimum(lowest, values[:, 0]), np.maximum(highest, values[:, 1])
        print(f"\r{count} views", end="", flush=True)
    lines = [
        f"  {json.dumps(name)}: [{low:.6g}, {high:.6g}]" for name, low, high in zip(names, lowest, highest, strict=True)
    ]
    write_atomically(RANGES, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
    print(f", {len(names)} ranges written to {RANGES}")


def _probe(model: onnx.ModelProto) -> tuple[list[str], ort.InferenceSession]:
    """Return all values of a network and a session that gives the lowest and highest of each."""
    graph = model.graph
    names = [graph.input[0].name, *(value for node in graph.node for value in node.output)]
    del graph.output[:]
    for name in names:
        for reduction in ("ReduceMin", "ReduceMax"):
            graph.node.append(helper.make_node(reduction, [name], [f"{reduction}_{name}"], keepdims=0))
            graph.output.append(helper.make_tensor_value_info(f"{reduction}_{name}", TensorProto.FLOAT, []))
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        onnx.save(model, file.name)
        return names, ort.InferenceSession(file.name, providers=["CPUExecutionProvider"])


def _views(folder: Path) -> Iterator[Image.Image]:
    models = Models()
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    pictures = [Image.fromarray(astronaut()), *(Image.open(path) for path in paths)]
    for picture in pictures:
        rgb = picture.convert("RGB")
        yield rgb
        for face in find_faces(np.asarray(rgb), models)[:1]:
            (centre, top), (_, chin) = face.landmarks[FOREHEAD_TOP, :2], face.landmarks[CHIN, :2]
            head = HEAD_OF_FACE * (chin - top)
            for beside, above, below in CROPS:
                left, right = max(0, round(centre - beside * head)), min(rgb.width, round(centre + beside * head))
                upper, lower = max(0, round(chin - (1 + above) * head)), min(rgb.height, round(chin + below * head))
                yield rgb.crop((left, upper, right, lower))


def _to_input(view: Image.Image) -> NDArray[np.float32]:
    pixels = np.asarray(view.resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.float32)
    normal = (pixels / max(pixels.max(), 1.0) - _IMAGENET_MEAN) / _IMAGENET_SD
    return np.asarray(normal.transpose(2, 0, 1)[None], np.float32)


if __name__ == "__main__":
    main()
