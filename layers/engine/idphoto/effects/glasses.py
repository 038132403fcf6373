"""Glasses (去眼镜或眼镜反光): takes reflections off the lenses, or thin glasses off the face.

A reflection is a veil: what is seen is ``(1 - a) J + a W``, the face J behind it and the light W of a window or lamp.
On skin, J is known but for its brightness, since its hue is that of the cheeks; so each pixel of skin behind a lens is
unmixed into skin and veil by least squares, and the veil is divided out. Over the eye, where hues are unknown, the
veil is what even the darkest pixels near have, and never more than the skin near it has.

A frame is a narrow band of which everything is found, soft shadows included, and filled from both sides. That
convinces where the band lies on skin, or crosses a brow; not where it crosses lids or lashes, where it is wide, where
hair hides it, or where the lenses darken or move what is behind them. Then, and where something of it is still seen
after all, it stays: a spoiled face is worse than a clear refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from idphoto import opencv as cv2
from idphoto.arrays import F32, Mask, Matte, Rgb
from idphoto.effects.base import EffectParams, EffectRefusedError, Strength
from idphoto.effects.gates import Limits, check, check_whole_face
from idphoto.eye_area import FACE_CELLS, EyeArea
from idphoto.eyewear import Eyewear, find_eyewear
from idphoto.learned import without_glasses
from idphoto.mending import membrane
from idphoto.portrait import Portrait
from idphoto.raster import smoothstep
from idphoto.rims import WornFrame, colour_left, lines_left, trace_frame
from idphoto.shapes import (
    blur,
    disc,
    enlarge,
    face_width,
    polygon_mask,
    reduced_size,
    shrink,
    spread,
    window_of,
)
from idphoto.unframed import without_frame

KIND: Final = "glasses"

LIMITS: Final = Limits(yaw=25, roll=30, face_width=64)
"""At 33 degrees the side of the nose was nearly taken for a rim."""

GAMMA: Final = 2.2
"""The sRGB curve as a power."""

VEIL_SEEN: Final = (0.06, 0.13)
"""A veil of less, at all and fully, is skin that shines a little."""
VEIL_AREA: Final = 0.02
"""There is a reflection where so much of a lens has a veil that is fully seen."""
SOCKET_MAX: Final = 0.15
"""Skin around the eyes is paler than that of the cheeks; up to here that counts as its own hue."""
SHINE: Final = (95.0, 90.0, 40.0)
"""Percentiles of the veil that the cheeks, the skin around the lenses and that behind them seem to have without a
reflection. Cheeks have hot spots of their own: the skin around the lenses tells of them where it has fewer. On 21
portraits without reflections that makes none seen that was not seen before, with faint ones three more of five."""
SHINE_FACE: Final = 64.0
"""Shine is continued over the lenses in a picture in which the face is so wide, px."""
RIM_AWAY: Final = 0.05
"""Beyond the lenses a rim and its shadow take so much, in face widths."""
COLOUR_MAX: Final = 1.5
"""What comes out from behind a veil has at most so many times the colour of the cheeks."""
EYE_DARK: Final = (0.03, 0.15)
"""Least and most light that lashes, pupils and the rim of an iris reflect: where even the darkest pixel near has more,
there is a veil. Between these, the calmer half of both eyes tells; light lashes reflect more than black ones."""

OPAQUE: Final = 0.75
"""Behind a denser veil nothing is left that could be brought back."""
OPAQUE_AREA_MAX: Final = 0.06
"""Most of a lens that may be so."""
IRIS_VEIL_MAX: Final = 0.4
EYES_NEAR: Final = 0.11
"""So far about eyes and brows lies what is looked at there, in face widths: the widest mean reaches 0.1."""
DARK_PART: Final = 60.0
"""So much of an iris, pupil and all, is darker than this (linear) unless a dense veil lies over it; blue ones too."""

EDGE_WIDTH: Final = 0.012
EDGE_SEEN: Final = 0.095
"""A reflection is one whose veil grows by the second within the first, face widths; skin shines more softly."""
EDGE_AWAY: Final = 0.015
"""So far from lids and frame edges are looked for, in face widths."""
FRAME_LIMITS: Final = Limits(yaw=18, roll=30, face_width=150)
"""Farther from the front the rims are too unlike each other to be followed together; in a smaller face they are as wide
as a lid."""
FRAME_MOST: Final = {
    "width": 0.026,
    "tint": 0.15,
    "over_lids": 0.0034,
    "over_brows": 0.03,
    "hidden": 0.09,
    "unlike": 0.0085,
    "unseen": 0.2,
    "bridge_unseen": 0.2,
    "reflections": 0.0058,
    "reflections_left": 0.0042,
    "lines_left": 0.006,
    "colour_left": 0.008,
}
"""Most that each measure of a frame may be: widths in face widths, areas in squares of it, that over the brows in parts
of the rims' contrast, since faint rims are lost among hairs. Set by looking at glasses of 18 kinds that were drawn on
19 faces and taken off again, magnified, and at one pair that was on the photo."""
FRAME_FAULTS: Final = {
    "width": ("the frame is too thick", "镜框过粗"),
    "tint": ("the lenses are tinted", "镜片有颜色"),
    "over_lids": ("the rims run over the eyes or their lids", "镜框遮挡眼睛或眼睑"),
    "over_brows": ("the rims can hardly be told from the brows that they run along", "镜框与眉毛重叠，难以区分"),
    "hidden": ("the rims reach into hair or beyond the face", "镜框伸入头发或超出脸部"),
    "unlike": ("the two rims do not match, so that one may be something else", "左右镜框轮廓不一致"),
    "unseen": ("the rims are not seen all around", "镜框轮廓不完整"),
    "bridge_unseen": ("the bridge over the nose is not seen", "未能识别鼻梁架"),
    "reflections": ("the lenses reflect too much", "镜片反光过多"),
    "reflections_left": ("reflections on the lenses would stay", "镜片反光无法完全去除"),
    "lines_left": ("traces of them would stay", "会留下痕迹"),
    "colour_left": ("parts of them would stay", "会留下残余"),
}
"""What is wrong with a frame, in both languages."""


class Glasses(EffectParams):
    """Parameters of ``glasses``. A photo without glasses, or without reflections on them, comes back as it is."""

    remove_glare: Strength = 80
    """How far reflections are taken off the lenses."""
    remove_frame: bool = False
    """Take glasses with a thin frame off, reflections too. Refused with ``FRAME_NOT_REMOVABLE`` where the result would
    not convince: a thick frame, rims over the lids or along dark brows, dark lenses, hair before the rims."""

    @property
    def is_identity(self) -> bool:
        """Whether nothing is taken off."""
        return self.remove_glare == 0 and not self.remove_frame


def apply(portrait: Portrait, params: Glasses) -> Portrait:
    """Take reflections off the glasses, or the glasses off the face.

    A portrait without glasses or reflections is returned as it is: there is nothing to take off, and a partner who
    sends every photo through the same steps need not know who wears glasses.

    Raises
    ------
    EffectRefusedError
        The face is turned, leans, is too small or cut off; the reflection hides too much; or the frame cannot go.
    """
    if params.is_identity:
        return portrait
    check(KIND, portrait, LIMITS)
    check_whole_face(KIND, portrait)
    eyewear = find_eyewear(portrait)
    if eyewear is None:
        return portrait
    if params.remove_frame:
        return take_off(portrait, eyewear)
    return without_glare(portrait, eyewear, params.remove_glare / 100)


def without_glare(portrait: Portrait, eyewear: Eyewear, share: float, *, bordered: bool = False) -> Portrait:
    """Take a share, 0..1, of the reflections off the lenses; a portrait without any is returned as it is.

    ``bordered`` is that of :func:`find_veil`.

    Raises
    ------
    EffectRefusedError
        ``GLARE_TOO_STRONG``.
    """
    part = portrait.rgb[eyewear.pixels]
    light = _linear(part)
    found = find_veil(light, eyewear, face_width(portrait.landmarks), bordered=bordered)
    if found is None:
        return portrait
    veil, colour = found
    refuse_opaque(light, veil, colour, eyewear)
    veil = np.minimum(veil, np.float32(OPAQUE)) * np.float32(share)
    veiled = veil > 0
    density = veil[veiled][:, None]
    behind = np.clip((light[veiled] - density * colour) / (1 - density), 0, 1)
    rgb = portrait.rgb.copy()
    rgb[eyewear.pixels][veiled] = np.rint(behind ** np.float32(1 / GAMMA) * 255).astype(np.uint8)
    return replace(portrait, rgb=rgb)


def take_off(portrait: Portrait, eyewear: Eyewear) -> Portrait:
    """Take reflections and frame off the face; what the map of the parts calls glasses is skin then.

    Raises
    ------
    EffectRefusedError
        ``FACE_TOO_SMALL``, ``FACE_TURNED``; ``FRAME_NOT_REMOVABLE``, with all that was measured; ``GLARE_TOO_STRONG``.
    """
    check(KIND, portrait, FRAME_LIMITS)
    eyes = eyewear.area
    frame = trace_frame(eyes, eyewear.rings)
    square = FACE_CELLS**2
    measured = {
        "width": frame.width,
        "tint": abs(frame.tint),
        "over_lids": float((frame.area & eyes.lids).sum()) / square,
        "over_brows": float((frame.area & eyes.brows).sum()) / square / max(frame.contrast, 1e-3),
        "hidden": frame.hidden,
        "unlike": frame.unlike,
        "unseen": 1 - frame.followed,
        "bridge_unseen": 1 - frame.bridge,
    }
    refuse_frame(measured)
    hole = eyes.field_in_picture(frame.area.astype(np.float32), portrait.alpha.shape) > 0.5
    lenses = as_far_as_rims(eyewear, frame, hole)
    measured["reflections"] = edges_of_veil(portrait, lenses)
    refuse_frame(measured)
    clear = without_glare(portrait, lenses, 1, bordered=True)
    measured["reflections_left"] = edges_of_veil(clear, lenses)
    refuse_frame(measured)
    rgb = without_frame(clear, hole)
    after = EyeArea.of(rgb, portrait.landmarks)
    refuse_frame(measured | {"lines_left": lines_left(after, frame), "colour_left": colour_left(after, frame)})
    part_map = None if portrait.part_map is None else without_glasses(portrait.part_map)
    return replace(portrait, rgb=rgb, part_map=part_map)


def as_far_as_rims(eyewear: Eyewear, frame: WornFrame, hole: Mask) -> Eyewear:
    """Return glasses whose lenses reach as far as the middle of the rims; what shines on these is no veil over skin.

    Parameters
    ----------
    hole
        ``(H, W)`` bool, what the frame hides.
    """
    rows, columns = eyewear.pixels
    offset = np.array((columns.start, rows.start), np.float32)
    outlines = [eyewear.area.to_picture(rim) - offset for rim in frame.rims]
    lens = np.maximum.reduce([polygon_mask(outline, eyewear.lens.shape, smooth=False) for outline in outlines])
    features = np.maximum(eyewear.features, hole[eyewear.pixels].astype(np.float32))
    return replace(eyewear, lens=lens, features=features)


def edges_of_veil(portrait: Portrait, eyewear: Eyewear) -> float:
    """Return how long the edges of reflections on the skin behind the lenses are, as an area in squares of the face."""
    unit = face_width(portrait.landmarks)
    light = _linear(portrait.rgb[eyewear.pixels])
    skin = (eyewear.lens > 0.5) & (spread(eyewear.features, EDGE_AWAY * unit) < 0.05)
    cheeks = eyewear.cheeks > 0.5
    if not skin.any() or not cheeks.any():
        return 0.0
    plain = np.median(light[cheeks], axis=0)
    hue = np.asarray(plain / np.linalg.norm(plain), np.float32)
    veil = blur(unmix(light, hue, np.ones(3, np.float32)), EDGE_WIDTH / 2 * unit)
    slope = np.hypot(*(cv2.Sobel(veil, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1))))
    return float((slope[skin] * EDGE_WIDTH * unit > EDGE_SEEN).sum()) / unit**2


def refuse_frame(measured: Mapping[str, float]) -> None:
    """Refuse a frame of which some measure is beyond what convinces.

    Raises
    ------
    EffectRefusedError
        ``FRAME_NOT_REMOVABLE``.
    """
    for name, value in measured.items():
        if value > FRAME_MOST[name]:
            reason, reason_zh = FRAME_FAULTS[name]
            raise EffectRefusedError(
                KIND,
                "FRAME_NOT_REMOVABLE",
                f"Glasses cannot be taken off this face convincingly: {reason}. Please take the photo without them.",
                f"无法自然地去除眼镜：{reason_zh}。请摘下眼镜后重新拍照。",
                value={fault: round(amount, 5) for fault, amount in measured.items()},
                allowed={fault: FRAME_MOST[fault] for fault in measured},
            )


def find_veil(light: F32, eyewear: Eyewear, unit: float, *, bordered: bool = False) -> tuple[Matte, F32] | None:
    """Return the density of a reflection and its colour, or None where there is none.

    Parameters
    ----------
    light
        ``(h, w, 3)`` float32, linear, 0..1.
    eyewear
        The glasses, in the same pixels.
    unit
        Width of the face, px.
    bordered
        Take only what ends where the lenses do, and what shines on both sides of their borders for skin: where these
        are to vanish, a difference between the sides would show.

    Returns
    -------
    Density ``(h, w)`` float32 in 0..1, and ``(3,)`` float32, linear, the brightest channel 1.
    """
    cheeks, lens = eyewear.cheeks > 0.5, eyewear.lens > 0.5
    skin = lens & (eyewear.features < 0.5)
    if not cheeks.any() or not skin.any():
        return None
    plain = np.median(light[cheeks], axis=0)
    hue = np.asarray(plain / np.linalg.norm(plain), np.float32)
    veil = unmix(light, hue, np.ones(3, np.float32))
    on_cheeks, around, behind = (
        float(np.percentile(veil[where], part)) if where.any() else 1.0
        for where, part in zip((cheeks, eyewear.beside, skin), SHINE, strict=True)
    )
    # Where only what ends at the borders is taken, the skin beyond them is compared place by place below.
    shine = on_cheeks if bordered else min(on_cheeks, around)
    own = min(max(shine, min(behind, SOCKET_MAX)), 0.5)
    seen = cv2.morphologyEx((skin & (veil > own + VEIL_SEEN[1])).astype(np.uint8), cv2.MORPH_OPEN, disc(0.006 * unit))
    if seen.sum() < VEIL_AREA * lens.sum() / 2:
        return None
    colour = veil_colour(light, veil, seen > 0, hue, plain)
    veil = blur(np.clip(unmix(light, hue, colour) - own, 0, None) / (1 - own), 0.004 * unit)
    if bordered:
        veil = np.maximum(veil - _shine_beside(veil, lens, unit), 0)
    veil = np.clip(_over_eyes(light, veil, skin, eyewear, unit, colour), 0, most_veil(light, hue, colour))
    near = blur(((veil > VEIL_SEEN[1]) & lens).astype(np.float32), 0.01 * unit)
    inside = blur(eyewear.lens, 0.004 * unit) * (eyewear.lens > 0)
    veil = veil * smoothstep(veil, *VEIL_SEEN) * smoothstep(near, 0.02, 0.3) * inside
    return np.asarray(veil, np.float32), colour


def unmix(light: F32, hue: F32, colour: F32) -> F32:
    """Least-squares share ``a`` of the veil in ``light = s hue + a colour``, at least 0; ``hue`` is a unit vector."""
    across = colour - (colour @ hue) * hue
    return np.asarray(np.maximum(light @ (across / max(float(across @ across), 1e-6)), 0), np.float32)


def veil_colour(light: F32, veil: Matte, seen: Mask, hue: F32, plain: F32) -> F32:
    """Colour of the veil, the brightest channel being 1: what its densest places have beyond the skin."""
    dense = seen & (veil >= np.percentile(veil[seen], 80))
    brightest = light[dense].mean(axis=0)
    colour = np.ones(3, np.float32)
    for _ in range(4):
        share = float(np.clip(unmix(brightest, hue, colour), 0.05, 0.95))
        colour = np.clip((brightest - (1 - share) * plain) / share, 0.3, None)
        colour = np.asarray(colour / colour.max(), np.float32)
    return colour


def most_veil(light: F32, hue: F32, colour: F32) -> Matte:
    """Return the most veil that leaves green and blue enough beside red: skin has no more colour than that."""
    least = hue[1:] / hue[0] / np.float32(COLOUR_MAX)
    span = np.maximum(colour[1:] - least * colour[0], 0.05)
    red, *others = cv2.split(light)
    bounds = [(other - part * red) / most for other, part, most in zip(others, least, span, strict=True)]
    return np.asarray(np.clip(np.minimum(*bounds), 0, 1), np.float32)


def _least_light(light: F32, colour: F32) -> Matte:
    """Return the light in the channel that has least of it beside a colour, ``(h, w)``."""
    return np.asarray(np.minimum.reduce([one / part for one, part in zip(cv2.split(light), colour, strict=True)]))


def _shine_beside(veil: Matte, lens: Mask, unit: float) -> Matte:
    """Return the veil that the skin beside the lenses seems to have, continued over them: that is its own shine."""
    size = reduced_size(lens.shape, min(1.0, SHINE_FACE / unit))
    hidden = spread(lens.astype(np.uint8), RIM_AWAY * unit)
    small, gap = (cv2.resize(field, size, interpolation=cv2.INTER_AREA) for field in (veil, hidden.astype(np.float32)))
    return enlarge(membrane(small[..., None], gap > 0), lens.shape)


def _linear(levels: Rgb) -> F32:
    return np.asarray(cv2.LUT(levels, (np.arange(256, dtype=np.float32) / 255) ** np.float32(GAMMA)), np.float32)


def _over_eyes(light: F32, veil: Matte, skin: Mask, eyewear: Eyewear, unit: float, colour: F32) -> F32:
    """Return the veil as it is where skin tells, and over eyes and brows as the darkest pixels near tell."""
    here = window_of(eyewear.features > 0, EYES_NEAR * unit)
    features, lens = eyewear.features[here], eyewear.lens[here]
    known = skin[here].astype(np.float32)
    around = blur(veil[here] * known, 0.025 * unit) / np.maximum(blur(known, 0.025 * unit), 1e-3)
    nearby = 0.02 * unit
    darkest = blur(spread(shrink(_least_light(light[here], colour), nearby), nearby), 0.01 * unit)
    eyes = (features > 0.5) & (lens > 0.5)
    dark = float(np.clip(np.median(darkest[eyes]), *EYE_DARK)) if eyes.any() else EYE_DARK[1]
    inside = np.clip((darkest - dark) / (1 - dark), 0, around)
    over = np.array(veil, np.float32)
    over[here] += (inside - veil[here]) * features
    return over


def refuse_opaque(light: F32, veil: Matte, colour: F32, eyewear: Eyewear) -> None:
    """Refuse a veil behind which too little is left.

    Raises
    ------
    EffectRefusedError
        ``GLARE_TOO_STRONG``.
    """
    least = _least_light(light, colour)
    irises = [least[iris > 0.5] for iris in eyewear.irises if (iris > 0.5).any()]
    over_iris = max((float(np.percentile(iris, DARK_PART)) for iris in irises), default=0.0)
    lens = eyewear.lens > 0.5
    opaque = float((veil[lens] > OPAQUE).sum() / max(lens.sum() / 2, 1))
    if over_iris > IRIS_VEIL_MAX or opaque > OPAQUE_AREA_MAX:
        raise EffectRefusedError(
            KIND,
            "GLARE_TOO_STRONG",
            "The reflection on the glasses hides too much of the eyes to be taken off.",
            "眼镜反光过强，遮挡眼部，无法去除。",
            value={"over_iris": round(over_iris, 2), "opaque": round(opaque, 3)},
            allowed={"over_iris": IRIS_VEIL_MAX, "opaque": OPAQUE_AREA_MAX},
        )
