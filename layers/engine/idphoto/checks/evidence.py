"""What the measures look at, prepared once for all of them and only read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from idphoto.analysis import Analysis
from idphoto.checks.aligned_face import AlignedFace, align_face
from idphoto.decode import Photo
from idphoto.faces import Face


@dataclass(frozen=True, eq=False)
class Evidence:
    """A photo, its analysis, and the aligned face of its main person."""

    photo: Photo
    analysis: Analysis

    @property
    def face(self) -> Face | None:
        """The main face, also when there are several people."""
        return self.analysis.person.face

    @cached_property
    def aligned(self) -> AlignedFace | None:
        """The main face at the measures' common scale."""
        return align_face(self.photo.rgb, self.face.landmarks) if self.face else None
