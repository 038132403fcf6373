"""Side light comes off, a dark face is lifted, and neither a complexion nor a highlight pays for it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects import lighting
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.lighting import Lighting, apply

from tests.bench import truth
from tests.bench.truth import side_light, sides, skin_of

error = partial(truth.error, same_exposure=True)
EVEN = Lighting(strength=100, fill=0)


@pytest.fixture(scope="module")
def clean(sitter):
    """The sitter with none of her own side light."""
    return apply(apply(sitter, EVEN), EVEN)


@pytest.mark.parametrize("amount", [0.5, -0.5, 0.9, -0.9])
def test_injected_side_light_comes_off(clean, amount):
    lit = side_light(clean, amount)
    after = apply(lit, EVEN)
    face = skin_of(clean)
    assert error(clean, after, face) < 0.65 * error(clean, lit, face)
    assert abs(sides(after) - sides(clean)) < 0.4 * abs(sides(lit) - sides(clean))


@pytest.mark.parametrize("amount", [0.9, -0.9])
def test_injected_side_light_comes_off_an_unprepared_portrait(sitter, amount):
    lit = side_light(sitter, amount)
    face = skin_of(sitter)
    assert error(sitter, apply(lit, EVEN), face) < error(sitter, lit, face)


def test_more_strength_takes_more_off(sitter):
    lit = side_light(sitter, 0.9)
    left = [abs(sides(apply(lit, Lighting(strength=s, fill=0)))) for s in (25, 50, 75, 100)]
    assert left == sorted(left, reverse=True)


def test_the_grain_of_the_skin_stays(sitter):
    lit = side_light(sitter, 0.9)
    face = skin_of(sitter)
    fine = [np.diff(shown.rgb.astype(np.float32), axis=1)[face[:, 1:]].std() for shown in (lit, apply(lit, EVEN))]
    assert fine[1] == pytest.approx(fine[0], rel=0.12)


def test_fill_lifts_an_underexposed_face_and_leaves_a_well_exposed_one(sitter):
    fill = Lighting(strength=0, fill=100)
    assert apply(sitter, fill) is sitter
    dark = replace(sitter, rgb=(sitter.rgb * 0.55).astype(np.uint8))
    face = skin_of(sitter)
    assert 1.1 < apply(dark, fill).rgb[face].mean() / dark.rgb[face].mean() < 1.3


def test_fill_does_not_lighten_dark_skin_in_good_light(sitter):
    # Darker skin under the same light: teeth, whites of the eyes and highlights stay as bright.
    face = skin_of(sitter)
    light = (sitter.rgb / 255) ** 2.2
    gleams = light.min(axis=-1, keepdims=True) > np.percentile(light.min(axis=-1)[face], 96)
    darker = np.where(face[..., None] & ~gleams, light * 0.3, light)
    person = replace(sitter, rgb=np.rint(darker ** (1 / 2.2) * 255).astype(np.uint8))
    assert apply(person, Lighting(strength=0, fill=100)) is person


def test_hair_clothes_and_background_stay(sitter):
    lit = side_light(sitter, 0.9)
    changed = np.any(apply(lit, Lighting(strength=100, fill=100)).rgb != lit.rgb, axis=-1)
    crown = slice(0, round(sitter.crown_y + 0.15 * sitter.head_height))
    assert not changed[crown].any()
    assert not changed[round(sitter.chin_y + 0.6 * sitter.head_height) :].any()
    assert not changed[sitter.alpha == 0].any()


def test_a_face_that_the_photo_cuts_is_refused(sitter):
    x = round(float(sitter.landmarks[mesh.LEFT_CHEEK_EDGE, 0])) + 10
    shifted = sitter.landmarks - np.array((x, 0, 0), np.float32)
    cut = replace(sitter, rgb=sitter.rgb[:, x:], alpha=sitter.alpha[:, x:], landmarks=shifted)
    with pytest.raises(EffectRefusedError) as refusal:
        apply(cut, Lighting())
    assert refusal.value.details["reason"] == "FACE_CUT_OFF"


def test_the_mirror_place_of_a_mirror_place_is_the_place_itself(sitter):
    area = lighting._Area.of(sitter)
    points = area.points(sitter.landmarks)
    mirrored = lighting.mirror_map(points, area.cells[::-1])
    for point in (mesh.LEFT_CHEEK[0], mesh.RIGHT_CHEEK[1], mesh.NOSE_TIP):
        x, y = points[point]
        there = mirrored[round(float(y)), round(float(x))]
        assert there == pytest.approx(points[mesh.MIRROR[point]], abs=1.5)
