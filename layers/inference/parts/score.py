"""How well classes are told: overlap and edges of each, and overlap by groups of persons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from parts.labels import GLASSES, NAMES

GROUPS = ("tone", "age", "gender", "race", "hair", "garment", "hat", "glasses", "extra")
"""What of the facts of a drawn person makes groups."""
HIDE_HAIR = ("scarf", "turban")
"""Hats under which hair has no type."""
BEHIND = 0.05
"""A group is behind if its intersection over union is so much lower than that of all."""
SAME_EDGE = 2
"""Cells of the parser's map within which edges are the same."""
SOLID = 127
"""Where more of 255 is the person's, a class is true."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What is said of a person beside what is true.

    Attributes
    ----------
    table
        ``(C, C + 1)``, how often a cell of a class (row) is said to be another (column); the last is no person.
    edges
        ``(C, 3)`` of each class: edge cells that are right, edge cells said, true edge cells.
    """

    table: np.ndarray
    edges: np.ndarray


def compare(said: np.ndarray, true: np.ndarray, reach: int) -> Comparison:
    """Compare what is said of a person with what is true.

    Parameters
    ----------
    said, true
        ``(H, W)`` int, classes; ``len(NAMES)`` where there is no person.
    reach
        Edges that lie no farther apart are the same, px.
    """
    here, count = true < len(NAMES), len(NAMES)
    table = np.bincount(true[here] * (count + 1) + said[here], minlength=count * (count + 1))
    edges = [_edges((said == c) & here, (true == c) & here, reach) for c in range(count)]
    return Comparison(table.reshape(count, -1), np.array(edges))


def truth_of(shares: np.ndarray) -> np.ndarray:
    """Return the true classes ``(H, W)`` of shares ``(C, H, W)``, 0..255."""
    return np.where(shares.sum(axis=0, dtype=int) > SOLID, shares.argmax(axis=0), len(NAMES))


class Tally:
    """What is said of many persons, by groups."""

    def __init__(self) -> None:
        self.groups: dict[str, list[np.ndarray]] = defaultdict(list)
        self.edges = np.zeros((len(NAMES), 3))

    def add(self, person: Comparison, facts: dict[str, object]) -> None:
        """Count a person of whom ``facts`` were drawn."""
        self.groups["all"].append(person.table)
        for key in GROUPS:
            if key != "hair" or facts["hat"] not in HIDE_HAIR:
                self.groups[f"{key}={str(facts[key]).split('+')[0]}"].append(person.table)
        self.edges += person.edges

    def overlaps(self) -> np.ndarray:
        """Intersection over union of each class."""
        return _overlaps(np.sum(self.groups["all"], axis=0))

    def score(self, group: str) -> float:
        """Intersection over union of the classes in a group, each weighed by how much there is of it."""
        table = np.sum(self.groups[group], axis=0)
        return float(np.average(_overlaps(table), weights=table.sum(axis=1)))

    def show(self) -> None:
        """Print overlap and edges of each class, and the score of each group."""
        each = self.overlaps()
        print("class        IoU   boundary F")
        for c, name in enumerate(NAMES):
            right, said_edge, true_edge = self.edges[c]
            print(f"{name:11s} {each[c]:.3f}  {2 * right / max(said_edge + true_edge, 1):.3f}")
        print(f"mean        {np.mean(each):.3f}, without glasses {np.mean(np.delete(each, GLASSES)):.3f}")
        least = self.score("all") - BEHIND
        for group in sorted(self.groups):
            score = self.score(group)
            print(f"{group:24s} {score:.3f}  of {len(self.groups[group])}{'  behind' if score < least else ''}")


def _overlaps(table: np.ndarray) -> np.ndarray:
    square = table[:, : len(table)]
    both = np.diag(square)
    return np.asarray(both / np.maximum(square.sum(axis=0) + table.sum(axis=1) - both, 1))


def _edges(said: np.ndarray, true: np.ndarray, reach: int) -> tuple[float, float, float]:
    """Edge cells within ``reach`` of the other's edge (mean of both ways), and the edge cells of each."""

    def border(mask: np.ndarray) -> np.ndarray:
        padded = np.pad(mask, 1, mode="edge")
        inner = padded[1:-1, 1:-1]
        return inner & ~(padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:])

    def near(mask: np.ndarray) -> np.ndarray:
        out = mask.copy()
        for _ in range(reach):
            grown = np.pad(out, 1)
            out = grown[1:-1, 1:-1] | grown[:-2, 1:-1] | grown[2:, 1:-1] | grown[1:-1, :-2] | grown[1:-1, 2:]
        return out

    a, b = border(said), border(true)
    return float((a & near(b)).sum() + (b & near(a)).sum()) / 2, float(a.sum()), float(b.sum())
