"""What is behind the person: an even wall, the person's shadow on it, or things.

A specification that allows the background to be replaced makes most of this unimportant; one that does not makes it
binding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, F64, Mask
from idphoto.checks import iso
from idphoto.checks.aligned_face import fit_similarity, resample
from idphoto.checks.bust import HEIGHT, WIDTH, Bust
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    BLOCK_FROM_STANDARD,
    INFO_ALWAYS,
    CheckItem,
    Demand,
    Finding,
    Limits,
    NotApplicable,
    Wording,
)
from idphoto.checks.report import Group, Reliability
from idphoto.cielab import LINEAR_OF_LEVEL, LUMINANCE_WEIGHTS
from idphoto.raster import dilate, step
from idphoto.specs import Spec

GRADIENT_MOST = Limits(200.0, 113.0, 80.0)
"""The standard's raw value, a mean Scharr gradient; 113 is where its scalar is 50. Studio walls measured 26 to 107,
gardens and flags 136."""

OBJECTS_MOST = Limits(15.0, 8.0, 6.0)
"""Per cent of the wall that differs from its even course. Plain walls measured up to 4, a painted backdrop 6, rooms and
gardens 21 to 96."""

CAST_SHADOW_MOST = Limits(16.0, 12.0, 10.5)
"""L* by which the wall beside the head is darker than farther away. Plain walls measured up to 10; a drawn shadow of
one stop 10 to 17 in 7 of 10."""

OFF_COURSE: Final = 12.0
"""CIE76 difference from the fitted wall above which something is an object."""
PLAIN_ENOUGH: Final = 25.0
"""Per cent of objects above which a shadow cannot be told from them."""

_ROUNDS: Final = 3
_FEWEST: Final = 600
_NEAR, _FAR = 12.0, 22.0
"""px of the bust: the wall beside the head, and the wall that is out of its shadow."""

_OFIQ_POINTS: Final = np.array([(251, 272), (364, 272), (308, 336), (262, 402), (355, 402)], np.float64)
"""Eyes, tip of the nose and corners of the mouth in the standard's canvas of 616 x 616 px."""
_OFIQ_CORNER: Final = np.array([62.0, 0.0])
_OFIQ_CROP, _OFIQ_SIZE = np.array([492.0, 406.0]), (354, 292)

_NO_WALL = NotApplicable("Too little of the background is seen.", "背景可见部分过少。")
_BUSY = NotApplicable("The background has objects; a shadow cannot be told from them.", "背景杂乱，无法判断阴影。")


@dataclass(frozen=True, eq=False)
class _Wall:
    """The even course of a wall's colour, and how far each of its px is from it."""

    where: Mask
    apart: F32

    @property
    def objects(self) -> Mask:
        return self.where & (self.apart > OFF_COURSE)

    @property
    def objects_share(self) -> float:
        return 100.0 * float(self.objects.sum()) / max(int(self.where.sum()), 1)


def _fit_wall(bust: Bust) -> _Wall | None:
    """Fit a plane to the wall's L*, a*, b*, leaving out what does not belong to it."""
    where = bust.wall
    if where.sum() < _FEWEST:
        return None
    rows, columns = np.nonzero(where)
    course = np.stack([np.ones(len(rows)), columns / WIDTH - 0.5, rows / HEIGHT - 0.5], axis=1)
    colours = bust.lab[where].astype(np.float64)
    kept = np.ones(len(rows), np.bool_)
    distance: F64 = np.zeros(len(rows))
    for _ in range(_ROUNDS):
        plane = np.linalg.solve(course[kept].T @ course[kept] + 1e-6 * np.eye(3), course[kept].T @ colours[kept])
        distance = np.linalg.norm(colours - course @ plane, axis=1)
        kept = distance <= max(2.5 * float(np.median(distance)), 3.0)
    apart = np.zeros(where.shape, np.float32)
    apart[where] = distance
    return _Wall(where, apart)


def share_of_objects(evidence: Evidence) -> Finding | NotApplicable | None:
    """Measure how much of the background differs from one even colour or gradient."""
    if evidence.bust is None:
        return None
    wall = _fit_wall(evidence.bust)
    if wall is None:
        return _NO_WALL
    return Finding(wall.objects_share, evidence.bust.region_of(wall.objects))


def cast_shadow(evidence: Evidence) -> Finding | NotApplicable | None:
    """Compare the lightness of the wall beside the head with that farther away; the darker side counts."""
    bust = evidence.bust
    if bust is None:
        return None
    wall = _fit_wall(bust)
    person = bust.alpha > 0.02
    far = bust.wall & ~dilate(person, _FAR)
    if wall is None or far.sum() < _FEWEST / 4:
        return _NO_WALL
    if wall.objects_share > PLAIN_ENOUGH:
        return _BUSY
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    near = dilate(person, _NEAR) & bust.wall & (rows < bust.chin + 10)
    darker = float(np.median(bust.lab[..., 0][far])) - bust.lab[..., 0]
    worst = Finding(0.0)
    for sign in (-1, 1):
        side = near & ((columns - bust.middle) * sign > 0)
        if side.sum() > 40 and (value := float(np.percentile(darker[side], 80))) >= worst.value:
            worst = Finding(value, bust.region_of(side))
    return worst


def mean_gradient(evidence: Evidence) -> Finding | NotApplicable | None:
    """Mean gradient of the background's luminance (ISO/IEC 29794-5), our matte in place of its face parser."""
    face, bust = evidence.face, evidence.bust
    if face is None or bust is None:
        return None
    left, right = mesh.eye_centres(face.landmarks)
    corners = face.landmarks[[mesh.NOSE_TIP, mesh.MOUTH_LEFT, mesh.MOUTH_RIGHT], :2]
    origin, turn = _from_canvas(np.array([left, right, *corners], np.float64))
    rgb, covered = resample(evidence.photo.rgb, origin, turn, _OFIQ_SIZE)
    to_bust = np.linalg.inv(bust.turn)
    opacity = np.rint(255 * bust.alpha).astype(np.uint8)
    alpha, known = resample(opacity, to_bust @ (origin - bust.origin), to_bust @ turn, _OFIQ_SIZE)
    background = ~step(step(~(covered & known) | (alpha > 127)))
    if not background.any():
        return _NO_WALL
    levels = np.floor(255 * (LINEAR_OF_LEVEL[rgb] @ LUMINANCE_WEIGHTS) + np.float32(0.5))
    raw = float(_scharr(levels)[background].mean())
    return Finding(raw, bust.region_of(bust.wall), iso=iso.component("BackgroundUniformity", raw))


def _from_canvas(points: F64) -> tuple[F64, F64]:
    """Return where the standard's crop lies in the photo: ``photo = origin + turn @ crop``."""
    scale = np.array(_OFIQ_SIZE) / _OFIQ_CROP
    target = (_OFIQ_POINTS - _OFIQ_CORNER + 0.5) * scale - 0.5
    return fit_similarity(target, points)


def _scharr(levels: F32) -> F32:
    """Return the length of the Scharr gradient, unnormalised as OpenCV's."""
    padded = np.pad(levels, 1, mode="reflect")
    across, down = padded[:, 2:] - padded[:, :-2], padded[2:] - padded[:-2]
    x = 3 * across[:-2] + 10 * across[1:-1] + 3 * across[2:]
    y = 3 * down[:, :-2] + 10 * down[:, 1:-1] + 3 * down[:, 2:]
    return np.asarray(np.hypot(x, y), np.float32)


def _of_spec(spec: Spec) -> Demand:
    """Where the background must stay, it has to be right in the source."""
    return Demand(severity=None if spec.background_replace_allowed else BLOCK_FROM_STANDARD)


BACKGROUND_UNIFORM = CheckItem(
    code="background_uniform",
    group=Group.BACKGROUND,
    name="Even background",
    name_zh="背景均匀",
    unit="",
    measure=mean_gradient,
    limits=GRADIENT_MOST,
    worst=400,
    best=0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="BACKGROUND_UNEVEN",
        reason="The background is not even.",
        reason_zh="背景不均匀。",
        advice="Stand before a plain wall, or have the background replaced.",
        advice_zh="请站在纯色墙前拍摄，或更换背景。",
    ),
    iso="BackgroundUniformity",
    demand=_of_spec,
)

BACKGROUND_OBJECTS = CheckItem(
    code="background_objects",
    group=Group.BACKGROUND,
    name="Nothing in the background",
    name_zh="背景无杂物",
    unit="%",
    measure=share_of_objects,
    limits=OBJECTS_MOST,
    worst=80,
    best=0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="BACKGROUND_OBJECTS",
        reason="{value} of the background shows something other than a plain wall.",
        reason_zh="背景有 {value} 不是纯色墙面。",
        advice="Stand before a plain wall, or have the background replaced.",
        advice_zh="请站在纯色墙前拍摄，或更换背景。",
    ),
    reliability=Reliability.MEDIUM,
    demand=_of_spec,
)

BACKGROUND_SHADOW = CheckItem(
    code="background_shadow",
    group=Group.BACKGROUND,
    name="No shadow behind the head",
    name_zh="背景无阴影",
    unit="L*",
    measure=cast_shadow,
    limits=CAST_SHADOW_MOST,
    worst=40,
    best=0,
    severity=INFO_ALWAYS,
    wording=Wording(
        fault="BACKGROUND_SHADOW",
        reason="The person's shadow seems to fall on the wall.",
        reason_zh="背景墙上疑似有人影。",
        advice="Step a metre away from the wall, or have the background replaced.",
        advice_zh="请离墙约一米，或更换背景。",
    ),
    reliability=Reliability.LOW,
)
