"""Looking at a photo: analysis and check, once per source, and the records that later calls work from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial

from idphoto import ENGINE_VERSION
from idphoto.analysis import Analysis, analyse, load_analysis, save_analysis, search_background
from idphoto.checks.annotate import annotate
from idphoto.checks.report import Level, Report
from idphoto.checks.run import check
from idphoto.checks.table import ITEMS, gate, require_known
from idphoto.decode import Photo, decode
from idphoto.encode import encode_png
from idphoto.models import Models
from idphoto.photo_check import check_photo as measure_photo
from idphoto.photo_check import placed_in
from idphoto.portrait import Portrait, load, save
from idphoto.recipe import derived_id, photo_key
from idphoto.specs import Spec, get_spec

from idphoto_service.contract import CheckAnswer, CheckRequest, CheckSummary, Image, Notice, Source
from idphoto_service.errors import SourceGoneError
from idphoto_service.history import SECONDS_PER_DAY, history, now
from idphoto_service.logic.pictures import linked
from idphoto_service.logic.portraits import ANALYSIS, PORTRAIT, SOURCE, Portraits, source_object
from idphoto_service.records import CheckRecord, StoredPicture
from idphoto_service.settings import settings
from idphoto_service.sources import digest, read_source
from idphoto_service.stopwatch import Stopwatch
from idphoto_service.storage import bucket, upload_object

CHECK_DAYS = 1
"""How long a check_id works: between a check and its make lies a customer's decision, not a holiday."""

SCREEN_DPI = 96
"""Resolution noted in the annotated picture, which is for looking at (CSS reference pixel)."""


@cache
def models() -> Models:
    """Return the networks; ``models().warm()`` opens them."""
    return Models(threads=settings().threads)


def check_photo(request: CheckRequest, partner: str, request_id: str) -> CheckAnswer:
    """Check a photo and answer every item.

    Raises
    ------
    SpecUnknownError, CheckItemUnknownError
        Before the picture is fetched.
    """
    watch = Stopwatch()
    rules = rules_of(request)
    with watch.stage("source"):
        data = read_source(request, partner)
    out_request_id = request.out_request_id or f"check-{digest(data)}"
    upload_key = upload_of(request, partner)
    record = examine(partner, out_request_id, data, rules, watch, marked=True, upload_key=upload_key).record
    report = report_of(record)
    return CheckAnswer(
        request_id=request_id,
        out_request_id=record.out_request_id,
        check_id=record.check_id,
        passed=record.passed,
        score=report.score,
        report=report,
        annotated=annotated_image(record),
        expires_at=record.expires_at,
        timings_ms=watch.read(),
    )


@dataclass(frozen=True)
class Rules:
    """By what a photo is checked.

    Attributes
    ----------
    level
        How strictly.
    spec
        What it is to become.
    thresholds
        The caller's own limits by item code.
    finished
        Whether it is a finished photo of the specification, rather than the source of one.
    """

    level: Level
    spec: Spec | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    finished: bool = False

    @property
    def name(self) -> dict[str, object]:
        """What an id of the check depends on; JSON types."""
        spec_id = self.spec.spec_id if self.spec else None
        return {
            "level": self.level,
            "spec_id": spec_id,
            "thresholds": dict(self.thresholds),
            "finished": self.finished,
        }


def rules_of(request: CheckRequest) -> Rules:
    """Return the rules that a request asks for.

    Raises
    ------
    SpecUnknownError, CheckItemUnknownError
    """
    thresholds = request.thresholds or {}
    require_known(thresholds)
    spec = get_spec(request.spec_id) if request.spec_id else None
    return Rules(request.level, spec, thresholds, finished=request.target == "photo")


@dataclass(frozen=True)
class Examination:
    """The check of a source, and the portrait itself when it was cut out just now."""

    record: CheckRecord
    portrait: Portrait | None = None


def examine(
    partner: str,
    out_request_id: str,
    data: bytes,
    rules: Rules,
    watch: Stopwatch,
    *,
    marked: bool,
    upload_key: str | None = None,
) -> Examination:
    """Return the check of a source, made now or found again.

    The record and its objects lie with the photo that the out_request_id names, so that they go when it goes. Nothing
    is stored of bytes that are no picture.

    Parameters
    ----------
    rules
        By what it is checked.
    marked
        Whether the caller wants every item, and the marked photo, even if it passes.
    upload_key
        Where the bytes were uploaded to, so that they are erased with the photo.

    Raises
    ------
    OutRequestIdConflictError
        When a photo has been made of another source under this out_request_id.
    """
    time = now()
    source_digest = digest(data)
    made = history().expect_source(partner, out_request_id, source_digest, time)
    check_id = derived_id(partner, out_request_id, "check", source_digest, rules.name, ENGINE_VERSION)
    found = history().find_check(partner, check_id, time)
    if found is not None and (found.annotated is not None or not marked):
        return Examination(found)

    def key(name: str) -> str:
        return source_object(partner, photo_key(partner, out_request_id), source_digest, name)

    analysis_key, portrait_key = key(ANALYSIS), key(PORTRAIT)
    with watch.stage("decode"):
        photo = decode(data)
    with watch.stage("analyse"):
        # Only a photo that was made is sure to have been looked at; asking for others would cost more than it saves.
        stored = _stored_analysis(analysis_key, portrait_key) if made else None
        analysis = stored or analyse(photo, models())
    with watch.stage("check"):
        report = _report(data, photo, analysis, rules, every_item=marked)

    record = CheckRecord(
        partner=partner,
        check_id=check_id,
        out_request_id=out_request_id,
        source_digest=source_digest,
        engine_version=ENGINE_VERSION,
        level=rules.level,
        passed=report.passed,
        report=report.model_dump_json(),
        source_key=key(SOURCE),
        upload_key=upload_key,
        created_at=time,
        expires_at=time + CHECK_DAYS * SECONDS_PER_DAY,
    )
    objects = [] if stored else [(record.source_key, data, "application/octet-stream")]
    if analysis.portrait is not None:
        record = replace(record, portrait_key=portrait_key)
        if not stored:
            with watch.stage("encode"):
                objects.append((portrait_key, save(analysis.portrait), "application/octet-stream"))
                objects.append((analysis_key, json.dumps(save_analysis(analysis)).encode(), "application/json"))
    if marked or not report.passed:
        with watch.stage("annotate"):
            sheet = annotate(photo, analysis, report)
            picture = encode_png(sheet, SCREEN_DPI)
            height, width = sheet.shape[:2]
            annotated = StoredPicture(key(f"annotated-{check_id}.png"), width, height, len(picture))
            record = replace(record, annotated=annotated)
            objects.append((annotated.key, picture, "image/png"))
    with watch.stage("store"):
        bucket().put_all(*objects)
        history().save_check(record)
    return Examination(record, analysis.portrait)


def _report(data: bytes, photo: Photo, analysis: Analysis, rules: Rules, *, every_item: bool) -> Report:
    """Check a photo: all of it, or only what can refuse it or remark on it, which is enough while it passes.

    A finished photo is measured against its specification; one that does not show one person is refused as a source is.

    What costs a search of its own, small faces far behind the person, is looked for where they can refuse the photo
    and where all is told.
    """
    if rules.finished and rules.spec is not None and (placed := placed_in(analysis)) is not None:
        return measure_photo(data, rules.spec, placed)
    run = partial(check, photo, level=rules.level, spec=rules.spec, thresholds=rules.thresholds)
    searched = every_item or rules.level is not Level.BASIC
    seen = search_background(photo, analysis, models()) if searched else analysis
    report = run(seen, items=ITEMS if every_item else gate(rules.level, rules.spec, rules.thresholds))
    if every_item or report.passed:
        return report
    # Whoever is refused is told all of it.
    return run(seen if searched else search_background(photo, analysis, models()), items=ITEMS)


def upload_of(source: Source, partner: str) -> str | None:
    """Return the key of the upload that a source names, if it names one."""
    return upload_object(partner, source.upload_id) if source.upload_id else None


def portrait_of_source(portraits: Portraits, watch: Stopwatch) -> Portrait:
    """Cut the person of a photo out of its source once more, and keep the portrait.

    Raises
    ------
    SourceGoneError
        When the source is no longer stored, or shows nobody to this version of the engine.
    """
    photo = portraits.photo
    data = bucket().get(source_object(photo.partner, photo.key, photo.source_digest, SOURCE))
    if data is None:
        raise SourceGoneError(out_request_id=photo.out_request_id)
    with watch.stage("analyse"):
        analysis = analyse(decode(data), models())
    if analysis.portrait is None:
        raise SourceGoneError(out_request_id=photo.out_request_id)
    with watch.stage("keep"):
        document = json.dumps(save_analysis(analysis)).encode()
        key = source_object(photo.partner, photo.key, photo.source_digest, ANALYSIS)
        bucket().put(key, document, "application/json")
        portraits.save((), analysis.portrait)
    return analysis.portrait


def _stored_analysis(analysis_key: str, portrait_key: str) -> Analysis | None:
    """Return what was found in a photo when it was first looked at, or None when that is not there."""
    document, portrait = bucket().get(analysis_key), bucket().get(portrait_key)
    if document is None or portrait is None:
        return None
    return load_analysis(json.loads(document), load(portrait))


def report_of(record: CheckRecord) -> Report:
    """Return the report that a check stored."""
    return Report.model_validate_json(record.report)


def summary_of(record: CheckRecord) -> CheckSummary:
    """Return the short form of a check."""
    return CheckSummary(check_id=record.check_id, passed=record.passed, score=report_of(record).score)


def remarks_of(record: CheckRecord) -> list[Notice]:
    """Return what a check found that does not stand in the way, such as people in the background."""
    return [
        Notice(
            code=item.fault or item.code,
            message=item.reason or item.name,
            message_zh=item.reason_zh or item.name_zh,
            details={} if item.value is None else {"value": item.value, "threshold": item.threshold},
        )
        for item in report_of(record).remarks
    ]


def annotated_image(record: CheckRecord) -> Image | None:
    """Return the link to the marked photo of a check, when it has one."""
    if record.annotated is None:
        return None
    picture = record.annotated
    return linked(picture.key, "png", picture.width, picture.height, picture.bytes, record.expires_at)
