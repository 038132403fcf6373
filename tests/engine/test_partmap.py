"""The map of parts: it is stored without loss, lies where the picture lies, and moves as the picture moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from idphoto.learned import draw_classes, with_clothes
from idphoto.models import Models
from idphoto.partmap import CLASSES, LEVELS, SIDE, PartMap, geometry, pack, picture, read_parts, unpack, weigh_colours
from idphoto.parts import OVERLAPS
from idphoto.portrait import Portrait
from idphoto.segment import Outlook
from idphoto.warp import Field, warp

SIZE = 320
BOX = (40.0, -30.0, 360.0, 290.0)
"""A window that neither begins nor ends with the picture; its cells are two px wide."""


def halves(edge: float) -> PartMap:
    """Hair left of a column of the picture, clothes right of it."""
    middles = BOX[0] + (np.arange(SIDE) + 0.5) * (BOX[2] - BOX[0]) / SIDE
    shares = np.zeros((len(CLASSES), SIDE, SIDE), np.uint8)
    left = np.where(middles < edge + 0.5, LEVELS, 0).astype(np.uint8)
    shares[CLASSES.index("hair")], shares[CLASSES.index("clothes")] = left, LEVELS - left
    return PartMap(BOX, shares)


def plate(edge: float, part_map: PartMap) -> Portrait:
    """Dark left of a column, bright right of it."""
    rgb = np.full((SIZE, SIZE, 3), 40, np.uint8)
    rgb[:, round(edge) :] = (210, 190, 170)
    landmarks = np.random.default_rng(0).uniform(140, 200, (478, 3)).astype(np.float32)
    landmarks[234, :2], landmarks[454, :2] = (120, 170), (220, 170)
    return Portrait(rgb, np.full((SIZE, SIZE), 255, np.uint8), landmarks, 90.0, 220.0, part_map)


def step_at(mask: np.ndarray) -> float:
    """Column at which a mask of ones falls to none."""
    return float(mask[SIZE // 2].sum())


def test_storing_is_lossless() -> None:
    shares = np.random.default_rng(1).integers(0, LEVELS + 1, (len(CLASSES), SIDE, SIDE), dtype=np.uint8)
    back = unpack(pack(PartMap(BOX, shares)))
    assert back.box == BOX
    assert np.array_equal(back.shares, shares)


@pytest.mark.parametrize("wrong", [0, 4, -4])
def test_masks_are_drawn_towards_the_edge_of_the_picture(wrong: int) -> None:
    masks = draw_classes(plate(180, halves(180 + wrong)), halves(180 + wrong))
    assert step_at(masks["hair"]) == pytest.approx(180, abs=0.6 + abs(wrong) / 2)
    assert masks["clothes"][SIZE // 2, 200:].min() > 0.95
    total = sum(mask for name, mask in masks.items() if name not in OVERLAPS)
    assert np.abs(total - 1).max() < 1e-5


def test_the_map_moves_with_the_picture() -> None:
    portrait = plate(180, halves(180))
    shift = np.zeros((SIZE, SIZE, 2), np.float32)
    shift[60:260, 60:260, 0] = -10
    moved = warp(portrait, Field(0, 0, shift))
    assert moved.part_map is not None
    row = round((160 - BOX[1]) / 2)
    hair = moved.part_map.shares[CLASSES.index("hair"), row].sum() / LEVELS * 2 + BOX[0]
    assert hair == pytest.approx(190, abs=1.5)
    assert np.array_equal(moved.part_map.shares[:, :40], halves(180).shares[:, :40])


def test_new_clothes_are_clothes_and_old_ones_are_no_more() -> None:
    worn = np.zeros((SIZE, SIZE), np.float32)
    worn[200:] = 1
    part_map = with_clothes(halves(180), worn)
    clothes = part_map.shares[CLASSES.index("clothes")]
    assert clothes[round((250 - BOX[1]) / 2) :].min() == LEVELS
    assert clothes[: round((190 - BOX[1]) / 2)].max() == 0


def test_colours_correct_what_the_network_gets_wrong() -> None:
    view = np.full((320, 320, 3), 30, np.uint8)
    view[:, 160:] = (220, 215, 205)
    said = np.full((len(CLASSES), SIDE, SIDE), 1e-3, np.float32)
    said[CLASSES.index("hair"), :, :80] = 0.9
    said[CLASSES.index("clothes"), :, 80:] = 0.9
    said[:, 120:, 60:80] = 1e-3
    said[CLASSES.index("clothes"), 120:, 60:80] = 0.6
    said[CLASSES.index("hair"), 120:, 60:80] = 0.4
    outlook = Outlook((0, 0, 320, 320), view, np.ones((320, 320), np.float32), ())
    shares = weigh_colours(said / said.sum(axis=0), outlook, np.zeros((SIDE, SIDE), bool))
    assert shares[CLASSES.index("hair"), 120:, 60:80].min() > 0.5
    assert np.abs(shares.sum(axis=0) - 1).max() < 1e-4


@pytest.mark.parametrize(("seen_through", "glasses"), [((20, 18, 18), True), ((200, 160, 140), False)])
def test_dark_lenses_are_glasses_and_clear_ones_are_skin(seen_through, glasses) -> None:
    view = np.full((320, 320, 3), (200, 160, 140), np.uint8)
    view[:80] = (20, 18, 18)
    view[160:200, 100:220] = seen_through
    said = np.full((len(CLASSES), SIDE, SIDE), 1e-3, np.float32)
    said[CLASSES.index("hair"), :40] = 0.9
    said[CLASSES.index("face_skin"), 40:] = 0.9
    said[:, 80:100, 50:110] = 1e-3
    said[CLASSES.index("glasses"), 80:100, 50:110] = 0.6
    said[CLASSES.index("face_skin"), 80:100, 50:110] = 0.4
    outlook = Outlook((0, 0, 320, 320), view, np.ones((320, 320), np.float32), ())
    shares = weigh_colours(said / said.sum(axis=0), outlook, np.zeros((SIDE, SIDE), bool))
    lenses = shares[CLASSES.index("glasses"), 82:98, 52:108]
    assert (lenses > 0.5).all() if glasses else (lenses < 0.5).all()


def test_a_portrait_reads_its_own_parts(sitter) -> None:
    part_map = sitter.part_map
    assert part_map is not None
    assert np.abs(part_map.shares.sum(axis=0, dtype=int) - LEVELS).max() <= len(CLASSES) // 2
    assert len(pack(part_map)) < 60_000


def test_what_the_network_is_told_of_a_face_goes_with_the_face(sitter) -> None:
    left, top, right, bottom = (int(v) for v in sitter.part_map.box)
    box = left, top, right, bottom
    cell = (box[2] - box[0]) / SIDE, (box[3] - box[1]) / SIDE
    moved = sitter.landmarks + np.array((8 * cell[0], 4 * cell[1], 0), np.float32)
    here, there = geometry(sitter.landmarks, box), geometry(moved, box)
    assert np.abs(there[4:8, 4:, 8:] - here[4:8, :-4, :-8]).max() <= 0.5


def test_the_picture_keeps_its_columns_in_order() -> None:
    view = np.zeros((320, 320, 3), np.uint8)
    view[:, 1::2, 0] = 255
    seen = picture(Outlook((0, 0, 320, 320), view, np.zeros((320, 320), np.float32), ()))
    assert seen.shape == (16, SIDE, SIDE)
    assert seen[4].min() == 1
    assert seen[0].max() == 0


def test_a_portrait_without_a_map_has_parts_too(sitter) -> None:
    from idphoto.parts import parts

    found = parts(replace(sitter, part_map=None))
    assert not found.headwear.any()
    assert not found.ears.any()


class Said(Models):
    """Stands for the network: says what it is told to."""

    def __init__(self, shares: np.ndarray) -> None:
        super().__init__()
        self.shares = shares

    def run(self, _: str, *inputs: np.ndarray) -> list[np.ndarray]:
        return [self.shares[None]]


def told(sitter, name: str, where: str, share: float) -> np.ndarray:
    """What the map makes of a class that is said of a part of the face's square, all else being clothes."""
    left, top = sitter.landmarks[:, :2].min(axis=0)
    right, bottom = sitter.landmarks[:, :2].max(axis=0)
    wide, high = right - left, bottom - top
    box = int(left - 2 * wide), int(top - high), int(right + 2 * wide), int(bottom + 3 * wide)
    face = geometry(sitter.landmarks, box)
    middle, below_chin = np.abs(face[0]), face[2]
    area = {
        "crown": (face[3] < -0.15) & (below_chin > -1.3),
        "mouth": (face[4] > 0) & (face[3] > 0.25),
        "chest": (middle < 0.3) & (below_chin > 0.3) & (below_chin < 0.7),
        "throat and chest": (middle < 0.3) & (below_chin > 0) & (below_chin < 0.7),
        "button": (middle < 0.03) & (below_chin > 0.4) & (below_chin < 0.46),
    }[where]
    said = np.zeros((len(CLASSES), SIDE, SIDE), np.float32)
    said[CLASSES.index("clothes")] = 1
    said[:, area] = 0
    said[CLASSES.index("hair"), area] = 1 - share
    said[CLASSES.index(name), area] = share
    outlook = Outlook(box, np.full((320, 320, 3), 120, np.uint8), np.ones((320, 320), np.float32), ())
    found = read_parts(outlook, sitter.landmarks, Said(said))
    return np.asarray(found.shares[CLASSES.index(name)][area], np.uint8)


def test_a_covering_is_one_where_it_covers_the_head(sitter) -> None:
    assert told(sitter, "headwear", "crown", 0.3).max() == 0
    assert told(sitter, "headwear", "crown", 0.9).min() > LEVELS / 2


def test_a_thing_is_held_where_it_covers_the_lower_face(sitter) -> None:
    assert told(sitter, "held", "mouth", 0.8).min() > LEVELS / 2
    assert told(sitter, "held", "crown", 0.8).max() == 0


def test_a_thing_is_held_before_the_chest_and_a_collar_or_a_button_is_not(sitter) -> None:
    assert told(sitter, "held", "chest", 0.8).min() > LEVELS / 2
    assert told(sitter, "held", "throat and chest", 0.8).max() == 0
    assert told(sitter, "held", "button", 0.8).max() == 0
    assert told(sitter, "held", "chest", 0.3).max() == 0
