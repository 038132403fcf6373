"""How a check item is written down: one measure, its limits, and what to say about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idphoto.checks.evidence import Evidence
from idphoto.checks.report import PASS_SCORE, Group, Level, Region, Severity


@dataclass(frozen=True)
class Limits:
    """The last value that passes, for each level."""

    basic: float
    standard: float
    strict: float

    def at(self, level: Level) -> float:
        """Return the limit of a level."""
        return {Level.BASIC: self.basic, Level.STANDARD: self.standard, Level.STRICT: self.strict}[level]


@dataclass(frozen=True)
class Finding:
    """What a measure found.

    Attributes
    ----------
    value
        In the unit of the item.
    region
        Where, in px of the photo.
    cause
        Key into the item's :attr:`CheckItem.causes` when the measure can tell which fault it is.
    """

    value: float
    region: Region | None = None
    cause: str | None = None


@dataclass(frozen=True)
class Wording:
    """A fault and what is said about it; ``{value}`` and ``{threshold}`` are filled in with their unit."""

    fault: str
    reason: str
    reason_zh: str
    advice: str
    advice_zh: str


Measure = Callable[[Evidence], Finding | None]
"""Measures one thing; None when it cannot be measured on this photo."""

BLOCK_ALWAYS = {Level.BASIC: Severity.BLOCK, Level.STANDARD: Severity.BLOCK, Level.STRICT: Severity.BLOCK}
BLOCK_FROM_STANDARD = BLOCK_ALWAYS | {Level.BASIC: Severity.WARN}
BLOCK_WHEN_STRICT = BLOCK_FROM_STANDARD | {Level.STANDARD: Severity.WARN}


@dataclass(frozen=True)
class CheckItem:
    """One row of the table of items.

    Attributes
    ----------
    worst, best
        The values that score 0 and 100; which of them is larger says in which direction the limit works.
    causes
        Wordings for faults that the measure tells apart.
    """

    code: str
    group: Group
    name: str
    name_zh: str
    unit: str
    measure: Measure
    limits: Limits
    worst: float
    best: float
    severity: dict[Level, Severity]
    wording: Wording
    causes: dict[str, Wording] | None = None

    def passes(self, value: float, level: Level) -> bool:
        """Tell whether a value lies on the good side of the limit of a level."""
        limit = self.limits.at(level)
        return value >= limit if self.best > self.worst else value <= limit

    def score(self, value: float, level: Level) -> int:
        """Map a value to 0..100, linear from the worst to the limit (60) and from the limit to the best."""
        limit = self.limits.at(level)
        if self.passes(value, level):
            span = self.best - limit
            share = min(1.0, (value - limit) / span) if span else 1.0
            return round(PASS_SCORE + (100 - PASS_SCORE) * share)
        share = (value - self.worst) / (limit - self.worst)
        return min(PASS_SCORE - 1, round(PASS_SCORE * max(0.0, share)))
