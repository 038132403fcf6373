"""The garment that somebody wears in a portrait, cut off the person: its own colours, a clean edge, no skin, no hair.

What is cloth is judged by :func:`idphoto.parts.parts`. About the neck that judgement is made anew by the colours on
both sides (GrabCut: Rother et al. 2004), for a white collar lies where a neck is expected, and a black roll-neck beside
black hair. The edge itself is found between the colours of both sides as they continue to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte, Rgb
from idphoto.outline import largest
from idphoto.parts import Parts, parts
from idphoto.portrait import Portrait
from idphoto.pose import estimate_pose
from idphoto.raster import fill_gaps, smoothstep
from idphoto.shapes import blur, disc, enlarge, face_width, polygon_mask
from idphoto.usability import Finding, GarmentUnusableError, finding
from idphoto.wearer import FACE_CM, PIT_CM, measure

PX_PER_CM_MAX: Final = 27.0
"""More does no portrait show, whose head is at most 800 px high."""

FACE_WIDTH_LEAST: Final = 120.0
"""Of a face whose garment is worth cutting: 8 px/cm, half of what a portrait of 800 px shows."""
FACE_WIDTH_GOOD: Final = 220.0
YAW_MOST: Final = 17.0
YAW_GOOD: Final = 7.0
"""Degrees of the head. Beyond the first the jaw hides one side of the collar, and the body mostly turns too."""
DEPTH_LEAST: Final = 4.0
DEPTH_GOOD: Final = 10.0
"""Cm of cloth below the hollow of the neck: an ID photo of a large head shows 5, of a small one 10."""
HALF_LEAST: Final = 11.5
HALF_GOOD: Final = 19.0
"""Cm of cloth to each side of the middle: an ID photo shows 12 to 18."""

DEEPEST_CM: Final = 30.0
FARTHEST_CM: Final = 32.0
"""What lies farther below the hollow of the neck or beside it is shown by no photo."""

HAIR_MOST: Final = 30.0
HAIR_GOOD: Final = 1.5
"""Cm² of hair over the garment."""
HAND_LEAST: Final = 4.0
"""Cm² of skin surrounded by cloth from which it is a hand and no print."""
COVERED_LEAST: Final = 0.7
"""Share of the chest and the shoulders that is cloth, without the middle; bare shoulders with straps show less."""
SKIN_LIKE_MOST: Final = 0.75
"""Share of the cloth that may have the colour of the face: of a cream blouse beside pale skin, 0.5."""
CONTRAST_LEAST: Final = 14.0
CONTRAST_GOOD: Final = 30.0
"""Difference between cloth and skin along the neckline, levels of 255."""

HAIR_CONTRAST: Final = 14.0
HAIR_RUN: Final = 2.0
"""Cm along which hair may go over into cloth that differs by less than so much, CIELAB."""
UNEVEN: Final = 0.35
"""Logarithm of the ratio of the light on both cheeks: 1.4 times as much shows."""
SLOPE_MOST: Final = 0.02
"""Most that the light is levelled, logarithm per cm: 1.8 times from shoulder to shoulder."""
EDGE_CM: Final = 0.16
"""Half the width of the band in which the edge of the cloth lies."""
TEXTURE_FROM_CM: Final = 2.0
SURE_HAIR_CM: Final = 4.0
"""Cm above the chin, higher than any collar stands: what is hair there surely is."""
FRAYED_CM: Final = 0.55
"""Cm of cloth beside hair that its ends still cross."""
LOOSE_CM: Final = 0.3
"""Cm by which fibres stand off the cloth."""
TANGENT_CM: Final = 2.0
STEEPEST: Final = 1.2
"""Cm of the outline beside hair that tell how it goes on below it, and the steepest that it does so."""

_CELL: Final = 3
_WORK: Final = 8.0
"""Px per cm of the picture in which classes are judged."""
_ROUNDS: Final = 4
_SAMPLES_SEED: Final = 1


@dataclass(frozen=True, eq=False)
class Cut:
    """A garment as it was cut off a person.

    Attributes
    ----------
    rgb
        ``(H, W, 3)`` uint8; beyond the edge, the cloth's colours continue.
    alpha
        ``(H, W)`` float32, 0..1.
    px_per_cm, middle, pit_y
        Scale, column of the midline and row of the hollow of the neck, px.
    findings
        What is not as it should be.
    """

    rgb: Rgb
    alpha: Matte
    px_per_cm: float
    middle: float
    pit_y: float
    findings: tuple[Finding, ...]


def cut_garment(portrait: Portrait) -> Cut:
    """Cut the garment off a person.

    Raises
    ------
    GarmentUnusableError
        The reason is one of ``FACE_TOO_SMALL``, ``TURNED``, ``CUT_BELOW_CHIN``, ``SHOULDERS_CUT``, ``BARE_SHOULDERS``,
        ``HAIR_OVER_GARMENT``, ``HANDS_IN_FRONT``, ``COLLAR_COVERED``, ``SKIN_COLOURED``.
    """
    found = _judge_pose(portrait)
    portrait = _reduced(portrait, PX_PER_CM_MAX)
    worn = _Worn(portrait)
    found += worn.judge()
    share = worn.share()
    found += worn.level(share)
    contrast = worn.contrast
    if contrast < CONTRAST_LEAST:
        raise GarmentUnusableError("SKIN_COLOURED", value=round(contrast, 1), allowed=CONTRAST_LEAST)
    if contrast < CONTRAST_GOOD:
        found.append(finding("SKIN_COLOURED", contrast, CONTRAST_GOOD))
    return Cut(*worn.cloth_of(share), worn.cm, worn.middle, worn.pit_y, tuple(found))


def _runs(mask: Mask, gap: int) -> list[slice]:
    """Find the runs of a row; such as are closer than a gap are one."""
    places = np.flatnonzero(mask)
    if not places.size:
        return []
    breaks = np.flatnonzero(np.diff(places) > gap)
    starts, ends = [places[0], *places[breaks + 1]], [*places[breaks], places[-1]]
    return [slice(int(start), int(end) + 1) for start, end in zip(starts, ends, strict=True)]


def _judge_pose(portrait: Portrait) -> list[Finding]:
    """Refuse by the landmarks alone; remark on what is nearly refused."""
    width = face_width(portrait.landmarks)
    cm, found = width / FACE_CM, []
    if width < FACE_WIDTH_LEAST:
        raise GarmentUnusableError("FACE_TOO_SMALL", value=round(width, 1), allowed=FACE_WIDTH_LEAST)
    if width < FACE_WIDTH_GOOD:
        found.append(finding("LOW_RESOLUTION", cm, round(FACE_WIDTH_GOOD / FACE_CM, 1)))
    yaw = abs(estimate_pose(portrait.landmarks).yaw)
    if yaw > YAW_MOST:
        raise GarmentUnusableError("TURNED", value=round(yaw, 1), allowed=YAW_MOST)
    if yaw > YAW_GOOD:
        found.append(finding("TURNED", yaw, YAW_GOOD))
    depth = (portrait.height - portrait.chin_y) / cm - PIT_CM
    if depth < DEPTH_LEAST:
        raise GarmentUnusableError("CUT_BELOW_CHIN", value=round(depth, 1), allowed=DEPTH_LEAST)
    half = min(portrait.centre_x, portrait.width - 1 - portrait.centre_x) / cm
    if half < HALF_LEAST:
        raise GarmentUnusableError("SHOULDERS_CUT", value=round(half, 1), allowed=HALF_LEAST)
    return found


def _reduced(portrait: Portrait, px_per_cm: float) -> Portrait:
    """Bring a portrait to a scale, if it is larger."""
    scale = px_per_cm * FACE_CM / face_width(portrait.landmarks)
    if scale >= 1:
        return portrait
    size = (max(1, round(portrait.width * scale)), max(1, round(portrait.height * scale)))
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
    )


class _Worn:
    """A portrait and what of it is cloth, hair, skin: masks of a picture of :data:`_WORK` px per cm."""

    def __init__(self, portrait: Portrait) -> None:
        self.portrait = portrait
        self.found: Parts = parts(portrait)
        wearer = measure(portrait, self.found)
        self.cm, self.middle, self.pit_y = wearer.unit, wearer.neck_x, wearer.pit_y
        self.chin_z = (self.pit_y - portrait.chin_y) / self.cm
        self.work = _reduced(portrait, _WORK)
        ratio = self.work.width / portrait.width
        self.unit = self.cm * ratio
        size = (self.work.width, self.work.height)
        self.skin, self.hair, self.clothes, self.beard = (
            np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)
            for field in (self.found.skin, self.found.hair, self.found.clothes, self.found.beard)
        )
        pit, middle = ((place + 0.5) * ratio - 0.5 for place in (self.pit_y, self.middle))
        rows, columns = (np.arange(n, dtype=np.float32) for n in (self.work.height, self.work.width))
        self.z = ((np.float32(pit) - rows) / np.float32(self.unit))[:, None]
        self.x = ((columns - np.float32(middle)) / np.float32(self.unit))[None]
        self.person = self.work.alpha > 127
        self.cloth = self._cloth()
        self.contrast = 255.0

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
        picture[beyond] = samples[np.random.default_rng(_SAMPLES_SEED).integers(0, len(samples), int(beyond.sum()))]
        cv2.setRNGSeed(_SAMPLES_SEED)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(picture, labels, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
        cloth[rows] = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)) & ~beyond
        return cloth

    def _tint_distance(self) -> F32:
        """How far a colour is from this person's skin, whatever the light: in its own spreads."""
        lab = cv2.cvtColor(self.work.rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
        tint = lab[..., 1:] * (76 / (lab[..., :1] + 16))
        known = tint[(self.found_face() > 0.5) & (self.skin > 0.9)]
        if len(known) < 20:
            known = tint[self.found_face() > 0.5]
        if len(known) < 20:
            return np.full(lab.shape[:2], 9, np.float32)
        middle = np.median(known, axis=0)
        spread = np.maximum(1.5 * np.median(np.abs(known - middle), axis=0), 2.5)
        return np.asarray(np.sqrt((((tint - middle) / spread) ** 2).sum(axis=-1)), np.float32)

    def found_face(self) -> Matte:
        """Return the oval of the face."""
        return polygon_mask(self.work.landmarks[list(mesh.FACE_OVAL), :2], self.person.shape)

    def _sure_cloth(self) -> Mask:
        far = (self.z < -1.5) | (self._tint_distance() > 4)
        low = self.z < self.chin_z - 1
        return np.asarray((self.clothes > 0.95) & far & low & self.person & (self.hair < 0.03))

    def _sure_other(self) -> Mask:
        face = self.found_face() > 0.5
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
        head = set(np.unique(labels[(self.found_face() > 0.5) & (rest > 0)]))
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
        face = light[(self.found_face() > 0.5) & (self.skin > 0.9)]
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
        if covered > 0.45:
            raise GarmentUnusableError("COLLAR_COVERED", value=round(covered, 2), allowed=0.45)
        if covered > 0.15:
            found.append(finding("COLLAR_COVERED", covered, 0.15))
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

    def share(self) -> Matte:
        """How much of each pixel of the portrait is cloth, if it were opaque: ``(H, W)`` float32, 0..1.

        Along the edge it is where the pixel's colour lies between the colours of cloth and skin that continue to it.
        """
        shape = self.portrait.alpha.shape
        near = fill_gaps(self.cloth.astype(np.float32)[..., None], self.person.astype(np.float32))[..., 0]
        sharp = blur(np.where(self.person, self.cloth, near > 0.5).astype(np.float32), 0.8)
        coarse = smoothstep(enlarge(sharp, shape), 0.3, 0.7)
        radius = EDGE_CM * self.cm
        core, none = (cv2.erode((field > 0.5).astype(np.uint8), disc(radius)) > 0 for field in (coarse, 1 - coarse))
        solid = self.portrait.alpha > 240
        filled = enlarge(self.filled.astype(np.float32), shape) > 0.02
        rgb = self.portrait.rgb.astype(np.float32)
        inner = self._continued(rgb, core & solid & ~filled)
        outer = self._continued(rgb, none & solid)
        across = inner - outer
        length = np.sqrt((across**2).sum(axis=-1))
        place = ((rgb - outer) * across).sum(axis=-1) / np.maximum(length**2, 1)
        trust = smoothstep(length, CONTRAST_LEAST, CONTRAST_GOOD + 20)
        mixed = trust * smoothstep(place, 0.2, 0.85) + (1 - trust) * coarse
        band = ~(core | none)
        here = band & solid & (self.found_near_skin(shape))
        self.contrast = float(np.median(length[here])) if here.any() else 255.0
        share = np.where(band & ~filled, mixed, coarse)
        share[core] = 1
        share[none] = 0
        return np.asarray(np.maximum(share, np.where(filled, coarse, 0)), np.float32)

    def found_near_skin(self, shape: tuple[int, ...]) -> Mask:
        """Where the neckline may be."""
        near = cv2.dilate(((self.skin > 0.5) & ~self.cloth).astype(np.uint8), disc(0.4 * self.unit))
        return np.asarray(enlarge(near.astype(np.float32), shape) > 0.5)

    def _continued(self, rgb: F32, known: Mask) -> F32:
        """Colours that continue from where they are known, in cells of :data:`_CELL` px."""
        height, width = known.shape
        size = (-(-width // _CELL), -(-height // _CELL))
        weight = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        total = cv2.resize(rgb * known[..., None], size, interpolation=cv2.INTER_AREA)
        colours = total / np.maximum(weight, 1e-3)[..., None]
        return enlarge(fill_gaps(colours, np.where(weight > 0.2, weight, 0).astype(np.float32)), known.shape)

    def level(self, share: Matte) -> list[Finding]:
        """Take the fall of the light from one side to the other off the cloth, as far as face and cloth agree on it."""
        light = cv2.cvtColor(self.portrait.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
        light = 2.2 * np.log(np.maximum(light, np.float32(0.03)))
        places = np.rint(self.portrait.landmarks[:, :2]).astype(int)
        places = np.clip(places, 0, (light.shape[1] - 1, light.shape[0] - 1))
        smooth = blur(light, 0.4 * self.cm)
        left, right = (places[list(points)] for points in (mesh.LEFT_CHEEK, mesh.RIGHT_CHEEK))
        apart = float((right[:, 0] - left[:, 0]).mean()) / self.cm
        face = float((smooth[right[:, 1], right[:, 0]] - smooth[left[:, 1], left[:, 0]]).mean())
        slope = self._cloth_slope(light, (share > 0.99) & (self.portrait.alpha > 250))
        self.slope = 0.0
        if slope * face > 0:
            least = min(abs(slope), abs(face) / max(apart, 1.0))
            self.slope = float(np.sign(face)) * min(least, SLOPE_MOST)
        return [finding("UNEVEN_LIGHT", face, UNEVEN)] if abs(face) > UNEVEN else []

    def _cloth_slope(self, light: F32, cloth: Mask) -> float:
        """How the logarithm of the light on the cloth rises to the right, per cm: the median over mirrored pairs."""
        step = max(1, round(0.5 * self.cm))
        middle = round(self.middle)
        reach = min(middle, light.shape[1] - 1 - middle, round(16 * self.cm))
        away = np.arange(round(3 * self.cm), reach, step)
        if not away.size:
            return 0.0
        one, other = (light[::step, middle + way * away] for way in (1, -1))
        both = cloth[::step, middle + away] & cloth[::step, middle - away]
        rise = (one - other) / (2 * away / self.cm)
        return float(np.median(rise[both])) if both.sum() > 50 else 0.0

    def cloth_of(self, share: Matte) -> tuple[Rgb, Matte]:
        """Colours and opacity of the cloth: what hair covered is filled, and what lies too deep is cut."""
        alpha = share * self.portrait.alpha.astype(np.float32) / np.float32(255)
        filled = enlarge(self.filled.astype(np.float32), share.shape)
        alpha = np.where(filled > 0.02, share, alpha)
        frayed = cv2.dilate((filled > 0.02).astype(np.uint8), disc(FRAYED_CM * self.cm))
        filled = blur(frayed.astype(np.float32), 0.08 * self.cm)
        rgb = self.portrait.rgb.astype(np.float32)
        if filled.any():
            gone = filled > 0.02
            known = (share > 0.99) & ~gone & (self.portrait.alpha > 250)
            smooth = self._continued(rgb, known)
            rgb = rgb + (smooth + self._texture(rgb, known) - rgb) * filled[..., None]
        across = (np.arange(share.shape[1], dtype=np.float32) - np.float32(self.middle)) / np.float32(self.cm)
        # A coded value goes with about the power 1/2.2 of the light.
        rgb = rgb * np.exp(np.clip(across, -20, 20) * np.float32(-self.slope / 2.2))[None, :, None]
        end = int(self.pit_y - self.lowest * self.cm)
        alpha[end:] = 0
        # What hangs loose in the air is a fault of the matte.
        body = largest(alpha > np.float32(0.5)).astype(np.uint8)
        alpha *= cv2.dilate(body, disc(LOOSE_CM * self.cm))
        return np.clip(np.rint(rgb), 0, 255).astype(np.uint8), alpha

    def _texture(self, rgb: F32, known: Mask) -> F32:
        """Weave of the cloth a little below each pixel."""
        fine = (rgb - self._continued(rgb, known)) * known[..., None]
        down = round(TEXTURE_FROM_CM * self.cm)
        return np.asarray(np.concatenate([fine[down:], np.zeros_like(fine[:down])]), np.float32)
