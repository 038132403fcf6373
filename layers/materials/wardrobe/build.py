"""Make garment files: cut, photograph, and write them to the package of materials.

``make wardrobe [ONLY="id ..."] [PREVIEW=1] [LABELS=1]``; a preview is small and goes to a folder of its own, and labels
are names, tags and colours alone, for which the pictures need not be taken anew.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
import zipfile
from pathlib import Path
from typing import Final

import numpy as np
from idphoto.garment import GarmentFacts, Layer, read_facts, read_garment, to_coded, write_garment
from idphoto.thumbnails import garment_thumbnail
from numpy.typing import NDArray
from wardrobe.form import F64
from wardrobe.garments import DESIGNS, Design
from wardrobe.studio import Quality, Shots, photograph, projected
from wardrobe.wear import swayed

TARGET: Final = Path(__file__).resolve().parents[1] / "idphoto_materials" / "outfit"
LICENCE: Final = "Apache-2.0"
FULL, PREVIEW = Quality(), Quality(px_per_cm=9.0, samples=16)
WEBP_QUALITY: Final = 91
_PITCH: Final = 30


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*DESIGNS, []], help="ids of garments; all by default")
    parser.add_argument("--preview", action="store_true")
    parser.add_argument("--labels", action="store_true", help="keep the pictures")
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--px", type=float)
    parser.add_argument("--samples", type=int)
    parser.add_argument("--window", type=float, nargs=4, metavar=("LEFT", "BOTTOM", "RIGHT", "TOP"), help="cm")
    arguments = parser.parse_args()
    quality = PREVIEW if arguments.preview else FULL
    quality = Quality(
        arguments.px or quality.px_per_cm,
        arguments.samples or quality.samples,
        window=tuple(arguments.window) if arguments.window else None,
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only or DESIGNS:
        began = time.monotonic()
        file = arguments.out / f"{name}.garment"
        design = DESIGNS[name]
        data = relabelled(file.read_bytes(), design) if arguments.labels else make(design, quality)
        file.write_bytes(data)
        file.with_suffix(".webp").write_bytes(garment_thumbnail(read_garment(data)))
        sys.stdout.write(f"{name}: {len(data) / 1e6:.2f} MB, {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()


def make(design: Design, quality: Quality) -> bytes:
    """Make the file of one garment."""
    warp = swayed(design.figure, 90)
    pieces = [piece.turned(warp) for piece in design.cut(design.figure)]
    shots = photograph(pieces, design.fabrics, design.parts, design.figure, quality)
    return write_garment(facts(design, quality), layer(shots[False]), layer(shots[True]), WEBP_QUALITY)


def relabelled(data: bytes, design: Design) -> bytes:
    """Return a garment's file with its pictures as they are, and its names, tags and colours as in the design."""
    now = read_facts(data)
    fresh = facts(design, Quality(now.px_per_cm)).model_copy(update={"anchors": now.anchors})
    if fresh.parts != now.parts:
        raise ValueError("other parts need other pictures")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith(".json"):
                text = json.dumps(fresh.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
                content = text.encode()
            file.writestr(zipfile.ZipInfo(info.filename, info.date_time), content)
    return out.getvalue()


def facts(design: Design, quality: Quality) -> GarmentFacts:
    """Return what a file says of a garment beside its pictures."""
    warp, figure = swayed(design.figure, 90), design.figure
    side_x, side_z, side_d = design.neck_side
    # The acromion lies where the outline turns from the shoulder into the arm.
    end_x, end_z = next((x, z) for x, z in figure.outline if x > 20)
    places = {
        "neck_pit": (0.0, 0.0, float(figure.on(0.0, 0.0))),
        "collar_left": (-side_x, side_z, side_d),
        "collar_right": (side_x, side_z, side_d),
        "collar_front": (0.0, design.opening, float(figure.on(0.0, design.opening)) + 0.8),
        "shoulder_left": (-end_x, end_z, -1.0),
        "shoulder_right": (end_x, end_z, -1.0),
    }
    anchors = {
        name: [round(value, 2) for value in projected(warp(np.array([place]))[0].tolist(), quality.px_per_cm)]
        for name, place in places.items()
    }
    width, height = quality.size
    return GarmentFacts.model_validate(
        {
            "name": design.name,
            "name_zh": design.name_zh,
            "tags": design.tags,
            "licence": LICENCE,
            "width": width,
            "height": height,
            "px_per_cm": quality.px_per_cm,
            "anchors": anchors,
            "skin_shown": design.skin_shown,
            "parts": [{"id": part} for part in design.parts],
            "colours": [
                {"id": key, "name": name, "name_zh": name_zh, "albedo": dict(zip(design.parts, albedo, strict=True))}
                for key, (name, name_zh, albedo) in design.colours.items()
            ],
        }
    )


def layer(shots: Shots) -> Layer:
    """Return pictures as bytes; colours go on beyond the cloth's edge, so that no compression draws darkness in."""
    covered = shots.opacity > 0.5 / 255
    shade, gloss = (_coded(_continued(light, shots.opacity)) for light in (shots.shade, shots.gloss))
    opacity = np.round(np.clip(shots.opacity, 0, 1) * 255).astype(np.uint8)
    return Layer(np.stack([shade, shade, shade, opacity], -1), gloss, _shares(shots.parts, covered))


def _coded(light: F64) -> NDArray[np.uint8]:
    return np.asarray(np.round(to_coded(light.astype(np.float32))).astype(np.uint8))


def _continued(light: F64, opacity: F64) -> F64:
    known = opacity > 0.98
    value, weight = np.where(known, light, 0), known.astype(float)
    for _ in range(_PITCH):
        if weight.all():
            break
        padded_value, padded_weight = np.pad(value, 1), np.pad(weight, 1)
        near = [(1 + dy, 1 + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        height, width = value.shape
        total = sum(padded_value[y : y + height, x : x + width] for y, x in near)
        count = sum(padded_weight[y : y + height, x : x + width] for y, x in near)
        grown = (weight == 0) & (count > 0)
        value[grown] = (total / np.maximum(count, 1))[grown]
        weight[grown] = 1
    return np.where((opacity > 0.5) & ~known, 0.5 * (light + value), value)


def _shares(parts: F64, covered: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Coverages in 0..255 that sum to 255 wherever there is cloth."""
    parts = np.clip(parts, 0, None)
    total = parts.sum(0)
    scaled = np.floor(parts / np.maximum(total, 1e-6) * 255 + 0.5)
    greatest = parts.argmax(0)[None]
    rest = 255 - scaled.sum(0)
    np.put_along_axis(scaled, greatest, np.take_along_axis(scaled, greatest, 0) + rest, 0)
    return np.asarray(np.where(covered, scaled, 0).astype(np.uint8))


if __name__ == "__main__":
    main()
