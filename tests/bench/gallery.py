"""Contact sheets of what the engine makes of portraits, to be looked at: whole and at full size along the edges.

    python tests/bench/gallery.py PORTRAITS [--out gallery]

Writes one PNG a portrait and ``overview.png``. A further effect is one more line in ``RENDERS``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from idphoto import mesh
from idphoto.arrays import Rgb
from idphoto.decode import decode
from idphoto.errors import EngineError
from idphoto.faces import Face, choose_person, find_faces
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait
from idphoto.upright import cut_upright
from PIL import Image, ImageDraw

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic"}
WHOLE_HEIGHT = 520
CLOSE_UP = 300
"""Side of a close-up on the sheet, px."""
CLOSE_UP_HEADS = 0.5
"""Side of a close-up on the portrait, in head heights."""
LABEL = 14
GREY = (90, 90, 90)


def over(portrait: Portrait, colour: tuple[int, int, int]) -> Rgb:
    """Lay a portrait over one colour."""
    alpha = portrait.alpha[..., None].astype(np.float32) / 255
    mixed = portrait.rgb * alpha + np.array(colour, np.float32) * (1 - alpha)
    return np.rint(mixed).astype(np.uint8)


@dataclass(frozen=True)
class Render:
    """A column of the sheets: its title, and how it is made."""

    name: str
    make: Callable[[Portrait], Rgb]


RENDERS = (
    Render("white", lambda portrait: over(portrait, (255, 255, 255))),
    Render("blue #438EDB", lambda portrait: over(portrait, (67, 142, 219))),
    Render("red #FF0000", lambda portrait: over(portrait, (255, 0, 0))),
)


def close_ups(portrait: Portrait) -> dict[str, tuple[float, float]]:
    """Name the places to look at closely, each with its centre ``(x, y)`` in px."""
    points, head = portrait.landmarks, portrait.head_height
    left_ear, right_ear = points[mesh.LEFT_CHEEK_EDGE], points[mesh.RIGHT_CHEEK_EDGE]
    middle, chin = portrait.centre_x, portrait.chin_y
    return {
        "hair top": (middle, portrait.crown_y + 0.15 * head),
        "hair left": (middle - 0.33 * head, portrait.crown_y + 0.25 * head),
        "hair right": (middle + 0.33 * head, portrait.crown_y + 0.25 * head),
        "ear left": (float(left_ear[0]), float(left_ear[1])),
        "ear right": (float(right_ear[0]), float(right_ear[1])),
        "neck left": (middle - 0.35 * head, chin + 0.1 * head),
        "neck right": (middle + 0.35 * head, chin + 0.1 * head),
        "shoulder left": (middle - 0.75 * head, chin + 0.45 * head),
        "shoulder right": (middle + 0.75 * head, chin + 0.45 * head),
        "eyes": (middle, portrait.eye_y),
    }


def before(photo: Rgb, face: Face, portrait: Portrait) -> Rgb:
    """Return the photo turned and cut as the portrait is."""
    canvas = cut_upright(photo, face.landmarks)
    left, top = np.rint(canvas.landmarks[0, :2] - portrait.landmarks[0, :2]).astype(int)
    return canvas.rgb[top : top + portrait.height, left : left + portrait.width]


def sheet(
    name: str, columns: list[tuple[str, Rgb]], places: dict[str, tuple[float, float]], side: float
) -> Image.Image:
    """Lay out whole pictures above rows of close-ups."""
    wholes = [_fit(Image.fromarray(picture), 10_000, WHOLE_HEIGHT) for _, picture in columns]
    width = max(sum(whole.width + 4 for whole in wholes), LABEL * 7 + 2 * len(columns) * (CLOSE_UP + 4))
    rows = -(-len(places) // 2)
    page = Image.new("RGB", (width, LABEL + WHOLE_HEIGHT + rows * (CLOSE_UP + LABEL + 4) + 4), GREY)
    pen = ImageDraw.Draw(page)
    x = 0
    for (title, _), whole in zip(columns, wholes, strict=True):
        pen.text((x + 2, 1), f"{name}: {title}", fill="white")
        page.paste(whole, (x, LABEL))
        x += whole.width + 4
    for index, (place, centre) in enumerate(places.items()):
        x = (index % 2) * (len(columns) * (CLOSE_UP + 2) + 8)
        y = LABEL + WHOLE_HEIGHT + 4 + (index // 2) * (CLOSE_UP + LABEL + 4)
        pen.text((x + 2, y), place, fill="white")
        for _, picture in columns:
            page.paste(_close_up(picture, centre, side), (x, y + LABEL))
            x += CLOSE_UP + 2
    return page


def _fit(image: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / image.width, height / image.height)
    return image.resize(
        (max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.LANCZOS
    )


def _close_up(picture: Rgb, centre: tuple[float, float], side: float) -> Image.Image:
    x, y = centre
    area = (round(x - side / 2), round(y - side / 2), round(x + side / 2), round(y + side / 2))
    return Image.fromarray(picture).crop(area).resize((CLOSE_UP, CLOSE_UP), Image.Resampling.BICUBIC)


def overview(rows: list[list[Image.Image]], height: int = 200) -> Image.Image:
    """Lay out small pictures, one row a portrait, in as many columns of rows as keep the page about square."""
    small = [[_fit(image, 10_000, height) for image in row] for row in rows]
    row_width = max(sum(image.width + 2 for image in row) for row in small) + 6
    across = max(1, round((len(small) * (height + 2) / row_width) ** 0.5))
    down = -(-len(small) // across)
    page = Image.new("RGB", (across * row_width, down * (height + 2)), GREY)
    for index, row in enumerate(small):
        x, y = (index // down) * row_width, (index % down) * (height + 2)
        for image in row:
            page.paste(image, (x, y))
            x += image.width + 2
    return page


def main(arguments: list[str]) -> int:
    """Make the sheets of every portrait in a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portraits", type=Path)
    parser.add_argument("--out", type=Path, default=Path("gallery"))
    parser.add_argument("--only", nargs="*", default=(), help="file names without suffix")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    models = Models()
    rows = []
    for path in sorted(p for p in options.portraits.iterdir() if p.suffix.lower() in SUFFIXES):
        if options.only and path.stem not in options.only:
            continue
        try:
            photo = decode(path.read_bytes()).rgb
        except EngineError as error:
            print(f"{path.name}: {error}")
            continue
        person = choose_person(find_faces(photo, models), photo.shape[1], photo.shape[0])
        if person.face is None:
            print(f"{path.name}: no face")
            continue
        portrait = build_portrait(photo, person.face, models)
        columns = [("before", before(photo, person.face, portrait))]
        columns += [(render.name, render.make(portrait)) for render in RENDERS]
        side = max(CLOSE_UP_HEADS * portrait.head_height, CLOSE_UP / 3)
        sheet(path.stem, columns, close_ups(portrait), side).save(options.out / f"{path.stem}.png")
        rows.append([Image.fromarray(picture) for _, picture in columns])
        print(f"{path.name}: {portrait.width}x{portrait.height}, head {portrait.head_height:.0f} px")
    if rows:
        overview(rows).save(options.out / "overview.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
