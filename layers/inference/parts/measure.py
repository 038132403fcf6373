"""Measure parts, matte and check on drawn persons, of whom all is known: ``python -m parts.measure PHOTOS``.

Takes every N-th person of those that :mod:`parts.generate` drew (by default those held out of the training), with all
cores, and prints

- what :func:`idphoto.parts.parts` says of a portrait, at its full size: overlap and edges of each class, and overlap by
  groups of persons;
- the matte against the true coverage of every pixel, over the band of mixed pixels around the person: sum of absolute
  differences and gradient error per thousand pixels of the band (Rhemann et al. 2009), for U-2-Net's outline, for the
  matte, and by hair style;
- items of the check that find things worn: how often they are found where there are any, and reported where there are
  none.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from idphoto.analysis import analyse
from idphoto.arrays import F32, Rgb
from idphoto.checks.run import check
from idphoto.checks.table import ITEMS
from idphoto.decode import decode
from idphoto.faces import Face
from idphoto.matte import CELLS_PER_HEAD, estimate_matte
from idphoto.models import Models
from idphoto.partmap import SIDE
from idphoto.parts import parts
from idphoto.portrait import build_portrait
from idphoto.raster import box_mean, dilate
from idphoto.segment import look, segment_person
from idphoto.upright import cut_upright, guess_head_height
from PIL import Image

from parts.features import read, upright_truth
from parts.labels import NAMES
from parts.score import SAME_EDGE, Comparison, Tally, compare, truth_of

ASPECTS = ("parts", "matte", "check")
BAND_PX = 6
"""The band reaches so far beyond the pixels that are neither covered nor free."""
MIXED = (0.02, 0.98)

WORN: dict[str, Callable[[dict[str, object]], bool]] = {
    "glasses": lambda facts: bool(facts["glasses"]),
    "tinted_lenses": lambda facts: facts["glasses"] == "sunglasses",
    "lens_glare": lambda facts: bool(facts["glare"]),
    "eyes_open": lambda facts: bool(facts["asleep"]),
    "head_covering": lambda facts: bool(facts["hat"]),
    "face_uncovered": lambda facts: facts["extra"] == "mask",
    "cheeks_free": lambda facts: facts["extra"] == "hand",
}
"""Items of the check, and what tells that there is something for them to find."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What was measured on a person: parts and matte unless no face is found, and the items of the check."""

    facts: dict[str, object]
    parts: Comparison | None
    matte: tuple[float, float, float, float] | None
    seen: dict[str, bool]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--only", choices=ASPECTS, nargs="+", default=ASPECTS)
    chosen = parser.parse_args()
    seeds = (int(path.stem) for path in sorted(chosen.photos.glob("?????.json")))
    tally = Tally()
    errors: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    found: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    with ProcessPoolExecutor() as pool:
        measured = partial(measure, folder=chosen.photos, aspects=chosen.only)
        for person in pool.map(measured, [seed for seed in seeds if seed % chosen.every == 0]):
            if person.parts:
                tally.add(person.parts, person.facts)
            if person.matte:
                errors["all"].append(person.matte)
                errors[str(person.facts["hair"])].append(person.matte)
            for code, seen in person.seen.items():
                found[code, WORN[code](person.facts)].append(seen)
    if tally.groups:
        tally.show()
    if errors:
        show_errors(errors)
    if found:
        print(f"\n{'check':24} {'found':>12} {'false alarm':>14}")
        for code in WORN:
            there, absent = found[code, True], found[code, False]
            print(f"{code:24} {sum(there):4} of {len(there):4} {sum(absent):6} of {len(absent):4}")


def show_errors(errors: dict[str, list[tuple[float, ...]]]) -> None:
    """Print errors of matte and outline, all and by hair style."""
    print(f"\n{'matte, per 1000 px of the band':32} {'SAD':>7} {'of outline':>10} {'gradient':>9} {'of outline':>10}")
    for group, rows in sorted(errors.items(), key=lambda item: (item[0] != "all", item[0])):
        sad, outline, gradient, outline_gradient = (statistics.mean(column) for column in zip(*rows, strict=True))
        print(f"{group:24} of {len(rows):4} {sad:7.1f} {outline:10.1f} {gradient:9.2f} {outline_gradient:10.2f}")


def measure(seed: int, folder: Path, aspects: Sequence[str]) -> Findings:
    """Measure one person."""
    models, photo = _models(), folder / f"{seed:05d}_0.png"
    rgb, face = read(photo, models)
    return Findings(
        facts=json.loads((folder / f"{seed:05d}.json").read_text(encoding="utf-8")),
        parts=measure_parts(photo, rgb, face, models) if face and "parts" in aspects else None,
        matte=measure_matte(photo, rgb, face, models) if face and "matte" in aspects else None,
        seen=look_for(rgb, models) if "check" in aspects else {},
    )


@cache
def _models() -> Models:
    """Open the models once in each process."""
    return Models(threads=1)


def measure_parts(photo: Path, rgb: Rgb, face: Face, models: Models) -> Comparison:
    """Compare what is said of each pixel of the portrait with what is true."""
    portrait = build_portrait(rgb, face, models)
    canvas = cut_upright(rgb, face.landmarks)
    x, y = np.rint(canvas.landmarks[0, :2] - portrait.landmarks[0, :2]).astype(int)
    shares = np.concatenate(list(upright_truth(photo, face.landmarks)), axis=2)
    true = truth_of(shares[y : y + portrait.height, x : x + portrait.width].transpose(2, 0, 1))
    told = parts(portrait)
    features = told.brows + told.eyes + told.lips + told.mouth
    masks = {name: getattr(told, name) for name in NAMES} | {"face_skin": told.face_skin - told.ears + features}
    said = np.stack([*masks.values(), told.background]).argmax(axis=0)
    left, _, right, _ = portrait.part_map.box
    return compare(said, true, round(SAME_EDGE * (right - left) / SIDE))


def measure_matte(photo: Path, rgb: Rgb, face: Face, models: Models) -> tuple[float, float, float, float]:
    """Return SAD of matte and outline, and their gradient errors."""
    canvas = cut_upright(rgb, face.landmarks)
    coverage = np.asarray(Image.open(photo.with_suffix(".cov.png")).convert("RGB"))
    turned = cut_upright(coverage, face.landmarks)
    truth = turned.rgb[..., 0].astype(np.float32) / 255
    outlook = look(canvas.rgb, canvas.landmarks, models)
    matte = estimate_matte(canvas.rgb, canvas.landmarks, models, outlook)
    cell = max(1, round(guess_head_height(canvas.landmarks) / CELLS_PER_HEAD))
    cells = segment_person(canvas.rgb, canvas.landmarks, models, cell, outlook)
    height, width = truth.shape
    wide = Image.fromarray(cells).resize((cells.shape[1] * cell, cells.shape[0] * cell), Image.Resampling.BILINEAR)
    outline = np.asarray(wide, np.float32)[:height, :width]
    mixed = (truth > MIXED[0]) & (truth < MIXED[1]) | (steepness(truth) > 1 / 4)
    band = dilate(mixed, BAND_PX) & canvas.covered
    # Shoulders that the window cuts are no edge.
    band[-2 * BAND_PX :] = False
    thousand = max(float(band.sum()), 1.0) / 1000
    errors = [float(np.abs(other - truth)[band].sum()) / thousand for other in (matte, outline)]
    slopes = [steepness(other) - steepness(truth) for other in (matte, outline)]
    gradients = [float(np.square(slope)[band].sum()) / thousand for slope in slopes]
    return errors[0], errors[1], gradients[0], gradients[1]


def steepness(alpha: F32) -> F32:
    """Length of the gradient of a smoothed matte."""
    down, across = np.gradient(box_mean(box_mean(alpha, 1), 1))
    return np.asarray(np.hypot(down, across), np.float32)


def look_for(rgb: Rgb, models: Models) -> dict[str, bool]:
    """Return for each item whether it failed, that is, whether it found something."""
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "PNG")
    picture = decode(stream.getvalue())
    items = [item for item in ITEMS if item.code in WORN]
    report = check(picture, analyse(picture, models), "strict", items)
    return {item.code: not item.passed for item in report.items}


if __name__ == "__main__":
    main()
