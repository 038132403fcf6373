"""A body that the source cut is continued without a seam."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idphoto.arrays import F32
from idphoto.continuation import MAX_STRETCH, stretch_end


def ramp(height: int = 100, width: int = 5) -> F32:
    """A plane whose value is its row."""
    return np.repeat(np.arange(height, dtype=np.float32)[:, None], width, axis=1)


@given(st.integers(0, 60), st.data())
def test_rows_above_the_start_stay_and_the_last_row_stays_last(start: int, data: st.DataObject) -> None:
    plane = ramp()
    missing = data.draw(st.integers(0, int((MAX_STRETCH - 1) * (len(plane) - start))))
    longer = stretch_end(plane, start, missing)
    assert longer.shape == (100 + missing, 5)
    assert np.array_equal(longer[:start], plane[:start])
    assert np.array_equal(longer[-1], plane[-1])


@given(st.integers(0, 60), st.data())
def test_the_stretch_never_turns_back_and_never_jumps(start: int, data: st.DataObject) -> None:
    missing = data.draw(st.integers(0, int((MAX_STRETCH - 1) * (100 - start))))
    steps = np.diff(stretch_end(ramp(), start, missing)[:, 0])
    assert steps.min() >= 0.5
    assert steps.max() <= 1 + 1e-4


def test_the_stretch_sets_in_slowly() -> None:
    longer = stretch_end(ramp(200), 100, 50)
    steps = np.diff(longer[100:, 0])
    assert steps[0] == pytest.approx(1, abs=0.01)
    assert np.abs(np.diff(steps)).max() < 0.02


def test_a_column_without_strength_stays_and_ends_where_it_ended() -> None:
    plane = ramp()
    longer = stretch_end(plane, 40, 20, np.array([1, 0, 0, 0, 0.5], np.float32))
    assert np.array_equal(longer[:100, 1], plane[:, 1])
    assert np.all(longer[100:, 1] == 0)
    assert longer[-1, 0] == 99
    assert np.all(longer[-8:, 4] == 0)


@pytest.mark.parametrize("start", [0, 40, 99.5, 100])
def test_nothing_missing_changes_nothing(start: float) -> None:
    assert np.array_equal(stretch_end(ramp(), start, 0), ramp())
