"""A recipe: what is to be done to a photo, as a set of steps in the engine's own order, and the name of its result."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from idphoto.errors import ParameterError

KINDS = (
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
    "make",
    "background",
)
"""Every kind of step in the order in which the engine applies it, whatever the order of the calls. The steps before
``make`` change the portrait; ``make`` frames it to a specification and ``background`` is painted behind it."""

PORTRAIT_KINDS = KINDS[: KINDS.index("make")]
"""The kinds that change the portrait."""

PHOTO_KEY_LENGTH = 16
RESULT_ID_LENGTH = 42
"""Characters of base32 (5 bits each): 80 bits name the photo and 130 the result, so that no two ever meet by chance."""


class KindError(ParameterError):
    """There is no such kind of step."""

    code = "KIND_UNKNOWN"
    message = "There is no such kind of step."
    message_zh = "没有这种步骤类型。"


@dataclass(frozen=True)
class Step:
    """One step: a kind and its parameters with all defaults filled in (JSON types only)."""

    kind: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Recipe:
    """Steps in the order of :data:`KINDS`, at most one of a kind; equal sets of steps are equal recipes."""

    steps: tuple[Step, ...] = ()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the recipe that :meth:`canonical` wrote."""
        return cls.from_list(json.loads(text))

    @classmethod
    def from_list(cls, steps: Iterable[Mapping[str, Any]]) -> Self:
        """Return the recipe of steps as :meth:`as_list` gives them, in any order.

        Raises
        ------
        KindError
        """
        recipe = cls()
        for step in steps:
            recipe = recipe.with_step(step["kind"], step["params"])
        return recipe

    def with_step(self, kind: str, params: Mapping[str, Any]) -> Self:
        """Return this recipe with a step added, in the place of an earlier one of its kind.

        Raises
        ------
        KindError
            When the kind is not one of :data:`KINDS`.
        """
        if kind not in KINDS:
            raise KindError(given=kind, allowed=list(KINDS))
        steps = [step for step in self.steps if step.kind != kind]
        steps.append(Step(kind, MappingProxyType(dict(params))))
        return type(self)(tuple(sorted(steps, key=lambda step: KINDS.index(step.kind))))

    def without(self, *kinds: str) -> Self:
        """Return this recipe with the steps of some kinds taken out."""
        return type(self)(tuple(step for step in self.steps if step.kind not in kinds))

    @property
    def portrait_steps(self) -> tuple[Step, ...]:
        """The steps that change the portrait, before it is framed."""
        return tuple(step for step in self.steps if step.kind in PORTRAIT_KINDS)

    def params(self, kind: str) -> Mapping[str, Any] | None:
        """Return the parameters of the step of a kind, or None when there is none."""
        return next((step.params for step in self.steps if step.kind == kind), None)

    def as_list(self) -> list[dict[str, Any]]:
        """Return the steps as JSON types."""
        return [{"kind": step.kind, "params": dict(step.params)} for step in self.steps]

    def canonical(self) -> str:
        """Return the one JSON text of this recipe: sorted keys, no blanks."""
        return _canonical(self.as_list())


def photo_key(partner: str, out_request_id: str) -> str:
    """Return the name under which everything of one photo is kept: 16 characters of ``a-z2-7``."""
    return _digest([partner, out_request_id])[:PHOTO_KEY_LENGTH]


def result_id(partner: str, out_request_id: str, source_digest: str, recipe: Recipe, engine_version: str) -> str:
    """Return the ``mt_generate_id``: the name of a result before it exists.

    It begins with the :func:`photo_key`, so that the id alone tells where the result is kept.

    Returns
    -------
    42 characters of ``a-z2-7``, safe in URLs, file names and spreadsheets.
    """
    return derived_id(partner, out_request_id, source_digest, recipe.as_list(), engine_version)


def portrait_id(source_digest: str, steps: tuple[Step, ...], engine_version: str) -> str:
    """Return the name of a photo's portrait after some steps; shaped as the end of a :func:`result_id`."""
    return _digest([source_digest, Recipe(steps).as_list(), engine_version])[: RESULT_ID_LENGTH - PHOTO_KEY_LENGTH]


def derived_id(partner: str, out_request_id: str, *facts: object) -> str:
    """Return the name of something of a photo that some facts (JSON types) decide; shaped as :func:`result_id`."""
    tail = _digest([partner, out_request_id, *facts])
    return photo_key(partner, out_request_id) + tail[: RESULT_ID_LENGTH - PHOTO_KEY_LENGTH]


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _digest(value: object) -> str:
    return base64.b32encode(hashlib.sha256(_canonical(value).encode()).digest()).decode().lower().rstrip("=")
