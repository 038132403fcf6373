"""What partners send and what they get: the typed contract of every route, from which OpenAPI is generated."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from idphoto.background import Background
from idphoto.checks.report import Level, Report
from idphoto.effects.beautify import Beautify
from idphoto.effects.expression import Expression
from idphoto.effects.gaze import Gaze
from idphoto.effects.glasses import Glasses
from idphoto.effects.lighting import Lighting
from idphoto.effects.makeup import Makeup
from idphoto.effects.outfit import Outfit
from idphoto.effects.skin import Skin
from idphoto.effects.symmetry import Symmetry
from idphoto.encode import FileFormat
from idphoto.garment import Anchors
from idphoto.looks import LOOK_BYTES_MAX, Look
from idphoto.paper import PAPER_MM
from idphoto.recipe import KINDS
from idphoto.sheet import CAPTION_LENGTH, PHOTOS_ON_SHEET, SHEET_DPI, Cut
from idphoto.specs import DPI, CustomSize, Document
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


class Policy(StrEnum):
    """What happens when the specification forbids a step: a warning, or a refusal."""

    ADVISE = "advise"
    STRICT = "strict"


RESULT = "qk3vwn2m5tz7xhydb6cf4j2rsgau3oepivl7nwk5qd"
"""An id as the examples show it; it names nothing."""

OUT_REQUEST_ID = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$"
WATERMARK_ID = r"^[a-z2-7]{26}$"
OWN_MATERIAL = "own-"
"""How the id of a partner's own material begins; that of a built-in one has no hyphen."""

MATERIAL_ID = rf"^({OWN_MATERIAL}[a-z2-7]{{26}}|[a-z0-9_]{{1,40}})$"

OutRequestId = Annotated[
    str,
    Field(
        pattern=OUT_REQUEST_ID,
        description="Your own id of the photo, one per photo, the same from the upload to the last effect.",
        examples=["order-1001"],
    ),
]
MtGenerateId = Annotated[
    str,
    Field(
        pattern=r"^[a-z2-7]{42}$",
        description="The id of a result; an effect continues from it with no upload.",
        examples=[RESULT],
    ),
]
CheckId = Annotated[
    str,
    Field(
        pattern=r"^[a-z2-7]{42}$",
        description="The id of a check: make takes the photo from it, with no second check and no second upload.",
    ),
]
UploadId = Annotated[
    str, Field(pattern=r"^[0-9a-f]{32}$", description="The id that POST /uploads gave, once the file has been sent.")
]
WatermarkId = Annotated[
    str,
    Field(
        pattern=WATERMARK_ID,
        description="The id of a watermark of yours; see POST /watermarks.",
        examples=["qk3vwn2m5tz7xhydb6cf4j2rsg"],
    ),
]
Partner = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Who calls; named by the API key.")]

ImgUrl = Annotated[
    str,
    Field(
        max_length=8192,
        description="A full http(s) URL of the picture, as it is found: escapes, raw + and spaces are understood.",
        examples=["https://example.com/portrait.jpg"],
    ),
]
ImageBase64 = Annotated[
    str | None,
    Field(repr=False, description="The picture's bytes as Base64, about 4 MB at most; a data: prefix is understood."),
]
LevelField = Annotated[Level, Field(description="How strict the check is.", examples=["basic"])]
CheckSpecId = Annotated[
    str | None,
    Field(
        max_length=64,
        examples=["cn_1inch"],
        description="What the photo is to become (see GET /specs); its demands on single items are added.",
    ),
]
Thresholds = Annotated[
    dict[str, Annotated[float, Field(allow_inf_nan=False)]] | None,
    Field(
        max_length=200,
        examples=[{"yaw": 10, "face_size": 80}],
        description="Limits of your own by item code, in the item's unit; such an item counts as it does when strict.",
    ),
]
PolicyField = Annotated[
    Policy,
    Field(description="When the specification forbids a step: advise answers with a warning, strict refuses."),
]
RequestId = Annotated[str, Field(description="Names this very call; quote it when you ask us about it.")]
Timings = Annotated[dict[str, float], Field(description="Milliseconds by stage, and in all.")]

NO_WATERMARK = "none"
"""What a call gives as ``watermark_id`` for a preview without any."""

SOURCE_FIELDS = ("img_url", "image_base64", "upload_id", "check_id")


SpecKind = Document
"""Kinds of document that ``GET /specs`` tells apart."""


class Request(BaseModel):
    """Base of the requests: unknown fields are refused, so that a misspelt parameter is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _example(**body: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [body]})


class Source(Request):
    """The photo: exactly one of the four fields."""

    img_url: ImgUrl | None = None
    image_base64: ImageBase64 = None
    upload_id: UploadId | None = None
    check_id: CheckId | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in SOURCE_FIELDS if getattr(self, name, None) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "SOURCE_INVALID", "Give exactly one source.", {"given": given, "allowed": list(SOURCE_FIELDS)}
            )
        return self


class CheckRequest(Source):
    """``POST /check``."""

    model_config = _example(out_request_id="order-1001", img_url="https://example.com/portrait.jpg", level="standard")

    out_request_id: OutRequestId | None = None
    target: Annotated[
        Literal["source", "photo"],
        Field(description="source: whether a photo can become an ID photo; photo: whether it is one, of its spec_id."),
    ] = "source"
    level: LevelField = Level.BASIC
    spec_id: CheckSpecId = None
    thresholds: Thresholds = None

    @model_validator(mode="after")
    def _a_photo_is_one_of_a_specification(self) -> Self:
        if self.target == "photo" and (self.spec_id is None or self.thresholds):
            raise PydanticCustomError(
                "CHECK_INVALID",
                "target photo needs spec_id, whose limits hold.",
                {"given": ["target", *(["thresholds"] if self.thresholds else [])], "allowed": ["spec_id"]},
            )
        return self

    @model_validator(mode="after")
    def _no_check_of_a_check(self) -> Self:
        if self.check_id:
            raise PydanticCustomError(
                "SOURCE_INVALID",
                "A check needs a picture.",
                {"given": ["check_id"], "allowed": list(SOURCE_FIELDS[:3])},
            )
        return self


class MakeParams(Request):
    """Which photo is made; without a size, a Chinese one-inch photo."""

    spec_id: Annotated[str | None, Field(max_length=64, examples=["cn_1inch"], description="See GET /specs.")] = None
    size: Annotated[CustomSize | None, Field(description="A size of your own, in px or in mm, instead of spec_id.")] = (
        None
    )
    background: Annotated[Background | None, Field(description="By default the specification's own colour.")] = None
    check: LevelField = Level.BASIC
    watermark_id: Annotated[
        Literal["none"] | WatermarkId | None,
        Field(description="Of the previews: one of yours, or none; by default the text that the bundle is set to."),
    ] = None
    policy: PolicyField = Policy.ADVISE

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.spec_id is not None and self.size is not None:
            raise PydanticCustomError(
                "SIZE_INVALID",
                "Give spec_id or size, not both.",
                {"given": ["spec_id", "size"], "allowed": "one of them"},
            )
        return self


class MakeRequest(MakeParams, Source):
    """``POST /make``."""

    model_config = _example(
        out_request_id="order-1001",
        img_url="https://example.com/portrait.jpg",
        spec_id="cn_1inch",
        background={"color": "blue"},
    )

    out_request_id: OutRequestId


class EffectRequest(Request):
    """Base of the requests of the effects."""

    kind: ClassVar[str]

    mt_generate_id: MtGenerateId
    policy: PolicyField = Policy.ADVISE


class LightingRequest(Lighting, EffectRequest):
    """``POST /lighting``."""

    model_config = _example(mt_generate_id=RESULT, strength=70)

    kind: ClassVar[str] = "lighting"


class SkinRequest(Skin, EffectRequest):
    """``POST /skin``."""

    model_config = _example(mt_generate_id=RESULT, strength=50)

    kind: ClassVar[str] = "skin"


class GlassesRequest(Glasses, EffectRequest):
    """``POST /glasses``."""

    model_config = _example(mt_generate_id=RESULT, remove_glare=60)

    kind: ClassVar[str] = "glasses"


class GazeRequest(Gaze, EffectRequest):
    """``POST /gaze``."""

    model_config = _example(mt_generate_id=RESULT, strength=60)

    kind: ClassVar[str] = "gaze"


class ExpressionRequest(Expression, EffectRequest):
    """``POST /expression``."""

    model_config = _example(mt_generate_id=RESULT, smile=40)

    kind: ClassVar[str] = "expression"


class SymmetryRequest(Symmetry, EffectRequest):
    """``POST /symmetry``."""

    model_config = _example(mt_generate_id=RESULT, strength=50)

    kind: ClassVar[str] = "symmetry"


class BeautifyRequest(Beautify, EffectRequest):
    """``POST /beautify``."""

    model_config = _example(mt_generate_id=RESULT, level=2)

    kind: ClassVar[str] = "beautify"


class MakeupRequest(Makeup, EffectRequest):
    """``POST /makeup``."""

    model_config = _example(mt_generate_id=RESULT, material_id="office", intensity=60)

    kind: ClassVar[str] = "makeup"


class OutfitRequest(Outfit, EffectRequest):
    """``POST /outfit``."""

    model_config = _example(mt_generate_id=RESULT, material_id="suit_notch_tie", color="navy")

    kind: ClassVar[str] = "outfit"


class BackgroundRequest(Background):
    """``POST /background``."""

    model_config = _example(mt_generate_id=RESULT, color="#438EDB", gradient=1, end_color="#FFFFFF")

    mt_generate_id: MtGenerateId
    policy: PolicyField = Policy.ADVISE


UndoneKind = Literal[
    "lighting",
    "skin",
    "glasses",
    "gaze",
    "expression",
    "symmetry",
    "beautify",
    "makeup",
    "hairstyle",
    "outfit",
    "background",
]
"""Every kind but make, without which there is no photo."""


class RollbackRequest(Request):
    """``POST /rollback``: without some steps, or to an earlier (or later) result of the same photo."""

    model_config = _example(mt_generate_id=RESULT, without=["beautify"])

    mt_generate_id: MtGenerateId | None = None
    without: Annotated[
        tuple[UndoneKind, ...],
        Field(description="Kinds of step to be taken out; one that the result does not have is no error."),
    ] = ()
    to: Annotated[MtGenerateId | None, Field(description="The result to return to, from the photo's history.")] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.to is not None) == bool(self.without):
            raise PydanticCustomError(
                "ROLLBACK_INVALID",
                "Give either without or to.",
                {"given": [name for name in ("without", "to") if getattr(self, name)], "allowed": ["without", "to"]},
            )
        if self.without and self.mt_generate_id is None:
            raise PydanticCustomError(
                "ROLLBACK_INVALID",
                "without needs mt_generate_id.",
                {"given": ["without"], "allowed": ["mt_generate_id"]},
            )
        return self


class KilobyteRange(Request):
    """How large a file has to be. Offices count 1000 or 1024 bytes to the KB; what is made is right by both."""

    min: Annotated[int, Field(ge=0, le=100_000, description="Least KB.")] = 0
    max: Annotated[int, Field(ge=1, le=100_000, description="Most KB.")]

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if 1024 * self.min >= 1000 * self.max:
            raise PydanticCustomError(
                "EXPORT_INVALID", "min must be less than max.", {"given": [self.min, self.max], "allowed": "min < max"}
            )
        return self


class ExportOutput(Request):
    """One file: what is not given is what the specification asks for."""

    format: Annotated[FileFormat | None, Field(description="By default the specification's.", examples=["jpeg"])] = None
    dpi: Annotated[int | None, Field(ge=DPI[0], le=DPI[1], description="Written into the file.")] = None
    kb: Annotated[
        KilobyteRange | None,
        Field(description="Size of the file: the highest quality that fits is chosen, and nothing is filled up."),
    ] = None
    spec_id: Annotated[
        str | None, Field(max_length=64, description="Another specification than the result's.", examples=["us_visa"])
    ] = None
    width_px: Annotated[
        int | None, Field(ge=1, le=10_000, description="With height_px: another size that the specification takes.")
    ] = None
    height_px: Annotated[int | None, Field(ge=1, le=10_000, description="With width_px.")] = None
    background: Annotated[Background | None, Field(description="By default the result's own.")] = None
    crop_only: Annotated[
        bool,
        Field(
            description="Cut the photo out of the source and change nothing: no effect, no other background; the only "
            "operation is one resampling, whose geometry the answer tells."
        ),
    ] = False

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.width_px is None) != (self.height_px is None):
            raise PydanticCustomError(
                "EXPORT_INVALID",
                "Give both sides.",
                {"given": self.model_dump(include={"width_px", "height_px"}), "allowed": ["width_px", "height_px"]},
            )
        if self.crop_only and self.background:
            raise PydanticCustomError(
                "EXPORT_INVALID",
                "A crop keeps the background of the source.",
                {"given": ["crop_only", "background"], "allowed": "one of them"},
            )
        return self


OUTPUTS_AT_ONCE = 12


class ExportRequest(ExportOutput):
    """``POST /export``: one file, or several as ``outputs``."""

    model_config = _example(mt_generate_id=RESULT, format="jpeg", dpi=300, kb={"min": 20, "max": 40})

    mt_generate_id: MtGenerateId
    outputs: Annotated[
        tuple[ExportOutput, ...] | None,
        Field(
            min_length=1,
            max_length=OUTPUTS_AT_ONCE,
            description="Several files in one call, of several formats or specifications, in the place of the fields "
            "beside it.",
        ),
    ] = None
    policy: PolicyField = Policy.ADVISE

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = sorted(self.model_fields_set & set(ExportOutput.model_fields))
        if self.outputs is not None and given:
            raise PydanticCustomError(
                "EXPORT_INVALID",
                "Give the fields of a file, or outputs.",
                {"given": ["outputs", *given], "allowed": "outputs alone, or the fields of one file"},
            )
        return self

    @property
    def files(self) -> tuple[ExportOutput, ...]:
        """The files that are asked for."""
        if self.outputs is not None:
            return self.outputs
        return (ExportOutput.model_validate(self.model_dump(include=set(ExportOutput.model_fields))),)


class PaperSize(Request):
    """A paper of your own."""

    width_mm: Annotated[float, Field(ge=PAPER_MM[0], le=PAPER_MM[1])]
    height_mm: Annotated[float, Field(ge=PAPER_MM[0], le=PAPER_MM[1])]


class LayoutPhoto(Request):
    """One photo on a sheet of several."""

    mt_generate_id: MtGenerateId
    spec_id: Annotated[
        str | None, Field(max_length=64, description="Another specification than the result's.", examples=["cn_2inch"])
    ] = None
    count: Annotated[int | None, Field(ge=1, le=200, description="As many as fit, when it is absent.")] = None
    caption: Annotated[
        str | None,
        Field(max_length=CAPTION_LENGTH, description="Printed below each, ASCII; captions gives each its size."),
    ] = None


class LayoutRequest(Request):
    """``POST /layout``: a print sheet of one result, or of several."""

    model_config = _example(mt_generate_id=RESULT, paper="6inch", rows=3, columns=3)

    mt_generate_id: MtGenerateId | None = None
    photos: Annotated[
        tuple[LayoutPhoto, ...] | None,
        Field(min_length=1, max_length=PHOTOS_ON_SHEET, description="Several photos or sizes on one sheet."),
    ] = None
    paper: Annotated[
        str | PaperSize,
        Field(
            description="5inch, 6inch, 7inch, 8inch, 3R, 4R, 5R, A4, A5, A6, Letter, L, 2L (六寸 is 6inch), or a size "
            "in mm. It is printed whichever way round holds more.",
            examples=["6inch"],
        ),
    ] = "6inch"
    dpi: Annotated[int, Field(ge=SHEET_DPI[0], le=SHEET_DPI[1], description="Of the sheet.")] = 300
    rows: Annotated[int | None, Field(ge=1, le=50, description="As many as fit, when it is absent.")] = None
    columns: Annotated[int | None, Field(ge=1, le=50, description="As many as fit, when it is absent.")] = None
    turn: Annotated[
        bool, Field(description="Whether photos may lie on their side, where that way more of them fit.")
    ] = True
    gap_mm: Annotated[float, Field(ge=0, le=50, description="Between photos.")] = 2.0
    margin_mm: Annotated[float, Field(ge=0, le=100, description="Along the edges of the paper.")] = 3.0
    bleed_mm: Annotated[float, Field(ge=0, le=5, description="By how much a photo is continued beyond its cut.")] = 0.0
    cut: Annotated[Cut, Field(description="Lines around every photo, marks at its corners, or none.")] = "lines"
    captions: Annotated[bool, Field(description="Print each photo's specification and size below it.")] = False
    watermark_id: Annotated[
        Literal["none"] | WatermarkId | None,
        Field(description="One of yours: its picture for sheets is laid over all. Without it the sheet is clean."),
    ] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in ("mt_generate_id", "photos") if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "LAYOUT_INVALID",
                "Give mt_generate_id or photos.",
                {"given": given, "allowed": ["mt_generate_id", "photos"]},
            )
        return self

    @property
    def sheet_photos(self) -> tuple[LayoutPhoto, ...]:
        """The photos of the sheet."""
        return self.photos or (LayoutPhoto(mt_generate_id=str(self.mt_generate_id)),)


class WatermarkSettings(Request):
    """How a watermark is laid over a picture."""

    tiled: Annotated[bool, Field(description="All over the picture; otherwise once, in the middle.")] = True
    opacity: Annotated[float, Field(ge=0, le=1, description="On top of the picture's own.")] = 0.35
    angle: Annotated[float, Field(ge=-360, le=360, description="Degrees, counter-clockwise.")] = 30.0
    width: Annotated[float, Field(ge=0.02, le=1, description="Of one mark, as a part of the picture's width.")] = 0.4
    gap: Annotated[float, Field(ge=0, le=5, description="Between marks, in sizes of a mark.")] = 0.5


class PictureSource(Request):
    """A picture that is no portrait: exactly one of the three fields."""

    img_url: ImgUrl | None = None
    image_base64: ImageBase64 = None
    upload_id: UploadId | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in SOURCE_FIELDS[:3] if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "SOURCE_INVALID", "Give exactly one source.", {"given": given, "allowed": list(SOURCE_FIELDS[:3])}
            )
        return self


class WatermarkRequest(WatermarkSettings):
    """``POST /watermarks``: PNG, WebP or JPEG, best with transparency."""

    model_config = _example(
        name="Our shop",
        photo={"img_url": "https://example.com/mark.png"},
        sheet={"img_url": "https://example.com/sheet-mark.png"},
        opacity=0.3,
        angle=30,
    )

    name: Annotated[str, Field(max_length=100, description="For you to tell your watermarks apart.")] = ""
    photo: Annotated[PictureSource, Field(description="The mark on a photo.")]
    sheet: Annotated[PictureSource | None, Field(description="The mark on a print sheet; by default the same.")] = None


class WearerSource(Request):
    """A portrait of somebody who wears it: exactly one of the four fields.

    A photo that is sent for this is erased at once; that of an ``mt_generate_id`` stays as it is.
    """

    img_url: ImgUrl | None = None
    image_base64: ImageBase64 = None
    upload_id: UploadId | None = None
    mt_generate_id: MtGenerateId | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        allowed = [*SOURCE_FIELDS[:3], "mt_generate_id"]
        given = [name for name in allowed if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "SOURCE_INVALID", "Give exactly one source.", {"given": given, "allowed": allowed}
            )
        return self


MATERIAL_SOURCES = {"outfit": ("picture", "wearer"), "makeup": ("look", "look_toml")}


class MaterialRequest(Request):
    """``POST /materials``: an outfit from its picture or from a portrait of somebody who wears it, or a look of makeup.

    Exactly one of ``picture`` and ``wearer`` for an outfit, of ``look`` and ``look_toml`` for makeup.
    """

    model_config = _example(
        kind="outfit",
        name="School uniform",
        name_zh="校服",
        tags=["school", "child"],
        picture={"img_url": "https://example.com/uniform.png"},
    )

    kind: Annotated[Literal["outfit", "makeup"], Field(description="The effect that takes it.")]
    name: Annotated[str, Field(min_length=1, max_length=60, description="In English, or in your own language.")]
    name_zh: Annotated[
        str | None, Field(min_length=1, max_length=60, description="In Chinese; by default the same.")
    ] = None
    tags: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[^,]{1,40}$")], ...],
        Field(max_length=12, description="Words to choose by, such as women, summer or formal."),
    ] = ()
    licence: Annotated[str, Field(max_length=40, description="SPDX identifier, if you keep one.")] = ""
    picture: Annotated[
        PictureSource | None,
        Field(description="The outfit alone, as it hangs or lies, with transparency around it: PNG or WebP."),
    ] = None
    anchors: Annotated[
        Anchors | None, Field(description="Where the outfit of picture is held, px of it; by default it is found.")
    ] = None
    wearer: Annotated[
        WearerSource | None, Field(description="Anybody who wears the outfit, from the front; it is cut out.")
    ] = None
    look: Annotated[
        Look | None, Field(description="Makeup by its parts; names, tags and licence are those of this call.")
    ] = None
    look_toml: Annotated[
        str | None, Field(max_length=LOOK_BYTES_MAX, repr=False, description="The same as a TOML file's text.")
    ] = None

    @model_validator(mode="after")
    def _one_source_of_the_kind(self) -> Self:
        allowed = list(MATERIAL_SOURCES[self.kind])
        every = [*(name for names in MATERIAL_SOURCES.values() for name in names), "anchors"]
        given = [name for name in every if getattr(self, name) is not None]
        if (len(given) != 1 and given != ["picture", "anchors"]) or given[0] not in allowed:
            raise PydanticCustomError(
                "MATERIAL_FIELDS_INVALID",
                "Give what the kind is made from.",
                {"given": given, "allowed": f"{' or '.join(allowed)}; anchors beside picture"},
            )
        return self


class ChainCheck(Request):
    """The chain's check step."""

    level: LevelField = Level.BASIC
    spec_id: CheckSpecId = None
    thresholds: Thresholds = None


class ChainRequest(Request):
    """``POST /chain`` and ``POST /executions``: a step that is absent is skipped.

    Either a photo (``out_request_id`` and a source, with ``make``) or an ``mt_generate_id`` to continue from.
    """

    model_config = _example(
        out_request_id="order-1001",
        img_url="https://example.com/portrait.jpg",
        check={},
        make={"spec_id": "cn_1inch"},
        background={"color": "blue", "gradient": 1},
    )

    out_request_id: OutRequestId | None = None
    img_url: ImgUrl | None = None
    image_base64: ImageBase64 = None
    upload_id: UploadId | None = None
    check_id: CheckId | None = None
    mt_generate_id: MtGenerateId | None = None
    check: Annotated[ChainCheck | None, Field(description="Check first; {} checks at the basic level.")] = None
    make: Annotated[MakeParams | None, Field(description="Make the photo; {} makes a Chinese one-inch photo.")] = None
    lighting: Annotated[Lighting | None, Field(description="Even the light on the face; {} with its defaults.")] = None
    skin: Annotated[Skin | None, Field(description="Even the skin; {} with its defaults.")] = None
    glasses: Annotated[Glasses | None, Field(description="Mend glasses; {} with its defaults.")] = None
    gaze: Annotated[Gaze | None, Field(description="Correct the gaze; {} with its defaults.")] = None
    expression: Annotated[Expression | None, Field(description="Change the expression; {} with its defaults.")] = None
    symmetry: Annotated[Symmetry | None, Field(description="Balance the face; {} with its defaults.")] = None
    beautify: Annotated[Beautify | None, Field(description="Retouch the face; {} with its defaults.")] = None
    makeup: Annotated[Makeup | None, Field(description="Put on makeup; {} with its defaults.")] = None
    outfit: Annotated[Outfit | None, Field(description="Put on other clothes; {} with its defaults.")] = None
    background: Annotated[Background | None, Field(description="Change the background at the end.")] = None
    policy: PolicyField | None = None

    @property
    def effects(self) -> dict[str, BaseModel]:
        """The effects that are asked for, by their kinds."""
        asked = {kind: getattr(self, kind, None) for kind in KINDS if kind != "make"}
        return {kind: params for kind, params in asked.items() if params is not None}

    @model_validator(mode="after")
    def _has_a_beginning(self) -> Self:
        given = [name for name in (*SOURCE_FIELDS, "mt_generate_id") if getattr(self, name) is not None]
        if len(given) != 1:
            allowed = [*SOURCE_FIELDS, "mt_generate_id"]
            raise PydanticCustomError(
                "SOURCE_INVALID", "Give exactly one source.", {"given": given, "allowed": allowed}
            )
        if self.mt_generate_id and (self.check or self.make):
            raise PydanticCustomError(
                "CHAIN_INVALID", "From an mt_generate_id only effects can follow.", {"given": ["check", "make"]}
            )
        if not self.mt_generate_id and not (self.out_request_id and (self.make or self.check)):
            raise PydanticCustomError(
                "CHAIN_INVALID",
                "A photo needs out_request_id and make or check.",
                {"allowed": ["out_request_id", "make"]},
            )
        if self.effects and not (self.make or self.mt_generate_id):
            raise PydanticCustomError(
                "CHAIN_INVALID", "An effect needs make before it.", {"given": list(self.effects), "allowed": ["make"]}
            )
        if self.check and self.check_id:
            raise PydanticCustomError(
                "CHAIN_INVALID", "check_id stands for a check that is done.", {"given": ["check"]}
            )
        return self


# --- answers


class Answer(BaseModel):
    """Base of the answers."""

    model_config = ConfigDict(frozen=True)


class Notice(Answer):
    """Something to know about a result that was made all the same."""

    code: Annotated[str, Field(description="Stable; branch on it.")]
    message: Annotated[str, Field(description="A sentence in English.")]
    message_zh: Annotated[str, Field(description="The same sentence in Chinese.")]
    details: Annotated[dict[str, float], Field(description="What was measured.")] = {}


class Image(Answer):
    """A stored picture and a link to it."""

    url: Annotated[str, Field(description="Opens as it stands in the answer; nothing has to be decoded.")]
    width: Annotated[int, Field(description="In pixels.")]
    height: Annotated[int, Field(description="In pixels.")]
    format: Literal["jpeg", "png", "webp", "tiff", "pdf"]
    bytes: Annotated[int, Field(description="Size of the file.")]
    expires_at: Annotated[int, Field(description="When the link stops working, seconds since 1970.")]


class StateUse(Answer):
    """What one state had to do for a result."""

    state: Annotated[str, Field(description="Make, the effects in their order, and Render.")]
    use: Annotated[
        Literal["reused", "replayed"], Field(description="Whether its work stood already or was done for this call.")
    ]


class FrameFacts(Answer):
    """What was measured on the result."""

    spec_id: Annotated[str | None, Field(description="The specification; a size of your own has none of the listed.")]
    width_px: int
    height_px: int
    dpi: Annotated[float, Field(description="Pixels per inch, also in the file.")]
    width_mm: float
    height_mm: float
    head_height_px: Annotated[float, Field(description="From the crown to the chin.")]
    head_height_mm: Annotated[float, Field(description="From the crown to the chin.")]
    top_gap_px: Annotated[float, Field(description="From the upper edge to the crown.")]
    eye_y_px: Annotated[float, Field(description="From the upper edge to the eyes.")]


class CheckSummary(Answer):
    """The check behind a result."""

    check_id: CheckId
    passed: Annotated[bool, Field(description="Whether nothing stands in the way at the level of the check.")]
    score: Annotated[int, Field(ge=0, le=100, description="That of the weakest item; 60 lies on the limit.")]


class StepAnswer(Answer):
    """One step of a recipe."""

    kind: Annotated[str, Field(description="make, background, or the name of an effect.")]
    params: Annotated[dict[str, Any], Field(description="With every default filled in.")]


class UploadAnswer(Answer):
    """Where to send a file: a form (``multipart/form-data``), as browsers and mini-programs send it."""

    request_id: RequestId
    upload_id: UploadId
    url: Annotated[str, Field(description="Where to post the form.")]
    method: Literal["POST"] = "POST"
    fields: Annotated[dict[str, str], Field(description="Fields of the form, to be sent before the file.")]
    file_field: Annotated[Literal["file"], Field(description="Name of the field that holds the file, the last.")] = (
        "file"
    )
    max_bytes: Annotated[int, Field(description="A larger file is refused.")]
    expires_at: Annotated[int, Field(description="When the form stops working, seconds since 1970.")]


class CheckAnswer(Answer):
    """Every item of a check, passed and failed."""

    request_id: RequestId
    out_request_id: Annotated[str, Field(description="Yours; or one of ours, when the call gave none.")]
    check_id: CheckId
    passed: Annotated[bool, Field(description="Whether nothing stands in the way at the level of the check.")]
    score: Annotated[int, Field(ge=0, le=100, description="That of the weakest item; 60 lies on the limit.")]
    report: Annotated[Report, Field(description="Every item, passed and failed.")]
    annotated: Annotated[Image | None, Field(description="The photo with what failed marked on it.")]
    expires_at: Annotated[int, Field(description="When the check_id stops working, seconds since 1970.")]
    timings_ms: Timings


class EffectAnswer(Answer):
    """The result of make and of every effect."""

    request_id: RequestId
    out_request_id: OutRequestId
    mt_generate_id: MtGenerateId
    parent_mt_generate_id: Annotated[str | None, Field(description="The result from which this one was first made.")]
    effect: Annotated[str, Field(description="The step that was asked for: make, background, or an effect's name.")]
    params: Annotated[dict[str, Any], Field(description="Its parameters, with every default filled in.")]
    recipe: Annotated[list[StepAnswer], Field(description="All steps of the result, in the order of their work.")]
    image: Annotated[Image, Field(description="The photo.")]
    cutout: Annotated[Image, Field(description="The same without a background, transparent.")]
    frame: FrameFacts
    check: Annotated[CheckSummary | None, Field(description="The check behind it, in the answer of make.")] = None
    states: Annotated[list[StateUse], Field(description="Which states were reused and which had to work.")] = []
    warnings: Annotated[list[Notice], Field(description="What to know about a photo that was made all the same.")]
    timings_ms: Timings


class Replay(Request):
    """What a state of a replay has to know beside its own kind: the recipe, and the call behind it."""

    out_request_id: OutRequestId
    recipe: list[StepAnswer]
    effect: str
    params: dict[str, Any]
    parent: MtGenerateId | None = None


class ReplayAnswer(Answer):
    """What a state of a replay answers that is not the last one: its step is done, nothing has been rendered."""

    out_request_id: OutRequestId
    timings_ms: Timings


class CropFacts(Answer):
    """How a photo was cut out of its source: enough to do it again and compare, pixel by pixel."""

    corners: Annotated[
        list[tuple[float, float]],
        Field(description="Upper left, upper right, lower right, lower left, in px of the source (turned upright)."),
    ]
    scale: Annotated[float, Field(description="Photo px for one px of the source.")]
    turned_degrees: Annotated[float, Field(description="0 where it was cut along the source's rows and columns.")]
    filter: Annotated[str, Field(description="Of the one resampling.")]


class ErrorFacts(Answer):
    """What went wrong."""

    code: Annotated[str, Field(description="Stable; branch on it.")]
    message: Annotated[str, Field(description="A sentence in English.")]
    message_zh: Annotated[str, Field(description="The same sentence in Chinese.")]
    status: Annotated[int, Field(description="The HTTP status.")]
    details: Annotated[dict[str, Any], Field(description="What was given and what is allowed.")]
    request_id: RequestId


class ExportedFile(Answer):
    """One exported file."""

    image: Annotated[Image, Field(description="The file: clean, without a watermark.")]
    dpi: int
    quality: Annotated[int | None, Field(description="1 to 100; none where the format loses nothing.")]
    subsampling: Annotated[str, Field(description="Of the colours: 4:4:4 is none.")]
    sha256: Annotated[str, Field(description="Of the file.")]
    frame: FrameFacts
    crop: Annotated[CropFacts | None, Field(description="With crop_only.")] = None
    photo_check: Annotated[Report, Field(description="The file, measured against its specification.")]
    warnings: list[Notice]


class ExportEntry(Answer):
    """What became of one file of several: itself, or why it was not made."""

    file: ExportedFile | None = None
    error: ErrorFacts | None = None


class EditLog(Answer):
    """What was done to a photo, from the source to the files, for whoever has to know."""

    source_sha256: Annotated[str, Field(description="Of the file that was sent.")]
    engine_version: str
    steps: Annotated[list[StepAnswer], Field(description="Everything that was done, in the order of its work.")]
    files: Annotated[
        list[dict[str, Any]],
        Field(description="Of each file: its digest, its specification, the steps it has, and how it was written."),
    ]


class ExportAnswer(Answer):
    """The exported files."""

    request_id: RequestId
    out_request_id: OutRequestId
    mt_generate_id: MtGenerateId
    files: Annotated[list[ExportEntry], Field(description="In the order of outputs.")]
    log: Annotated[EditLog, Field(description="The log of edits.")]
    timings_ms: Timings


class PlacedPhoto(Answer):
    """Where a photo lies on a sheet, in mm from its upper left corner."""

    photo: Annotated[int, Field(description="Which of photos, from 0.")]
    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float
    turned: Annotated[bool, Field(description="Whether it lies on its side.")]


class LayoutAnswer(Answer):
    """A print sheet."""

    request_id: RequestId
    jpeg: Annotated[Image, Field(description="The sheet as a picture.")]
    pdf: Annotated[Image, Field(description="The sheet in true size; print it at 100 %.")]
    paper: Annotated[str, Field(description="Its name.")]
    width_mm: Annotated[float, Field(description="As it is printed.")]
    height_mm: Annotated[float, Field(description="As it is printed.")]
    count: Annotated[int, Field(description="How many photos it holds.")]
    placements: list[PlacedPhoto]
    timings_ms: Timings


class HistoryStep(Answer):
    """One step of a photo."""

    mt_generate_id: MtGenerateId
    parent_mt_generate_id: Annotated[str | None, Field(description="The result from which this one was first made.")]
    effect: Annotated[str, Field(description="What was asked for: make, background, an effect's name, or rollback.")]
    params: Annotated[dict[str, Any], Field(description="Its parameters, with every default filled in.")]
    recipe: Annotated[list[StepAnswer], Field(description="All steps of the result, in the order of their work.")]
    created_ms: Annotated[int, Field(description="When it was first made, milliseconds since 1970.")]
    current: Annotated[bool, Field(description="Whether it is the result that was asked for last.")]
    image: Annotated[Image, Field(description="The photo.")]


class HistoryAnswer(Answer):
    """A page of a photo's history, the oldest step first."""

    request_id: RequestId
    out_request_id: OutRequestId
    current_mt_generate_id: Annotated[str | None, Field(description="The result that was asked for last.")]
    created_at: Annotated[int, Field(description="Seconds since 1970.")]
    expires_at: Annotated[int, Field(description="When the photo is gone with all its steps, seconds since 1970.")]
    steps: list[HistoryStep]
    next: Annotated[str | None, Field(description="The start of the next page; none on the last.")]


class ErasedAnswer(Answer):
    """A photo that is gone."""

    request_id: RequestId
    out_request_id: OutRequestId
    items_erased: Annotated[int, Field(description="Entries of the table: the photo, its steps, results and checks.")]
    objects_erased: Annotated[int, Field(description="Stored files: sources, portraits, photos.")]


class WatermarkAnswer(Answer):
    """A watermark of yours."""

    request_id: RequestId
    watermark_id: WatermarkId
    name: str
    photo: Image
    sheet: Image
    settings: WatermarkSettings
    created_at: Annotated[int, Field(description="Seconds since 1970.")]


class WatermarksAnswer(Answer):
    """A page of your watermarks."""

    request_id: RequestId
    watermarks: list[WatermarkAnswer]
    next: Annotated[str | None, Field(description="The start of the next page; none on the last.")]


class ChainStep(Answer):
    """One state of a chain that has run."""

    state: str
    ms: Annotated[float, Field(description="Milliseconds of its work.")]
    mt_generate_id: Annotated[str | None, Field(description="Its result, when it makes one.")] = None


class ChainAnswer(Answer):
    """The end of a chain: the last result, and what each state took."""

    request_id: RequestId
    out_request_id: OutRequestId
    result: Annotated[EffectAnswer | None, Field(description="The last result; none when only a check was asked for.")]
    check: Annotated[CheckAnswer | None, Field(description="The check, when it was asked for.")]
    steps: Annotated[list[ChainStep], Field(description="The states that ran, in their order.")]


class StateProgress(Answer):
    """One state of an execution, as far as it has come."""

    state: str
    status: Literal["running", "succeeded", "failed"]
    entered_at: Annotated[str, Field(description="ISO 8601.")]
    ms: Annotated[float | None, Field(description="Milliseconds, its start and its retries included.")]


class ExecutionAnswer(Answer):
    """An asynchronous chain."""

    request_id: RequestId
    execution_id: Annotated[str, Field(description="Ask for it by GET /executions/{execution_id}.")]
    status: Literal["running", "succeeded", "failed", "timed_out", "aborted"]
    started_at: Annotated[str, Field(description="ISO 8601.")]
    stopped_at: Annotated[str | None, Field(description="ISO 8601; none while it runs.")] = None
    states: Annotated[list[StateProgress], Field(description="The states entered so far.")] = []
    result: Annotated[ChainAnswer | None, Field(description="What POST /chain would have answered.")] = None
    error: Annotated[dict[str, Any] | None, Field(description="Why it failed, as in every refusal.")] = None


class MaterialColor(Answer):
    """A colour in which an outfit comes."""

    id: Annotated[str, Field(description="Goes into the call of the effect as color.")]
    name: Annotated[str, Field(description="In English.")]
    name_zh: Annotated[str, Field(description="In Chinese.")]
    color: Annotated[str, Field(description="#RRGGBB of its main part.")]


class MaterialFinding(Answer):
    """Something that makes a material of yours less good than it could be."""

    code: Annotated[str, Field(description="Stable; branch on it.")]
    message: Annotated[str, Field(description="A sentence in English.")]
    message_zh: Annotated[str, Field(description="The same sentence in Chinese.")]
    value: Annotated[float | None, Field(description="What was measured, if it is a measure.")] = None
    allowed: Annotated[float | None, Field(description="The limit beyond which it is remarked.")] = None


class MaterialReport(Answer):
    """How good an outfit came out of the picture that was given."""

    usable: Annotated[Literal["good", "fair"], Field(description="fair: it can be worn; a better picture would help.")]
    score: Annotated[float, Field(ge=0, le=100, description="Less what the findings take from it.")]
    findings: list[MaterialFinding]


class MaterialFacts(Answer):
    """What a material says of itself."""

    name: Annotated[str, Field(description="In English.")]
    name_zh: Annotated[str, Field(description="In Chinese.")]
    tags: Annotated[list[str], Field(description="Words to choose by.")]
    licence: Annotated[str, Field(description="SPDX identifier.")]
    colors: Annotated[list[MaterialColor], Field(description="In which an outfit comes, the default first.")] = []
    anchors: Annotated[
        dict[str, tuple[float, float]] | None, Field(description="Where an outfit is held, px of its picture.")
    ] = None
    report: Annotated[MaterialReport | None, Field(description="Of an outfit of yours.")] = None


class MaterialAnswer(MaterialFacts):
    """Something that an effect is made with, of the bundle or your own."""

    request_id: RequestId
    material_id: Annotated[str, Field(description="Goes into the call of the effect.")]
    kind: Annotated[str, Field(description="The effect that takes it.")]
    digest: Annotated[str, Field(description="SHA-256 of its content; recipes name it.")]
    thumbnail: Annotated[Image, Field(description="A small picture of it.")]
    built_in: Annotated[bool, Field(description="Whether it is one of the bundle's.")]
    created_at: Annotated[int | None, Field(description="Of your own ones, seconds since 1970.")] = None


class MaterialsAnswer(Answer):
    """A page of materials: your own ones first, then those of the bundle."""

    request_id: RequestId
    materials: list[MaterialAnswer]
    total: Annotated[int, Field(description="How many match in all.")]
    next: Annotated[str | None, Field(description="The start of the next page; none on the last.")]


class SpecsAnswer(Answer):
    """A page of specifications."""

    request_id: RequestId
    specs: Annotated[list[dict[str, Any]], Field(description="Each with its numbers, its source and its confidence.")]
    total: Annotated[int, Field(description="How many match in all.")]
    next: Annotated[int | None, Field(description="The start of the next page; none on the last.")]


class ErrorAnswer(Answer):
    """Every answer that is not a success."""

    error: ErrorFacts
