"""From a recipe to a stored result, and from a stored result to an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from idphoto import ENGINE_VERSION
from idphoto.background import Background
from idphoto.encode import encode_photo, encode_png
from idphoto.frame import Frame, FrameWarning
from idphoto.photo_check import Placed
from idphoto.portrait import Portrait
from idphoto.recipe import Recipe, result_id
from idphoto.render import cutout, render
from idphoto.specs import CustomSize, Spec, custom_spec, get_spec

from idphoto_service.contract import (
    CheckSummary,
    EffectAnswer,
    FrameFacts,
    Notice,
    Policy,
    Replay,
    StateUse,
    StepAnswer,
)
from idphoto_service.errors import PolicyForbidsError, ResultNotFoundError
from idphoto_service.history import history, now, now_ms
from idphoto_service.logic.executions import run_express
from idphoto_service.logic.marks import watermark_of
from idphoto_service.logic.pictures import linked
from idphoto_service.logic.portraits import Portraits
from idphoto_service.records import PhotoRecord, ResultRecord
from idphoto_service.stopwatch import Stopwatch
from idphoto_service.storage import bucket, photo_object

BACKGROUND_REPLACED = Notice(
    code="BACKGROUND_REPLACED",
    message="The authority behind this specification may reject a photo whose background was replaced.",
    message_zh="该规格的主管机构可能拒收替换过背景的照片。",
)
RETOUCHED = Notice(
    code="RETOUCHED",
    message="The authority behind this specification may reject a photo that was retouched.",
    message_zh="该规格的主管机构可能拒收经过修饰的照片。",
)

Worker = Callable[[Portraits, Recipe, Stopwatch], Portrait]
"""Does the step of one kind: stores the portrait after it, and returns that."""

_NO_WORKERS: Mapping[str, Worker] = MappingProxyType({})


@dataclass(frozen=True)
class Asked:
    """The call behind a result: what it asked for, and the id from which it went on."""

    effect: str
    params: Mapping[str, Any]
    parent: str | None


@dataclass(frozen=True)
class Product:
    """A result, and which states had to work for it."""

    result: ResultRecord
    states: tuple[StateUse, ...]


def produce(
    photo: PhotoRecord,
    recipe: Recipe,
    asked: Asked,
    watch: Stopwatch,
    request_id: str,
    workers: Mapping[str, Worker] = _NO_WORKERS,
    at_hand: Portrait | None = None,
) -> Product:
    """Return the result of a recipe: found, rendered here, or replayed by the chain.

    The objects are stored before the item that names them, under names that their content decides: a call that dies
    on the way, or ten that run at once, leave one result.

    Parameters
    ----------
    workers
        The kinds of step that the caller can do itself; all others are the chain's.
    at_hand
        The portrait of the recipe, when the caller has just made it.
    """
    name = name_of(photo, recipe)
    if found := find_again(photo, name):
        return Product(found, states_of(recipe, (), rendered=False))
    if at_hand is not None:
        return Product(render_result(photo, recipe, asked, at_hand, watch), states_of(recipe, ("make",)))
    portraits = Portraits(photo)
    with watch.stage("find"):
        missing = portraits.missing(recipe)
    if not set(missing) <= workers.keys():
        with watch.stage("replay"):
            replay(photo, recipe, asked, missing, request_id)
        result = find_again(photo, name)
        if result is None:
            raise ResultNotFoundError(mt_generate_id=name)
        return Product(result, states_of(recipe, missing))
    if missing:
        for kind in missing:
            portrait = workers[kind](portraits, recipe, watch)
    else:
        with watch.stage("load"):
            portrait = portraits.load(recipe.portrait_steps)
    return Product(render_result(photo, recipe, asked, portrait, watch), states_of(recipe, missing))


def replay(photo: PhotoRecord, recipe: Recipe, asked: Asked, missing: Iterable[str], request_id: str) -> None:
    """Have the chain do the steps of a recipe from the first one whose portrait is missing, and wait for its end.

    Each state does its own step, and the last one renders.

    Raises
    ------
    StateError
        With the code and the details of the state that refused.
    ChainFailedError, TimedOutError
        When the chain broke for another reason, or takes too long.
    """
    task = Replay(
        out_request_id=photo.out_request_id,
        recipe=recipe_answer(recipe),
        effect=asked.effect,
        params=dict(asked.params),
        parent=asked.parent,
    )
    caller = {"partner": photo.partner, "request_id": request_id, "out_request_id": photo.out_request_id}
    states: dict[str, Any] = {kind: {} for kind in missing}
    run_express({**caller, "replay": task.model_dump(mode="json"), **states})


def name_of(photo: PhotoRecord, recipe: Recipe) -> str:
    """Return the ``mt_generate_id`` of a recipe."""
    return result_id(photo.partner, photo.out_request_id, photo.source_digest, recipe, ENGINE_VERSION)


def find_again(photo: PhotoRecord, name: str) -> ResultRecord | None:
    """Return a result that stands already and make it the photo's current one, or None."""
    time = now()
    result = history().find_result(photo.partner, name, time)
    if result is not None and photo.current != name:
        history().set_current(photo, name, time)
    return result


def states_of(recipe: Recipe, missing: Iterable[str], *, rendered: bool = True) -> tuple[StateUse, ...]:
    """Return which states of a recipe were found and which had to work."""
    worked = set(missing)
    kinds = ["make", *(step.kind for step in recipe.portrait_steps)]
    states = [StateUse(state=kind.capitalize(), use="replayed" if kind in worked else "reused") for kind in kinds]
    return (*states, StateUse(state="Render", use="replayed" if rendered else "reused"))


def spec_of(recipe: Recipe) -> Spec:
    """Return the specification that a recipe frames to."""
    params = recipe.params("make") or {}
    if "size" in params:
        return custom_spec(CustomSize.model_validate(params["size"]))
    return get_spec(params["spec_id"])


def background_of(recipe: Recipe) -> Background:
    """Return what stands behind the person: the step of its own, or else what make was given."""
    return Background.model_validate(recipe.params("background") or (recipe.params("make") or {})["background"])


def apply_policy(recipe: Recipe, policy: Policy) -> None:
    """Refuse what the specification forbids, when the caller asked for that.

    Raises
    ------
    PolicyForbidsError
        When the specification does not allow a replaced background, or a step of the recipe.
    """
    spec = spec_of(recipe)
    if policy is not Policy.STRICT:
        return
    if not spec.background_replace_allowed:
        raise PolicyForbidsError(spec_id=spec.spec_id, step="background")
    if recipe.portrait_steps and not spec.retouch_allowed:
        raise PolicyForbidsError(spec_id=spec.spec_id, step=recipe.portrait_steps[0].kind)


def render_result(
    photo: PhotoRecord, recipe: Recipe, asked: Asked, portrait: Portrait, watch: Stopwatch
) -> ResultRecord:
    """Render a recipe from its portrait, and store the result."""
    name, spec = name_of(photo, recipe), spec_of(recipe)
    with watch.stage("render"):
        rendered = render(portrait, spec, background_of(recipe), watermark_of(photo, recipe))
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
            parent_mt_generate_id=asked.parent,
            effect=asked.effect,
            params=json.dumps(dict(asked.params), ensure_ascii=False),
            recipe=recipe.canonical(),
            source_digest=photo.source_digest,
            engine_version=ENGINE_VERSION,
            image_key=image_key,
            image_bytes=len(image),
            cutout_key=cutout_key,
            cutout_bytes=len(transparent),
            width=width,
            height=height,
            frame=frame_facts(spec, rendered.frame).model_dump_json(),
            warnings=json.dumps(warnings_of(recipe, spec, rendered.frame.warnings), ensure_ascii=False),
            created_ms=now_ms(),
            expires_at=photo.expires_at,
        )
        try:
            return history().save_result(result, photo, now())
        except ResultNotFoundError:
            # The photo was erased while this was made: what has just been stored goes too.
            bucket().delete(image_key, cutout_key, *_portrait_keys(photo, recipe))
            raise


def answer(
    result: ResultRecord,
    asked: Asked,
    request_id: str,
    watch: Stopwatch,
    states: Iterable[StateUse] = (),
    check: CheckSummary | None = None,
    remarks: Iterable[Notice] = (),
) -> EffectAnswer:
    """Return what the caller gets to see of a result; remarks are warnings that belong to this call alone."""
    size = (result.width, result.height)
    return EffectAnswer(
        request_id=request_id,
        out_request_id=result.out_request_id,
        mt_generate_id=result.mt_generate_id,
        parent_mt_generate_id=result.parent_mt_generate_id,
        effect=asked.effect,
        params=dict(asked.params),
        recipe=recipe_answer(result.steps),
        image=linked(result.image_key, "jpeg", *size, result.image_bytes, result.expires_at),
        cutout=linked(result.cutout_key, "png", *size, result.cutout_bytes, result.expires_at),
        frame=FrameFacts.model_validate_json(result.frame),
        check=check,
        states=list(states),
        warnings=[*remarks, *(Notice.model_validate(warning) for warning in json.loads(result.warnings))],
        timings_ms=watch.read(),
    )


def recipe_answer(recipe: Recipe) -> list[StepAnswer]:
    """Return the steps of a recipe as the caller gets to see them."""
    return [StepAnswer(kind=step.kind, params=dict(step.params)) for step in recipe.steps]


def _portrait_keys(photo: PhotoRecord, recipe: Recipe) -> list[str]:
    steps, portraits = recipe.portrait_steps, Portraits(photo)
    return [portraits.key(steps[:done]) for done in range(len(steps) + 1)]


def frame_facts(spec: Spec, frame: Frame | Placed) -> FrameFacts:
    """Return what was measured on a photo of a specification."""
    return FrameFacts(
        spec_id=spec.spec_id,
        width_px=spec.width_px,
        height_px=spec.height_px,
        dpi=spec.dpi,
        width_mm=round(spec.width_mm, 2),
        height_mm=round(spec.height_mm, 2),
        head_height_px=round(frame.head_height_px, 1),
        head_height_mm=round(frame.head_height_px * spec.height_mm / spec.height_px, 2),
        top_gap_px=round(frame.top_gap_px, 1),
        eye_y_px=round(frame.eye_y_px, 1),
    )


def warnings_of(recipe: Recipe, spec: Spec, warnings: Iterable[FrameWarning]) -> list[dict[str, Any]]:
    """Return what to know about a photo that is rendered by a recipe, as notices are stored."""
    notices = [asdict(warning) for warning in warnings]
    if not spec.background_replace_allowed:
        notices.append(BACKGROUND_REPLACED.model_dump())
    if recipe.portrait_steps and not spec.retouch_allowed:
        notices.append(RETOUCHED.model_dump())
    return notices
