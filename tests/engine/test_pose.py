"""Head pose: signs, exactness on a turned standard face, and agreement with what is done to a real photo."""

from __future__ import annotations

import numpy as np
import pytest
from idphoto import pose
from idphoto.arrays import F64, Landmarks, Rgb
from idphoto.faces import find_faces
from idphoto.models import Models
from idphoto.pose import Pose, estimate_pose, fit_rotation
from PIL import Image
from skimage.data import astronaut

TURNS = [(0, 0, 0), (25, 0, 0), (0, 20, 0), (0, 0, 35), (-30, 15, -20), (10, -25, 40)]


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def upright(models: Models) -> Pose:
    return find_faces(astronaut(), models)[0].pose


def rotation(axis: int, degrees: float) -> F64:
    """Right-handed rotation about x, y or z (0, 1, 2)."""
    a, b = [i for i in range(3) if i != axis]
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    sign = -1 if axis == 1 else 1
    matrix[a, a], matrix[a, b], matrix[b, a], matrix[b, b] = cos, -sign * sin, sign * sin, cos
    return matrix


def turned_face(yaw: float, pitch: float, roll: float) -> Landmarks:
    """The standard face, nodded, then turned, then leaned, at some size and place."""
    # Forward is -z and up is -y, hence the signs of yaw (about y, to +x) and pitch (about x, to -y).
    turn = rotation(2, roll) @ rotation(1, -yaw) @ rotation(0, -pitch)
    landmarks = np.zeros((478, 3), np.float32)
    landmarks[pose._INDICES] = pose._CANONICAL @ turn.T * 17.0 + (300.0, 200.0, 40.0)
    return landmarks


def mirrored(rgb: Rgb) -> Rgb:
    return np.ascontiguousarray(rgb[:, ::-1])


@pytest.mark.parametrize(("yaw", "pitch", "roll"), TURNS)
def test_pose_of_a_turned_standard_face_is_exact(yaw: float, pitch: float, roll: float) -> None:
    found = estimate_pose(turned_face(yaw, pitch, roll))
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((yaw, pitch, roll), abs=0.01)


def test_positive_yaw_moves_the_nose_to_the_viewers_right() -> None:
    nose, left_eye, right_eye = turned_face(20, 0, 0)[[4, 33, 263], 0]
    assert nose > (left_eye + right_eye) / 2


def test_positive_pitch_moves_the_nose_up() -> None:
    assert turned_face(0, 20, 0)[4, 1] < turned_face(0, 0, 0)[4, 1]


def test_positive_roll_lowers_the_eye_on_the_viewers_right() -> None:
    left_eye, right_eye = turned_face(0, 0, 15)[[33, 263], 1]
    assert right_eye > left_eye


def test_fit_never_mirrors() -> None:
    source = np.random.default_rng(1).normal(size=(12, 3))
    weights = np.full(12, 1 / 12)
    fitted = fit_rotation(source, source * (-1, 1, 1), weights)
    assert np.linalg.det(fitted) == pytest.approx(1.0)


@pytest.mark.parametrize("degrees", [-30, -15, 15, 30])
def test_rotating_a_photo_adds_to_the_roll_and_leaves_the_rest(degrees: int, models: Models, upright: Pose) -> None:
    leaning = Image.fromarray(astronaut()).rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
    found = find_faces(np.asarray(leaning), models)[0].pose
    assert found.roll - upright.roll == pytest.approx(degrees, abs=1.0)
    assert (found.yaw, found.pitch) == pytest.approx((upright.yaw, upright.pitch), abs=2.0)


def test_mirroring_a_photo_turns_the_signs_of_yaw_and_roll(models: Models, upright: Pose) -> None:
    found = find_faces(mirrored(astronaut()), models)[0].pose
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((-upright.yaw, upright.pitch, -upright.roll), abs=2.5)
