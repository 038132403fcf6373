"""The basic check on a real portrait: it passes as it is, and fails for what was done to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import skimage.data
from idphoto import mesh
from idphoto.analysis import Analysis, analyse
from idphoto.checks.annotate import annotate
from idphoto.checks.report import Item, Level, Report
from idphoto.checks.run import check
from idphoto.cielab import LINEAR_OF_LEVEL
from idphoto.decode import Photo
from idphoto.faces import choose_person, find_faces
from idphoto.models import Models
from PIL import Image, ImageDraw, ImageFilter

Picture = np.ndarray
SIDE = 512


@cache
def _models() -> Models:
    return Models(threads=2)


@cache
def _astronaut() -> Picture:
    return np.ascontiguousarray(skimage.data.astronaut())


@cache
def _landmarks() -> np.ndarray:
    return find_faces(_astronaut(), _models())[0].landmarks


def _photo(rgb: Picture) -> Photo:
    return Photo(np.ascontiguousarray(rgb), "png", rgb.shape[1], rgb.shape[0])


def _report(rgb: Picture, level: Level = Level.BASIC) -> Report:
    """Check without the portrait: only the head's outline needs it, and it takes long."""
    photo = _photo(rgb)
    faces = find_faces(photo.rgb, _models())
    person = choose_person(faces, photo.width, photo.height)
    return check(photo, Analysis(photo.width, photo.height, "png", tuple(faces), person, None), level)


def _faults(rgb: Picture) -> set[str | None]:
    return {item.fault for item in _report(rgb).blocking}


def _result(report: Report, code: str) -> Item:
    return next(item for item in report.items if item.code == code)


def _drawn(paint: Callable[[ImageDraw.ImageDraw, np.ndarray], None]) -> Picture:
    image = Image.fromarray(_astronaut())
    paint(ImageDraw.Draw(image), _landmarks()[:, :2])
    return np.asarray(image)


def _exposed(stops: float) -> Picture:
    linear = np.clip(LINEAR_OF_LEVEL[_astronaut()] * 2.0**stops, 0, 1)
    srgb = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    return np.asarray(np.rint(255 * srgb), np.uint8)


def _sunglasses(draw: ImageDraw.ImageDraw, points: np.ndarray) -> None:
    for lids in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
        x, y = points[list(lids)].mean(axis=0)
        reach = 0.8 * np.ptp(points[list(lids), 0])
        draw.ellipse((x - reach, y - 0.6 * reach, x + reach, y + 0.9 * reach), fill=(14, 14, 16))


def _skin_patch(draw: ImageDraw.ImageDraw, points: np.ndarray, over: tuple[int, ...], reach: float) -> None:
    """Something in the colour of the skin, as the heel of a hand would be."""
    x, y = points[list(over)].mean(axis=0)
    half = reach * np.ptp(points[list(over), 0])
    cheek = points[mesh.LEFT_CHEEK[0]].astype(int)
    draw.ellipse(
        (x - half, y - 0.8 * half, x + half, y + 0.8 * half), fill=tuple(_astronaut()[cheek[1], cheek[0]].tolist())
    )


def _mask(draw: ImageDraw.ImageDraw, points: np.ndarray, colour: tuple[int, int, int]) -> None:
    jaw = list(mesh.FACE_OVAL[9:28])
    bridge = points[[mesh.LEFT_CHEEK[0], mesh.NOSE_TIP, mesh.RIGHT_CHEEK[0]]]
    draw.polygon([tuple(map(float, point)) for point in np.concatenate([points[jaw], bridge])], fill=colour)


def test_the_portrait_passes_with_every_item_measured() -> None:
    photo = _photo(_astronaut())
    report = check(photo, analyse(photo, _models()))
    assert report.passed
    assert report.score >= 60
    assert not report.remarks
    assert {item.code for item in report.items if not item.measured} == {
        "spec_fit",
        "tinted_lenses",
        "lens_glare",
        "file_size",
        "file_dpi",
    }, "there is neither a specification nor a pair of glasses nor a file"
    assert all(item.passed for item in report.items if not item.measured)


def test_sunglasses_are_refused_by_name() -> None:
    assert _faults(_drawn(_sunglasses)) == {"SUNGLASSES"}


@pytest.mark.parametrize("eye", [mesh.LEFT_EYE, mesh.RIGHT_EYE], ids=["left", "right"])
def test_one_covered_eye_is_refused_and_located(eye: tuple[int, ...]) -> None:
    report = _report(_drawn(lambda draw, points: _skin_patch(draw, points, eye, 0.9)))
    assert [item.fault for item in report.blocking] == ["EYES_COVERED"]
    region = report.blocking[0].region
    assert region is not None
    x, y, width, height = region
    eye_x, eye_y = _landmarks()[list(eye), :2].mean(axis=0)
    assert x < eye_x < x + width
    assert y < eye_y < y + height


@pytest.mark.parametrize("colour", [(150, 190, 215), (24, 24, 28), (238, 240, 242)], ids=["blue", "black", "white"])
def test_a_face_mask_is_refused(colour: tuple[int, int, int]) -> None:
    faults = _faults(_drawn(lambda draw, points: _mask(draw, points, colour)))
    assert {"MOUTH_COVERED", "FACE_COVERED"} <= faults


def test_a_hand_over_the_mouth_is_refused() -> None:
    faults = _faults(_drawn(lambda draw, points: _skin_patch(draw, points, mesh.LIPS_OUTER, 0.8)))
    assert faults == {"MOUTH_COVERED"}


def test_thin_glasses_are_accepted() -> None:
    def frames(draw: ImageDraw.ImageDraw, points: np.ndarray) -> None:
        for lids in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
            x, y = points[list(lids)].mean(axis=0)
            reach = 0.8 * np.ptp(points[list(lids), 0])
            draw.ellipse((x - reach, y - 0.7 * reach, x + reach, y + reach), outline=(40, 36, 34), width=2)

    assert _report(_drawn(frames)).passed


def test_a_grey_photo_is_accepted() -> None:
    grey = np.asarray(Image.fromarray(_astronaut()).convert("L").convert("RGB"))
    assert _report(grey).passed


def test_blur_is_refused() -> None:
    blurred = Image.fromarray(_astronaut()).filter(ImageFilter.GaussianBlur(2))
    assert _faults(np.asarray(blurred)) == {"BLURRED"}


def test_noise_does_not_hide_blur() -> None:
    blurred = np.asarray(Image.fromarray(_astronaut()).filter(ImageFilter.GaussianBlur(2.5)), np.float32)
    noise = np.random.default_rng(3).normal(0, 6, blurred.shape)
    assert "BLURRED" in _faults(np.clip(blurred + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("axis", [0, 1], ids=["vertical", "horizontal"])
def test_motion_blur_is_refused(axis: int) -> None:
    rgb = _astronaut().astype(np.float32)
    shaken = np.mean([np.roll(rgb, shift, axis) for shift in range(-4, 5)], axis=0)
    assert "BLURRED" in _faults(shaken.astype(np.uint8))


def test_sharpness_does_not_depend_on_resolution() -> None:
    image = Image.fromarray(_astronaut())
    sharp = _result(_report(np.asarray(image)), "sharpness").value
    enlarged = _result(_report(np.asarray(image.resize((1024, 1024), Image.Resampling.LANCZOS))), "sharpness").value
    assert sharp is not None
    assert enlarged == pytest.approx(sharp, rel=0.15)


def test_darkness_is_refused() -> None:
    assert _faults(_exposed(-3)) == {"TOO_DARK"}


def test_burnt_out_skin_is_refused() -> None:
    assert "BURNT_OUT" in _faults(_exposed(+1.2))


def test_half_a_stop_either_way_is_accepted() -> None:
    assert _report(_exposed(-0.5)).passed
    assert _report(_exposed(+0.4)).passed


def test_a_face_cut_by_the_edge_is_refused() -> None:
    middle = round(float(_landmarks()[mesh.NOSE_TIP, 0]))
    assert "FACE_CUT" in _faults(_astronaut()[:, middle - 12 : middle + 400])


def test_a_head_cut_by_the_upper_edge_is_refused() -> None:
    forehead = round(float(_landmarks()[mesh.FOREHEAD_TOP, 1]))
    photo = _photo(_astronaut()[forehead - 6 :])
    report = check(photo, analyse(photo, _models()))
    assert "HEAD_CUT" in {item.fault for item in report.blocking}
    assert "FACE_CUT" not in {item.fault for item in report.blocking}


def test_a_small_photo_with_a_small_face_is_refused_for_both() -> None:
    canvas = Image.new("RGB", (320, 240), (190, 190, 185))
    canvas.paste(Image.fromarray(_astronaut()).resize((240, 240), Image.Resampling.LANCZOS), (40, 0))
    assert {"PHOTO_TOO_SMALL", "FACE_TOO_SMALL"} <= _faults(np.asarray(canvas))


def test_two_people_are_refused() -> None:
    both = np.concatenate([_astronaut()[:, :400], _astronaut()[:, :400]], axis=1)
    assert _faults(both) == {"SEVERAL_PEOPLE"}


@pytest.mark.parametrize("picture", ["chelsea", "coffee"], ids=["cat", "cup"])
def test_no_face_is_refused_with_one_fault(picture: str) -> None:
    report = _report(getattr(skimage.data, picture)())
    assert [item.fault for item in report.blocking if item.group == "person"] == ["NO_FACE"]


def test_a_tilted_head_is_remarked_and_blocks_only_when_stricter() -> None:
    tilted = np.asarray(Image.fromarray(_astronaut()).rotate(30, Image.Resampling.BICUBIC, fillcolor=(120, 120, 120)))
    basic = _report(tilted)
    assert basic.passed
    assert [item.fault for item in basic.remarks] == ["HEAD_TILTED"]
    assert "HEAD_TILTED" in {item.fault for item in _report(tilted, Level.STANDARD).blocking}


def test_the_annotated_picture_marks_the_fault_where_it_is() -> None:
    rgb = _drawn(_sunglasses)
    photo = _photo(rgb)
    faces = find_faces(photo.rgb, _models())
    analysis = Analysis(SIDE, SIDE, "png", tuple(faces), choose_person(faces, SIDE, SIDE), None)
    report = check(photo, analysis)
    picture = annotate(photo, analysis, report)
    region = report.blocking[0].region
    assert region is not None
    x, y, width, height = region
    changed = np.abs(picture[:SIDE].astype(int) - rgb).max(axis=-1) > 40
    rows, columns = np.nonzero(changed)
    margin = 40
    assert changed.any()
    assert columns.min() >= x - margin
    assert columns.max() <= x + width + margin
    assert rows.min() >= y - margin
    assert rows.max() <= y + height + margin
