"""What all effects share: how their parameters are written, and how they refuse a portrait."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from idphoto.errors import NotFeasibleError

Strength = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
"""How much of something, 0 (none of it, bit for bit) to 100 (all that still looks natural); continuous."""


class EffectParams(BaseModel):
    """Base of the parameters of an effect; each has a default, and equal work has equal parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @property
    def is_identity(self) -> bool:
        """Whether the effect changes nothing, whatever the portrait."""
        raise NotImplementedError


class EffectRefusedError(NotFeasibleError):
    """An effect would spoil this portrait.

    Parameters
    ----------
    effect
        Its kind.
    reason
        Stable, upper snake case, such as ``FACE_TURNED``.
    message, message_zh
        One sentence that says what is wrong with the portrait for this effect.
    details
        What was measured, and what is allowed.
    """

    code = "NOT_FEASIBLE"
    message = "This effect would spoil this photo; details.reason says why."
    message_zh = "该效果不适合这张照片，原因见 details.reason。"

    def __init__(self, effect: str, reason: str, message: str, message_zh: str, **details: object) -> None:
        super().__init__(effect=effect, reason=reason, **details)
        self.message = message  # type: ignore[misc]
        self.message_zh = message_zh  # type: ignore[misc]
