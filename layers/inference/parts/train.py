"""Teach the parser on the features of drawn portraits: ``python -m parts.train PHOTOS FEATURES NETWORKS``.

The networks are small, because U-2-Net has done the work: its inner layers are brought to few channels, and a decoder
joins them from coarse to fine with the picture and the geometry of the face. One is taught by each of :data:`LESSONS`
and written as ``LESSON.onnx``; what it does on the persons held out, every eighth, is printed. They learn on a GPU
where there is one. What is there already is left alone, and measured.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from parts.labels import NAMES
from parts.score import SAME_EDGE, Tally, compare, truth_of

TAPS = ((128, 1), (256, 2), (512, 4), (512, 8), (128, 2))
"""Channels and coarseness of the inner layers, relative to the 160 cells of the result."""
NEAR, GEOMETRY = 16, 9
INPUTS = ("near", *(f"tap{k}" for k in range(len(TAPS))))
SCALE = (1 / 24, 1 / 16, 1 / 10, 1 / 8, 1 / 16)
"""Brings the layers' 8 bits to about one, as the network reads them."""
CROP, STEP = 80, 8
HELD_OUT = 8
WEIGHTS = (1.0, 1.0, 1.4, 2.0, 1.0, 1.3, 3.0, 1.6, 1.6)
"""Of the classes in the loss: what is small counts more."""
WAYS = {"varied": (0.5, 0.15), "plain": (0.0, 0.1)}
"""Share of portraits whose features take on the style of another's, and spread of the gains (natural logarithm)."""
LEFT_OUT = 0.15
"""Share of channels that are left out."""
RATE, RISE, REST = 3e-3, 0.15, 0.03
"""Highest rate of learning, the share of all steps in which it is reached, and the share of it that is left at last."""


@dataclass(frozen=True)
class Lesson:
    """How a network is taught.

    Attributes
    ----------
    ways
        Of :data:`WAYS`. For some epochs ``together`` it is taught in the first way; then, for others, in each of them
        apart, and the network is the mean of what has become of it (model soups; Wortsman et al. 2022).
    taken
        Share of the portraits with a hat and so on that an epoch takes: more are drawn than come to have their photo
        taken, so that epochs differ.
    seed
        Of all that is random.
    say
        How much the network says, relative to others, in the file that is made of all.
    """

    ways: tuple[str, ...]
    together: int
    apart: int
    taken: Mapping[str, float]
    seed: int
    say: int


BARE = {"hand": 0.7, "strapless": 0.5, "tank": 0.5}
LESSONS = {
    "long": Lesson(("varied", "plain"), 8, 5, {"hat": 0.6, "held": 0.4, **BARE}, seed=0, say=1),
    "hats": Lesson(("varied",), 9, 0, {"hat": 1.0, "held": 0.7, **BARE}, seed=2, say=1),
    "dressed": Lesson(
        ("varied",), 6, 0, {"hat": 0.4, "held": 0.2, "hand": 0.5, "strapless": 0.1, "tank": 0.1}, seed=1, say=2
    ),
}
"""One that has been taught for long and in two ways, one that meets more hats and held things, and one that has met few
bare shoulders and knows pale collars; each errs on photographs where the others do not."""


class Head(nn.Module):
    """The parser."""

    def __init__(self) -> None:
        super().__init__()

        def join(channels: int, out: int) -> nn.Sequential:
            return nn.Sequential(nn.Conv2d(channels, out, 1), nn.ReLU(), nn.Conv2d(out, out, 3, padding=1), nn.ReLU())

        widths = (24, 40, 56, 64, 24)
        self.reduce = nn.ModuleList(nn.Conv2d(c, w, 1) for (c, _), w in zip(TAPS, widths, strict=True))
        self.near = nn.Conv2d(NEAR + GEOMETRY, 16, 3, padding=1)
        self.wide = nn.Conv2d(64, 64, 3, padding=2, dilation=2)
        self.at20 = join(64 + GEOMETRY, 64)
        self.at40 = join(128 + 56 + GEOMETRY, 64)
        self.at80 = join(64 + 40 + 24 + GEOMETRY, 48)
        self.at160 = join(48 + 24 + 16, 24)
        self.out = nn.Conv2d(24, len(NAMES), 1)

    def forward(self, near: torch.Tensor, *taps: torch.Tensor) -> torch.Tensor:
        """Logits ``(B, 9, 160, 160)``."""
        small = [functional.relu(layer(tap)) for layer, tap in zip(self.reduce, taps, strict=True)]
        return self.decide(small, functional.relu(self.near(near)), pooled(near))

    def decide(self, small: list[torch.Tensor], near: torch.Tensor, geometry: list[torch.Tensor]) -> torch.Tensor:
        """Logits, from what the first layers make of the inputs and from the geometry as :func:`pooled` gives it."""
        at20 = self.at20(torch.cat([small[3], geometry[0]], 1))
        at20 = torch.cat([at20, functional.relu(self.wide(at20))], 1)
        at40 = self.at40(torch.cat([_double(at20), small[2], geometry[1]], 1))
        at80 = self.at80(torch.cat([_double(at40), small[1], small[4], geometry[2]], 1))
        return self.out(self.at160(torch.cat([_double(at80), small[0], near], 1)))


def pooled(near: torch.Tensor) -> list[torch.Tensor]:
    """Return the geometry at 20, 40 and 80 cells."""
    return [functional.avg_pool2d(near[:, NEAR:], side) for side in (8, 4, 2)]


class Shares(nn.Module):
    """A network as it is exported."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head

    def forward(self, near: torch.Tensor, *taps: torch.Tensor) -> torch.Tensor:
        """Shares ``(B, 9, 160, 160)``."""
        return torch.softmax(self.head(near, *scaled(taps)), 1)


def scaled(taps: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Return inner layers, as they come or varied, as the network reads them."""
    return [tap.to(torch.float32) * scale for tap, scale in zip(taps, SCALE, strict=True)]


def _double(field: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(field, scale_factor=2, mode="bilinear", align_corners=False)


class Shards:
    """The features on disk, and which of the portraits are taught and which are held out."""

    def __init__(self, folder: Path) -> None:
        self.names, self.rows = [], []
        self.arrays = []
        for shard, path in enumerate(sorted(folder.glob("*.names.json"))):
            stem = path.name.split(".")[0]
            keys = [*(f"tap{k}" for k in range(len(TAPS))), "picture", "geometry", "truth"]
            self.arrays.append({key: np.load(folder / f"{stem}.{key}.npy", mmap_mode="r") for key in keys})
            names = json.loads(path.read_text())
            self.names += names
            self.rows += [(shard, row) for row in range(len(names))]
        self.taught, self.held_out = [], []
        for index, name in enumerate(self.names):
            (self.taught if int(name.split("_")[0]) % HELD_OUT else self.held_out).append(index)

    def facts(self, index: int, photos: Path) -> dict[str, str]:
        """Return what was drawn in a portrait."""
        person = self.names[index].split("_")[0]
        return dict(json.loads((photos / f"{person}.json").read_text()))

    def get(
        self, index: int, corner: tuple[int, int] = (0, 0), side: int = 160
    ) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
        """Near inputs, taps and truth of a portrait or a square of it."""
        shard, row = self.rows[index]
        arrays, (y, x) = self.arrays[shard], corner
        here = np.s_[:, y : y + side, x : x + side]
        near = np.concatenate([arrays["picture"][row][here], arrays["geometry"][row][here]]).astype(np.float32)
        taps = []
        for k, (_, coarse) in enumerate(TAPS):
            a, b, s = y // coarse, x // coarse, side // coarse
            taps.append(arrays[f"tap{k}"][row][:, a : a + s, b : b + s])
        return near, taps, np.asarray(arrays["truth"][row][here])


def batch_of(
    shards: Shards, chosen: np.ndarray, way: str, rng: np.random.Generator
) -> tuple[torch.Tensor, list[torch.Tensor], torch.Tensor]:
    """Make a batch of squares, some mirrored, some without geometry or colours."""
    nears, taps, truths = [], [[] for _ in TAPS], []
    for index in chosen:
        corner = tuple(int(v) * STEP for v in rng.integers(0, (160 - CROP) // STEP + 1, 2))
        near, tap, truth = shards.get(int(index), corner, CROP)
        gain = np.exp(rng.normal(0, 0.15, 3)).astype(np.float32)
        shift = rng.normal(0, 0.05, 3).astype(np.float32)
        for k in range(3):
            near[[k, k + 4, k + 8, k + 12]] = near[[k, k + 4, k + 8, k + 12]] * gain[k] + shift[k]
        if rng.random() < 0.4:
            near[:NEAR] = 0
        if rng.random() < 0.2:
            near[NEAR:] = 0
        near[NEAR : NEAR + 4] += rng.normal(0, 0.02, (4, 1, 1)).astype(np.float32)
        if rng.random() < 0.5:
            near, truth, tap = near[..., ::-1].copy(), truth[..., ::-1].copy(), [t[..., ::-1].copy() for t in tap]
            near[:NEAR] = near[:NEAR].reshape(2, 2, 4, *near.shape[1:])[:, ::-1].reshape(NEAR, *near.shape[1:])
            near[NEAR] *= -1
        nears.append(near)
        truths.append(truth)
        for store, value in zip(taps, tap, strict=True):
            store.append(value)
    made = [vary(torch.from_numpy(np.stack(store)).to(torch.float32), *WAYS[way]) for store in taps]
    return torch.from_numpy(np.stack(nears)), made, torch.from_numpy(np.stack(truths)).to(torch.float32) / 255


def vary(tap: torch.Tensor, mixed: float, gains: float) -> torch.Tensor:
    """Make features of drawn portraits as various as those of photographs may be.

    Each channel takes its mean and spread in part from another portrait (MixStyle; Zhou et al. 2021), and a gain of its
    own; some are left out.
    """
    count, channels = tap.shape[:2]
    shape = (count, channels, 1, 1)
    spread, mean = torch.std_mean(tap[:, :, ::2, ::2], dim=(2, 3), keepdim=True)
    spread += 1e-3
    other = torch.randperm(count)
    share = torch.rand(shape) * (torch.rand(count, 1, 1, 1) < mixed)
    ratio = torch.lerp(spread, spread[other], share) / spread
    shift = torch.lerp(mean, mean[other], share) - mean * ratio
    gain = torch.exp(gains * torch.randn(shape)) * (torch.rand(shape) > LEFT_OUT) / (1 - LEFT_OUT)
    return tap.mul_(ratio * gain).add_(shift * gain)


class Course:
    """A network that is being taught, and how far it is."""

    def __init__(self, steps: int, device: str) -> None:
        self.head = Head().to(device, memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.head.parameters(), RATE, weight_decay=1e-2)
        self.step, self.steps, self.device = 0, steps, device

    def learn(self, near: torch.Tensor, taps: list[torch.Tensor], truth: torch.Tensor) -> float:
        """Take a step and return the loss; the rate rises straight and falls as a cosine."""
        done = self.step / self.steps
        rate = done / RISE if done < RISE else (1 + math.cos(math.pi * (done - RISE) / (1 - RISE))) / 2
        for group in self.optimiser.param_groups:
            group["lr"] = RATE * max(rate, REST)
        near, truth, *taps = (t.to(self.device, memory_format=torch.channels_last) for t in (near, truth, *taps))
        loss = loss_of(self.head(near, *scaled(taps)), truth)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.step += 1
        return float(loss.detach())


def train(shards: Shards, photos: Path, lesson: Lesson, batch: int) -> Head:
    """Return the network that a lesson makes."""
    torch.manual_seed(lesson.seed)
    rng = np.random.default_rng(lesson.seed)
    taught = shards.taught
    chances = np.array([_chance(shards.facts(k, photos), lesson.taken) for k in taught])
    each = int(chances.sum()) // batch
    if not each:
        sys.exit(f"error: {len(taught)} portraits are too few for a batch of {batch}; draw more")
    begun = time.monotonic()

    def go_on(course: Course, way: str, epochs: int) -> Course:
        for epoch in range(epochs):
            order, total = rng.choice(taught, each * batch, replace=False, p=chances / chances.sum()), 0.0
            for near, taps, truth in _ahead(lambda lot: batch_of(shards, lot, way, rng), np.split(order, each)):
                total += course.learn(near, taps, truth)
            print(f"{way} epoch {epoch} loss {total / each:.3f} {time.monotonic() - begun:.0f} s", flush=True)
        return course

    device = "cuda" if torch.cuda.is_available() else "cpu"
    trunk = go_on(Course((lesson.together + lesson.apart) * each, device), lesson.ways[0], lesson.together)
    return mean_of([go_on(copy.deepcopy(trunk), way, lesson.apart).head.cpu().eval() for way in lesson.ways])


def mean_of(heads: list[Head]) -> Head:
    """Return the network whose weights are the mean of theirs."""
    mean = Head().eval()
    states = [head.state_dict() for head in heads]
    mean.load_state_dict({key: sum(state[key] for state in states) / len(states) for key in states[0]})
    return mean


def _chance(facts: dict[str, str], taken: Mapping[str, float]) -> float:
    chance = taken.get(facts["extra"], 1.0) * taken.get(facts["garment"].split("+")[0], 1.0)
    return chance * (taken["hat"] if facts["hat"] else 1.0)


def _ahead(make: Callable[[np.ndarray], object], lots: list[np.ndarray]):  # type: ignore[no-untyped-def]
    """Make each batch while the one before it is learned from."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(make, lots[0])
        for lot in lots[1:]:
            ready, waiting = waiting, pool.submit(make, lot)
            yield ready.result()
        yield waiting.result()


def loss_of(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the classes, over what is the person."""
    weighed = truth * torch.tensor(WEIGHTS, device=truth.device).view(1, -1, 1, 1)
    return -(functional.log_softmax(logits, 1) * weighed).sum() / weighed.sum().clamp(min=1)


def export(network: nn.Module, kind: torch.dtype, result: Path) -> None:
    """Write a network that takes inner layers of a kind for onnxruntime."""
    near = torch.zeros(1, NEAR + GEOMETRY, 160, 160)
    taps = [torch.zeros(1, channels, 160 // coarse, 160 // coarse, dtype=kind) for channels, coarse in TAPS]
    torch.onnx.export(
        network.eval(),
        (near, *taps),
        str(result),
        input_names=list(INPUTS),
        output_names=["shares"],
        opset_version=17,
        dynamo=False,
    )


def measure(shards: Shards, run: Callable[[np.ndarray, list[np.ndarray]], np.ndarray], photos: Path) -> None:
    """Print what a network, for itself, does on the persons held out, where they are more than half the cell."""
    tally = Tally()
    for k in shards.held_out:
        near, taps, truth = shards.get(k)
        shares = run(near[None], [t[None] for t in taps])[0]
        tally.add(compare(shares.argmax(axis=0), truth_of(truth), SAME_EDGE), shards.facts(k, photos))
    tally.show()


def main() -> None:
    """Teach, export, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("features", type=Path)
    parser.add_argument("networks", type=Path)
    parser.add_argument("--only", choices=list(LESSONS), nargs="+", default=list(LESSONS))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    shards = Shards(chosen.features)
    print(len(shards.names), "portraits")
    chosen.networks.mkdir(parents=True, exist_ok=True)
    import onnxruntime as ort  # noqa: PLC0415

    for name in chosen.only:
        path = chosen.networks / f"{name}.onnx"
        if not path.exists():
            export(Shares(train(shards, chosen.photos, LESSONS[name], chosen.batch)), torch.uint8, path)
        session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])

        def run(near: np.ndarray, taps: list[np.ndarray], session: ort.InferenceSession = session) -> np.ndarray:
            return session.run(None, dict(zip(INPUTS, (near, *map(np.ascontiguousarray, taps)), strict=True)))[0]

        print(path)
        measure(shards, run, chosen.photos)


if __name__ == "__main__":
    main()
