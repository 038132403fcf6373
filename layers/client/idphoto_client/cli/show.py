"""Answers as a person reads them in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Group, OverflowMethod, RenderableType
from rich.table import Table
from rich.text import Text

from idphoto_client._answers import (
    Chain,
    Check,
    Export,
    Frame,
    History,
    Item,
    Layout,
    Material,
    Report,
    Result,
    Step,
    Watermark,
)
from idphoto_client.cli.effects import Effect

MARKS = {True: ("✓", "green"), False: ("✗", "red")}
WARNING = ("!", "yellow")


def pick(lang: str, en: str, zh: str) -> str:
    """Return the text of a language."""
    return zh if lang == "zh" else en


def rows(pairs: Iterable[tuple[str, str | Text]]) -> Table:
    """Return names and values in two columns."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(name, value)
    return table


def listing(*columns: str, fixed: Sequence[int] = ()) -> Table:
    """Return an empty table; the columns of the numbers in ``fixed`` never wrap."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        overflow: OverflowMethod = "ellipsis" if number in fixed else "fold"
        table.add_column(column, no_wrap=number in fixed, overflow=overflow, min_width=cell_len(column))
    return table


def recipe(steps: Sequence[Step]) -> str:
    """Return a recipe in one line, with the one parameter of each step that tells most."""
    return " → ".join(" ".join(filter(None, (step.kind, main_value(step.params)))) for step in steps)


def main_value(params: Mapping[str, Any]) -> str:
    """Return what tells most of a step's parameters: its specification, colour, material, level or strength."""
    for name in ("spec_id", "color", "material_id", "level", "strength"):
        if params.get(name) is not None:
            return plain(params[name])
    spec = params.get("spec")
    return str(spec.get("spec_id", "")) if isinstance(spec, dict) else ""


def result(answer: Result, lang: str, files: Sequence[Path] = ()) -> RenderableType:
    """Return a result: what it is, its names, its remarks and the files that were written."""
    return rows(
        [
            *frame(answer.frame, lang),
            (pick(lang, "recipe", "步骤"), recipe(answer.recipe)),
            ("out_request_id", answer.out_request_id),
            ("mt_generate_id", answer.mt_generate_id),
            *notices(answer, lang),
            *written(files, lang),
        ]
    )


def frame(facts: Frame, lang: str) -> list[tuple[str, str]]:
    """Return the size and the head of a result."""
    size = f"{facts.width_px} × {facts.height_px} px, {facts.width_mm:g} × {facts.height_mm:g} mm, {facts.dpi:g} dpi"
    return [
        (pick(lang, "photo", "照片"), f"{facts.spec_id or pick(lang, 'custom', '自定义')}  {size}"),
        (pick(lang, "head", "头高"), f"{facts.head_height_px:.0f} px, {facts.head_height_mm:.1f} mm"),
    ]


def notices(answer: Result, lang: str) -> list[tuple[str, Text]]:
    """Return the remarks of a result."""
    name = pick(lang, "warning", "提示")
    return [(name, Text(pick(lang, told.message, told.message_zh), "yellow")) for told in answer.warnings]


def written(files: Sequence[Path], lang: str) -> list[tuple[str, str]]:
    """Return the files that were written, with their sizes."""
    told = pick(lang, "written", "已写入")
    return [(told, f"{file}  {file.stat().st_size:,} {pick(lang, 'bytes', '字节')}") for file in files]


def chain(answer: Chain, lang: str, files: Sequence[Path]) -> RenderableType:
    """Return the end of a chain: the result, the score of its check and the time of its states."""
    told: list[tuple[str, str]] = []
    if answer.check:
        told.append((pick(lang, "check", "检测"), f"{answer.check.score}/100"))
    spent = ", ".join(f"{step.state} {step.ms:.0f}" for step in answer.steps)
    told.append((pick(lang, "time, ms", "耗时，毫秒"), spent))
    return Group(rows(told), *([result(answer.result, lang, files)] if answer.result else []))


def check(answer: Check, lang: str, *, every: bool) -> RenderableType:
    """Return what a check found: what there is to mind, or every item, and what to do about it."""
    items = answer.report.items
    table = listing(
        "",
        pick(lang, "item", "检测项"),
        pick(lang, "value", "数值"),
        pick(lang, "limit", "限值"),
        "0–100",
        "",
        fixed=(0, 4),
    )
    for item in items if every else [item for item in items if not item.passed]:
        sign, style = mark(item)
        table.add_row(
            Text(sign, style),
            Text(pick(lang, item.name, item.name_zh), "" if item.passed else style),
            quantity(item.value, item.unit),
            quantity(item.threshold, item.unit) if item.measured else "",
            str(item.score) if item.measured else "–",
            Text(item.code, "dim"),
        )
    verdict = (
        Text(pick(lang, "✓ passed", "✓ 通过"), "bold green")
        if answer.passed
        else Text(pick(lang, "✗ refused", "✗ 未通过"), "bold red")
    )
    good = sum(item.passed for item in items)
    told = pick(lang, f"{good} of {len(items)} items", f"{len(items)} 项中 {good} 项通过")
    more = "" if every or good == 0 else pick(lang, ", --all lists them", "，--all 列出全部")
    verdict.append(f"  {answer.score}/100, {answer.report.level}, {told}{more}", "dim")
    shown = [table, faults(answer.report, lang)] if table.row_count else []
    return Group(*shown, verdict, rows([("check_id", answer.check_id)]))


def mark(item: Item) -> tuple[str, str]:
    """Return the sign of an item and its colour."""
    if not item.measured and item.passed:
        return "–", "dim"
    return MARKS[item.passed] if item.passed or item.severity == "block" else WARNING


def quantity(value: float | None, unit: str) -> str:
    """Return a value with its unit; nothing for none."""
    return "" if value is None else f"{value:.4g} {unit}".strip()


def faults(report: Report, lang: str) -> RenderableType:
    """Return what is wrong and what to do about it, blocking faults first."""
    failed = sorted((item for item in report.items if item.fault), key=lambda item: item.severity != "block")
    table = Table.grid(padding=(0, 1))
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for item in failed:
        reason = pick(lang, f"{item.reason} {item.advice}", f"{item.reason_zh}{item.advice_zh}")
        table.add_row(" ", Text(*mark(item)), Text(item.fault or "", "bold"), Text(reason))
    return table


def details(facts: Mapping[str, Any]) -> RenderableType:
    """Return the details of a refusal, a row a field."""
    return rows((f"  {name}", Text(plain(value))) for name, value in facts.items())


def plain(value: object) -> str:
    """Return a JSON value as a person writes it."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def history(answer: History, lang: str, *, wide: bool) -> RenderableType:
    """Return a photo's steps, numbered as ``return`` takes them; with their ids where the terminal is wide."""
    columns = ["", "#", pick(lang, "time", "时间"), pick(lang, "call", "操作"), pick(lang, "photo", "照片")]
    table = listing(*columns, *(["mt_generate_id"] if wide else []), fixed=(0, 1, 2, 5))
    for number, step in enumerate(answer.steps, 1):
        cells: list[str | Text] = [
            Text("●" if step.current else "", "green"),
            str(number),
            _time(step.created_ms / 1000, "%m-%d %H:%M:%S"),
            step.effect,
            recipe(step.recipe),
            *([step.mt_generate_id] if wide else []),
        ]
        table.add_row(*cells, style="bold" if step.current else "")
    kept = (pick(lang, "kept until", "保留至"), _time(answer.expires_at, "%Y-%m-%d %H:%M"))
    return Group(table, rows([("out_request_id", answer.out_request_id), kept]))


def _time(seconds: float, form: str) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime(form)


def specs(found: Sequence[Mapping[str, Any]], total: int, lang: str) -> RenderableType:
    """Return a page of specifications."""
    table = listing(
        "spec_id", pick(lang, "name", "名称"), "mm", "px", "dpi", pick(lang, "background", "背景"), fixed=(0, 2, 3, 4)
    )
    for spec in found:
        table.add_row(
            spec["spec_id"],
            pick(lang, spec["name"], spec["name_zh"]),
            f"{spec['width_mm']:g}×{spec['height_mm']:g}",
            f"{spec['width_px']}×{spec['height_px']}",
            f"{spec['dpi']:g}",
            swatches(spec["backgrounds"]),
        )
    return Group(table, Text(pick(lang, f"{len(found)} of {total}", f"{len(found)} / {total} 个"), "dim"))


def swatches(colors: Sequence[str]) -> Text:
    """Return colours as a patch beside their hex code."""
    text = Text()
    for color in colors:
        text.append("■ ", color).append(f"{color} ")
    return text


def watermarks(found: Sequence[Watermark], lang: str) -> RenderableType:
    """Return watermarks with how they are laid."""
    table = listing("watermark_id", pick(lang, "name", "名称"), pick(lang, "laid", "样式"), fixed=(0,))
    for watermark in found:
        laid = watermark.settings
        table.add_row(
            watermark.watermark_id,
            watermark.name,
            f"{pick(lang, 'tiled', '平铺') if laid.tiled else pick(lang, 'once', '单个')}, "
            f"{laid.opacity:.0%}, {laid.angle:g}°",
        )
    return table


def effects(found: Sequence[Effect], lang: str, *, whole: bool) -> RenderableType:
    """Return effects with their parameters, and with all that is said of them when it is one that was asked for."""
    table = listing(
        pick(lang, "effect", "效果"),
        pick(lang, "parameter", "参数"),
        pick(lang, "values", "取值"),
        pick(lang, "default", "默认"),
        "",
        fixed=(0, 1),
    )
    for effect in found:
        name = Text(effect.kind, "bold")
        for parameter in effect.parameters:
            sign = Text(parameter.name, "green" if parameter == effect.main else "")
            default = "" if parameter.default is None else plain(parameter.default)
            table.add_row(name, sign, parameter.allowed, default, parameter.description)
            name = Text("")
    hint = pick(lang, "green: the parameter of a lone value, --skin 60", "绿色：单个取值对应的参数，如 --skin 60")
    told = [Text(f"{effect.summary}. {effect.description}".rstrip()) for effect in found] if whole else []
    return Group(*told, table, Text(hint, "dim"))


def materials(found: Sequence[Material], lang: str) -> RenderableType:
    """Return materials with the effect that takes them."""
    table = listing(
        "material_id",
        pick(lang, "effect", "效果"),
        pick(lang, "name", "名称"),
        pick(lang, "colours", "颜色"),
        pick(lang, "tags", "标签"),
        fixed=(0, 1),
    )
    for one in found:
        name = pick(lang, one.name, one.name_zh)
        table.add_row(one.material_id, one.kind, name, _colors(one), ", ".join(one.tags))
    return table


def material(one: Material, lang: str, files: Sequence[Path] = ()) -> RenderableType:
    """Return all that is known of a material, and what would make one of yours better."""
    told = [
        ("material_id", one.material_id),
        (pick(lang, "effect", "效果"), one.kind),
        (pick(lang, "name", "名称"), pick(lang, one.name, one.name_zh)),
        (pick(lang, "tags", "标签"), ", ".join(one.tags) or "–"),
        (pick(lang, "licence", "许可"), one.licence or "–"),
    ]
    if one.colors:
        told.append((pick(lang, "colours", "颜色"), ", ".join(color.id for color in one.colors)))
    if one.report:
        usable = {"good": pick(lang, "good", "良好"), "fair": pick(lang, "fair", "可用")}
        told.append((pick(lang, "quality", "质量"), f"{usable[one.report.usable]}, {one.report.score:.0f}"))
    remarks = one.report.findings if one.report else []
    notes = [Text(f"  ! {pick(lang, remark.message, remark.message_zh)}", "yellow") for remark in remarks]
    return Group(rows([*told, *written(files, lang)]), *notes)


def _colors(one: Material) -> Text:
    text = Text()
    for color in one.colors:
        text.append("■", color.color).append(f" {color.id} ")
    return text


def export(answer: Export, lang: str, files: Sequence[Path | None]) -> RenderableType:
    """Return the exported files with what was measured on them, what to know of each, and why one is missing."""
    table = listing(
        "", pick(lang, "file", "文件"), "px", "dpi", "KB", pick(lang, "quality", "质量"), fixed=(0, 2, 3, 4, 5)
    )
    notes: list[RenderableType] = []
    for entry, file in zip(answer.files, files, strict=True):
        if entry.file is None or file is None:
            error = entry.error or {}
            table.add_row(Text("✗", "red"), str(error.get("code")))
            notes.append(Text(f"  {pick(lang, error.get('message', ''), error.get('message_zh', ''))}"))
            continue
        made = entry.file
        size = f"{made.image.width}×{made.image.height}"
        kilobytes = f"{made.image.bytes / 1000:.1f}"
        sign = Text(*MARKS[made.photo_check.passed])
        table.add_row(sign, str(file), size, str(made.dpi), kilobytes, str(made.quality or "–"))
        told = [pick(lang, notice.message, notice.message_zh) for notice in made.warnings]
        notes += [Text(f"  ! {file.name}: {line}", "yellow") for line in told]
        notes.append(faults(made.photo_check, lang))
    return Group(table, *notes)


def layout(answer: Layout, lang: str, files: Sequence[Path]) -> RenderableType:
    """Return a print sheet: its paper, how many photos it holds, and the files that were written."""
    paper = f"{answer.paper}  {answer.width_mm:g} × {answer.height_mm:g} mm"
    return rows(
        [
            (pick(lang, "paper", "纸张"), paper),
            (pick(lang, "photos", "照片数"), str(answer.count)),
            *written(files, lang),
        ]
    )
