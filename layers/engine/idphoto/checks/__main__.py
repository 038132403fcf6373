"""Write the tables of ``README.md`` beside this from the items themselves: ``python -m idphoto.checks``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from idphoto.checks import iso
from idphoto.checks.item import CheckItem
from idphoto.checks.report import Level
from idphoto.checks.table import ITEMS

README: Final = Path(__file__).with_name("README.md")

_ITEMS_HEAD: Final = ("code", "name", "名称", "reliability", "limit: basic / standard / strict", "fails as", "measure")
_ISO_HEAD: Final = ("measure", "here")


def with_tables(text: str) -> str:
    """Return the text with both tables between their marks."""
    for mark, table in (("items", items_table()), ("iso", iso_table())):
        text = re.sub(rf"(<!-- {mark}\b.*? -->\n).*?(<!-- end -->)", rf"\1{table}\n\2", text, flags=re.DOTALL)
    return text


def items_table() -> str:
    """Return one row an item."""
    return _table(_ITEMS_HEAD, [_row(item) for item in ITEMS])


def iso_table() -> str:
    """Return one row a measure of ISO/IEC 29794-5: which item gives it, or why none does."""
    rows = [(name, f"by its formula, in `{_item_of(name)}`") for name in iso.SCALARS]
    rows += [(name, f"missing: {why}") for name, why in iso.MISSING.items()]
    return _table(_ISO_HEAD, rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows))


def _item_of(name: str) -> str:
    return next(item.code for item in ITEMS if item.iso == name)


def _row(item: CheckItem) -> tuple[str, ...]:
    sign = "at least" if item.best > item.worst else "at most"
    limits = " / ".join(f"{item.limits.at(level):g}" for level in Level)
    return (
        f"`{item.code}`",
        item.name,
        item.name_zh,
        item.reliability.value,
        f"{sign} {limits} {item.unit}".rstrip(),
        " / ".join(item.severity[level].value for level in Level),
        (inspect.getdoc(item.measure) or "").split("\n\n")[0].replace("\n", " "),
    )


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
