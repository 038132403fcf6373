"""Shapes: what is worked out with less work is what OpenCV works out."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from idphoto.shapes import disc, in_channels, shrink, spread, window_about

FIELD = np.random.default_rng(3).random((40, 57), np.float32) - np.float32(0.5)


@pytest.mark.parametrize("radius", [0.2, 1, 3, 6, 11, 30])
@pytest.mark.parametrize("field", [FIELD, (FIELD > 0.3).astype(np.uint8)])
def test_spreading_and_shrinking_are_dilation_and_erosion_by_a_disc(field, radius):
    assert np.array_equal(spread(field, radius), cv2.dilate(field, disc(radius)))
    assert np.array_equal(shrink(field, radius), cv2.erode(field, disc(radius)))


def test_a_field_is_the_same_in_all_channels():
    assert np.array_equal(in_channels(FIELD, 5), np.repeat(FIELD[..., None], 5, axis=2))


def test_a_window_holds_its_places_and_ends_with_the_picture():
    places = np.array([(3.5, 10.2), (20.1, 14.9)], np.float32)
    assert window_about(places, 5, (18, 24, 3)) == (slice(5, 18), slice(0, 24))
