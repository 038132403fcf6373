"""The crop: one resampling of the source and nothing else, shown by doing it again from what the crop tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import skimage.data
from idphoto import mesh
from idphoto.arrays import Rgb
from idphoto.crop import CropOutsideError, Cropped, crop_original
from idphoto.faces import Face, find_faces
from idphoto.frame import HeadCutError, SourceTooSmallError
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait
from idphoto.specs import Spec, get_spec
from PIL import Image

SPEC_IDS = ["cn_1inch", "cn_passport", "us_passport", "icao"]


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


def found(rgb: Rgb, models: Models) -> tuple[Rgb, Face, Portrait]:
    face = find_faces(rgb, models)[0]
    return rgb, face, build_portrait(rgb, face, models)


@pytest.fixture(scope="module")
def level(models: Models) -> tuple[Rgb, Face, Portrait]:
    return found(np.asarray(skimage.data.astronaut()), models)


@pytest.fixture(scope="module")
def tilted(models: Models) -> tuple[Rgb, Face, Portrait]:
    photo = Image.fromarray(np.asarray(skimage.data.astronaut())).resize((1024, 1024))
    canvas = Image.new("RGB", (1600, 1600), (190, 190, 190))
    canvas.paste(photo, (288, 288))
    return found(np.asarray(canvas.rotate(-9, Image.Resampling.BICUBIC, fillcolor=(190, 190, 190))), models)


def crop(source: tuple[Rgb, Face, Portrait], spec: Spec, rgb: Rgb | None = None) -> Cropped:
    photo, face, portrait = source
    return crop_original(photo if rgb is None else rgb, face.landmarks, portrait, spec)


@pytest.mark.parametrize("spec_id", SPEC_IDS)
def test_the_photo_is_its_source_resampled_once_to_the_last_bit(
    spec_id: str, level: tuple[Rgb, Face, Portrait]
) -> None:
    spec = get_spec(spec_id)
    cropped = crop(level, spec)
    (left, top), _, (right, bottom), _ = cropped.corners
    again = Image.fromarray(level[0]).resize(
        (spec.width_px, spec.height_px), Image.Resampling.LANCZOS, box=(left, top, right, bottom)
    )
    assert cropped.turned == 0
    assert np.array_equal(np.asarray(again), cropped.rgb)


def test_no_pixel_depends_on_anything_but_the_source_around_it(level: tuple[Rgb, Face, Portrait]) -> None:
    spec, cropped = get_spec("icao"), crop(level, get_spec("icao"))
    (left, top), _, _, _ = cropped.corners
    changed = np.array(level[0])
    changed[200:204, 250:254] = (0, 255, 0)
    difference = (crop(level, spec, changed).rgb != cropped.rgb).any(axis=2)
    rows, columns = np.nonzero(difference)
    reach = 3 + 4
    assert rows.size
    assert (rows.min() / cropped.scale + top) > 200 - reach
    assert (rows.max() / cropped.scale + top) < 204 + reach
    assert (columns.min() / cropped.scale + left) > 250 - reach
    assert (columns.max() / cropped.scale + left) < 254 + reach


def test_the_same_resampling_is_used_for_every_colour(level: tuple[Rgb, Face, Portrait]) -> None:
    spec = get_spec("cn_1inch")
    negative = crop(level, spec, 255 - level[0]).rgb
    assert np.abs(255 - negative.astype(int) - crop(level, spec).rgb).max() <= 1
    grey = np.full_like(level[0], 137)
    assert np.all(crop(level, spec, grey).rgb == 137)


@pytest.mark.parametrize("spec_id", SPEC_IDS)
@pytest.mark.parametrize("name", ["level", "tilted"])
def test_the_head_measures_what_the_specification_asks(
    spec_id: str, name: str, models: Models, request: pytest.FixtureRequest
) -> None:
    spec = get_spec(spec_id)
    cropped = crop(request.getfixturevalue(name), spec)
    assert cropped.rgb.shape == (spec.height_px, spec.width_px, 3)
    assert spec.head_height_px.min <= cropped.head_height_px <= spec.head_height_px.max
    landmarks = find_faces(cropped.rgb, models)[0].landmarks
    chin = float(landmarks[mesh.CHIN, 1])
    assert chin == pytest.approx(cropped.top_gap_px + cropped.head_height_px, abs=0.025 * spec.height_px)
    eyes = float(np.mean([eye[1] for eye in mesh.eye_centres(landmarks)]))
    assert eyes == pytest.approx(cropped.eye_y_px, abs=0.02 * spec.height_px)


def test_a_leaning_head_is_turned_and_a_slightly_leaning_one_is_left(
    tilted: tuple[Rgb, Face, Portrait], models: Models
) -> None:
    assert crop(tilted, get_spec("icao")).turned == pytest.approx(11, abs=2)
    source = np.asarray(skimage.data.astronaut())
    slight = Image.fromarray(source).rotate(1, Image.Resampling.BICUBIC, fillcolor=(190, 190, 190))
    assert crop(found(np.asarray(slight), models), get_spec("icao")).turned == 0


def test_a_turned_photo_agrees_with_its_source_at_every_corner_of_a_grid(tilted: tuple[Rgb, Face, Portrait]) -> None:
    """Blurred, so that a value between pixels is what any interpolation says it is."""
    spec = get_spec("icao")
    smooth = np.asarray(Image.fromarray(tilted[0]).reduce(16).resize((1600, 1600), Image.Resampling.BICUBIC))
    cropped = crop(tilted, spec, smooth)
    upper_left, upper_right, _, lower_left = (np.array(corner) for corner in cropped.corners)
    across, down = (upper_right - upper_left) / spec.width_px, (lower_left - upper_left) / spec.height_px
    for row in range(20, spec.height_px, 60):
        for column in range(20, spec.width_px, 60):
            x, y = upper_left + (column + 0.5) * across + (row + 0.5) * down - 0.5
            expected = smooth[round(y), round(x)].astype(int)
            assert np.abs(cropped.rgb[row, column] - expected).max() <= 8


def test_a_source_that_ends_too_near_is_refused_with_the_side(level: tuple[Rgb, Face, Portrait]) -> None:
    rgb, face, portrait = level
    rows = round(float(face.landmarks[mesh.CHIN, 1])) + 5
    with pytest.raises(CropOutsideError) as caught:
        crop_original(rgb[:rows], face.landmarks, portrait, get_spec("cn_1inch"))
    assert caught.value.details["side"] == "bottom"
    assert caught.value.details["missing_px"] > 0  # type: ignore[operator]


def test_a_head_that_is_cut_or_too_small_is_refused(level: tuple[Rgb, Face, Portrait]) -> None:
    rgb, face, portrait = level
    with pytest.raises(HeadCutError):
        crop_original(rgb, face.landmarks, replace(portrait, crown_y=0.0), get_spec("cn_1inch"))
    with pytest.raises(SourceTooSmallError):
        crop_original(rgb, face.landmarks, portrait, get_spec("ca_passport_online"))
