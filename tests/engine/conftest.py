"""The portrait that tests of effects share: built once, for the models are slow."""

import numpy as np
import pytest
from idphoto.faces import find_faces
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait
from skimage.data import astronaut


@pytest.fixture(scope="session")
def sitter() -> Portrait:
    """Return the astronaut's portrait: a frontal smiling face 91 px wide."""
    photo, models = np.asarray(astronaut()), Models()
    return build_portrait(photo, find_faces(photo, models)[0], models)
