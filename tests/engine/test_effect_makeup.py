"""Make-up: a look is put where it belongs, on this very skin, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import cv2
import idphoto_materials
import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.makeup import Makeup, apply
from idphoto.looks import Look, LookError, read_look
from idphoto.parts import parts

LOOKS = [material.id for material in idphoto_materials.materials("makeup")]
LIPSTICK = b'[lips]\ncolours = ["#A3132A"]\nblend = "cover"\nstrength = 0.8\n'


def lab(rgb):
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def wear(portrait, look, intensity=100):
    return apply(portrait, Makeup(material_id=look, intensity=intensity), idphoto_materials.read("makeup", look))


def changed(before, after):
    return np.abs(before.rgb.astype(int) - after.rgb).max(axis=-1)


@pytest.mark.parametrize("look", LOOKS)
def test_every_built_in_look_is_valid_and_says_what_it_is(look):
    material = next(known for known in idphoto_materials.materials("makeup") if known.id == look)
    read = read_look(idphoto_materials.read("makeup", look))
    assert (read.name, read.name_zh) == (material.name, material.name_zh)
    assert material.licence == "Apache-2.0"
    assert material.tags
    assert len(material.sha256) == 64


def test_there_are_looks_for_men_for_deep_skin_for_every_day_and_for_the_evening():
    tags = {tag for material in idphoto_materials.materials("makeup") for tag in material.tags}
    assert tags >= {"men", "deep skin", "natural", "evening", "office"}
    assert len(LOOKS) >= 8


def test_there_is_no_material_of_another_name_or_kind():
    assert idphoto_materials.find("makeup", "../makeup/rose") is None
    assert idphoto_materials.materials("no_such_kind") == ()
    with pytest.raises(KeyError):
        idphoto_materials.read("makeup", "no_such_look")


@pytest.mark.parametrize("look", LOOKS)
def test_no_look_touches_hair_teeth_irises_clothes_or_background(look, sitter):
    found = parts(sitter)
    touched = changed(sitter, wear(sitter, look))
    for part in (found.hair, found.clothes, found.background, found.mouth, found.glasses):
        assert touched[part > 0.99].max(initial=0) <= 2
    irises = np.rint(sitter.landmarks[[mesh.LEFT_IRIS_CENTRE, mesh.RIGHT_IRIS_CENTRE], :2]).astype(int)
    assert touched[irises[:, 1], irises[:, 0]].max() <= 2


def test_lipstick_stays_on_the_lips_and_takes_its_hue(sitter):
    found = parts(sitter)
    after = apply(sitter, Makeup(intensity=100), LIPSTICK)
    touched = changed(sitter, after)
    near = cv2.dilate(found.lips, np.ones((5, 5)))
    assert touched[near < 0.01].max() == 0
    before, now = (np.median(lab(rgb)[found.lips > 0.9], axis=0) for rgb in (sitter.rgb, after.rgb))
    assert now[1] > before[1] + 8


@pytest.mark.parametrize("darkness", [1.0, 0.6, 0.35])
def test_blush_shows_on_every_complexion_and_its_lightness_stays(darkness, sitter):
    person = replace(sitter, rgb=np.rint(sitter.rgb * darkness).astype(np.uint8))
    look = b'[blush]\ncolours = ["#C2413F"]\nstrength = 0.4\n'
    after = apply(person, Makeup(intensity=100), look)
    where = changed(person, after) > 0.5 * changed(person, after).max()
    shift = (lab(after.rgb) - lab(person.rgb))[where].mean(axis=0)
    assert shift[1] > 2.5
    assert abs(shift[0]) < 7


def test_texture_under_the_pigment_keeps_its_contrast(sitter):
    found = parts(sitter)
    after = apply(sitter, Makeup(intensity=100), b'[blush]\ncolours = ["#D9837A"]\nstrength = 0.5\n')

    def texture(rgb):
        light = lab(rgb)[..., 0]
        return float((light - cv2.GaussianBlur(light, (0, 0), 1.5))[found.face_skin > 0.95].std())

    assert texture(after.rgb) == pytest.approx(texture(sitter.rgb), rel=0.08)


def test_intensity_is_continuous_and_grows(sitter):
    amounts = [changed(sitter, wear(sitter, "evening", intensity)).mean() for intensity in (0, 1, 25, 50, 75, 100)]
    assert amounts[0] == 0
    assert amounts == sorted(amounts)
    assert amounts[1] < 0.05 * amounts[-1]


def test_an_empty_look_changes_nothing(sitter):
    assert np.array_equal(apply(sitter, Makeup(), b"").rgb, sitter.rgb)


@pytest.mark.parametrize(
    "material",
    [
        b"\xff\xfe",
        b"lips = ",
        b"[lips]\nstrength = 2\ncolours = ['#AA0000']",
        b"[lips]\nstrength = 0.5\ncolours = ['red']",
        b"[lips]\nstrength = 0.5\ncolours = []",
        b"[wings]\nstrength = 0.5",
        b"[blush]\nstrength = nan\ncolours = ['#AA0000']",
        b"#" * 100_000,
    ],
)
def test_a_bad_material_is_refused_by_a_typed_error(material, sitter):
    with pytest.raises(LookError) as error:
        apply(sitter, Makeup(), material)
    assert error.value.code == "MATERIAL_INVALID"


def test_closed_eyes_refuse_what_is_for_open_ones_and_take_lipstick(sitter):
    landmarks = sitter.landmarks.copy()
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
        middle = landmarks[list(ring), 1].mean()
        landmarks[list(ring), 1] = middle + 0.05 * (landmarks[list(ring), 1] - middle)
    asleep = replace(sitter, landmarks=landmarks)
    with pytest.raises(EffectRefusedError) as refusal:
        wear(asleep, "evening")
    assert refusal.value.details["reason"] == "EYES_CLOSED"
    apply(asleep, Makeup(), LIPSTICK)


def test_a_covered_mouth_is_refused(sitter):
    rgb = sitter.rgb.copy()
    left, top = sitter.landmarks[list(mesh.LIPS_OUTER), :2].min(axis=0).astype(int) - 12
    right, bottom = sitter.landmarks[list(mesh.LIPS_OUTER), :2].max(axis=0).astype(int) + 12
    rgb[top:bottom, left:right] = np.median(sitter.rgb[parts(sitter).face_skin > 0.95], axis=0).astype(np.uint8)
    with pytest.raises(EffectRefusedError) as refusal:
        apply(replace(sitter, rgb=rgb), Makeup(), LIPSTICK)
    assert refusal.value.details["reason"] == "FACE_COVERED"


def test_a_photo_without_colours_is_refused(sitter):
    grey = np.repeat(sitter.rgb.mean(axis=-1, keepdims=True).astype(np.uint8), 3, axis=-1)
    with pytest.raises(EffectRefusedError) as refusal:
        wear(replace(sitter, rgb=grey), "rose")
    assert refusal.value.details["reason"] == "PHOTO_COLOURLESS"


def test_a_face_that_the_photo_cuts_off_is_refused(sitter):
    middle = int(sitter.centre_x)
    half = replace(sitter, rgb=sitter.rgb[:, :middle].copy(), alpha=sitter.alpha[:, :middle].copy())
    with pytest.raises(EffectRefusedError) as refusal:
        wear(half, "rose")
    assert refusal.value.details["reason"] == "FACE_CUT_OFF"


def test_a_look_says_whether_it_is_for_open_eyes():
    assert not Look().touches_eyes
    assert read_look(idphoto_materials.read("makeup", "evening")).touches_eyes
