"""Warping: the portrait goes along with its landmarks, and what is not moved stays, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from idphoto import mesh
from idphoto.portrait import Portrait
from idphoto.warp import STRETCH_MOST, Field, field_from_moves, warp

SIZE = 240
SUPPORT = 60.0


@pytest.fixture
def drawn() -> Portrait:
    """A plate of noise, with landmarks on a grid in its middle."""
    rng = np.random.default_rng(3)
    rgb = rng.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    x, y = np.meshgrid(np.linspace(90, 150, 22), np.linspace(90, 150, 22))
    landmarks = np.stack([x.ravel(), y.ravel(), rng.normal(size=484)], axis=1)[:478].astype(np.float32)
    return Portrait(rgb, np.full((SIZE, SIZE), 255, np.uint8), landmarks, 60.0, 150.0)


def moved(portrait, *moves, support=SUPPORT):
    start = np.array([move[0] for move in moves], np.float32)
    end = start + np.array([move[1] for move in moves], np.float32)
    return field_from_moves(portrait, start, end, support=support)


def blob(place):
    y, x = np.mgrid[:SIZE, :SIZE]
    spot = np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / 4.5)
    return np.repeat(np.rint(255 * spot).astype(np.uint8)[..., None], 3, axis=2)


def centroid(rgb):
    weight = rgb[..., 0].astype(float)
    y, x = np.mgrid[:SIZE, :SIZE]
    return np.array([(x * weight).sum(), (y * weight).sum()]) / weight.sum()


def test_a_field_that_moves_nothing_returns_the_same_portrait(drawn):
    field = moved(drawn, ((120, 120), (0, 0)))
    assert field.is_still
    assert warp(drawn, field) is drawn


def test_points_arrive_where_they_are_sent(drawn):
    field = moved(drawn, ((110, 120), (5, 2)), ((135, 125), (-3, 4)), ((120, 100), (0, 0)))
    ends = field.carry(np.array([(110, 120), (135, 125), (120, 100)], np.float32))
    assert np.abs(ends - [(115, 122), (132, 129), (120, 100)]).max() < 0.1


def test_landmarks_are_carried_by_the_inverse_of_the_field(drawn):
    field = moved(drawn, ((110, 120), (6, -4)), ((135, 125), (-5, 3)))
    after = warp(drawn, field)
    back = after.landmarks[:, :2] + field.at(after.landmarks[:, :2])
    assert np.abs(back - drawn.landmarks[:, :2]).max() < 1e-3
    assert np.array_equal(after.landmarks[:, 2], drawn.landmarks[:, 2])


@pytest.mark.parametrize("place", [(112.0, 121.0), (127.5, 116.25), (133.0, 131.0)])
def test_the_picture_goes_where_the_landmarks_go(drawn, place):
    spot = replace(drawn, rgb=blob(place))
    field = moved(drawn, ((120, 120), (7, -3)))
    expected = field.carry(np.array([place], np.float32))[0]
    shift = centroid(warp(spot, field).rgb) - centroid(spot.rgb)
    # The field bends under the blob: its middle moves as its landmark does to a small part of a pixel.
    assert np.abs(shift - (expected - place)).max() < 0.12


def test_crown_and_chin_are_carried(drawn):
    landmarks = drawn.landmarks.copy()
    landmarks[mesh.CHIN, :2] = 120, 150
    portrait = replace(drawn, landmarks=landmarks)
    field = moved(portrait, ((120, 150), (0, -6)))
    after = warp(portrait, field)
    assert after.chin_y == pytest.approx(144, abs=0.1)
    assert after.chin_y == pytest.approx(after.landmarks[mesh.CHIN, 1], abs=1e-3)
    assert after.crown_y == pytest.approx(portrait.crown_y, abs=1e-3)


def test_what_lies_beyond_the_support_keeps_its_bits(drawn):
    after = warp(drawn, moved(drawn, ((120, 120), (6, 4))))
    y, x = np.mgrid[:SIZE, :SIZE]
    beyond = np.hypot(x - 126, y - 124) > SUPPORT + 6
    assert np.array_equal(after.rgb[beyond], drawn.rgb[beyond])
    assert not np.array_equal(after.rgb, drawn.rgb)


def test_the_border_of_the_picture_does_not_move(drawn):
    after = warp(drawn, moved(drawn, ((120, 20), (8, -8)), support=200.0))
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        assert np.array_equal(after.rgb[edge], drawn.rgb[edge])


@pytest.mark.parametrize("length", [2.0, 20.0, 200.0])
def test_no_field_folds(drawn, length):
    field = moved(drawn, ((110, 120), (length, 0)), ((130, 120), (-length, length)))
    assert field.stretch <= STRETCH_MOST + 1e-5
    dx, dy = np.diff(field.shift, axis=1)[:-1], np.diff(field.shift, axis=0)[:, :-1]
    assert ((1 + dx[..., 0]) * (1 + dy[..., 1]) - dx[..., 1] * dy[..., 0]).min() > 0


def test_half_the_moves_are_half_the_shift(drawn):
    one, half = moved(drawn, ((120, 120), (4, 2))), moved(drawn, ((120, 120), (2, 1)))
    at = np.array([(118, 122), (140, 110)], np.float32)
    assert np.allclose(half.at(at), one.at(at) / 2, atol=0.1)


def test_colours_without_meaning_do_not_bleed_into_the_edge(drawn):
    x = np.tile(np.arange(SIZE), (SIZE, 1))
    alpha = np.clip((125.0 - x) * 64, 0, 255).astype(np.uint8)
    rgb = np.where((alpha > 0)[..., None], np.array((200, 150, 120)), np.array((0, 255, 0))).astype(np.uint8)
    after = warp(replace(drawn, rgb=rgb, alpha=alpha), moved(drawn, ((120, 120), (6, 1))))
    seen = after.alpha > 16
    assert np.abs(after.rgb[seen].astype(int) - (200, 150, 120)).max() <= 2
    assert not np.array_equal(after.alpha, alpha)


def test_a_shift_by_whole_pixels_is_exact(drawn):
    shift = np.zeros((SIZE, SIZE, 2), np.float32)
    shift[80:160, 80:160] = 3, -2
    after = warp(drawn, Field(0, 0, shift))
    assert np.array_equal(after.rgb[80:160, 80:160], drawn.rgb[78:158, 83:163])
