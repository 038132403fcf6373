"""How a check item is written down: one measure, its limits, and what to say about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idphoto.checks.evidence import Evidence
from idphoto.checks.report import PASS_SCORE, Group, IsoQuality, Level, Region, Reliability, Severity
from idphoto.specs import Spec


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
    iso
        The standard's own measure of the same thing.
    """

    value: float
    region: Region | None = None
    cause: str | None = None
    iso: IsoQuality | None = None


@dataclass(frozen=True)
class NotApplicable:
    """The question does not arise on this photo; the item counts as passed.

    Attributes
    ----------
    reason, reason_zh
        Why, as a sentence.
    """

    reason: str
    reason_zh: str


@dataclass(frozen=True)
class Wording:
    """A fault and what is said about it; ``{value}`` and ``{threshold}`` are filled in with their unit."""

    fault: str
    reason: str
    reason_zh: str
    advice: str
    advice_zh: str


Measure = Callable[[Evidence], Finding | NotApplicable | None]
"""Measures one thing; None when there is no face that it could be measured on."""

BLOCK_ALWAYS = {Level.BASIC: Severity.BLOCK, Level.STANDARD: Severity.BLOCK, Level.STRICT: Severity.BLOCK}
BLOCK_FROM_STANDARD = BLOCK_ALWAYS | {Level.BASIC: Severity.WARN}
BLOCK_WHEN_STRICT = BLOCK_FROM_STANDARD | {Level.STANDARD: Severity.WARN}
INFO_UNTIL_STRICT = BLOCK_WHEN_STRICT | {Level.BASIC: Severity.INFO}
WARN_FROM_STANDARD = {Level.BASIC: Severity.INFO, Level.STANDARD: Severity.WARN, Level.STRICT: Severity.WARN}
WARN_ALWAYS = {Level.BASIC: Severity.WARN, Level.STANDARD: Severity.WARN, Level.STRICT: Severity.WARN}
INFO_ALWAYS = {Level.BASIC: Severity.INFO, Level.STANDARD: Severity.INFO, Level.STRICT: Severity.INFO}


@dataclass(frozen=True)
class Demand:
    """What a specification asks of an item beyond its usual limits; what is None stays as it is.

    Attributes
    ----------
    limit
        The last value that passes, at every level.
    severity
        What failing means.
    """

    limit: float | None = None
    severity: dict[Level, Severity] | None = None


@dataclass(frozen=True)
class Ruling:
    """By what a value of one item is judged in one check: its limit, and what failing means."""

    limit: float
    severity: Severity


@dataclass(frozen=True)
class CheckItem:
    """One row of the table of items.

    Attributes
    ----------
    worst, best
        The values that score 0 and 100; which of them is larger says in which direction the limit works.
    causes
        Wordings for faults that the measure tells apart.
    reliability
        How far the measure can be trusted; one of low reliability never blocks.
    iso
        Name of the measure of ISO/IEC 29794-5 that comes with the finding.
    demand
        Tells what a specification asks of this item.
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
    reliability: Reliability = Reliability.HIGH
    iso: str | None = None
    demand: Callable[[Spec], Demand] | None = None

    def ruling(self, level: Level, spec: Spec | None = None, threshold: float | None = None) -> Ruling:
        """Return by what a value is judged.

        A threshold of the caller's own goes before the specification's, and that before the level's. The caller who
        sets one means the item, so it counts as it does when strict.
        """
        demand = self.demand(spec) if self.demand and spec else Demand()
        severity = (demand.severity or self.severity)[Level.STRICT if threshold is not None else level]
        if threshold is not None:
            return Ruling(threshold, severity)
        return Ruling(self.limits.at(level) if demand.limit is None else demand.limit, severity)

    def passes(self, value: float, level: Level) -> bool:
        """Tell whether a value lies on the good side of the limit of a level."""
        return self.passes_limit(value, self.limits.at(level))

    def passes_limit(self, value: float, limit: float) -> bool:
        """Tell whether a value lies on the good side of a limit."""
        return value >= limit if self.best > self.worst else value <= limit

    def score(self, value: float, level: Level) -> int:
        """Map a value to 0..100 at the limit of a level; see :meth:`score_at`."""
        return self.score_at(value, self.limits.at(level))

    def score_at(self, value: float, limit: float) -> int:
        """Map a value to 0..100, linear from the worst to the limit (60) and from the limit to the best.

        A limit beyond the best or the worst value leaves no way on that side: all that passes is best, or all that
        fails is worst.
        """
        if self.passes_limit(value, limit):
            share = _part_of_way(limit, self.best, value) if self._is_between(limit, self.best) else 1.0
            return round(PASS_SCORE + (100 - PASS_SCORE) * min(1.0, share))
        share = _part_of_way(self.worst, limit, value) if self._is_between(self.worst, limit) else 0.0
        return min(PASS_SCORE - 1, round(PASS_SCORE * max(0.0, share)))

    def _is_between(self, worse: float, better: float) -> bool:
        return better > worse if self.best > self.worst else better < worse


def _part_of_way(start: float, end: float, value: float) -> float:
    return (value - start) / (end - start)
