"""The best way through a matrix, from row to row, by dynamic programming."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto.arrays import F32

STEEPEST: Final = 3
"""Most columns that a smooth way moves aside from one row to the next."""


def best_ring(gain: F32, bend: int, bend_cost: float) -> NDArray[np.intp]:
    """Return the column to take in each row of a matrix whose rows go round, for the most gain at few steps aside.

    Viterbi's algorithm (1967) over two and a half rounds; the round in the middle does not depend on where they began.

    Parameters
    ----------
    gain
        ``(rows, columns)`` float32.
    bend
        Most columns between neighbouring rows.
    bend_cost
        What each of them costs.
    """
    rows, columns = gain.shape
    rounds = np.concatenate([gain, gain, gain[: rows // 2]])
    every, bends = np.arange(columns), np.arange(-bend, bend + 1)
    source = np.clip(every + bends[:, None], 0, columns - 1)
    cost = np.float32(bend_cost) * np.abs(source - every)
    total = rounds[0]
    back = np.zeros(rounds.shape, np.intp)
    for row in range(1, len(rounds)):
        options = total[source] - cost
        best = options.argmax(axis=0)
        back[row] = source[best, every]
        total = options[best, every] + rounds[row]
    path = np.zeros(len(rounds), np.intp)
    path[-1] = int(total.argmax())
    for row in range(len(rounds) - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    start = rows // 2
    return np.roll(path[start : start + rows], start)


def smooth_way(gain: F32, bend: float, *, closed: bool) -> NDArray[np.intp]:
    """Return the column to take in each row for the most gain, where each change of direction costs.

    Viterbi's algorithm (1967) over columns and slopes; a closed way is found over two rounds.

    Parameters
    ----------
    gain
        ``(rows, columns)`` float32.
    bend
        What a change of slope by one column a row costs.
    closed
        Whether the last row is followed by the first.
    """
    rows, columns = gain.shape
    rounds = np.concatenate([gain, gain]) if closed else gain
    slopes = np.arange(-STEEPEST, STEEPEST + 1)
    turns = np.array((-1, 0, 1))
    before = np.clip(slopes[:, None] + turns, -STEEPEST, STEEPEST) + STEEPEST
    source = np.arange(columns) - slopes[:, None]
    outside = np.where((source < 0) | (source >= columns), np.float32(-1e6), np.float32(0))
    source = np.clip(source, 0, columns - 1)
    # Where each state, a slope and a column, comes from with each turn, as a place in the flattened states.
    origin = before.T[:, :, None] * columns + source
    cost = np.float32(bend) * np.abs(turns).astype(np.float32)
    totals = np.empty((len(rounds), len(slopes), columns), np.float32)
    totals[0] = rounds[0]
    gains = rounds[:, None] + outside
    options = np.empty(origin.shape, np.float32)
    for row in range(1, len(rounds)):
        totals[row - 1].take(origin, out=options, mode="clip")
        options -= cost[:, None, None]
        np.add(np.maximum.reduce(options), gains[row], out=totals[row])
    way = np.empty(len(rounds), np.intp)
    slope, way[-1] = divmod(int(totals[-1].argmax()), columns)
    # Of a closed way the first half round hangs on where it began.
    start = rows // 2 if closed else 0
    for row in range(len(rounds) - 1, start, -1):
        origins = origin[:, slope, way[row]]
        best = int((totals[row - 1].take(origins) - cost).argmax())
        slope, way[row - 1] = divmod(int(origins[best]), columns)
    return np.roll(way[start : start + rows], start)
