"""A partner's own outfit: a garment file from a cut-out picture of a garment, or from a portrait of somebody in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from PIL import Image
from pydantic import ValidationError

from idphoto import opencv as cv2
from idphoto.anchoring import hold, read_anchors
from idphoto.arrays import F32, Matte, Rgb
from idphoto.artwork import open_artwork
from idphoto.clothing import HALF_GOOD, HALF_LEAST
from idphoto.cutting import PX_PER_CM_MAX, cut_garment
from idphoto.flanks import continue_flanks, is_cut
from idphoto.garment import FILE_BYTES_MAX, SIDE_MAX, Anchors, GarmentError, GarmentFacts, Layer, write_garment
from idphoto.nape import line_collar
from idphoto.outline import ROLL_NECK, Outline, split_back, trace_outline
from idphoto.parting import part_collar
from idphoto.portrait import Portrait
from idphoto.raster import fill_gaps
from idphoto.shapes import reduced_size
from idphoto.srgb import to_srgb
from idphoto.usability import Finding, GarmentUnusableError, Report, finding, weigh

__all__ = [
    "Finding",
    "GarmentUnusableError",
    "Naming",
    "Report",
    "Tailored",
    "from_picture",
    "from_portrait",
]

PICTURE_FORMATS: Final = ("PNG", "WEBP")
PICTURE_BYTES: Final = 10_000_000
PICTURE_PIXELS: Final = 16_000_000

CLEAR_LEAST: Final = 0.02
"""Share of a picture that is transparent, if its garment was cut out at all."""
COVERED_LEAST: Final = 0.03
"""Share of a picture that its garment covers."""
OPAQUE_LEAST: Final = 0.6
"""Share of what is to be seen that hides what is behind it; a veil has less."""
OPENING_MOST: Final = 0.4
"""Share of the triangle between the collar's anchors that may be covered."""

PX_PER_CM_LEAST: Final = 6.0
PX_PER_CM_GOOD: Final = 15.0
"""An ID photo shows about 34 cm: 413 px have 12 px/cm, 600 px have 18."""
WIDE_CM: Final = 17.0
"""Width of a neckline from which it rests on the shoulders and not on the neck."""
LOPSIDED: Final = 7.0
"""Degrees by which collar or shoulders slant and still look straight."""
SOFT_LEAST: Final = 0.5
"""Soft pixels per hard step of the outline; a drawn edge has about one."""

THROAT_CM: Final = 1.5
"""Depth of the front below the hollow of the neck from which the throat shows."""

_ANCHORS: Final = tuple(Anchors.model_fields)


@dataclass(frozen=True)
class Naming:
    """How a garment is called; the limits are those of :class:`idphoto.garment.GarmentFacts`."""

    name: str
    name_zh: str
    tags: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True, eq=False)
class Tailored:
    """A garment, and how usable it is.

    Attributes
    ----------
    garment
        A garment file; without parts and colours, for the cloth has its own.
    """

    garment: bytes
    report: Report


def from_picture(data: bytes, naming: Naming, anchors: Mapping[str, tuple[float, float]] | None = None) -> Tailored:
    """Make a garment of a picture that shows nothing else.

    Parameters
    ----------
    data
        PNG or WebP, the garment on transparency, seen from the front, the neck's opening transparent. With anchors
        the inside of the back may be seen in it, if it is not of the front's colour.
    anchors
        Every point of :class:`idphoto.garment.Anchors`, ``(x, y)`` in px of this picture. Found on the garment's
        outline when None.

    Raises
    ------
    GarmentError
        ``details["field"]`` names what is wrong: ``bytes``, ``file``, ``frames``, ``pixels``, ``anchors``,
        ``anchors.<name>``, ``name``, ...
    GarmentUnusableError
        ``NO_TRANSPARENCY``, ``EMPTY``, ``SEE_THROUGH``, ``NO_NECK_OPENING`` or ``LOW_RESOLUTION``.
    """
    image = open_artwork(data, PICTURE_FORMATS, PICTURE_BYTES, PICTURE_PIXELS, GarmentError)
    given = None if anchors is None else read_anchors(anchors, image.size)
    width = image.width
    image.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.BOX)
    scale = image.width / width
    alpha = np.asarray(image.getchannel("A"), np.float32) / np.float32(255)
    _require_garment(alpha)
    cloth = _Cloth(to_srgb(image.convert("RGB")), alpha)
    found: list[Finding] = []
    softness = _edge_softness(cloth.front)
    if softness < SOFT_LEAST:
        found.append(finding("HARD_EDGE", softness, SOFT_LEAST))
        cloth = replace(cloth, front=np.asarray(cv2.GaussianBlur(cloth.front, (0, 0), 0.6), np.float32))
    front, back = split_back(cloth.front)
    cloth = _Cloth(cloth.rgb, front, back)
    if given is None:
        outline = trace_outline(front)
        if outline.opening < ROLL_NECK:
            found.append(finding("NO_NECK_OPENING", outline.opening, ROLL_NECK))
    else:
        outline = hold(given, scale)
        if _covered_opening(front, outline) > OPENING_MOST:
            found.append(finding("OPENING_PARTED"))
            cloth = _Cloth(cloth.rgb, *part_collar(cloth.rgb, front, outline))
    cloth, outline = _with_flanks(cloth, outline, found)
    if outline.px_per_cm < PX_PER_CM_LEAST:
        raise GarmentUnusableError("LOW_RESOLUTION", value=round(outline.px_per_cm, 1), allowed=PX_PER_CM_LEAST)
    if outline.px_per_cm < PX_PER_CM_GOOD:
        found.append(finding("LOW_RESOLUTION", outline.px_per_cm, PX_PER_CM_GOOD))
    return _sew(cloth, outline, naming, found)


def from_portrait(portrait: Portrait, naming: Naming) -> Tailored:
    """Make a garment of what somebody wears.

    Parameters
    ----------
    portrait
        Of a person seen from the front who shows the chest, hair and hands aside.

    Raises
    ------
    GarmentError
        ``details["field"]`` is a field of the naming.
    GarmentUnusableError
        See :func:`idphoto.cutting.cut_garment`.
    """
    cut = cut_garment(portrait)
    rows, columns = _filled_box(cut.alpha)
    cloth = _Cloth(cut.rgb, cut.alpha).cut(rows, columns)
    middle, pit_y = cut.middle - columns.start, cut.pit_y - rows.start
    cloth, added = cloth.continued(middle, cut.px_per_cm)
    try:
        outline = trace_outline(cloth.front, middle + added, cut.px_per_cm)
    except GarmentUnusableError as error:
        raise GarmentUnusableError("COLLAR_COVERED") from error
    # What it is hung by is measured as it is on who will wear it.
    return _sew(cloth, replace(outline, neck_pit=(middle + added, pit_y)), naming, list(cut.findings))


@dataclass(frozen=True, eq=False)
class _Cloth:
    """Colours ``(H, W, 3)`` uint8, and opacity of front and back ``(H, W)`` float32, not multiplied into them."""

    rgb: Rgb
    front: Matte
    back: Matte | None = None

    def resized(self, scale: float) -> _Cloth:
        """Reduce the picture."""
        if scale >= 1:
            return self
        size = reduced_size(self.front.shape, scale)

        def small(field: F32) -> F32:
            return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)

        weight = np.maximum(self.front if self.back is None else np.maximum(self.front, self.back), np.float32(1e-3))
        rgb = small(self.rgb.astype(np.float32) * weight[..., None]) / small(weight)[..., None]
        colours = np.clip(np.rint(rgb), 0, 255).astype(np.uint8)
        return _Cloth(colours, small(self.front), None if self.back is None else small(self.back))

    def cut(self, rows: slice, columns: slice) -> _Cloth:
        """Return a part of the picture."""
        here = rows, columns
        return _Cloth(self.rgb[here], self.front[here], None if self.back is None else self.back[here])

    def continued(self, middle: float, px_per_cm: float) -> tuple[_Cloth, int]:
        """Continue a shoulder that is cut; return also by how many columns all has moved to the right."""
        rgb, front, added = continue_flanks(self.rgb.astype(np.float32), self.front, middle, px_per_cm)
        back = self.back
        if back is not None:
            back = np.pad(back, ((0, 0), (added, front.shape[1] - back.shape[1] - added)))
        return _Cloth(np.clip(np.rint(rgb), 0, 255).astype(np.uint8), front, back), added


def _layer(rgb: Rgb, alpha: Matte) -> Layer:
    """Give a layer the colours of its cloth alone: those inside go on over the edge, where the old ground shines in."""
    opaque = (alpha > _OPAQUE).astype(np.uint8)
    inner = cv2.erode(opaque, np.ones((3, 3), np.uint8))
    # What is too thin to have an inside keeps its own colours.
    thin = opaque & ~cv2.dilate(inner, np.ones((5, 5), np.uint8))
    continued = fill_gaps(rgb.astype(np.float32), ((inner | thin) > 0).astype(np.float32))
    shade = np.dstack([np.clip(np.rint(continued), 0, 255), np.rint(alpha * 255)]).astype(np.uint8)
    return Layer(shade, np.zeros(alpha.shape, np.uint8), np.zeros((0, *alpha.shape), np.uint8))


_OPAQUE: Final = 0.97


def _with_flanks(cloth: _Cloth, outline: Outline, found: list[Finding]) -> tuple[_Cloth, Outline]:
    """Continue the shoulders of a picture that cuts them."""
    rows, columns = _filled_box(cloth.front)
    here = cloth.cut(rows, columns)
    if not (is_cut(here.front, -1) or is_cut(here.front, 1)):
        return cloth, outline
    half = min(outline.neck_pit[0] - columns.start, columns.stop - 1 - outline.neck_pit[0]) / outline.px_per_cm
    if half < HALF_LEAST:
        raise GarmentUnusableError("SHOULDERS_CUT", value=round(half, 1), allowed=HALF_LEAST)
    if half >= HALF_GOOD:
        return cloth, outline
    found.append(finding("SHOULDERS_CUT", half, HALF_GOOD))
    here, added = here.continued(outline.neck_pit[0] - columns.start, outline.px_per_cm)
    return here, outline.moved(added - columns.start, -rows.start)


def _require_garment(alpha: Matte) -> None:
    """Refuse a picture that was not cut out, or shows nothing, or nothing solid."""
    clear, seen = float((alpha < 0.02).mean()), alpha > 0.1
    if clear < CLEAR_LEAST:
        raise GarmentUnusableError("NO_TRANSPARENCY", value=round(clear, 3), allowed=CLEAR_LEAST)
    if (covered := float(seen.mean())) < COVERED_LEAST:
        raise GarmentUnusableError("EMPTY", value=round(covered, 3), allowed=COVERED_LEAST)
    if (solid := float((alpha[seen] > 0.9).mean())) < OPAQUE_LEAST:
        raise GarmentUnusableError("SEE_THROUGH", value=round(solid, 2), allowed=OPAQUE_LEAST)


def _covered_opening(alpha: Matte, outline: Outline) -> float:
    """Share of the neck's opening in which there is cloth."""
    corners = np.array([outline.collar_left, outline.collar_right, outline.collar_front], np.float32)
    corners = corners.mean(axis=0) + 0.7 * (corners - corners.mean(axis=0))
    opening = np.zeros(alpha.shape, np.uint8)
    cv2.fillConvexPoly(opening, np.rint(corners).astype(np.int32), 1)
    return float(alpha[opening > 0].mean())


def _edge_softness(alpha: Matte) -> float:
    """Half transparent pixels per step of the outline."""
    solid = alpha >= np.float32(0.5)
    steps = int((solid[1:] != solid[:-1]).sum()) + int((solid[:, 1:] != solid[:, :-1]).sum())
    return float(((alpha > 0.05) & (alpha < 0.95)).sum()) / max(steps, 1)


def _sew(cloth: _Cloth, outline: Outline, naming: Naming, found: list[Finding]) -> Tailored:
    """Write the garment file, cut to the garment and no larger than is ever shown."""
    found = found + _judge_outline(outline)
    scale = min(1.0, PX_PER_CM_MAX / outline.px_per_cm)
    cloth = cloth.resized(scale)
    rows, columns = _filled_box(cloth.front if cloth.back is None else np.maximum(cloth.front, cloth.back))
    cloth = cloth.cut(rows, columns)
    height, width = cloth.front.shape

    def place(name: str) -> tuple[float, float]:
        x, y = ((value + 0.5) * scale - 0.5 for value in getattr(outline, name))
        return (
            round(float(np.clip(x - columns.start, 0, width - 1)), 2),
            round(float(np.clip(y - rows.start, 0, height - 1)), 2),
        )

    facts = _facts(
        **{**asdict(naming), "tags": tuple(naming.tags)},
        width=width,
        height=height,
        px_per_cm=round(outline.px_per_cm * scale, 4),
        anchors={name: place(name) for name in _ANCHORS},
        skin_shown=_skin_shown(outline),
    )
    rgb, back = cloth.rgb, cloth.back
    if back is None:
        held = facts.anchors
        sides = held.collar_left, held.collar_right
        lining, back = line_collar(rgb, cloth.front, *sides, held.collar_front, facts.px_per_cm)
        rgb = np.rint(lining).astype(np.uint8)
    data = write_garment(facts, _layer(cloth.rgb, cloth.front), _layer(rgb, back), effort=4)
    if len(data) > FILE_BYTES_MAX:
        raise GarmentError(field="bytes", reason="the garment has too much detail", given=len(data))
    return Tailored(data, weigh(found))


def _facts(**values: Any) -> GarmentFacts:
    try:
        return GarmentFacts.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(map(str, fault["loc"])) or "garment"
        raise GarmentError(field=field, reason=fault["msg"]) from error


def _judge_outline(outline: Outline) -> list[Finding]:
    found = []
    if outline.guessed:
        found.append(finding("ANCHORS_GUESSED"))
    gap = (outline.collar_right[0] - outline.collar_left[0]) / outline.px_per_cm
    if gap > WIDE_CM:
        found.append(finding("WIDE_NECKLINE", gap, WIDE_CM))
    tilts = [
        math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
        for left, right in (
            (outline.collar_left, outline.collar_right),
            (outline.shoulder_left, outline.shoulder_right),
        )
    ]
    worst = max(map(abs, tilts))
    if worst > LOPSIDED:
        found.append(finding("LOPSIDED", worst, LOPSIDED))
    return found


def _skin_shown(outline: Outline) -> str:
    if outline.opening < ROLL_NECK:
        return "none"
    below = (outline.collar_front[1] - outline.neck_pit[1]) / outline.px_per_cm
    return "throat" if below > THROAT_CM else "neck"


def _filled_box(alpha: Matte) -> tuple[slice, slice]:
    """Rows and columns that hold anything, without a last row or column that is half transparent along its length."""
    ends = []
    for axis in (1, 0):
        seen = np.flatnonzero((alpha > 0.02).any(axis=axis))
        ends.append((max(int(seen[0]) - 1, 0), min(int(seen[-1]) + 2, alpha.shape[1 - axis])))
    (top, bottom), (left, right) = ends
    bottom -= _frayed(alpha[top:bottom][::-1])
    right -= _frayed(alpha[:, left:right].T[::-1])
    left += _frayed(alpha[:, left:right].T)
    return slice(top, bottom), slice(left, right)


def _frayed(lines: F32) -> int:
    """Count lines at the beginning that fade out where a photo ended, and not the garment."""
    inner = lines[min(_FRAYED, len(lines) - 1)] > _OPAQUE
    if inner.sum() < 8:
        return 0
    whole = [(line[inner] > _OPAQUE).mean() > 0.9 for line in lines[:_FRAYED]]
    return whole.index(True) if True in whole else 0


_FRAYED: Final = 5
