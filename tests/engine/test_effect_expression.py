"""Expression: the corners of the mouth, the lips and the lids move, naturally or not at all."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.expression import DEFAULT_SMILE, Expression, apply, mouth_bow
from idphoto.effects.gates import eye_openness, mouth_opening
from idphoto.faces import find_faces
from idphoto.lips import close_lips
from idphoto.models import Models
from idphoto.shapes import face_width
from pydantic import ValidationError


def closed(portrait):
    return apply(portrait, Expression(close_mouth=100))


def rested(portrait):
    """The portrait with its mouth closed and level."""
    return apply(portrait, Expression(neutral=100))


def inside_the_lips(portrait):
    mask = np.zeros(portrait.alpha.shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(portrait.landmarks[list(mesh.LIPS_INNER), :2]).astype(np.int32)], (1,))
    return mask > 0


def test_a_request_that_names_nothing_asks_for_a_slight_smile():
    assert Expression() == Expression(smile=DEFAULT_SMILE)
    assert Expression(eyes_open=20).smile == 0
    assert Expression.model_validate(Expression().model_dump()) == Expression()


def test_one_does_not_smile_neutrally():
    with pytest.raises(ValidationError, match="exclude each other"):
        Expression(smile=10, neutral=10)


def test_a_closed_mouth_is_closed(near):
    after = closed(near)
    assert mouth_opening(near.landmarks) > 0.1
    assert mouth_opening(after.landmarks) < 0.01


def test_the_landmarker_finds_the_mouth_closed(near):
    seen = find_faces(closed(near).rgb, Models())[0]
    assert mouth_opening(seen.landmarks) < 0.04


def test_no_teeth_are_left_between_the_lips(near):
    teeth = inside_the_lips(near)
    lightness = cv2.cvtColor(near.rgb, cv2.COLOR_RGB2LAB)[..., 0]
    after = cv2.cvtColor(closed(near).rgb, cv2.COLOR_RGB2LAB)[..., 0]
    bright = np.percentile(lightness[teeth], 60)
    assert (after[teeth] > bright).mean() < 0.1


def test_closing_moves_nothing_above_the_nose_nor_beside_the_mouth(near):
    after = closed(near)
    top = int(near.landmarks[2, 1]) - 6
    left, right = near.landmarks[[mesh.MOUTH_LEFT, mesh.MOUTH_RIGHT], 0]
    beside = int(0.5 * (right - left))
    for unmoved in (np.s_[:top], np.s_[:, : int(left) - beside], np.s_[:, int(right) + beside :]):
        assert np.array_equal(after.rgb[unmoved], near.rgb[unmoved])
    assert np.array_equal(after.alpha, near.alpha)
    assert np.abs(after.landmarks[mesh.CHIN] - near.landmarks[mesh.CHIN]).max() < 0.5


def test_closing_a_closed_mouth_changes_nothing(near):
    once = closed(near)
    assert apply(once, Expression(close_mouth=100)) is once


def test_closing_is_continuous(near):
    openings = [mouth_opening(close_lips(near, part).landmarks) for part in (0, 0.25, 0.5, 0.75, 1)]
    steps = -np.diff(openings)
    assert steps.min() > 0
    assert steps.max() < 1.3 * steps.min()


def test_a_neutral_mouth_is_level(near):
    assert mouth_bow(near.landmarks) > 0.1
    assert abs(mouth_bow(rested(near).landmarks)) < 0.6 * mouth_bow(near.landmarks)
    assert mouth_opening(rested(near).landmarks) < 0.015


def test_a_smile_raises_the_corners_of_the_mouth(near):
    start = rested(near)
    bows = [mouth_bow(apply(start, Expression(smile=strength)).landmarks) for strength in (0, 50, 100)]
    assert bows[0] < bows[1] < bows[2]


def test_who_smiles_already_smiles_hardly_more(near):
    start = rested(near)

    def gain(portrait):
        return mouth_bow(apply(portrait, Expression(smile=100)).landmarks) - mouth_bow(portrait.landmarks)

    assert gain(near) < 0.5 * gain(start)


def test_eyes_open_a_little_more(near):
    narrow = near.landmarks.copy()
    before = eye_openness(narrow)
    after = eye_openness(apply(near, Expression(eyes_open=100)).landmarks)
    for one, other in zip(before, after, strict=True):
        assert 1.03 * one < other < 1.4 * one


def test_what_is_not_the_face_does_not_move(near):
    after = apply(rested(near), Expression(smile=100, eyes_open=100))
    assert np.abs(after.alpha.astype(int) - near.alpha).max() < 32
    above = np.s_[: int(near.landmarks[10, 1] - 0.25 * face_width(near.landmarks))]
    assert np.array_equal(after.rgb[above], near.rgb[above])


def test_a_mouth_that_speaks_is_refused(near):
    landmarks = near.landmarks.copy()
    landmarks[list(mesh.LIPS_INNER[:10]), 1] += 0.3 * np.ptp(landmarks[[mesh.MOUTH_LEFT, mesh.MOUTH_RIGHT], 0])
    with pytest.raises(EffectRefusedError) as refusal:
        apply(replace(near, landmarks=landmarks), Expression(close_mouth=50))
    assert refusal.value.details["reason"] == "MOUTH_OPEN"


def test_closed_eyes_are_not_opened(near):
    landmarks = near.landmarks.copy()
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
        middle = landmarks[list(ring), 1].mean()
        landmarks[list(ring), 1] = middle + 0.2 * (landmarks[list(ring), 1] - middle)
    with pytest.raises(EffectRefusedError) as refusal:
        apply(replace(near, landmarks=landmarks), Expression(eyes_open=50))
    assert refusal.value.details["reason"] == "EYES_CLOSED"
