"""Finding faces and the person of a photo: on a real portrait, in groups, and where there is nobody."""

from __future__ import annotations

import numpy as np
import pytest
from idphoto import mesh
from idphoto.arrays import Rgb
from idphoto.faces import Face, choose_person, find_faces
from idphoto.models import Models
from PIL import Image
from skimage import data

# Read by eye off the astronaut at ten times her size, px.
LEFT_IRIS, RIGHT_IRIS = (203.2, 100.5), (246.3, 102.3)
MOUTH_LEFT, MOUTH_RIGHT = (202.7, 138.8), (244.3, 140.2)


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def face(models: Models) -> Face:
    (face,) = find_faces(data.astronaut(), models)
    return face


def enlarged(factor: float) -> Rgb:
    side = round(512 * factor)
    return np.asarray(Image.fromarray(data.astronaut()).resize((side, side), Image.Resampling.LANCZOS))


def side_by_side(second_size: float) -> Rgb:
    """The astronaut, and beside her once more at ``second_size``, on grey."""
    side = round(512 * second_size)
    canvas = Image.new("RGB", (512 + side, 512), (128, 128, 128))
    astronaut = Image.fromarray(data.astronaut())
    canvas.paste(astronaut, (0, 0))
    canvas.paste(astronaut.resize((side, side), Image.Resampling.LANCZOS), (512, 0))
    return np.asarray(canvas)


def test_irises_lie_where_they_are_seen(face: Face) -> None:
    assert face.landmarks[mesh.LEFT_IRIS_CENTRE, :2] == pytest.approx(LEFT_IRIS, abs=1)
    assert face.landmarks[mesh.RIGHT_IRIS_CENTRE, :2] == pytest.approx(RIGHT_IRIS, abs=1)


def test_corners_of_the_mouth_lie_where_they_are_seen(face: Face) -> None:
    assert face.landmarks[mesh.MOUTH_LEFT, :2] == pytest.approx(MOUTH_LEFT, abs=2)
    assert face.landmarks[mesh.MOUTH_RIGHT, :2] == pytest.approx(MOUTH_RIGHT, abs=2)


def test_a_face_is_described_in_full(face: Face) -> None:
    assert face.landmarks.shape == (478, 3)
    assert face.landmarks.dtype == np.float32
    assert face.keypoints.shape == (6, 2)
    assert face.presence > 0.99
    assert face.score > 0.8
    assert set(face.blendshapes) == set(mesh.BLENDSHAPE_NAMES)


def test_a_smile_with_open_eyes_is_read(face: Face) -> None:
    assert face.blendshapes["mouthSmileLeft"] > 0.5
    assert face.blendshapes["mouthSmileRight"] > 0.5
    assert face.blendshapes["eyeBlinkLeft"] < 0.3
    assert face.blendshapes["eyeBlinkRight"] < 0.3


@pytest.mark.parametrize("factor", [0.5, 2.0, 5.0])
def test_landmarks_scale_with_the_photo(factor: float, face: Face, models: Models) -> None:
    (found,) = find_faces(enlarged(factor), models)
    expected = (face.landmarks[:, :2] + 0.5) * factor - 0.5
    distance = np.linalg.norm(found.landmarks[:, :2] - expected, axis=1)
    assert distance.mean() / found.width < 0.01


def test_landmarks_are_mirrored_with_the_photo(face: Face, models: Models) -> None:
    (found,) = find_faces(np.ascontiguousarray(data.astronaut()[:, ::-1]), models)
    chin = face.landmarks[mesh.CHIN]
    assert found.landmarks[mesh.CHIN, :2] == pytest.approx((511 - chin[0], chin[1]), abs=1.5)


def test_landmarks_turn_with_the_photo(face: Face, models: Models) -> None:
    leaning = Image.fromarray(data.astronaut()).rotate(-25, Image.Resampling.BICUBIC)
    (found,) = find_faces(np.asarray(leaning), models)
    cos, sin = np.cos(np.radians(25)), np.sin(np.radians(25))
    expected = (face.landmarks[:, :2] - 255.5) @ np.array([[cos, sin], [-sin, cos]]) + 255.5
    assert np.linalg.norm(found.landmarks[:, :2] - expected, axis=1).mean() / face.width < 0.01


def test_a_small_face_in_a_large_photo_is_found(models: Models) -> None:
    canvas = Image.new("RGB", (2000, 2000), (150, 150, 150))
    canvas.paste(Image.fromarray(data.astronaut()), (700, 500))
    (found,) = find_faces(np.asarray(canvas), models)
    assert found.landmarks[mesh.LEFT_IRIS_CENTRE, :2] == pytest.approx(np.add(LEFT_IRIS, (700, 500)), abs=1)


def test_a_face_cut_by_the_frame_is_found(models: Models) -> None:
    (found,) = find_faces(np.ascontiguousarray(data.astronaut()[:, 220:]), models)
    assert found.landmarks[mesh.LEFT_IRIS_CENTRE, 0] < 0


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "cell", "clock", "colorwheel", "page", "retina"])
def test_nobody_is_found_where_nobody_is(name: str, models: Models) -> None:
    picture = getattr(data, name)()
    rgb = np.asarray(Image.fromarray(picture).convert("RGB"))
    assert find_faces(rgb, models) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 400, 3), (64, 64, 3)])
def test_tiny_and_blank_pictures_hold_nobody(shape: tuple[int, int, int], models: Models) -> None:
    assert find_faces(np.full(shape, 90, np.uint8), models) == []


def test_two_people_side_by_side_are_rivals(models: Models) -> None:
    faces = find_faces(side_by_side(1.0), models)
    person = choose_person(faces, 1024, 512)
    assert len(faces) == 2
    assert len(person.rivals) == 1
    assert person.bystanders == ()


def test_a_person_of_half_the_size_is_a_bystander(models: Models) -> None:
    person = choose_person(find_faces(side_by_side(0.5), models), 768, 512)
    assert person.face is not None
    assert person.face.landmarks[mesh.NOSE_TIP, 0] < 512
    assert person.rivals == ()
    assert len(person.bystanders) == 1


def test_a_person_cut_by_the_edge_is_a_bystander(models: Models) -> None:
    rgb = np.ascontiguousarray(side_by_side(1.0)[:, : 512 + 225])
    person = choose_person(find_faces(rgb, models), rgb.shape[1], rgb.shape[0])
    assert person.face is not None
    assert person.face.landmarks[mesh.NOSE_TIP, 0] < 512
    assert person.rivals == ()


def test_nobody_is_chosen_from_nobody() -> None:
    person = choose_person([], 100, 100)
    assert person.face is None
    assert person.rivals == person.bystanders == ()


def test_the_same_photo_gives_the_same_faces(face: Face, models: Models) -> None:
    (again,) = find_faces(data.astronaut(), models)
    assert np.array_equal(again.landmarks, face.landmarks)
