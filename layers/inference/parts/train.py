"""Train the parser on the features of synthetic portraits: ``python -m parts.train FEATURES RESULT.onnx``.

The network is small, because U-2-Net has done the work: its inner layers are brought to few channels, and a decoder
joins them from coarse to fine with the picture and the geometry of the face. Every eighth person is held out, and what
the network does on them is printed. It learns on a GPU where there is one. ``--measure`` only measures, on the
held-out portraits, what RESULT does.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from parts.labels import GLASSES, NAMES

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
TAKEN = {"hat": 0.6, "held": 0.4, "hand": 0.7, "strapless": 0.5, "tank": 0.5}
"""Share of the portraits with a hat and so on that an epoch takes: more are drawn than come to have their photo taken,
so that epochs differ."""
MIXED, GAIN, LEFT_OUT = 0.5, 0.15, 0.15
"""Share of portraits whose features take on the style of another's, spread of the gains (natural logarithm), and share
of channels that are left out."""
BEHIND = 0.05
"""A group is behind if its intersection over union is so much lower than that of all."""


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
    """The features on disk."""

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
    shards: Shards, chosen: np.ndarray, rng: np.random.Generator
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
    made = [vary(torch.from_numpy(np.stack(store)).to(torch.float32)) for store in taps]
    return torch.from_numpy(np.stack(nears)), made, torch.from_numpy(np.stack(truths)).to(torch.float32) / 255


def vary(tap: torch.Tensor) -> torch.Tensor:
    """Make features of drawn portraits as various as those of photographs may be.

    Each channel takes its mean and spread in part from another portrait (MixStyle; Zhou et al. 2021), and a gain of its
    own; some are left out.
    """
    count, channels = tap.shape[:2]
    shape = (count, channels, 1, 1)
    spread, mean = torch.std_mean(tap[:, :, ::2, ::2], dim=(2, 3), keepdim=True)
    spread += 1e-3
    other = torch.randperm(count)
    share = torch.rand(shape) * (torch.rand(count, 1, 1, 1) < MIXED)
    ratio = torch.lerp(spread, spread[other], share) / spread
    shift = torch.lerp(mean, mean[other], share) - mean * ratio
    gain = torch.exp(GAIN * torch.randn(shape)) * (torch.rand(shape) > LEFT_OUT) / (1 - LEFT_OUT)
    return tap.mul_(ratio * gain).add_(shift * gain)


def train(shards: Shards, photos: Path, epochs: int, batch: int, seed: int) -> Head:
    """Return the trained network."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    taught = np.array([k for k, name in enumerate(shards.names) if int(name.split("_")[0]) % HELD_OUT])
    chances = np.array([_chance(shards.facts(k, photos)) for k in taught])
    each = int(chances.sum()) // batch
    device = "cuda" if torch.cuda.is_available() else "cpu"
    head = Head().to(device)
    optimiser = torch.optim.AdamW(head.parameters(), 2e-3, weight_decay=1e-2)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=epochs * each + 1, pct_start=0.15)
    begun = time.monotonic()
    for epoch in range(epochs):
        order, total = rng.choice(taught, each * batch, replace=False, p=chances / chances.sum()), 0.0
        lots = np.split(order, each)
        for near, taps, truth in _ahead(lambda lot: batch_of(shards, lot, rng), lots):
            said = head(near.to(device), *scaled([tap.to(device) for tap in taps]))
            loss = loss_of(said, truth.to(device))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            plan.step()
            total += float(loss.detach())
        print(f"epoch {epoch} loss {total / each:.3f} {time.monotonic() - begun:.0f} s", flush=True)
    return head.cpu().eval()


def _chance(facts: dict[str, str]) -> float:
    chance = TAKEN.get(facts["extra"], 1.0) * TAKEN.get(facts["garment"].split("+")[0], 1.0)
    return chance * (TAKEN["hat"] if facts["hat"] else 1.0)


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
    """Print what the network does on the persons held out.

    For each class the intersection over union and the edges; for each group of persons the intersection over union of
    the classes, weighed by how much there is of each.
    """
    held = [k for k, name in enumerate(shards.names) if int(name.split("_")[0]) % HELD_OUT == 0]
    edge = np.zeros((len(NAMES), 3))
    groups: dict[str, list[np.ndarray]] = defaultdict(list)
    for k in held:
        near, taps, truth = shards.get(k)
        shares = run(near[None], [t[None] for t in taps])[0]
        solid = truth.sum(axis=0, dtype=int) > 127
        said, true = shares.argmax(axis=0), truth.argmax(axis=0)
        for c in range(len(NAMES)):
            edge[c] += _edges((said == c) & solid, (true == c) & solid)
        table = np.bincount(true[solid] * len(NAMES) + said[solid], minlength=len(NAMES) ** 2)
        groups["all"].append(table.reshape(len(NAMES), -1))
        facts = shards.facts(k, photos)
        for key in ("tone", "age", "gender", "race", "hair", "garment", "hat", "glasses", "extra"):
            if key != "hair" or facts["hat"] not in ("scarf", "turban"):  # which hide all hair
                groups[f"{key}={str(facts[key]).split('+')[0]}"].append(groups["all"][-1])
    each = _overlaps(np.sum(groups["all"], axis=0))
    print("class        IoU   boundary F")
    for c, name in enumerate(NAMES):
        right, said_edge, true_edge = edge[c]
        print(f"{name:11s} {each[c]:.3f}  {2 * right / max(said_edge + true_edge, 1):.3f}")
    print(f"mean        {np.mean(each):.3f}, without glasses {np.mean(np.delete(each, GLASSES)):.3f}")
    score = {key: _weighed(np.sum(tables, axis=0)) for key, tables in groups.items()}
    for key in sorted(score):
        mark = "  behind" if score[key] < score["all"] - BEHIND else ""
        print(f"{key:24s} {score[key]:.3f}  of {len(groups[key])}{mark}")


def _overlaps(table: np.ndarray) -> np.ndarray:
    """Intersection over union of each class, from how often a cell of one (row) is taken for another (column)."""
    both = np.diag(table)
    return np.asarray(both / np.maximum(table.sum(axis=0) + table.sum(axis=1) - both, 1))


def _weighed(table: np.ndarray) -> float:
    return float(np.average(_overlaps(table), weights=table.sum(axis=1)))


def _edges(said: np.ndarray, true: np.ndarray, reach: int = 2) -> tuple[float, float, float]:
    """Edge cells within ``reach`` of the other's edge (mean of both ways), and the edge cells of each."""

    def border(mask: np.ndarray) -> np.ndarray:
        padded = np.pad(mask, 1, mode="edge")
        inner = padded[1:-1, 1:-1]
        return inner & ~(padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:])

    def near(mask: np.ndarray) -> np.ndarray:
        out = mask.copy()
        for _ in range(reach):
            grown = np.pad(out, 1)
            out = grown[1:-1, 1:-1] | grown[:-2, 1:-1] | grown[2:, 1:-1] | grown[1:-1, :-2] | grown[1:-1, 2:]
        return out

    a, b = border(said), border(true)
    return float((a & near(b)).sum() + (b & near(a)).sum()) / 2, float(a.sum()), float(b.sum())


def main() -> None:
    """Train, export, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--measure", action="store_true")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    shards = Shards(chosen.features)
    print(len(shards.names), "portraits")
    if not chosen.measure:
        head = train(shards, chosen.photos, chosen.epochs, chosen.batch, chosen.seed)
        export(Shares(head), torch.uint8, chosen.result)
    import onnxruntime as ort  # noqa: PLC0415

    session = ort.InferenceSession(str(chosen.result), providers=["CPUExecutionProvider"])

    def run(near: np.ndarray, taps: list[np.ndarray]) -> np.ndarray:
        return session.run(None, dict(zip(INPUTS, (near, *map(np.ascontiguousarray, taps)), strict=True)))[0]

    measure(shards, run, chosen.photos)


if __name__ == "__main__":
    main()
