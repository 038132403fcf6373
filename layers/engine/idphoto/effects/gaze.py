"""眼神矫正: both eyes turned towards the camera by one and the same shift of the irises.

The content of each eye slides within its lids: the iris with its catchlight moves as a whole, the white is stretched on
one side and drawn together on the other, and what touches a lid moves along it. Lids and lashes stay. Nothing is
invented, so that it holds for small shifts only; larger ones are refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Landmarks, Rgb
from idphoto.cielab import rgb_to_lab
from idphoto.effects import gates
from idphoto.effects.base import EffectParams, EffectRefusedError, Strength
from idphoto.effects.gates import Limits
from idphoto.portrait import Portrait
from idphoto.pose import Pose
from idphoto.raster import smoothstep
from idphoto.shapes import polygon_mask

KIND: Final = "gaze"
LIMITS: Final = Limits(yaw=15, roll=15, face_width=90)
"""In a head turned farther the far eye is foreshortened, and one shift no longer fits both."""
OPENNESS_LEAST: Final = 0.16
"""Height over width of an eye; where less of the iris is seen, its place is not sure enough."""
IRIS_LEAST: Final = 5.0
"""Radius, px."""

STRAIGHT: Final = (0.12, 0.26)
"""Gaze aside, in iris radii, up to which eyes look at the camera, and from which all of it is corrected: 18 portraits
looking at the camera measured 0.00 to 0.10."""
LEVEL: Final = -0.09
"""Where the iris stands between the lids, in iris radii below their middle: -0.22 to 0.04 in those portraits."""
LEVEL_STRAIGHT: Final = (0.16, 0.32)
TURN: Final = 1.2
"""The middle between the corners of an eye lies so many iris radii before the eyeball's centre: eyes of a head that is
turned by 19 and by 33 degrees and looks at the camera stand 0.45 and 0.59 radii aside."""
SHIFT_MOST: Final = (0.5, 0.2)
"""Across and down, in iris radii."""
ASIDE_MOST: Final = 0.8
"""Gaze aside, in iris radii, that is still corrected: beyond, what :data:`SHIFT_MOST` leaves would still look away."""

GLARE_LIGHTNESS: Final = 88.0
GLARE_MOST: Final = 0.16
"""Part of the visible iris that may be as bright as this L*: catchlights take up to 0.1, glare on a lens much more."""
IRIS_RATIO_MOST: Final = 0.88
"""Lightness of the iris over that of the skin below the eye; an eye behind a hand or hair measured 0.88 to 1.05."""

IRIS_WHOLE: Final = 1.12
"""All within so many iris radii of the centre moves as one."""
LID_BAND: Final = 0.32
"""Part of the height of the opening, at each lid, over which what moves comes to follow the lid."""


class Gaze(EffectParams):
    """How far the eyes are turned towards the camera."""

    strength: Strength = 80.0

    @property
    def is_identity(self) -> bool:
        """Whether the effect changes nothing, whatever the portrait."""
        return self.strength == 0


@dataclass(frozen=True)
class _Eye:
    """Where an eye is in the mesh; the ring begins at the outer corner and runs along the lower lid."""

    ring: tuple[int, ...]
    iris: tuple[int, ...]
    centre: int
    under: tuple[int, ...]


_EYES: Final = (
    _Eye(mesh.LEFT_EYE, mesh.LEFT_IRIS, mesh.LEFT_IRIS_CENTRE, mesh.LEFT_UNDER_EYE),
    _Eye(mesh.RIGHT_EYE, mesh.RIGHT_IRIS, mesh.RIGHT_IRIS_CENTRE, mesh.RIGHT_UNDER_EYE),
)


class _Opening:
    """The opening of one eye, in its own frame: u px along the line of its corners, v px below that line."""

    def __init__(self, landmarks: Landmarks, eye: _Eye) -> None:
        points = landmarks[:, :2]
        ring = points[list(eye.ring)]
        corners = ring[[0, 8]]
        first, last = corners[np.argsort(corners[:, 0])]
        self.origin = (first + last) / 2
        self.half = float(np.hypot(*(last - first))) / 2
        across = (last - first) / (2 * self.half)
        self.axes = np.stack([across, (-across[1], across[0])]).astype(np.float32)
        self.radius = float(np.linalg.norm(points[list(eye.iris)] - points[eye.centre], axis=1).mean())
        self.centre = self.axes @ (points[eye.centre] - self.origin)
        self.ring = ring
        local = (ring - self.origin) @ self.axes.T
        self._lower, self._upper = _by_u(local[:9]), _by_u(local[[8, 9, 10, 11, 12, 13, 14, 15, 0]])

    def lids(self, u: F32) -> tuple[F32, F32]:
        """Return v of the upper and of the lower lid."""
        upper, lower = (np.interp(u, *curve).astype(np.float32) for curve in (self._upper, self._lower))
        return upper, lower

    @property
    def below(self) -> float:
        """Of the iris from the middle between the lids, in iris radii."""
        upper, lower = self.lids(self.centre[:1])
        return float(self.centre[1] - (upper[0] + lower[0]) / 2) / self.radius


def apply(portrait: Portrait, params: Gaze) -> Portrait:
    """Turn both eyes towards the camera; eyes that look at it already stay as they are.

    Raises
    ------
    EffectRefusedError
        The head is turned, an eye is closed, covered, small or behind glare, or looks too far aside.
    """
    if params.is_identity:
        return portrait
    gates.check_whole_face(KIND, portrait)
    pose = gates.check(KIND, portrait, LIMITS)
    gates.check_open_eyes(KIND, portrait, OPENNESS_LEAST)
    openings = [_Opening(portrait.landmarks, eye) for eye in _EYES]
    _check_irises(portrait, openings)
    aside, below = gaze_offset(portrait.landmarks, pose)
    if abs(aside) > ASIDE_MOST:
        raise EffectRefusedError(
            KIND,
            "GAZE_TOO_FAR",
            f"The eyes look aside by {abs(aside):.1f} iris radii; this effect takes at most {ASIDE_MOST}.",
            f"视线偏离 {abs(aside):.1f} 个虹膜半径，此效果最多允许 {ASIDE_MOST} 个。",
            value=round(aside, 2),
            allowed=ASIDE_MOST,
        )
    shift = -_wanted(aside, below) * np.float32(params.strength / 100)
    return turn_eyes(portrait, float(shift[0]), float(shift[1]))


def gaze_offset(landmarks: Landmarks, pose: Pose) -> tuple[float, float]:
    """Return how far both eyes together look past the camera, in iris radii: to the viewer's right, and down.

    The eyes are measured together: each by itself also deviates by the angle between the axes of sight and of the eye.
    """
    openings = [_Opening(landmarks, eye) for eye in _EYES]
    across = _axes(openings)[0]
    aside = [float(across @ (opening.centre @ opening.axes)) / opening.radius for opening in openings]
    expected = -TURN * np.sin(np.radians(pose.yaw))
    below = [opening.below for opening in openings]
    return float(np.mean(aside) - expected), float(np.mean(below) - LEVEL)


def turn_eyes(portrait: Portrait, across: float, down: float) -> Portrait:
    """Return the portrait with both irises shifted, to the viewer's right and down, in iris radii (up to 0.5, 0.2)."""
    if across == 0 and down == 0:
        return portrait
    rgb, landmarks = portrait.rgb.copy(), portrait.landmarks.copy()
    openings = [_Opening(portrait.landmarks, eye) for eye in _EYES]
    radius = np.mean([opening.radius for opening in openings])
    shift = np.asarray(np.array([across, down]) * radius @ _axes(openings), np.float32)
    for eye, opening in zip(_EYES, openings, strict=True):
        _slide(portrait.rgb, rgb, opening, opening.axes @ shift)
        landmarks[[eye.centre, *eye.iris], :2] += shift
    return replace(portrait, rgb=rgb, landmarks=landmarks)


def _axes(openings: list[_Opening]) -> F32:
    """Return the directions across the face, from eye to eye, and down; the corners of each eye slant by themselves."""
    along = openings[1].origin - openings[0].origin
    across = along / np.hypot(*along)
    return np.array([across, (-across[1], across[0])], np.float32)


def _wanted(aside: float, below: float) -> F32:
    """Return the part of the gaze's offset that is to be corrected."""
    offset = np.array([aside, below], np.float32)
    least, full = np.array([STRAIGHT, LEVEL_STRAIGHT], np.float32).T
    part = np.clip((np.abs(offset) - least) / (full - least), 0, 1)
    most = np.array(SHIFT_MOST, np.float32)
    return np.asarray(np.clip(offset * part * part * (3 - 2 * part), -most, most), np.float32)


def _slide(source: Rgb, target: Rgb, opening: _Opening, shift: F32) -> None:
    """Write one eye with its content shifted by ``(u, v)`` px into the target."""
    margin = opening.radius * 0.5 + 2
    left, top = np.maximum(np.floor(opening.ring.min(axis=0) - margin), 0).astype(int)
    right, bottom = np.minimum(np.ceil(opening.ring.max(axis=0) + margin) + 1, source.shape[1::-1]).astype(int)
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    frame = (np.dstack([x, y]) - opening.origin) @ opening.axes.T
    u, v = frame[..., 0], frame[..., 1]
    from_u, from_v = _sources(u, v, opening, shift)
    places = np.dstack([from_u, from_v]).astype(np.float32) @ opening.axes + opening.origin
    moved = cv2.remap(
        source,
        np.ascontiguousarray(places[..., 0], np.float32),
        np.ascontiguousarray(places[..., 1], np.float32),
        cv2.INTER_LANCZOS4,
        borderMode=cv2.BORDER_REPLICATE,
    )
    soft = max(0.5, 0.05 * opening.radius)
    mask = polygon_mask(opening.ring - (left, top), x.shape)
    mask = np.clip(cv2.GaussianBlur(mask, (0, 0), soft) * 1.25 - np.float32(0.05), 0, 1)
    still = (from_u == u) & (from_v == v)
    mask[still] = 0
    part = target[top:bottom, left:right]
    blend = part + (moved.astype(np.float32) - part) * mask[..., None]
    part[...] = np.clip(np.rint(blend), 0, 255).astype(np.uint8)


def _sources(u: F32, v: F32, opening: _Opening, shift: F32) -> tuple[F32, F32]:
    """Return where in the eye each place ``(u, v)`` px of the result comes from."""
    centre = opening.centre[0] + shift[0]
    whole = IRIS_WHOLE * opening.radius
    distance = u - centre
    # From the iris to the corner of the eye on either side, the shift fades away.
    room = np.where(distance > 0, opening.half - centre, opening.half + centre) - whole
    weight = 1 - smoothstep((np.abs(distance) - whole) / np.maximum(room, 0.4 * opening.radius), 0, 1)
    from_u = u - shift[0] * weight
    upper, lower = opening.lids(u)
    from_upper, from_lower = opening.lids(from_u)
    part = (v - upper) / np.maximum(lower - upper, 1e-3)
    at_upper, at_lower = 1 - smoothstep(part, 0, LID_BAND), smoothstep(part, 1 - LID_BAND, 1)
    along = at_upper * (from_upper - upper) + at_lower * (from_lower - lower)
    inner = (1 - at_upper) * (1 - at_lower) * weight
    return from_u, v + along - shift[1] * inner


def _check_irises(portrait: Portrait, openings: list[_Opening]) -> None:
    radius = min(opening.radius for opening in openings)
    if radius < IRIS_LEAST:
        raise EffectRefusedError(
            KIND,
            "EYES_TOO_SMALL",
            f"The irises have a radius of {radius:.1f} px; this effect needs at least {IRIS_LEAST:.0f} px.",
            f"虹膜半径仅 {radius:.1f} 像素，此效果至少需要 {IRIS_LEAST:.0f} 像素。",
            value=round(radius, 1),
            allowed=IRIS_LEAST,
        )
    seen = [_look(portrait, opening, eye) for opening, eye in zip(openings, _EYES, strict=True)]
    glare, ratio = (max(values) for values in zip(*seen, strict=True))
    if glare > GLARE_MOST:
        raise EffectRefusedError(
            KIND,
            "GLARE_ON_EYE",
            f"Glare covers {glare:.0%} of an iris; this effect takes at most {GLARE_MOST:.0%}.",
            f"反光遮挡虹膜的 {glare:.0%}，此效果最多允许 {GLARE_MOST:.0%}。",
            value=round(glare, 2),
            allowed=GLARE_MOST,
        )
    if ratio > IRIS_RATIO_MOST:
        raise EffectRefusedError(
            KIND,
            "EYE_COVERED",
            f"An iris is hidden: it is {ratio:.2f} as light as the skin below; this effect takes {IRIS_RATIO_MOST}.",
            f"虹膜被遮挡：其亮度为下方皮肤的 {ratio:.2f} 倍，此效果最多允许 {IRIS_RATIO_MOST} 倍。",
            value=round(ratio, 2),
            allowed=IRIS_RATIO_MOST,
        )


def _look(portrait: Portrait, opening: _Opening, eye: _Eye) -> tuple[float, float]:
    """Return the part of the visible iris that is glare, and its lightness over that of the skin below the eye."""
    under = portrait.landmarks[list(eye.under), :2]
    points = np.concatenate([opening.ring, under])
    left, top = np.maximum(np.floor(points.min(axis=0)), 0).astype(int)
    right, bottom = np.ceil(points.max(axis=0)).astype(int) + 1
    lightness = rgb_to_lab(portrait.rgb[top:bottom, left:right])[..., 0]
    y, x = np.mgrid[0 : lightness.shape[0], 0 : lightness.shape[1]]
    at = portrait.landmarks[eye.centre, :2] - (left, top)
    disc = np.hypot(x - at[0], y - at[1]) < 0.8 * opening.radius
    iris = lightness[disc & (polygon_mask(opening.ring - (left, top), lightness.shape) > 0.5)]
    skin = lightness[polygon_mask(under - (left, top), lightness.shape) > 0.5]
    if not iris.size or not skin.size:
        return 0.0, 1.0
    return float((iris > GLARE_LIGHTNESS).mean()), float(np.median(iris) / max(float(np.median(skin)), 1.0))


def _by_u(points: F32) -> tuple[F32, F32]:
    """Return a lid as a function: its points by rising u, curved between them (Catmull and Rom 1974)."""
    points = points[np.argsort(points[:, 0])]
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    p = np.concatenate([[before], points, [after]])
    t = np.linspace(0, 1, 6, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (p[i : len(p) - 3 + i, None] for i in range(4))
    curve = p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    curve = np.concatenate([curve.reshape(-1, 2), points[-1:]])
    return np.maximum.accumulate(curve[:, 0]), curve[:, 1]
