"""The main job: a photo in, an official photo out."""

from __future__ import annotations

from typing import Any

from idphoto.background import Background
from idphoto.recipe import Recipe
from idphoto.specs import Spec, custom_spec, get_spec

from idphoto_service.contract import EffectAnswer, MakeParams, MakeRequest
from idphoto_service.errors import CheckFailedError, CheckNotFoundError
from idphoto_service.history import CheckRecord, PhotoRecord, history, now
from idphoto_service.logic.examination import Examination, annotated_image, examine, remarks_of, report_of, summary_of
from idphoto_service.logic.results import Origin, answer, apply_policy, produce
from idphoto_service.settings import settings
from idphoto_service.sources import read_source
from idphoto_service.stopwatch import Stopwatch
from idphoto_service.storage import bucket, photo_object

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
    spec, recipe = recipe_of(request)
    apply_policy(spec, request.policy)
    examination = _examined(request, partner, watch)
    checked = examination.record
    if checked.portrait_key is None or not (checked.passed or request.check_id):
        raise CheckFailedError(**_failure(checked))
    photo = history().claim_photo(
        partner, request.out_request_id, checked.source_digest, now(), settings().retention_days
    )
    origin = _bring_home(examination, photo)
    result = produce(photo, recipe, "make", origin, watch)
    return answer(result, request_id, "make", watch, summary_of(checked), remarks_of(checked))


def recipe_of(params: MakeParams) -> tuple[Spec, Recipe]:
    """Return the specification and the recipe that some parameters ask for, with every default filled in.

    Raises
    ------
    SpecUnknownError
    """
    make: dict[str, Any]
    if params.size is not None:
        spec = custom_spec(params.size)
        make = {"size": params.size.model_dump(exclude_none=True)}
    else:
        spec = get_spec(params.spec_id or DEFAULT_SPEC)
        make = {"spec_id": spec.spec_id}
    background = params.background or Background(color=spec.backgrounds[0])
    recipe = Recipe().with_step("make", make).with_step("background", background.model_dump(mode="json"))
    return spec, recipe


def _examined(request: MakeRequest, partner: str, watch: Stopwatch) -> Examination:
    if request.check_id is not None:
        record = history().find_check(partner, request.check_id, now())
        if record is None:
            raise CheckNotFoundError(check_id=request.check_id)
        return Examination(record)
    with watch.stage("source"):
        data = read_source(request, partner)
    return examine(partner, request.out_request_id, data, request.check, watch, marked=False)


def _bring_home(examination: Examination, photo: PhotoRecord) -> Origin:
    """Return where the results of a photo come from: below the photo's own prefix, so that it is erased with it.

    A check that was made under another id left its objects there; they are copied.
    """
    keys = []
    for key in (examination.record.source_key, examination.record.portrait_key or ""):
        own = photo_object(photo.partner, photo.key, "/".join(key.split("/")[-2:]))
        if own != key:
            bucket().copy(key, own)
        keys.append(own)
    source_key, portrait_key = keys
    return Origin(source_key, portrait_key, None, examination.portrait)


def _failure(checked: CheckRecord) -> dict[str, Any]:
    report = report_of(checked)
    annotated = annotated_image(checked)
    return {
        "check_id": checked.check_id,
        "faults": [item.fault or item.code for item in report.blocking],
        "report": report.model_dump(mode="json"),
        "annotated": annotated.model_dump(mode="json") if annotated else None,
    }
