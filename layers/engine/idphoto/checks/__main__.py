"""Print the table of all items as Markdown: ``python -m idphoto.checks``; it stands in ``README.md`` beside this."""

from __future__ import annotations

import inspect

from idphoto.checks import iso
from idphoto.checks.item import CheckItem
from idphoto.checks.report import Level
from idphoto.checks.table import ITEMS

_HEAD = (
    "| code | name | 名称 | reliability | basic / standard / strict | fails | what is measured |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


def items_table() -> str:
    """Return one row an item."""
    return "\n".join((*_HEAD, *map(_row, ITEMS)))


def iso_table() -> str:
    """Return one row a measure of ISO/IEC 29794-5: by which item it is answered, or why not."""
    rows = [f"| {name} | by its formula, in `{_item_of(name)}` |" for name in iso.SCALARS]
    rows += [f"| {name} | missing: {why} |" for name, why in iso.MISSING.items()]
    return "\n".join(("| measure | here |", "| --- | --- |", *rows))


def _item_of(name: str) -> str:
    return next(item.code for item in ITEMS if item.iso == name)


def _row(item: CheckItem) -> str:
    limits = " / ".join(f"{item.limits.at(level):g}" for level in Level)
    severities = " / ".join(item.severity[level].value for level in Level)
    sign = "≥" if item.best > item.worst else "≤"
    unit = f" {item.unit}" if item.unit else ""
    cells = (
        f"`{item.code}`",
        item.name,
        item.name_zh,
        item.reliability.value,
        f"{sign} {limits}{unit}",
        severities,
        _first_sentence(item),
    )
    return f"| {' | '.join(cells)} |"


def _first_sentence(item: CheckItem) -> str:
    return (inspect.getdoc(item.measure) or "").split("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    print(items_table(), iso_table(), sep="\n\n")
