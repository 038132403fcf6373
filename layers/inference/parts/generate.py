"""Make the portraits: ``python -m parts.generate FOLDER``, with all cores.

Each seed is a person, rendered once and developed into some photos. Written are ``NNNNN_L.png`` (the photo),
``NNNNN_L.cls.png`` (the classes of :mod:`labels`, 255 where there is nothing of the person), ``NNNNN_L.cov.png`` (the
person's coverage), ``NNNNN_L.lens.png`` (what is seen through lenses) and ``NNNNN.json`` (what was drawn). Of a person
in a face mask there is also ``NNNNN_L.bare.png``, the photo without it: no face finder knows a drawn face in a mask.
What is there already is left alone.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from parts.hair import STYLES
from parts.photo import develop
from parts.scene import render, style_of


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=972)
    parser.add_argument("--every", type=int, default=1, help="take every so many-th seed only")
    parser.add_argument("--hair", nargs="+", choices=sorted(set(STYLES)), help="draw only persons of these hair styles")
    parser.add_argument("--looks", type=int, default=1)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    seeds = range(chosen.first, chosen.first + chosen.count, chosen.every)
    work = partial(make, folder=chosen.folder, looks=chosen.looks, styles=chosen.hair)
    with ProcessPoolExecutor() as pool:
        for count, seed in enumerate(pool.map(work, seeds), 1):
            if count % 50 == 0:
                print(f"person {seed}, {count} of {len(seeds)}", flush=True)


def make(seed: int, folder: Path, looks: int, styles: list[str] | None) -> int:
    """Make the photos of a person, if they are not there and the hair is of one of some styles."""
    facts = folder / f"{seed:05d}.json"
    if facts.exists() or (styles and style_of(seed) not in styles):
        return seed
    drawn = render(seed)
    for look in range(looks):
        images = develop(drawn, np.random.default_rng((seed, look)))
        for image, ending in zip(images, ("png", "cls.png", "cov.png", "lens.png"), strict=True):
            Image.fromarray(image).save(folder / f"{seed:05d}_{look}.{ending}", compress_level=1)
        if drawn.facts["extra"] == "mask":
            bare, *_ = develop(render(seed, bare=True), np.random.default_rng((seed, look)))
            Image.fromarray(bare).save(folder / f"{seed:05d}_{look}.bare.png", compress_level=1)
    facts.write_text(json.dumps(drawn.facts))
    return seed


if __name__ == "__main__":
    main()
