"""What the parser sees of the portraits: ``python -m parts.features PHOTOS FOLDER``, with all cores.

Every photo goes the way that a sitter's photo goes in the product: the face finder, the landmarks, the upright canvas,
U-2-Net's window and its 8-bit inner layers. Photos in which no face is found are left out; a face in a mask is found in
the photo without it. Written are shards of 50 persons, named by the first: ``NNNNN.names.json`` and one ``.npy``
for each input and for the truth (shares of the classes, uint8). Shards newer than their photos are left alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
from idphoto.arrays import Landmarks, Rgb
from idphoto.faces import Face, find_faces
from idphoto.models import Models
from idphoto.partmap import SIDE, geometry, picture
from idphoto.segment import look
from idphoto.upright import cut_upright
from PIL import Image

from parts.labels import NAMES

SHARD = 50


def main() -> None:
    """Make the shards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    photos = sorted(chosen.photos.glob("?????_?.png"))
    shards = [list(group) for _, group in groupby(photos, lambda photo: int(photo.name[:5]) // SHARD)]
    missed = 0
    with ProcessPoolExecutor() as pool:
        for shard, missing in enumerate(pool.map(partial(write, folder=chosen.folder), shards), 1):
            missed += missing
            print(f"shard {shard} of {len(shards)}, {missed} photos without a face", flush=True)


def see(photo: Path, models: Models) -> dict[str, np.ndarray] | None:
    """Return inputs and truth of a photo, or None where there is no face."""
    rgb, face = read(photo, models)
    if face is None:
        return None
    landmarks = face.landmarks
    canvas = cut_upright(rgb, landmarks)
    outlook = look(canvas.rgb, canvas.landmarks, models)
    shares = []
    for turned in upright_truth(photo, landmarks):
        window = Image.fromarray(turned).resize((SIDE, SIDE), Image.Resampling.BOX, outlook.box)
        shares.append(np.asarray(window).transpose(2, 0, 1))
    out = {f"tap{k}": tap[0] for k, tap in enumerate(outlook.taps)}
    out["picture"] = picture(outlook).astype(np.float16)
    out["geometry"] = geometry(canvas.landmarks, outlook.box).astype(np.float16)
    out["truth"] = np.concatenate(shares)
    return out


def read(photo: Path, models: Models) -> tuple[Rgb, Face | None]:
    """Return a photo and the face that is found in it, or where it wears a mask, in the photo without that."""
    rgb = np.asarray(Image.open(photo).convert("RGB"))
    bare = photo.with_suffix(".bare.png")
    faces = find_faces(np.asarray(Image.open(bare).convert("RGB")) if bare.exists() else rgb, models)
    return rgb, faces[0] if faces else None


def upright_truth(photo: Path, landmarks: Landmarks) -> Iterator[Rgb]:
    """Yield what is true of the upright canvas, ``(H, W, 3)`` uint8: the shares, 0..255, of three classes at a time."""
    classes = np.asarray(Image.open(photo.with_suffix(".cls.png")))
    coverage = np.asarray(Image.open(photo.with_suffix(".cov.png")), np.float32)
    planes = np.stack([(classes == k) * coverage for k in range(len(NAMES))], axis=-1)
    for first in range(0, len(NAMES), 3):
        turned = cut_upright(np.rint(planes[..., first : first + 3]).astype(np.uint8), landmarks)
        turned.rgb[~turned.covered] = 0
        yield turned.rgb


def write(photos: list[Path], folder: Path) -> int:
    """Write a shard, and return in how many of its photos there is no face."""
    shard = int(photos[0].name[:5]) // SHARD * SHARD
    names = folder / f"{shard:05d}.names.json"
    if names.exists() and names.stat().st_mtime > max(photo.stat().st_mtime for photo in photos):
        return len(photos) - len(json.loads(names.read_text()))
    models = Models(threads=1)
    seen = {photo.stem: see(photo, models) for photo in photos}
    kept = {name: found for name, found in seen.items() if found is not None}
    if kept:
        for key in next(iter(kept.values())):
            np.save(folder / f"{shard:05d}.{key}.npy", np.stack([found[key] for found in kept.values()]))
        names.write_text(json.dumps(list(kept)))
    return len(seen) - len(kept)


if __name__ == "__main__":
    main()
