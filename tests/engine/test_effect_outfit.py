"""An outfit: the face keeps every bit, nothing is left of the old clothes, the neck goes on in the skin's own tint."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from idphoto import mesh
from idphoto.effects.base import EffectRefusedError
from idphoto.effects.outfit import Outfit, apply
from idphoto.garment import GarmentColourError, GarmentError
from idphoto.parts import parts
from idphoto.portrait import Portrait
from idphoto.wearer import measure


@pytest.fixture(scope="module")
def dressed(sitter: Portrait, garment: bytes) -> Portrait:
    return apply(sitter, Outfit(), garment)


def lab(portrait: Portrait) -> np.ndarray:
    return cv2.cvtColor(portrait.rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def test_the_face_above_the_chin_keeps_every_bit(sitter: Portrait, dressed: Portrait) -> None:
    face = np.zeros(sitter.alpha.shape, np.uint8)
    cv2.fillPoly(face, [np.rint(sitter.landmarks[list(mesh.FACE_OVAL), :2]).astype(np.int32)], (1,))
    face[int(sitter.chin_y) - 2 :] = 0
    assert np.array_equal(dressed.rgb[face == 1], sitter.rgb[face == 1])
    assert np.array_equal(dressed.alpha[face == 1], sitter.alpha[face == 1])
    assert np.array_equal(dressed.landmarks, sitter.landmarks)
    assert (dressed.crown_y, dressed.chin_y) == (sitter.crown_y, sitter.chin_y)
    hair = np.s_[: int(sitter.eye_y)]
    assert np.array_equal(dressed.rgb[hair], sitter.rgb[hair])


def test_nothing_is_left_of_an_orange_space_suit(sitter: Portrait, dressed: Portrait) -> None:
    def orange(portrait: Portrait) -> int:
        below = np.s_[int(portrait.chin_y) + 12 :]
        colour = lab(portrait)[below]
        saturated = (colour[..., 1] > 30) & (colour[..., 2] > 30) & (portrait.alpha[below] > 60)
        return int(saturated.sum())

    assert orange(sitter) > 5_000
    assert orange(dressed) == 0


def test_the_neck_that_a_ring_hid_has_the_tint_of_the_face(sitter: Portrait, dressed: Portrait) -> None:
    wearer = measure(sitter, parts(sitter))
    row = int(sitter.chin_y + 1.4 * wearer.unit)
    columns = np.s_[int(wearer.neck_x - 2 * wearer.unit) : int(wearer.neck_x + 2 * wearer.unit)]
    neck = np.median(lab(dressed)[row - 1 : row + 2, columns].reshape(-1, 3), axis=0)
    cheeks = np.median(lab(sitter)[[*sitter.landmarks[list(mesh.LOWER_FACE_SKIN), 1].astype(int)],
                                   [*sitter.landmarks[list(mesh.LOWER_FACE_SKIN), 0].astype(int)]], axis=0)  # fmt: skip
    assert np.hypot(*(neck - cheeks)[1:]) < 8
    assert -30 < neck[0] - cheeks[0] < 3
    assert dressed.alpha[row, columns].min() > 250


def test_the_cloth_has_its_colour_and_hangs_where_the_body_is(sitter: Portrait, dressed: Portrait) -> None:
    wearer = measure(sitter, parts(sitter))
    row, column = int(wearer.pit_y + 9 * wearer.unit), int(wearer.neck_x + 14 * wearer.unit)
    assert dressed.alpha[row, column] == 255
    assert lab(dressed)[row, column] == pytest.approx((30, -22, 14), abs=9)
    outside = int(wearer.neck_x + 14 * wearer.unit), int(wearer.pit_y - 6 * wearer.unit)
    assert dressed.alpha[outside[1], outside[0]] == 0


def test_a_colour_changes_the_cloth_and_nothing_else(sitter: Portrait, dressed: Portrait, garment: bytes) -> None:
    grey = apply(sitter, Outfit(color="grey"), garment)
    assert np.array_equal(grey.alpha, dressed.alpha)
    changed = (grey.rgb != dressed.rgb).any(axis=-1)
    assert changed.sum() > 10_000
    assert not changed[: int(sitter.chin_y)].any()
    own = apply(sitter, Outfit(color="#606060"), garment)
    assert np.array_equal(own.rgb, grey.rgb)


def test_the_same_call_gives_the_same_bytes_and_leaves_the_portrait(sitter: Portrait, garment: bytes) -> None:
    before = sitter.rgb.copy(), sitter.alpha.copy()
    one, other = (apply(sitter, Outfit(fit=40), garment) for _ in range(2))
    assert np.array_equal(one.rgb, other.rgb)
    assert np.array_equal(one.alpha, other.alpha)
    assert np.array_equal(sitter.rgb, before[0])
    assert np.array_equal(sitter.alpha, before[1])


@pytest.mark.parametrize(
    ("name", "low", "high"), [("shoulder_width", -80, 80), ("height", 80, -80)], ids=["wider", "lower"]
)
def test_settings_move_the_cloth(sitter: Portrait, garment: bytes, name: str, low: float, high: float) -> None:
    one, other = (apply(sitter, Outfit(**{name: value}), garment) for value in (low, high))
    if name == "shoulder_width":
        assert (other.alpha > 127).sum() > (one.alpha > 127).sum() + 200
    else:
        column = int(sitter.centre_x + 14 * measure(sitter, parts(sitter)).unit)
        tops = [int(np.flatnonzero(portrait.alpha[:, column] > 127)[0]) for portrait in (one, other)]
        assert tops[1] > tops[0] + 5


def test_shadow_can_be_switched_off(sitter: Portrait, garment: bytes) -> None:
    none, full = (apply(sitter, Outfit(shadow=value), garment) for value in (0, 100))
    brighter = full.rgb.astype(int) - none.rgb
    assert brighter.max() <= 1
    assert (brighter.min(axis=-1) < -3).sum() > 300


def test_an_unknown_colour_and_a_broken_garment_are_named(sitter: Portrait, garment: bytes) -> None:
    with pytest.raises(GarmentColourError):
        apply(sitter, Outfit(color="pink"), garment)
    with pytest.raises(GarmentError):
        apply(sitter, Outfit(), garment[:100])


def test_what_cannot_be_dressed_well_is_refused(sitter: Portrait, garment: bytes) -> None:
    end = int(sitter.chin_y) + 12
    tight = replace(sitter, rgb=sitter.rgb[:end], alpha=sitter.alpha[:end])
    turned = replace(sitter, landmarks=sitter.landmarks.copy())
    turn = np.deg2rad(30)
    x, z = turned.landmarks[:, 0] - sitter.centre_x, turned.landmarks[:, 2].copy()
    turned.landmarks[:, 0] = sitter.centre_x + x * np.cos(turn) + z * np.sin(turn)
    turned.landmarks[:, 2] = z * np.cos(turn) - x * np.sin(turn)
    for portrait, reason in ((tight, "NO_ROOM"), (turned, "FACE_TURNED")):
        with pytest.raises(EffectRefusedError) as caught:
            apply(portrait, Outfit(), garment)
        assert caught.value.details["reason"] == reason


def test_a_white_collar_that_stands_over_the_outline_of_the_jaw_goes(
    sitter: Portrait, garment: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = measure(sitter, parts(sitter)).unit
    oval = np.zeros(sitter.alpha.shape, np.uint8)
    cv2.fillPoly(oval, [np.rint(sitter.landmarks[list(mesh.FACE_OVAL), :2]).astype(np.int32)], (1,))
    inside = cv2.distanceTransform(oval, cv2.DIST_L2, 5)
    jaw, lips = sitter.landmarks[mesh.CHIN, 1], sitter.landmarks[mesh.LIP_LOWER_INNER, 1]
    rows, columns = np.mgrid[: sitter.height, : sitter.width]
    left = (columns < sitter.centre_x) & (rows > lips) & (rows < jaw + unit) & (columns > sitter.centre_x - 6 * unit)
    collar = left & (inside < 0.3 * unit) & (sitter.alpha > 250)
    rgb = np.where(collar[..., None], 240, sitter.rgb).astype(np.uint8)
    found = parts(sitter)
    cloth = np.where(collar, 1, found.clothes).astype(np.float32)
    bare = {name: np.where(collar, 0, getattr(found, name)).astype(np.float32) for name in ("face_skin", "body_skin")}
    monkeypatch.setattr("idphoto.effects.outfit.parts", lambda _: replace(found, clothes=cloth, **bare))
    dressed = apply(replace(sitter, rgb=rgb), Outfit(), garment)
    crossed = collar & (inside > 0) & (rows < jaw - 0.5 * unit)
    assert crossed.sum() > 20
    assert (dressed.rgb[crossed].min(axis=-1) < 225).mean() > 0.9


def test_what_is_held_before_the_chest_goes_with_the_old_clothes(
    sitter: Portrait, dressed: Portrait, garment: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = parts(sitter)
    rows, columns = np.mgrid[: sitter.height, : sitter.width]
    unit = measure(sitter, found).unit
    card = (np.abs(columns - sitter.centre_x) < 5 * unit) & (np.abs(rows - sitter.chin_y - 9 * unit) < 3 * unit)
    held = np.where(card, found.clothes, 0).astype(np.float32)
    assert held.sum() > 100
    monkeypatch.setattr(
        "idphoto.effects.outfit.parts", lambda _: replace(found, clothes=found.clothes - held, held=held)
    )
    again = apply(sitter, Outfit(), garment)
    assert np.array_equal(again.rgb, dressed.rgb)
    assert np.array_equal(again.alpha, dressed.alpha)
