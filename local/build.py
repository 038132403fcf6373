"""Build the layers as they are deployed, and weigh every function against Lambda's limit.

Run as ``python -m local.build``; `sam build` runs the same layer Makefiles.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from local.template import ROOT, Template

LIMIT_MB = 250
"""Function and layers together, unzipped (AWS Lambda quotas, "Deployment package size")."""

MEGABYTE = 1 << 20
NATIVE = "native"
"""The architecture of a build for this machine and this interpreter."""

BUILDS = ROOT / ".cache" / "build"
BUILDS_KEPT = 3
"""Builds of a layer that stay: a running bundle may still use the one before."""


class BuildError(Exception):
    """A layer could not be built."""


def digest(*paths: Path) -> str:
    """Return a digest over the names and contents of files and of folders with all that is in them, but byte code."""
    total = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(str(file.relative_to(path.parent)).encode())
                with file.open("rb") as stream:
                    total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()


def build_layer(name: str, folder: Path, *, arch: str, python_version: str) -> Path:
    """Build a layer unless it stands already.

    Parameters
    ----------
    name
        Logical id of the layer.
    folder
        Its source, with the Makefile.
    arch
        ``"arm64"``, ``"x86_64"`` or ``"native"``.
    python_version
        Minor version, such as ``"3.13"``; of no weight for ``"native"``.

    Returns
    -------
    Path
        The built layer: what Lambda unpacks under ``/opt``. Another source makes another folder.

    Raises
    ------
    BuildError
        With what ``make`` said.
    """
    version = "{}.{}".format(*sys.version_info) if arch == NATIVE else python_version
    shelf = BUILDS / f"{arch}-{version}"
    target = shelf / f"{name}-{digest(folder)[:16]}"
    if target.is_dir():
        return target
    print(f"Building {name} ({arch}, Python {version})", flush=True)
    shelf.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=shelf) as unfinished:
        work = Path(unfinished) / name
        _make(folder, f"build-{name}", ARTIFACTS_DIR=work, ARCH=arch, PYTHON=sys.executable, PYTHON_VERSION=version)
        with suppress(FileExistsError):
            work.rename(target)
    for old in sorted(shelf.glob(f"{name}-*"), key=lambda build: build.stat().st_mtime)[:-BUILDS_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return target


def _make(folder: Path, goal: str, **variables: object) -> None:
    """Run make; raise BuildError with what it said when it fails."""
    # A make inside a make takes over the outer one's flags, such as -n and its job server.
    environment = {key: value for key, value in os.environ.items() if key not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    done = subprocess.run(
        ["make", "--silent", "-C", str(folder), goal, *(f"{name}={value}" for name, value in variables.items())],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"{goal} failed:\n{done.stdout}{done.stderr}")


def build_layers(template: Template, *, arch: str) -> dict[str, Path]:
    """Build all layers of a template; return their folders by logical id."""
    version = template.python_version
    return {
        name: build_layer(name, folder, arch=arch, python_version=version) for name, folder in template.layers.items()
    }


def size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def weigh(template: Template, layers: dict[str, Path]) -> dict[str, dict[str, float]]:
    """Return MB of each part of each function, by function and part; a part is ``"code"`` or a layer."""
    weights = {name: size(folder) / MEGABYTE for name, folder in layers.items()}
    return {
        function.name: {"code": size(function.folder) / MEGABYTE, **{name: weights[name] for name in function.layers}}
        for function in template.functions
    }


def main() -> None:
    """Build for the template's runtime and print the weights; fail where one is over the limit."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--arch", choices=["arm64", "x86_64", NATIVE], default="arm64")
    arch: str = parser.parse_args().arch
    template = Template()
    try:
        functions = weigh(template, build_layers(template, arch=arch))
    except BuildError as error:
        sys.exit(str(error))
    heavy = []
    print(f"\nUnzipped, MB of {LIMIT_MB} ({arch}, Python {template.python_version})")
    for name, parts in sorted(functions.items(), key=lambda item: -sum(item[1].values())):
        total = sum(parts.values())
        listing = ", ".join(f"{part} {weight:.1f}" for part, weight in parts.items() if part != "code")
        print(f"  {name:<22} {total:6.1f}  ({listing})")
        if total > LIMIT_MB:
            heavy.append(name)
    if heavy:
        sys.exit(f"Over Lambda's limit: {', '.join(heavy)}")


if __name__ == "__main__":
    main()
