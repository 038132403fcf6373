"""The parts of a person: what is sure is found, and nothing is lost or counted twice."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from idphoto import mesh
from idphoto.parts import PART_NAMES, parts
from idphoto.shapes import face_width, polygon_mask


@pytest.fixture(scope="module")
def found(sitter):
    return parts(sitter)


def at(field, portrait, *indices, up=0):
    """Mean of a mask at some landmarks, moved up by a part of the face's width."""
    places = np.rint(portrait.landmarks[list(indices), :2]).astype(int)
    rows = places[:, 1] - round(up * face_width(portrait.landmarks))
    return float(field[rows, places[:, 0]].mean())


def with_glasses(portrait):
    """Draw round dark rims with a bridge; return the picture and where they are."""
    unit = face_width(portrait.landmarks)
    rim = np.zeros(portrait.alpha.shape, np.uint8)
    centres = [
        np.rint((centre + np.array((0, 0.04 * unit))) * 16).astype(int)
        for centre in mesh.eye_centres(portrait.landmarks)
    ]
    for centre in centres:
        cv2.circle(rim, tuple(map(int, centre)), round(0.185 * unit * 16), (255,), 2, cv2.LINE_AA, 4)
    inner = [int(centres[0][0] + 0.185 * unit * 16), int(centres[1][0] - 0.185 * unit * 16)]
    cv2.line(rim, (inner[0], int(centres[0][1])), (inner[1], int(centres[1][1])), (255,), 2, cv2.LINE_AA, 4)
    opacity = rim[..., None].astype(np.float32) / 255 * 0.9
    worn = np.rint(portrait.rgb * (1 - opacity) + 25 * opacity).astype(np.uint8)
    return replace(portrait, rgb=worn), rim > 128


def test_the_parts_are_float_masks_of_the_portraits_size_and_sum_to_one(sitter, found):
    total = np.zeros(sitter.alpha.shape, np.float32)
    for name in PART_NAMES:
        field = getattr(found, name)
        assert field.shape == sitter.alpha.shape
        assert field.dtype == np.float32
        assert field.min() >= 0
        assert field.max() <= 1
        total += field
    assert np.abs(total - 1).max() < 1e-5


@pytest.mark.parametrize("part", ["landmarks", "alpha", "rgb", "size"])
def test_what_makes_no_sense_still_gives_parts_that_sum_to_one(part, sitter):
    strange = {
        "landmarks": replace(sitter, landmarks=np.zeros_like(sitter.landmarks)),
        "alpha": replace(sitter, alpha=np.zeros_like(sitter.alpha)),
        "rgb": replace(sitter, rgb=np.zeros_like(sitter.rgb)),
        "size": replace(sitter, rgb=sitter.rgb[:2, :9].copy(), alpha=sitter.alpha[:2, :9].copy()),
    }[part]
    found = parts(strange)
    total = sum(getattr(found, name) for name in PART_NAMES)
    assert np.abs(total - 1).max() < 1e-5


def test_the_background_is_what_the_matte_leaves(sitter, found):
    assert np.abs(found.background - (1 - sitter.alpha.astype(np.float32) / 255)).max() < 1e-6


def test_cheeks_and_nose_are_skin_of_the_face(sitter, found):
    assert at(found.face_skin, sitter, *mesh.LEFT_CHEEK, *mesh.RIGHT_CHEEK, mesh.NOSE_TIP) > 0.9


def test_a_fringe_and_the_hair_above_the_face_are_hair(sitter, found):
    assert at(found.hair, sitter, mesh.FOREHEAD_TOP, up=0.15) > 0.9


def test_the_clothes_far_below_the_chin_are_clothes(sitter, found):
    rows = slice(round(sitter.chin_y + face_width(sitter.landmarks)), None)
    solid = sitter.alpha[rows] > 250
    assert found.clothes[rows][solid].mean() > 0.9


def test_eyes_lips_and_teeth_are_no_skin(sitter, found):
    assert at(found.eyes, sitter, mesh.LEFT_IRIS_CENTRE, mesh.RIGHT_IRIS_CENTRE) > 0.9
    middle = (sitter.landmarks[mesh.LIP_UPPER_INNER, :2] + sitter.landmarks[mesh.LIP_LOWER_INNER, :2]) / 2
    column, row = np.rint(middle).astype(int)
    assert found.mouth[row, column] > 0.9
    assert found.lips.sum() > 20
    assert found.skin[(found.eyes + found.mouth + found.lips) > 0.99].max() < 0.02


def test_a_bare_chin_has_no_beard_and_a_bare_eye_no_glasses(found):
    assert found.beard.max() < 0.05
    assert found.glasses.max() < 0.05


def test_a_drawn_rim_is_found_as_glasses(sitter):
    worn, rim = with_glasses(sitter)
    found = parts(worn)
    assert found.glasses[rim].mean() > 0.5
    assert found.glasses.sum() < 4 * rim.sum()


def test_a_polygon_covers_its_own_area_exactly_at_any_place():
    square = np.array([[10.3, 10.6], [20.3, 10.6], [20.3, 18.6], [10.3, 18.6]], np.float32)
    mask = polygon_mask(square, (32, 32), smooth=False)
    assert mask.sum() == pytest.approx(80, rel=0.03)
    rows, columns = np.mgrid[:32, :32]
    assert (mask * columns).sum() / mask.sum() == pytest.approx(15.3, abs=0.1)
    assert (mask * rows).sum() / mask.sum() == pytest.approx(14.6, abs=0.1)


def test_a_polygon_outside_the_picture_is_empty():
    assert not polygon_mask(np.array([[-9, -9], [-5, -9], [-5, -5]], np.float32), (8, 8)).any()
