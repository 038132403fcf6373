"""The neural networks: ONNX files opened once and run on arrays."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime as ort

MODEL_NAMES = ("face_near", "face_far", "face_landmarks", "face_blendshapes", "person_prior", "u2net", "parts_head")
"""Every model of the bundle; the files and their sources are listed in the inference layer's ``models.toml``."""


class Models:
    """Sessions of the models, opened at first use and kept.

    Parameters
    ----------
    folder
        Where the ``<name>.onnx`` files lie; by default the folder of the package :mod:`idphoto_models`.
    threads
        Threads that one run may use. A Lambda sandbox shows more cores than it grants, so the caller decides.
    """

    def __init__(self, folder: Path | None = None, threads: int = 2) -> None:
        self._folder = folder
        self._threads = max(1, threads)
        self._sessions: dict[str, ort.InferenceSession] = {}
        self._lock = Lock()

    def run(self, name: str, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Run a model and return its outputs in the order of the file.

        Parameters
        ----------
        name
            One of :data:`MODEL_NAMES`.
        inputs
            In the order of the file, of the types and shapes that the model asks for, batch first.
        """
        session = self._session(name)
        names = [value.name for value in session.get_inputs()]
        outputs: list[Any] = session.run(None, dict(zip(names, inputs, strict=True)))
        return outputs

    def warm(self) -> None:
        """Open every model now, so that no later call pays for it."""
        for name in MODEL_NAMES:
            self._session(name)

    def _session(self, name: str) -> ort.InferenceSession:
        with self._lock:
            if name not in self._sessions:
                self._sessions[name] = _open(name, self._folder, self._threads)
            return self._sessions[name]


def _open(name: str, folder: Path | None, threads: int) -> ort.InferenceSession:
    # Imported here because only the functions that run models carry the inference layer; the others import this module
    # for its type.
    import idphoto_models  # noqa: PLC0415
    import onnxruntime as ort  # noqa: PLC0415

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    # Planning all buffers of a run as one block saves no time here, and holds 55 MB more.
    options.enable_mem_pattern = False
    # Spinning threads burn the CPU share that the next stage needs, and are billed.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    path = folder / f"{name}.onnx" if folder else idphoto_models.path(name)
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
