"""Where make-up goes: soft fields over a face, from its landmarks. All lengths are in face widths.

Each function answers ``(H, W)`` float32 in 0..1 and mirrors when the landmarks are mirrored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Matte
from idphoto.raster import smoothstep
from idphoto.shapes import blur, polygon_mask

# Of each eye from its outer to its inner corner; the viewer's left eye first.
UPPER_LIDS: Final = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (263, 466, 388, 387, 386, 385, 384, 398, 362),
)
CREASES: Final = (
    (226, 247, 30, 29, 27, 28, 56, 190, 243),
    (446, 467, 260, 259, 257, 258, 286, 414, 463),
)
LOWER_LIDS: Final = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (263, 249, 390, 373, 374, 380, 381, 382, 362),
)

LINER_WIDTHS: Final = {"tight": 0.006, "line": 0.010, "wing": 0.013}
WING: Final = 0.045
"""Length of a wing beyond the corner of the eye."""

LASHES: Final = 30
LASH_LENGTH: Final = 0.046
LASH_WIDTH: Final = 0.0036

SEAM: Final = (0.012, 0.03)
"""Gap between the lips from which on the mouth counts as open."""

_CHEEKS: Final = ((50, 205, 101, 116), (280, 425, 330, 345))
_FINE: Final = 4


@dataclass(frozen=True, eq=False)
class Face:
    """Landmarks in px of the fields that are to be drawn, the size of these, and the face's width in them."""

    points: F32
    shape: tuple[int, int]
    unit: float

    @property
    def across(self) -> F32:
        """Unit vector to the viewer's right along the face."""
        way = self.points[mesh.RIGHT_CHEEK_EDGE] - self.points[mesh.LEFT_CHEEK_EDGE]
        return np.asarray(way / max(float(np.hypot(*way)), 1e-6), np.float32)

    @property
    def up(self) -> F32:
        """Unit vector to the forehead."""
        x, y = self.across
        return np.array([y, -x], np.float32)

    def side(self, index: int) -> F32:
        """Return the unit vector outwards on the viewer's left (0) or right (1)."""
        return self.across if index else -self.across

    def at(self, *indices: int) -> F32:
        """Mean of some landmarks, ``(2,)``."""
        return np.asarray(self.points[list(indices)].mean(axis=0), np.float32)

    def spot(self, centre: F32, along: F32, length: float, width: float) -> Matte:
        """Gaussian of ``length`` (sigma) along a unit vector and ``width`` across it."""
        rows, columns = np.ogrid[: self.shape[0], : self.shape[1]]
        x, y = columns.astype(np.float32) - centre[0], rows.astype(np.float32) - centre[1]
        far, aside = x * along[0] + y * along[1], y * along[0] - x * along[1]
        exponent = (far / (length * self.unit)) ** 2 + (aside / (width * self.unit)) ** 2
        return np.asarray(np.exp(-exponent / 2), np.float32)

    def stroke(self, places: list[F32], width: float) -> Matte:
        """Soft stroke through some places; ``width`` is its sigma."""
        mask = np.zeros(self.shape, np.float32)
        line = np.rint(np.stack(places) * 16).astype(np.int32)
        cv2.polylines(mask, [line], isClosed=False, color=1.0, thickness=1, lineType=cv2.LINE_8, shift=4)
        # The sum of a line one pixel wide under a Gaussian of sigma s is 1 / (s sqrt(2 pi)) on the line.
        sigma = max(width * self.unit, 0.6)
        return np.asarray(np.minimum(blur(mask, sigma) * np.float32(sigma * 2.2), 1), np.float32)


def blush(face: Face, shape: str) -> Matte:
    """Cheeks: ``apple``, ``lifted`` or ``sun``."""
    field = np.zeros(face.shape, np.float32)
    for index, cheek in enumerate(_CHEEKS):
        out, middle = face.side(index), face.at(*cheek)
        if shape == "lifted":
            along = _unit(out + face.up * np.float32(0.75))
            spot = face.spot(
                np.asarray(middle + (out * 0.045 + face.up * 0.02) * face.unit, np.float32), along, 0.115, 0.058
            )
        elif shape == "sun":
            along = _unit(out + face.up * np.float32(0.1))
            spot = face.spot(np.asarray(middle + face.up * 0.035 * face.unit, np.float32), along, 0.105, 0.06)
        else:
            along = _unit(out + face.up * np.float32(0.4))
            spot = face.spot(middle, along, 0.085, 0.066)
        field = np.maximum(field, spot)
    if shape == "sun":
        field = np.maximum(field, np.float32(0.7) * face.spot(face.at(5, 195), face.across, 0.09, 0.035))
    return field


def shadow(face: Face, shape: str) -> tuple[Matte, Matte]:
    """Upper lids: the field of the first colour, on the lid, and that of the second, about the crease."""
    lid, high = np.zeros(face.shape, np.float32), np.zeros(face.shape, np.float32)
    reach = {"lid": 1.0, "crease": 1.35, "smoky": 1.55}[shape]
    for index in (0, 1):
        root, crease = face.points[list(UPPER_LIDS[index])], face.points[list(CREASES[index])]
        lift = crease - root
        outer = np.linspace(1, 0, len(root), dtype=np.float32)[:, None]
        levels = [root + lift * (reach * share) for share in (0.55, 0.8, 1.0)]
        bands = [polygon_mask(np.concatenate([root, top[::-1]]), face.shape, smooth=False) for top in levels]
        lid = np.maximum(lid, blur(np.asarray(sum(bands) / 3, np.float32), 0.012 * face.unit))
        top = root + lift * (reach * (0.75 + 0.35 * outer)) + face.side(index) * outer**2 * (0.03 * face.unit)
        wide = blur(polygon_mask(np.concatenate([root, top[::-1]]), face.shape, smooth=False), 0.02 * face.unit)
        corner = face.spot(
            np.asarray(root[0] + lift[1] * 0.5, np.float32), _unit(root[0] - root[-1] + lift[0]), 0.075, 0.035
        )
        high = np.maximum(high, wide * corner)
        if shape == "smoky":
            low = face.points[list(LOWER_LIDS[index])]
            under = blur(
                _band(low[:-1], face.up * -1, np.full(len(low) - 1, 0.016 * face.unit), face), 0.008 * face.unit
            )
            high = np.maximum(high, np.float32(0.6) * under * corner ** np.float32(0.5))
    return lid, high


def liner(face: Face, shape: str, lower: float) -> Matte:
    """Draw a line along the roots of the upper lashes, and ``lower`` of one along the lower."""
    field = np.zeros(face.shape, np.float32)
    width = LINER_WIDTHS[shape] * face.unit
    for index in (0, 1):
        lid = _open_curve(face.points[list(UPPER_LIDS[index])])
        share = np.linspace(1, 0, len(lid), dtype=np.float32)
        widths = width * (0.25 + 0.75 * share**0.7) * np.minimum(1, (1 - share) * 9 + (1 if shape == "wing" else 0.2))
        field = np.maximum(field, _band(lid, face.up, widths * np.minimum(share * 8 + 0.1, 1), face))
        if shape == "wing":
            below = face.points[list(LOWER_LIDS[index])]
            way = _unit(_unit(below[0] - below[2]) + face.side(index) + face.up * np.float32(0.35))
            root = lid[0]
            tip = root + way * np.float32(WING * face.unit)
            inner = lid[4] + face.up * widths[4]
            wing = np.stack([root - face.up * 0.2 * width, tip, inner, lid[4]]).astype(np.float32)
            field = np.maximum(field, polygon_mask(wing, face.shape, smooth=False))
        if lower:
            low = _open_curve(face.points[list(LOWER_LIDS[index])])
            fade = np.linspace(1, 0, len(low), dtype=np.float32)
            line = _band(low, face.up * -1, 0.6 * width * fade, face)
            field = np.maximum(field, line * np.float32(lower))
    return blur(field, 0.0022 * face.unit)


def lashes(face: Face, shape: str, length: float) -> Matte:
    """Fine lashes that fan out from the upper lid, each thinner towards its tip."""
    height, width = face.shape
    fine = np.zeros((height * _FINE, width * _FINE), np.float32)
    fan = 0.9 if shape == "fanned" else 0.6
    for index in (0, 1):
        lid = _open_curve(face.points[list(UPPER_LIDS[index])], steps=8)
        for number in range(LASHES):
            # The corners have none; every other lash is shorter, as they grow in rows.
            share = 0.06 + 0.80 * number / (LASHES - 1)
            root = lid[round(share * (len(lid) - 1))]
            outward = face.side(index) * np.float32(fan * (0.75 - 1.25 * share))
            size = LASH_LENGTH * length * face.unit * (1.0 - 0.55 * share) * (1.0, 0.72, 0.88)[number % 3]
            way = _unit(face.up * np.float32(0.3) + outward * np.float32(1.5))
            bend = face.up * np.float32(0.6) * np.float32(size)
            for part, weight in ((1.0, 0.55), (0.6, 1.0)):
                t = np.linspace(0, part, 7, dtype=np.float32)[:, None]
                curve = root + way * (np.float32(size) * t) + bend * (t * t)
                line = np.rint(((curve + 0.5) * _FINE - 0.5) * 16).astype(np.int32)
                thick = max(1, round(LASH_WIDTH * face.unit * _FINE * (1 if part < 1 else 0.6)))
                cv2.polylines(fine, [line], False, weight, thick, cv2.LINE_AA, 4)  # noqa: FBT003
    return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def contour(face: Face, shape: str) -> tuple[Matte, Matte]:
    """Shade and light: the fields that are darkened and lightened."""
    shade, light = np.zeros(face.shape, np.float32), np.zeros(face.shape, np.float32)
    for near_ear, near_mouth, jaw, nose, bone in _SCULPT:
        hollow = face.stroke([face.at(*near_ear), face.at(*near_mouth)], 0.035)
        shade = np.maximum(shade, hollow * np.float32(1.0 if shape != "soft" else 0.8))
        if shape in {"angular", "sculpted"}:
            weight = np.float32(0.9 if shape == "angular" else 0.5)
            shade = np.maximum(shade, weight * face.stroke([face.at(index) for index in jaw], 0.032))
        weight = np.float32(0.35 if shape == "angular" else 0.5)
        shade = np.maximum(shade, weight * face.stroke([face.at(index) for index in nose], 0.014))
        light = np.maximum(light, face.stroke([face.at(index) for index in bone], 0.024))
    ridge = face.stroke([face.at(index) for index in (168, 6, 197, 195, 5)], 0.012)
    return shade, np.maximum(light, np.float32(0.8) * ridge)


_SCULPT: Final = (
    ((137, 177), (187, 207), (58, 172, 136, 150), (193, 122, 196, 236), (116, 117, 118)),
    ((366, 401), (411, 427), (288, 397, 365, 379), (417, 351, 419, 456), (345, 346, 347)),
)
"""Of each side: where the hollow of the cheek begins and ends, the jaw, the side of the nose, the cheek bone."""


def brow_fill(face: Face, shape: str) -> Matte:
    """Fill the brows' own outline, a little within it; ``defined`` fills it to the edge."""
    field = np.zeros(face.shape, np.float32)
    inset = 0.90 if shape == "defined" else 0.78
    for ring in (mesh.LEFT_BROW, mesh.RIGHT_BROW):
        outline = face.points[list(ring)]
        middle = (outline[:5] + outline[:4:-1]) / 2
        half = (outline[:5] - outline[:4:-1]) / 2 * np.float32(inset)
        field = np.maximum(field, polygon_mask(np.concatenate([middle + half, (middle - half)[::-1]]), face.shape))
    return blur(field, 0.010 * face.unit)


def closed_seam(face: Face, mouth: Matte) -> Matte:
    """Fill what is seen between lips that touch or nearly so; nothing of an open mouth."""
    gap = float(np.hypot(*(face.points[mesh.LIP_LOWER_INNER] - face.points[mesh.LIP_UPPER_INNER]))) / face.unit
    return mouth * (1 - smoothstep(np.array([gap], np.float32), *SEAM))


def inner_fade(face: Face, mouth: Matte) -> Matte:
    """1 at the inner edge of the lips, 0 a lip's thickness away from it."""
    lip = float(np.hypot(*(face.points[17] - face.points[14]))) + float(np.hypot(*(face.points[0] - face.points[13])))
    seam = face.stroke([face.at(index) for index in (78, 81, 13, 311, 308)], 0.4 * lip / 2 / face.unit)
    return np.asarray(np.maximum(smoothstep(seam, 0.1, 0.9), mouth), np.float32)


def _unit(vector: F32) -> F32:
    return np.asarray(vector / max(float(np.hypot(*vector)), 1e-6), np.float32)


def _open_curve(points: F32, steps: int = 6) -> F32:
    """Points of the Catmull-Rom curve from the first to the last of some points."""
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    p0, p1, p2, p3 = (padded[at : len(padded) - 3 + at, None] for at in range(4))
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[None, :, None]
    curve = p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return np.asarray(np.concatenate([curve.reshape(-1, 2), points[-1:]]), np.float32)


def _band(line: F32, way: F32, widths: F32, face: Face) -> Matte:
    """Fill between a line and itself moved by ``widths`` px along ``way``."""
    moved = line + way[None] * np.asarray(widths, np.float32)[:, None]
    return polygon_mask(np.concatenate([line, moved[::-1]]).astype(np.float32), face.shape, smooth=False)
