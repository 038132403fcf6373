"""When an effect refuses: a face that is turned, leans, is small or cut off, a closed eye, an open mouth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import Landmarks, Matte
from idphoto.effects.base import EffectRefusedError
from idphoto.portrait import Portrait
from idphoto.pose import Pose, estimate_pose
from idphoto.shapes import face_width

EYE_OPENNESS_LEAST: Final = 0.13
"""Height over width (eye aspect ratio: Soukupova and Cech, 2016). Closed eyes measured 0.04 to 0.11, narrow or laughing
ones from 0.2 up."""

HAND_AWAY: Final = 0.68
"""Beside the face's middle, in face widths: farther out than ears."""
HAND_MOST: Final = 0.028
"""Skin there, above the jaw, in squares of the face's width: a hand before an eye measured 0.045, faces without one up
to 0.002, and light red hair that passes for skin 0.014."""


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


def check_whole_face(effect: str, portrait: Portrait) -> None:
    """Refuse a face that the photo cuts off.

    Raises
    ------
    EffectRefusedError
        ``FACE_CUT_OFF``.
    """
    points = portrait.landmarks[: mesh.SURFACE_POINTS, :2]
    inside = np.all((points >= 0) & (points <= (portrait.width - 1, portrait.height - 1)), axis=1)
    share = float(inside.mean())
    if share < 1:
        raise EffectRefusedError(
            effect,
            "FACE_CUT_OFF",
            f"The photo shows only {share:.0%} of the face; this effect needs all of it.",
            f"照片仅包含脸部的 {share:.0%}，此效果需要完整的脸部。",
            value=round(share, 3),
            allowed=1.0,
        )


def check_no_hand(effect: str, portrait: Portrait, skin: Matte) -> None:
    """Refuse a hand or an arm beside the face: it is skin too, and what it covers nobody knows.

    Parameters
    ----------
    skin
        ``(H, W)`` float32: all bare skin (:attr:`idphoto.parts.Parts.skin`).

    Raises
    ------
    EffectRefusedError
        ``HAND_AT_FACE``.
    """
    # As wide as the face would be seen from the front: one that is turned shows its ear farther out.
    unit = face_width(portrait.landmarks) / float(
        np.cos(np.deg2rad(min(abs(estimate_pose(portrait.landmarks).yaw), 60)))
    )
    edges = portrait.landmarks[[mesh.LEFT_CHEEK_EDGE, mesh.RIGHT_CHEEK_EDGE], 0]
    away = np.abs(np.arange(portrait.width) - edges.mean()) > HAND_AWAY * unit
    lobes = max(0, int(portrait.landmarks[list(mesh.EAR_LOBES), 1].max()))
    area = float(skin[:lobes, away].sum()) / unit**2
    if area > HAND_MOST:
        raise EffectRefusedError(
            effect,
            "HAND_AT_FACE",
            "A hand or an arm seems to be at the face; this effect needs the face free.",
            "疑似有手或手臂遮挡面部，此效果需要面部无遮挡。",
            value=round(area, 3),
            allowed=HAND_MOST,
        )


def check_open_eyes(effect: str, portrait: Portrait, least: float = EYE_OPENNESS_LEAST) -> None:
    """Refuse a portrait in which the less open eye is closed or nearly closed.

    Raises
    ------
    EffectRefusedError
        ``EYES_CLOSED``.
    """
    openness = min(eye_openness(portrait.landmarks))
    if openness < least:
        raise EffectRefusedError(
            effect,
            "EYES_CLOSED",
            f"An eye is closed: its height is {openness:.2f} of its width; this effect needs at least {least:.2f}.",
            f"眼睛闭合：高宽比为 {openness:.2f}，此效果至少需要 {least:.2f}。",
            value=round(openness, 3),
            allowed=least,
        )


def check_mouth(effect: str, portrait: Portrait, most: float) -> None:
    """Refuse a mouth that is open by more than a part of its width.

    Raises
    ------
    EffectRefusedError
        ``MOUTH_OPEN``.
    """
    opening = mouth_opening(portrait.landmarks)
    if opening > most:
        raise EffectRefusedError(
            effect,
            "MOUTH_OPEN",
            f"The mouth is open by {opening:.2f} of its width; this effect takes at most {most:.2f}.",
            f"嘴部张开程度为嘴宽的 {opening:.2f}，此效果最多允许 {most:.2f}。",
            value=round(opening, 3),
            allowed=most,
        )


def eye_openness(landmarks: Landmarks) -> tuple[float, float]:
    """Return height over width of the viewer's left and right eye."""
    left, right = (_aspect(landmarks, points) for points in (mesh.LEFT_EYE_ASPECT, mesh.RIGHT_EYE_ASPECT))
    return left, right


def mouth_opening(landmarks: Landmarks) -> float:
    """Return the gap between the lips over the width of the mouth."""
    gap = np.linalg.norm(landmarks[mesh.LIP_UPPER_INNER, :2] - landmarks[mesh.LIP_LOWER_INNER, :2])
    width = np.linalg.norm(landmarks[mesh.MOUTH_LEFT, :2] - landmarks[mesh.MOUTH_RIGHT, :2])
    return float(gap / max(float(width), 1e-6))


def _aspect(landmarks: Landmarks, points: tuple[int, ...]) -> float:
    outer, upper_outer, upper_inner, inner, lower_inner, lower_outer = landmarks[list(points), :2]
    height = np.linalg.norm(upper_outer - lower_outer) + np.linalg.norm(upper_inner - lower_inner)
    return float(height / 2 / max(float(np.linalg.norm(outer - inner)), 1e-6))
