"""Watermarks: where they lie, how strong they are, and which are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from idphoto.watermark import Watermark, WatermarkInvalidError, stamp, text_tile

GREY = np.full((413, 295, 3), 128, np.uint8)
SQUARE = np.full((50, 50, 4), 255, np.uint8)


def test_a_single_mark_lies_in_the_middle_at_its_width() -> None:
    marked = stamp(GREY, Watermark(SQUARE, opacity=1, angle=0, width=0.2, tiled=False))
    rows, columns = np.nonzero((marked == 255).all(axis=2))
    assert (rows.min() + rows.max()) / 2 == pytest.approx(206, abs=1)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(147, abs=1)
    assert np.ptp(columns) + 1 == pytest.approx(0.2 * 295, abs=1)


def test_opacity_mixes_the_mark_with_the_photo() -> None:
    marked = stamp(GREY, Watermark(SQUARE, opacity=0.25, angle=0, tiled=False))
    assert tuple(marked[206, 147]) == (round(128 + 0.25 * (255 - 128)),) * 3


def test_no_opacity_changes_nothing_and_the_photo_given_is_never_changed() -> None:
    before = GREY.copy()
    assert np.array_equal(stamp(GREY, Watermark(SQUARE, opacity=0)), GREY)
    stamp(GREY, Watermark(SQUARE, opacity=1))
    assert np.array_equal(GREY, before)


def test_tiles_leave_no_part_of_the_photo_free() -> None:
    marked = stamp(GREY, Watermark(SQUARE, width=0.1, gap=0.5))
    changed = (marked != 128).any(axis=2)
    for rows in np.array_split(changed, 5):
        assert all(part.any() for part in np.array_split(rows, 5, axis=1))


@pytest.mark.parametrize(
    "values",
    [
        {"opacity": 1.1},
        {"opacity": float("nan")},
        {"angle": 400},
        {"width": 0},
        {"gap": -1},
        {"rgba": np.zeros((5, 5, 3), np.uint8)},
        {"rgba": np.zeros((5, 5, 4), np.float32)},
        {"rgba": np.zeros((0, 5, 4), np.uint8)},
        {"rgba": np.zeros((2001, 5, 4), np.uint8)},
    ],
)
def test_a_watermark_that_cannot_be_drawn_is_refused_with_the_field(values: dict[str, Any]) -> None:
    with pytest.raises(WatermarkInvalidError) as caught:
        Watermark(**{"rgba": SQUARE, **values})
    assert caught.value.details["field"] in values


def test_text_becomes_a_picture_that_shows_on_white_and_on_black() -> None:
    tile = text_tile("SAMPLE 2026")
    drawn = tile[:, :, 3] > 200
    assert 0.1 < drawn.mean() < 0.9
    assert tile[drawn][:, :3].min() < 100
    assert tile[drawn][:, :3].max() == 255


def test_the_longest_text_is_drawn_whole_within_the_allowed_size() -> None:
    tile = text_tile("W" * 40)
    assert tile.shape[1] <= 2000
    Watermark(tile)
    drawn = (tile[:, :, 3] > 128).sum(axis=0)
    assert drawn[[0, -1]].max() < 10 < np.median(drawn)


@pytest.mark.parametrize("text", ["", "   ", "x" * 41, "样张", "épreuve", "a\nb"])
def test_text_that_cannot_be_drawn_is_refused(text: str) -> None:
    with pytest.raises(WatermarkInvalidError):
        text_tile(text)
