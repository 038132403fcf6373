"""Reflections and thin frames come off drawn glasses; what has none comes back as it is; the rest is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from idphoto import mesh
from idphoto.cielab import rgb_to_lab
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.glasses import Glasses, apply
from idphoto.eye_area import THIN, EyeArea
from idphoto.eyewear import BEND, BEND_COST, DIRECTIONS, UNSEEN_PART, Surroundings, find_eyewear
from idphoto.mending import membrane, mend
from idphoto.partmap import CLASSES, PartMap
from idphoto.parts import parts
from idphoto.rims import find_glasses, trace_frame
from idphoto.ways import best_ring, smooth_way

from tests.bench.truth import FRAMES, Frame, error, with_frame, with_glare

CLEAR = Glasses(remove_glare=100)
BARE = Glasses(remove_frame=True)
REMOVABLE = [FRAMES["rims along the brows"], Frame(width=0.013, radii=(0.175, 0.145), corners=3.2, drop=0.045)]


def colour_error(truth, other, where):
    """Mean CIE 1976 difference."""
    return float(np.linalg.norm(rgb_to_lab(truth.rgb[where]) - rgb_to_lab(other.rgb[where]), axis=-1).mean())


def mirrored(portrait):
    landmarks = portrait.landmarks[list(mesh.MIRROR)].copy()
    landmarks[:, 0] = portrait.width - 1 - landmarks[:, 0]
    left, top, right, bottom = portrait.part_map.box
    box = (portrait.width - right, top, portrait.width - left, bottom)
    part_map = PartMap(box, portrait.part_map.shares[..., ::-1])
    rgb, alpha = portrait.rgb[:, ::-1].copy(), portrait.alpha[:, ::-1].copy()
    return replace(portrait, rgb=rgb, alpha=alpha, landmarks=landmarks, part_map=part_map)


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


@pytest.mark.parametrize("frame", REMOVABLE, ids=["round", "square"])
def test_a_thin_frame_comes_off(near, frame):
    worn, where = with_frame(near, frame)
    after = apply(worn, BARE)
    assert colour_error(near, after, where) < 0.3 * colour_error(near, worn, where)
    assert find_eyewear(after) is None


def test_where_there_was_no_frame_the_picture_stays(near):
    worn, _ = with_frame(near, REMOVABLE[0])
    found = find_eyewear(worn)
    assert found is not None
    frame = trace_frame(found.area, found.rings)
    hidden = found.area.field_in_picture(frame.area.astype(np.float32), worn.alpha.shape) > 0.5
    after = apply(worn, BARE)
    assert np.array_equal(after.rgb[~hidden], worn.rgb[~hidden])
    assert np.array_equal(after.alpha, worn.alpha)
    assert np.array_equal(after.landmarks, worn.landmarks)


def test_what_the_map_called_glasses_is_skin_after(near):
    worn, _ = with_frame(near, REMOVABLE[0])
    assert worn.part_map is not None
    shares = worn.part_map.shares.copy()
    glasses, skin = shares[CLASSES.index("glasses")], shares[CLASSES.index("face_skin")]
    glasses += skin
    skin -= skin
    after = apply(replace(worn, part_map=PartMap(worn.part_map.box, shares)), BARE).part_map
    assert after is not None
    assert not after.shares[CLASSES.index("glasses")].any()
    assert np.array_equal(after.shares[CLASSES.index("face_skin")], glasses)


def test_a_frame_comes_off_the_same_way_twice_and_mirrored(near):
    worn, where = with_frame(near, REMOVABLE[0])
    first, second, other = apply(worn, BARE), apply(worn, BARE), apply(mirrored(worn), BARE)
    assert np.array_equal(first.rgb, second.rgb)
    assert colour_error(mirrored(near), other, where[:, ::-1]) < 0.3 * colour_error(near, worn, where)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("thick black plastic", "width"), ("tinted lenses", "tint"), ("rims through the eyes", "over_lids")],
)
def test_a_frame_that_would_leave_traces_is_refused_in_both_languages(near, kind, fault):
    worn, _ = with_frame(near, FRAMES[kind])
    with pytest.raises(EffectRefusedError) as refusal:
        apply(worn, BARE)
    details: dict[str, Any] = refusal.value.details
    assert details["reason"] == "FRAME_NOT_REMOVABLE"
    assert details["value"][fault] > details["allowed"][fault]
    assert refusal.value.message.isascii()
    assert not refusal.value.message_zh.isascii()


def test_a_frame_with_clear_reflections_is_refused(near, monkeypatch):
    monkeypatch.setattr("tests.bench.truth.EYE_DROP", 0.045)
    monkeypatch.setattr("tests.bench.truth.RIM_RADII", (0.175, 0.15))
    worn, veiled, _ = with_glare(near, 0.5)
    assert apply(worn, BARE) is not worn
    with pytest.raises(EffectRefusedError) as refusal:
        apply(veiled, BARE)
    assert refusal.value.details["reason"] in {"FRAME_NOT_REMOVABLE", "GLARE_TOO_STRONG"}


def test_a_small_face_keeps_its_frame(sitter):
    worn, _ = with_frame(sitter, REMOVABLE[0])
    with pytest.raises(EffectRefusedError) as refusal:
        apply(worn, BARE)
    assert refusal.value.details["reason"] == "FACE_TOO_SMALL"


@pytest.mark.parametrize("kind", ["silver metal", "gold metal, round"])
def test_rims_as_light_as_the_skin_are_seen(near, kind):
    worn, where = with_frame(near, FRAMES[kind])
    assert find_eyewear(worn) is not None
    rims, _ = find_glasses(worn)
    assert rims[where].mean() > 5 * rims[~where].mean()
    assert not any(mask.any() for mask in find_glasses(near))


def test_the_eyes_are_seen_through_the_lenses(near):
    worn, where = with_frame(near, REMOVABLE[0])
    found = parts(worn)
    eyes = parts(near).eyes > 0.9
    assert found.lenses[eyes].min() > 0.99
    assert found.lenses[where].mean() < 0.2
    assert not parts(near).lenses.any()


def test_a_membrane_continues_a_slope():
    rows, columns = np.mgrid[:48, :64].astype(np.float32)
    slope = np.stack([2 * rows + columns, 100 - columns, rows], axis=-1)
    hole = np.zeros((48, 64), bool)
    hole[20:27, 5:60] = True
    assert np.abs(membrane(np.where(hole[..., None], 0, slope), hole) - slope)[hole].max() < 3


def test_a_line_goes_on_across_a_mended_band_and_the_rest_stays():
    rng = np.random.default_rng(0)
    picture = np.full((120, 160, 3), 180, np.float32) + rng.normal(0, 2, (120, 160, 1)).astype(np.float32)
    picture[:, 78:82] -= 70
    hole = np.zeros((120, 160), bool)
    hole[57:62, 10:150] = True
    mended = mend(np.where(hole[..., None], 0, picture), hole, np.zeros((120, 160), np.float32), 200.0)
    assert np.array_equal(mended[~hole], picture[~hole])
    assert mended[58:61, 79:81].mean() < 135
    assert np.abs(mended[58:61, 20:60].mean() - 180) < 3
    assert mended[58:61, 20:60].std() > 1


def test_a_smooth_way_closes_and_goes_round_a_gap():
    gain = np.zeros((192, 40), np.float32)
    way = np.rint(20 + 8 * np.sin(np.arange(192) * 2 * np.pi / 192)).astype(int)
    gain[np.arange(192), way] = 1
    gain[60:70] = 0
    found = smooth_way(gain, 0.5, closed=True)
    assert np.abs(found - way).max() <= 2


def test_lines_of_a_window_are_those_of_the_whole(near):
    area = EyeArea.of(near.rgb, near.landmarks)
    window = np.s_[80:120, 150:180]
    assert np.array_equal(area.lines_within(THIN, window), area.thin_lines[window])


def test_no_ring_shows_more_than_what_is_at_hand_without_a_search(near):
    every = np.arange(DIRECTIONS)
    lower = np.sin(every * 2 * np.pi / DIRECTIONS) > 0.2
    for portrait in (near, with_glare(near, 0)[0]):
        area = EyeArea.of(portrait.rgb, portrait.landmarks)
        for eye in mesh.eye_centres(portrait.landmarks):
            around = Surroundings.of(area, eye)
            for contrast in around.contrasts:
                chosen = best_ring(contrast * around.bare, BEND, BEND_COST)
                seen = contrast[every, chosen][lower & around.bare[every, chosen]]
                assert np.percentile(seen, UNSEEN_PART) <= around.most_seen(contrast)


def test_the_best_ring_closes():
    gain = np.zeros((96, 40), np.float32)
    way = np.rint(20 + 8 * np.sin(np.arange(96) * 2 * np.pi / 96)).astype(int)
    gain[np.arange(96), way] = 1
    assert np.array_equal(best_ring(gain, 3, 0.012), way)
