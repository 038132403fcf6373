"""Convert the small networks from TensorFlow Lite to ONNX, as they lie in ``idphoto_models``.

Not part of the build: the converted files are committed, because the converter weighs 1.6 GB. To repeat it::

    python -m venv /tmp/converter
    /tmp/converter/bin/pip install tensorflow-cpu==2.21.0 tf2onnx==1.17.0 onnx==1.23.2 onnxruntime==1.32.0
    /tmp/converter/bin/python layers/inference/convert.py

Each file is compared with the TensorFlow Lite interpreter on random input, and its digest is printed for
``models.toml``. The converter's optimiser is not deterministic: it may place a transposition elsewhere, which changes
the digest of a file and none of its values.

Weights stay in half precision, as their authors published them, and are widened when a session opens: half the size
with nothing lost.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import tensorflow as tf
import tf2onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from sources import Model, fetch, load_models, write_atomically
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

OPSET = 17
BIG_TENSOR = 256
"""Constants from this many elements on are stored in half precision; the slopes of a PRelu are smaller."""

CONVERTED = ("face_near", "face_far", "face_landmarks", "face_blendshapes", "person_prior")
WANTED_OUTPUTS = {"face_landmarks": 2}
"""Where only the first outputs are of use: points and presence, without the tongue."""


def main() -> None:
    """Convert the networks named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=CONVERTED, metavar="NAME", help=", ".join(CONVERTED))
    models = load_models()
    for name in parser.parse_args().names:
        model = models[name]
        data = convert(model)
        write_atomically(model.path, data)
        print(f"{name}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


def convert(model: Model) -> bytes:
    """Return the ONNX file of one network."""
    flat = densify(fetch(model.source).read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.tflite"
        path.write_bytes(flat)
        graph, _ = tf2onnx.convert.from_tflite(str(path), opset=OPSET)
    fix_batch(graph)
    replace_transposed_convolution(graph)
    keep_outputs(graph, WANTED_OUTPUTS.get(model.name, len(graph.graph.output)))
    split_prelu(graph)
    graph = fold(graph)
    halve_weights(graph)
    put_in_order(graph.graph)
    graph.producer_name, graph.producer_version, graph.doc_string = "idphoto", "", ""
    graph.graph.name, graph.graph.doc_string = model.name, ""
    onnx.checker.check_model(graph)
    data: bytes = graph.SerializeToString(deterministic=True)
    report_difference(model.name, flat, data)
    return data


def densify(flat: bytes) -> bytes:
    """Replace sparse weights by dense ones, which is all that the converter understands."""
    network = flatbuffer_utils.read_model_from_bytearray(bytearray(flat))
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in network.operatorCodes]
    graph = network.subgraphs[0]
    sparse = [op for op in graph.operators if codes[op.opcodeIndex] == schema.BuiltinOperator.DENSIFY]
    if not sparse:
        return flat
    interpreter = _interpreter(flat)
    interpreter.set_tensor(0, np.zeros(graph.tensors[0].shape, np.float32))
    interpreter.invoke()
    dense = {}
    for op in sparse:
        tensor = graph.tensors[op.inputs[0]]
        tensor.sparsity = None
        network.buffers[tensor.buffer].data = np.frombuffer(interpreter.get_tensor(op.outputs[0]).tobytes(), np.uint8)
        dense[op.outputs[0]] = op.inputs[0]
    graph.operators = [op for op in graph.operators if op not in sparse]
    for op in graph.operators:
        op.inputs = np.array([dense.get(index, index) for index in op.inputs], np.int32)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(network))


def fix_batch(graph: onnx.ModelProto) -> None:
    """Set every unknown dimension of inputs and outputs to 1: the engine shows one view at a time."""
    for value in [*graph.graph.input, *graph.graph.output]:
        for dimension in value.type.tensor_type.shape.dim:
            if not dimension.dim_value:
                dimension.dim_value = 1
    del graph.graph.value_info[:]


def replace_transposed_convolution(graph: onnx.ModelProto) -> None:
    """Replace MediaPipe's own operator, a 2x2 transposed convolution of stride 2 with a bias, by the standard one."""
    nodes = graph.graph.node
    weights = {tensor.name: tensor for tensor in graph.graph.initializer}
    for index, node in enumerate(nodes):
        if node.op_type != "TFL_Convolution2DTransposeBias":
            continue
        data, kernel, bias = node.input
        turned = numpy_helper.to_array(weights[kernel]).transpose(3, 0, 1, 2)  # out, y, x, in -> in, out, y, x
        graph.graph.initializer.append(numpy_helper.from_array(turned.copy(), f"{kernel}_turned"))
        replacement = [
            helper.make_node("Transpose", [data], [f"{data}_planes"], perm=[0, 3, 1, 2]),
            helper.make_node(
                "ConvTranspose",
                [f"{data}_planes", f"{kernel}_turned", bias],
                [f"{data}_enlarged"],
                strides=[2, 2],
                kernel_shape=[2, 2],
            ),
            helper.make_node("Transpose", [f"{data}_enlarged"], list(node.output), perm=[0, 2, 3, 1]),
        ]
        nodes.remove(node)
        for offset, new in enumerate(replacement):
            nodes.insert(index + offset, new)
        return


def keep_outputs(graph: onnx.ModelProto, count: int) -> None:
    """Keep the first outputs and what they need."""
    del graph.graph.output[count:]
    needed = {value.name for value in graph.graph.output}
    kept = []
    for node in reversed(graph.graph.node):
        if needed & set(node.output):
            kept.append(node)
            needed |= set(node.input)
    del graph.graph.node[:]
    graph.graph.node.extend(reversed(kept))
    used = [tensor for tensor in graph.graph.initializer if tensor.name in needed]
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(used)


def split_prelu(graph: onnx.ModelProto) -> None:
    """Write ``prelu(x)`` as ``slope x + (1 - slope) relu(x)``, each product a depthwise 1x1 convolution.

    onnxruntime's own PRelu is slow and makes it change the memory layout back and forth; convolutions and their sums
    stay in its blocked layout. The landmark network takes 3.8 ms instead of 10.
    """
    weights = {tensor.name: tensor for tensor in graph.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in graph.graph.node:
        if node.op_type != "PRelu":
            nodes.append(node)
            continue
        inputs, result = node.input[0], node.output[0]
        slope = numpy_helper.to_array(weights[node.input[1]]).astype(np.float32).reshape(-1, 1, 1, 1)
        for factor, name in ((slope, f"{result}_slope"), (1 - slope, f"{result}_rest")):
            graph.graph.initializer.append(numpy_helper.from_array(factor, name))
        nodes += [
            helper.make_node("Relu", [inputs], [f"{result}_positive"]),
            helper.make_node("Conv", [inputs, f"{result}_slope"], [f"{result}_line"], group=slope.size),
            helper.make_node("Conv", [f"{result}_positive", f"{result}_rest"], [f"{result}_bend"], group=slope.size),
            helper.make_node("Add", [f"{result}_bend", f"{result}_line"], [result]),
        ]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)


def fold(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Compute what is constant and drop what does nothing, without anything specific to one kind of machine."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "folded.onnx")
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = path
        options.log_severity_level = 3
        ort.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return onnx.load(path)


def halve_weights(graph: onnx.ModelProto) -> None:
    """Store large constants in half precision behind a Cast, which onnxruntime folds when it opens the file."""
    tensors, casts = [], []
    for tensor in graph.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < BIG_TENSOR:
            tensors.append(tensor)
            continue
        half = values.astype(np.float16)
        tensors.append(numpy_helper.from_array(half, f"{tensor.name}_half"))
        casts.append(helper.make_node("Cast", [f"{tensor.name}_half"], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.graph.node]
    del graph.graph.initializer[:], graph.graph.node[:]
    graph.graph.initializer.extend(tensors)
    graph.graph.node.extend(nodes)


def put_in_order(graph: onnx.GraphProto) -> None:
    """Order the nodes as the outputs need them and number all names: the converter's own differ from run to run."""
    makers = {value: node for node in graph.node for value in node.output}
    nodes: list[onnx.NodeProto] = []
    placed: set[str] = set()

    def place(value: str) -> None:
        if value in placed or value not in makers:
            return
        for needed in makers[value].input:
            place(needed)
        nodes.append(makers[value])
        placed.update(makers[value].output)

    for output in graph.output:
        place(output.name)

    names = {value.name: value.name for value in [*graph.input, *graph.output]}
    for index, node in enumerate(nodes):
        for value in [*node.input, *node.output]:
            names.setdefault(value, f"v{len(names)}" if value else "")
        node.name, node.doc_string = f"n{index}", ""
        node.input[:] = [names[value] for value in node.input]
        node.output[:] = [names[value] for value in node.output]
    used = [tensor for tensor in graph.initializer if tensor.name in names]
    for tensor in used:
        tensor.name = names[tensor.name]
    used.sort(key=lambda tensor: int(tensor.name[1:]))
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.initializer.extend(used)


def report_difference(name: str, flat: bytes, data: bytes) -> None:
    """Print the largest difference between the two runtimes over a few random inputs."""
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    source = session.get_inputs()[0]
    random = np.random.default_rng(0)
    try:
        interpreter = _interpreter(flat)
    except RuntimeError:
        print(f"{name}: not compared, TensorFlow Lite itself lacks one of its operators")
        return
    worst = 0.0
    for _ in range(5):
        inputs = random.uniform(0, 1, source.shape).astype(np.float32)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs)
        interpreter.invoke()
        expected_by_name = {
            output["name"]: interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()
        }
        for output, values in zip(session.get_outputs(), session.run(None, {source.name: inputs}), strict=True):
            expected: NDArray[np.float32] = expected_by_name[output.name]
            worst = max(worst, float(np.abs(values.reshape(-1) - expected.reshape(-1)).max()))
    print(f"{name}: at most {worst:.1e} from TensorFlow Lite")


def _interpreter(flat: bytes) -> Any:
    plain = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = tf.lite.Interpreter(
        model_content=flat,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=plain,
    )
    interpreter.allocate_tensors()
    return interpreter


if __name__ == "__main__":
    main()
