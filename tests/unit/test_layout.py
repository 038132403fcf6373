"""Layouts: nothing overlaps, nothing leaves the paper, and no layout that straight cuts free holds more."""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idphoto.layout import LayoutOverflowError, Placement, Plan, Room, plan_grid, plan_mixed, plan_most
from idphoto.paper import PaperUnknownError, custom_paper, get_paper
from idphoto.specs import pixels

PAPERS = ["5inch", "6inch", "3R", "4R", "A4", "A5", "Letter", "L", "2L"]


def assert_possible(plan: Plan, room: Room) -> None:
    """Photos lie inside the margins, and a gap apart."""
    assert sorted((plan.width, plan.height)) == sorted((room.width, room.height))
    for photo in plan.placements:
        assert room.margin <= photo.left <= photo.right <= plan.width - room.margin
        assert room.margin <= photo.top <= photo.bottom <= plan.height - room.margin
    for one, other in combinations(plan.placements, 2):
        assert (
            one.right + room.gap <= other.left
            or other.right + room.gap <= one.left
            or one.bottom + room.gap <= other.top
            or other.bottom + room.gap <= one.top
        )


def assert_cuts_free(photos: tuple[Placement, ...]) -> None:
    """Straight cuts from edge to edge free every photo."""
    if len(photos) < 2:
        return
    for start, end in (("left", "right"), ("top", "bottom")):
        ordered = sorted(photos, key=lambda photo: getattr(photo, start))
        reach = 0
        for index, photo in enumerate(ordered):
            if index and getattr(photo, start) >= reach:
                assert_cuts_free(tuple(ordered[:index]))
                assert_cuts_free(tuple(ordered[index:]))
                return
            reach = max(reach, getattr(photo, end))
    pytest.fail("no straight cut parts these photos")


@cache
def most_by_all_cuts(width: int, height: int, a: int, b: int) -> int:
    """Try every cut at every whole pixel: slow, and without a thought that could be wrong."""
    best = 1 if (a <= width and b <= height) or (b <= width and a <= height) else 0
    for at in range(1, width // 2 + 1):
        best = max(best, most_by_all_cuts(at, height, a, b) + most_by_all_cuts(width - at, height, a, b))
    for at in range(1, height // 2 + 1):
        best = max(best, most_by_all_cuts(width, at, a, b) + most_by_all_cuts(width, height - at, a, b))
    return best


def most_of_all(width: int, height: int, a: int, b: int) -> int:
    """Try every way to lay photos down, cuts or not: for very small sheets."""
    shapes, limit = sorted({(a, b), (b, a)}), width * height // (a * b)
    masks = {(w, h): sum(1 << (row * width + column) for row in range(h) for column in range(w)) for w, h in shapes}

    def can_hold(taken: int, cell: int, wanted: int, waste: int) -> bool:
        if wanted == 0:
            return True
        while cell < width * height and taken >> cell & 1:
            cell += 1
        if cell == width * height:
            return False
        x, y = cell % width, cell // width
        for w, h in shapes:
            mask = masks[w, h] << cell
            if (
                x + w <= width
                and y + h <= height
                and not taken & mask
                and can_hold(taken | mask, cell + 1, wanted - 1, waste)
            ):
                return True
        return waste > 0 and can_hold(taken | 1 << cell, cell + 1, wanted, waste - 1)

    return next(
        (wanted for wanted in range(limit, 0, -1) if can_hold(0, 0, wanted, width * height - wanted * a * b)), 0
    )


def count(room: Room, size: tuple[int, int]) -> int:
    try:
        return len(plan_most(room, size).placements)
    except LayoutOverflowError:
        return 0


rooms = st.builds(Room, st.integers(60, 2500), st.integers(60, 3600), st.integers(0, 60), st.integers(0, 60))


@settings(max_examples=300, deadline=None)
@given(rooms, st.tuples(st.integers(60, 900), st.integers(60, 900)))
def test_the_most_photos_of_one_size_lie_apart_on_the_paper_and_can_be_cut_free(
    room: Room, size: tuple[int, int]
) -> None:
    try:
        plan = plan_most(room, size)
    except LayoutOverflowError:
        assert min(size) + 2 * room.margin > min(room.width, room.height) or (
            max(size) + 2 * room.margin > max(room.width, room.height)
        )
        return
    assert_possible(plan, room)
    assert_cuts_free(plan.placements)
    assert {
        (photo.height, photo.width) if photo.turned else (photo.width, photo.height) for photo in plan.placements
    } == {size}


@settings(max_examples=200, deadline=None)
@given(
    st.integers(3, 26), st.integers(3, 26), st.integers(0, 2), st.integers(0, 2), st.integers(2, 9), st.integers(2, 9)
)
def test_the_count_is_the_best_that_straight_cuts_allow(
    width: int, height: int, margin: int, gap: int, a: int, b: int
) -> None:
    room = Room(width, height, margin, gap)
    usable = max(0, room.usable[0]), max(0, room.usable[1])
    assert count(room, (a, b)) == most_by_all_cuts(*usable, a + gap, b + gap)


def test_only_a_pinwheel_which_no_straight_cut_parts_ever_holds_more() -> None:
    sheets = [(w, h, a, b) for w in range(2, 7) for h in range(w, 7) for a in range(2, 4) for b in range(a, 5)]
    better = [sheet for sheet in sheets if most_of_all(*sheet) > count(Room(sheet[0], sheet[1], 0, 0), sheet[2:])]
    assert better == [(5, 5, 2, 3)]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("size", [(22, 32), (25, 35), (33, 48), (35, 45), (35, 49), (35, 53), (50.8, 50.8)])
@pytest.mark.parametrize("gap", [0, 1, 2, 3])
def test_every_paper_takes_every_common_size(paper: str, size: tuple[float, float], gap: float) -> None:
    sheet = get_paper(paper)
    room = Room(pixels(sheet.width_mm, 300), pixels(sheet.height_mm, 300), pixels(3, 300), pixels(gap, 300))
    plan = plan_most(room, (pixels(size[0], 300), pixels(size[1], 300)))
    assert_possible(plan, room)
    assert_cuts_free(plan.placements)


def test_a_grid_is_chosen_where_it_holds_as_many() -> None:
    room = Room(1795, 1205, 35, 24)
    plan = plan_most(room, (413, 531))
    assert not any(photo.turned for photo in plan.placements)
    assert len({photo.top for photo in plan.placements}) == 2


def test_photos_that_may_not_turn_do_not() -> None:
    room = Room(1205, 1795, 35, 24)
    assert len(plan_most(room, (295, 413)).placements) == 13
    upright = plan_most(room, (295, 413), may_turn=False)
    assert len(upright.placements) == 12
    assert not any(photo.turned for photo in upright.placements)


@settings(deadline=None)
@given(rooms, st.tuples(st.integers(60, 700), st.integers(60, 700)), st.integers(1, 8), st.integers(1, 8))
def test_rows_and_columns_are_met_or_what_fits_is_named(
    room: Room, size: tuple[int, int], rows: int, columns: int
) -> None:
    try:
        plan = plan_grid(room, size, rows, columns)
    except LayoutOverflowError as refusal:
        fits = refusal.details["fits"]
        assert isinstance(fits, dict)
        assert fits["most"] == count(room, size)
        assert all(fit["rows"] < rows or fit["columns"] < columns for fit in fits["grids"])
        return
    assert len(plan.placements) == rows * columns
    assert len({photo.left for photo in plan.placements}) == columns
    assert_possible(plan, room)


def test_rows_alone_get_as_many_columns_as_fit() -> None:
    plan = plan_grid(Room(1205, 1795, 35, 24), (295, 413), 2, None)
    assert len(plan.placements) == 6


@settings(max_examples=60, deadline=None)
@given(
    rooms,
    st.lists(
        st.tuples(st.integers(100, 700), st.integers(100, 700), st.one_of(st.none(), st.integers(1, 6))),
        min_size=1,
        max_size=3,
    ),
)
def test_photos_of_several_sizes_lie_apart_on_the_paper(room: Room, wanted: list[tuple[int, int, int | None]]) -> None:
    sizes, counts = [item[:2] for item in wanted], [item[2] for item in wanted]
    try:
        plan = plan_mixed(room, sizes, counts)
    except LayoutOverflowError as refusal:
        fits = refusal.details["fits"]
        assert isinstance(fits, list)
        assert any(fit < (needed or 1) for fit, needed in zip(fits, counts, strict=True))
        if any(fits):
            kept = [index for index, fit in enumerate(fits) if fit]
            plan_mixed(room, [sizes[index] for index in kept], [fits[index] for index in kept])
        return
    assert_possible(plan, room)
    assert_cuts_free(plan.placements)
    placed = [sum(photo.item == index for photo in plan.placements) for index in range(len(sizes))]
    assert all(needed is None or needed == there for needed, there in zip(counts, placed, strict=True))
    assert all(placed)


def test_photos_are_listed_as_one_reads() -> None:
    photos = plan_most(Room(1205, 1795, 35, 24), (295, 413), may_turn=False).placements
    assert all((one.top, one.left) < (other.top, other.left) for one, other in pairwise(photos))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("6inch", (102, 152)),
        ("六寸", (102, 152)),
        ("6 寸", (102, 152)),
        ("５寸", (89, 127)),
        ("a4", (210, 297)),
        ("letter", (215.9, 279.4)),
        ("2L", (127, 178)),
        ("3r", (89, 127)),
    ],
)
def test_a_paper_is_found_by_its_name(name: str, size: tuple[float, float]) -> None:
    paper = get_paper(name)
    assert (paper.width_mm, paper.height_mm) == size


def test_an_unknown_paper_is_refused_with_those_there_are() -> None:
    with pytest.raises(PaperUnknownError) as caught:
        get_paper("B5")
    assert "A4" in caught.value.details["allowed"]  # type: ignore[operator]
    with pytest.raises(PaperUnknownError):
        custom_paper(20, 100)
    assert custom_paper(150, 100).width_mm == 100


@pytest.mark.parametrize("wanted", [1, 7, 12, 13])
def test_so_many_photos_of_one_size_fit_as_long_as_the_most_do(wanted: int) -> None:
    room = Room(1205, 1795, 35, 24)
    plan = plan_mixed(room, [(295, 413)], [wanted])
    assert len(plan.placements) == wanted
    assert_possible(plan, room)
    assert_cuts_free(plan.placements)
    with pytest.raises(LayoutOverflowError) as caught:
        plan_mixed(room, [(295, 413)], [14])
    assert caught.value.details == {"given": [14], "fits": [13]}
