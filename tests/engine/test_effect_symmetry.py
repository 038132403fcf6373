"""Symmetry: the halves of a face come closer, in shape only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.outfit import Outfit
from idphoto.effects.outfit import apply as dress
from idphoto.effects.symmetry import FULL, Symmetry, apply, unevenness
from idphoto.parts import parts
from idphoto.shapes import face_width
from idphoto.warp import Field, field_from_moves, warp
from idphoto.wearer import measure, shoulder_slope


@pytest.fixture(scope="module")
def lopsided(near):
    """The portrait with one eye lower, one corner of the mouth higher, and the nose aside."""
    unit = face_width(near.landmarks)
    moves = {
        33: (0, 0.03),
        133: (0, 0.02),
        159: (0, 0.025),
        145: (0, 0.025),
        70: (0, 0.03),
        61: (0, -0.025),
        1: (0.02, 0),
    }
    held = [263, 362, 386, 374, 300, 291, 10, 152, 234, 454, 172, 397]
    points = [*moves, *held]
    shift = np.array([moves.get(point, (0, 0)) for point in points], np.float32) * unit
    start = near.landmarks[points, :2]
    return warp(near, field_from_moves(near, start, start + shift, support=0.35 * unit))


def mean_unevenness(portrait):
    uneven = np.linalg.norm(unevenness(portrait.landmarks)[: mesh.SURFACE_POINTS], axis=1)
    return uneven.mean() / face_width(portrait.landmarks)


def test_the_mirror_of_the_mirror_is_the_point_itself():
    mirror = np.array(mesh.MIRROR)
    assert np.array_equal(mirror[mirror], np.arange(478))
    assert [int(point) for point in np.flatnonzero(mirror == np.arange(478))] == list(mesh.MIDLINE)
    for left, right in ((mesh.LEFT_EYE, mesh.RIGHT_EYE), (mesh.LEFT_BROW, mesh.RIGHT_BROW)):
        assert [mesh.MIRROR[point] for point in left] == list(right)


def test_strength_takes_its_part_of_the_unevenness(lopsided):
    before = mean_unevenness(lopsided)
    half = mean_unevenness(apply(lopsided, Symmetry(strength=50)))
    full = mean_unevenness(apply(lopsided, Symmetry(strength=100)))
    assert half == pytest.approx((1 - FULL / 2) * before, rel=0.15)
    assert full == pytest.approx((1 - FULL) * before, rel=0.4)


def test_the_face_comes_closer_to_what_it_was(near, lopsided):
    after = apply(lopsided, Symmetry(strength=100))

    def error(portrait):
        # The moved half goes back, the other half goes along: the square of both is less.
        return np.square((portrait.landmarks - near.landmarks)[:468, :2]).mean()

    assert error(after) < 0.75 * error(lopsided)


def test_a_turn_of_the_head_is_no_unevenness(near):
    angle = np.radians(8)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]], np.float32)
    landmarks = (near.landmarks @ turn.T).astype(np.float32)
    # Seen from a little aside, the same unevenness is the same, but for its foreshortening.
    apart = unevenness(landmarks) - unevenness(near.landmarks)
    assert np.abs(apart).max() < 0.005 * face_width(near.landmarks)


def test_eyes_keep_looking_where_they_looked(near):
    landmarks = near.landmarks.copy()
    landmarks[468:, 0] += 3
    surface = unevenness(landmarks)[: mesh.SURFACE_POINTS]
    assert np.allclose(surface, unevenness(near.landmarks)[: mesh.SURFACE_POINTS], atol=1e-3)


def test_a_face_whose_halves_differ_too_much_is_refused(near):
    landmarks = near.landmarks.copy()
    landmarks[list(mesh.LEFT_EYE + mesh.LEFT_BROW), 1] += 0.2 * face_width(landmarks)
    with pytest.raises(EffectRefusedError) as refusal:
        apply(replace(near, landmarks=landmarks), Symmetry())
    assert refusal.value.details["reason"] == "FACE_COVERED"


def test_a_face_that_the_photo_cuts_off_is_refused(near):
    landmarks = near.landmarks - np.array((near.landmarks[:, 0].min() + 20, 0, 0), np.float32)
    with pytest.raises(EffectRefusedError) as refusal:
        apply(replace(near, landmarks=landmarks), Symmetry())
    assert refusal.value.details["reason"] == "FACE_CUT_OFF"
    assert refusal.value.details["allowed"] == 1.0


def slope(portrait):
    found = parts(portrait)
    return shoulder_slope(portrait, found, measure(portrait, found))


@pytest.fixture(scope="module")
def slanted(sitter, garment):
    """The sitter in a jacket, the right shoulder lower by an eighth of their distance."""
    dressed = dress(sitter, Outfit(), garment)
    top = int(dressed.chin_y) + 10
    return warp(dressed, Field(0, top, -0.12 * shear(dressed, dressed.height - top)))


def test_shoulders_are_levelled_by_their_strength(slanted):
    before = slope(slanted)
    assert before == pytest.approx(0.12, abs=0.02)
    half, full = (slope(apply(slanted, Symmetry(strength=0, shoulders=share))) for share in (50, 100))
    assert half == pytest.approx(before / 2, abs=0.02)
    assert abs(full) < 0.025


def test_levelled_shoulders_leave_the_head_and_the_lower_border(slanted):
    after = apply(slanted, Symmetry(strength=0, shoulders=100))
    chin = int(slanted.chin_y)
    assert np.array_equal(after.rgb[:chin], slanted.rgb[:chin])
    assert np.array_equal(after.alpha[-1], slanted.alpha[-1])
    assert after.landmarks == pytest.approx(slanted.landmarks, abs=0.001)


def test_hidden_or_slanting_shoulders_are_refused(sitter, slanted):
    top = int(slanted.chin_y) + 10
    steep = warp(slanted, Field(0, top, -0.1 * shear(slanted, slanted.height - top)))
    for portrait, reason in ((sitter, "SHOULDERS_HIDDEN"), (steep, "SHOULDERS_SLANT")):
        with pytest.raises(EffectRefusedError) as caught:
            apply(portrait, Symmetry(shoulders=50))
        assert caught.value.details["reason"] == reason


def shear(portrait, rows):
    shift = np.zeros((rows, portrait.width, 2), np.float32)
    shift[..., 1] = np.arange(portrait.width) - portrait.centre_x
    return shift
