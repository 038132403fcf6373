"""The check: what an ID photo must show, measured item by item."""

from idphoto.checks.annotate import annotate
from idphoto.checks.report import Group, Item, Level, Report, Severity
from idphoto.checks.run import check

__all__ = ["Group", "Item", "Level", "Report", "Severity", "annotate", "check"]
