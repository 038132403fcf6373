"""What effects refuse before they begin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from idphoto.effects import EFFECTS
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.gates import check_no_hand
from idphoto.parts import parts
from idphoto.portrait import Portrait
from idphoto.shapes import face_width


@pytest.fixture(scope="module")
def waving(sitter: Portrait) -> Portrait:
    """The sitter with an arm beside the head: a bar in the colours of the cheek, which no map knows."""
    unit = face_width(sitter.landmarks)
    rgb, alpha = sitter.rgb.copy(), sitter.alpha.copy()
    left, top = int(sitter.centre_x + 0.72 * unit), int(sitter.eye_y - 0.2 * unit)
    cheek_x, cheek_y = np.rint(sitter.landmarks[425, :2]).astype(int)
    patch = sitter.rgb[cheek_y - 4 : cheek_y + 4, cheek_x - 4 : cheek_x + 4]
    bar = np.s_[top : top + 8 * int(unit * 0.09), left : left + 8 * int(unit * 0.05)]
    rgb[bar] = np.tile(patch, (int(unit * 0.09), int(unit * 0.05), 1))
    alpha[bar] = 255
    return replace(sitter, rgb=rgb, alpha=alpha, part_map=None)


def test_a_free_face_is_taken(sitter: Portrait) -> None:
    check_no_hand("skin", sitter, parts(sitter).skin)


@pytest.mark.parametrize("kind", ["skin", "beautify", "lighting", "expression"])
def test_a_hand_at_the_face_is_refused(waving: Portrait, kind: str) -> None:
    effect = EFFECTS[kind]
    with pytest.raises(EffectRefusedError) as caught:
        effect.apply(waving, effect.params())
    assert caught.value.details["reason"] == "HAND_AT_FACE"
    assert caught.value.message_zh
