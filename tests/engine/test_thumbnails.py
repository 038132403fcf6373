"""Thumbnails of materials: equal materials have equal ones, and each shows what it is of."""

from __future__ import annotations

import io

import idphoto_materials
import numpy as np
import pytest
from idphoto.garment import GarmentColourError, read_garment
from idphoto.looks import Lips, Look, read_look, write_look
from idphoto.thumbnails import SIDE, garment_thumbnail, look_thumbnail
from numpy.typing import NDArray
from PIL import Image

from tests.engine.test_garment import a_file

LOOKS = [material.id for material in idphoto_materials.materials("makeup")]


def shown(data: bytes) -> NDArray[np.int64]:
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("WEBP", (SIDE, SIDE))
        return np.array(image.convert("RGB"), np.int64)


def test_a_chart_shows_the_colour_of_the_lips_where_they_are_and_nothing_elsewhere() -> None:
    bare = shown(look_thumbnail(Look()))
    red = shown(look_thumbnail(Look(lips=Lips(colours=("#C00000",), blend="cover", strength=1))))
    changed = np.abs(red - bare).max(axis=2) > 24
    rows, columns = np.nonzero(changed)
    assert 0.6 * SIDE < rows.min() < rows.max() < 0.9 * SIDE
    assert abs(columns.mean() - SIDE / 2) < 3
    assert np.median(red[changed], axis=0) == pytest.approx([192, 0, 0], abs=12)


@pytest.mark.parametrize(("colour", "cloth"), [(None, "1B2438"), ("#FFFFFF", "FFFFFF")])
def test_a_garment_is_shown_in_its_colour_before_a_light_ground(colour: str | None, cloth: str) -> None:
    picture = shown(garment_thumbnail(read_garment(a_file()), colour))
    assert picture[3, 3] == pytest.approx([0xED, 0xEF, 0xF2], abs=4)
    assert picture[SIDE // 2, SIDE // 8] == pytest.approx(list(bytes.fromhex(cloth)), abs=8)
    with pytest.raises(GarmentColourError):
        garment_thumbnail(read_garment(a_file()), "mauve")


@pytest.mark.parametrize(
    "material",
    [one for kind in idphoto_materials.kinds() for one in idphoto_materials.materials(kind)],
    ids=lambda one: one.id,
)
def test_the_thumbnail_beside_a_material_is_of_this_very_material(material: idphoto_materials.Material) -> None:
    data = idphoto_materials.read(material.kind, material.id)
    drawn = look_thumbnail(read_look(data)) if material.kind == "makeup" else garment_thumbnail(read_garment(data))
    stored = shown(idphoto_materials.read_thumbnail(material.kind, material.id))
    assert np.abs(shown(drawn) - stored).mean() < 0.5, "run layers/materials/thumbnails.py --all"


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_that_was_written_is_read_as_it_was(look: str) -> None:
    known = read_look(idphoto_materials.read("makeup", look))
    assert read_look(write_look(known)) == known
