"""What the API answers, as typed models.

A field that a newer deployment adds is kept, so that an answer written out again is the answer that came.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Base of the answers."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Image(Answer):
    """A stored picture; its ``url`` opens as it stands until ``expires_at``, seconds since 1970."""

    url: str
    width: int
    height: int
    format: str
    bytes: int
    expires_at: int


class Notice(Answer):
    """Something to know about a photo that was made all the same."""

    code: str
    message: str
    message_zh: str
    details: dict[str, Any] = {}


class Step(Answer):
    """One step of a recipe, with every default of its parameters filled in."""

    kind: str
    params: dict[str, Any]


class Frame(Answer):
    """What was measured on a result: px of the picture, mm on the print, pixels per inch."""

    spec_id: str | None
    width_px: int
    height_px: int
    dpi: float
    width_mm: float
    height_mm: float
    head_height_px: float
    head_height_mm: float
    top_gap_px: float
    eye_y_px: float


class IsoQuality(Answer):
    """A quality component of ISO/IEC 29794-5: ``raw`` in its own unit, ``scalar`` 0 to 100."""

    name: str
    raw: float
    scalar: int


class Item(Answer):
    """One item of a check: its ``value`` beside its ``threshold``, and what is wrong and to be done, if anything."""

    code: str
    name: str
    name_zh: str
    group: str
    passed: bool
    severity: str
    fault: str | None
    measured: bool
    score: int
    value: float | None
    unit: str
    threshold: float
    reason: str | None
    reason_zh: str | None
    advice: str | None
    advice_zh: str | None
    region: tuple[int, int, int, int] | None
    reliability: str = "high"
    iso: IsoQuality | None = None


class Report(Answer):
    """Every item of a check, passed and failed."""

    level: str
    spec_id: str | None = None
    passed: bool
    score: int
    items: list[Item]


class CheckSummary(Answer):
    """The check behind a result."""

    check_id: str
    passed: bool
    score: int


class StateUse(Answer):
    """What one state had to do for a result: its work was ``reused`` or ``replayed``."""

    state: str
    use: str


class Upload(Answer):
    """A form that takes one file; ``upload_id`` names it afterwards."""

    request_id: str
    upload_id: str
    url: str
    method: str
    fields: dict[str, str]
    file_field: str
    max_bytes: int
    expires_at: int


class Check(Answer):
    """A checked photo; ``check_id`` stands for it in make."""

    request_id: str
    out_request_id: str
    check_id: str
    passed: bool
    score: int
    report: Report
    annotated: Image | None
    expires_at: int
    timings_ms: dict[str, float]


class Result(Answer):
    """A photo, as make and every effect answer it; ``mt_generate_id`` names it, and everything continues from there."""

    request_id: str
    out_request_id: str
    mt_generate_id: str
    parent_mt_generate_id: str | None
    effect: str
    params: dict[str, Any]
    recipe: list[Step]
    image: Image
    cutout: Image
    frame: Frame
    check: CheckSummary | None = None
    states: list[StateUse] = []
    warnings: list[Notice]
    timings_ms: dict[str, float]


class HistoryStep(Answer):
    """One step of a photo's history; ``created_ms`` is milliseconds since 1970."""

    mt_generate_id: str
    parent_mt_generate_id: str | None
    effect: str
    params: dict[str, Any]
    recipe: list[Step]
    created_ms: int
    current: bool
    image: Image


class History(Answer):
    """A photo's steps, the oldest first; times are seconds since 1970."""

    request_id: str
    out_request_id: str
    current_mt_generate_id: str | None
    created_at: int
    expires_at: int
    steps: list[HistoryStep]
    next: str | None


class Erased(Answer):
    """A photo that is gone."""

    request_id: str
    out_request_id: str
    items_erased: int
    objects_erased: int


class WatermarkSettings(Answer):
    """How a watermark is laid over a picture."""

    tiled: bool
    opacity: float
    angle: float
    width: float
    gap: float


class Watermark(Answer):
    """A watermark of yours: one mark for photos, one for print sheets."""

    request_id: str
    watermark_id: str
    name: str
    photo: Image
    sheet: Image
    settings: WatermarkSettings
    created_at: int


class Watermarks(Answer):
    """A page of your watermarks."""

    request_id: str
    watermarks: list[Watermark]
    next: str | None


class ChainStep(Answer):
    """One state of a chain that has run."""

    state: str
    ms: float
    mt_generate_id: str | None = None


class Chain(Answer):
    """The end of a chain: the last result, the check, and what each state took."""

    request_id: str
    out_request_id: str
    result: Result | None
    check: Check | None
    steps: list[ChainStep]


class StateProgress(Answer):
    """One state of an execution: ``running``, ``succeeded`` or ``failed``."""

    state: str
    status: str
    entered_at: str
    ms: float | None


class Execution(Answer):
    """A chain in the background; its ``status`` is ``running`` until it has ended."""

    request_id: str
    execution_id: str
    status: str
    started_at: str
    stopped_at: str | None = None
    states: list[StateProgress] = []
    result: Chain | None = None
    error: dict[str, Any] | None = None


class Specs(Answer):
    """A page of specifications, each with its numbers and its source; ``total`` counts all that match."""

    request_id: str
    specs: list[dict[str, Any]]
    total: int
    next: int | None


class MaterialColor(Answer):
    """A colour in which an outfit comes; its ``id`` goes into the outfit's call."""

    id: str
    name: str
    name_zh: str
    color: str


class MaterialFinding(Answer):
    """Something that makes a material of yours less good than it could be."""

    code: str
    message: str
    message_zh: str
    value: float | None = None
    allowed: float | None = None


class MaterialReport(Answer):
    """How good an outfit came out of its picture: ``good`` or ``fair``, 0 to 100, and why."""

    usable: str
    score: float
    findings: list[MaterialFinding]


class Material(Answer):
    """Something that an effect is made with, an outfit or a look of makeup, of the bundle or your own."""

    request_id: str
    material_id: str
    kind: str
    name: str
    name_zh: str
    tags: list[str]
    licence: str
    digest: str
    thumbnail: Image
    colors: list[MaterialColor] = []
    anchors: dict[str, tuple[float, float]] | None = None
    built_in: bool
    created_at: int | None = None
    report: MaterialReport | None = None


class Materials(Answer):
    """A page of materials, your own ones first; ``total`` counts all that match."""

    request_id: str
    materials: list[Material]
    total: int
    next: str | None


class Crop(Answer):
    """How a photo was cut out of its source: enough to do it again and compare."""

    corners: list[tuple[float, float]]
    scale: float
    turned_degrees: float
    filter: str


class ExportedFile(Answer):
    """One clean file, and what was measured on it."""

    image: Image
    dpi: int
    quality: int | None
    subsampling: str
    sha256: str
    frame: Frame
    crop: Crop | None = None
    photo_check: Report
    warnings: list[Notice]


class ExportEntry(Answer):
    """What became of one file of several: itself, or the error for which it was not made."""

    file: ExportedFile | None = None
    error: dict[str, Any] | None = None


class EditLog(Answer):
    """What was done to a photo, from the source to the files, for whoever has to know."""

    source_sha256: str
    engine_version: str
    steps: list[Step]
    files: list[dict[str, Any]]


class Export(Answer):
    """The exported files, in the order in which they were asked for."""

    request_id: str
    out_request_id: str
    mt_generate_id: str
    files: list[ExportEntry]
    log: EditLog
    timings_ms: dict[str, float]


class PlacedPhoto(Answer):
    """Where a photo lies on a sheet, in mm from its upper left corner."""

    photo: int
    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float
    turned: bool


class Layout(Answer):
    """A print sheet: ``count`` photos on a paper of ``width_mm`` by ``height_mm``."""

    request_id: str
    jpeg: Image
    pdf: Image
    paper: str
    width_mm: float
    height_mm: float
    count: int
    placements: list[PlacedPhoto]
    timings_ms: dict[str, float]
