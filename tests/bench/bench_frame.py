"""How exactly finished photos meet their specification, measured on the photos themselves.

Run ``python tests/bench/bench_frame.py [FOLDER]``. Every picture of the folder with one person (without a folder:
scikit-image's astronaut) is framed to several specifications, and the finished photo is analysed anew: the chin, the
eyes and the midline by the face mesh and the crown in the render's opacity. Each error is that of frame, mesh and
resampling together; an unlucky landmark of the small photo counts too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from idphoto import mesh
from idphoto.arrays import Rgb
from idphoto.background import Background
from idphoto.decode import decode
from idphoto.errors import EngineError
from idphoto.faces import choose_person, find_faces
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait, find_crown
from idphoto.render import render
from idphoto.specs import Spec, get_spec
from idphoto.upright import eye_roll, midline_x

SPEC_IDS = ("cn_1inch", "cn_2inch", "cn_passport", "us_passport", "schengen_visa", "jp_passport")
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
MOST_YAW = 10.0
"""Degrees. A turned head has no midline to centre; its rows are printed but do not count in the maxima."""


def pictures() -> Iterator[tuple[str, Rgb]]:
    """Yield a name and the pixels of each picture to try."""
    if len(sys.argv) == 1:
        from skimage.data import astronaut

        yield "astronaut", astronaut()
        return
    for path in sorted(Path(sys.argv[1]).iterdir()):
        if path.suffix.lower() in SUFFIXES:
            yield path.stem, decode(path.read_bytes()).rgb


def only_portrait(rgb: Rgb, models: Models) -> tuple[Portrait, float] | None:
    """Return the portrait and the yaw of a picture's only person, or None."""
    person = choose_person(find_faces(rgb, models), rgb.shape[1], rgb.shape[0])
    if person.face is None or person.rivals:
        return None
    return build_portrait(rgb, person.face, models), person.face.pose.yaw


@dataclass(frozen=True)
class Measured:
    """Head height error %, eye tilt in degrees, centre offset %, and whether the specification allows the head."""

    head: float
    tilt: float
    centre: float
    within: bool


def measure(portrait: Portrait, spec: Spec, models: Models) -> Measured | str:
    """Measure the finished photo, or say why there is none."""
    try:
        rendered = render(portrait, spec, Background(color="white"))
    except EngineError as refusal:
        return refusal.code
    faces = find_faces(rendered.rgb, models)
    if not faces:
        return "no face found in the photo"
    landmarks = faces[0].landmarks
    crown = find_crown(rendered.alpha * np.float32(1 / 255), landmarks)
    chin = float(landmarks[mesh.CHIN, 1])
    height_error = 100 * ((chin - crown) / rendered.frame.head_height_px - 1)
    allowed = spec.head_height_px
    within = allowed.min <= chin - crown <= allowed.max
    offset = 100 * (midline_x(landmarks) + 0.5 - spec.width_px / 2) / spec.width_px
    return Measured(height_error, eye_roll(landmarks), offset, within=within)


def main() -> None:
    """Print one row a photo and the maxima of the frontal ones."""
    models = Models(threads=2)
    frontal: list[Measured] = []
    print(f"{'picture':<25}{'spec':<15}{'yaw':>6}{'head %':>9}{'tilt':>8}{'centre %':>10}")
    for name, rgb in pictures():
        found = only_portrait(rgb, models)
        if found is None:
            print(f"{name:<25}not one person")
            continue
        portrait, yaw = found
        for spec_id in SPEC_IDS:
            result = measure(portrait, get_spec(spec_id), models)
            start = f"{name:<25}{spec_id:<15}{yaw:>6.1f}"
            if isinstance(result, str):
                print(f"{start}  {result}")
                continue
            outside = "" if result.within else "  head outside its range"
            print(f"{start}{result.head:>9.2f}{result.tilt:>8.2f}{result.centre:>10.2f}{outside}")
            if abs(yaw) <= MOST_YAW:
                frontal.append(result)
    if frontal:
        errors = np.abs([(photo.head, photo.tilt, photo.centre) for photo in frontal])
        for label, row in (("median", np.median(errors, axis=0)), ("maximum", errors.max(axis=0))):
            print(f"{label + f' of {len(frontal)} frontal photos':<46}{row[0]:>9.2f}{row[1]:>8.2f}{row[2]:>10.2f}")
        print(f"heads within the range of their specification: {sum(p.within for p in frontal)} of {len(frontal)}")


if __name__ == "__main__":
    main()
