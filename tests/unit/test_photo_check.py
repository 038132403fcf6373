"""The photo check: each thing that a specification asks for is measured on the file, and its absence is named."""

from __future__ import annotations

import numpy as np
import pytest
from idphoto.arrays import Rgb
from idphoto.encode import encode_file, encode_jpeg, encode_png
from idphoto.photo_check import Placed, background_distance, check_photo
from idphoto.specs import Spec, get_spec


def photo(spec: Spec, background: tuple[int, int, int] = (255, 255, 255)) -> Rgb:
    rgb = np.full((spec.height_px, spec.width_px, 3), background, np.uint8)
    rgb[spec.height_px // 5 :, spec.width_px // 4 : -(spec.width_px // 4)] = (200, 150, 120)
    return rgb


def placed(spec: Spec, head: float = 1.0, gap: float | None = None) -> Placed:
    top = spec.top_gap_px.target if spec.top_gap_px else 0.1 * spec.height_px
    eyes = spec.height_px - spec.eye_line_px.target if spec.eye_line_px else top + 0.5 * spec.head_height_px.target
    return Placed(head * spec.head_height_px.target, top if gap is None else gap, eyes)


def faults(data: bytes, spec: Spec, where: Placed | None = None) -> set[str | None]:
    report = check_photo(data, spec, where or placed(spec))
    assert report.passed == (not report.blocking)
    return {item.fault for item in report.items if not item.passed}


US_VISA, ONE_INCH, CHSI = get_spec("us_visa"), get_spec("cn_1inch"), get_spec("cn_chsi")


@pytest.mark.parametrize("spec", [US_VISA, ONE_INCH, get_spec("cn_passport"), get_spec("jp_passport")])
def test_a_photo_as_it_is_asked_for_passes_with_a_full_score(spec: Spec) -> None:
    report = check_photo(encode_jpeg(photo(spec), spec.dpi), spec, placed(spec))
    assert report.passed
    assert report.score >= 90


def test_each_fault_is_named() -> None:
    spec, good = ONE_INCH, photo(ONE_INCH)
    assert faults(encode_jpeg(good[:-1], 300), spec) == {"PHOTO_PIXELS"}
    assert faults(encode_jpeg(good, 72), spec) == {"PHOTO_DPI"}
    assert faults(encode_png(good, 300), spec) == {"PHOTO_FORMAT"}
    assert faults(encode_jpeg(good, 300), spec, placed(spec, head=1.2)) == {"PHOTO_HEAD_HEIGHT"}
    assert faults(encode_jpeg(good, 300), spec, placed(spec, gap=0)) == {"PHOTO_TOP_GAP"}
    assert faults(encode_jpeg(photo(spec, (0, 128, 0)), 300), spec) == {"PHOTO_BACKGROUND"}


def test_the_eye_line_is_counted_from_the_lower_edge() -> None:
    where = Placed(US_VISA.head_height_px.target, 60, US_VISA.height_px * 0.7)
    assert "PHOTO_EYE_LINE" in faults(encode_jpeg(photo(US_VISA), 300), US_VISA, where)


def test_a_file_outside_its_size_is_named_with_both_figures() -> None:
    report = check_photo(encode_jpeg(photo(CHSI, (67, 142, 219)), 300), CHSI, placed(CHSI))
    (item,) = report.blocking
    assert item.fault == "PHOTO_FILE_SIZE"
    assert item.value is not None
    assert item.value < 102.4 == item.threshold
    assert item.reason is not None
    assert "102.4 to 500.0 KB" in item.reason


def test_any_size_of_an_allowed_range_passes() -> None:
    for side in (600, 900, 1200):
        spec = US_VISA.model_copy(update={"width_px": side, "height_px": side})
        assert faults(encode_jpeg(photo(spec), 300), spec) == set()
    spec = US_VISA.model_copy(update={"width_px": 1300, "height_px": 1300})
    assert faults(encode_jpeg(photo(spec), 300), spec) == {"PHOTO_PIXELS"}


@pytest.mark.parametrize("off", [0, 10, 16, 17, 60])
def test_a_background_may_differ_by_the_tolerance(off: int) -> None:
    spec = get_spec("cn_passport")
    rgb = photo(spec, (255, 255 - off, 255))
    assert background_distance(rgb, spec, 50) == off
    assert ("PHOTO_BACKGROUND" in faults(encode_png(rgb, 300), spec)) == (off > 16)


def test_hair_that_reaches_one_edge_is_no_background() -> None:
    rgb = photo(ONE_INCH)
    rgb[60:, :20] = (20, 20, 20)
    assert background_distance(rgb, ONE_INCH, 40) == 0


def test_a_background_that_is_wrong_on_one_side_is_named() -> None:
    rgb = photo(ONE_INCH)
    rgb[:, 200:] = (90, 120, 90)
    assert background_distance(rgb, ONE_INCH, 40) > 100


@pytest.mark.parametrize("file_format", ["png", "webp", "tiff"])
def test_the_resolution_is_read_from_every_format(file_format: str) -> None:
    file = encode_file(photo(ONE_INCH), file_format, 300)  # type: ignore[arg-type]
    assert faults(file.data, ONE_INCH) == {"PHOTO_FORMAT"}
