"""What holds for every effect, whatever it does."""

from __future__ import annotations

from dataclasses import replace

import cv2
import idphoto_materials
import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects import EFFECTS
from idphoto.effects.base import EffectRefusedError
from idphoto.partmap import PartMap
from idphoto.portrait import Portrait
from idphoto.recipe import KINDS

PHOTOMETRIC = {"lighting", "skin", "glasses", "makeup"}
"""These move nothing: shape and landmarks stay what they are."""
REPLACING = {"outfit"}
"""They put something else in the place of what is there, with no strength of it, and not the same on both sides."""

MIRROR_ERROR, MIRROR_WORST = 0.01, 0.0005
"""Mean difference of levels; share of pixels that differ by more than 6 (noise has no mirror)."""
SCALE_ERROR = 0.75
"""Mean difference of levels over the face, after enlarging, applying and reducing."""


@pytest.fixture(params=sorted(EFFECTS, key=KINDS.index))
def kind(request):
    return request.param


def put(kind, portrait, params=None):
    """Apply an effect; skip where it refuses this portrait, which its own tests look into."""
    effect = EFFECTS[kind]
    params = params or effect.params()
    material = material_of(kind, params)
    try:
        return effect.apply(portrait, params, *material)
    except EffectRefusedError as refusal:
        pytest.skip(f"{refusal.details['reason']}: {refusal.message}")


def material_of(kind, params):
    return (idphoto_materials.read(kind, params.material_id),) if EFFECTS[kind].takes_material else ()


def strengths(kind):
    """Names of the parameters that say how much."""
    return [name for name, field in EFFECTS[kind].params.model_fields.items() if field.annotation in {float, int}]


def of_strength(kind, share):
    """The default parameters, every strength times ``share``."""
    model = EFFECTS[kind].params
    default = model()
    return model(**{name: getattr(default, name) * share for name in strengths(kind)})


def mirrored(portrait):
    landmarks = portrait.landmarks[list(mesh.MIRROR)].copy()
    landmarks[:, 0] = portrait.width - 1 - landmarks[:, 0]
    flipped = replace(portrait, rgb=portrait.rgb[:, ::-1].copy(), alpha=portrait.alpha[:, ::-1].copy())
    left, top, right, bottom = portrait.part_map.box
    box = (portrait.width - right, top, portrait.width - left, bottom)
    return replace(flipped, landmarks=landmarks, part_map=PartMap(box, portrait.part_map.shares[..., ::-1]))


def doubled(portrait):
    size = (2 * portrait.width, 2 * portrait.height)
    rgb, alpha = (cv2.resize(field, size, interpolation=cv2.INTER_CUBIC) for field in (portrait.rgb, portrait.alpha))
    landmarks = portrait.landmarks * 2 + np.array((0.5, 0.5, 0), np.float32)
    part_map = portrait.part_map.scaled(2, 2)
    return Portrait(rgb, alpha, landmarks, 2 * portrait.crown_y + 0.5, 2 * portrait.chin_y + 0.5, part_map)


def difference(first, second):
    """Largest difference of levels of each pixel, ``(H, W)``, where the person is."""
    return np.abs(first.rgb.astype(int) - second.rgb).max(axis=-1) * (first.alpha > 8)


def face_of(portrait):
    mask = np.zeros(portrait.alpha.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(portrait.landmarks[list(mesh.FACE_OVAL), :2]).astype(np.int32), (1,))
    return mask > 0


def test_effects_stand_in_the_order_in_which_they_are_applied():
    assert list(EFFECTS) == [kind for kind in KINDS if kind in EFFECTS]


def test_no_strength_is_the_same_portrait(kind, sitter):
    if kind in REPLACING:
        pytest.skip("is taken off by another recipe")
    params = of_strength(kind, 0)
    assert params.is_identity
    assert put(kind, sitter, params) is sitter


def test_the_default_does_something(kind, sitter):
    assert not EFFECTS[kind].params().is_identity
    if kind == "glasses":
        pytest.skip("she wears none")
    assert not np.array_equal(put(kind, sitter).rgb, sitter.rgb)


def test_the_same_input_gives_the_same_bytes_and_stays_as_it_was(kind, sitter):
    kept = sitter.rgb.copy(), sitter.alpha.copy(), sitter.landmarks.copy()
    first, second = put(kind, sitter), put(kind, sitter)
    assert np.array_equal(first.rgb, second.rgb)
    assert np.array_equal(first.alpha, second.alpha)
    assert all(map(np.array_equal, kept, (sitter.rgb, sitter.alpha, sitter.landmarks)))


def test_the_size_stays(kind, sitter):
    after = put(kind, sitter)
    assert (after.rgb.shape, after.alpha.shape) == (sitter.rgb.shape, sitter.alpha.shape)
    assert (after.rgb.dtype, after.alpha.dtype, after.landmarks.dtype) == (np.uint8, np.uint8, np.float32)


def test_what_moves_nothing_keeps_shape_and_all_outside_the_person(kind, sitter):
    if kind not in PHOTOMETRIC:
        pytest.skip("moves the shape")
    after = put(kind, sitter)
    assert np.array_equal(after.alpha, sitter.alpha)
    assert np.array_equal(after.landmarks, sitter.landmarks)
    outside = sitter.alpha == 0
    assert np.array_equal(after.rgb[outside], sitter.rgb[outside])


def test_a_little_strength_changes_a_little(kind, sitter):
    if kind in REPLACING or not strengths(kind):
        pytest.skip("has no strength")
    whole = difference(sitter, put(kind, sitter))
    little = difference(sitter, put(kind, sitter, of_strength(kind, 0.02)))
    assert little.mean() <= 0.1 * whole.mean() + 0.02
    assert np.percentile(little, 99.9) <= 0.15 * whole.max() + 2


def test_a_mirrored_portrait_gives_the_mirrored_result(kind, sitter):
    if kind in REPLACING:
        pytest.skip("buttons on one side")
    expected, found = mirrored(put(kind, sitter)), put(kind, mirrored(sitter))
    apart = difference(expected, found)
    assert apart.mean() < MIRROR_ERROR
    assert (apart > 6).mean() < MIRROR_WORST
    assert np.abs(expected.landmarks - found.landmarks).max() < 0.02


def test_a_portrait_of_twice_the_size_gives_the_same_result_at_twice_the_size(kind, sitter):
    size = (sitter.width, sitter.height)
    base = replace(sitter, rgb=cv2.resize(doubled(sitter).rgb, size, interpolation=cv2.INTER_AREA))
    small, large = put(kind, base), put(kind, doubled(sitter))
    reduced = replace(small, rgb=cv2.resize(large.rgb, size, interpolation=cv2.INTER_AREA))
    assert difference(small, reduced)[face_of(sitter)].mean() < SCALE_ERROR
    assert np.abs(large.landmarks / 2 - small.landmarks)[:, :2].max() < 0.4


def test_a_face_from_the_side_is_refused_in_both_languages(kind, sitter):
    cos, sin = np.cos(1.2), np.sin(1.2)
    turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float32)
    middle = sitter.landmarks.mean(axis=0)
    turned = replace(sitter, landmarks=((sitter.landmarks - middle) @ turn.T + middle).astype(np.float32))
    assert_refused(kind, turned)


def test_a_tiny_face_is_refused_in_both_languages(kind, sitter):
    size = (sitter.width // 4, sitter.height // 4)
    rgb, alpha = (cv2.resize(field, size, interpolation=cv2.INTER_AREA) for field in (sitter.rgb, sitter.alpha))
    landmarks = (sitter.landmarks / 4).astype(np.float32)
    assert_refused(kind, Portrait(rgb, alpha, landmarks, sitter.crown_y / 4, sitter.chin_y / 4))


def assert_refused(kind, portrait):
    effect = EFFECTS[kind]
    params = effect.params()
    material = material_of(kind, params)
    with pytest.raises(EffectRefusedError) as refusal:
        effect.apply(portrait, params, *material)
    assert refusal.value.details["effect"] == kind
    assert str(refusal.value.details["reason"]).isupper()
    assert refusal.value.message.isascii()
    assert not refusal.value.message_zh.isascii()
