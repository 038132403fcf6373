"""Contact sheets of what the engine makes of portraits, to be looked at: whole and at full size along the edges.

    python -m tests.bench.gallery PORTRAITS [--out gallery] [--effects skin beautify ...] [--only name ...]

Writes one PNG a portrait of the cut person over colours and of its parts, with ``overview.png``; and for each effect a
folder with one PNG a portrait, before, by default and in full, with the overview of all portraits as ``<effect>.png``.
What an effect refuses is written out. ``--effects`` names those that are drawn, and leaves the cut person out. Of every
outfit there are two more pages, on all portraits: ``outfit/<id>_413.png`` as 295x413 px photos, ``outfit/<id>_800.png``
at 800 px.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import idphoto_materials
import numpy as np
from idphoto import mesh
from idphoto.arrays import Rgb
from idphoto.background import Background
from idphoto.effects import EFFECTS
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.outfit import Outfit
from idphoto.errors import EngineError
from idphoto.faces import Face
from idphoto.garment import read_garment
from idphoto.models import Models
from idphoto.parts import PART_NAMES, parts
from idphoto.portrait import Portrait, build_portrait
from idphoto.render import render
from idphoto.specs import CustomSize, Spec, custom_spec
from idphoto.tailoring import GarmentUnusableError, Naming, from_portrait
from idphoto.upright import cut_upright
from PIL import Image, ImageDraw

from tests.bench.retouch import default, full, photos, put

WHOLE_HEIGHT = 520
CLOSE_UP = 300
"""Side of a close-up on the sheet, px."""
CLOSE_UP_HEADS = 0.5
"""Side of a close-up on the portrait, in head heights."""
FACE_CLOSE_UP_HEADS = 0.33
OVERVIEW_HEIGHTS = (320, 200)
"""Of a row of an effect's overview, and of the cut person's, px."""
PHOTO_SIZES = ((295, 413), (571, 800))
"""Of the photos on an outfit's pages, px."""
BACKGROUND = Background(color="#438EDB")
LABEL = 14
GREY = (90, 90, 90)
LIGHT_GREY = (225, 225, 225)


def over(portrait: Portrait, colour: tuple[int, int, int]) -> Rgb:
    """Lay a portrait over one colour."""
    alpha = portrait.alpha[..., None].astype(np.float32) / 255
    mixed = portrait.rgb * alpha + np.array(colour, np.float32) * (1 - alpha)
    return np.rint(mixed).astype(np.uint8)


PART_COLOURS = {
    "hair": (150, 80, 20),
    "face_skin": (255, 205, 170),
    "body_skin": (230, 140, 110),
    "clothes": (60, 100, 220),
    "brows": (40, 40, 40),
    "lips": (220, 30, 60),
    "mouth": (120, 0, 0),
    "eyes": (255, 255, 255),
    "glasses": (0, 0, 0),
    "beard": (90, 40, 10),
    "background": (200, 230, 200),
    "headwear": (170, 60, 220),
    "held": (0, 220, 120),
}
LENS_COLOUR, EAR_COLOUR = (0, 0, 255), (255, 0, 200)
PART_SHARE = 0.65
"""Of the colour of a part in what is shown of it."""


def parted(portrait: Portrait) -> Rgb:
    """Lay over a portrait the colours of its parts."""
    found = parts(portrait)
    colours = sum(getattr(found, name)[..., None] * np.array(PART_COLOURS[name], np.float32) for name in PART_NAMES)
    for mask, colour in ((found.lenses, LENS_COLOUR), (found.ears, EAR_COLOUR)):
        colours += 0.5 * mask[..., None] * (np.array(colour, np.float32) - colours)
    seen = over(portrait, (255, 255, 255))
    return np.asarray(np.rint(seen + PART_SHARE * (colours - seen)), np.uint8)


@dataclass(frozen=True)
class Render:
    """A column of the sheets: its title, and how it is made."""

    name: str
    make: Callable[[Portrait], Rgb]


RENDERS = (
    Render("white", lambda portrait: over(portrait, (255, 255, 255))),
    Render("blue #438EDB", lambda portrait: over(portrait, (67, 142, 219))),
    Render("red #FF0000", lambda portrait: over(portrait, (255, 0, 0))),
    Render("parts", parted),
)


def close_ups(portrait: Portrait) -> dict[str, tuple[float, float]]:
    """Name the places along the edges to look at closely, each with its centre ``(x, y)`` in px."""
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


def face_close_ups(portrait: Portrait) -> dict[str, tuple[float, float]]:
    """Name the places of a face to look at closely, each with its centre ``(x, y)`` in px."""
    points, head = portrait.landmarks, portrait.head_height

    def middle(*indices: int) -> tuple[float, float]:
        x, y = mesh.centre(points, indices)
        return float(x), float(y)

    return {
        "eye left": middle(mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER),
        "eye right": middle(mesh.RIGHT_EYE_INNER, mesh.RIGHT_EYE_OUTER),
        "cheek left": middle(*mesh.LEFT_CHEEK, mesh.LEFT_CHEEK_EDGE),
        "cheek right": middle(*mesh.RIGHT_CHEEK, mesh.RIGHT_CHEEK_EDGE),
        "mouth": middle(mesh.LIP_UPPER_INNER, mesh.LIP_LOWER_INNER),
        "nose": middle(mesh.NOSE_TIP),
        "hair line": (portrait.centre_x, float(points[mesh.FOREHEAD_TOP, 1])),
        "collar": (portrait.centre_x, portrait.chin_y + 0.15 * head),
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


def person_sheets(name: str, photo: Rgb, face: Face, portrait: Portrait, out: Path) -> list[Image.Image]:
    """Draw the cut person over colours; return the small pictures for the overview."""
    columns = [("before", before(photo, face, portrait))]
    columns += [(render.name, render.make(portrait)) for render in RENDERS]
    side = max(CLOSE_UP_HEADS * portrait.head_height, CLOSE_UP / 3)
    sheet(name, columns, close_ups(portrait), side).save(out / f"{name}.png")
    return [Image.fromarray(picture) for _, picture in columns]


def effect_sheets(kind: str, name: str, portrait: Portrait, out: Path) -> list[Image.Image]:
    """Draw one effect on one portrait; return the small pictures for the overview."""
    columns = [("before", over(portrait, LIGHT_GREY))]
    for title, params in ((f"{kind} by default", default(kind)), (f"{kind} in full", full(kind))):
        result = put(kind, portrait, params)
        if isinstance(result, EffectRefusedError):
            columns.append((title, _refusal(result, portrait)))
        else:
            same = " (unchanged)" if result is portrait else ""
            columns.append((title + same, over(result, LIGHT_GREY)))
    side = max(FACE_CLOSE_UP_HEADS * portrait.head_height, CLOSE_UP / 4)
    sheet(name, columns, face_close_ups(portrait), side).save(out / f"{name}.png")
    area = _head_area(portrait)
    return [Image.fromarray(picture).crop(area) for _, picture in columns]


def outfit_pages(portraits: list[tuple[str, Portrait]], out: Path) -> None:
    """Draw every outfit on everybody, framed as photos are, at two sizes."""
    for material in idphoto_materials.materials("outfit"):
        worn = [put("outfit", portrait, Outfit(material_id=material.id)) for _, portrait in portraits]
        for width, height in PHOTO_SIZES:
            spec = custom_spec(CustomSize(width_px=width, height_px=height, dpi=300))
            tiles = [_framed(result, spec) for result in worn if not isinstance(result, EffectRefusedError)]
            pictures = [Image.fromarray(tile) for tile in tiles if tile is not None]
            across = max(1, round((len(pictures) * height / width * 1.6) ** 0.5))
            page = Image.new("RGB", (across * (width + 2), -(-len(pictures) // across) * (height + 2)), GREY)
            for index, picture in enumerate(pictures):
                page.paste(picture, (index % across * (width + 2), index // across * (height + 2)))
            page.save(out / f"{material.id}_{height}.png")


def _framed(portrait: Portrait, spec: Spec) -> Rgb | None:
    try:
        return render(portrait, spec, BACKGROUND).rgb
    except EngineError:
        return None


def garment_sheets(name: str, portrait: Portrait, out: Path) -> list[Image.Image]:
    """Draw the garment cut off a person; return the small pictures for the overview."""
    small = [Image.fromarray(over(portrait, LIGHT_GREY))]
    try:
        tailored = from_portrait(portrait, Naming(name[:60], name[:60]))
    except GarmentUnusableError as refusal:
        return [*small, Image.fromarray(_card(portrait, refusal.details))]
    garment = read_garment(tailored.garment)
    shade = garment.front.shade
    worn = replace(portrait, rgb=shade[..., :3], alpha=shade[..., 3])
    columns = [(each.name, each.make(worn)) for each in RENDERS]
    held = Image.fromarray(columns[0][1])
    pen, radius = ImageDraw.Draw(held), 0.4 * garment.facts.px_per_cm
    for _, (x, y) in garment.facts.anchors:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(255, 0, 0), width=2)
    found = " ".join(finding.code for finding in tailored.report.findings)
    columns.append((f"{tailored.report.score:.0f} {found}", np.asarray(held)))
    places = {anchor: (x, y) for anchor, (x, y) in garment.facts.anchors}
    sheet(name, columns, places, 8 * garment.facts.px_per_cm).save(out / f"{name}.png")
    return [*small, held]


def _head_area(portrait: Portrait) -> tuple[int, int, int, int]:
    head, middle = portrait.head_height, portrait.centre_x
    left, right = round(middle - 0.6 * head), round(middle + 0.6 * head)
    return left, round(portrait.crown_y - 0.1 * head), right, round(portrait.chin_y + 0.3 * head)


def _refusal(refusal: EffectRefusedError, portrait: Portrait) -> Rgb:
    """Write why an effect refused where its picture would be."""
    return _card(portrait, {key: value for key, value in refusal.details.items() if key != "effect"})


def _card(portrait: Portrait, details: Mapping[str, object]) -> Rgb:
    card = Image.new("RGB", (portrait.width, portrait.height), GREY)
    words = [f"{key}: {value}" for key, value in details.items()]
    size = max(10, portrait.head_height / 16)
    left, top, *_ = _head_area(portrait)
    place = max(left, 0) + size, max(top, 0) + 3 * size
    ImageDraw.Draw(card).multiline_text(place, "\n".join(words), fill="white", font_size=size)
    return np.asarray(card)


def main(arguments: list[str]) -> int:
    """Make the sheets of every portrait in a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portraits", type=Path)
    parser.add_argument("--out", type=Path, default=Path("gallery"))
    parser.add_argument("--effects", nargs="*", choices=list(EFFECTS), help="draw these effects only")
    parser.add_argument("--only", nargs="*", default=[], help="file names without suffix")
    parser.add_argument("--garments", action="store_true", help="draw what the people wear")
    options = parser.parse_args(arguments)
    kinds = list(EFFECTS) if options.effects is None and not options.garments else options.effects or []
    sheets = [*kinds, *(["garments"] if options.garments else [])]
    for folder in (options.out, *(options.out / kind for kind in sheets)):
        folder.mkdir(parents=True, exist_ok=True)
    models = Models()
    everybody: list[tuple[str, Portrait]] = []
    rows: dict[str, list[list[Image.Image]]] = {"overview": [], **{kind: [] for kind in sheets}}
    for name, photo, face in photos(options.portraits, models, options.only):
        portrait = build_portrait(photo, face, models)
        everybody.append((name, portrait))
        if options.effects is None and not options.garments:
            rows["overview"].append(person_sheets(name, photo, face, portrait, options.out))
        for kind in kinds:
            rows[kind].append(effect_sheets(kind, name, portrait, options.out / kind))
        if options.garments:
            rows["garments"].append(garment_sheets(name, portrait, options.out / "garments"))
        print(f"{name}: {portrait.width}x{portrait.height}, head {portrait.head_height:.0f} px", flush=True)
    if "outfit" in kinds:
        outfit_pages(everybody, options.out / "outfit")
    for name, pictures in rows.items():
        if pictures:
            overview(pictures, OVERVIEW_HEIGHTS[name == "overview"]).save(options.out / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
