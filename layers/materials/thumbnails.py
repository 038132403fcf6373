"""Draw the thumbnails of the built-in materials that have none: ``python layers/materials/thumbnails.py [--all]``."""

from __future__ import annotations

import sys
from pathlib import Path

from idphoto.garment import read_garment
from idphoto.looks import read_look
from idphoto.thumbnails import garment_thumbnail, look_thumbnail

PACKAGE = Path(__file__).with_name("idphoto_materials")


def main() -> None:
    """Write a picture beside every material; of one that has changed when all are asked for."""
    for file in sorted([*PACKAGE.glob("makeup/*.toml"), *PACKAGE.glob("outfit/*.garment")]):
        target = file.with_suffix(".webp")
        if target.exists() and "--all" not in sys.argv:
            continue
        data = file.read_bytes()
        look = file.suffix == ".toml"
        target.write_bytes(look_thumbnail(read_look(data)) if look else garment_thumbnail(read_garment(data)))
        print(f"drew {target.relative_to(PACKAGE)}")


if __name__ == "__main__":
    main()
