"""AI 表情: a slight smile, a closed mouth, a neutral face, eyes a little more open; one warp, layers for the lips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from idphoto import mesh
from idphoto.arrays import F32, Landmarks
from idphoto.effects import gates
from idphoto.effects.base import EffectParams, Strength
from idphoto.effects.gates import Limits
from idphoto.lips import close_lips
from idphoto.parts import parts
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import face_width
from idphoto.warp import field_from_moves, warp

KIND: Final = "expression"
LIMITS: Final = Limits(yaw=15, roll=20, face_width=60)
"""In a head turned farther the far corner of the mouth is hidden behind its cheek."""
OPENING_MOST: Final = 0.3
"""Gap between the lips over the width of the mouth that still closes well: smiles with teeth measured 0.15 to 0.2; a
mouth that speaks, 0.37, keeps the cheeks of an open jaw."""
OPENING_LEAST: Final = 0.015
"""Lips that touch measured up to 0.01."""
DEFAULT_SMILE: Final = 50.0

BOW: Final = 0.06, 0.17
"""How far the corners of the mouth stand above its middle, in widths of the mouth, between which a smile is a full one:
resting mouths measured -0.08 to 0.04, closed smiles 0.09 to 0.13."""
NEUTRAL_SHARE: Final = 0.75
"""What a neutral face at full strength takes of the bow, either way."""
NEUTRAL_MOST: Final = 0.1
NARROWING: Final = 0.5
"""A mouth that stops smiling grows narrower on each side by this part of what its corners come down."""
SUPPORT: Final = 0.34
"""How far a moved point acts, in face widths."""
RING: Final = 0.16
"""How far outside the face nothing moves, in its radii."""

SMILE: Final[Mapping[int, tuple[float, float]]] = {
    61: (1.9, 2.9), 76: (1.8, 2.7), 62: (1.7, 2.5), 78: (1.6, 2.4),
    185: (1.5, 2.0), 146: (1.5, 2.0), 191: (1.3, 1.9), 95: (1.3, 1.9),
    40: (1.0, 0.9), 91: (1.0, 0.9), 80: (0.9, 0.8), 88: (0.9, 0.8),
    39: (0.6, 0.3), 181: (0.6, 0.3), 81: (0.6, 0.3), 178: (0.6, 0.3),
    37: (0.2, -0.1), 84: (0.2, -0.1), 82: (0.2, -0.1), 87: (0.2, -0.1),
    0: (0.0, -0.2), 17: (0.0, -0.2), 13: (0.0, -0.2), 14: (0.0, -0.2),
    205: (0.4, 1.1), 50: (0.4, 0.9), 187: (0.5, 1.0), 207: (0.9, 1.3), 216: (0.9, 1.4), 92: (0.9, 1.3),
    145: (0.0, 0.35), 153: (0.0, 0.35), 144: (0.0, 0.35),
}  # fmt: skip
"""Moves of a full smile for the viewer's left half: outwards and up, in hundredths of the face's width."""

EYE_OPENING: Final = 0.075
"""How far the upper lid rises at its middle at full strength, in widths of the eye."""
_LID: Final[Mapping[int, float]] = {
    246: 0.3, 161: 0.65, 160: 0.92, 159: 1.0, 158: 0.95, 157: 0.7, 173: 0.35,
    247: 0.2, 30: 0.5, 29: 0.65, 27: 0.7, 28: 0.65, 56: 0.45, 190: 0.25,
    7: -0.05, 163: -0.12, 144: -0.2, 145: -0.22, 153: -0.2, 154: -0.12, 155: -0.05, 468: 0.35,
}  # fmt: skip
"""The lids, the crease above and the iris between, in parts of :data:`EYE_OPENING`, upwards."""
WIDE: Final = 0.34, 0.46
"""Height over width of an eye between which it is open enough, and is opened less and less."""

_HELD: Final = (
    *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
    *(1, 2, 98, 4, 6, 168, 33, 133, 10, 151, 9, 8, 127, 70, 63, 105, 66, 107, 52, 65, 118, 199, 200, 111),
)
"""Points of the left half and the midline that stay: jaw, nose, brows, corners of the eyes."""


class Expression(EffectParams):
    """What to do to the face; a request that names nothing asks for a slight smile.

    A smile and a neutral face exclude each other.
    """

    smile: Strength = 0.0
    close_mouth: Strength = 0.0
    neutral: Strength = 0.0
    eyes_open: Strength = 0.0

    @model_validator(mode="before")
    @classmethod
    def _smile_by_default(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and not any(name in data for name in Expression.model_fields):
            return {**data, "smile": DEFAULT_SMILE}
        return data

    @model_validator(mode="after")
    def _one_mood(self) -> Self:
        if self.smile and self.neutral:
            raise PydanticCustomError(
                "EXPRESSION_INVALID",
                "A smile and a neutral face exclude each other: one of them must be 0.",
                {"given": ["smile", "neutral"]},
            )
        return self

    @property
    def is_identity(self) -> bool:
        """Whether the effect changes nothing, whatever the portrait."""
        return not (self.smile or self.close_mouth or self.neutral or self.eyes_open)


def apply(portrait: Portrait, params: Expression) -> Portrait:
    """Change the expression.

    Raises
    ------
    EffectRefusedError
        The head is turned or tilted, the face small, cut off or with a hand at it; the mouth is too wide open to be
        closed; an eye that shall be opened is closed.
    """
    if params.is_identity:
        return portrait
    gates.check_whole_face(KIND, portrait)
    gates.check(KIND, portrait, LIMITS)
    gates.check_no_hand(KIND, portrait, parts(portrait).skin)
    if params.smile or params.neutral or params.close_mouth:
        gates.check_mouth(KIND, portrait, OPENING_MOST)
    if params.eyes_open:
        gates.check_open_eyes(KIND, portrait)
    closing = max(params.close_mouth, params.neutral) / 100
    if closing and gates.mouth_opening(portrait.landmarks) > OPENING_LEAST:
        portrait = close_lips(portrait, closing)
    moves: dict[int, F32] = {}
    _smile(moves, portrait.landmarks, params.smile / 100)
    _settle(moves, portrait.landmarks, params.neutral / 100)
    _open_eyes(moves, portrait.landmarks, params.eyes_open / 100)
    return _moved(portrait, moves) if moves else portrait


def mouth_bow(landmarks: Landmarks) -> float:
    """Return how far the corners of the mouth stand above the middle between the lips, in widths of the mouth."""
    _, up, width = _mouth_frame(landmarks)
    corners = mesh.centre(landmarks, (mesh.MOUTH_LEFT, mesh.MOUTH_RIGHT))
    middle = mesh.centre(landmarks, (mesh.LIP_UPPER_INNER, mesh.LIP_LOWER_INNER))
    return float((corners - middle) @ up / width)


def _mouth_frame(landmarks: Landmarks) -> tuple[F32, F32, float]:
    """Return the directions across (to the viewer's right) and up, and the width of the mouth, px."""
    along = landmarks[mesh.MOUTH_RIGHT, :2] - landmarks[mesh.MOUTH_LEFT, :2]
    width = max(float(np.hypot(*along)), 1e-6)
    across = along / np.float32(width)
    return across, np.array([across[1], -across[0]], np.float32), width


def _smile(moves: dict[int, F32], landmarks: Landmarks, strength: float) -> None:
    """Add the moves of a smile; who smiles already gets less."""
    bow = np.array([mouth_bow(landmarks)], np.float32)
    strength *= 1 - float(smoothstep(bow, *BOW)[0])
    if strength == 0:
        return
    across, up, _ = _mouth_frame(landmarks)
    unit = face_width(landmarks) / 100 * strength
    for point, (out, rise) in SMILE.items():
        _add(moves, point, -out * unit * across + rise * unit * up)
        if mesh.MIRROR[point] != point:
            _add(moves, mesh.MIRROR[point], out * unit * across + rise * unit * up)


def _settle(moves: dict[int, F32], landmarks: Landmarks, strength: float) -> None:
    """Add the moves that level the mouth: the part that a smile would have, taken back."""
    if strength == 0:
        return
    across, up, width = _mouth_frame(landmarks)
    bow = float(np.clip(mouth_bow(landmarks), -NEUTRAL_MOST, NEUTRAL_MOST))
    fall = bow * width * NEUTRAL_SHARE * strength
    full = SMILE[mesh.MOUTH_LEFT][1]
    for point, (out, rise) in SMILE.items():
        inwards = max(fall, 0.0) * NARROWING * out / full
        down = -fall * max(rise, 0.0) / full
        _add(moves, point, inwards * across + down * up)
        if mesh.MIRROR[point] != point:
            _add(moves, mesh.MIRROR[point], -inwards * across + down * up)


def _open_eyes(moves: dict[int, F32], landmarks: Landmarks, strength: float) -> None:
    if strength == 0:
        return
    for right, end, start, openness in (
        (False, mesh.LEFT_EYE_INNER, mesh.LEFT_EYE_OUTER, gates.eye_openness(landmarks)[0]),
        (True, mesh.RIGHT_EYE_OUTER, mesh.RIGHT_EYE_INNER, gates.eye_openness(landmarks)[1]),
    ):
        along = landmarks[end, :2] - landmarks[start, :2]
        needed = 1 - float(smoothstep(np.array([openness], np.float32), *WIDE)[0])
        rise = np.array([along[1], -along[0]], np.float32) * np.float32(EYE_OPENING * strength * needed)
        for point, part in _LID.items():
            _add(moves, mesh.MIRROR[point] if right else point, part * rise)


def _add(moves: dict[int, F32], point: int, move: F32) -> None:
    moves[point] = moves.get(point, np.zeros(2, np.float32)) + np.asarray(move, np.float32)


def _moved(portrait: Portrait, moves: Mapping[int, F32]) -> Portrait:
    held = {*_HELD, *(mesh.MIRROR[point] for point in _HELD)} - moves.keys()
    points = [*sorted(moves), *sorted(held)]
    shift = np.array([moves.get(point, (0, 0)) for point in points], np.float32)
    start = portrait.landmarks[points, :2]
    # A ring around the face holds ears, hair and background.
    oval = portrait.landmarks[list(mesh.FACE_OVAL[::2]), :2]
    ring = oval + (oval - oval.mean(axis=0)) * np.float32(RING)
    start, shift = np.concatenate([start, ring]), np.concatenate([shift, np.zeros_like(ring)])
    support = SUPPORT * face_width(portrait.landmarks)
    return warp(portrait, field_from_moves(portrait, start, start + shift, support=support))
