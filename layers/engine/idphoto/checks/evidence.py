"""What the measures look at, prepared once for all of them and only read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from idphoto.analysis import Analysis
from idphoto.checks.aligned_face import AlignedFace, align_face
from idphoto.checks.bust import Bust, cut_bust
from idphoto.checks.skin import SkinTone, skin_tone
from idphoto.decode import Photo
from idphoto.faces import Face
from idphoto.specs import Spec


@dataclass(frozen=True, eq=False)
class Evidence:
    """A photo, its analysis, what it is to become, and views of its main person at common scales."""

    photo: Photo
    analysis: Analysis
    spec: Spec | None = None

    @property
    def face(self) -> Face | None:
        """The main face, also when there are several people."""
        return self.analysis.person.face

    @cached_property
    def aligned(self) -> AlignedFace | None:
        """The main face at the measures' common scale."""
        return align_face(self.photo.rgb, self.face.landmarks) if self.face else None

    @cached_property
    def bust(self) -> Bust | None:
        """Head and shoulders of the one person, with their opacity and what is behind them."""
        portrait = self.analysis.portrait
        return cut_bust(self.photo.rgb, self.face.landmarks, portrait) if self.face and portrait else None

    @cached_property
    def skin(self) -> SkinTone | None:
        """The colour of the main face's skin."""
        return skin_tone(self.aligned) if self.aligned else None
