"""A contact sheet of garments in all their colours, over a plain neck; to look at, not to keep."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from idphoto.arrays import F32
from idphoto.garment import Garment, linear_colour, read_garment, to_coded
from PIL import Image

BACKGROUND, SKIN = "#438EDB", "#D9A58A"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--colours", type=int, default=9)
    parser.add_argument(
        "--crop", type=float, nargs=4, metavar=("X0", "Z0", "X1", "Z1"), help="cm: left, top, right, bottom"
    )
    arguments = parser.parse_args()
    rows = []
    for file in arguments.files:
        garment = read_garment(file.read_bytes())
        tiles = [worn(garment, colour) for colour in garment.colour_ids[: arguments.colours]]
        if arguments.crop:
            x0, z0, x1, z1 = arguments.crop
            scale = garment.facts.px_per_cm
            tiles = [
                tile[
                    round((10 - z0) * scale) : round((10 - z1) * scale),
                    round((28 + x0) * scale) : round((28 + x1) * scale),
                ]
                for tile in tiles
            ]
        rows.append(np.concatenate(tiles, 1))
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows]
    Image.fromarray(np.concatenate(padded).astype(np.uint8)).save(arguments.out)


def worn(garment: Garment, colour: str) -> F32:
    """Return the garment on a neck, ``(H, W, 3)`` in 0..255."""
    facts = garment.facts
    albedo = garment.albedo(colour)
    y, x = np.mgrid[: facts.height, : facts.width].astype(np.float32)
    left, right, pit = facts.anchors.collar_left, facts.anchors.collar_right, facts.anchors.neck_pit
    half = (right[0] - left[0]) / 2 - 0.1 * facts.px_per_cm
    across = (x - (left[0] + right[0]) / 2) / half
    below = (y - pit[1]) / facts.px_per_cm
    wider = 1 + np.clip(below + 1, 0, 6) * 0.12
    inside = np.clip((wider - np.abs(across)) * half, 0, 1) * (below < 9)
    shading = 0.55 + 0.45 * np.sqrt(np.clip(1 - (across / wider) ** 2, 0, 1))
    picture = np.broadcast_to(linear_colour(BACKGROUND), (*x.shape, 3)).copy()
    if garment.back is not None:
        picture = _over(picture, garment.dyed(garment.back, albedo))
    skin = linear_colour(SKIN) * shading[..., None]
    picture = _over(picture, np.concatenate([skin * inside[..., None], inside[..., None]], -1))
    return to_coded(_over(picture, garment.dyed(garment.front, albedo)))


def _over(below: F32, layer: F32) -> F32:
    return np.asarray(below * (1 - layer[..., 3:]) + layer[..., :3], np.float32)


if __name__ == "__main__":
    main()
