"""The analysis of a photo, and that it is stored and read back without loss."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
import skimage.data
from idphoto.analysis import Analysis, analyse, load_analysis, save_analysis
from idphoto.checks.run import check
from idphoto.decode import Photo
from idphoto.models import Models


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(threads=2)


@pytest.fixture(scope="module")
def photo() -> Photo:
    rgb = np.ascontiguousarray(skimage.data.astronaut())
    return Photo(rgb, "png", rgb.shape[1], rgb.shape[0])


@pytest.fixture(scope="module")
def analysis(photo: Photo, models: Models) -> Analysis:
    return analyse(photo, models)


def _doubled(photo: Photo) -> Photo:
    rgb = np.concatenate([photo.rgb[:, :400], photo.rgb[:, :400]], axis=1)
    return Photo(rgb, photo.format, rgb.shape[1], rgb.shape[0])


def test_a_portrait_has_one_person_and_its_cut_out(analysis: Analysis) -> None:
    assert len(analysis.faces) == 1
    assert analysis.person.face is analysis.faces[0]
    assert analysis.portrait is not None
    assert analysis.portrait.crown_y < analysis.portrait.eye_y < analysis.portrait.chin_y


def test_two_people_have_no_portrait(photo: Photo, models: Models) -> None:
    analysis = analyse(_doubled(photo), models)
    assert len(analysis.person.rivals) == 1
    assert analysis.portrait is None


def test_a_photo_without_a_face_has_no_portrait(models: Models) -> None:
    rgb = skimage.data.coffee()
    analysis = analyse(Photo(rgb, "png", rgb.shape[1], rgb.shape[0]), models)
    assert analysis.faces == ()
    assert analysis.person.face is None
    assert analysis.portrait is None


def test_an_analysis_survives_json_without_loss(photo: Photo, models: Models) -> None:
    analysis = analyse(_doubled(photo), models)
    restored = load_analysis(json.loads(json.dumps(save_analysis(analysis))))
    assert (restored.width, restored.height, restored.format) == (800, 512, "png")
    for before, after in zip(analysis.faces, restored.faces, strict=True):
        for name in ("box", "keypoints", "landmarks"):
            np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
            assert getattr(after, name).dtype == np.float32
        assert (after.score, after.presence, asdict(after.pose)) == (before.score, before.presence, asdict(before.pose))
        assert after.blendshapes == before.blendshapes
    assert restored.person.face is not None
    position = analysis.faces.index(analysis.person.face)
    assert restored.person.face is restored.faces[position]
    assert restored.person.rivals[0] is restored.faces[1 - position]


def test_a_restored_analysis_gives_the_same_report(photo: Photo, analysis: Analysis) -> None:
    restored = load_analysis(save_analysis(analysis), analysis.portrait)
    assert check(photo, restored) == check(photo, analysis)


def test_the_stored_document_stays_small(analysis: Analysis) -> None:
    assert len(json.dumps(save_analysis(analysis))) < 20_000


def test_a_document_of_another_version_is_refused(analysis: Analysis) -> None:
    with pytest.raises(ValueError, match="version 99"):
        load_analysis(save_analysis(analysis) | {"version": 99})
