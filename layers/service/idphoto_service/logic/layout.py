"""Print sheets (排版照) of one result or of several: clean photos in true size, as JPEG and PDF."""

from __future__ import annotations

import hashlib

from idphoto.encode import encode_jpeg
from idphoto.paper import Paper, custom_paper, get_paper
from idphoto.sheet import Sheet, SheetPhoto, SheetStyle, encode_pdf, lay_out
from idphoto.specs import MM_PER_INCH, Spec
from idphoto.watermark import Watermark, read_mark

from idphoto_service.contract import (
    NO_WATERMARK,
    LayoutAnswer,
    LayoutPhoto,
    LayoutRequest,
    PaperSize,
    PlacedPhoto,
    WatermarkSettings,
)
from idphoto_service.errors import WatermarkNotFoundError
from idphoto_service.logic.clean import Clean, find_clean
from idphoto_service.logic.pictures import linked
from idphoto_service.logic.results import spec_of
from idphoto_service.stopwatch import Stopwatch
from idphoto_service.storage import bucket, photo_object
from idphoto_service.watermarks import find_watermark

DIGEST_SHOWN = 24
"""Characters of a sheet's digest in its name."""


def make_layout(request: LayoutRequest, partner: str, request_id: str) -> LayoutAnswer:
    """Print results on a sheet. The sheet lies with the photo of its first result, and goes with it.

    Raises
    ------
    ResultNotFoundError, SpecUnknownError, PaperUnknownError, WatermarkNotFoundError
    LayoutOverflowError
        With what fits in its details.
    """
    watch = Stopwatch()
    paper = _paper_of(request.paper)
    mark = _sheet_mark(request.watermark_id, partner)
    results: dict[str, Clean] = {}
    for asked in request.sheet_photos:
        if asked.mt_generate_id not in results:
            results[asked.mt_generate_id] = find_clean(partner, asked.mt_generate_id, request_id, watch)
    with watch.stage("render"):
        photos = [
            _printed(results[asked.mt_generate_id], asked, captions=request.captions) for asked in request.sheet_photos
        ]
    style = SheetStyle(
        rows=request.rows,
        columns=request.columns,
        gap_mm=request.gap_mm,
        margin_mm=request.margin_mm,
        bleed_mm=request.bleed_mm,
        cut=request.cut,
        may_turn=request.turn,
    )
    with watch.stage("layout"):
        sheet = lay_out(photos, paper, request.dpi, style, mark)
    with watch.stage("encode"):
        jpeg, pdf = encode_jpeg(sheet.rgb, sheet.dpi), encode_pdf(sheet)
    first = next(iter(results.values()))
    name = f"sheet-{hashlib.sha256(jpeg).hexdigest()[:DIGEST_SHOWN]}"
    jpeg_key, pdf_key = (
        photo_object(first.photo.partner, first.photo.key, f"{name}.{suffix}") for suffix in ("jpg", "pdf")
    )
    with watch.stage("store"):
        bucket().put_all((jpeg_key, jpeg, "image/jpeg"), (pdf_key, pdf, "application/pdf"))
    height, width = sheet.rgb.shape[:2]
    gone_at = first.result.expires_at
    return LayoutAnswer(
        request_id=request_id,
        jpeg=linked(jpeg_key, "jpeg", width, height, len(jpeg), gone_at),
        pdf=linked(pdf_key, "pdf", width, height, len(pdf), gone_at),
        paper=paper.name,
        width_mm=_mm(width, sheet.dpi),
        height_mm=_mm(height, sheet.dpi),
        count=len(sheet.photos),
        placements=_placements(sheet),
        timings_ms=watch.read(),
    )


def _paper_of(paper: str | PaperSize) -> Paper:
    return get_paper(paper) if isinstance(paper, str) else custom_paper(paper.width_mm, paper.height_mm)


def _printed(clean: Clean, asked: LayoutPhoto, *, captions: bool) -> SheetPhoto:
    recipe = clean.recipe_for(asked.spec_id)
    spec = spec_of(recipe)
    caption = asked.caption or (_caption(spec) if captions else None)
    return SheetPhoto(clean.render(recipe).rgb, spec.width_mm, spec.height_mm, asked.count, caption)


def _caption(spec: Spec) -> str:
    return f"{spec.spec_id} {spec.width_mm:.4g} x {spec.height_mm:.4g} mm"[-40:]


def _sheet_mark(watermark_id: str | None, partner: str) -> Watermark | None:
    """Return the partner's watermark for sheets, ready to be laid over one.

    Raises
    ------
    WatermarkNotFoundError
    """
    if watermark_id is None or watermark_id == NO_WATERMARK:
        return None
    record = find_watermark(partner, watermark_id)
    data = bucket().get(record.sheet.key) if record else None
    if record is None or data is None:
        raise WatermarkNotFoundError(watermark_id=watermark_id)
    return Watermark(read_mark(data), **WatermarkSettings.model_validate_json(record.settings).model_dump())


def _placements(sheet: Sheet) -> list[PlacedPhoto]:
    return [
        PlacedPhoto(
            photo=place.item,
            left_mm=_mm(place.left, sheet.dpi),
            top_mm=_mm(place.top, sheet.dpi),
            width_mm=_mm(place.width, sheet.dpi),
            height_mm=_mm(place.height, sheet.dpi),
            turned=place.turned,
        )
        for place in sheet.photos
    ]


def _mm(length_px: int, dpi: int) -> float:
    return round(length_px / dpi * MM_PER_INCH, 2)
