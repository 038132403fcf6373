"""What benchmark and gallery of the effects share: the portraits of a folder, and effects with their parameters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import idphoto_materials
import numpy as np
from idphoto.arrays import Rgb
from idphoto.decode import decode
from idphoto.effects import EFFECTS
from idphoto.effects.base import EffectParams, EffectRefusedError
from idphoto.errors import EngineError
from idphoto.faces import Face, choose_person, find_faces
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait

YARDSTICK_MS = 110
"""U-2-Net takes so long on two threads of the machine for which the budgets are (see ``layers/inference/quantise.py``);
on another they are to be read in proportion."""
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic"}
FULL = 100.0


def photos(folder: Path, models: Models, only: list[str]) -> Iterator[tuple[str, Rgb, Face]]:
    """Yield name, picture and face of every photo of one person in a folder; say what is left out."""
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES):
        if only and path.stem not in only:
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
        yield path.stem, photo, person.face


def portraits(folder: Path, models: Models, only: list[str]) -> Iterator[tuple[str, Portrait]]:
    """Yield name and portrait of every photo of one person in a folder."""
    for name, photo, face in photos(folder, models, only):
        yield name, build_portrait(photo, face, models)


def yardstick(models: Models) -> str:
    """Say how fast this machine is: what U-2-Net takes, at best of some runs."""
    picture = np.zeros((1, 3, 320, 320), np.float32)
    taken = best_ms(lambda: models.run("u2net", picture))
    return f"U-2-Net takes {taken:.0f} ms here, {YARDSTICK_MS} where the budgets were set"


def best_ms(work: Callable[[], object], rounds: int = 9) -> float:
    """Least time of some rounds, ms."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def default(kind: str) -> EffectParams:
    """Return the default parameters of an effect."""
    return EFFECTS[kind].params()


def full(kind: str) -> EffectParams:
    """Return the default parameters of an effect with all that they do done in full, and all that they can do done."""
    model = EFFECTS[kind].params
    chosen = {name: getattr(model(), name) for name in model.model_fields}
    values = {name: FULL for name, value in chosen.items() if isinstance(value, float | int) and value > 0}
    switched = {name: True for name, value in chosen.items() if isinstance(value, bool)}
    kept = {name: value for name, value in chosen.items() if isinstance(value, str)}
    return model.model_validate({**kept, **values, **switched})


def put(kind: str, portrait: Portrait, params: EffectParams) -> Portrait | EffectRefusedError:
    """Apply an effect; a refusal is a result."""
    effect = EFFECTS[kind]
    material = [idphoto_materials.read(kind, params.material_id)] if effect.takes_material else []  # type: ignore[attr-defined]
    try:
        return effect.apply(portrait, params, *material)
    except EffectRefusedError as refusal:
        return refusal
