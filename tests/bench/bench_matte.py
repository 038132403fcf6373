"""Speed and quality of the cut-out, and the codecs that could store it.

    python tests/bench/bench_matte.py [PORTRAITS]

PORTRAITS is a folder; without it the astronaut of scikit-image is used. Quality is measured by laying each cut-out over
plain colours and cutting it out again: the matte should come back, and nothing of the colour should stay at the edge.
"""

from __future__ import annotations

import io
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import skimage.data
from idphoto.arrays import Matte, Rgb
from idphoto.decode import decode
from idphoto.errors import EngineError
from idphoto.faces import choose_person, find_faces
from idphoto.foreground import estimate_foreground
from idphoto.matte import CELLS_PER_HEAD, estimate_matte, hair_in_cells
from idphoto.models import Models
from idphoto.partmap import read_parts
from idphoto.portrait import Portrait, build_portrait, load, save
from idphoto.refine import refine_edges
from idphoto.segment import look, segment_person
from idphoto.upright import cut_upright, guess_head_height
from PIL import Image, ImageFilter

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic"}
MEGAPIXEL = (1024, 1024)
WHITE, BLUE = (255, 255, 255), (67, 142, 219)


def photos(folder: Path | None) -> Iterator[tuple[str, Rgb]]:
    """Yield the name and the pixels of each photo that can be read."""
    if folder is None:
        yield "astronaut", np.asarray(skimage.data.astronaut())
        return
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
        try:
            yield path.stem, decode(path.read_bytes()).rgb
        except EngineError as error:
            print(f"{path.name}: {error}")


def milliseconds(action: Callable[[], object], runs: int = 7) -> float:
    """Median wall time of an action that has run once before."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1000


def bench_stages(photo: Rgb, models: Models) -> None:
    """Print the time of each stage on one photo."""
    photo = np.asarray(Image.fromarray(photo).resize(MEGAPIXEL, Image.Resampling.BICUBIC))
    face = find_faces(photo, models)[0]
    canvas = cut_upright(photo, face.landmarks)
    cell = max(1, round(guess_head_height(canvas.landmarks) / CELLS_PER_HEAD))
    outlook = look(canvas.rgb, canvas.landmarks, models)
    coarse = segment_person(canvas.rgb, canvas.landmarks, models, cell, outlook)
    part_map = read_parts(outlook, canvas.landmarks, models)
    hair = hair_in_cells(part_map, cell, coarse.shape)
    matte = refine_edges(canvas.rgb, coarse, hair, canvas.landmarks, cell)
    portrait = build_portrait(photo, face, models)
    stored = save(portrait)
    square = np.zeros((1, 3, 320, 320), np.float32)
    stages: dict[str, Callable[[], object]] = {
        "cut upright": lambda: cut_upright(photo, face.landmarks),
        "look": lambda: look(canvas.rgb, canvas.landmarks, models),
        "segment": lambda: segment_person(canvas.rgb, canvas.landmarks, models, cell, outlook),
        "  of which U-2-Net": lambda: models.run("u2net", square),
        "parts": lambda: read_parts(outlook, canvas.landmarks, models),
        "refine edges": lambda: refine_edges(canvas.rgb, coarse, hair, canvas.landmarks, cell),
        "foreground": lambda: estimate_foreground(canvas.rgb, matte),
        "portrait, all": lambda: build_portrait(photo, face, models),
        "save": lambda: save(portrait),
        "load": lambda: load(stored),
    }
    print(f"\nstages, ms, photo {photo.shape[1]}x{photo.shape[0]}, canvas {canvas.rgb.shape[1]}x{canvas.rgb.shape[0]}")
    for name, stage in stages.items():
        print(f"  {name:20s} {milliseconds(stage):7.1f}")


def over(portrait: Portrait, colour: tuple[int, int, int]) -> Rgb:
    """Lay a portrait over one colour."""
    alpha = portrait.alpha[..., None].astype(np.float32) / 255
    return np.rint(portrait.rgb * alpha + np.array(colour, np.float32) * (1 - alpha)).astype(np.uint8)


def edge(matte: Matte, reach: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Pixels within about ``reach`` px of the edge."""
    image = Image.fromarray(np.rint(matte * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(reach))
    spread = np.asarray(image)
    return (spread > 2) & (spread < 253)


def quality(portrait: Portrait, models: Models) -> tuple[float, float, float, float]:
    """Mean absolute error of the matte, the same at the edge, its gradient's error, and the halo.

    The halo is the part of the old background's change, from white to blue, that the edge takes over when the
    cut-out is laid on grey: 0 is none, 1 is all.
    """
    truth = portrait.alpha.astype(np.float32) / np.float32(255)
    shown = np.arange(portrait.height)[:, None] < portrait.chin_y + 0.6 * portrait.head_height
    band = edge(truth, max(3.0, 0.02 * portrait.head_height)) & shown
    errors, edge_errors, gradient_errors, laid = [], [], [], []
    for colour in (WHITE, BLUE):
        picture = over(portrait, colour)
        matte = estimate_matte(picture, portrait.landmarks, models)
        error = np.abs(matte - truth)
        errors.append(error[np.broadcast_to(shown, error.shape)].mean())
        edge_errors.append(error[band].mean())
        difference = [a - b for a, b in zip(np.gradient(matte), np.gradient(truth), strict=True)]
        gradient_errors.append(np.hypot(*difference)[band].mean())
        foreground = estimate_foreground(picture, matte).astype(np.float32)
        laid.append(foreground * matte[..., None] + 128 * (1 - matte[..., None]))
    old = np.subtract(WHITE, BLUE).astype(np.float32)
    halo = ((laid[0] - laid[1])[band] @ old).mean() / (old @ old)
    return float(np.mean(errors)), float(np.mean(edge_errors)), float(np.mean(gradient_errors)), float(halo)


def bench_codecs(portrait: Portrait) -> None:
    """Print size and time of lossless codecs on one portrait."""
    rgba = np.dstack([portrait.rgb, portrait.alpha])
    image = Image.fromarray(rgba)

    def pillow(picture_format: str, **options: object) -> Callable[[], bytes]:
        def write() -> bytes:
            stream = io.BytesIO()
            image.save(stream, picture_format, **options)
            return stream.getvalue()

        return write

    def read_pillow(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))

    def differences() -> bytes:
        planes = rgba.copy()
        planes[:, 1:] -= rgba[:, :-1]
        return zlib.compress(np.ascontiguousarray(planes.transpose(2, 0, 1)).tobytes(), 1)

    def read_differences(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        planes = np.frombuffer(zlib.decompress(data), np.uint8).reshape(4, *rgba.shape[:2])
        return np.ascontiguousarray(np.cumsum(planes, axis=2, dtype=np.uint8).transpose(1, 2, 0))

    codecs = {
        "WebP lossless 0": (pillow("WEBP", lossless=True, exact=True, method=0, quality=0), read_pillow),
        "PNG 1": (pillow("PNG", compress_level=1), read_pillow),
        "PNG 6": (pillow("PNG", compress_level=6), read_pillow),
        "TIFF deflate": (pillow("TIFF", compression="tiff_adobe_deflate"), read_pillow),
        "QOI": (pillow("QOI"), read_pillow),
        "zlib 1": (lambda: zlib.compress(rgba.tobytes(), 1), lambda d: np.frombuffer(zlib.decompress(d), np.uint8)),
        "differences, zlib 1": (differences, read_differences),
    }
    print(f"\ncodecs, portrait {portrait.width}x{portrait.height}")
    print("                            kB  write ms  read ms")
    for name, (write, read) in codecs.items():
        data = write()
        exact = np.array_equal(read(data).reshape(rgba.shape), rgba)
        writing, reading = milliseconds(write, 3), milliseconds(partial(read, data), 3)
        print(f"  {name:20s} {len(data) / 1000:8.0f} {writing:9.1f} {reading:8.1f}{'' if exact else '  NOT EXACT'}")


def main(arguments: list[str]) -> int:
    """Print all figures."""
    models = Models(threads=2)
    folder = Path(arguments[0]) if arguments else None
    bench_stages(np.asarray(skimage.data.astronaut()), models)
    print("\nrecovered from white and blue: error of the matte, at the edge, of its gradient there, halo")
    rows = []
    for name, photo in photos(folder):
        face = choose_person(find_faces(photo, models), photo.shape[1], photo.shape[0]).face
        if face is None:
            print(f"  {name:26s} no face")
            continue
        portrait = build_portrait(photo, face, models)
        rows.append(quality(portrait, models))
        print(f"  {name:26s}" + "".join(f" {value:8.4f}" for value in rows[-1]))
    print(f"  {'median':26s}" + "".join(f" {value:8.4f}" for value in np.median(rows, axis=0)))
    bench_codecs(portrait)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
