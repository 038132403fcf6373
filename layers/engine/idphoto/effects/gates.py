"""What effects ask of a portrait before they touch it; each gate is one sentence of refusal and its measure."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import Landmarks
from idphoto.effects.base import EffectRefusedError
from idphoto.portrait import Portrait
from idphoto.pose import estimate_pose

EYE_OPENNESS_LEAST: Final = 0.13
"""Height over width (eye aspect ratio: Soukupova and Cech, 2016). Closed eyes measured 0.04 to 0.11, narrow or laughing
ones from 0.2 up."""


def face_width(landmarks: Landmarks) -> float:
    """Return the width of the face over its cheeks, px: the unit in which effects measure."""
    return float(np.ptp(landmarks[: mesh.SURFACE_POINTS, 0]))


def require_facing(effect: str, portrait: Portrait, *, yaw: float, roll: float | None = None) -> None:
    """Refuse a head that is turned sideways or tilted by more than so many degrees."""
    pose = estimate_pose(portrait.landmarks)
    if abs(pose.yaw) > yaw:
        raise EffectRefusedError(
            effect,
            "FACE_TURNED",
            f"The head is turned sideways by {abs(pose.yaw):.0f}°; this effect accepts at most {yaw:.0f}°.",
            f"头部左右转动 {abs(pose.yaw):.0f}°，该效果最多允许 {yaw:.0f}°。",
            measured=round(abs(pose.yaw), 1),
            allowed=yaw,
        )
    if roll is not None and abs(pose.roll) > roll:
        raise EffectRefusedError(
            effect,
            "HEAD_TILTED",
            f"The head is tilted by {abs(pose.roll):.0f}°; this effect accepts at most {roll:.0f}°.",
            f"头部倾斜 {abs(pose.roll):.0f}°，该效果最多允许 {roll:.0f}°。",
            measured=round(abs(pose.roll), 1),
            allowed=roll,
        )


def require_size(effect: str, portrait: Portrait, *, face: float) -> None:
    """Refuse a face that is less than so many px wide."""
    width = face_width(portrait.landmarks)
    if width < face:
        raise EffectRefusedError(
            effect,
            "FACE_TOO_SMALL",
            f"The face is {width:.0f} px wide; this effect needs at least {face:.0f} px.",
            f"人脸宽度为 {width:.0f} 像素，该效果至少需要 {face:.0f} 像素。",
            measured=round(width, 1),
            allowed=face,
        )


def require_whole_face(effect: str, portrait: Portrait) -> None:
    """Refuse a face that the photo cuts off."""
    points = portrait.landmarks[: mesh.SURFACE_POINTS, :2]
    inside = np.all((points >= 0) & (points <= (portrait.width - 1, portrait.height - 1)), axis=1)
    share = float(inside.mean())
    if share < 1:
        raise EffectRefusedError(
            effect,
            "FACE_CUT_OFF",
            f"The photo shows only {share:.0%} of the face; this effect needs all of it.",
            f"照片仅包含人脸的 {share:.0%}，该效果需要完整的人脸。",
            measured=round(share, 3),
            allowed=1.0,
        )


def eye_openness(landmarks: Landmarks) -> tuple[float, float]:
    """Return height over width of the viewer's left and right eye."""
    left, right = (_aspect(landmarks, points) for points in (mesh.LEFT_EYE_ASPECT, mesh.RIGHT_EYE_ASPECT))
    return left, right


def require_open_eyes(effect: str, portrait: Portrait, *, openness: float = EYE_OPENNESS_LEAST) -> None:
    """Refuse when the less open eye is closed or nearly closed."""
    least = min(eye_openness(portrait.landmarks))
    if least < openness:
        raise EffectRefusedError(
            effect,
            "EYES_CLOSED",
            f"An eye is closed: its height is {least:.2f} of its width; this effect needs at least {openness:.2f}.",
            f"眼睛闭合：高宽比为 {least:.2f}，该效果至少需要 {openness:.2f}。",
            measured=round(least, 3),
            allowed=openness,
        )


def mouth_opening(landmarks: Landmarks) -> float:
    """Return the gap between the lips over the width of the mouth."""
    gap = np.linalg.norm(landmarks[mesh.LIP_UPPER_INNER, :2] - landmarks[mesh.LIP_LOWER_INNER, :2])
    width = np.linalg.norm(landmarks[mesh.MOUTH_LEFT, :2] - landmarks[mesh.MOUTH_RIGHT, :2])
    return float(gap / max(float(width), 1e-6))


def require_mouth(effect: str, portrait: Portrait, *, opening: float) -> None:
    """Refuse a mouth that is open by more than this part of its width."""
    measured = mouth_opening(portrait.landmarks)
    if measured > opening:
        raise EffectRefusedError(
            effect,
            "MOUTH_OPEN",
            f"The mouth is open by {measured:.2f} of its width; this effect accepts at most {opening:.2f}.",
            f"嘴部张开程度为嘴宽的 {measured:.2f}，该效果最多允许 {opening:.2f}。",
            measured=round(measured, 3),
            allowed=opening,
        )


def _aspect(landmarks: Landmarks, points: tuple[int, ...]) -> float:
    outer, upper_outer, upper_inner, inner, lower_inner, lower_outer = landmarks[list(points), :2]
    height = np.linalg.norm(upper_outer - lower_outer) + np.linalg.norm(upper_inner - lower_inner)
    return float(height / 2 / max(float(np.linalg.norm(outer - inner)), 1e-6))
