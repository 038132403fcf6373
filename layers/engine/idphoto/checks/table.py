"""All items, in the order in which they are reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from idphoto.checks import (
    artefacts,
    backdrop,
    clothes,
    colour,
    distortion,
    exposure,
    expression,
    eyes,
    file,
    framing,
    gaze,
    glasses,
    hair,
    hands,
    headwear,
    light,
    luminance,
    margins,
    mouth,
    people,
    pose,
    red_eyes,
    sharpness,
    spec_fit,
)
from idphoto.checks.item import CheckItem
from idphoto.checks.report import Level, Severity
from idphoto.errors import ParameterError
from idphoto.specs import Spec

ITEMS: Final[tuple[CheckItem, ...]] = (
    people.FACE_FOUND,
    people.ONE_PERSON,
    people.NO_BYSTANDERS,
    framing.FACE_COMPLETE,
    framing.HEAD_COMPLETE,
    framing.SHOULDERS_COMPLETE,
    framing.FACE_SIZE,
    framing.PHOTO_SIZE,
    margins.HEAD_SIZE,
    margins.MARGIN_LEFT,
    margins.MARGIN_RIGHT,
    margins.MARGIN_ABOVE,
    margins.MARGIN_BELOW,
    distortion.RADIAL_DISTORTION,
    spec_fit.SPEC_FIT,
    pose.YAW,
    pose.PITCH,
    pose.ROLL,
    clothes.SHOULDERS_LEVEL,
    eyes.EYES_VISIBLE,
    mouth.MOUTH_VISIBLE,
    mouth.FACE_UNCOVERED,
    hands.CHEEKS_FREE,
    hands.FOREHEAD_FREE,
    glasses.GLASSES,
    glasses.TINTED_LENSES,
    glasses.LENS_GLARE,
    glasses.FRAME_OVER_EYES,
    hair.HAIR_OVER_EYES,
    hair.BROWS_VISIBLE,
    hair.EARS_VISIBLE,
    headwear.HEAD_COVERING,
    eyes.EYES_OPEN,
    gaze.GAZE,
    mouth.MOUTH_CLOSED,
    expression.SMILE,
    expression.EXPRESSION,
    sharpness.SHARPNESS,
    artefacts.MOTION_BLUR,
    artefacts.NOISE,
    artefacts.COMPRESSION,
    artefacts.PIXELATION,
    exposure.NOT_TOO_DARK,
    exposure.NOT_BURNT_OUT,
    exposure.EVENLY_LIT,
    exposure.SIDE_LIGHT,
    light.SHADOW_ON_FACE,
    light.HOT_SPOTS,
    luminance.WASHED_OUT,
    luminance.LUMINANCE_MEAN,
    luminance.LUMINANCE_VARIANCE,
    luminance.UNDER_EXPOSED,
    luminance.OVER_EXPOSED,
    luminance.DYNAMIC_RANGE,
    colour.IN_COLOUR,
    colour.NATURAL_COLOUR,
    colour.COLOUR_CAST,
    red_eyes.RED_EYES,
    backdrop.BACKGROUND_UNIFORM,
    backdrop.BACKGROUND_OBJECTS,
    backdrop.BACKGROUND_SHADOW,
    clothes.CLOTHES_CONTRAST,
    clothes.BARE_SHOULDERS,
    file.FILE_FORMAT,
    file.FILE_SIZE,
    file.FILE_DIMENSIONS,
    file.FILE_DPI,
)


class CheckItemUnknownError(ParameterError):
    """A threshold is set for an item that does not exist."""

    code = "CHECK_ITEM_UNKNOWN"
    message = "No check item has this code."
    message_zh = "没有这个检测项。"


def require_known(codes: Iterable[str]) -> None:
    """Refuse codes of no item.

    Raises
    ------
    CheckItemUnknownError
        With ``given`` and the ``allowed`` codes in its details.
    """
    known = [item.code for item in ITEMS]
    if unknown := sorted(set(codes) - set(known)):
        raise CheckItemUnknownError(given=[code[:60] for code in unknown[:10]], allowed=known)


def gate(
    level: Level, spec: Spec | None = None, thresholds: Mapping[str, float] = MappingProxyType({})
) -> tuple[CheckItem, ...]:
    """Return the items that can refuse a photo or remark on it: all that making it needs to know."""
    return tuple(
        item for item in ITEMS if item.ruling(level, spec, thresholds.get(item.code)).severity is not Severity.INFO
    )
