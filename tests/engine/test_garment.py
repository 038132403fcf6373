"""Garment files: what was written is read, colours are light times reflectance, and a damaged file is named so."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pytest
from idphoto.garment import (
    GarmentColourError,
    GarmentError,
    GarmentFacts,
    Layer,
    read_facts,
    read_garment,
    to_coded,
    to_linear,
    write_garment,
)

WIDTH, HEIGHT = 96, 80
FACTS: dict[str, Any] = {
    "name": "Shirt",
    "name_zh": "衬衫",
    "width": WIDTH,
    "height": HEIGHT,
    "px_per_cm": 2.0,
    "anchors": {
        "neck_pit": [48, 30],
        "collar_left": [36, 20],
        "collar_right": [60, 20],
        "collar_front": [48, 32],
        "shoulder_left": [10, 35],
        "shoulder_right": [86, 35],
    },
    "parts": [{"id": "cloth"}, {"id": "tie"}],
    "colours": [
        {"id": "navy", "name": "Navy", "name_zh": "藏青", "albedo": {"cloth": "#1b2438", "tie": "#802030"}},
        {"id": "grey", "name": "Grey", "name_zh": "灰", "albedo": {"cloth": "#808080", "tie": "#203080"}},
    ],
}


def a_layer() -> Layer:
    shade = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    shade[30:, :, :3], shade[30:, :, 3] = 188, 255  # linear 0.5: as bright as the reflectance in full light
    parts = np.zeros((2, HEIGHT, WIDTH), np.uint8)
    parts[0], parts[0, :, 44:52], parts[1, :, 44:52] = 255, 0, 255
    return Layer(shade, np.zeros((HEIGHT, WIDTH), np.uint8), parts)


def a_file(**changes: Any) -> bytes:
    return write_garment(GarmentFacts.model_validate(FACTS | changes), a_layer())


def test_a_garment_is_read_as_it_was_written_and_always_the_same_bytes() -> None:
    data = a_file()
    garment = read_garment(data)
    assert data == a_file()
    assert garment.facts == GarmentFacts.model_validate(FACTS) == read_facts(data)
    assert garment.back is None
    assert np.array_equal(garment.front.parts[:, 34:], a_layer().parts[:, 34:])
    assert np.array_equal(garment.front.shade[..., 3], a_layer().shade[..., 3])


@pytest.mark.parametrize(("colour", "cloth"), [(None, "1B2438"), ("grey", "808080"), ("#C0FFEE", "C0FFEE")])
def test_cloth_in_full_light_shows_its_own_colour(colour: str | None, cloth: str) -> None:
    garment = read_garment(a_file())
    dyed = garment.dyed(garment.front, garment.albedo(colour))
    shown = to_coded(dyed[60, 10, :3] / dyed[60, 10, 3])
    assert shown == pytest.approx(list(bytes.fromhex(cloth)), abs=2)
    assert not dyed[:30].any()


def test_a_colour_of_its_own_leaves_the_other_parts_as_they_are() -> None:
    garment = read_garment(a_file())
    assert garment.albedo("#c0ffee") == {"cloth": "#C0FFEE", "tie": "#802030"}


def test_an_unknown_colour_names_those_that_there_are() -> None:
    with pytest.raises(GarmentColourError) as caught:
        read_garment(a_file()).albedo("pink")
    assert caught.value.details == {"given": "pink", "allowed": ["navy", "grey", "#RRGGBB"]}


def test_a_garment_without_parts_has_its_own_colours_only() -> None:
    layer = a_layer()
    facts = GarmentFacts.model_validate(FACTS | {"parts": [], "colours": []})
    garment = read_garment(write_garment(facts, Layer(layer.shade, layer.gloss, layer.parts[:0])))
    dyed = garment.dyed(garment.front, garment.albedo(None))
    assert dyed[60, 10, 0] == pytest.approx(0.5, abs=0.02)
    with pytest.raises(GarmentColourError):
        garment.albedo("#112233")


@pytest.mark.parametrize(
    "changes",
    [
        {"width": WIDTH + 1},
        {"anchors": FACTS["anchors"] | {"neck_pit": [WIDTH, 3]}},
        {"colours": [FACTS["colours"][0] | {"albedo": {"cloth": "#000000"}}]},
        {"parts": [], "colours": FACTS["colours"]},
        {"name": ""},
    ],
)
def test_facts_that_do_not_fit_are_refused(changes: dict[str, Any]) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(a_file())) as good, zipfile.ZipFile(stream, "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            if name == "garment.json":
                content = GarmentFacts.model_construct(**(FACTS | changes)).model_dump_json(warnings=False).encode()
            bad.writestr(name, content)
    with pytest.raises(GarmentError):
        read_garment(stream.getvalue())


@pytest.mark.parametrize("data", [b"", b"PK", b"<html>", a_file()[:-400], a_file()[:700]])
def test_what_is_no_garment_file_is_refused(data: bytes) -> None:
    with pytest.raises(GarmentError):
        read_garment(data)


def test_a_packed_member_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("front_shade.webp", bytes(50_000_000))
    with pytest.raises(GarmentError):
        read_garment(stream.getvalue())


def test_the_edge_has_the_colour_of_the_cloth_beside_it() -> None:
    layer = a_layer()
    layer.shade[29] = (255, 255, 255, 90)
    garment = read_garment(write_garment(GarmentFacts.model_validate(FACTS), layer))
    assert garment.front.shade[29, 8:-8, :3].astype(float) == pytest.approx(188, abs=6)
    assert (garment.front.shade[29, :, 3] == 90).all()


def test_linear_light_and_back() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert to_coded(to_linear(levels)) == pytest.approx(levels.astype(float), abs=0.05)
