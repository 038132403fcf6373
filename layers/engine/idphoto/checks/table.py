"""All items, in the order in which they are reported."""

from __future__ import annotations

from typing import Final

from idphoto.checks import exposure, eyes, framing, mouth, people, pose, sharpness
from idphoto.checks.item import CheckItem

ITEMS: Final[tuple[CheckItem, ...]] = (
    people.FACE_FOUND,
    people.ONE_PERSON,
    people.NO_BYSTANDERS,
    framing.FACE_COMPLETE,
    framing.HEAD_COMPLETE,
    framing.FACE_SIZE,
    framing.PHOTO_SIZE,
    pose.YAW,
    pose.PITCH,
    pose.ROLL,
    eyes.EYES_VISIBLE,
    mouth.MOUTH_VISIBLE,
    mouth.FACE_UNCOVERED,
    eyes.EYES_OPEN,
    mouth.MOUTH_CLOSED,
    sharpness.SHARPNESS,
    exposure.NOT_TOO_DARK,
    exposure.NOT_BURNT_OUT,
    exposure.EVENLY_LIT,
)
