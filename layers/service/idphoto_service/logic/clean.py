"""Clean photos: a result rendered once more without its watermark, perhaps to another specification."""

from __future__ import annotations

import json
from dataclasses import dataclass

from idphoto.portrait import Portrait
from idphoto.recipe import Recipe
from idphoto.render import Rendered, render
from idphoto.specs import Spec, get_spec

from idphoto_service.history import history, now
from idphoto_service.logic.portraits import Portraits
from idphoto_service.logic.results import Asked, background_of, replay, spec_of
from idphoto_service.records import PhotoRecord, ResultRecord
from idphoto_service.stopwatch import Stopwatch


@dataclass(frozen=True, eq=False)
class Clean:
    """A result and the portrait from which it is rendered."""

    photo: PhotoRecord
    result: ResultRecord
    portrait: Portrait

    def recipe_for(self, spec_id: str | None) -> Recipe:
        """Return the recipe of the result, framed to another specification if one is named.

        Raises
        ------
        SpecUnknownError
        """
        recipe = self.result.steps
        if spec_id is None:
            return recipe
        make = {name: value for name, value in (recipe.params("make") or {}).items() if name != "size"}
        return recipe.with_step("make", make | {"spec_id": get_spec(spec_id).spec_id})

    def render(self, recipe: Recipe, spec: Spec | None = None) -> Rendered:
        """Render a recipe without its watermark; to the specification it names, unless another is given."""
        return render(self.portrait, spec or spec_of(recipe), background_of(recipe))


def find_clean(partner: str, mt_generate_id: str, request_id: str, watch: Stopwatch) -> Clean:
    """Return a result with its portrait; the chain makes the portrait again where it is no longer stored.

    Raises
    ------
    ResultNotFoundError
        When the partner has no such result, or it has expired.
    """
    with watch.stage("find"):
        photo, result = history().find_edit(partner, mt_generate_id, now())
        portraits, recipe = Portraits(photo), result.steps
        missing = portraits.missing(recipe)
    if missing:
        with watch.stage("replay"):
            asked = Asked(result.effect, json.loads(result.params), result.parent_mt_generate_id)
            replay(photo, recipe, asked, missing, request_id)
    with watch.stage("load"):
        return Clean(photo, result, portraits.load(recipe.portrait_steps))
