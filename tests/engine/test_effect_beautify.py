"""Beautify: a level or single values; a face that is its own, with its pores, moles and complexion."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.beautify import DEFAULT_LEVEL, LEVELS, Beautify, apply, recolour
from idphoto.effects.skin import skin_mask
from idphoto.parts import parts
from idphoto.shapes import face_width
from pydantic import ValidationError


def lab(rgb):
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


@pytest.fixture(scope="module")
def skin(near):
    return skin_mask(near, parts(near))


@pytest.fixture(scope="module")
def dark(near):
    """The portrait in a third of its light: as dark a skin, of the same hue."""
    linear = (near.rgb / 255.0) ** 2.2
    return replace(near, rgb=np.rint(255 * (linear / 3.5) ** (1 / 2.2)).astype(np.uint8))


def spotted(portrait, landmark, colour, size=0.012, strength=0.5):
    """The portrait with a round spot on a landmark."""
    y, x = np.mgrid[: portrait.height, : portrait.width]
    at = portrait.landmarks[landmark, :2]
    distance = np.hypot(x - at[0], y - at[1]) / (size * face_width(portrait.landmarks))
    weight = strength * np.exp(-(distance**2) / 2)[..., None]
    rgb = portrait.rgb * (1 - weight) + portrait.rgb * np.array(colour) * weight
    return replace(portrait, rgb=np.rint(rgb).astype(np.uint8))


def around(portrait, landmark, radius=0.03):
    x, y = np.rint(portrait.landmarks[landmark, :2]).astype(int)
    reach = int(radius * face_width(portrait.landmarks))
    return np.s_[y - reach : y + reach + 1, x - reach : x + reach + 1]


def distance(portrait, one, other):
    return float(np.linalg.norm(portrait.landmarks[one, :2] - portrait.landmarks[other, :2]))


def test_a_level_is_short_for_its_values():
    assert Beautify(level=3) == Beautify(**{name: values[3] for name, values in LEVELS.items()})
    assert Beautify() == Beautify(level=DEFAULT_LEVEL)
    assert Beautify(level=0).is_identity


@pytest.mark.parametrize("level", ["3", 3.0])
def test_a_level_may_be_written_otherwise(level):
    assert Beautify(level=level) == Beautify(level=3)


def test_single_values_override_those_of_a_level():
    chosen = Beautify(level=4, whiten=0, eyes=10)
    assert (chosen.whiten, chosen.eyes_left, chosen.eyes_right) == (0, 10, 10)
    assert chosen.smooth == LEVELS["smooth"][4]


def test_single_values_alone_bring_no_level():
    assert Beautify(smooth=30) == Beautify(level=0, smooth=30)


def test_one_side_overrides_both():
    chosen = Beautify(face_slim=20, face_slim_left=5)
    assert (chosen.face_slim_left, chosen.face_slim_right) == (5, 20)


@pytest.mark.parametrize("given", [{}, {"level": 5}, {"eyes": 30}, {"level": 1, "jaw": 0}, {"face_slim_left": 3}])
def test_equal_work_has_equal_parameters(given):
    canonical = Beautify(**given).model_dump()
    assert Beautify(**canonical) == Beautify(**given)
    assert Beautify(**canonical).model_dump() == canonical
    assert set(canonical) == set(LEVELS)


@pytest.mark.parametrize(
    "given", [{"level": 6}, {"level": -1}, {"level": 2.5}, {"eyes": 101}, {"smooth": -1}, {"x": 1}]
)
def test_what_is_no_parameter_is_refused(given):
    with pytest.raises(ValidationError):
        Beautify(**given)


def test_each_level_does_no_less_than_the_one_before():
    assert all(list(values) == sorted(values) and len(values) == 6 for values in LEVELS.values())


def test_only_skin_and_teeth_change_colour(near, skin):
    after = recolour(near, Beautify(level=5))
    rest = (skin == 0) & (parts(near).mouth == 0)
    assert np.array_equal(after.rgb[rest], near.rgb[rest])
    assert np.array_equal(after.alpha, near.alpha)
    assert np.array_equal(after.landmarks, near.landmarks)


def test_pores_stay(near, skin):
    """The finest detail of the skin keeps nine tenths of its energy at the default level."""
    size = (2 * near.width, 2 * near.height)
    rgb, alpha, inside = (cv2.resize(field, size) for field in (near.rgb, near.alpha, skin))
    core = inside > 0.95
    pores = np.random.default_rng(5).normal(0, 4, alpha.shape)[..., None]
    rgb = np.clip(rgb + pores, 0, 255).astype(np.uint8)
    porous = replace(near, rgb=rgb, alpha=alpha, landmarks=near.landmarks * 2, chin_y=2 * near.chin_y)
    porous = replace(porous, part_map=near.part_map.scaled(2, 2))

    def energy(rgb):
        light = lab(rgb)[..., 0]
        return float(
            ((light - cv2.GaussianBlur(light, (0, 0), 0.006 * face_width(porous.landmarks)))[core] ** 2).mean()
        )

    assert energy(recolour(porous, Beautify()).rgb) > 0.9 * energy(porous.rgb)


@pytest.mark.parametrize("person", ["near", "dark"])
def test_whitening_keeps_the_hue_and_makes_nobody_grey(person, skin, request):
    portrait = request.getfixturevalue(person)
    before, after = (lab(rgb)[skin > 0.9] for rgb in (portrait.rgb, recolour(portrait, Beautify(whiten=60)).rgb))
    rise = np.median(after[:, 0]) - np.median(before[:, 0])
    assert 1 < rise < 7
    hue = [np.degrees(np.arctan2(*np.median(colour, axis=0)[:0:-1])) for colour in (before, after)]
    assert abs(hue[1] - hue[0]) < 2
    chroma = [np.hypot(*np.median(colour, axis=0)[1:]) for colour in (before, after)]
    assert chroma[1] > 0.97 * chroma[0]


def test_rosy_makes_the_skin_redder_and_no_lighter(near, skin):
    change = np.median((lab(recolour(near, Beautify(rosy=100)).rgb) - lab(near.rgb))[skin > 0.9], axis=0)
    assert 2 < change[1] < 6
    assert abs(change[0]) < 1


@pytest.mark.parametrize("landmark", [50, 280])
def test_an_inflamed_spot_is_taken_off(near, landmark):
    ill = spotted(near, landmark, (1.0, 0.72, 0.7), strength=0.7)
    healed = recolour(ill, Beautify(blemish=100))
    clean = recolour(near, Beautify(blemish=100))
    place = around(near, landmark)

    def error(one, other):
        return np.abs(one.rgb[place].astype(int) - other.rgb[place]).mean()

    assert error(healed, clean) < 0.65 * error(ill, near)


def test_a_mole_stays(near):
    marked = spotted(near, 280, (0.3, 0.25, 0.2), size=0.01, strength=0.9)
    place = around(near, 280, 0.01)
    skin_light, mole_light = (np.median(lab(portrait.rgb)[place][..., 0]) for portrait in (near, marked))
    after = np.median(lab(recolour(marked, Beautify()).rgb)[place][..., 0])
    assert skin_light - after > 0.8 * (skin_light - mole_light)


def test_teeth_grow_whiter_and_lips_do_not(near):
    after = recolour(near, Beautify(teeth=100))
    mouth = parts(near).mouth
    before_lab, after_lab = lab(near.rgb), lab(after.rgb)
    tooth = (mouth > 0.9) & (before_lab[..., 0] > np.percentile(before_lab[..., 0][mouth > 0.9], 60))
    assert np.median(after_lab[tooth][:, 2]) < np.median(before_lab[tooth][:, 2]) - 1
    outside = mouth == 0
    assert np.array_equal(after.rgb[outside], near.rgb[outside])


def test_eyes_grow_on_the_side_that_is_asked_for(near):
    after = apply(near, Beautify(eyes_left=100))
    left = distance(after, 33, 133) / distance(near, 33, 133)
    right = distance(after, 362, 263) / distance(near, 362, 263)
    assert 1.08 < left < 1.16
    assert right == pytest.approx(1, abs=0.01)


def test_a_face_grows_slimmer_on_the_side_that_is_asked_for(near):
    after = apply(near, Beautify(face_slim_right=100))
    shift = (after.landmarks - near.landmarks)[:, 0] / face_width(near.landmarks)
    assert shift[397] < -0.03
    assert abs(shift[172]) < 0.002


@pytest.mark.parametrize(("name", "one", "other"), [("nose", 129, 358), ("mouth", 61, 291), ("jaw", 150, 379)])
def test_a_feature_grows_narrower(near, name, one, other):
    after = apply(near, Beautify(**{name: 100}))
    assert 0.85 < distance(after, one, other) / distance(near, one, other) < 0.96


def test_the_shape_leaves_what_is_far_from_the_face(near):
    after = apply(near, Beautify(level=5, smooth=0, whiten=0, rosy=0, teeth=0, dark_circles=0, blemish=0))
    y = np.arange(near.height)[:, None] * np.ones(near.width)
    unit = face_width(near.landmarks)
    far = (y < near.landmarks[10, 1] - 0.35 * unit) | (y > near.chin_y + 0.45 * unit)
    assert np.array_equal(after.rgb[far], near.rgb[far])
    assert np.array_equal(after.alpha[far], near.alpha[far])


def test_a_turned_face_keeps_its_shape_but_may_have_its_skin_retouched(near):
    angle = np.radians(35)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]], np.float32)
    # The picture becomes as narrow as the face that is turned.
    size = (round(near.width * float(np.cos(angle))), near.height)
    rgb, alpha = (cv2.resize(field, size, interpolation=cv2.INTER_AREA) for field in (near.rgb, near.alpha))
    middle = near.landmarks.mean(axis=0)
    moved = middle * (size[0] / near.width, 1, 1)
    landmarks = ((near.landmarks - middle) @ turn.T + moved).astype(np.float32)
    turned = replace(near, rgb=rgb, alpha=alpha, landmarks=landmarks, part_map=None)
    with pytest.raises(EffectRefusedError) as refusal:
        apply(turned, Beautify())
    assert refusal.value.details["reason"] == "FACE_TURNED"
    assert np.array_equal(apply(turned, Beautify(smooth=30)).landmarks, turned.landmarks)


def test_features_stay_symmetric_partners(near):
    """What one side moves, its mirror image moves: the midline stays where it is."""
    after = apply(near, Beautify(level=5))
    shift = (after.landmarks - near.landmarks)[list(mesh.MIDLINE), 0]
    assert np.abs(shift).max() < 0.01 * face_width(near.landmarks)
