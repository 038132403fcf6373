"""A body that the source cut is continued without a seam."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idphoto.continuation import MAX_STRETCH, stretch_end
from numpy.typing import NDArray


def ramp(height: int = 100, width: int = 5) -> NDArray[np.uint8]:
    """A picture whose value is its row."""
    rows = np.arange(height, dtype=np.uint8)[:, None, None]
    return np.broadcast_to(rows, (height, width, 4)).copy()


@given(st.integers(0, 60), st.data())
def test_rows_above_the_start_stay_and_the_last_row_stays_last(start: int, data: st.DataObject) -> None:
    picture = ramp()
    missing = data.draw(st.integers(0, int((MAX_STRETCH - 1) * (len(picture) - start))))
    longer = stretch_end(picture, start, missing)
    assert longer.shape == (100 + missing, 5, 4)
    assert np.array_equal(longer[:start], picture[:start])
    assert np.array_equal(longer[-1], picture[-1])


@given(st.integers(0, 60), st.data())
def test_the_stretch_never_turns_back_and_never_jumps(start: int, data: st.DataObject) -> None:
    missing = data.draw(st.integers(0, int((MAX_STRETCH - 1) * (100 - start))))
    steps = np.diff(stretch_end(ramp(), start, missing)[:, 0, 0].astype(int))
    assert steps.min() >= 0
    assert steps.max() <= 1


def test_the_stretch_sets_in_slowly() -> None:
    longer = stretch_end(ramp(200), 100, 50)
    assert np.array_equal(longer[100:105, 0, 0], np.arange(100, 105))


def test_a_column_without_strength_stays_and_ends_where_it_ended() -> None:
    picture = ramp()
    longer = stretch_end(picture, 40, 20, np.array([1, 0, 0, 0, 0.5], np.float32))
    assert np.array_equal(longer[:100, 1], picture[:, 1])
    assert np.all(longer[100:, 1] == 0)
    assert longer[-1, 0, 0] == 99
    assert np.all(longer[-8:, 4] == 0)


@pytest.mark.parametrize("start", [0, 40, 99.5, 100])
def test_nothing_missing_changes_nothing(start: float) -> None:
    assert np.array_equal(stretch_end(ramp(), start, 0), ramp())
