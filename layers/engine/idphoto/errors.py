"""What the engine refuses, as one tree of exceptions with stable codes."""

from __future__ import annotations

from typing import ClassVar


class EngineError(Exception):
    """Base of everything that the engine refuses.

    Attributes
    ----------
    code
        Stable name of the fault, upper snake case; callers branch on it, never on the text.
    message, message_zh
        One sentence for a person, in English and in Chinese.
    details
        What was given and what is allowed; JSON types only.
    """

    code: ClassVar[str] = "ENGINE_ERROR"
    message: ClassVar[str] = "The photo could not be processed."
    message_zh: ClassVar[str] = "照片无法处理。"

    def __init__(self, **details: object) -> None:
        super().__init__(self.message)
        self.details: dict[str, object] = details


class ImageError(EngineError):
    """The bytes are not a picture that can be used (HTTP 415, 413 or 422; the service decides)."""

    code = "IMAGE_INVALID"
    message = "The file is not a readable picture."
    message_zh = "文件不是可读取的图片。"


class ParameterError(EngineError):
    """A parameter is outside what the engine can do."""

    code = "PARAMETER_INVALID"
    message = "A parameter is outside the allowed range."
    message_zh = "参数超出允许范围。"


class NotFeasibleError(EngineError):
    """The picture is fine, but this result cannot be made well from it."""

    code = "RESULT_NOT_FEASIBLE"
    message = "This result cannot be made well from this photo."
    message_zh = "无法用这张照片做出合格的效果。"
