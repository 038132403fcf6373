"""The main job: a photo in, an official photo out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from idphoto.background import Background
from idphoto.portrait import Portrait
from idphoto.recipe import Recipe
from idphoto.specs import custom_spec, get_spec

from idphoto_service.contract import EffectAnswer, MakeParams, MakeRequest
from idphoto_service.errors import CheckFailedError, CheckNotFoundError, SourceGoneError
from idphoto_service.history import history, now
from idphoto_service.logic.examination import (
    Examination,
    Rules,
    annotated_image,
    examine,
    portrait_of_source,
    remarks_of,
    report_of,
    summary_of,
    upload_of,
)
from idphoto_service.logic.marks import keep_mark, mark_params
from idphoto_service.logic.portraits import ANALYSIS, PORTRAIT, SOURCE, Portraits, source_object
from idphoto_service.logic.results import Asked, Worker, answer, apply_policy, produce
from idphoto_service.records import CheckRecord, PhotoRecord
from idphoto_service.settings import settings
from idphoto_service.sources import read_source
from idphoto_service.stopwatch import Stopwatch
from idphoto_service.storage import bucket

DEFAULT_SPEC = "cn_1inch"


def make_photo(request: MakeRequest, partner: str, request_id: str) -> EffectAnswer:
    """Make the first result of a photo.

    Nothing is bound to the out_request_id before the photo has passed its check, so that a customer whose first picture
    was refused can send a better one under the same id.

    Raises
    ------
    CheckFailedError
        With the report, when the photo does not pass. A check that the caller names is not judged again: that the photo
        goes on is the caller's decision, as long as there is one person to cut out.
    """
    watch = Stopwatch()
    recipe = recipe_of(request, partner)
    apply_policy(recipe, request.policy)
    examination = _examined(request, partner, watch)
    checked = examination.record
    if checked.portrait_key is None or not (checked.passed or request.check_id):
        raise CheckFailedError(**_failure(checked))
    photo = history().claim_photo(
        partner, request.out_request_id, checked.source_digest, now(), settings().retention_days
    )
    _bring_home(checked, photo)
    keep_mark(photo, recipe)
    asked = Asked("make", recipe.params("make") or {}, None)
    product = produce(photo, recipe, asked, watch, request_id, WORKERS, examination.portrait)
    return answer(product.result, asked, request_id, watch, product.states, summary_of(checked), remarks_of(checked))


def recipe_of(params: MakeParams, partner: str) -> Recipe:
    """Return the recipe that some parameters ask for, with every default filled in.

    Raises
    ------
    SpecUnknownError, WatermarkNotFoundError
    """
    size: Mapping[str, Any]
    if params.size is not None:
        spec = custom_spec(params.size)
        size = {"size": params.size.model_dump(exclude_none=True)}
    else:
        spec = get_spec(params.spec_id or DEFAULT_SPEC)
        size = {"spec_id": spec.spec_id}
    background = params.background or Background(color=spec.backgrounds[0])
    return Recipe().with_step(
        "make",
        {
            **size,
            "background": background.model_dump(mode="json"),
            "watermark": mark_params(params.watermark_id, partner),
        },
    )


def cut_out(portraits: Portraits, recipe: Recipe, watch: Stopwatch) -> Portrait:
    """Do make's own part of a recipe: the first portrait of the photo, whatever follows."""
    del recipe
    return portrait_of_source(portraits, watch)


WORKERS: Mapping[str, Worker] = MappingProxyType({"make": cut_out})
"""What make does of a recipe."""


def _examined(request: MakeRequest, partner: str, watch: Stopwatch) -> Examination:
    if request.check_id is not None:
        record = history().find_check(partner, request.check_id, now())
        if record is None:
            raise CheckNotFoundError(check_id=request.check_id)
        return Examination(record)
    with watch.stage("source"):
        data = read_source(request, partner)
    return examine(
        partner,
        request.out_request_id,
        data,
        Rules(request.check),
        watch,
        marked=False,
        upload_key=upload_of(request, partner),
    )


def _bring_home(checked: CheckRecord, photo: PhotoRecord) -> None:
    """Copy what a check under another id left below that id, so that it lies with this photo and is erased with it.

    A portrait that is gone, or that an earlier engine cut, does not matter: make cuts a new one out of the source.

    Raises
    ------
    SourceGoneError
    """
    portrait = checked.portrait_key
    analysis = portrait.replace(PORTRAIT, ANALYSIS) if portrait else None
    for name, key in ((PORTRAIT, portrait), (ANALYSIS, analysis), (SOURCE, checked.source_key)):
        own = source_object(photo.partner, photo.key, photo.source_digest, name)
        if key is None or key == own or not key.endswith(f"/{name}"):
            continue
        if not bucket().copy(key, own) and name == SOURCE:
            raise SourceGoneError(out_request_id=photo.out_request_id)


def _failure(checked: CheckRecord) -> dict[str, Any]:
    report = report_of(checked)
    annotated = annotated_image(checked)
    return {
        "check_id": checked.check_id,
        "faults": [item.fault or item.code for item in report.blocking],
        "report": report.model_dump(mode="json"),
        "annotated": annotated.model_dump(mode="json") if annotated else None,
    }
