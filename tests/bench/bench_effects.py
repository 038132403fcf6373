"""What each effect costs, what it leaves of a person, and whether it does its work; one row a portrait and effect.

    python -m tests.bench.bench_effects [PORTRAITS] [--effects lighting skin ...]

Without a folder the astronaut serves. Effects run with their default parameters on the portrait brought to a megapixel,
on two threads. The columns:

==========  ============================================================================================
ms          median of warm runs
cpu         processor time of one, ms; on a busy machine it tells more than the clock
identity    cosine of the embeddings of the face before and after (see ``identity.py``)
outside     pixels that changed where before and after there is nobody; must be 0
texture     energy of the skin's fine grain after over before
dE          CIEDE2000 between the mean skin before and after
sides       left to right brightness of the face's skin, natural logarithm, before and after
gaze        how far the irises lie beside the middle of their eyes, in eye widths, by landmarks found anew
lids        opening of the eyes over their width, likewise
lips        distance of the mouth's corners in face widths, likewise
==========  ============================================================================================

Then synthetic truth: side light, reflections on drawn glasses, and drawn glasses of all kinds, put on each portrait and
taken off again, with the error to the portrait before and after. A face that one side lights already is no truth for
side light, which the light that is put on may just cancel: it is listed, but not judged.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from idphoto import mesh
from idphoto.arrays import Landmarks, Mask
from idphoto.cielab import rgb_to_lab
from idphoto.effects import EFFECTS
from idphoto.effects.base import EffectParams, EffectRefusedError
from idphoto.effects.gates import eye_openness
from idphoto.effects.glasses import Glasses
from idphoto.effects.lighting import Lighting
from idphoto.faces import find_faces
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait
from idphoto.shapes import face_width
from skimage.color import deltaE_ciede2000
from skimage.data import astronaut

from tests.bench.identity import Identity, IdentityUnavailableError
from tests.bench.retouch import default, portraits, put, yardstick
from tests.bench.truth import FRAMES, error, side_light, sides, skin_of, with_frame, with_glare

MEGAPIXEL = 1_000_000
RUNS = 5
CHAIN_BUDGET_MS = 1200
GREY = 200
CLEAN_SIDES = 0.5
"""Most difference of light between the sides of a face, natural logarithm, that passes for even: about half of what is
put on."""


@dataclass(frozen=True)
class Row:
    """What was measured of one effect on one portrait."""

    ms: float
    cpu: float
    identity: float
    outside: int
    texture: float
    drift: float
    sides: tuple[float, float]
    gaze: tuple[float, float]
    lids: tuple[float, float]
    lips: tuple[float, float]

    def __str__(self) -> str:
        pairs = " ".join(f"{a:6.3f}>{b:6.3f}" for a, b in (self.sides, self.gaze, self.lids, self.lips))
        kept = f"{self.identity:8.3f} {self.outside:7d} {self.texture:7.2f} {self.drift:5.1f}"
        return f"{self.ms:6.0f} {self.cpu:6.0f} {kept} {pairs}"


HEADER = (
    f"{'':36} {'ms':>6} {'cpu':>6} {'identity':>8} {'outside':>7} {'texture':>7} {'dE':>5} "
    f"{'sides':>13} {'gaze':>13} {'lids':>13} {'lips':>13}"
)


def at_a_megapixel(portrait: Portrait) -> Portrait:
    """Bring a portrait to a megapixel."""
    scale = (MEGAPIXEL / (portrait.width * portrait.height)) ** 0.5
    size = (round(portrait.width * scale), round(portrait.height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    rgb, alpha = (cv2.resize(field, size, interpolation=way) for field in (portrait.rgb, portrait.alpha))
    factor = np.array((size[0] / portrait.width, size[1] / portrait.height, scale), np.float32)
    shift = np.array((0.5, 0.5, 0), np.float32)
    landmarks = (portrait.landmarks + shift) * factor - shift
    levels = np.asarray(rgb, np.uint8), np.asarray(alpha, np.uint8)
    part_map = None if portrait.part_map is None else portrait.part_map.scaled(float(factor[0]), float(factor[1]))
    return Portrait(*levels, landmarks, portrait.crown_y * scale, portrait.chin_y * scale, part_map)


def milliseconds(work: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Median time of a call by the clock, and of the processors."""
    times = []
    for _ in range(runs):
        start = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return statistics.median(t for t, _ in times) * 1000, statistics.median(t for _, t in times) * 1000


class Bench:
    """Measures effects on portraits."""

    def __init__(self) -> None:
        self.models = Models(threads=2)
        try:
            self.identity: Identity | None = Identity()
        except IdentityUnavailableError as error:
            print(f"without identities: {error}")
            self.identity = None

    def row(self, kind: str, portrait: Portrait) -> Row | EffectRefusedError:
        """Apply an effect by default and measure it."""
        params = default(kind)
        after = put(kind, portrait, params)
        if isinstance(after, EffectRefusedError):
            return after
        seen = [self._landmarks(portrait), self._landmarks(after)]
        nobody = (portrait.alpha == 0) & (after.alpha == 0)
        skins = [rgb_to_lab(shown.rgb[skin_of(shown)]).mean(axis=0) for shown in (portrait, after)]
        ms, cpu = milliseconds(lambda: put(kind, portrait, params))
        return Row(
            ms=ms,
            cpu=cpu,
            identity=self._alike(portrait, after),
            outside=int(np.any(portrait.rgb != after.rgb, axis=-1)[nobody].sum()),
            texture=grain(after) / max(grain(portrait), 1e-6),
            drift=float(deltaE_ciede2000(skins[0], skins[1])),
            sides=(sides(portrait), sides(after)),
            gaze=(gaze(seen[0]), gaze(seen[1])),
            lids=(min(eye_openness(seen[0])), min(eye_openness(seen[1]))),
            lips=(lips(seen[0]), lips(seen[1])),
        )

    def _alike(self, before: Portrait, after: Portrait) -> float:
        if self.identity is None:
            return float("nan")
        first, second = (self.identity.embed(shown.rgb, shown.landmarks) for shown in (before, after))
        return float(first @ second)

    def _landmarks(self, portrait: Portrait) -> Landmarks:
        """Find the landmarks anew; those that the portrait carries where no face is found."""
        alpha = portrait.alpha[..., None].astype(np.float32) / 255
        picture = np.rint(portrait.rgb * alpha + GREY * (1 - alpha)).astype(np.uint8)
        faces = find_faces(picture, self.models)
        return faces[0].landmarks if faces else portrait.landmarks


def grain(portrait: Portrait) -> float:
    """Energy of what is finer than a 60th of the face, on bare skin."""
    light = cv2.cvtColor(portrait.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = light - cv2.GaussianBlur(light, (0, 0), face_width(portrait.landmarks) / 60)
    return float(np.mean(fine[skin_of(portrait)] ** 2))


def gaze(points: Landmarks) -> float:
    """How far the irises lie beside the middle of their eyes, mean of both, in eye widths; positive to the right."""
    offsets = []
    for iris, corners in (
        (mesh.LEFT_IRIS_CENTRE, (mesh.LEFT_EYE_OUTER, mesh.LEFT_EYE_INNER)),
        (mesh.RIGHT_IRIS_CENTRE, (mesh.RIGHT_EYE_INNER, mesh.RIGHT_EYE_OUTER)),
    ):
        left, right = points[list(corners), 0]
        offsets.append((points[iris, 0] - (left + right) / 2) / (right - left))
    return float(np.mean(offsets))


def lips(points: Landmarks) -> float:
    """Distance of the mouth's corners in face widths."""
    return float(np.hypot(*(points[mesh.MOUTH_RIGHT, :2] - points[mesh.MOUTH_LEFT, :2]))) / face_width(points)


def summary(kind: str, rows: list[Row], tried: int) -> str:
    """Write what holds of all portraits that an effect took."""
    alike = [row.identity for row in rows]
    ms, cpu, texture, drift = (
        statistics.median(column) for column in zip(*((r.ms, r.cpu, r.texture, r.drift) for r in rows), strict=True)
    )
    return (
        f"{kind:12} {tried - len(rows)} of {tried} refused; median {ms:.0f} ms ({cpu:.0f} cpu); "
        f"identity median {statistics.median(alike):.3f}, worst {min(alike):.3f}; "
        f"texture {texture:.2f}; dE {drift:.1f}; changed outside {sum(row.outside for row in rows)}"
    )


def chain(portrait: Portrait, kinds: list[str]) -> Portrait:
    """Apply effects by default one after the other, leaving out those that refuse."""
    for kind in kinds:
        result = put(kind, portrait, default(kind))
        portrait = portrait if isinstance(result, EffectRefusedError) else result
    return portrait


def truths(portrait: Portrait) -> Iterator[tuple[str, Portrait, Portrait, str, EffectParams, Mask]]:
    """Yield what is done to a portrait: its name, the truth, what was made of it, and the effect to undo it, where."""
    face = skin_of(portrait)
    for name, amount in (("light from the left", 0.9), ("light from the right", -0.9)):
        yield name, portrait, side_light(portrait, amount), "lighting", Lighting(strength=100, fill=0), face
    for name, density in (("faint reflection", 0.3), ("reflection", 0.5)):
        worn, veiled, where = with_glare(portrait, density)
        yield name, worn, veiled, "glasses", Glasses(remove_glare=100), where
    for name, frame in FRAMES.items():
        worn, where = with_frame(portrait, frame)
        yield name, portrait, worn, "glasses", Glasses(remove_frame=True), where


def print_truths(named: list[tuple[str, Portrait]]) -> None:
    """Print the error to the truth, RMS of levels, before and after."""
    print(f"\n{'synthetic truth, RMS of levels':41} {'before':>8} {'after':>8}")
    for name, portrait in named:
        for what, truth, made, kind, params, where in truths(portrait):
            after = put(kind, made, params)
            start = f"{name[:18]:18} {what:22}"
            if isinstance(after, EffectRefusedError):
                print(f"{start} refused: {after.details['reason']} {beyond(after)}")
                continue
            dimmed = kind == "lighting"
            first, second = (error(truth, shown, where, same_exposure=dimmed) for shown in (made, after))
            verdict = "unchanged" if after is made else "" if second < first else "WORSE"
            if dimmed and abs(sides(portrait)) > CLEAN_SIDES:
                verdict = f"not judged: sides {sides(portrait):+.2f} before"
            print(f"{start} {first:8.1f} {second:8.1f} {verdict}")


def beyond(refusal: EffectRefusedError) -> str:
    """Name the measures, where an effect took several, that are beyond what it takes."""
    value, allowed = refusal.details.get("value"), refusal.details.get("allowed")
    if not isinstance(value, dict) or not isinstance(allowed, dict):
        return ""
    return ", ".join(name for name in value if value[name] > allowed[name])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--effects", nargs="*", choices=list(EFFECTS), default=list(EFFECTS))
    parser.add_argument("--only", nargs="*", default=[], help="file names without suffix")
    options = parser.parse_args()
    cv2.setNumThreads(2)
    bench = Bench()
    if options.folder:
        named = list(portraits(options.folder, bench.models, options.only))
    else:
        photo = np.asarray(astronaut())
        named = [("astronaut", build_portrait(photo, find_faces(photo, bench.models)[0], bench.models))]
    large = [(name, at_a_megapixel(portrait)) for name, portrait in named]
    print(yardstick(bench.models))
    print(HEADER)
    for kind in options.effects:
        rows = []
        for name, portrait in large:
            row = bench.row(kind, portrait)
            start = f"{kind:12} {name[:23]:23}"
            if isinstance(row, EffectRefusedError):
                print(f"{start} refused: {row.details['reason']} {row.details.get('value', '')}", flush=True)
            else:
                print(f"{start} {row}", flush=True)
                rows.append(row)
        if rows:
            print(f"{summary(kind, rows, len(large))}\n")
    times = [milliseconds(partial(chain, portrait, options.effects), 1) for _, portrait in large]
    clock, cpu = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"all in a chain: median {clock:.0f} ms ({cpu:.0f} cpu), worst {max(times)[0]:.0f}; budget {CHAIN_BUDGET_MS}")
    print_truths(named)


if __name__ == "__main__":
    main()
