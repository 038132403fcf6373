"""From a recipe to a stored result, and from a stored result to an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from idphoto import ENGINE_VERSION
from idphoto.background import Background
from idphoto.encode import encode_photo, encode_png
from idphoto.frame import FrameWarning
from idphoto.portrait import Portrait, load
from idphoto.recipe import Recipe, result_id
from idphoto.render import cutout, render
from idphoto.specs import CustomSize, Spec, custom_spec, get_spec

from idphoto_service.contract import CheckSummary, EffectAnswer, FrameFacts, Notice, Policy, StepAnswer
from idphoto_service.errors import PolicyForbidsError, ResultNotFoundError
from idphoto_service.history import PhotoRecord, ResultRecord, history, now
from idphoto_service.logic.pictures import linked
from idphoto_service.stopwatch import Stopwatch
from idphoto_service.storage import bucket, photo_object

BACKGROUND_REPLACED = Notice(
    code="BACKGROUND_REPLACED",
    message="The authority behind this specification may reject a photo whose background was replaced.",
    message_zh="该规格的主管机构可能拒收替换过背景的照片。",
)


@dataclass(frozen=True)
class Origin:
    """Where a result comes from: the objects it is rendered from, and the result before it.

    A call that has just stored the portrait has it at hand too, and need not read it again.
    """

    source_key: str
    portrait_key: str
    parent: str | None
    portrait: Portrait | None = None


def produce(photo: PhotoRecord, recipe: Recipe, effect: str, origin: Origin, watch: Stopwatch) -> ResultRecord:
    """Return the result of a recipe, found or made.

    The objects are stored before the item that names them, under names that their content decides: a call that dies
    on the way, or ten that run at once, leave one result.
    """
    time = now()
    name = result_id(photo.partner, photo.out_request_id, photo.source_digest, recipe, ENGINE_VERSION)
    result = history().find_result(photo.partner, name, time)
    if result is None:
        return _make(photo, recipe, effect, origin, name, watch)
    if photo.current != name:
        history().set_current(photo, name, time)
    return result


def spec_of(recipe: Recipe) -> Spec:
    """Return the specification that a recipe frames to."""
    params = recipe.params("make") or {}
    if "size" in params:
        return custom_spec(CustomSize.model_validate(params["size"]))
    return get_spec(params["spec_id"])


def apply_policy(spec: Spec, policy: Policy) -> None:
    """Refuse what the specification forbids, when the caller asked for that.

    Raises
    ------
    PolicyForbidsError
        When the specification does not allow a replaced background and the policy is strict.
    """
    if policy is Policy.STRICT and not spec.background_replace_allowed:
        raise PolicyForbidsError(spec_id=spec.spec_id, step="background")


def answer(
    result: ResultRecord,
    request_id: str,
    effect: str,
    watch: Stopwatch,
    check: CheckSummary | None = None,
    remarks: Iterable[Notice] = (),
) -> EffectAnswer:
    """Return what the caller gets to see of a result; remarks are warnings that belong to this call alone."""
    recipe = Recipe.from_json(result.recipe)
    size = (result.width, result.height)
    return EffectAnswer(
        request_id=request_id,
        out_request_id=result.out_request_id,
        mt_generate_id=result.mt_generate_id,
        parent_mt_generate_id=result.parent_mt_generate_id,
        effect=effect,
        params=dict(recipe.params(effect) or {}),
        recipe=[StepAnswer(kind=step.kind, params=dict(step.params)) for step in recipe.steps],
        image=linked(result.image_key, "jpeg", *size, result.image_bytes),
        cutout=linked(result.cutout_key, "png", *size, result.cutout_bytes),
        frame=FrameFacts.model_validate_json(result.frame),
        check=check,
        warnings=[*remarks, *(Notice.model_validate(warning) for warning in json.loads(result.warnings))],
        timings_ms=watch.read(),
    )


def _make(photo: PhotoRecord, recipe: Recipe, effect: str, origin: Origin, name: str, watch: Stopwatch) -> ResultRecord:
    with watch.stage("load"):
        portrait = origin.portrait or _stored_portrait(origin)
    spec = spec_of(recipe)
    with watch.stage("render"):
        rendered = render(portrait, spec, Background.model_validate(recipe.params("background")))
    with watch.stage("encode"):
        image = encode_photo(rendered.rgb, spec)
        transparent = encode_png(cutout(rendered), spec.dpi)
    with watch.stage("store"):
        image_key = photo_object(photo.partner, photo.key, f"{name}.jpg")
        cutout_key = photo_object(photo.partner, photo.key, f"{name}.png")
        bucket().put_all((image_key, image, "image/jpeg"), (cutout_key, transparent, "image/png"))
        height, width = rendered.rgb.shape[:2]
        result = ResultRecord(
            partner=photo.partner,
            mt_generate_id=name,
            out_request_id=photo.out_request_id,
            parent_mt_generate_id=origin.parent,
            effect=effect,
            recipe=recipe.canonical(),
            source_digest=photo.source_digest,
            engine_version=ENGINE_VERSION,
            source_key=origin.source_key,
            portrait_key=origin.portrait_key,
            image_key=image_key,
            image_bytes=len(image),
            cutout_key=cutout_key,
            cutout_bytes=len(transparent),
            width=width,
            height=height,
            frame=_frame_facts(spec, rendered.frame.head_height_px).model_dump_json(),
            warnings=json.dumps(_warnings(spec, rendered.frame.warnings), ensure_ascii=False),
            created_at=now(),
            expires_at=photo.expires_at,
        )
        return history().save_result(result, photo, now())


def _stored_portrait(origin: Origin) -> Portrait:
    stored = bucket().get(origin.portrait_key)
    if stored is None:
        raise ResultNotFoundError(mt_generate_id=origin.parent)
    return load(stored)


def _frame_facts(spec: Spec, head_height_px: float) -> FrameFacts:
    return FrameFacts(
        spec_id=spec.spec_id,
        width_px=spec.width_px,
        height_px=spec.height_px,
        dpi=spec.dpi,
        width_mm=round(spec.width_mm, 2),
        height_mm=round(spec.height_mm, 2),
        head_height_px=round(head_height_px, 1),
        head_height_mm=round(head_height_px * spec.height_mm / spec.height_px, 2),
    )


def _warnings(spec: Spec, warnings: Iterable[FrameWarning]) -> list[dict[str, Any]]:
    notices = [asdict(warning) for warning in warnings]
    if not spec.background_replace_allowed:
        notices.append(BACKGROUND_REPLACED.model_dump())
    return notices
