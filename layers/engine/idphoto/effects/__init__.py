"""The effects: what can be done to a portrait before it is framed, one module a kind.

A module ``effects/<kind>.py`` holds a subclass of :class:`~idphoto.effects.base.EffectParams`, and
``apply(portrait, params) -> portrait``. An effect whose parameters name a ``material_id`` takes the material's bytes as
a third argument. An effect changes nothing of the portrait that it is given, keeps its size, gives the same bytes for
the same input, and raises :class:`~idphoto.effects.base.EffectRefusedError` where it would spoil the face.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idphoto.effects import beautify, expression, gaze, glasses, lighting, makeup, outfit, skin, symmetry
from idphoto.effects.base import EffectParams
from idphoto.portrait import Portrait


@dataclass(frozen=True)
class Effect:
    """An effect: the model of its parameters, and what it does."""

    params: type[EffectParams]
    apply: Callable[..., Portrait]

    @property
    def takes_material(self) -> bool:
        """Whether :attr:`apply` takes the bytes of a material as its third argument."""
        return "material_id" in self.params.model_fields


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "lighting": Effect(lighting.Lighting, lighting.apply),
        "skin": Effect(skin.Skin, skin.apply),
        "glasses": Effect(glasses.Glasses, glasses.apply),
        "gaze": Effect(gaze.Gaze, gaze.apply),
        "expression": Effect(expression.Expression, expression.apply),
        "symmetry": Effect(symmetry.Symmetry, symmetry.apply),
        "beautify": Effect(beautify.Beautify, beautify.apply),
        "makeup": Effect(makeup.Makeup, makeup.apply),
        "outfit": Effect(outfit.Outfit, outfit.apply),
    }
)
"""Every effect by its kind, in the order of :data:`idphoto.recipe.KINDS`."""
