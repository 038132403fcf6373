"""The portrait that tests of effects share: built once, for the models are slow."""

import cv2
import numpy as np
import pytest
from idphoto.faces import find_faces
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait
from skimage.data import astronaut

from tests.garments import a_garment


@pytest.fixture(scope="session")
def sitter() -> Portrait:
    """Return the astronaut's portrait: a frontal smiling face 91 px wide."""
    photo, models = np.asarray(astronaut()), Models()
    return build_portrait(photo, find_faces(photo, models)[0], models)


@pytest.fixture(scope="session")
def near(sitter) -> Portrait:
    """Return the same portrait at twice its size, for effects that need more of an eye."""
    size = (2 * sitter.width, 2 * sitter.height)
    rgb, alpha = (cv2.resize(field, size, interpolation=cv2.INTER_CUBIC) for field in (sitter.rgb, sitter.alpha))
    landmarks = sitter.landmarks * 2 + np.array((0.5, 0.5, 0), np.float32)
    part_map = None if sitter.part_map is None else sitter.part_map.scaled(2, 2)
    return Portrait(rgb, alpha, landmarks, 2 * sitter.crown_y + 0.5, 2 * sitter.chin_y + 0.5, part_map)


@pytest.fixture(scope="session")
def garment() -> bytes:
    """Return a plain green jacket over a white shirt."""
    return a_garment()
