"""When an effect refuses: a face that is turned, leans or is too small."""

from __future__ import annotations

from dataclasses import dataclass

from idphoto.effects.base import EffectRefusedError
from idphoto.portrait import Portrait
from idphoto.pose import Pose, estimate_pose
from idphoto.shapes import face_width


@dataclass(frozen=True)
class Limits:
    """What an effect takes.

    Attributes
    ----------
    yaw, roll
        Most that the head may be turned or lean, degrees to either side.
    face_width
        Least width of the face, px.
    """

    yaw: float
    roll: float
    face_width: float


def check(effect: str, portrait: Portrait, limits: Limits) -> Pose:
    """Refuse a portrait that is beyond the limits; return the pose of one that is within.

    Raises
    ------
    EffectRefusedError
        ``FACE_TOO_SMALL``, ``FACE_TURNED`` or ``FACE_LEANS``.
    """
    width = face_width(portrait.landmarks)
    if width < limits.face_width:
        raise EffectRefusedError(
            effect,
            "FACE_TOO_SMALL",
            f"The face is {width:.0f} px wide; this effect needs at least {limits.face_width:.0f} px.",
            f"脸部宽度仅 {width:.0f} 像素，此效果至少需要 {limits.face_width:.0f} 像素。",
            value=round(width, 1),
            allowed=limits.face_width,
        )
    pose = estimate_pose(portrait.landmarks)
    if abs(pose.yaw) > limits.yaw:
        raise EffectRefusedError(
            effect,
            "FACE_TURNED",
            f"The face is turned by {abs(pose.yaw):.0f} degrees; this effect takes at most {limits.yaw:.0f}.",
            f"面部偏转 {abs(pose.yaw):.0f} 度，此效果最多允许 {limits.yaw:.0f} 度。",
            value=round(pose.yaw, 1),
            allowed=limits.yaw,
        )
    if abs(pose.roll) > limits.roll:
        raise EffectRefusedError(
            effect,
            "FACE_LEANS",
            f"The head leans by {abs(pose.roll):.0f} degrees; this effect takes at most {limits.roll:.0f}.",
            f"头部倾斜 {abs(pose.roll):.0f} 度，此效果最多允许 {limits.roll:.0f} 度。",
            value=round(pose.roll, 1),
            allowed=limits.roll,
        )
    return pose
