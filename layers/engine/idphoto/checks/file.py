"""The file as it came: format, bytes, resolution. A source is made anew, so none of them refuses it."""

from __future__ import annotations

from typing import Final

from idphoto.checks.evidence import Evidence
from idphoto.checks.item import INFO_ALWAYS, CheckItem, Finding, Limits, NotApplicable, Wording
from idphoto.checks.report import Group
from idphoto.decode import MAX_BYTES

OFFICIAL_FORMATS: Final = ("jpeg", "png")
"""Offices take JPEG, a few PNG; a phone's HEIC has to be converted first, which making the photo does."""

KILOBYTE: Final = 1000
FILE_KB_LEAST = Limits(15.0, 30.0, 60.0)
"""kB. Smaller files are thumbnails, or have lost detail to compression: 15 is what a one-inch photo of 295 x 413 px
takes at a poor quality."""

FILE_DPI_LEAST = Limits(72.0, 300.0, 300.0)
"""Pixels per inch that the file states; prints are ordered at 300."""

ASPECT_MOST = Limits(2.4, 2.0, 1.8)
"""Longer over shorter side. Cameras make 1.33 to 1.78; a screenshot of a phone has 2.2."""


def official_format(evidence: Evidence) -> Finding | None:
    """Tell whether an office would take the file's format: 1 or 0."""
    allowed = (evidence.spec.format,) if evidence.spec else OFFICIAL_FORMATS
    return Finding(float(evidence.photo.format in allowed))


def kilobytes(evidence: Evidence) -> Finding | NotApplicable:
    """Return the size of the file."""
    if not evidence.photo.bytes:
        return NotApplicable("The picture came from no file.", "图片不是来自文件。")
    return Finding(evidence.photo.bytes / KILOBYTE)


def dpi(evidence: Evidence) -> Finding | NotApplicable:
    """Return the resolution that the file states."""
    if evidence.photo.dpi is None:
        return NotApplicable("The file states no resolution.", "文件未注明分辨率。")
    return Finding(evidence.photo.dpi)


def aspect(evidence: Evidence) -> Finding:
    """Return the longer over the shorter side."""
    sides = evidence.photo.width, evidence.photo.height
    return Finding(max(sides) / min(sides))


FILE_FORMAT = CheckItem(
    code="file_format",
    group=Group.FILE,
    name="File format",
    name_zh="文件格式",
    unit="",
    measure=official_format,
    limits=Limits(1, 1, 1),
    worst=0,
    best=1,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="FILE_FORMAT_UNUSUAL",
        reason="The file is not in the format that is handed in; the finished photo will be.",
        reason_zh="原文件格式不是提交所需格式，成品会自动转换。",
        advice="Nothing to do: the finished photo has the right format.",
        advice_zh="无需处理：成品照片会使用正确格式。",
    ),
)

FILE_SIZE = CheckItem(
    code="file_size",
    group=Group.FILE,
    name="File size",
    name_zh="文件大小",
    unit="kB",
    measure=kilobytes,
    limits=FILE_KB_LEAST,
    worst=0,
    best=MAX_BYTES / KILOBYTE / 100,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="FILE_SMALL",
        reason="The file has only {value} kB; detail is lost to compression or size.",
        reason_zh="文件仅 {value} kB，可能因压缩或尺寸过小而丢失细节。",
        advice="Use the original photo, not one that a chat has compressed.",
        advice_zh="请使用原图，不要使用聊天软件压缩过的图片。",
    ),
)

FILE_DPI = CheckItem(
    code="file_dpi",
    group=Group.FILE,
    name="Stated resolution",
    name_zh="文件分辨率（DPI）",
    unit="dpi",
    measure=dpi,
    limits=FILE_DPI_LEAST,
    worst=0,
    best=600,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="FILE_DPI_LOW",
        reason="The file states {value} dpi; prints need {threshold}. The finished photo will state its own.",
        reason_zh="文件标注 {value} dpi，打印需要 {threshold}；成品会写入正确数值。",
        advice="Nothing to do: the finished photo states the right resolution.",
        advice_zh="无需处理：成品照片会写入正确分辨率。",
    ),
)

FILE_DIMENSIONS = CheckItem(
    code="file_dimensions",
    group=Group.FILE,
    name="Shape of the picture",
    name_zh="画面比例",
    unit="",
    measure=aspect,
    limits=ASPECT_MOST,
    worst=4,
    best=1,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="PICTURE_ELONGATED",
        reason="The picture is very long ({value} times its width); it may be a screenshot or a strip.",
        reason_zh="画面过于狭长（长宽比 {value}），可能是截图。",
        advice="Use the photo itself instead of a screenshot.",
        advice_zh="请使用原照片，不要使用截图。",
    ),
)
