"""Blurred background above the crown is told from hair."""

import numpy as np
import pytest
from idphoto import mesh
from idphoto.haze import remove_haze
from idphoto.upright import guess_head_height

CELL = 4
SIDE = 480


@pytest.fixture
def landmarks():
    """A face of 170 px in the middle: only the points that are read."""
    points = np.zeros((478, 3), np.float32)
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, len(mesh.FACE_OVAL), endpoint=False)
    points[:, :2] = 240, 290
    points[list(mesh.FACE_OVAL), 0] = 240 + 70 * np.cos(angle)
    points[list(mesh.FACE_OVAL), 1] = 290 + 85 * np.sin(angle)
    return points


@pytest.fixture
def head(landmarks):
    """Dark hair with strands around the face, before a green blur."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:SIDE, :SIDE]
    rgb = np.full((SIDE, SIDE, 3), (120, 170, 90), np.float32)
    hair = ((x - 240) / 120) ** 2 + ((y - 270) / 140) ** 2 < 1
    rgb[hair] = 40
    rgb[hair] += rng.normal(0, 14, (int(hair.sum()), 1))
    return np.clip(rgb, 0, 255).astype(np.uint8), hair


def in_cells(mask):
    return mask.reshape(SIDE // CELL, CELL, SIDE // CELL, CELL).mean((1, 3)).astype(np.float32)


def test_a_pale_blurred_cap_is_taken_away_and_the_hair_stays(head, landmarks):
    rgb, hair = head
    y, x = np.mgrid[:SIDE, :SIDE]
    cap = (((x - 240) / 60) ** 2 + ((y - 130) / 16) ** 2 < 1) & ~hair
    rgb[cap] = (190, 190, 200)
    matte = remove_haze(rgb, in_cells(hair | cap), landmarks, CELL)
    assert guess_head_height(landmarks) > 100
    assert matte[in_cells(cap) > 0.9].mean() < 0.1
    deep = in_cells(((x - 240) / 105) ** 2 + ((y - 270) / 125) ** 2 < 1) > 0.9
    assert np.array_equal(matte[deep], in_cells(hair)[deep])


def test_hair_alone_is_left_as_it_is(head, landmarks):
    rgb, hair = head
    coarse = in_cells(hair)
    assert np.array_equal(remove_haze(rgb, coarse, landmarks, CELL), coarse)


def test_a_bright_ornament_with_texture_stays(head, landmarks):
    rgb, hair = head
    y, x = np.mgrid[:SIDE, :SIDE]
    bow = (((x - 240) / 60) ** 2 + ((y - 130) / 16) ** 2 < 1) & ~hair
    rgb[bow] = np.where(((x + y) // 3 % 2)[bow][:, None], (230, 60, 120), (150, 20, 60))
    coarse = in_cells(hair | bow)
    assert np.array_equal(remove_haze(rgb, coarse, landmarks, CELL), coarse)
