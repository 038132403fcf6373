"""The portrait that tests of effects share: built once, for the models are slow."""

import cv2
import numpy as np
import pytest
from idphoto.faces import find_faces
from idphoto.garment import GarmentFacts, Layer, write_garment
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait
from skimage.data import astronaut

WIDTH, HEIGHT, PER_CM = 560, 440, 10.0
PIT = (WIDTH / 2, 100.0)


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
    return Portrait(rgb, alpha, landmarks, 2 * sitter.crown_y + 0.5, 2 * sitter.chin_y + 0.5)


def place(x_cm: float, z_cm: float) -> tuple[float, float]:
    return PIT[0] + x_cm * PER_CM, PIT[1] - z_cm * PER_CM


def draw(*outlines: tuple[tuple[float, float], ...]) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for outline in outlines:
        cv2.fillPoly(mask, [np.rint([place(*point) for point in outline]).astype(np.int32)], (255,), cv2.LINE_AA)
    return mask


@pytest.fixture(scope="session")
def garment() -> bytes:
    """Return a plain green jacket over a white shirt with a standing collar."""
    jacket = ((-27, -34), (-24, -6), (-19, -1), (-7, 4.5), (0, -12), (7, 4.5), (19, -1), (24, -6), (27, -34))
    shirt = ((-7, 4.5), (-5.8, 5), (-4, 1), (0, -1), (4, 1), (5.8, 5), (7, 4.5), (0, -20))
    masks = draw(jacket), draw(shirt)
    parts_of = np.stack([np.where(masks[1] > 127, 0, 255), np.where(masks[1] > 127, 255, 0)]).astype(np.uint8)
    shade = np.full((HEIGHT, WIDTH, 4), 188, np.uint8)
    shade[..., 3] = np.maximum(*masks)
    anchors = {
        "neck_pit": place(0, 0),
        "collar_left": place(-5.8, 5),
        "collar_right": place(5.8, 5),
        "collar_front": place(0, -1),
        "shoulder_left": place(-19, -1),
        "shoulder_right": place(19, -1),
    }
    facts = GarmentFacts.model_validate(
        {
            "name": "Jacket",
            "name_zh": "外套",
            "width": WIDTH,
            "height": HEIGHT,
            "px_per_cm": PER_CM,
            "anchors": anchors,
            "parts": [{"id": "jacket"}, {"id": "shirt"}],
            "colours": [
                {"id": "green", "name": "Green", "name_zh": "绿", "albedo": {"jacket": "#205030", "shirt": "#F0F0F0"}},
                {"id": "grey", "name": "Grey", "name_zh": "灰", "albedo": {"jacket": "#606060", "shirt": "#F0F0F0"}},
            ],
        }
    )
    return write_garment(facts, Layer(shade, np.zeros((HEIGHT, WIDTH), np.uint8), parts_of))
