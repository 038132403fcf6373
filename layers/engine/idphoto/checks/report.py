"""What a check answers: every item, passed or not, in a form that is stored and sent as it is."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

Region = tuple[int, int, int, int]
"""``x, y, width, height`` in px of the photo; parts of it may lie outside the photo."""

PASS_SCORE = 60
"""The score of a value that lies exactly on its limit."""


class Level(StrEnum):
    """How strict a check is."""

    BASIC = "basic"
    STANDARD = "standard"
    STRICT = "strict"


class Severity(StrEnum):
    """What a failed item means: the photo is refused, is taken with a remark, or nothing."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Group(StrEnum):
    """Which side of the photo an item looks at; also the order in which items are listed."""

    PERSON = "person"
    FRAMING = "framing"
    POSE = "pose"
    OCCLUSION = "occlusion"
    EXPRESSION = "expression"
    QUALITY = "quality"
    BACKGROUND = "background"
    FILE = "file"


class Reliability(StrEnum):
    """How far an item can be trusted; one of low reliability never refuses a photo."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class IsoQuality(BaseModel):
    """A quality component of ISO/IEC 29794-5, by the formula of its reference implementation (OFIQ).

    Attributes
    ----------
    name
        As the standard calls it.
    raw
        In the component's own unit.
    scalar
        0..100, 100 best.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    raw: float
    scalar: int = Field(ge=0, le=100)


class Item(BaseModel):
    """One item of a report.

    Attributes
    ----------
    code
        Stable name of what was looked at.
    fault
        Stable name of what is wrong; None when the item passed.
    measured
        False when the item could not be looked at, for want of a face for instance.
    score
        0..100; 60 lies exactly on the limit.
    value, threshold, unit
        The measure and its limit at the level of the report; ``value`` is None when not measured.
    region
        Where it was looked at.
    reliability
        How far the item can be trusted.
    iso
        What the standard's own measure gives, where it defines one; its scalar does not decide.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    name_zh: str
    group: Group
    passed: bool
    severity: Severity
    fault: str | None
    measured: bool
    score: int = Field(ge=0, le=100)
    value: float | None
    unit: str
    threshold: float
    reason: str | None
    reason_zh: str | None
    advice: str | None
    advice_zh: str | None
    region: Region | None
    reliability: Reliability = Reliability.HIGH
    iso: IsoQuality | None = None


class Report(BaseModel):
    """The result of a check.

    Attributes
    ----------
    spec_id
        The specification whose demands were added, if one was.
    passed
        No blocking item failed.
    score
        The lowest score of the blocking items: the photo is as good as its weakest point.
    items
        All items in a fixed order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Level
    spec_id: str | None = None
    passed: bool
    score: int = Field(ge=0, le=100)
    items: tuple[Item, ...]

    @property
    def blocking(self) -> tuple[Item, ...]:
        """The items for which the photo is refused, the worst first."""
        failed = [item for item in self.items if not item.passed and item.severity is Severity.BLOCK]
        return tuple(sorted(failed, key=lambda item: item.score))

    @property
    def remarks(self) -> tuple[Item, ...]:
        """The items that failed without blocking."""
        return tuple(item for item in self.items if not item.passed and item.severity is Severity.WARN)
