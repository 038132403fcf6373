"""The colour of one person's skin, by which what covers it is told from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32, Mask
from idphoto.checks.aligned_face import AlignedFace

CHROMA_TOLERANCE: Final = 12.0
"""Distance in a*, b* within which two patches of one face count as the same skin; red lips and beards differ mostly
in lightness or by less."""

LIGHTNESS_RANGE: Final = (0.5, 1.4)
"""L* of lit and shaded skin over that of the upper face. Dark hair and frames are below."""

PATCH_RADIUS: Final = 5.0


@dataclass(frozen=True, eq=False)
class SkinTone:
    """Median L*, a*, b* of the skin that neither a fringe nor a beard grows over."""

    lab: F32

    @property
    def lightness(self) -> float:
        """L*, at least 1."""
        return max(float(self.lab[0]), 1.0)

    @property
    def chroma(self) -> float:
        """C*ab."""
        return float(np.hypot(self.lab[1], self.lab[2]))

    def same_colour(self, lab: F32) -> Mask:
        """Tell for ``(..., 3)`` where the hue and chroma are those of the skin, however light or dark."""
        return np.asarray(np.hypot(lab[..., 1] - self.lab[1], lab[..., 2] - self.lab[2]) < CHROMA_TOLERANCE)

    def is_skin(self, lab: F32) -> Mask:
        """Tell for ``(..., 3)`` where the colour is that of lit or shaded skin."""
        ratio = lab[..., 0] / self.lightness
        return self.same_colour(lab) & (ratio > LIGHTNESS_RANGE[0]) & (ratio < LIGHTNESS_RANGE[1])


def skin_tone(aligned: AlignedFace) -> SkinTone | None:
    """Return the skin's colour, or None where the photo shows none of the patches it is read from."""
    lab = aligned.median(aligned.discs(mesh.UPPER_FACE_SKIN, PATCH_RADIUS))
    return None if lab is None else SkinTone(lab)
