"""换装: what the person wears is taken away, the neck that it hid is completed, and a garment is put on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from idphoto import mesh
from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte
from idphoto.checks.sharpness import edge_steepness
from idphoto.drape import HEIGHT_CM, Cloth, Fit, drape, soften
from idphoto.effects.base import EffectParams, EffectRefusedError, Strength
from idphoto.effects.gates import Limits, check, check_no_hand, check_whole_face
from idphoto.garment import Garment, read_garment
from idphoto.learned import with_clothes
from idphoto.neck import Neck, complete_neck, grain
from idphoto.parts import Parts, parts
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.shapes import blur, disc, enlarge, face_width, in_channels, polygon_mask, reduced_size, shrink, window_of
from idphoto.wearer import FACE_CM, SLOPE_CM, Wearer, measure

KIND: Final = "outfit"

LIMITS: Final = Limits(yaw=15, roll=12, face_width=48)
"""A garment is seen from the front. Beyond this turn the neck of the photo is seen from the side; in a smaller face a
collar has four pixels."""
ROOM_CM: Final = 4.5
"""Below the chin: with less, no more than the edge of a collar can be seen."""

HANGING_CM2: Final = 2.5
"""So much hair below the line of a shoulder hangs before it; less is a stray lock of hair that falls behind."""
BELOW_SHOULDER_CM: Final = 1.5

CHIN_SHADOW: Final = 0.30
CONTACT_SHADOW: Final = 0.34
HAIR_SHADOW: Final = 0.30
"""Share of the light that the chin takes from the cloth, a collar from the neck, and hair from the cloth below it, at
full strength."""

SHARP_EDGE: Final = 0.40
"""Steepness times width (sigma) of the edge of a blurred step: one over the root of two pi."""
OWN_EDGE: Final = 1.0
"""Width (sigma) that the edges of a sharp eye, and of the garment's picture, have themselves, px."""
SOFTEST: Final = 3.0
"""Most that a garment is blurred (sigma), px; a photo that needs more is refused by the check."""

Setting = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]


class Outfit(EffectParams):
    """Parameters of ``outfit``."""

    material_id: Annotated[str, Field(min_length=1, max_length=80)] = "suit_notch_tie"
    """Which garment."""
    color: Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{6}|[a-z0-9_]{1,40})$")] | None = None
    """One of the garment's colours, or ``#RRGGBB`` for its main part; by default its first colour."""
    fit: Setting = 0
    """-100 is tight, 100 loose."""
    shoulder_width: Setting = 0
    """-100 is narrow, 100 wide."""
    height: Setting = 0
    """-100 sits low on the neck, 100 high."""
    shadow: Strength = 70
    """Shadows of chin, hair and collar."""

    @property
    def is_identity(self) -> bool:
        """An outfit always changes the photo."""
        return False


def apply(portrait: Portrait, params: Outfit, material: bytes) -> Portrait:
    """Dress a person.

    Where the garment's picture ends above the portrait's last row, the person ends with it.

    Parameters
    ----------
    material
        A garment file.

    Raises
    ------
    GarmentError
        The material is no garment.
    GarmentColourError
        It does not come in this colour.
    EffectRefusedError
        The head is turned or leans, the face is small, cut off or has a hand at it, or the photo ends below the chin.
    """
    garment = read_garment(material)
    albedo = garment.albedo(params.color)
    check_whole_face(KIND, portrait)
    check(KIND, portrait, LIMITS)
    _check_room(portrait)
    found = parts(portrait)
    check_no_hand(KIND, portrait, found.skin)
    wearer = measure(portrait, found)
    fit = Fit(params.fit / 100, params.shoulder_width / 100, params.height / 100)
    rows = slice(max(int(portrait.eye_y), 0), _last_row(portrait, garment, wearer, fit))
    worn = drape(garment, albedo, fit, portrait, found, wearer, rows)
    sigma = _softness(portrait)
    noise = grain(portrait, found, rows)
    front = soften(worn.put_on(garment.front), sigma)
    front = replace(front, rgb=front.rgb + noise[..., None])
    back = soften(worn.put_on(garment.back), sigma) if garment.back is not None else None
    head = _Head.of(portrait, found, wearer, rows)
    neck = complete_neck(portrait, found, wearer, rows, noise)
    dressing = _Dressing(head, neck, front, back, wearer, params.shadow / 100)
    return _finish(portrait, rows, dressing.compose(), dressing.worn())


def _finish(portrait: Portrait, rows: slice, dressed: tuple[F32, F32, Mask], worn: Matte) -> Portrait:
    """Put the dressed window into the portrait; what is kept keeps every bit."""
    colour, opacity, kept = dressed
    rgb, alpha = portrait.rgb.copy(), portrait.alpha.copy()
    new = np.clip(np.rint(colour), 0, 255).astype(np.uint8)
    rgb[rows] = np.where(kept[..., None], rgb[rows], new)
    alpha[rows] = np.where(kept, alpha[rows], np.rint(opacity * 255).astype(np.uint8))
    alpha[rows.stop :] = 0
    part_map = portrait.part_map
    if part_map is not None:
        whole = np.zeros(alpha.shape, np.float32)
        whole[rows] = worn
        part_map = with_clothes(part_map, whole)
    return replace(portrait, rgb=rgb, alpha=alpha, part_map=part_map)


def _check_room(portrait: Portrait) -> None:
    unit = face_width(portrait.landmarks) / FACE_CM
    room = (portrait.height - portrait.chin_y) / unit
    if room < ROOM_CM:
        raise EffectRefusedError(
            KIND,
            "NO_ROOM",
            f"The photo ends {max(room, 0):.1f} cm below the chin; an outfit needs at least {ROOM_CM:.1f} cm.",
            f"照片在下巴下方仅 {max(room, 0):.1f} 厘米处结束，换装至少需要 {ROOM_CM:.1f} 厘米。",
            value=round(room, 1),
            allowed=ROOM_CM,
        )


def _last_row(portrait: Portrait, garment: Garment, wearer: Wearer, fit: Fit) -> int:
    facts = garment.facts
    below = (facts.height - 1 - facts.anchors.neck_pit[1]) / facts.px_per_cm
    end = wearer.pit_y + (below - HEIGHT_CM * fit.height) * wearer.unit
    return min(portrait.height, int(end))


def _softness(portrait: Portrait) -> float:
    """How much a sharp picture is to be blurred to look like the photo: sigma, px."""
    lightness = cv2.cvtColor(portrait.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) * np.float32(100 / 255)
    found = []
    for ring in (mesh.LEFT_EYE, mesh.RIGHT_EYE):
        points = portrait.landmarks[list(ring), :2]
        low = np.maximum(points.min(axis=0) - 4, 0).astype(int)
        high = points.max(axis=0).astype(int) + 5
        part = lightness[low[1] : high[1], low[0] : high[0]]
        steep = edge_steepness(part, np.hypot(*np.gradient(part)), np.ones(part.shape, np.bool_))
        if steep:
            found.append(SHARP_EDGE / steep)
    width = min(found, default=OWN_EDGE)
    return float(min(np.sqrt(max(width**2 - OWN_EDGE**2, 0)), SOFTEST))


@dataclass(frozen=True, eq=False)
class _Head:
    """What stays of the person in the window: colours, and masks that exclude each other, ``(h, w)`` float32.

    Attributes
    ----------
    face
        The face with its beard, glasses and ears.
    hair_before, hair_behind
        Hair that hangs before the shoulders, and all other hair.
    untouched
        Where nothing of what goes away is mixed in.
    inner_face
        Inside the outline of the face, edge included.
    """

    rgb: F32
    alpha: Matte
    face: Matte
    hair_before: Matte
    hair_behind: Matte
    untouched: Mask
    inner_face: Mask

    @classmethod
    def of(cls, portrait: Portrait, found: Parts, wearer: Wearer, rows: slice) -> _Head:
        alpha = portrait.alpha[rows] * np.float32(1 / 255)
        inner = _inner_face(portrait, found, wearer, rows)
        worn = found.clothes[rows] + found.body_skin[rows]
        below = max(int(portrait.chin_y) - rows.start, 0)
        worn[below:] += found.held[rows][below:]
        if portrait.part_map is not None:
            worn = worn + _stray_skin(found, wearer, rows, inner)
        worn = np.minimum(worn, alpha)
        hair = np.minimum(found.hair[rows], alpha - worn)
        both = hair + worn
        judged = both * smoothstep(hair / np.maximum(both, np.float32(1e-3)), *HAIR_SHARE)
        ends = max(1, round(ENDS_CM * wearer.unit))
        hair = judged * _joined(judged, wearer.unit, slice(0, ends))
        worn = both - judged
        # Above the chin, what does not hang together with the clothes is a mistake about the head.
        joined = _joined(worn, wearer.unit, slice(-ends, None))
        joined[below:] = 1
        gone = (worn * joined + judged - hair) * (1 - inner)
        gone = np.where(gone < GONE_LEAST, 0, gone)
        hair = np.minimum(hair, alpha - gone)
        before = hair * _hanging(hair, wearer, portrait, rows)
        face = np.maximum(alpha - gone - hair, 0)
        rgb = _without_neighbours(portrait.rgb[rows].astype(np.float32), alpha - gone, gone, wearer.unit)
        return cls(rgb, alpha, face, before, hair - before, gone == 0, inner >= 1)


GONE_LEAST: Final = 0.02
"""A smaller share of clothes is uncertainty, not cloth."""
HAIR_SHARE: Final = (0.25, 0.7)
"""Shares of hair beside clothes between which a pixel becomes hair: a doubt, carried on, is a stain on the garment."""
ENDS_CM: Final = 2.0
"""Hair hangs from the head: it hangs together with that beside the eyes. Clothes do so with the lower border."""
GAP_CM: Final = 0.5
"""Locks and folds may be interrupted by so much."""


def _joined(mask: Matte, unit: float, ends: slice) -> Matte:
    """Find what hangs together with some rows of the window, across small gaps; 0..1, soft."""
    scale = min(1.0, 8 / unit)
    size = reduced_size(mask.shape, scale)
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    wide = cv2.dilate((small > 0.35).astype(np.uint8), disc(GAP_CM * unit * scale / 2))
    _, labels = cv2.connectedComponents(wide, connectivity=4)
    first, last, _ = ends.indices(mask.shape[0])
    held = np.unique(labels[int(first * scale) : max(int(last * scale), int(first * scale) + 1)])
    return enlarge(np.isin(labels, held[held > 0]).astype(np.float32), mask.shape)


def _inner_face(portrait: Portrait, found: Parts, wearer: Wearer, rows: slice) -> Matte:
    """Fill the face up to its outline: whatever the parts say, it stays, but for a collar that the outline crosses."""
    points = portrait.landmarks[list(mesh.FACE_OVAL), :2] - (0, rows.start)
    drawn = polygon_mask(np.asarray(points, np.float32), (rows.stop - rows.start, portrait.width), smooth=False)
    outer = np.minimum(cv2.dilate(drawn, disc(2)) * 2, 1)
    collar = smoothstep(found.clothes[rows], *COLLAR) * (1 - shrink(drawn, OUTLINE_CM * wearer.unit))
    return np.asarray(outer * (1 - collar), np.float32)


OUTLINE_CM: Final = 0.6
"""The outline of the face lies at most so far outside the jaw that is seen."""
COLLAR: Final = (0.25, 0.6)
"""Shares of clothes there between which a collar is believed."""


def _stray_skin(found: Parts, wearer: Wearer, rows: slice, inner: Matte) -> Matte:
    """Find what passes for skin of the face, but lies beside it and is no ear: a rim of the old clothes."""
    radius = BESIDE_FACE_CM * wearer.unit
    head = np.maximum(inner, (found.ears[rows] > EAR_LEAST).astype(np.float32))
    near = enlarge(cv2.dilate(head[::2, ::2], disc(radius / 2)), head.shape)
    return np.asarray(found.face_skin[rows] * (1 - near), np.float32)


BESIDE_FACE_CM: Final = 0.9
EAR_LEAST: Final = 0.2
"""Skin of the face reaches so far beyond its outline and beyond what is an ear by this share."""


def _hanging(hair: Matte, wearer: Wearer, portrait: Portrait, rows: slice) -> Matte:
    """Where hair hangs before the shoulders, by side: 0 or 1, with a soft change in the middle."""
    x, z = wearer.centimetres(portrait, rows)
    away, height = zip(*SLOPE_CM, strict=True)
    line = np.interp(np.abs(x), (0.0, *away, 22.0), (5.0, *height, -3.0)).astype(np.float32)
    low = hair * (z < line - BELOW_SHOULDER_CM)
    left, right = (float(low[:, side].sum()) / wearer.unit**2 > HANGING_CM2 for side in (x[0] < 0, x[0] >= 0))
    share = np.where(x < 0, np.float32(left), np.float32(right))
    return np.asarray(cv2.GaussianBlur(share, (0, 0), 0.5 * wearer.unit) + 0 * z, np.float32)


def _without_neighbours(rgb: F32, kept: Matte, gone: Matte, unit: float) -> F32:
    """Give what stays the colours that it has a little farther from what goes away."""
    mixed = (gone > 0) & (kept > 0)
    if not mixed.any():
        return rgb
    sigma = 0.12 * unit
    here = window_of(mixed, 4 * sigma + 2)
    rgb, part, kept, gone = rgb.copy(), rgb[here], kept[here], gone[here]
    weight = np.where(gone == 0, kept, 0) ** 2
    total = blur(weight, sigma) + np.float32(1e-4)
    pure = blur(part * in_channels(weight), sigma) / in_channels(total)
    known = np.minimum(total * 20, 1)
    share = np.where(mixed[here], gone / np.maximum(gone + kept, np.float32(1e-3)), 0) * known
    rgb[here] += (pure - part) * in_channels(share)
    return rgb


@dataclass(frozen=True, eq=False)
class _Dressing:
    """The layers, and how they are laid over one another."""

    head: _Head
    neck: Neck
    front: Cloth
    back: Cloth | None
    wearer: Wearer
    shadow: float

    def compose(self) -> tuple[F32, F32, Mask]:
        """Colours ``(h, w, 3)`` in levels, opacity ``(h, w)``, and where both are what they were."""
        head, front = self.head, self.front
        colour = np.zeros_like(head.rgb)
        opacity = np.zeros_like(head.alpha)

        def lay(rgb: F32, alpha: Matte) -> None:
            nonlocal colour, opacity
            share = in_channels(alpha)
            colour *= 1 - share
            colour += rgb * share
            opacity += (1 - opacity) * alpha

        on_neck = self._cast(front.alpha, -0.2, 0.35, CONTACT_SHADOW)
        top = head.face + head.hair_before
        on_cloth = np.maximum(
            self._cast(head.face, 1.2, 1.1, CHIN_SHADOW), self._cast(head.hair_before, 0.4, 0.5, HAIR_SHADOW)
        )
        if self.back is not None:
            lay(self.back.rgb * in_channels(1 - on_cloth), self.back.alpha)
        lay(self.neck.skin * (1 - on_neck[..., None] * SHADOW_TINT), self.neck.mask)
        lay(head.rgb, head.hair_behind)
        # Laid in one, face and hair leave no seam between each other; the face alone stands before the garment.
        lay(head.rgb, head.face)
        lay(front.rgb * in_channels(1 - on_cloth), front.alpha)
        lay(head.rgb, np.minimum(top, 1))
        bare = front.alpha == 0
        alone = bare & (self.neck.mask == 0)
        if self.back is not None:
            alone &= self.back.alpha == 0
        kept = head.untouched & ((top > head.alpha - np.float32(1e-4)) | bare)
        kept &= (head.alpha >= 1) | alone | head.inner_face
        return np.asarray(colour / in_channels(np.maximum(opacity, np.float32(1e-3))), np.float32), opacity, kept

    def worn(self) -> Matte:
        """Where the garment is seen, ``(h, w)`` in 0..1."""
        cloth = self.front.alpha if self.back is None else np.maximum(self.front.alpha, self.back.alpha)
        return np.asarray(cloth * np.clip(1 - self.head.face - self.head.hair_before, 0, 1), np.float32)

    def _cast(self, caster: Matte, down_cm: float, blur_cm: float, strength: float) -> Matte:
        """Shadow of a mask that falls so far down and is so soft."""
        unit = self.wearer.unit
        scale = min(1.0, 6 / unit)
        size = reduced_size(caster.shape, scale)
        small = cv2.resize(caster, size, interpolation=cv2.INTER_AREA)
        move = np.array(((1, 0, 0), (0, 1, down_cm * unit * scale)), np.float32)
        small = cv2.warpAffine(small, move, size, borderMode=cv2.BORDER_REPLICATE)
        small = blur(small, blur_cm * unit * scale)
        return enlarge(small, caster.shape) * np.float32(strength * self.shadow)


SHADOW_TINT: Final = np.array([0.92, 1.0, 1.04], np.float32)
"""Skin in the shadow of a collar is redder: less blue comes back."""
