"""Classical against learned parts on photographs with a known truth: ``python -m tests.bench.bench_parts PORTRAITS``.

Garments, locks of hair, beards, hats, glasses, face masks and cards are painted onto the photographs of a folder, so
that it is known where they are; each picture is cut out as any photo is, and :func:`idphoto.parts.parts` is asked with
and without the map.
Printed are the intersection over union of each (for garments, beside which the sitter wears others, the share of the
painted that is found), on how many photographs the learned way sees it at all, and what that way costs.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import cv2
import idphoto_models
import numpy as np
from idphoto import mesh
from idphoto.arrays import F32, Rgb
from idphoto.decode import decode
from idphoto.faces import Face, find_faces
from idphoto.models import Models
from idphoto.partmap import geometry, pack, picture, read_parts, weigh_colours
from idphoto.parts import parts
from idphoto.portrait import Portrait, build_portrait
from idphoto.segment import look
from idphoto.shapes import face_width, polygon_mask
from idphoto.upright import cut_upright
from PIL import Image, ImageDraw

from tests.bench.retouch import best_ms, yardstick

PLACES = {
    "crew neck, white": "clothes",
    "crew neck, skin-coloured": "clothes",
    "turtleneck, pale": "clothes",
    "long locks, dark": "hair",
    "long locks, fair": "hair",
    "beard": "beard",
    "hat": "headwear",
    "glasses": "glasses",
    "lenses of glasses": "lenses",
    "face mask": "held",
    "blank card before the chest": "held",
    "printed card before the chest": "held",
    "phone before the chest": "held",
}
"""What is painted, and the part that it is."""
SEEN = 0.1
"""Least overlap of what is seen at all, if not whole."""
MAP_MS = 25
"""The map may cost so much beside U-2-Net, on two threads."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A photo and its face, for painting."""

    rgb: Rgb
    points: F32
    unit: float
    person: F32

    def at(self, index: int, x: float = 0, y: float = 0) -> tuple[float, float]:
        """A landmark moved by parts of the face's width."""
        return float(self.points[index, 0] + x * self.unit), float(self.points[index, 1] + y * self.unit)

    def fill(self, *outlines: list[tuple[float, float]]) -> F32:
        """Closed curves, filled."""
        drawn = [polygon_mask(np.array(outline, np.float32), self.rgb.shape) for outline in outlines]
        return np.asarray(np.max(drawn, axis=0), np.float32)


def noise(shape: tuple[int, ...], sizes: tuple[float, ...], seed: int) -> F32:
    """Smooth noise of unit spread, the sum of some scales, px."""
    rng = np.random.default_rng(seed)
    out = np.zeros(shape[:2], np.float32)
    for size in sizes:
        small = rng.standard_normal((int(shape[0] / size) + 2, int(shape[1] / size) + 2)).astype(np.float32)
        out += cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return out / np.float32(len(sizes) ** 0.5)


def strands(shape: tuple[int, ...], unit: float, seed: int) -> F32:
    """Noise drawn out downwards, as hair is."""
    rng = np.random.default_rng(seed)
    fine = rng.standard_normal((max(2, int(shape[0] / (0.5 * unit))), shape[1])).astype(np.float32)
    return np.asarray(cv2.resize(fine, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def cover(stage: Stage, mask: F32, colour: tuple[float, ...] | F32, shade: F32, depth: float) -> Rgb:
    """Lay a colour over the photo; ``shade`` varies it by about ``depth``."""
    paint = np.asarray(colour, np.float32) * np.exp(np.clip(shade, -2.5, 2.5) * depth)[..., None]
    light = cv2.GaussianBlur(stage.rgb.mean(axis=2).astype(np.float32), (0, 0), 0.15 * stage.unit)
    paint *= (0.75 + 0.25 * light / max(float(light.mean()), 1))[..., None]
    mixed = stage.rgb * (1 - mask[..., None]) + paint * mask[..., None]
    return np.asarray(np.rint(np.clip(mixed, 0, 255)), np.uint8)


def garment(stage: Stage, neck: float) -> F32:
    """All of the person below a neckline ``neck`` face widths under the chin."""
    height, width = stage.rgb.shape[:2]
    left, right = stage.at(mesh.CHIN, -0.42, neck - 0.14), stage.at(mesh.CHIN, 0.42, neck - 0.14)
    far_left, far_right = (-width, left[1] + 0.5 * stage.unit), (2 * width, right[1] + 0.5 * stage.unit)
    corners = [far_right, (2 * width, 2 * height), (-width, 2 * height), far_left]
    outline = [left, stage.at(mesh.CHIN, 0, neck), right, *corners]
    mask = polygon_mask(np.array(outline, np.float32), stage.rgb.shape, smooth=False)
    return np.asarray(mask * stage.person, np.float32)


def paint(stage: Stage, name: str) -> tuple[Rgb, F32]:
    """Return the photo with something painted on, and where that is."""
    shape, unit = stage.rgb.shape, stage.unit
    folds = noise(shape, (0.5 * unit, 0.15 * unit, 0.05 * unit), 1)
    skin = np.median(stage.rgb[polygon_mask(stage.points[list(_CHEEKS)], shape) > 0.9], axis=0)
    if name.startswith(("crew", "turtle")):
        mask = garment(stage, {"crew": 0.42, "turt": 0.12}[name[:4]])
        dyes = {"white": (232, 232, 230), "pale": (222, 214, 200)}
        colour = np.asarray(dyes.get(name.rpartition(", ")[2], skin), np.float32)
        return cover(stage, mask, colour, folds, 0.09), mask
    if name.startswith("long"):
        sides = []
        for sign, ear in ((-1, 127), (1, 356)):
            top, wide = stage.at(ear, 0, -0.25), 0.22
            sides.append(
                [
                    (top[0] - sign * 0.02 * unit, top[1]),
                    (top[0] + sign * wide * unit, top[1] + 0.3 * unit),
                    (top[0] + sign * wide * unit, top[1] + 1.3 * unit),
                    (top[0] + sign * 0.05 * unit, top[1] + 1.75 * unit),
                    (top[0] - sign * 0.16 * unit, top[1] + 1.5 * unit),
                    (top[0] - sign * 0.04 * unit, top[1] + 0.7 * unit),
                ]
            )
        mask = stage.fill(*sides)
        dye = (38, 30, 27) if name.endswith("dark") else (176, 140, 96)
        return cover(stage, mask, dye, strands(shape, unit, 3), 0.22), mask
    if name == "beard":
        ring = [*(tuple(stage.points[k]) for k in _JAW), *(tuple(stage.points[k]) for k in _CHEEK_LINE)]
        lips = polygon_mask(stage.points[list(mesh.LIPS_OUTER)], shape)
        mask = stage.fill(ring) * (1 - cv2.dilate(lips, np.ones((5, 5))))
        return cover(stage, mask, (48, 38, 33), strands(shape, 0.1 * unit, 4) + noise(shape, (2.5,), 5), 0.35), mask
    if name == "hat":
        brow = float(stage.points[list(mesh.LEFT_BROW + mesh.RIGHT_BROW), 1].min()) - 0.14 * unit
        middle, wide = stage.at(10)[0], 0.72 * unit
        turns = np.linspace(np.pi, 2 * np.pi, 24)
        dome = [(middle + wide * float(np.cos(a)), brow + 0.95 * unit * float(np.sin(a))) for a in turns]
        mask = stage.fill([*dome, (middle + 0.5 * wide, brow + 0.06 * unit), (middle - 0.5 * wide, brow + 0.06 * unit)])
        return cover(stage, mask, (60, 78, 110), folds + np.sin(np.arange(shape[1]) / unit * 60), 0.1), mask
    if name == "face mask":
        mask = stage.fill([tuple(stage.points[k]) for k in (*_JAW, *_MASK_LINE)])
        return cover(stage, mask, (150, 178, 205), folds, 0.06), mask
    if name.startswith(("printed", "phone")):
        return lay_thing(stage, printed=name.startswith("printed"))
    if name == "blank card before the chest":
        corners = [stage.at(mesh.CHIN, x, y) for x, y in ((-0.4, 0.3), (0.3, 0.2), (0.4, 0.75), (-0.3, 0.85))]
        mask = polygon_mask(np.array(corners, np.float32), shape, smooth=False)
        return cover(stage, mask, (235, 228, 214), folds, 0.05), mask
    rim, lenses = np.zeros(shape[:2], np.uint8), np.zeros(shape[:2], np.uint8)
    for centre in mesh.eye_centres(np.c_[stage.points, np.zeros(len(stage.points))].astype(np.float32)):
        place = tuple(int(v) for v in np.rint((centre + np.array((0, 0.03 * unit))) * 16))
        cv2.circle(rim, place, round(0.185 * unit * 16), (255,), max(2, round(0.022 * unit)), cv2.LINE_AA, 4)
        cv2.circle(lenses, place, round(0.185 * unit * 16), (255,), cv2.FILLED, cv2.LINE_AA, 4)
    mask = np.asarray(rim.astype(np.float32) / 255, np.float32)
    drawn = cover(stage, mask, (30, 26, 24), np.zeros(shape[:2], np.float32), 0)
    return drawn, mask if name == "glasses" else np.asarray(lenses.astype(np.float32) / 255, np.float32)


def lay_thing(stage: Stage, *, printed: bool) -> tuple[Rgb, F32]:
    """Return the photo with a card before the chest, with a picture and lines of words, or a phone seen from behind."""
    wide, high = (round(part * stage.unit) for part in ((0.95, 0.6) if printed else (0.42, 0.85)))
    thing = Image.new("RGB", (wide, high), (228, 232, 238) if printed else (22, 22, 25))
    draw = ImageDraw.Draw(thing)

    def box(left: float, top: float, right: float, bottom: float, colour: tuple[int, int, int]) -> None:
        draw.rectangle((left * wide, top * high, right * wide, bottom * high), fill=colour)

    if printed:
        box(0, 0, 1, 0.12, (60, 90, 150))
        box(0.06, 0.2, 0.32, 0.75, (120, 140, 170))
        for line in range(6):
            box(0.4, 0.2 + 0.11 * line, 0.65 + 0.08 * (line % 3), 0.24 + 0.11 * line, (60, 60, 70))
    else:
        box(0.1, 0.05, 0.5, 0.25, (40, 40, 45))
        box(0.16, 0.09, 0.26, 0.14, (8, 8, 12))
        box(0.33, 0.09, 0.43, 0.14, (8, 8, 12))
    x, y = stage.at(mesh.CHIN, -0.5, 0.32) if printed else stage.at(mesh.CHIN, 0.12, 0.35)
    shape = Image.new("L", thing.size, 255)
    thing, shape = (
        image.rotate(-6 if printed else 8, Image.Resampling.BICUBIC, expand=True) for image in (thing, shape)
    )
    photo, mask = Image.fromarray(stage.rgb), Image.new("L", (stage.rgb.shape[1], stage.rgb.shape[0]))
    photo.paste(thing, (int(x), int(y)), shape)
    mask.paste(shape, (int(x), int(y)))
    return np.asarray(photo), np.asarray(np.asarray(mask, np.float32) / 255, np.float32)


_CHEEKS = (117, 118, 101, 36, 205, 187, 123)
_JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
_CHEEK_LINE = (425, 327, 2, 98, 205)
_MASK_LINE = (352, 280, 195, 50, 123)
"""Over the cheeks and the bridge of the nose, from the left of the face to the right."""


def overlap(mask: F32, truth: F32, person: F32, *, share: bool) -> float:
    """Intersection over union where the person is, or over the truth alone."""
    found, true = (mask > 0.5) & (person > 0.5), (truth > 0.5) & (person > 0.5)
    return float((found & true).sum() / max(int((true if share else found | true).sum()), 1))


def judge(stage: Stage, face: Face, name: str, models: Models) -> tuple[float, float]:
    """Classical and learned overlap of one thing painted on one photo."""
    rgb, truth = paint(stage, name)
    portrait = build_portrait(rgb, face, models)
    shown = np.repeat(np.rint(truth * 255).astype(np.uint8)[..., None], 3, axis=2)
    canvas = cut_upright(shown, face.landmarks)
    x, y = np.rint(canvas.landmarks[0, :2] - portrait.landmarks[0, :2]).astype(int)
    there = canvas.rgb[y : y + portrait.height, x : x + portrait.width, 0].astype(np.float32) * np.float32(1 / 255)
    person = np.asarray(portrait.alpha.astype(np.float32) * np.float32(1 / 255), np.float32)
    both = (replace(portrait, part_map=None), portrait)
    one, other = (_score(each, PLACES[name], there, person) for each in both)
    return one, other


def _score(portrait: Portrait, part: str, truth: F32, person: F32) -> float:
    return overlap(getattr(parts(portrait), part), truth, person, share=part == "clothes")


def cost(portrait: Portrait, rgb: Rgb, face: Face, models: Models) -> None:
    """Print what the learned way costs on one portrait."""
    canvas = cut_upright(rgb, face.landmarks)
    outlook = look(canvas.rgb, canvas.landmarks, models)
    near = np.concatenate([picture(outlook), geometry(canvas.landmarks, outlook.box)])[None]
    (said,) = models.run("parts_head", near, *outlook.taps)
    none = np.zeros(said.shape[2:], bool)
    megapixels = portrait.width * portrait.height / 1e6
    print(f"\n{yardstick(models)}")
    print(f"portrait of {megapixels:.2f} MP, ms at best:")
    print(f"  network            {best_ms(lambda: models.run('parts_head', near, *outlook.taps)):6.1f}")
    print(f"  its inputs         {best_ms(lambda: (geometry(canvas.landmarks, outlook.box), picture(outlook))):6.1f}")
    print(f"  own colours        {best_ms(lambda: weigh_colours(said[0], outlook, none)):6.1f}")
    print(
        f"  map, in all        {best_ms(lambda: read_parts(outlook, canvas.landmarks, models)):6.1f}  (limit {MAP_MS})"
    )
    print(f"  parts, learned     {best_ms(lambda: parts(portrait)):6.1f}")
    print(f"  parts, classical   {best_ms(lambda: parts(replace(portrait, part_map=None))):6.1f}")
    print(f"network: file {_size_mb('parts_head'):.1f} MB, with its inputs {_resident_mb():.0f} MB of memory")
    if portrait.part_map is not None:
        print(f"  map in the portrait {len(pack(portrait.part_map)) / 1000:.1f} kB")


def _size_mb(name: str) -> float:
    return Path(idphoto_models.path(name)).stat().st_size / 1e6


def _resident_mb() -> float:
    """Memory that opening and running the network adds to a process which has onnxruntime, MB."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_measure_resident).result()


def _measure_resident() -> float:
    models = Models(threads=2)
    models.run("person_prior", np.zeros((1, 256, 256, 3), np.float32))
    before = _resident()
    taps = [np.zeros((1, *shape), np.uint8) for shape in _TAPS]
    models.run("parts_head", np.zeros((1, 25, 160, 160), np.float32), *taps)
    return (_resident() - before) / 1e6


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


_TAPS = ((128, 160, 160), (256, 80, 80), (512, 40, 40), (512, 20, 20), (128, 80, 80))
"""Shapes of U-2-Net's inner layers that the network reads."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portraits", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="take every so many-th photo only")
    parser.add_argument("--only", nargs="*", default=list(PLACES), choices=list(PLACES))
    chosen = parser.parse_args()
    models = Models(threads=chosen.threads)
    cv2.setNumThreads(chosen.threads)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in chosen.only}
    last: tuple[Portrait, Rgb, Face] | None = None
    for path in sorted(chosen.portraits.iterdir())[:: chosen.every]:
        if path.suffix.lower() not in (".jpg", ".jpeg", ".png"):
            continue
        rgb = decode(path.read_bytes()).rgb
        faces = find_faces(rgb, models)
        if not faces:
            continue
        portrait = build_portrait(rgb, faces[0], models)
        stage = Stage(rgb, faces[0].landmarks[:, :2], face_width(faces[0].landmarks), _person(rgb, faces[0], models))
        for name in chosen.only:
            found[name].append(judge(stage, faces[0], name, models))
        last = portrait, rgb, faces[0]
        print(path.name, file=sys.stderr, flush=True)
    print("painted                          n  classical  learned  seen")
    for name, pairs in found.items():
        one, other = (statistics.mean(values) for values in zip(*pairs, strict=True))
        seen = sum(learned > SEEN for _, learned in pairs)
        print(f"{name:31s} {len(pairs):3d}    {one:6.3f}   {other:6.3f}   {seen:3d}")
    if last is not None:
        cost(*last, models)


def _person(rgb: Rgb, face: Face, models: Models) -> F32:
    """Where the person is in the photo itself."""
    outlook = look(rgb, face.landmarks, models)
    left, top, right, bottom = outlook.box
    mask = np.zeros(rgb.shape[:2], np.float32)
    mask[top:bottom, left:right] = cv2.resize(outlook.saliency, (right - left, bottom - top))
    return mask


if __name__ == "__main__":
    main()
