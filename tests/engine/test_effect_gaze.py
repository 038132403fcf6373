"""Gaze: both eyes turn together, towards the camera, and nothing but the eyes changes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.gaze import SHIFT_MOST, Gaze, apply, gaze_offset, turn_eyes
from idphoto.faces import find_faces
from idphoto.models import Models
from idphoto.pose import estimate_pose

IRISES = [468, 469, 470, 471, 472, 473, 474, 475, 476, 477]


def offset(portrait):
    return gaze_offset(portrait.landmarks, estimate_pose(portrait.landmarks))


def eyes_of(portrait, grow):
    mask = np.zeros(portrait.alpha.shape, np.uint8)
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
        cv2.fillPoly(mask, [np.rint(portrait.landmarks[list(ring), :2]).astype(np.int32)], (1,))
    return cv2.dilate(mask, np.ones((2 * grow + 1, 2 * grow + 1), np.uint8)) > 0


def reason(portrait):
    with pytest.raises(EffectRefusedError) as refusal:
        apply(portrait, Gaze())
    assert refusal.value.message_zh
    assert refusal.value.details["value"] != refusal.value.details["allowed"]
    return refusal.value.details["reason"]


def test_eyes_that_look_at_the_camera_stay_as_they_are(near):
    assert apply(near, Gaze(strength=100)) is near


@pytest.mark.parametrize("aside", [-0.45, 0.3, 0.45])
def test_a_gaze_aside_is_brought_back(near, aside):
    away = turn_eyes(near, aside, 0)
    after = apply(away, Gaze(strength=100))
    assert abs(offset(away)[0]) > 0.2
    assert abs(offset(after)[0]) < 0.13
    eyes = eyes_of(near, 1)

    def error(portrait):
        return np.abs(portrait.rgb.astype(int) - near.rgb)[eyes].mean()

    assert error(after) < 0.6 * error(away)


def test_the_landmarker_sees_the_gaze_that_the_portrait_states(near):
    models = Models()
    away = turn_eyes(near, 0.5, 0)
    seen = [find_faces(portrait.rgb, models)[0].landmarks for portrait in (near, away)]
    shift = (seen[1] - seen[0])[[468, 473], 0]
    stated = (away.landmarks - near.landmarks)[[468, 473], 0]
    assert shift == pytest.approx(stated, abs=0.35 * float(stated.max()))


def test_both_eyes_move_alike(near):
    moved = (turn_eyes(near, 0.4, 0.1).landmarks - near.landmarks)[:, :2]
    assert np.abs(moved[468:473] - moved[473:478]).max() < 1e-3
    assert not moved[:468].any()


def test_nothing_but_the_eyes_changes(near):
    after = turn_eyes(near, 0.5, 0.2)
    outside = ~eyes_of(near, 4)
    assert np.array_equal(after.rgb[outside], near.rgb[outside])
    assert np.array_equal(after.alpha, near.alpha)


def test_the_iris_keeps_its_catchlight(near):
    """The shifted eye is the old one, moved: no other colours arise in its iris."""
    after = turn_eyes(near, 0.4, 0)
    for centre in (468, 473):
        radius = 0.5 * np.linalg.norm(near.landmarks[centre + 1] - near.landmarks[centre])
        patches = []
        for portrait in (near, after):
            x, y = portrait.landmarks[centre, :2]
            size = (2 * int(radius), 2 * int(radius))
            patches.append(cv2.getRectSubPix(portrait.rgb, size, (float(x), float(y))).astype(int))
        assert np.abs(patches[0] - patches[1]).mean() < 4


def test_strength_is_continuous(near):
    away = turn_eyes(near, 0.45, 0)
    places = [apply(away, Gaze(strength=strength)).landmarks[468, 0] for strength in (1, 50, 51, 100)]
    assert away.landmarks[468, 0] - places[0] == pytest.approx((away.landmarks[468, 0] - places[3]) / 100, rel=0.05)
    assert places[1] - places[2] == pytest.approx((away.landmarks[468, 0] - places[3]) / 100, rel=0.05)


def test_no_shift_is_beyond_what_looks_natural(near):
    away = turn_eyes(turn_eyes(near, 0.5, 0), 0.2, 0)
    radius = np.linalg.norm(near.landmarks[[469, 470, 471, 472], :2] - near.landmarks[468, :2], axis=1).mean()
    shift = apply(away, Gaze(strength=100)).landmarks[468, 0] - away.landmarks[468, 0]
    assert 0.4 * radius < abs(shift) <= 1.02 * SHIFT_MOST[0] * radius


def test_a_gaze_far_aside_is_refused(near):
    landmarks = near.landmarks.copy()
    landmarks[IRISES, 0] += 1.2 * np.linalg.norm(landmarks[469, :2] - landmarks[468, :2])
    assert reason(replace(near, landmarks=landmarks)) == "GAZE_TOO_FAR"


def test_closed_eyes_are_refused(near):
    landmarks = near.landmarks.copy()
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
        middle = landmarks[list(ring), 1].mean()
        landmarks[list(ring), 1] = middle + 0.2 * (landmarks[list(ring), 1] - middle)
    assert reason(replace(near, landmarks=landmarks)) == "EYES_CLOSED"


def test_glare_over_an_iris_is_refused(near):
    rgb = near.rgb.copy()
    x, y = np.rint(near.landmarks[468, :2]).astype(int)
    rgb[y - 4 : y + 5, x - 6 : x + 7] = 250
    assert reason(replace(near, rgb=rgb)) == "GLARE_ON_EYE"


def test_small_eyes_are_refused(sitter):
    assert reason(sitter) == "EYES_TOO_SMALL"


def test_a_turned_head_is_refused(near):
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]], np.float32)
    middle = near.landmarks.mean(axis=0)
    landmarks = ((near.landmarks - middle) @ turn.T + middle).astype(np.float32)
    assert reason(replace(near, landmarks=landmarks)) == "FACE_TURNED"


def test_a_mirrored_portrait_gives_the_mirrored_result(near):
    def mirrored(portrait):
        landmarks = portrait.landmarks[list(mesh.MIRROR)].copy()
        landmarks[:, 0] = portrait.width - 1 - landmarks[:, 0]
        rgb, alpha = portrait.rgb[:, ::-1].copy(), portrait.alpha[:, ::-1].copy()
        return replace(portrait, rgb=rgb, alpha=alpha, landmarks=landmarks)

    away = turn_eyes(near, 0.4, 0.1)
    expected, found = mirrored(apply(away, Gaze())), apply(mirrored(away), Gaze())
    assert np.abs(expected.landmarks - found.landmarks).max() < 0.01
    apart = np.abs(expected.rgb.astype(int) - found.rgb)[eyes_of(expected, 2)]
    assert apart.mean() < 0.5
    assert np.percentile(apart, 99) <= 4
