"""Photo specifications: the official ones from ``specs.json``, and those of a customer's own size.

The file is written by ``layers/engine/specs/build.py``. A row states what its authority states; the rest follows from
it here. Sizes given in millimetres get their pixels from the resolution, ``px = round(mm / 25.4 * dpi)``, and sizes
given in pixels get their millimetres.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from idphoto.background import WHITE, Color
from idphoto.errors import ParameterError

MM_PER_INCH: Final = 25.4

Document = Literal[
    "print",
    "passport",
    "visa",
    "id_card",
    "residence_permit",
    "driving_licence",
    "social_security",
    "exam",
    "other",
    "custom",
]

PixelSize = tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]
"""Width and height, px."""

OPEN_END_PX: Final = (3000, 3000)
"""Most pixels where an authority names only the least; see :data:`SIDE_PX`."""

BACKGROUND_TOLERANCE: Final = 16
"""Levels of 255 by which each channel of a background may differ from an allowed colour where the authority names no
figure: what it calls "white or off-white" begins at 240 in the lists that give figures."""


class SpecUnknownError(ParameterError):
    """No specification has this id or alias."""

    code = "SPEC_UNKNOWN"
    message = "No photo specification has this id or name."
    message_zh = "没有这个证件照规格。"


class SizeNotAllowedError(ParameterError):
    """The specification does not take a photo of so many pixels."""

    code = "SIZE_NOT_ALLOWED"
    message = "The specification does not allow this size in pixels."
    message_zh = "该规格不允许此像素尺寸。"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Range(_Frozen):
    """An allowed range of a length in the picture.

    Attributes
    ----------
    min, max
        Both allowed; in ``unit``.
    target
        What to aim for; the middle unless given.
    unit
        ``mm`` on the print, ``px`` of the picture, or ``ratio`` of the picture's height.
    """

    min: float = Field(ge=0)
    max: float
    target: float
    unit: Literal["mm", "px", "ratio"]

    @model_validator(mode="before")
    @classmethod
    def _aim_for_the_middle(cls, data: Any) -> Any:
        if isinstance(data, dict) and "target" not in data and {"min", "max"} <= data.keys():
            return {**data, "target": (data["min"] + data["max"]) / 2}
        return data

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if not self.min <= self.target <= self.max:
            raise ValueError("min <= target <= max does not hold")
        return self


class HeadHeight(Range):
    """The allowed height of the head, from the chin up.

    Attributes
    ----------
    top
        What the authority measures to: ``hair``, the top of the hair; or ``skull``, where the head would end without
        hair.
    bottom
        What it measures from.
    """

    top: Literal["hair", "skull"] = "hair"
    bottom: Literal["chin"] = "chin"


class Kilobytes(_Frozen):
    """Allowed size of the file. Offices count 1000 or 1024 bytes to the KB; what is allowed here is right by both."""

    min: int = Field(default=0, ge=0)
    max: int = Field(gt=0)

    @property
    def least_bytes(self) -> int:
        """Fewest bytes."""
        return 1024 * self.min

    @property
    def most_bytes(self) -> int:
        """Most bytes."""
        return 1000 * self.max

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.least_bytes >= self.most_bytes:
            raise ValueError("1024 * min < 1000 * max does not hold")
        return self


class Conflict(_Frozen):
    """Sources that disagree about one field of a specification.

    Attributes
    ----------
    field
        Which.
    says
        What each source says, by its name; what this specification uses is in its own fields.
    """

    field: str
    says: dict[str, str] = Field(min_length=1)


class PixelRange(_Frozen):
    """A :class:`Range` in pixels of the picture."""

    min: float
    max: float
    target: float


class Spec(_Frozen):
    """What an official photo has to be.

    Attributes
    ----------
    spec_id, aliases
        The id and the other names under which :func:`get_spec` finds it.
    name, name_zh, name_local
        In English, in Chinese, and in the country's own language where it is known.
    country
        ISO 3166 code; EU for Schengen, UN for the international standard.
    width_mm, height_mm, width_px, height_px, dpi
        Size of the print and of the file that is made.
    px_min, px_max
        Least and most pixels that the authority takes, where it names them; the file that is made lies within.
    backgrounds, background_tolerance
        Allowed colours, the usual one first, and by how many levels of 255 a channel may differ.
    head_height
        Chin to crown. Photos are framed by the top of the hair, which is seen; where the authority measures to the
        skull, which must be guessed, a warning says when much hair may leave the head too small.
    eye_line
        Height of the eyes above the lower edge, where it is prescribed.
    top_gap
        From the upper edge to the crown, where it is prescribed.
    kb
        Size of the file, where it is prescribed.
    glasses_allowed, ears_visible
        Whether glasses may be worn, and whether the ears have to be seen.
    source, source_url
        The rule that the figures come from, and where it can be read, when it has an address.
    checked_on
        The day on which the figures were last compared with the text of the source.
    confidence
        high: the authority's own figures; medium: its size, with the common practice for the head; low: one source
        only, or sources disagree, or it differs by place, so ask the office that takes the photo.
    conflicts
        Where sources say something else.
    """

    spec_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    aliases: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()
    name: str
    name_zh: str
    name_local: str | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    document: Document
    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    dpi: int = Field(gt=0)
    px_min: PixelSize | None = None
    px_max: PixelSize | None = None
    backgrounds: tuple[Color, ...] = Field(min_length=1)
    background_tolerance: int = Field(default=BACKGROUND_TOLERANCE, ge=0, le=255)
    head_height: HeadHeight
    eye_line: Range | None = None
    top_gap: Range | None = None
    format: Literal["jpeg", "png"] = "jpeg"
    kb: Kilobytes | None = None
    glasses_allowed: bool = True
    ears_visible: bool = False
    retouch_allowed: bool
    background_replace_allowed: bool
    source: Annotated[str, StringConstraints(min_length=1)]
    source_url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    checked_on: dt.date | None = None
    confidence: Literal["high", "medium", "low"]
    conflicts: tuple[Conflict, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _complete_the_size(cls, data: Any) -> Any:
        """Fill in pixels from millimetres or millimetres from pixels; what is given stays for the check below."""
        if not isinstance(data, dict) or not isinstance(dpi := data.get("dpi"), int) or dpi <= 0:
            return data
        data = dict(data)
        for side in ("width", "height"):
            mm, px = f"{side}_mm", f"{side}_px"
            if px not in data and mm in data:
                data[px] = pixels(data[mm], dpi)
            elif mm not in data and px in data:
                data[mm] = data[px] * MM_PER_INCH / dpi
        return data

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if (self.width_px, self.height_px) != (pixels(self.width_mm, self.dpi), pixels(self.height_mm, self.dpi)):
            raise ValueError(f"{self.spec_id}: px and mm * dpi disagree")
        size = (self.width_px, self.height_px)
        least, most = self.px_min or size, self.px_max or size
        if not all(low <= side <= high for low, side, high in zip(least, size, most, strict=True)):
            raise ValueError(f"{self.spec_id}: the size lies outside px_min..px_max")
        head, gap, eyes = self.head_height_px, self.top_gap_px, self.eye_line_px
        lowest_gap, highest_gap = (gap.min, gap.max) if gap else (0.0, self.height_px - head.target)
        if eyes:
            above_eyes = self.height_px - head.target / 2
            lowest_gap = max(lowest_gap, above_eyes - eyes.max)
            highest_gap = min(highest_gap, above_eyes - eyes.min)
        if lowest_gap > highest_gap or lowest_gap + head.max >= self.height_px:
            raise ValueError(f"{self.spec_id}: no head can meet head_height, top_gap and eye_line together")
        return self

    def _in_px(self, length: Range) -> PixelRange:
        factors = {"px": 1.0, "ratio": float(self.height_px), "mm": self.height_px / self.height_mm}
        factor = factors[length.unit]
        return PixelRange(min=length.min * factor, max=length.max * factor, target=length.target * factor)

    @property
    def head_height_px(self) -> PixelRange:
        """Crown to chin, px."""
        return self._in_px(self.head_height)

    @property
    def eye_line_px(self) -> PixelRange | None:
        """Eyes above the lower edge, px."""
        return self._in_px(self.eye_line) if self.eye_line else None

    @property
    def top_gap_px(self) -> PixelRange | None:
        """Upper edge to crown, px."""
        return self._in_px(self.top_gap) if self.top_gap else None


def at_size(spec: Spec, width_px: int, height_px: int) -> Spec:
    """Return a specification whose photo has other pixels, as far as its authority takes them.

    Raises
    ------
    SizeNotAllowedError
        With ``given`` and ``allowed`` in its details.
    """
    exact = (spec.width_px, spec.height_px)
    least, most = spec.px_min or exact, spec.px_max or (exact if spec.px_min is None else OPEN_END_PX)
    ratio = spec.width_px / spec.height_px
    is_shaped = abs(width_px - ratio * height_px) <= 1
    if not (is_shaped and least[0] <= width_px <= most[0] and least[1] <= height_px <= most[1]):
        raise SizeNotAllowedError(given=[width_px, height_px], allowed={"least": least, "most": most, "ratio": ratio})
    factor = height_px / spec.height_px
    lengths = {
        name: length.model_copy(update={end: factor * getattr(length, end) for end in ("min", "max", "target")})
        for name in ("head_height", "eye_line", "top_gap")
        if (length := getattr(spec, name)) and length.unit == "px"
    }
    return spec.model_copy(update={"width_px": width_px, "height_px": height_px, **lengths})


def pixels(mm: float, dpi: int) -> int:
    """Return the whole number of pixels nearest to a length on paper."""
    return round(mm / MM_PER_INCH * dpi)


@lru_cache(maxsize=1)
def load_specs() -> MappingProxyType[str, Spec]:
    """Return every official specification by its id, in the order of the file.

    Raises
    ------
    ValueError
        The file is wrong: a row does not validate, or two rows share a name.
    """
    rows = json.loads(files("idphoto").joinpath("specs.json").read_text("utf-8"))
    specs = {spec.spec_id: spec for spec in map(Spec.model_validate, rows)}
    if len(specs) != len(rows):
        raise ValueError("two specifications share an id")
    taken: dict[str, str] = {}
    for spec in specs.values():
        for name in {_key(name) for name in (spec.spec_id, *spec.aliases)}:
            if other := taken.get(name):
                raise ValueError(f"{spec.spec_id} and {other} share the name {name}")
            taken[name] = spec.spec_id
    return MappingProxyType(specs)


def get_spec(spec_id: str) -> Spec:
    """Return the specification with this id or alias; case, width, spaces and punctuation do not matter.

    Raises
    ------
    SpecUnknownError
        With ``given`` and the ids of the most similar specifications in its details.
    """
    ids_by_name = _ids_by_name()
    key = _key(spec_id)
    if key not in ids_by_name:
        similar = difflib.get_close_matches(key[:40], ids_by_name, n=5, cutoff=0.5)
        raise SpecUnknownError(given=spec_id[:60], similar=list(dict.fromkeys(ids_by_name[name] for name in similar)))
    return load_specs()[ids_by_name[key]]


def search_specs(query: str = "", country: str | None = None, document: Document | None = None) -> list[Spec]:
    """Find specifications whose names contain every word of a query.

    Parameters
    ----------
    query
        Words in English, Chinese or the country's own language, ids, sizes as ``295x413`` or ``35x45``; empty finds
        all. Case and width do not matter.
    country
        ISO 3166 code in any case.
    document
        Kind of document.

    Returns
    -------
    list of Spec
        Those with a name equal to the query first, then those of a country that it names, then in the order of the
        file.
    """
    words = [word for word in map(_key, query.split()) if word]
    whole = _key(query)
    texts = _search_texts()
    found = [
        spec
        for spec in load_specs().values()
        if (country is None or spec.country == country.strip().upper())
        and (document is None or spec.document == document)
        and all(word in texts[spec.spec_id] for word in words)
    ]
    return sorted(
        found,
        key=lambda spec: (f"\n{whole}\n" not in texts[spec.spec_id], spec.country.casefold() not in words),
    )


@lru_cache(maxsize=1)
def _search_texts() -> dict[str, str]:
    """Return what a query is looked up in, by id: each name and size on a line of its own."""
    return {spec_id: "\n" + "\n".join(map(_key, _terms(spec))) + "\n" for spec_id, spec in load_specs().items()}


def _terms(spec: Spec) -> tuple[str, ...]:
    local = (spec.name_local,) if spec.name_local else ()
    sizes = (f"{spec.width_px}x{spec.height_px}", f"{spec.width_mm:g}x{spec.height_mm:g}mm")
    return (spec.spec_id, *spec.aliases, spec.name, spec.name_zh, *local, *sizes, spec.country, spec.document)


def _key(name: str) -> str:
    """Reduce a name to its letters and digits in one case and width."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("×", "x")
    return re.sub(r"[\W_]+", "", folded)


@lru_cache(maxsize=1)
def _ids_by_name() -> dict[str, str]:
    return {_key(name): spec.spec_id for spec in load_specs().values() for name in (spec.spec_id, *spec.aliases)}


SIDE_PX: Final = (64, 3000)
"""Shorter than 64 px no face is recognisable; higher than 3000 px a portrait, whose head has at most 800 px, would have
to be enlarged more than 2.5 times."""

SIDE_MM: Final = (10.0, 250.0)
DPI: Final = (72, 1200)
ASPECT: Final = (0.5, 2.0)
"""Width over height. The widest and the narrowest official photos have 1.0 and 0.64."""

DEFAULT_DPI: Final = 300

HEAD_SHARE: Final = 0.66
"""Chinese rules ask for a head of two thirds of the photo's height; it is also near the middle between what the United
States (0.5 to 0.69) and ICAO (0.7 to 0.8) ask for."""

HEAD_SHARE_OF_WIDTH: Final = 0.95
"""On a narrow photo the width decides: a head is three quarters as wide as high, so this leaves 14 % on each side."""

HEAD_TOLERANCE: Final = 0.06
"""Of the photo's height, to both sides of the target."""

TOP_GAP_SHARE: Final = (0.04, 0.10, 0.18)
"""Least, best and most space above the crown, of the photo's height."""


class CustomSize(_Frozen):
    """A size of the customer's own: both sides in pixels, or both in millimetres.

    A size that cannot be is a validation error of type ``SIZE_INCOMPLETE`` or ``SIZE_OUT_OF_RANGE``, whose context
    says what was given and what is allowed.
    """

    width_px: Annotated[int | None, Field(description="Width in pixels, with height_px.", examples=[295])] = None
    height_px: Annotated[int | None, Field(description="Height in pixels, with width_px.", examples=[413])] = None
    width_mm: Annotated[float | None, Field(description="Width in millimetres, with height_mm.")] = None
    height_mm: Annotated[float | None, Field(description="Height in millimetres, with width_mm.")] = None
    dpi: Annotated[int, Field(description="Pixels per inch, written into the file.")] = DEFAULT_DPI

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        in_px = [side for side in (self.width_px, self.height_px) if side is not None]
        in_mm = [side for side in (self.width_mm, self.height_mm) if side is not None]
        if (len(in_px), len(in_mm)) not in {(2, 0), (0, 2)}:
            raise PydanticCustomError(
                "SIZE_INCOMPLETE",
                "Give width_px and height_px, or width_mm and height_mm.",
                {
                    "given": self.model_dump(exclude_none=True),
                    "allowed": ["width_px and height_px", "width_mm and height_mm"],
                },
            )
        self._require("dpi", [self.dpi], DPI)
        self._require("side_mm", in_mm, SIDE_MM)
        sides = in_px or [pixels(side, self.dpi) for side in in_mm]
        self._require("side_px", sides, SIDE_PX)
        self._require("width / height", [sides[0] / sides[1]], ASPECT)
        return self

    @staticmethod
    def _require(what: str, given: list[Any], allowed: tuple[float, float]) -> None:
        if not all(allowed[0] <= value <= allowed[1] for value in given):
            raise PydanticCustomError(
                "SIZE_OUT_OF_RANGE",
                "{what} must be from {least} to {most}.",
                {"what": what, "given": given, "allowed": list(allowed), "least": allowed[0], "most": allowed[1]},
            )


def custom_spec(size: CustomSize) -> Spec:
    """Make a specification of a customer's own size.

    Nobody prescribes the head here, so it gets the share that most rules agree on (:data:`HEAD_SHARE`), less on a
    narrow photo (:data:`HEAD_SHARE_OF_WIDTH`).
    """
    sides = size.model_dump(include={"width_px", "height_px", "width_mm", "height_mm"}, exclude_none=True)
    unit = "px" if size.width_px else "mm"
    width, height = sides[f"width_{unit}"], sides[f"height_{unit}"]
    head = min(HEAD_SHARE, HEAD_SHARE_OF_WIDTH * width / height)
    least_gap, best_gap, most_gap = TOP_GAP_SHARE
    return Spec.model_validate(
        {
            **sides,
            "dpi": size.dpi,
            "spec_id": re.sub(r"\W", "_", f"custom_{width:g}x{height:g}{unit}_{size.dpi}dpi"),
            "name": f"Custom {width:g} x {height:g} {unit}",
            "name_zh": f"自定义 {width:g} x {height:g} {unit}",
            "country": "ZZ",
            "document": "custom",
            "backgrounds": (WHITE,),
            "head_height": {
                "min": head - HEAD_TOLERANCE,
                "max": head + HEAD_TOLERANCE,
                "target": head,
                "unit": "ratio",
            },
            "top_gap": {"min": least_gap, "max": most_gap, "target": best_gap, "unit": "ratio"},
            "retouch_allowed": True,
            "background_replace_allowed": True,
            "source": "the customer",
            "confidence": "medium",
        }
    )
