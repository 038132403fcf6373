"""Run the items of the table on a photo."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from math import isfinite

from idphoto.analysis import Analysis
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import CheckItem, Finding, NotApplicable, Ruling
from idphoto.checks.report import Item, Level, Report, Severity
from idphoto.checks.table import ITEMS, require_known
from idphoto.decode import Photo
from idphoto.specs import Spec

_logger = logging.getLogger(__name__)

_NO_FACE = NotApplicable(
    "Not measured: there is no face or person that it could be measured on.",
    "未检测：画面中没有可供检测的单人人像。",
)
_FAULT = NotApplicable(
    "Not measured: the measure failed on this photo.",
    "未检测：该项在此照片上检测失败。",
)


def check(
    photo: Photo,
    analysis: Analysis,
    level: Level | str = Level.BASIC,
    items: Sequence[CheckItem] = ITEMS,
    *,
    spec: Spec | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> Report:
    """Check a photo.

    Parameters
    ----------
    photo, analysis
        The photo and what :func:`idphoto.analysis.analyse` found in it.
    level
        ``"basic"``, ``"standard"`` or ``"strict"``. Basic is what a photo must meet to be made at all.
    items
        Rows to run; :func:`idphoto.checks.table.gate` has those that decide or remark at a level.
    spec
        What the photo is to become: its demands on single items are added.
    thresholds
        The caller's own limits by item code, in the unit of the item.

    Returns
    -------
    Report
        Every item, passed or not. An item for which there is no face is listed as not measured and does not
        block, since the missing face already does; one whose measure fails keeps its severity, so that an
        unchecked photo never counts as a checked one. One that does not apply counts as passed, and for nothing else.

    Raises
    ------
    CheckItemUnknownError
        A threshold is set for an item that does not exist.
    """
    level = Level(level)
    own = thresholds or {}
    require_known(own)
    evidence = Evidence(photo, analysis, spec)
    results = tuple(_run(item, evidence, item.ruling(level, spec, own.get(item.code))) for item in items)
    blocking = [result for result in results if result.severity is Severity.BLOCK]
    return Report(
        level=level,
        spec_id=spec.spec_id if spec else None,
        passed=all(result.passed for result in blocking),
        score=min((result.score for result in blocking), default=100),
        items=results,
    )


def _run(item: CheckItem, evidence: Evidence, ruling: Ruling) -> Item:
    try:
        finding = item.measure(evidence)
    except Exception:
        # One measure's defect must not take the others' results away.
        _logger.exception("check item %s failed", item.code)
        return _unmeasured(item, ruling, _FAULT)
    if finding is None:
        return _unmeasured(item, Ruling(ruling.limit, Severity.INFO), _NO_FACE)
    if isinstance(finding, NotApplicable):
        return _unmeasured(item, Ruling(ruling.limit, Severity.INFO), finding, passed=True)
    if not isfinite(finding.value):
        return _unmeasured(item, ruling, _FAULT)
    return _measured(item, finding, ruling)


def _measured(item: CheckItem, finding: Finding, ruling: Ruling) -> Item:
    passed = item.passes_limit(finding.value, ruling.limit)
    wording = (item.causes or {}).get(finding.cause or "", item.wording)
    shown = {"value": _shown(finding.value, item.unit), "threshold": _shown(ruling.limit, item.unit)}
    return Item(
        code=item.code,
        name=item.name,
        name_zh=item.name_zh,
        group=item.group,
        passed=passed,
        severity=ruling.severity,
        fault=None if passed else wording.fault,
        measured=True,
        score=item.score_at(finding.value, ruling.limit),
        value=round(finding.value, 3),
        unit=item.unit,
        threshold=ruling.limit,
        reason=None if passed else wording.reason.format(**shown),
        reason_zh=None if passed else wording.reason_zh.format(**shown),
        advice=None if passed else wording.advice,
        advice_zh=None if passed else wording.advice_zh,
        region=finding.region,
        reliability=item.reliability,
        iso=finding.iso,
    )


def _unmeasured(item: CheckItem, ruling: Ruling, why: NotApplicable, *, passed: bool = False) -> Item:
    return Item(
        code=item.code,
        name=item.name,
        name_zh=item.name_zh,
        group=item.group,
        passed=passed,
        severity=ruling.severity,
        fault=None,
        measured=False,
        score=100 if passed else 0,
        value=None,
        unit=item.unit,
        threshold=ruling.limit,
        reason=why.reason,
        reason_zh=why.reason_zh,
        advice=None,
        advice_zh=None,
        region=None,
        reliability=item.reliability,
    )


def _shown(value: float, unit: str) -> str:
    """Write a value with its unit the way a person reads it; counts and bare ratios stand alone."""
    number = f"{value:.0f}" if abs(value) >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")
    return {"px": f"{number} px", "%": f"{number} %", "°": f"{number}°"}.get(unit, number)
