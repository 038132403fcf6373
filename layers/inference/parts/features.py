"""What the parser sees of the portraits: ``python -m parts.features PHOTOS FOLDER --first 0 --count 2400``.

Every photo goes the way that a sitter's photo goes in the product: the face finder, the landmarks, the upright canvas,
U-2-Net's window and its 8-bit inner layers. Photos in which no face is found are left out; a face in a mask is found in
the photo without it. Written are shards of 50 portraits, named by the first person: ``NNNNN.names.json`` and one
``.npy`` for each input and for the truth (shares of the classes, uint8). Waits for photos that are still being made.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from idphoto.faces import find_faces
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
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--models", type=Path)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    models = Models(folder=chosen.models, threads=1)
    kept: list[tuple[str, dict[str, np.ndarray]]] = []
    missed = 0
    for seed in range(chosen.first, chosen.first + chosen.count):
        while not (chosen.photos / f"{seed:05d}.json").exists():
            time.sleep(3)
        for photo in sorted(chosen.photos.glob(f"{seed:05d}_?.png")):
            found = see(photo, models)
            missed += found is None
            if found is not None:
                kept.append((photo.stem, found))
        if len(kept) >= SHARD:
            write(chosen.folder, kept)
            print(seed + 1, "photos", missed, "without a face", flush=True)
            kept = []
    if kept:
        write(chosen.folder, kept)


def see(photo: Path, models: Models) -> dict[str, np.ndarray] | None:
    """Return inputs and truth of a photo, or None where there is no face."""
    rgb = np.asarray(Image.open(photo))
    bare = photo.with_suffix(".bare.png")
    faces = find_faces(np.asarray(Image.open(bare)) if bare.exists() else rgb, models)
    if not faces:
        return None
    landmarks = faces[0].landmarks
    canvas = cut_upright(rgb, landmarks)
    outlook = look(canvas.rgb, canvas.landmarks, models)
    classes = np.asarray(Image.open(photo.with_suffix(".cls.png")))
    coverage = np.asarray(Image.open(photo.with_suffix(".cov.png")), np.float32)
    planes = np.stack([(classes == k) * coverage for k in range(len(NAMES))], axis=-1)
    shares = []
    for first in range(0, len(NAMES), 3):
        part = np.rint(planes[..., first : first + 3]).astype(np.uint8)
        turned = cut_upright(np.ascontiguousarray(part), landmarks)
        turned.rgb[~turned.covered] = 0
        window = Image.fromarray(turned.rgb).resize((SIDE, SIDE), Image.Resampling.BOX, outlook.box)
        shares.append(np.asarray(window).transpose(2, 0, 1))
    out = {f"tap{k}": tap[0] for k, tap in enumerate(outlook.taps)}
    out["picture"] = picture(outlook).astype(np.float16)
    out["geometry"] = geometry(canvas.landmarks, outlook.box).astype(np.float16)
    out["truth"] = np.concatenate(shares)
    return out


def write(folder: Path, kept: list[tuple[str, dict[str, np.ndarray]]]) -> None:
    """Write a shard."""
    shard = kept[0][0].split("_")[0]
    for key in kept[0][1]:
        np.save(folder / f"{shard}.{key}.npy", np.stack([found[key] for _, found in kept]))
    (folder / f"{shard}.names.json").write_text(json.dumps([name for name, _ in kept]))


if __name__ == "__main__":
    main()
