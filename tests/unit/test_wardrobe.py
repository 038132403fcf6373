"""The garments that are built in: each is whole, and together they are a wardrobe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from idphoto.garment import Garment, Layer, read_garment

OUTFITS = Path(__file__).parents[2] / "layers" / "materials" / "idphoto_materials" / "outfit"
FILES = sorted(OUTFITS.glob("*.garment"))
GARMENTS_LEAST, COLOURS_LEAST = 12, 40
FILE_BYTES_MAX, ALL_BYTES_MAX = 1_200_000, 14_000_000
MAN_SHOULDERS_CM, CHILD_SHOULDERS_CM = 46, 30


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def garment(request: pytest.FixtureRequest) -> Garment:
    return read_garment(request.param.read_bytes())


def test_there_is_something_to_choose_from_and_it_fits_into_the_layer() -> None:
    sizes = [file.stat().st_size for file in FILES]
    assert len(FILES) >= GARMENTS_LEAST
    assert sum(len(read_garment(file.read_bytes()).facts.colours) for file in FILES) >= COLOURS_LEAST
    assert max(sizes) <= FILE_BYTES_MAX
    assert sum(sizes) <= ALL_BYTES_MAX


def test_a_garment_has_names_tags_and_colours(garment: Garment) -> None:
    facts = garment.facts
    assert facts.licence == "Apache-2.0"
    assert facts.tags
    assert any("\u4e00" <= letter <= "\u9fff" for letter in facts.name_zh)
    assert len(facts.colours) >= 3


def layers(garment: Garment) -> list[Layer]:
    assert garment.back is not None
    return [garment.front, garment.back]


ROUNDING = 3
"""Levels by which the shares of up to six parts may miss the whole at an edge."""


def test_wherever_there_is_cloth_it_belongs_to_a_part(garment: Garment) -> None:
    for layer in layers(garment):
        cloth = layer.shade[..., 3] > 0
        shares = layer.parts.sum(0, dtype=np.int64)[cloth]
        assert abs(shares - 255).max() <= ROUNDING
    assert all(mask.any() for mask in garment.front.parts)


def test_anchors_lie_where_the_cloth_says(garment: Garment) -> None:
    facts, opacity = garment.facts, garment.front.shade[..., 3]
    at = facts.anchors
    scale = facts.px_per_cm
    assert at.collar_left[0] < at.neck_pit[0] < at.collar_right[0]
    shoulders = (at.shoulder_right[0] - at.shoulder_left[0]) / scale
    assert CHILD_SHOULDERS_CM < shoulders < MAN_SHOULDERS_CM
    for x, y in (at.shoulder_left, at.shoulder_right):
        around = opacity[int(y - scale) : int(y + scale), int(x - scale) : int(x + scale)]
        assert around.min() == 0
        assert around.max() == 255
    x, y = at.collar_front
    assert opacity[int(y - 1.5 * scale), int(x)] == 0
    assert opacity[int(y + 1.5 * scale), int(x)] == 255


def test_full_light_shows_cloth_in_its_own_colour(garment: Garment) -> None:
    main = garment.front.parts[0] > 250
    upper = garment.front.shade[: int(24 * garment.facts.px_per_cm), :, 1][main[: int(24 * garment.facts.px_per_cm)]]
    # 188 is the code of 0.5, the reflectance in the pictures.
    assert 165 <= np.median(upper) <= 200


def test_light_is_even(garment: Garment) -> None:
    shade, opacity = garment.front.shade[..., 1].astype(float), garment.front.shade[..., 3] == 255
    half = shade.shape[1] // 2
    left, right = shade[:, :half][opacity[:, :half]].mean(), shade[:, half:][opacity[:, half:]].mean()
    assert 1.0 <= (left / right) ** 2.2 <= 1.2
