"""A drawn person, for tests that need geometry and no models."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from idphoto import mesh
from idphoto.portrait import Portrait
from idphoto.upright import HEAD_TO_FACE

SKIN, NECK, CLOTH = (205, 160, 130), (90, 60, 50), (40, 60, 140)


def draw(
    *,
    head: float = 400,
    above: float = 120,
    below: float = 600,
    left: float = 600,
    right: float = 600,
    eyes: float = 0.5,
    shoulders: float = 0.95,
    skull: float = 1.0,
) -> Portrait:
    """Draw an egg-shaped head on a neck on shoulders.

    ``head`` is crown to chin in px; ``above``, ``below``, ``left`` and ``right`` are how far the source reaches from
    the crown, the chin and the midline; ``eyes`` is how far the eyes are below the crown and ``shoulders`` how far they
    reach sideways, in head heights; ``skull`` is how high the head would be without its hair, as the face tells it.
    """
    width, height = round(left + right), round(above + head + below)
    crown, chin, middle = above, above + head, left
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    aside = np.abs(x - middle)
    egg = 1 - np.hypot(aside / (0.37 * head), (y - (crown + chin) / 2) / (head / 2))
    neck = np.where(y > chin - 0.2 * head, 0.2 * head - aside, -1)
    slope = chin + 0.28 * head + np.maximum(aside - 0.2 * head, 0) * 0.35
    torso = np.minimum(y - slope, shoulders * head - aside)
    opacity = np.clip(np.maximum.reduce([egg * 0.37 * head, neck, torso]) + 0.5, 0, 1)
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[:] = NECK
    rgb[y <= chin] = SKIN
    rgb[torso > 0] = CLOTH
    landmarks = np.zeros((478, 3), np.float32)
    landmarks[:, 0] = middle
    landmarks[:, 1] = crown + eyes * head
    landmarks[mesh.CHIN, 1] = chin
    landmarks[mesh.FOREHEAD_TOP, 1] = chin - skull * head / HEAD_TO_FACE
    return Portrait(rgb, np.rint(opacity * 255).astype(np.uint8), landmarks, float(crown), float(chin))


@pytest.fixture(scope="session")
def make_portrait() -> Callable[..., Portrait]:
    """Return :func:`draw`."""
    return draw
