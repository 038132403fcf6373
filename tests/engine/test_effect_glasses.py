"""Reflections come off drawn glasses; what has none comes back as it is; what cannot be done is refused."""

from __future__ import annotations

import numpy as np
import pytest
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.glasses import Glasses, apply
from idphoto.eyewear import best_ring, find_eyewear

from tests.bench.truth import error, with_glare

CLEAR = Glasses(remove_glare=100)


def test_drawn_glasses_are_found_and_a_bare_face_has_none(near):
    worn, _, _ = with_glare(near, 0)
    assert find_eyewear(near) is None
    assert find_eyewear(worn) is not None


@pytest.mark.parametrize("density", [0.4, 0.5, 0.6])
def test_a_reflection_comes_off(near, density):
    worn, veiled, where = with_glare(near, density)
    assert error(worn, apply(veiled, CLEAR), where) < error(worn, veiled, where)


def test_what_is_not_seen_through_the_glasses_stays(near):
    _, veiled, _ = with_glare(near, 0.5)
    found = find_eyewear(veiled)
    assert found is not None
    changed = np.any(apply(veiled, CLEAR).rgb != veiled.rgb, axis=-1)
    inside = np.zeros(changed.shape, bool)
    inside[found.pixels] = found.lens > 0
    assert changed.any()
    assert not changed[~inside].any()


def test_a_bare_face_and_clear_glasses_come_back_as_they_are(near):
    worn, _, _ = with_glare(near, 0)
    assert apply(near, CLEAR) is near
    assert apply(near, Glasses(remove_frame=True)) is near
    assert np.array_equal(apply(worn, CLEAR).rgb, worn.rgb)


def test_a_reflection_that_hides_the_eyes_is_refused(near, monkeypatch):
    monkeypatch.setattr("tests.bench.truth.GLARE_PLACE", (0.0, -0.025))
    _, veiled, _ = with_glare(near, 0.9)
    with pytest.raises(EffectRefusedError) as refusal:
        apply(veiled, CLEAR)
    assert refusal.value.details["reason"] == "GLARE_TOO_STRONG"


def test_taking_the_frame_off_is_refused_in_both_languages(near):
    worn, _, _ = with_glare(near, 0)
    with pytest.raises(EffectRefusedError) as refusal:
        apply(worn, Glasses(remove_frame=True))
    assert refusal.value.details["reason"] == "FRAME_NOT_REMOVABLE"
    assert not refusal.value.message_zh.isascii()


def test_the_best_ring_closes():
    gain = np.zeros((96, 40), np.float32)
    way = np.rint(20 + 8 * np.sin(np.arange(96) * 2 * np.pi / 96)).astype(int)
    gain[np.arange(96), way] = 1
    assert np.array_equal(best_ring(gain), way)
