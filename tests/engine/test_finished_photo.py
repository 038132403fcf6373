"""A real portrait's finished photo, measured anew: head, eyes and middle are where the specification asks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import skimage.data
from idphoto import mesh
from idphoto.background import Background, rgb_of
from idphoto.faces import find_faces
from idphoto.frame import BodyCutError
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait, find_crown
from idphoto.render import Rendered, render
from idphoto.specs import get_spec
from idphoto.upright import eye_roll, midline_x
from PIL import Image

SPEC_IDS = ["cn_1inch", "cn_2inch", "cn_passport", "us_passport", "jp_passport"]


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def portrait(models: Models) -> Portrait:
    """A tilted head, so that an upright photo is something earned."""
    photo = Image.fromarray(np.asarray(skimage.data.astronaut()))
    tilted = np.asarray(photo.rotate(6, Image.Resampling.BICUBIC, fillcolor=(190, 190, 190)))
    return build_portrait(tilted, find_faces(tilted, models)[0], models)


def shortened(portrait: Portrait, below_chin: float) -> Portrait:
    """The same portrait from a source that ends this many head heights below the chin."""
    end = round(portrait.chin_y + below_chin * portrait.head_height)
    return replace(portrait, rgb=portrait.rgb[:end], alpha=portrait.alpha[:end])


def assert_measures(rendered: Rendered, spec_id: str, models: Models) -> None:
    spec = get_spec(spec_id)
    landmarks = find_faces(rendered.rgb, models)[0].landmarks
    crown = find_crown(rendered.alpha * np.float32(1 / 255), landmarks)
    head = float(landmarks[mesh.CHIN, 1]) - crown
    assert head == pytest.approx(rendered.frame.head_height_px, rel=0.02)
    assert spec.head_height_px.min <= head <= spec.head_height_px.max
    if spec.top_gap_px:
        assert spec.top_gap_px.min - 1 <= crown <= spec.top_gap_px.max + 1
    if spec.eye_line_px:
        eyes = spec.height_px - float(np.mean([eye[1] for eye in mesh.eye_centres(landmarks)]))
        assert spec.eye_line_px.min <= eyes <= spec.eye_line_px.max
    assert abs(eye_roll(landmarks)) < 1
    assert midline_x(landmarks) + 0.5 == pytest.approx(spec.width_px / 2, abs=0.02 * spec.width_px)


@pytest.mark.parametrize("spec_id", SPEC_IDS)
def test_a_real_photo_measures_what_its_specification_asks(spec_id: str, portrait: Portrait, models: Models) -> None:
    rendered = render(portrait, get_spec(spec_id), Background(color="white"))
    assert rendered.frame.head_height_px == pytest.approx(get_spec(spec_id).head_height_px.target)
    assert_measures(rendered, spec_id, models)


@pytest.mark.parametrize("spec_id", ["cn_1inch", "us_passport"])
def test_a_real_body_reaches_the_lower_edge_when_the_source_ends_early(
    spec_id: str, portrait: Portrait, models: Models
) -> None:
    spec, short = get_spec(spec_id), shortened(portrait, 0.48)
    rendered = render(short, spec, Background(color="red"))
    assert_measures(rendered, spec_id, models)
    middle = slice(round(0.4 * spec.width_px), round(0.6 * spec.width_px))
    assert rendered.alpha[-1, middle].min() >= 250
    assert not np.any(np.all(rendered.rgb[-1, middle] == rgb_of("#FF0000"), axis=-1))


@pytest.mark.parametrize("spec_id", SPEC_IDS)
def test_a_source_that_ends_at_the_chin_is_refused(spec_id: str, portrait: Portrait) -> None:
    with pytest.raises(BodyCutError):
        render(shortened(portrait, 0.02), get_spec(spec_id), Background())
