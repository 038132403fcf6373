"""What an outfit costs, and how well it sits; one row an outfit, over all portraits that it takes.

    python -m tests.bench.bench_outfits [PORTRAITS] [--outfits suit_notch_tie ...] [--only name ...]

Without a folder the astronaut serves. Outfits are put on in their default colours, at a megapixel, on two threads.

==========  ============================================================================================
worn        portraits that were dressed, of all
ms, cpu     median of warm runs by the clock, and of the processors
face        pixels of the face above the chin's row that changed; must be 0
identity    cosine of the embeddings of the face before and after, the worst (see ``identity.py``)
left        what is left of the old clothes, mean and worst: area in square cm that is as it was before and whose
            colour is rather that of the old clothes than that of skin or hair
step        difference in a* and b* between the chin and the neck below it, median and worst
own step    the same before, where the photo shows the neck
edges       steepness of the collar's edges over that of the eyes', median
==========  ============================================================================================
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import dataclass
from pathlib import Path

import cv2
import idphoto_materials
import numpy as np
from idphoto import mesh
from idphoto.arrays import F32, Mask
from idphoto.checks.sharpness import edge_steepness
from idphoto.cielab import rgb_to_lab
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.outfit import Outfit
from idphoto.faces import find_faces
from idphoto.models import Models
from idphoto.parts import Parts, parts
from idphoto.portrait import Portrait, build_portrait
from idphoto.wearer import Wearer, measure
from skimage.data import astronaut

from tests.bench.bench_effects import at_a_megapixel, milliseconds
from tests.bench.identity import Identity, IdentityUnavailableError
from tests.bench.retouch import portraits, put

RUNS = 3
BINS = 16
"""Levels per channel of the colour models."""
CHIN_CM, NECK_CM, ACROSS_CM = (-1.0, -0.4), (0.5, 1.3), 2.0
"""Strips above and below the line of the jaw, and half their width."""


@dataclass(frozen=True)
class Row:
    """What was measured of one outfit on one portrait."""

    ms: float
    cpu: float
    face: int
    identity: float
    left: float
    step: float
    own_step: float | None
    edges: float | None


class Bench:
    """Measures outfits on portraits."""

    def __init__(self) -> None:
        try:
            self.identity: Identity | None = Identity()
        except IdentityUnavailableError as error:
            print(f"without identities: {error}")
            self.identity = None

    def row(self, outfit: str, portrait: Portrait, found: Parts, wearer: Wearer) -> Row | EffectRefusedError:
        """Put on an outfit and measure it."""
        params = Outfit(material_id=outfit)
        after = put("outfit", portrait, params)
        if isinstance(after, EffectRefusedError):
            return after
        ms, cpu = milliseconds(lambda: put("outfit", portrait, params), RUNS)
        changed = (after.rgb != portrait.rgb).any(axis=-1) | (after.alpha != portrait.alpha)
        return Row(
            ms=ms,
            cpu=cpu,
            face=int((changed & face_of(portrait)).sum()),
            identity=self._alike(portrait, after),
            left=float((old_clothes(portrait, found) & ~changed).sum()) / wearer.unit**2,
            step=step(after, wearer),
            own_step=step(portrait, wearer) if bare_neck(portrait, found, wearer) else None,
            edges=edges(after, wearer),
        )

    def _alike(self, before: Portrait, after: Portrait) -> float:
        if self.identity is None:
            return float("nan")
        first, second = (self.identity.embed(shown.rgb, shown.landmarks) for shown in (before, after))
        return float(first @ second)


def face_of(portrait: Portrait) -> Mask:
    """Inside the outline of the face, above the row of the chin."""
    outline = np.rint(portrait.landmarks[list(mesh.FACE_OVAL), :2]).astype(np.int32)
    mask = cv2.fillPoly(np.zeros(portrait.alpha.shape, np.uint8), [outline], (1,))
    mask[int(portrait.chin_y) :] = 0
    return np.asarray(mask > 0)


def old_clothes(portrait: Portrait, found: Parts) -> Mask:
    """Pixels below the eyes whose colour is rather that of the clothes than that of skin or hair (histograms)."""
    index = (rgb_to_lab(portrait.rgb.reshape(-1, 3)) - (0, -64, -64)) / (100 / BINS, 128 / BINS, 128 / BINS)
    cells = np.clip(index, 0, BINS - 1).astype(int) @ (BINS * BINS, BINS, 1)
    models = []
    for mask in (found.clothes, found.hair, found.face_skin + found.body_skin):
        weights = np.where(mask > 0.9, mask, 0).ravel()
        histogram = np.bincount(cells, weights, BINS**3).reshape(BINS, BINS, BINS)
        smooth = cv2.GaussianBlur(histogram.astype(np.float32), (0, 0), 0.6)
        models.append(smooth.ravel()[cells] / max(float(weights.sum()), 1.0))
    clothes, hair, skin = models
    likely = (clothes > 3 * np.maximum(hair, skin)).reshape(portrait.alpha.shape) & (portrait.alpha > 127)
    likely[: int(portrait.eye_y)] = False
    # Single pixels have any colour.
    return np.asarray(cv2.morphologyEx(likely.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0)


def strip(portrait: Portrait, wearer: Wearer, depth: tuple[float, float]) -> F32:
    """Median Lab of the strip along the jaw between two depths below it, cm."""
    jaw = portrait.landmarks[list(mesh.JAW), :2]
    order = np.argsort(jaw[:, 0])
    middle = portrait.landmarks[mesh.CHIN, 0]
    colours = []
    for column in np.arange(middle - ACROSS_CM * wearer.unit, middle + ACROSS_CM * wearer.unit):
        line = np.interp(column, jaw[order, 0], jaw[order, 1])
        rows = slice(int(line + depth[0] * wearer.unit), int(line + depth[1] * wearer.unit) + 1)
        colours.append(portrait.rgb[rows, int(column)])
    return np.asarray(np.median(rgb_to_lab(np.concatenate(colours)), axis=0), np.float32)


def step(portrait: Portrait, wearer: Wearer) -> float:
    """Difference in a* and b*, scaled to the same lightness, between chin and neck."""
    chin, neck = (strip(portrait, wearer, depth) for depth in (CHIN_CM, NECK_CM))
    return float(np.hypot(*(neck[1:] * (chin[0] + 16) / (neck[0] + 16) - chin[1:])))


def bare_neck(portrait: Portrait, found: Parts, wearer: Wearer) -> bool:
    """Whether the photo itself shows the neck below the chin."""
    row, middle = int(portrait.chin_y + wearer.unit), int(portrait.landmarks[mesh.CHIN, 0])
    across = int(ACROSS_CM * wearer.unit)
    return bool(found.body_skin[row, middle - across : middle + across].mean() > 0.9)


def edges(portrait: Portrait, wearer: Wearer) -> float | None:
    """Steepness of the collar's edges over that of the eyes'."""
    light = cv2.cvtColor(portrait.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) * np.float32(100 / 255)
    slope = np.hypot(*np.gradient(light))
    collar = np.zeros(light.shape, np.bool_)
    top, bottom = int(wearer.pit_y - 4 * wearer.unit), int(wearer.pit_y + 3 * wearer.unit)
    left, right = int(wearer.neck_x - 7 * wearer.unit), int(wearer.neck_x + 7 * wearer.unit)
    collar[max(top, 0) : bottom, max(left, 0) : right] = True
    collar &= portrait.alpha > 250
    eyes = []
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
        points = portrait.landmarks[list(ring), :2]
        low, high = points.min(axis=0).astype(int) - 4, points.max(axis=0).astype(int) + 5
        around = np.zeros(light.shape, np.bool_)
        around[low[1] : high[1], low[0] : high[0]] = True
        eyes.append(edge_steepness(light, slope, around) or 0.0)
    steep = edge_steepness(light, slope, collar)
    return steep / max(eyes) if steep and max(eyes) else None


def line(outfit: str, rows: list[Row], tried: int) -> str:
    """Write what holds of all portraits that wear an outfit."""
    if not rows:
        return f"{outfit:24} 0 of {tried}"
    own = [row.own_step for row in rows if row.own_step is not None]
    sharp = [row.edges for row in rows if row.edges is not None]
    return (
        f"{outfit:24} {len(rows):2d} of {tried:2d} {statistics.median(row.ms for row in rows):5.0f} "
        f"{statistics.median(row.cpu for row in rows):5.0f} {sum(row.face for row in rows):5d} "
        f"{min(row.identity for row in rows):8.4f} {statistics.mean(row.left for row in rows):6.2f} "
        f"{max(row.left for row in rows):6.2f} {statistics.median(row.step for row in rows):6.1f} "
        f"{max(row.step for row in rows):6.1f} {statistics.median(own) if own else float('nan'):8.1f} "
        f"{statistics.median(sharp) if sharp else float('nan'):6.2f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    known = [material.id for material in idphoto_materials.materials("outfit")]
    parser.add_argument("--outfits", nargs="*", choices=known, default=known)
    parser.add_argument("--only", nargs="*", default=[], help="file names without suffix")
    options = parser.parse_args()
    cv2.setNumThreads(2)
    models, bench = Models(threads=2), Bench()
    if options.folder:
        named = list(portraits(options.folder, models, options.only))
    else:
        photo = np.asarray(astronaut())
        named = [("astronaut", build_portrait(photo, find_faces(photo, models)[0], models))]
    prepared = []
    for name, portrait in named:
        large = at_a_megapixel(portrait)
        found = parts(large)
        prepared.append((name, large, found, measure(large, found)))
    print(
        f"{'':24} {'worn':>8} {'ms':>5} {'cpu':>5} {'face':>5} {'identity':>8} {'left':>6} {'worst':>6} "
        f"{'step':>6} {'worst':>6} {'own step':>8} {'edges':>6}"
    )
    for outfit in options.outfits:
        results = [(name, bench.row(outfit, portrait, found, wearer)) for name, portrait, found, wearer in prepared]
        print(line(outfit, [row for _, row in results if isinstance(row, Row)], len(results)), flush=True)
        if outfit == options.outfits[0]:
            for name, row in results:
                print(f"  {name:22} {row.details['reason'] if isinstance(row, EffectRefusedError) else row}")


if __name__ == "__main__":
    main()
