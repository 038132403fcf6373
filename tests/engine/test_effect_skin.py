"""Even skin: blotches and shine go, complexion and texture stay, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from idphoto.complexion import Ground, level_region, level_tone, soften, tame_shine
from idphoto.effects.skin import Skin, apply, skin_mask
from idphoto.parts import parts
from idphoto.portrait import Portrait
from idphoto.shapes import face_width
from skimage.color import deltaE_ciede2000


def lab(rgb):
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def smoothed(portrait, mask, amount):
    ground = Ground.of(portrait.rgb, mask, face_width(portrait.landmarks))
    return ground.apply(portrait.rgb, soften(ground, amount))


@pytest.fixture(scope="module")
def large(sitter):
    """Head and neck at three times their size, with pores (noise of one pixel)."""
    unit = face_width(sitter.landmarks)
    left, right = int(sitter.centre_x - 1.1 * unit), int(sitter.centre_x + 1.1 * unit)
    window = np.s_[: int(sitter.chin_y + 0.9 * unit), left:right]
    rgb, alpha = (
        cv2.resize(field[window], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        for field in (sitter.rgb, sitter.alpha)
    )
    pores = np.random.default_rng(7).normal(0, 4, (*alpha.shape, 1))
    rgb = np.clip(rgb + pores, 0, 255).astype(np.uint8)
    landmarks = ((sitter.landmarks - (left, 0, 0)) * 3 + np.array((1, 1, 0))).astype(np.float32)
    part_map = sitter.part_map.moved(left, 0).scaled(3, 3)
    return Portrait(rgb, alpha, landmarks, 3 * sitter.crown_y, 3 * sitter.chin_y, part_map)


@pytest.fixture(scope="module")
def mask(large):
    return skin_mask(large, parts(large))


def spot(portrait, landmark, radius):
    """A Gaussian of ``radius`` face widths about a landmark, ``(H, W, 1)``."""
    x, y = portrait.landmarks[landmark, :2]
    rows, columns = np.ogrid[: portrait.height, : portrait.width]
    sigma = radius * face_width(portrait.landmarks)
    return np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))[..., None]


def painted(portrait, change):
    return replace(portrait, rgb=np.clip(portrait.rgb + change, 0, 255).astype(np.uint8))


def error(portrait, truth, where):
    """Mean difference of colour where ``where``, seen from a little distance."""
    apart = cv2.GaussianBlur(lab(portrait.rgb) - lab(truth.rgb), (0, 0), 3)
    return float(np.linalg.norm(apart, axis=-1)[where].mean())


def test_nothing_outside_the_mask_changes(large, mask):
    after = apply(large, Skin(strength=100, shine=100))
    assert np.array_equal(after.rgb[mask == 0], large.rgb[mask == 0])
    assert not np.array_equal(after.rgb, large.rgb)


def test_the_mask_leaves_out_eyes_lips_brows_and_hair(large, mask):
    found = parts(large)
    for part in (found.eyes, found.lips, found.mouth, found.hair, found.clothes):
        assert mask[part > 0.95].max(initial=0) < 0.05


def test_a_red_blotch_fades(large):
    blot = spot(large, 205, 0.03)
    ill = painted(large, blot * (18, -14, -12))
    where = blot[..., 0] > 0.4
    whole = apply(large, Skin(shine=0))
    assert error(apply(ill, Skin(shine=0)), whole, where) < 0.75 * error(ill, large, where)
    strong = apply(large, Skin(strength=100, shine=0))
    assert error(apply(ill, Skin(strength=100, shine=0)), strong, where) < 0.5 * error(ill, large, where)


def test_a_hot_spot_fades_with_strength(large):
    glare = spot(large, 425, 0.035)
    shiny = replace(large, rgb=np.rint(large.rgb + (255 - large.rgb.astype(float)) * 0.6 * glare).astype(np.uint8))
    where = glare[..., 0] > 0.4
    excess = [
        float((lab(apply(shiny, Skin(strength=0, shine=shine)).rgb) - lab(large.rgb))[where][:, 0].mean())
        for shine in (0, 50, 100)
    ]
    assert excess[0] > excess[1] > excess[2] > -4
    assert excess[1] < 0.65 * excess[0]


def test_the_complexion_stays(large, mask):
    for darkness in (1.0, 0.55, 0.3):
        person = replace(large, rgb=np.rint(large.rgb * darkness).astype(np.uint8))
        own = skin_mask(person, parts(person)) > 0.9
        before, after = (np.median(lab(rgb)[own], axis=0) for rgb in (person.rgb, apply(person, Skin()).rgb))
        assert deltaE_ciede2000(before, after) < 1.5
        assert after[0] - before[0] < 0.5


def test_pores_keep_their_contrast(large, mask):
    inside = mask > 0.95

    def texture(rgb):
        light = lab(rgb)[..., 0]
        return float((light - cv2.GaussianBlur(light, (0, 0), 1.2))[inside].std())

    assert texture(apply(large, Skin()).rgb) > 0.95 * texture(large.rgb)
    assert texture(smoothed(large, mask, 1.0)) > 0.9 * texture(large.rgb)


def test_a_mole_stays(large, mask):
    mole = spot(large, 50, 0.008)
    marked = painted(large, mole * -70)
    where = mole[..., 0] > 0.6
    for after in (apply(marked, Skin()).rgb, smoothed(marked, mask, 0.8)):
        before = lab(large.rgb)[..., 0][where].mean() - lab(marked.rgb)[..., 0][where].mean()
        kept = lab(large.rgb)[..., 0][where].mean() - lab(after)[..., 0][where].mean()
        assert kept > 0.8 * before


@pytest.mark.parametrize("block", [soften, level_tone, tame_shine])
def test_a_building_block_of_no_amount_is_the_same_picture_and_one_of_any_stays_in_its_mask(block, large, mask):
    ground = Ground.of(large.rgb, mask, face_width(large.landmarks))
    assert np.array_equal(ground.apply(large.rgb, block(ground, 0)), large.rgb)
    after = ground.apply(large.rgb, block(ground, 1.0))
    assert np.array_equal(after[mask == 0], large.rgb[mask == 0])
    assert not np.array_equal(after, large.rgb)


def test_smoothing_takes_roughness_away(large, mask):
    rough = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 60, mask.shape), (0, 0), 4)[..., None]
    uneven = painted(large, rough)
    after = replace(uneven, rgb=smoothed(uneven, mask, 1.0))
    plain = replace(large, rgb=smoothed(large, mask, 1.0))
    assert error(after, plain, mask > 0.95) < 0.88 * error(uneven, large, mask > 0.95)


def test_a_dark_region_is_brought_to_the_skin_around_and_never_darkened(large, mask):
    ring = spot(large, 205, 0.03)
    tired = painted(large, ring * -70)
    ground = Ground.of(tired.rgb, mask, face_width(large.landmarks))
    change = level_region(ground, ground.reduce(ring[..., 0].astype(np.float32)), 1.0)
    assert change[..., 0].min() >= 0
    after = replace(tired, rgb=ground.apply(tired.rgb, change))
    where = (ring[..., 0] > 0.4) & (mask > 0.9)
    assert lab(after.rgb)[where][:, 0].mean() > lab(tired.rgb)[where][:, 0].mean() + 2
