"""Exports: the clean files of a result, each checked against its specification, and the log of how they were made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from idphoto import ENGINE_VERSION
from idphoto.analysis import load_analysis
from idphoto.arrays import Rgb
from idphoto.crop import Cropped, crop_original
from idphoto.decode import decode
from idphoto.encode import MEDIA_TYPES, SUFFIXES, ByteRange, EncodedFile, FileTooSmallError, encode_file
from idphoto.errors import EngineError
from idphoto.photo_check import Placed, check_photo
from idphoto.recipe import Recipe
from idphoto.specs import Kilobytes, Spec, at_size

from idphoto_service.contract import (
    CropFacts,
    EditLog,
    ErrorFacts,
    ExportAnswer,
    ExportedFile,
    ExportEntry,
    ExportOutput,
    ExportRequest,
    Notice,
    Policy,
    StepAnswer,
)
from idphoto_service.errors import ServiceError, SourceGoneError, error_body
from idphoto_service.logic.clean import Clean, find_clean
from idphoto_service.logic.pictures import linked
from idphoto_service.logic.portraits import ANALYSIS, SOURCE, Portraits, source_object
from idphoto_service.logic.results import apply_policy, frame_facts, recipe_answer, spec_of, warnings_of
from idphoto_service.records import PhotoRecord
from idphoto_service.stopwatch import Stopwatch
from idphoto_service.storage import bucket, photo_object

FREE_KINDS = frozenset({"print", "custom"})
"""Sizes that no authority prescribes: their format and their resolution are the customer's choice."""

DIGEST_SHOWN = 24
"""Characters of a file's digest in its name: no two files of a photo share them by chance."""


@dataclass(frozen=True, eq=False)
class _Picture:
    """The pixels of one file, and what is known about them."""

    rgb: Rgb
    placed: Placed
    steps: list[StepAnswer]
    notices: list[Notice]
    crop: CropFacts | None = None


def export_photo(request: ExportRequest, partner: str, request_id: str) -> ExportAnswer:
    """Write the clean files of a result.

    Of several files those are made that can be; the others say why not. Where none can be, the call is refused.

    Raises
    ------
    ResultNotFoundError
        When the partner has no such result, or it has expired.
    PolicyForbidsError, SpecUnknownError, SizeNotAllowedError, FileSizeError, FileTooSmallError, NotFeasibleError
        When no file can be made.
    """
    watch = Stopwatch()
    clean = find_clean(partner, request.mt_generate_id, request_id, watch)
    entries, logged = [], []
    first: ServiceError | EngineError | None = None
    for output in request.files:
        try:
            file, entry = _written(clean, output, request.policy, watch)
        except (ServiceError, EngineError) as refused:
            first = first or refused
            error = ErrorFacts.model_validate(error_body(refused, request_id)["error"])
            entries.append(ExportEntry(error=error))
        else:
            entries.append(ExportEntry(file=file))
            logged.append(entry)
    if first is not None and not logged:
        raise first
    return ExportAnswer(
        request_id=request_id,
        out_request_id=clean.result.out_request_id,
        mt_generate_id=clean.result.mt_generate_id,
        files=entries,
        log=EditLog(
            source_sha256=clean.photo.source_digest,
            engine_version=ENGINE_VERSION,
            steps=_without_mark(clean.result.steps),
            files=logged,
        ),
        timings_ms=watch.read(),
    )


def _written(
    clean: Clean, output: ExportOutput, policy: Policy, watch: Stopwatch
) -> tuple[ExportedFile, dict[str, Any]]:
    """Make one file, and return it with its entry in the log."""
    recipe = clean.recipe_for(output.spec_id)
    if output.background:
        recipe = recipe.with_step("background", output.background.model_dump(mode="json"))
    spec = _spec_for(recipe, output)
    with watch.stage("render"):
        picture = _cropped(clean, spec) if output.crop_only else _rendered(clean, recipe, spec, policy)
    file_format, dpi = output.format or spec.format, output.dpi or spec.dpi
    kb = Kilobytes(min=output.kb.min, max=output.kb.max) if output.kb else spec.kb
    with watch.stage("encode"):
        file = encode_file(picture.rgb, file_format, dpi, ByteRange.of(kb))
    notices = [*picture.notices, *_shortfall(file, kb, must_fit=bool(output.kb) or policy is Policy.STRICT)]
    digest = hashlib.sha256(file.data).hexdigest()
    with watch.stage("check"):
        report = check_photo(file.data, _asked_of_the_file(spec, file, dpi), picture.placed)
    key = photo_object(
        clean.photo.partner,
        clean.photo.key,
        f"{clean.result.mt_generate_id}-{digest[:DIGEST_SHOWN]}.{SUFFIXES[file_format]}",
    )
    with watch.stage("store"):
        bucket().put(key, file.data, MEDIA_TYPES[file_format])
    height, width = picture.rgb.shape[:2]
    exported = ExportedFile(
        image=linked(key, file_format, width, height, len(file.data), clean.result.expires_at),
        dpi=dpi,
        quality=file.quality,
        subsampling=file.subsampling,
        sha256=digest,
        frame=frame_facts(spec, picture.placed.head_height_px),
        crop=picture.crop,
        photo_check=report,
        warnings=notices,
    )
    logged = {
        "sha256": digest,
        "bytes": len(file.data),
        "spec_id": spec.spec_id,
        "width_px": width,
        "height_px": height,
        "steps": [step.model_dump(mode="json") for step in picture.steps],
        "crop": picture.crop.model_dump(mode="json") if picture.crop else None,
        "encoding": {
            "format": file_format,
            "dpi": dpi,
            "quality": file.quality,
            "subsampling": file.subsampling,
            "profile": "sRGB",
        },
    }
    return exported, logged


def _spec_for(recipe: Recipe, output: ExportOutput) -> Spec:
    spec = spec_of(recipe)
    if output.width_px is not None and output.height_px is not None:
        return at_size(spec, output.width_px, output.height_px)
    return spec


def _rendered(clean: Clean, recipe: Recipe, spec: Spec, policy: Policy) -> _Picture:
    apply_policy(recipe, policy)
    rendered = clean.render(recipe, spec)
    frame = rendered.frame
    return _Picture(
        rendered.rgb,
        Placed(frame.head_height_px, frame.top_gap_px, frame.eye_y_px),
        _without_mark(recipe),
        [Notice.model_validate(warning) for warning in warnings_of(recipe, spec, frame.warnings)],
    )


def _cropped(clean: Clean, spec: Spec) -> _Picture:
    """Cut the photo out of the source.

    Raises
    ------
    SourceGoneError
        When the source, or what was found in it, is no longer stored.
    """
    photo = clean.photo
    source, document = (bucket().get(_key(photo, name)) for name in (SOURCE, ANALYSIS))
    if source is None or document is None:
        raise SourceGoneError(out_request_id=photo.out_request_id)
    portraits = Portraits(photo)
    plain = portraits.load(()) if clean.result.steps.portrait_steps else clean.portrait
    face = load_analysis(json.loads(document), plain).person.face
    if face is None:
        raise SourceGoneError(out_request_id=photo.out_request_id)
    cropped = crop_original(decode(source).rgb, face.landmarks, plain, spec)
    facts = _crop_facts(cropped)
    step = StepAnswer(kind="crop", params=facts.model_dump(mode="json"))
    placed = Placed(cropped.head_height_px, cropped.top_gap_px, cropped.eye_y_px)
    return _Picture(cropped.rgb, placed, [step], [], facts)


def _key(photo: PhotoRecord, name: str) -> str:
    return source_object(photo.partner, photo.key, photo.source_digest, name)


def _crop_facts(cropped: Cropped) -> CropFacts:
    return CropFacts(
        corners=list(cropped.corners),
        scale=cropped.scale,
        turned_degrees=cropped.turned,
        filter="bicubic" if cropped.turned else "lanczos",
    )


def _asked_of_the_file(spec: Spec, file: EncodedFile, dpi: int) -> Spec:
    """Return what the file is checked against: format and resolution of a size that is nobody's rule are free."""
    if spec.document in FREE_KINDS and file.format in {"jpeg", "png"}:
        return spec.model_copy(update={"format": file.format, "dpi": dpi})
    return spec


def _shortfall(file: EncodedFile, kb: Kilobytes | None, *, must_fit: bool) -> list[Notice]:
    """Return the remark about a file that stays too small.

    Raises
    ------
    FileTooSmallError
        When the caller named the size, or asked for strictness.
    """
    if not file.missing or kb is None:
        return []
    if must_fit:
        raise FileTooSmallError(bytes=len(file.data), allowed=kb.least_bytes)
    return [
        Notice(
            code=FileTooSmallError.code,
            message=FileTooSmallError.message,
            message_zh=FileTooSmallError.message_zh,
            details={"bytes": len(file.data), "allowed": kb.least_bytes},
        )
    ]


def _without_mark(recipe: Recipe) -> list[StepAnswer]:
    """Return the steps of a clean file: a watermark is on previews only."""
    return [
        StepAnswer(kind=step.kind, params={name: value for name, value in step.params.items() if name != "watermark"})
        for step in recipe_answer(recipe)
    ]
