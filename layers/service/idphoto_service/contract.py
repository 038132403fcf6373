"""What partners send and what they get: the typed contract of every route, from which OpenAPI is generated."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from idphoto.background import Background
from idphoto.checks.report import Level, Report
from idphoto.specs import CustomSize
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

OutRequestId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$",
        description="Your own id of the photo, one per photo, the same from the upload to the last effect.",
        examples=["order-1001"],
    ),
]
MtGenerateId = Annotated[
    str,
    Field(
        pattern=r"^[a-z2-7]{42}$",
        description="The id of a result; an effect continues from it with no upload.",
        examples=["qk3vwn2m5tz7xhyd" + "b6cf4j2rsgau3oepivl7nwk5qd"],
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
Partner = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Who calls; named by the API key.")]

SOURCE_FIELDS = ("img_url", "image_base64", "upload_id", "check_id")


class Policy(StrEnum):
    """What happens when the specification forbids a step: a warning, or a refusal."""

    ADVISE = "advise"
    STRICT = "strict"


class Request(BaseModel):
    """Base of the requests: unknown fields are refused, so that a misspelt parameter is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Request):
    """The photo: exactly one of the four fields."""

    img_url: Annotated[str | None, Field(max_length=8192, description="A full http(s) URL of the picture.")] = None
    image_base64: Annotated[
        str | None, Field(description="The picture's bytes as Base64; a data: prefix is understood.", repr=False)
    ] = None
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

    out_request_id: OutRequestId | None = None
    level: Annotated[Level, Field(description="How strict the check is.")] = Level.BASIC

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
    check: Annotated[Level, Field(description="How strict the built-in check is.")] = Level.BASIC
    policy: Annotated[Policy, Field(description="What to do when the specification forbids a step.")] = Policy.ADVISE

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

    out_request_id: OutRequestId


class BackgroundRequest(Background):
    """``POST /background``."""

    mt_generate_id: MtGenerateId
    policy: Policy = Policy.ADVISE


class ChainCheck(Request):
    """The chain's check step."""

    level: Level = Level.BASIC


class ChainRequest(Request):
    """``POST /chain`` and ``POST /executions``: a step that is absent is skipped.

    Either a photo (``out_request_id`` and a source, with ``make``) or an ``mt_generate_id`` to continue from.
    """

    out_request_id: OutRequestId | None = None
    img_url: Annotated[str | None, Field(max_length=8192)] = None
    image_base64: Annotated[str | None, Field(repr=False)] = None
    upload_id: UploadId | None = None
    check_id: CheckId | None = None
    mt_generate_id: MtGenerateId | None = None
    check: ChainCheck | None = None
    make: MakeParams | None = None
    background: Background | None = None

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
        if self.background and not (self.make or self.mt_generate_id):
            raise PydanticCustomError("CHAIN_INVALID", "An effect needs make before it.", {"allowed": ["make"]})
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

    code: str
    message: str
    message_zh: str
    details: dict[str, float] = {}


class Image(Answer):
    """A stored picture and a link to it."""

    url: Annotated[str, Field(description="Opens as it stands in the answer; nothing has to be decoded.")]
    width: int
    height: int
    format: Literal["jpeg", "png"]
    bytes: int
    expires_at: Annotated[int, Field(description="When the link stops working, seconds since 1970.")]


class FrameFacts(Answer):
    """What was measured on the result."""

    spec_id: str | None
    width_px: int
    height_px: int
    dpi: float
    width_mm: float
    height_mm: float
    head_height_px: float
    head_height_mm: float


class CheckSummary(Answer):
    """The check behind a result."""

    check_id: str
    passed: bool
    score: int


class StepAnswer(Answer):
    """One step of a recipe."""

    kind: str
    params: dict[str, Any]


class UploadAnswer(Answer):
    """Where to send a file: a form (``multipart/form-data``), as browsers and mini-programs send it."""

    request_id: str
    upload_id: str
    url: str
    method: Literal["POST"] = "POST"
    fields: Annotated[dict[str, str], Field(description="Fields of the form, to be sent before the file.")]
    file_field: Annotated[Literal["file"], Field(description="Name of the field that holds the file, the last.")] = (
        "file"
    )
    max_bytes: Annotated[int, Field(description="A larger file is refused.")]
    expires_at: Annotated[int, Field(description="When the form stops working, seconds since 1970.")]


class CheckAnswer(Answer):
    """Every item of a check, passed and failed."""

    request_id: str
    out_request_id: str
    check_id: str
    passed: bool
    score: int
    report: Report
    annotated: Image | None
    expires_at: int
    timings_ms: dict[str, float]


class EffectAnswer(Answer):
    """The result of make and of every effect."""

    request_id: str
    out_request_id: str
    mt_generate_id: str
    parent_mt_generate_id: str | None
    effect: str
    params: dict[str, Any]
    recipe: list[StepAnswer]
    image: Image
    cutout: Image
    frame: FrameFacts
    check: CheckSummary | None = None
    warnings: list[Notice]
    timings_ms: dict[str, float]


class ChainStep(Answer):
    """One state of a chain that has run."""

    state: str
    ms: float
    mt_generate_id: str | None = None


class ChainAnswer(Answer):
    """The end of a chain: the last result, and what each state took."""

    request_id: str
    out_request_id: str
    result: EffectAnswer | None
    check: CheckAnswer | None
    steps: list[ChainStep]


class StateProgress(Answer):
    """One state of an execution, as far as it has come."""

    state: str
    status: Literal["running", "succeeded", "failed"]
    entered_at: str
    ms: float | None


class ExecutionAnswer(Answer):
    """An asynchronous chain."""

    request_id: str
    execution_id: str
    status: Literal["running", "succeeded", "failed", "timed_out", "aborted"]
    started_at: str
    stopped_at: str | None = None
    states: list[StateProgress] = []
    result: ChainAnswer | None = None
    error: dict[str, Any] | None = None


class SpecsAnswer(Answer):
    """A page of specifications."""

    request_id: str
    specs: list[dict[str, Any]]
    total: int
    next: int | None


class ErrorFacts(Answer):
    """What went wrong."""

    code: Annotated[str, Field(description="Stable; branch on it.")]
    message: str
    message_zh: str
    status: int
    details: Annotated[dict[str, Any], Field(description="What was given and what is allowed.")]
    request_id: str


class ErrorAnswer(Answer):
    """Every answer that is not a success."""

    error: ErrorFacts
