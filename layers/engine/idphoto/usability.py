"""How usable a partner's garment is: remarks, a score, and what is refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final, Literal

from idphoto.errors import ParameterError

GOOD: Final = 80.0
"""From this score a garment is good: no remark that shows in a photo, or a single slight one."""


FAIR: Final = 15.0
"""Below it, a garment is refused."""


@dataclass(frozen=True)
class Finding:
    """One remark on how usable a garment is.

    Attributes
    ----------
    code
        Stable, upper snake case.
    message, message_zh
        One sentence for the person who handed the garment in.
    value, allowed
        What was measured and what would raise no remark; the message names the unit.
    """

    code: str
    message: str
    message_zh: str
    value: float | None = None
    allowed: float | None = None


@dataclass(frozen=True)
class Report:
    """How usable a garment is; what is worse than fair is refused.

    Attributes
    ----------
    usable
        ``good``: like a built-in one. ``fair``: look at it on several people first.
    score
        0..100.
    findings
        What is not as it should be; the worst first.
    """

    usable: Literal["good", "fair"]
    score: float
    findings: tuple[Finding, ...]


class GarmentUnusableError(ParameterError):
    """No garment that could be worn can be made of this picture; ``details["reason"]`` is a code of the table."""

    code = "MATERIAL_UNUSABLE"
    message = "No garment can be made of this picture; details.reason says why."
    message_zh = "无法用这张图片制作服装，原因见 details.reason。"

    def __init__(self, reason: str, **details: object) -> None:
        super().__init__(reason=reason, **details)
        self.message, self.message_zh = _REFUSALS[reason]  # type: ignore[misc]


def finding(code: str, value: float | None = None, allowed: float | None = None) -> Finding:
    """Return a remark of the table."""
    message, message_zh, _ = _FINDINGS[code]
    rounded = None if value is None else round(float(value), 2)
    return Finding(code, message, message_zh, rounded, allowed)


def weigh(findings: list[Finding]) -> Report:
    """Sum remarks up to a report.

    Raises
    ------
    GarmentUnusableError
        ``FLAWED``: there are too many.
    """
    ordered = sorted(findings, key=lambda one: -_FINDINGS[one.code][2])
    score = max(0.0, 100.0 - sum(_FINDINGS[one.code][2] for one in ordered))
    if score < FAIR:
        raise GarmentUnusableError("FLAWED", value=score, allowed=FAIR, findings=[asdict(one) for one in ordered])
    return Report("good" if score >= GOOD else "fair", score, tuple(ordered))


_FINDINGS: Final[dict[str, tuple[str, str, float]]] = {
    "TURNED": (
        "The person is turned; the collar is seen from the side. value: degrees of the head.",
        "人物未正对镜头，领口带有侧面角度。value：头部偏转角度。",
        25,
    ),
    "HAIR_OVER_GARMENT": (
        "Hair lay over the garment and was replaced by cloth. value: area in cm².",
        "头发遮住了部分衣服，已用布料补全。value：面积（平方厘米）。",
        25,
    ),
    "COLLAR_COVERED": (
        "A part of the neckline's edge was not visible. value: share of the edge.",
        "领口边缘有一部分被遮挡。value：被遮挡的比例。",
        20,
    ),
    "SHOULDERS_CUT": (
        "The picture ends before the shoulders do; they were continued. value: cm from the middle.",
        "图片未包含完整的肩部，已自动延伸。value：距中线的厘米数。",
        15,
    ),
    "SHORT": (
        "The garment ends soon below the neck. value: cm below the hollow of the neck.",
        "衣服在颈部以下过短。value：颈窝以下的厘米数。",
        15,
    ),
    "LOW_RESOLUTION": (
        "The garment has few pixels and will look soft. value: px per cm.",
        "衣服分辨率偏低，效果会偏模糊。value：每厘米像素数。",
        15,
    ),
    "HANDS_IN_FRONT": (
        "Hands lie before the garment; it was cut above them. value: cm below the hollow of the neck.",
        "手部遮挡衣服，已在手部上方截断。value：颈窝以下的厘米数。",
        5,
    ),
    "UNEVEN_LIGHT": (
        "One side is lit more strongly than the other. value: logarithm of the ratio of light.",
        "左右两侧光线不均匀。value：亮度比的对数。",
        10,
    ),
    "SKIN_COLOURED": (
        "The cloth is nearly as the skin at the neckline; its edge is uncertain. value: difference, levels of 255.",
        "衣服颜色接近肤色，领口边缘不够准确。value：颜色差（0-255）。",
        25,
    ),
    "ANCHORS_GUESSED": (
        "Shoulders or collar do not stand out in the outline; their places were guessed.",
        "轮廓上无法明确识别肩部或领口，位置为推测值。",
        25,
    ),
    "LOPSIDED": (
        "One collar or shoulder is higher than the other. value: degrees.",
        "左右领口或肩部高低不一。value：倾斜角度。",
        10,
    ),
    "NO_NECK_OPENING": (
        "The neck's opening is as shallow as a roll-neck's; make it transparent if it is not. value: depth over width.",
        "领口很浅，类似高领；如果不是高领，请将领口部分设为透明。value：深度与宽度之比。",
        25,
    ),
    "OPENING_PARTED": (
        "The inside of the back was seen in the neck's opening and was parted from the front by its colours.",
        "领口处可见衣服后片内侧，已按颜色自动分离前后片。",
        25,
    ),
    "WIDE_NECKLINE": (
        "The neckline is wide or deep and shows much of the person's own skin. value: width in cm.",
        "领口较大，会露出较多本人皮肤。value：宽度（厘米）。",
        10,
    ),
    "HARD_EDGE": (
        "The outline is cut hard, without half transparent pixels. value: share of soft edge pixels.",
        "轮廓边缘生硬，没有半透明像素。value：柔和边缘像素的比例。",
        5,
    ),
}
"""Code: texts, and what the remark takes from the score."""

_REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "FLAWED": (
        "The garment has too many flaws; details.findings lists them.",
        "衣服问题过多，详见 details.findings。",
    ),
    "FACE_TOO_SMALL": (
        "The person is too small in the picture; take one with more pixels.",
        "人物在图片中过小，请使用更清晰的图片。",
    ),
    "TURNED": (
        "The person is turned too far; take a picture from the front.",
        "人物偏转过大，请使用正面图片。",
    ),
    "CUT_BELOW_CHIN": (
        "The picture ends too soon below the chin; it must show the chest.",
        "图片在下巴以下过短，需包含胸部。",
    ),
    "SHOULDERS_CUT": (
        "The picture cuts the shoulders off; it must show both.",
        "图片未包含双肩，请使用包含双肩的图片。",
    ),
    "BARE_SHOULDERS": (
        "The shoulders are bare, or no garment was found.",
        "肩部裸露或未找到衣服。",
    ),
    "HAIR_OVER_GARMENT": (
        "Too much hair lies over the garment; wear it up or behind the shoulders.",
        "头发遮挡衣服过多，请将头发扎起或放到肩后。",
    ),
    "HANDS_IN_FRONT": (
        "Hands or arms lie before the upper part of the garment.",
        "手或手臂遮挡了衣服上部。",
    ),
    "COLLAR_COVERED": (
        "The neckline is covered or cannot be made out.",
        "领口被遮挡或无法识别。",
    ),
    "SKIN_COLOURED": (
        "The cloth cannot be told from the skin at the neckline.",
        "领口处衣服与肤色过于接近，无法区分。",
    ),
    "NO_TRANSPARENCY": (
        "The picture is opaque; the garment must stand on transparency (PNG or WebP).",
        "图片不透明，请使用透明背景的 PNG 或 WebP。",
    ),
    "NO_NECK_OPENING": (
        "No opening for the neck was found; make it transparent, or say with anchors where it is.",
        "未能识别领口，请将领口部分设为透明，或用定位点标明领口位置。",
    ),
    "EMPTY": ("The picture shows hardly anything.", "图片中几乎没有内容。"),
    "LOW_RESOLUTION": (
        "The garment has too few pixels; hand in a larger picture.",
        "衣服分辨率过低，请上传更大的图片。",
    ),
    "SEE_THROUGH": (
        "Most of the garment is half transparent.",
        "衣服大部分为半透明。",
    ),
}
