"""Faults that are put on a portrait, so that the truth is known: side light, glasses, and reflections on them."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


@dataclass(frozen=True)
class Frame:
    """How glasses look that are drawn on a face; lengths in face widths.

    Attributes
    ----------
    width
        Of the line of the rims.
    colour
        Of the frame, sRGB levels.
    gloss
        How bright the line is where it shines, 0..1.
    radii
        Half axes of a lens.
    corners
        Exponent of the superellipse that a lens is: 2 is an ellipse, 4 nearly a rectangle.
    drop
        From the middle of an eye down to that of its lens.
    shadow
        Light that the frame takes from the skin just below it, 0..1.
    tint
        Share of the light that passes the lenses, a channel each.
    pads, temples
        Whether pads of the nose, and temples as far as the edge of the face, are seen.
    """

    width: float = 0.012
    colour: tuple[int, int, int] = (38, 34, 36)
    gloss: float = 0.0
    radii: tuple[float, float] = (0.165, 0.125)
    corners: float = 2.4
    drop: float = 0.035
    shadow: float = 0.15
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pads: bool = True
    temples: bool = True


FRAMES = {
    "thin black metal": Frame(width=0.007, gloss=0.5),
    "gold metal, round": Frame(width=0.008, colour=(150, 112, 66), gloss=0.8, corners=2.0, radii=(0.15, 0.14)),
    "silver metal": Frame(width=0.008, colour=(140, 140, 146), gloss=0.9, corners=2.6),
    "black plastic": Frame(width=0.016, pads=False, radii=(0.165, 0.12)),
    "brown plastic, square": Frame(width=0.014, colour=(96, 60, 40), gloss=0.2, corners=4.0, pads=False),
    "pale plastic": Frame(width=0.014, colour=(214, 186, 160), gloss=0.3, pads=False),
    "large round metal": Frame(
        width=0.009, colour=(60, 60, 64), gloss=0.6, radii=(0.175, 0.165), corners=2.0, drop=0.045
    ),
    "large silver metal": Frame(
        width=0.009, colour=(140, 140, 146), gloss=0.8, radii=(0.175, 0.155), corners=2.6, drop=0.045
    ),
    "large square plastic": Frame(
        width=0.013, colour=(50, 36, 30), radii=(0.175, 0.145), corners=3.2, drop=0.045, pads=False
    ),
    "hint of a tint": Frame(width=0.009, radii=(0.175, 0.155), corners=2.6, drop=0.045, tint=(0.9, 0.92, 0.95)),
    "thick black plastic": Frame(width=0.034, pads=False),
    "tinted lenses": Frame(width=0.009, tint=(0.6, 0.6, 0.55)),
    "rims through the eyes": Frame(width=0.009, drop=0.11),
    "rims along the brows": Frame(width=0.010, radii=(0.165, 0.15), drop=0.03),
}
"""Glasses of many kinds, by name."""


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


def with_frame(portrait: Portrait, frame: Frame) -> tuple[Portrait, Mask]:
    """Draw glasses on a bare face; return it with them, and where anything of them is seen."""
    unit, fine = face_width(portrait.landmarks), 4
    shape = portrait.alpha.shape
    points = portrait.landmarks[:, :2]
    left, right = mesh.eye_centres(portrait.landmarks)
    over = (right - left) / float(np.linalg.norm(right - left))
    axes = np.stack([over, np.array((-over[1], over[0]), np.float32)])
    line, spots, lens = (np.zeros((shape[0] * fine, shape[1] * fine), np.uint8) for _ in range(3))
    shine = np.zeros(line.shape, np.uint8)
    thick = max(1, round(frame.width * unit * fine))

    def trace(drawn: Alpha, curve: F32, width: int, *, closed: bool) -> None:
        places = np.rint((curve + 0.5) * fine * 16).astype(np.int32)
        cv2.polylines(drawn, [places], isClosed=closed, color=(255,), thickness=width, lineType=cv2.LINE_AA, shift=4)

    turn = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    way = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    edge = np.sign(way) * np.abs(way) ** (2 / frame.corners) * frame.radii
    bridge_ends = []
    for eye, outward, cheek in ((left, -1, mesh.LEFT_CHEEK_EDGE), (right, 1, mesh.RIGHT_CHEEK_EDGE)):
        centre = eye + np.array((0.006 * outward, frame.drop), np.float32) @ axes * unit

        def place(x: float, y: float, centre: F32 = centre, outward: int = outward) -> F32:
            return np.asarray(centre + np.array((x * outward, y)) @ axes * unit, np.float32)

        outline = np.asarray(centre + edge @ axes * unit, np.float32)
        trace(line, outline, thick, closed=True)
        cv2.fillPoly(lens, [np.rint((outline + 0.5) * fine * 16).astype(np.int32)], (255,), shift=4)
        for start in (20, 140):
            trace(shine, outline[start : start + 40], max(1, thick // 3), closed=False)
        width, height = frame.radii
        bridge_ends.append(place(-0.97 * width, -0.3 * height))
        if frame.pads:
            pad = np.stack([place(-1.06 * width, 0.18 * height), place(-1.03 * width, 0.42 * height)])
            trace(spots, pad, round(0.016 * unit * fine), closed=False)
            arm = np.stack([place(-0.97 * width, 0.05 * height), place(-1.08 * width, 0.1 * height), pad[0]])
            trace(line, arm, max(1, thick // 2), closed=False)
        if frame.temples:
            hinge, end = place(0.93 * width, -0.45 * height), place(1.08 * width, -0.47 * height)
            aside = float((points[cheek] - end) @ over) * over
            trace(line, np.stack([hinge, end]), round(1.6 * thick), closed=False)
            ear = end + aside + np.array((0, 0.02), np.float32) @ axes * unit
            trace(line, np.stack([end, ear]).astype(np.float32), thick, closed=False)
    first, last = bridge_ends
    share = np.linspace(0, 1, 24)[:, None]
    arch = first + (last - first) * share - np.array((0, 0.03)) @ axes * unit * 4 * share * (1 - share)
    trace(line, arch.astype(np.float32), thick, closed=False)
    size = (shape[1], shape[0])
    lines, pads, lenses, shines = (
        cv2.resize(drawn, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        for drawn in (line, spots, lens, shine)
    )
    cast = np.maximum(lines, 0.5 * pads)
    move = np.array([[1, 0, 0.004 * unit], [0, 1, 0.016 * unit]], np.float32)
    shade = cv2.GaussianBlur(cv2.warpAffine(cast, move, size), (0, 0), 0.008 * unit)
    shade = np.minimum(shade * (0.016 / frame.width) ** 0.5 * 1.5, 1)[..., None] * np.float32(frame.shadow)
    light = (portrait.rgb.astype(np.float32) / 255) ** GAMMA
    light *= 1 - shade * np.array((0.85, 1, 1), np.float32)
    light *= 1 - lenses[..., None] * (1 - np.array(frame.tint, np.float32))
    seen = light ** (1 / GAMMA) * 255
    seen += 0.55 * pads[..., None] * (np.array((232, 222, 214), np.float32) - seen) * (1 - lines[..., None])
    drawn = np.array(frame.colour, np.float32) + (245 - np.array(frame.colour, np.float32)) * (
        frame.gloss * cv2.GaussianBlur(shines, (0, 0), 0.4)[..., None]
    )
    seen += lines[..., None] * (drawn - seen)
    solid = portrait.alpha[..., None] > 0
    rgb = np.where(solid, np.clip(np.rint(seen), 0, 255), portrait.rgb).astype(np.uint8)
    return replace(portrait, rgb=rgb), np.any(rgb.astype(int) != portrait.rgb, axis=-1)


def _oval(drawn: Alpha, centre: NDArray[np.int_], radii: tuple[int, int], degrees: float, width: int) -> None:
    cv2.ellipse(drawn, (int(centre[0]), int(centre[1])), radii, degrees, 0, 360, (255,), width)


def error(truth: Portrait, other: Portrait, where: Mask, *, same_exposure: bool = False) -> float:
    """RMS difference of levels within a mask; with ``same_exposure``, after both have the same mean there."""
    first, second = truth.rgb[where].astype(np.float32), other.rgb[where].astype(np.float32)
    factor = first.mean() / max(float(second.mean()), 1.0) if same_exposure else 1.0
    return float(np.sqrt(np.mean((second * factor - first) ** 2)))
