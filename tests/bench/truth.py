"""Faults that are put on a portrait, so that the truth is known: side light and reflections on glasses."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from idphoto import mesh
from idphoto.arrays import F32, Alpha, Mask
from idphoto.portrait import Portrait
from idphoto.shapes import face_width, polygon_mask
from numpy.typing import NDArray

GAMMA = 2.2
RIM_RADII = (0.165, 0.115)
"""Half axes of a drawn lens, in face widths."""
RIM_WIDTH = 0.013
RIM_COLOUR = (30, 28, 32)
EYE_DROP = 0.025
GLARE_PLACE, GLARE_RADII = (0.02, 0.055), (0.08, 0.045)
"""Where a reflection lies against the middle of its lens, and its half axes, in face widths."""
WINDOW = (0.92, 1.0, 0.96)
"""Colour of the reflected light, linear."""


def skin_of(portrait: Portrait) -> Mask:
    """Inner face without eyes, brows and lips; ``(H, W)``."""
    points = portrait.landmarks[:, :2]
    oval = points[list(mesh.FACE_OVAL)]
    inner = oval.mean(axis=0) + (oval - oval.mean(axis=0)) * np.float32(0.85)
    mask = polygon_mask(np.asarray(inner, np.float32), portrait.alpha.shape)
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE, mesh.LEFT_BROW, mesh.RIGHT_BROW, mesh.LIPS_OUTER):
        hull = np.asarray(cv2.convexHull(points[list(ring)])[:, 0], np.float32)
        mask *= 1 - polygon_mask(hull, portrait.alpha.shape)
    return np.asarray((mask > 0.9) & (portrait.alpha > 250))


def across(portrait: Portrait) -> F32:
    """Place across the face, ``(H, W)``: -1 at its left edge, 1 at its right one."""
    points = portrait.landmarks[:, :2]
    left, right = points[mesh.LEFT_CHEEK_EDGE], points[mesh.RIGHT_CHEEK_EDGE]
    axis = (right - left) / float((right - left) @ (right - left))
    y, x = np.mgrid[0 : portrait.height, 0 : portrait.width].astype(np.float32)
    return np.asarray(2 * ((x - left[0]) * axis[0] + (y - left[1]) * axis[1]) - 1, np.float32)


def sides(portrait: Portrait) -> float:
    """Natural logarithm of the light on the left cheeks over that on the right ones."""
    skin, place = skin_of(portrait), across(portrait)
    light = np.log((portrait.rgb.astype(np.float32) @ np.array((0.3, 0.59, 0.11), np.float32) + 1) / 256) * GAMMA
    left, right = skin & (place < -0.15) & (place > -0.75), skin & (place > 0.15) & (place < 0.75)
    return float(np.median(light[left]) - np.median(light[right])) if left.any() and right.any() else float("nan")


def side_light(portrait: Portrait, amount: float) -> Portrait:
    """Light a portrait from one side: brighter by half of ``amount`` (natural logarithm) there, and warmer.

    The factor follows the slant of a head to the side. Before, the picture is dimmed so that nothing is clipped.
    """
    slant = np.tanh(across(portrait) / 0.6)
    field = -amount / 2 * slant[..., None] * np.array((1.08, 1.0, 0.88), np.float32) - abs(amount) / 2
    lit = portrait.rgb * np.exp(field / GAMMA)
    return replace(portrait, rgb=np.clip(np.rint(lit), 0, 255).astype(np.uint8))


def with_glare(portrait: Portrait, density: float) -> tuple[Portrait, Portrait, Mask]:
    """Draw glasses on a portrait; return it with them, with reflections on them too, and where these are."""
    unit, fine = face_width(portrait.landmarks), 4
    size = (portrait.width * fine, portrait.height * fine)
    frame, veil, lens = (np.zeros(size[::-1], np.uint8) for _ in range(3))
    across, down = (round(unit * fine * radius) for radius in RIM_RADII)
    width = max(1, round(unit * fine * RIM_WIDTH))
    centres = []
    for eye in mesh.eye_centres(portrait.landmarks):
        centre = np.rint((eye + (0, EYE_DROP * unit) + 0.5) * fine).astype(int)
        centres.append(centre)
        _oval(frame, centre, (across, down), 0, width)
        _oval(lens, centre, (across, down), 0, -1)
        place = centre + np.rint(np.array(GLARE_PLACE) * unit * fine).astype(int)
        _oval(veil, place, (round(GLARE_RADII[0] * unit * fine), round(GLARE_RADII[1] * unit * fine)), -25, -1)
    bridge = np.stack([centres[0] + (across, 0), centres[1] - (across, 0)]).astype(np.int32)
    cv2.polylines(frame, [bridge], isClosed=False, color=(255,), thickness=width)
    frames, veils, lenses = (
        cv2.resize(drawn, (portrait.width, portrait.height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        for drawn in (frame, veil, lens)
    )
    share = (cv2.GaussianBlur(veils, (0, 0), 0.01 * unit) * lenses * (1 - frames) * density)[..., None]
    light = (portrait.rgb.astype(np.float32) / 255) ** GAMMA
    veiled = (light * (1 - share) + np.array(WINDOW, np.float32) * share) ** (1 / GAMMA) * 255
    rims = np.array(RIM_COLOUR, np.float32)

    def worn(rgb: F32) -> Portrait:
        drawn = rgb + (rims - rgb) * frames[..., None]
        return replace(portrait, rgb=np.clip(np.rint(drawn), 0, 255).astype(np.uint8))

    return worn(portrait.rgb.astype(np.float32)), worn(np.asarray(veiled, np.float32)), np.asarray(share[..., 0] > 0.02)


def _oval(drawn: Alpha, centre: NDArray[np.int_], radii: tuple[int, int], degrees: float, width: int) -> None:
    cv2.ellipse(drawn, (int(centre[0]), int(centre[1])), radii, degrees, 0, 360, (255,), width)


def error(truth: Portrait, other: Portrait, where: Mask, *, same_exposure: bool = False) -> float:
    """RMS difference of levels within a mask; with ``same_exposure``, after both have the same mean there."""
    first, second = truth.rgb[where].astype(np.float32), other.rgb[where].astype(np.float32)
    factor = first.mean() / max(float(second.mean()), 1.0) if same_exposure else 1.0
    return float(np.sqrt(np.mean((second * factor - first) ** 2)))
