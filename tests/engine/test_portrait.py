"""The portrait: upright, as large as the photo gave it, ending where the photo ends, stored without loss."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
import skimage.data
from idphoto import mesh
from idphoto.arrays import Landmarks, Rgb
from idphoto.faces import find_faces
from idphoto.models import Models
from idphoto.portrait import Portrait, PortraitError, build_portrait, find_crown, load, save
from idphoto.trim import covered_rectangle
from idphoto.upright import MAX_HEAD_HEIGHT, cut_upright, eye_roll, guess_head_height
from PIL import Image


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def photo() -> Rgb:
    return np.asarray(skimage.data.astronaut())


@pytest.fixture(scope="module")
def portrait(photo: Rgb, models: Models) -> Portrait:
    return _build(photo, models)


def _build(photo: Rgb, models: Models) -> Portrait:
    return build_portrait(photo, find_faces(photo, models)[0], models)


def _on_grey(portrait: Portrait) -> Rgb:
    alpha = portrait.alpha[..., None].astype(np.float32) / 255
    return np.rint(portrait.rgb * alpha + 128 * (1 - alpha)).astype(np.uint8)


def _landmarks(middle: float, chin: float, face: float) -> Landmarks:
    """Make landmarks that tell no more than where the face is."""
    points = np.zeros((478, 3), np.float32)
    points[:, :2] = middle, chin - face / 2
    points[mesh.FOREHEAD_TOP, 1], points[mesh.CHIN, 1] = chin - face, chin
    return points


@pytest.mark.parametrize("degrees", [-12, 12])
def test_a_tilted_head_is_made_upright(photo: Rgb, models: Models, degrees: int) -> None:
    turned = np.asarray(Image.fromarray(photo).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(200, 200, 200)))
    portrait = _build(turned, models)
    assert abs(eye_roll(portrait.landmarks)) < 0.1
    seen = find_faces(_on_grey(portrait), models)[0]
    assert abs(eye_roll(seen.landmarks)) < 1


def test_landmarks_lie_on_the_face_of_the_portrait(portrait: Portrait, models: Models) -> None:
    seen = find_faces(_on_grey(portrait), models)[0]
    distance = np.hypot(*(seen.landmarks - portrait.landmarks)[:, :2].T)
    assert distance.mean() < 0.015 * portrait.head_height


def test_a_level_head_keeps_its_pixels(photo: Rgb, models: Models) -> None:
    landmarks = find_faces(photo, models)[0].landmarks.copy()
    left, right = list(mesh.LEFT_EYE), list(mesh.RIGHT_EYE)
    landmarks[right, 1] += landmarks[left, 1].mean() - landmarks[right, 1].mean()
    landmarks[[mesh.RIGHT_EYE_INNER, mesh.RIGHT_EYE_OUTER], 1] = landmarks[
        [mesh.LEFT_EYE_INNER, mesh.LEFT_EYE_OUTER], 1
    ]
    canvas = cut_upright(photo, landmarks)
    left_x, top = np.rint(landmarks[0, :2] - canvas.landmarks[0, :2]).astype(int)
    height, width = canvas.rgb.shape[:2]
    assert np.array_equal(canvas.rgb, photo[top : top + height, left_x : left_x + width])


def test_a_large_head_is_reduced_and_a_small_one_never_enlarged(photo: Rgb, models: Models) -> None:
    large = np.asarray(Image.fromarray(photo[:300, 80:370]).resize((2320, 2400), Image.Resampling.BICUBIC))
    canvas = cut_upright(large, find_faces(large, models)[0].landmarks)
    assert guess_head_height(canvas.landmarks) == pytest.approx(MAX_HEAD_HEIGHT, rel=0.01)
    assert cut_upright(photo, find_faces(photo, models)[0].landmarks).scale == 1


def test_the_body_is_cut_only_where_the_photo_ends(portrait: Portrait, photo: Rgb) -> None:
    bottom = portrait.alpha[-1]
    assert (bottom > 200).mean() > 0.3
    assert portrait.height < photo.shape[0]
    assert portrait.alpha[0].max() == 0


@pytest.mark.parametrize("degrees", [-12, 12])
def test_nothing_of_the_person_lies_beyond_the_edge_of_a_turned_photo(degrees: int) -> None:
    height, width = 300, 240
    y, x = np.mgrid[:height, :width]
    slope = np.tan(np.radians(degrees))
    covered = y < 270 + slope * (x - 120)
    matte = ((abs(x - 120) < 80) & (y > 60)).astype(np.float32)
    left, top, right, bottom = covered_rectangle(matte, covered, _landmarks(120, 150, 60))
    inside = slice(top, bottom), slice(left, right)
    assert not (matte[inside] * ~covered[inside]).any()
    assert (matte * covered)[inside].sum() > 0.85 * (matte * covered).sum()
    assert left < 100
    assert right > 140
    assert bottom > 150


def test_the_crown_is_the_top_of_the_hair_not_of_a_single_hair() -> None:
    matte = np.zeros((400, 300), np.float32)
    y, x = np.mgrid[:400, :300]
    matte[((x - 150) / 70) ** 2 + ((y - 200) / 100) ** 2 < 1] = 1
    landmarks = _landmarks(150, 300, 150)
    crown = find_crown(matte, landmarks)
    assert crown == pytest.approx(100, abs=3)
    matte[60:110, 150:153] = 1
    assert find_crown(matte, landmarks) == crown


def test_the_crown_is_above_the_mesh_and_the_chin_below_the_mouth(portrait: Portrait) -> None:
    assert portrait.crown_y < portrait.landmarks[mesh.FOREHEAD_TOP, 1]
    assert portrait.chin_y > portrait.landmarks[mesh.LIP_LOWER_INNER, 1]
    assert portrait.head_height == pytest.approx(guess_head_height(portrait.landmarks), rel=0.2)
    assert portrait.centre_x == pytest.approx(portrait.landmarks[mesh.NOSE_TIP, 0], abs=0.1 * portrait.head_height)


def test_storing_is_lossless(portrait: Portrait) -> None:
    back = load(save(portrait))
    assert np.array_equal(back.rgb, portrait.rgb)
    assert np.array_equal(back.alpha, portrait.alpha)
    assert np.array_equal(back.landmarks, portrait.landmarks)
    assert (back.crown_y, back.chin_y) == (portrait.crown_y, portrait.chin_y)
    assert portrait.part_map is not None
    assert back.part_map is not None
    assert back.part_map.box == portrait.part_map.box
    assert np.array_equal(back.part_map.shares, portrait.part_map.shares)


def test_a_portrait_without_a_map_is_stored_too(portrait: Portrait) -> None:
    assert load(save(replace(portrait, part_map=None))).part_map is None


def test_storing_is_deterministic(portrait: Portrait) -> None:
    assert save(portrait) == save(load(save(portrait)))


def test_damaged_bytes_are_refused(portrait: Portrait) -> None:
    data = save(portrait)
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    later = data[:4] + struct.pack("<H", 9) + data[6:]
    for damaged in (b"", data[:20], data[:-1], data + b"x", bytes(flipped), later, b"PNG" + data[3:]):
        with pytest.raises(PortraitError):
            load(damaged)
