"""Run the items of the table on a photo."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from math import isfinite

from idphoto.analysis import Analysis
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import CheckItem, Finding
from idphoto.checks.report import Item, Level, Report, Severity
from idphoto.checks.table import ITEMS
from idphoto.decode import Photo

_logger = logging.getLogger(__name__)

_NO_FACE_REASON = "Not measured: there is no face or person that it could be measured on."
_NO_FACE_REASON_ZH = "未检测：画面中没有可供检测的单人人像。"
_FAULT_REASON = "Not measured: the measure failed on this photo."
_FAULT_REASON_ZH = "未检测：该项在此照片上检测失败。"


def check(
    photo: Photo, analysis: Analysis, level: Level | str = Level.BASIC, items: Sequence[CheckItem] = ITEMS
) -> Report:
    """Check a photo.

    Parameters
    ----------
    photo, analysis
        The photo and what :func:`idphoto.analysis.analyse` found in it.
    level
        ``"basic"``, ``"standard"`` or ``"strict"``. Basic is what a photo must meet to be made at all.
    items
        Rows to run.

    Returns
    -------
    Report
        Every item, passed or not. An item for which there is no face is listed as not measured and does not
        block, since the missing face already does; one whose measure fails keeps its severity, so that an
        unchecked photo never counts as a checked one.
    """
    level = Level(level)
    evidence = Evidence(photo, analysis)
    results = tuple(_run(item, evidence, level) for item in items)
    blocking = [result for result in results if result.severity is Severity.BLOCK]
    return Report(
        level=level,
        passed=all(result.passed for result in blocking),
        score=min((result.score for result in blocking), default=100),
        items=results,
    )


def _run(item: CheckItem, evidence: Evidence, level: Level) -> Item:
    try:
        finding = item.measure(evidence)
    except Exception:
        # One measure's defect must not take the others' results away.
        _logger.exception("check item %s failed", item.code)
        return _unmeasured(item, level, item.severity[level], _FAULT_REASON, _FAULT_REASON_ZH)
    if finding is None:
        return _unmeasured(item, level, Severity.INFO, _NO_FACE_REASON, _NO_FACE_REASON_ZH)
    if not isfinite(finding.value):
        return _unmeasured(item, level, item.severity[level], _FAULT_REASON, _FAULT_REASON_ZH)
    return _measured(item, finding, level)


def _measured(item: CheckItem, finding: Finding, level: Level) -> Item:
    passed = item.passes(finding.value, level)
    threshold = item.limits.at(level)
    wording = (item.causes or {}).get(finding.cause or "", item.wording)
    shown = {"value": _shown(finding.value, item.unit), "threshold": _shown(threshold, item.unit)}
    return Item(
        code=item.code,
        name=item.name,
        name_zh=item.name_zh,
        group=item.group,
        passed=passed,
        severity=item.severity[level],
        fault=None if passed else wording.fault,
        measured=True,
        score=item.score(finding.value, level),
        value=round(finding.value, 3),
        unit=item.unit,
        threshold=threshold,
        reason=None if passed else wording.reason.format(**shown),
        reason_zh=None if passed else wording.reason_zh.format(**shown),
        advice=None if passed else wording.advice,
        advice_zh=None if passed else wording.advice_zh,
        region=finding.region,
    )


def _unmeasured(item: CheckItem, level: Level, severity: Severity, reason: str, reason_zh: str) -> Item:
    return Item(
        code=item.code,
        name=item.name,
        name_zh=item.name_zh,
        group=item.group,
        passed=False,
        severity=severity,
        fault=None,
        measured=False,
        score=0,
        value=None,
        unit=item.unit,
        threshold=item.limits.at(level),
        reason=reason,
        reason_zh=reason_zh,
        advice=None,
        advice_zh=None,
        region=None,
    )


def _shown(value: float, unit: str) -> str:
    """Write a value with its unit the way a person reads it; counts and bare ratios stand alone."""
    number = f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
    return {"px": f"{number} px", "%": f"{number} %", "°": f"{number}°"}.get(unit, number)
