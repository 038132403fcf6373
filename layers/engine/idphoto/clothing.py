"""What of a person is a garment: cloth about neck and shoulders, told from skin, hair and hands, and made whole.

What is cloth is judged by :func:`idphoto.parts.parts`. About the neck that judgement is made anew by the colours on
both sides (GrabCut: Rother et al. 2004), for a white collar lies where a neck is expected, and a black roll-neck beside
black hair.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte
from idphoto.outline import largest
from idphoto.parts import parts
from idphoto.portrait import Portrait
from idphoto.shapes import blur, disc, face_width, polygon_mask, reduced_size
from idphoto.usability import Finding, GarmentUnusableError, finding
from idphoto.wearer import FACE_CM, measure

WORK: Final = 8.0
"""Px per cm of the picture in which a garment is judged."""

DEPTH_LEAST: Final = 4.0
DEPTH_GOOD: Final = 10.0
"""Cm of cloth below the hollow of the neck: an ID photo of a large head shows 5, of a small one 10."""
DEEPEST_CM: Final = 30.0
"""What lies farther below the hollow of the neck is shown by no photo."""
HALF_LEAST: Final = 11.5
HALF_GOOD: Final = 19.0
"""Cm of cloth to each side of the middle: an ID photo shows 12 to 18."""

HAIR_MOST: Final = 30.0
HAIR_GOOD: Final = 1.5
"""Cm² of hair over the garment."""
HAIR_RUN: Final = 2.0
HAIR_CONTRAST: Final = 14.0
"""Cm along which hair may go over into cloth that differs by less than so much, CIELAB."""
NECKLINE_COVERED_MOST: Final = 0.45
NECKLINE_COVERED_GOOD: Final = 0.15
"""Share of the neckline that hair hangs onto."""
HAND_LEAST: Final = 4.0
"""Cm² of skin surrounded by cloth from which it is a hand and no print."""
COVERED_LEAST: Final = 0.7
"""Share of the chest and the shoulders that is cloth, without the middle; bare shoulders with straps show less."""
SKIN_LIKE_MOST: Final = 0.75
"""Share of the cloth that may have the colour of the face: of a cream blouse beside pale skin, 0.5."""

SURE_HAIR_CM: Final = 4.0
"""Cm above the chin, higher than any collar stands: what is hair there surely is."""
TANGENT_CM: Final = 2.0
STEEPEST: Final = 1.2
"""Cm of the outline beside hair that tell how it goes on below it, and the steepest that it does so."""

_ROUNDS: Final = 4
_SEED: Final = 1
"""Of the colours that are drawn by lot, and of OpenCV's own."""


def reduced(portrait: Portrait, px_per_cm: float) -> Portrait:
    """Bring a portrait to a scale, if it is larger."""
    scale = px_per_cm * FACE_CM / face_width(portrait.landmarks)
    if scale >= 1:
        return portrait
    size = reduced_size(portrait.alpha.shape, scale)
    ratio = np.array((size[0] / portrait.width, size[1] / portrait.height, scale), np.float32)
    half = np.array((0.5, 0.5, 0), np.float32)
    rgb, alpha = (cv2.resize(field, size, interpolation=cv2.INTER_AREA) for field in (portrait.rgb, portrait.alpha))
    crown, chin = ((y + 0.5) * float(ratio[1]) - 0.5 for y in (portrait.crown_y, portrait.chin_y))
    return replace(
        portrait,
        rgb=np.asarray(rgb, np.uint8),
        alpha=np.asarray(alpha, np.uint8),
        landmarks=np.asarray((portrait.landmarks + half) * ratio - half, np.float32),
        crown_y=crown,
        chin_y=chin,
        part_map=None if portrait.part_map is None else portrait.part_map.scaled(float(ratio[0]), float(ratio[1])),
    )


class Clothing:
    """What of a portrait is cloth: masks of a picture of at most :data:`WORK` px per cm.

    Attributes
    ----------
    cm, middle, pit_y
        Px per cm, column of the neck's middle and row of its hollow, in the portrait.
    unit
        Px per cm of the masks.
    z, x
        ``(h, 1)`` and ``(1, w)`` float32: cm above the hollow of the neck, and to its right.
    person, cloth, filled
        ``(h, w)`` bool: the person; what is cloth; what of it hair covered.
    skin
        ``(h, w)`` float32, 0..1.
    lowest
        Height where the garment ends, cm.
    """

    def __init__(self, portrait: Portrait) -> None:
        found = parts(portrait)
        wearer = measure(portrait, found)
        self.cm, self.middle, self.pit_y = wearer.unit, wearer.neck_x, wearer.pit_y
        self.chin_z = (self.pit_y - portrait.chin_y) / self.cm
        self.work = reduced(portrait, WORK)
        ratio = self.work.width / portrait.width
        self.unit = self.cm * ratio
        size = (self.work.width, self.work.height)
        self.skin, self.hair, self.clothes, self.beard = (
            np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)
            for field in (found.skin, found.hair, found.clothes, found.beard)
        )
        pit, middle = ((place + 0.5) * ratio - 0.5 for place in (self.pit_y, self.middle))
        rows, columns = (np.arange(n, dtype=np.float32) for n in (self.work.height, self.work.width))
        self.z = ((np.float32(pit) - rows) / np.float32(self.unit))[:, None]
        self.x = ((columns - np.float32(middle)) / np.float32(self.unit))[None]
        self.person = self.work.alpha > 127
        self.cloth = self._cloth()
        self.filled = np.zeros_like(self.cloth)
        self.lowest = -DEEPEST_CM

    def _cloth(self) -> Mask:
        """Judge what is cloth; about the neck, by the colours of both sides."""
        cloth = (self.clothes > 0.5) & self.person & (self.z < self.chin_z + 6)
        window = np.flatnonzero((self.z[:, 0] > -14) & (self.z[:, 0] < self.chin_z + 6))
        if not window.size or not cloth.any():
            raise GarmentUnusableError("BARE_SHOULDERS", value=0.0, allowed=COVERED_LEAST)
        rows = np.s_[window[0] : window[-1] + 1]
        sure, other = self._sure_cloth()[rows], self._sure_other()[rows]
        if min(sure.sum(), other.sum()) < 50:
            raise GarmentUnusableError("BARE_SHOULDERS", value=0.0, allowed=COVERED_LEAST)
        labels = np.where(cloth[rows], cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        labels[sure] = cv2.GC_FGD
        labels[other] = cv2.GC_BGD
        # What is no person teaches nothing: it takes colours of the other side, drawn by lot.
        picture = self.work.rgb[rows].copy()
        beyond = ~self.person[rows]
        labels[beyond] = cv2.GC_BGD
        samples = picture[other]
        picture[beyond] = samples[np.random.default_rng(_SEED).integers(0, len(samples), int(beyond.sum()))]
        cv2.setRNGSeed(_SEED)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(picture, labels, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
        cloth[rows] = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)) & ~beyond
        return cloth

    def _tint_distance(self) -> F32:
        """How far a colour is from this person's skin, whatever the light: in its own spreads."""
        lab = cv2.cvtColor(self.work.rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
        tint = lab[..., 1:] * (76 / (lab[..., :1] + 16))
        known = tint[(self._face() > 0.5) & (self.skin > 0.9)]
        if len(known) < 20:
            known = tint[self._face() > 0.5]
        if len(known) < 20:
            return np.full(lab.shape[:2], 9, np.float32)
        middle = np.median(known, axis=0)
        spread = np.maximum(1.5 * np.median(np.abs(known - middle), axis=0), 2.5)
        return np.asarray(np.sqrt((((tint - middle) / spread) ** 2).sum(axis=-1)), np.float32)

    def _face(self) -> Matte:
        return polygon_mask(self.work.landmarks[list(mesh.FACE_OVAL), :2], self.person.shape)

    def _sure_cloth(self) -> Mask:
        far = (self.z < -1.5) | (self._tint_distance() > 4)
        low = self.z < self.chin_z - 1
        return np.asarray((self.clothes > 0.95) & far & low & self.person & (self.hair < 0.03))

    def _sure_other(self) -> Mask:
        face = self._face() > 0.5
        # A neck lies in the shadow of the chin; what is brighter than the cheeks is a collar of the skin's tint.
        light = cv2.cvtColor(self.work.rgb, cv2.COLOR_RGB2GRAY)
        cheeks = light[face & (self.skin > 0.9)]
        dim = light <= (float(np.median(cheeks)) if cheeks.size else 255.0) + 4
        neck = (self.skin > 0.9) & (self._tint_distance() < 2.5) & dim
        neck = cv2.erode(neck.astype(np.uint8), disc(0.4 * self.unit)) > 0
        hair = (self.hair > 0.95) & (self.z > self.chin_z + SURE_HAIR_CM)
        return np.asarray((face | neck | hair | (self.beard > 0.5)) & self.person & (self.clothes < 0.05))

    def judge(self) -> list[Finding]:
        """Refuse what cannot be worn; complete what hair has covered; cut what lies behind hands."""
        found: list[Finding] = []
        hands = self._close_islands()
        self._require_covered()
        self._require_no_skin()
        self.filled = self._complete(found)
        self._cut_bottom(hands, found)
        half = min(-float(self.x[0, 0]), float(self.x[0, -1]))
        if half < HALF_GOOD and self._touches_sides():
            found.append(finding("SHOULDERS_CUT", half, HALF_GOOD))
        return found

    def _area(self, mask: Mask) -> float:
        """Cm²."""
        return float(mask.sum()) / self.unit**2

    def _close_islands(self) -> Mask:
        """Keep one piece of cloth, with all prints and badges on it; return the hands before it."""
        self.cloth = largest(self.cloth)
        rest = (self.person & ~self.cloth).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
        head = set(np.unique(labels[(self._face() > 0.5) & (rest > 0)]))
        hands = np.zeros_like(self.cloth)
        for label in range(1, count):
            if label in head:
                continue
            piece = labels == label
            bare = self.skin[piece].mean() > 0.5
            if bare and stats[label, cv2.CC_STAT_AREA] > HAND_LEAST * self.unit**2:
                hands |= piece
            elif self.hair[piece].mean() < 0.5:
                self.cloth |= piece
        return hands

    def _require_covered(self) -> None:
        zone = (self.z > -9) & (self.z < 1) & (np.abs(self.x) > 7) & (np.abs(self.x) < 16) & self.person
        bare = zone & ~self.cloth & (self.skin > self.hair)
        share = float((zone & self.cloth).sum() / max(int((zone & self.cloth).sum() + bare.sum()), 1))
        if share < COVERED_LEAST:
            raise GarmentUnusableError("BARE_SHOULDERS", value=round(share, 2), allowed=COVERED_LEAST)

    def _require_no_skin(self) -> None:
        """Refuse cloth of the face's own colour: bare skin is taken for such."""
        light = cv2.cvtColor(self.work.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
        face = light[(self._face() > 0.5) & (self.skin > 0.9)]
        usual = float(np.median(face)) if face.size else 128.0
        alike = (self._tint_distance() < 2.5) & (np.abs(light - usual) < 40)
        share = float(alike[self.cloth & (self.z > -10)].mean())
        if share > SKIN_LIKE_MOST:
            raise GarmentUnusableError("SKIN_COLOURED", value=round(share, 2), allowed=SKIN_LIKE_MOST)

    def _complete(self, found: list[Finding]) -> Mask:
        """Continue the cloth below hair that lies over it, from column to column."""
        hair = self._hanging((self.hair > 0.5) & ~self.cloth & self.person)
        over = hair & (self.z < 0) & (self.z > -14) & (np.abs(self.x) < 16)
        if (area := self._area(over)) > HAIR_MOST:
            raise GarmentUnusableError("HAIR_OVER_GARMENT", value=round(area, 1), allowed=HAIR_MOST)
        top = np.where(self.cloth.any(axis=0), self.cloth.argmax(axis=0), len(self.cloth))
        x = self.x[0]
        under = self._under_hair(hair, top)
        self._require_apart(under, top)
        worn = top < len(self.cloth)
        middle = worn & (np.abs(x) < 8)
        covered = float((under & middle).sum() / max(int(middle.sum()), 1))
        if covered > NECKLINE_COVERED_MOST:
            raise GarmentUnusableError("COLLAR_COVERED", value=round(covered, 2), allowed=NECKLINE_COVERED_MOST)
        if covered > NECKLINE_COVERED_GOOD:
            found.append(finding("COLLAR_COVERED", covered, NECKLINE_COVERED_GOOD))
        filled = np.zeros_like(hair)
        for run in _runs(under & worn & (np.abs(x) < 18), round(0.4 * self.unit)):
            line = self._line_over(run, top, worn & ~under)
            filled[:, run] = (np.arange(len(hair))[:, None] >= line[None]) & ~self.cloth[:, run]
        filled &= self.skin < 0.5
        if (area := self._area(filled)) > HAIR_MOST:
            raise GarmentUnusableError("HAIR_OVER_GARMENT", value=round(area, 1), allowed=HAIR_MOST)
        if area > HAIR_GOOD:
            found.append(finding("HAIR_OVER_GARMENT", area, HAIR_GOOD))
        self.cloth |= filled
        return filled

    def _hanging(self, hair: Mask) -> Mask:
        """Pieces of hair that begin beside the face; what is taken for hair below the jaw alone is shadow."""
        _, labels = cv2.connectedComponents(hair.astype(np.uint8), connectivity=8)
        high = self.z > self.chin_z + SURE_HAIR_CM
        return np.asarray(hair & np.isin(labels, np.unique(labels[hair & high])))

    def _line_over(self, run: slice, top: NDArray[np.intp], known: Mask) -> F32:
        """Upper edge of the cloth over a run of columns: its tangents from both sides go on, the lower one counts."""
        columns = np.arange(run.start, run.stop)
        lines = []
        for beside in (np.arange(run.start - 1, -1, -1), np.arange(run.stop, len(top))):
            clear = beside[: round(TANGENT_CM * self.unit)]
            clear = clear[known[clear]]
            if len(clear) < 0.5 * TANGENT_CM * self.unit:
                continue
            slope = np.polyfit(clear, top[clear], 1)[0]
            near = clear[: max(2, len(clear) // 4)]
            slope = float(np.clip(slope, -STEEPEST, STEEPEST))
            lines.append(float(top[near].mean()) + slope * (columns - float(near.mean())))
        if not lines:
            return top[run].astype(np.float32)
        return np.asarray(np.minimum(np.max(lines, axis=0), top[run]), np.float32)

    def _under_hair(self, hair: Mask, top: NDArray[np.intp]) -> Mask:
        """Columns in which hair hangs onto the topmost cloth."""
        reach = max(2, round(0.5 * self.unit))
        columns = np.arange(len(top))
        above = [hair[np.clip(top - up, 0, len(hair) - 1), columns] for up in range(1, reach + 1)]
        return np.asarray(np.any(above, axis=0))

    def _require_apart(self, under: Mask, top: NDArray[np.intp]) -> None:
        """Refuse where hair goes over into cloth of the same colour: there nobody can tell where it ends."""
        lab = blur(cv2.cvtColor(self.work.rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab), 1.0)
        step, last = round(0.6 * self.unit), len(lab) - 1
        columns = np.arange(len(top))
        above, below = (lab[np.clip(top + way, 0, last), columns] for way in (-step, step))
        alike = np.linalg.norm(above - below, axis=-1) < HAIR_CONTRAST
        low = self.z[np.minimum(top, last), 0] < 4
        run = float((under & alike & low & (top < len(lab))).sum()) / self.unit
        if run > HAIR_RUN:
            raise GarmentUnusableError("HAIR_OVER_GARMENT", value=round(run, 1), allowed=HAIR_RUN, unit="cm")

    def _cut_bottom(self, hands: Mask, found: list[Finding]) -> None:
        """End the garment above hands, and where no photo shows it."""
        z = self.z[:, 0]
        lowest = -DEEPEST_CM
        if hands.any():
            lowest = max(lowest, float(z[hands.any(axis=1)].max()) + 0.5)
            if lowest > -DEPTH_LEAST:
                raise GarmentUnusableError("HANDS_IN_FRONT", value=round(-lowest, 1), allowed=DEPTH_LEAST)
            if lowest > -DEPTH_GOOD:
                found.append(finding("HANDS_IN_FRONT", -lowest, DEPTH_GOOD))
        middle = self.cloth[:, np.abs(self.x[0]) < 6].mean(axis=1) > 0.5
        deep = z[middle].min() if middle.any() else 0.0
        lowest = max(lowest, float(deep))
        if -lowest < DEPTH_LEAST:
            raise GarmentUnusableError("CUT_BELOW_CHIN", value=round(-lowest, 1), allowed=DEPTH_LEAST)
        if -lowest < DEPTH_GOOD:
            found.append(finding("SHORT", -lowest, DEPTH_GOOD))
        self.lowest = lowest

    def _touches_sides(self) -> bool:
        rows = (self.z[:, 0] > max(self.lowest, -8)) & (self.z[:, 0] < 6)
        return bool(self.cloth[rows, 0].any() or self.cloth[rows, -1].any())


def _runs(mask: Mask, gap: int) -> list[slice]:
    """Find the runs of a row; such as are closer than a gap are one."""
    places = np.flatnonzero(mask)
    if not places.size:
        return []
    breaks = np.flatnonzero(np.diff(places) > gap)
    starts, ends = [places[0], *places[breaks + 1]], [*places[breaks], places[-1]]
    return [slice(int(start), int(end) + 1) for start, end in zip(starts, ends, strict=True)]
