"""The portraits of a photo: which of them stand already, and what a recipe still needs."""

from __future__ import annotations

from dataclasses import dataclass

from idphoto import ENGINE_VERSION
from idphoto.portrait import Portrait, load, save
from idphoto.recipe import Recipe, Step, portrait_id

from idphoto_service.errors import BusyError
from idphoto_service.records import PhotoRecord
from idphoto_service.storage import bucket, photo_object

SOURCE, PORTRAIT, ANALYSIS = "source", f"portrait-{ENGINE_VERSION}", f"analysis-{ENGINE_VERSION}.json"
"""What is kept of every source: its bytes, the person cut out of it, and what was found in it."""


def source_object(partner: str, photo: str, source_digest: str, name: str) -> str:
    """Return the key of an object that belongs to one source of a photo."""
    return photo_object(partner, photo, f"{source_digest[:32]}/{name}")


@dataclass(frozen=True)
class Portraits:
    """The portraits of one photo, each named by the steps that lead to it.

    They are a cache: the source and a recipe are enough to make each of them again.
    """

    photo: PhotoRecord

    def key(self, steps: tuple[Step, ...]) -> str:
        """Return the key of the portrait after some steps; with none, of the one that was cut out of the source."""
        photo = self.photo
        name = f"after-{portrait_id(photo.source_digest, steps, ENGINE_VERSION)}" if steps else PORTRAIT
        return source_object(photo.partner, photo.key, photo.source_digest, name)

    def load(self, steps: tuple[Step, ...]) -> Portrait:
        """Return the portrait after some steps.

        Raises
        ------
        BusyError
            When it was there a moment ago and is no longer.
        """
        data = bucket().get(self.key(steps))
        if data is None:
            raise BusyError
        return load(data)

    def save(self, steps: tuple[Step, ...], portrait: Portrait) -> None:
        """Keep the portrait after some steps."""
        bucket().put(self.key(steps), save(portrait), "application/octet-stream")

    def missing(self, recipe: Recipe) -> tuple[str, ...]:
        """Return the kinds that have to be done before a recipe can be rendered, in their order.

        Everything up to the longest row of steps whose portrait stands is done; without even the first portrait,
        ``make`` comes before all.
        """
        steps = recipe.portrait_steps
        kinds = ("make", *(step.kind for step in steps))
        for done in range(len(steps), -1, -1):
            if bucket().has(self.key(steps[:done])):
                return kinds[done + 1 :]
        return kinds
