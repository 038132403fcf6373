"""The layout: where photos lie on a sheet, in whole pixels, so that straight cuts from edge to edge free them all.

Photos are cut apart with a guillotine or a rotary trimmer, which cuts a sheet from one edge to the other. So a layout
is a sheet cut into two, each of which is cut again, until every piece is a photo; among those, the one with the most
photos is found exactly. A grid is chosen where it holds as many, with all photos the same way round.

A gap between photos is added to the right of and below each, and once to the sheet; then photos simply touch.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from idphoto.errors import NotFeasibleError

Size = tuple[int, int]
"""Width and height, px."""

MOST_PHOTOS: Final = 400
"""On one sheet: an A4 full of the smallest photo that is offered, 10 x 10 mm, has 540 and nobody to cut them."""


class LayoutOverflowError(NotFeasibleError):
    """The sheet is too small for what was asked for."""

    code = "LAYOUT_OVERFLOW"
    message = "So many photos do not fit on this paper; details.fits says what does."
    message_zh = "相纸放不下这么多照片，details.fits 中给出了可放下的数量。"


@dataclass(frozen=True)
class Placement:
    """A photo on a sheet.

    Attributes
    ----------
    item
        Which of the photos that were asked for.
    left, top, width, height
        As it lies, px.
    turned
        Whether it lies on its side, by a quarter turn.
    """

    item: int
    left: int
    top: int
    width: int
    height: int
    turned: bool

    @property
    def right(self) -> int:
        """First column to the right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.top + self.height


@dataclass(frozen=True)
class Plan:
    """A layout.

    Attributes
    ----------
    width, height
        Of the sheet as it is printed, px.
    placements
        In reading order.
    """

    width: int
    height: int
    placements: tuple[Placement, ...]


@dataclass(frozen=True)
class Room:
    """A sheet and what has to stay free on it, px.

    Attributes
    ----------
    width, height
        Of the sheet, upright.
    margin
        Along all four edges.
    gap
        Between two photos.
    """

    width: int
    height: int
    margin: int
    gap: int

    @property
    def ways_round(self) -> tuple[Room, ...]:
        """The sheet upright and on its side."""
        turned = Room(self.height, self.width, self.margin, self.gap)
        return (self,) if self.width == self.height else (self, turned)

    @property
    def usable(self) -> Size:
        """Width and height for photos with one gap each."""
        return self.width - 2 * self.margin + self.gap, self.height - 2 * self.margin + self.gap


def plan_most(room: Room, size: Size, *, may_turn: bool = True) -> Plan:
    """Return the layout with the most photos of one size.

    Raises
    ------
    LayoutOverflowError
        Not even one fits.
    """
    grids = [(way, _grid_that_fits(way, size)) for way in room.ways_round]
    way, (columns, rows) = max(grids, key=lambda pair: pair[1][0] * pair[1][1])
    best = columns * rows
    if best > MOST_PHOTOS:
        return _grid(way, size, columns, max(1, MOST_PHOTOS // columns))
    if may_turn:
        ways = [(other, _cut_most(other, size)) for other in room.ways_round]
        other, pieces = min(ways, key=lambda pair: (-len(pair[1]), sum(piece.turned for piece in pair[1])))
        if len(pieces) > best:
            return _centred(other, pieces)
    if best == 0:
        raise LayoutOverflowError(given=1, fits=0)
    return _grid(way, size, columns, rows)


def plan_grid(room: Room, size: Size, rows: int | None, columns: int | None, *, may_turn: bool = True) -> Plan:
    """Return the layout of so many rows and columns; as many as fit where one of them is not given.

    Raises
    ------
    LayoutOverflowError
        With what fits in its details, for each way round of the sheet and of the photos.
    """
    fits = []
    for way, turned in itertools.product(room.ways_round, (False, True) if may_turn else (False,)):
        most_columns, most_rows = _grid_that_fits(way, size[::-1] if turned else size)
        if most_columns and most_rows and (columns or 1) <= most_columns and (rows or 1) <= most_rows:
            return _grid(way, size, columns or most_columns, rows or most_rows, turned=turned)
        fits.append({"rows": most_rows, "columns": most_columns})
    best = _most_or_none(room, size, may_turn=may_turn)
    most = len(best.placements) if best else 0
    raise LayoutOverflowError(
        given={"rows": rows, "columns": columns},
        fits={"grids": [fit for fit in fits if fit["rows"] and fit["columns"]], "most": most},
    )


def plan_mixed(room: Room, sizes: Sequence[Size], counts: Sequence[int | None], *, may_turn: bool = True) -> Plan:
    """Return a layout of photos of several sizes.

    Parameters
    ----------
    sizes
        Of each item.
    counts
        How many of each are asked for; None for as many as the sheet has left, taken in turns.

    Raises
    ------
    LayoutOverflowError
        With the number of each item that does fit.
    """
    if len(sizes) == 1:
        return _plan_some(room, sizes[0], counts[0], may_turn=may_turn)
    wanted = [1 if count is None else count for count in counts]
    plan = _packed(room, sizes, wanted, may_turn=may_turn)
    if plan is None:
        raise LayoutOverflowError(given=wanted, fits=_what_fits(room, sizes, wanted, may_turn=may_turn))
    growing = [item for item, count in enumerate(counts) if count is None]
    while growing and sum(wanted) < MOST_PHOTOS:
        item = min(growing, key=lambda index: wanted[index])
        wanted[item] += 1
        larger = _packed(room, sizes, wanted, may_turn=may_turn)
        if larger is None:
            wanted[item] -= 1
            growing.remove(item)
        else:
            plan = larger
    return plan


def _plan_some(room: Room, size: Size, count: int | None, *, may_turn: bool) -> Plan:
    """Return the layout of so many photos of one size: the first ones of the layout that holds most."""
    most = _most_or_none(room, size, may_turn=may_turn)
    if most is None or (count or 1) > len(most.placements):
        raise LayoutOverflowError(given=[count or 1], fits=[len(most.placements) if most else 0])
    way = room if (room.width, room.height) == (most.width, most.height) else room.ways_round[-1]
    return _centred(way, most.placements[:count])


# --- grids


def _grid_that_fits(room: Room, size: Size) -> Size:
    """Columns and rows, 0 where not one fits."""
    columns, rows = (max(0, whole // (side + room.gap)) for whole, side in zip(room.usable, size, strict=True))
    return (columns, rows) if columns and rows else (0, 0)


def _grid(room: Room, size: Size, columns: int, rows: int, *, turned: bool = False) -> Plan:
    width, height = size[::-1] if turned else size
    pieces = [
        Placement(0, column * (width + room.gap), row * (height + room.gap), width, height, turned)
        for row in range(rows)
        for column in range(columns)
    ]
    return _centred(room, pieces)


def _centred(room: Room, pieces: Iterable[Placement]) -> Plan:
    """Move the photos together to the middle of the sheet."""
    placed = sorted(pieces, key=lambda piece: (piece.top, piece.left))
    across = (room.width - max(piece.right for piece in placed) - min(piece.left for piece in placed)) // 2
    down = (room.height - max(piece.bottom for piece in placed) - min(piece.top for piece in placed)) // 2
    moved = (
        Placement(piece.item, piece.left + across, piece.top + down, piece.width, piece.height, piece.turned)
        for piece in placed
    )
    return Plan(room.width, room.height, tuple(moved))


# --- the most photos of one size


def _most_or_none(room: Room, size: Size, *, may_turn: bool) -> Plan | None:
    try:
        return plan_most(room, size, may_turn=may_turn)
    except LayoutOverflowError:
        return None


def _cut_most(room: Room, size: Size) -> list[Placement]:
    """Return the most photos that straight cuts free, without their place in the middle."""
    width, height = size[0] + room.gap, size[1] + room.gap
    cuts = _Cuts(width, height)
    pieces = cuts.pieces(*room.usable)
    return [Placement(0, left, top, *(size[::-1] if turned else size), turned) for left, top, turned in pieces]


class _Cuts:
    """The best way to cut sheets into photos that touch.

    After Beasley, Algorithms for unconstrained two-dimensional guillotine cutting, 1985, for one piece, turned or not.
    A cut can always be moved until it touches photos on its left, so only sums of the photo's sides are tried. What
    remains is ``most(w, h) = max over cuts of the sum of both parts``, for few enough parts to keep them all.
    """

    def __init__(self, width: int, height: int) -> None:
        self._sides = (width, height)
        self._area = width * height
        self._known: dict[Size, tuple[int, tuple[str, int] | None]] = {}

    def pieces(self, width: int, height: int) -> Iterator[tuple[int, int, bool]]:
        """Left, top and whether turned, of each photo of the best way."""
        return self._read(width, height, 0, 0)

    def _read(self, width: int, height: int, left: int, top: int) -> Iterator[tuple[int, int, bool]]:
        width, height = self._reduced(width), self._reduced(height)
        count, cut = self._most(width, height)
        if count == 0:
            return
        if cut is None:
            short_way = self._sides[0] <= width and self._sides[1] <= height
            yield left, top, not short_way
        elif cut[0] == "across":
            yield from self._read(cut[1], height, left, top)
            yield from self._read(width - cut[1], height, left + cut[1], top)
        else:
            yield from self._read(width, cut[1], left, top)
            yield from self._read(width, height - cut[1], left, top + cut[1])

    def _reduced(self, length: int) -> int:
        """Return the largest sum of sides that fits into a length; the rest is waste in any case."""
        return _largest_sum(self._sides, max(length, 0))

    def _most(self, width: int, height: int) -> tuple[int, tuple[str, int] | None]:
        key = (width, height)
        if key not in self._known:
            self._known[key] = self._search(width, height)
        return self._known[key]

    def _search(self, width: int, height: int) -> tuple[int, tuple[str, int] | None]:
        a, b = self._sides
        best, cut = (1 if (a <= width and b <= height) or (b <= width and a <= height) else 0), None
        limit = width * height // self._area
        for at in _sums(self._sides, width // 2):
            if best < limit and (count := self._count(at, height) + self._count(width - at, height)) > best:
                best, cut = count, ("across", at)
        for at in _sums(self._sides, height // 2):
            if best < limit and (count := self._count(width, at) + self._count(width, height - at)) > best:
                best, cut = count, ("down", at)
        return best, cut

    def _count(self, width: int, height: int) -> int:
        return self._most(self._reduced(width), self._reduced(height))[0]


@lru_cache(maxsize=256)
def _sums(sides: Size, limit: int) -> tuple[int, ...]:
    """All positive sums of sides up to a limit, ascending."""
    short, long = sorted(sides)
    sums = {a * short + b * long for a in range(limit // short + 1) for b in range((limit - a * short) // long + 1)}
    return tuple(sorted(sums - {0}))


@lru_cache(maxsize=4096)
def _largest_sum(sides: Size, limit: int) -> int:
    short, long = sorted(sides)
    return max(
        (b * long + (limit - b * long) // short * short for b in range(limit // long + 1)),
        default=0,
    )


# --- photos of several sizes


def _packed(room: Room, sizes: Sequence[Size], counts: Sequence[int], *, may_turn: bool) -> Plan | None:
    """Return a layout of so many photos of each size, or None where none was found.

    Every way round of every item is tried, with two rules for what is cut first; photos are placed from the largest to
    the smallest, each into the piece that it fills best.
    """
    room_for = room.usable[0] * room.usable[1]
    areas = [(width + room.gap) * (height + room.gap) for width, height in sizes]
    if sum(area * count for area, count in zip(areas, counts, strict=True)) > room_for:
        return None
    ways = itertools.product(*((False, True) if may_turn and width != height else (False,) for width, height in sizes))
    for turns, way, across_first in itertools.product(sorted(ways, key=sum), room.ways_round, (False, True)):
        pieces = _place_all(way, sizes, counts, turns, across_first=across_first)
        if pieces:
            return _centred(way, pieces)
    return None


def _place_all(
    room: Room, sizes: Sequence[Size], counts: Sequence[int], turns: Sequence[bool], *, across_first: bool
) -> list[Placement] | None:
    free = [(0, 0, *room.usable)]
    placed = []
    lying = [size[::-1] if turned else size for size, turned in zip(sizes, turns, strict=True)]
    side = 0 if across_first else 1
    for item in sorted(range(len(sizes)), key=lambda index: (-lying[index][side], index)):
        width, height = lying[item]
        needed = (width + room.gap, height + room.gap)
        for _ in range(counts[item]):
            fitting = [piece for piece in free if piece[2] >= needed[0] and piece[3] >= needed[1]]
            if not fitting:
                return None
            chosen = min(fitting, key=lambda piece: (piece[1], piece[0]) if not across_first else (piece[0], piece[1]))
            free.remove(chosen)
            left, top = chosen[:2]
            placed.append(Placement(item, left, top, width, height, turns[item]))
            free += _halves(chosen, needed, across_first=across_first)
    return placed


def _halves(piece: tuple[int, int, int, int], used: Size, *, across_first: bool) -> list[tuple[int, int, int, int]]:
    """Return what is left of a piece after a photo is cut out of its corner by two straight cuts."""
    left, top, width, height = piece
    if across_first:
        rest = [
            (left, top + used[1], used[0], height - used[1]),
            (left + used[0], top, width - used[0], height),
        ]
    else:
        rest = [
            (left + used[0], top, width - used[0], used[1]),
            (left, top + used[1], width, height - used[1]),
        ]
    return [part for part in rest if part[2] > 0 and part[3] > 0]


def _what_fits(room: Room, sizes: Sequence[Size], wanted: Sequence[int], *, may_turn: bool) -> list[int]:
    """How many of each item fit: photos are taken in turns, as long as they do."""
    counts = [0] * len(sizes)
    growing = [item for item, count in enumerate(wanted) if count]
    while growing:
        item = min(growing, key=lambda index: counts[index])
        counts[item] += 1
        if counts[item] > wanted[item] or _packed(room, sizes, counts, may_turn=may_turn) is None:
            counts[item] -= 1
            growing.remove(item)
    return counts
