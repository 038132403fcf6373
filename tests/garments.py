"""A garment that tests draw: plain, so that its colours are known."""

from __future__ import annotations

import cv2
import numpy as np
from idphoto.garment import GarmentFacts, Layer, write_garment

WIDTH, HEIGHT, PER_CM = 560, 440, 10.0
PIT = (WIDTH / 2, 100.0)


def place(x_cm: float, z_cm: float) -> tuple[float, float]:
    return PIT[0] + x_cm * PER_CM, PIT[1] - z_cm * PER_CM


def draw(*outlines: tuple[tuple[float, float], ...]) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for outline in outlines:
        cv2.fillPoly(mask, [np.rint([place(*point) for point in outline]).astype(np.int32)], (255,), cv2.LINE_AA)
    return mask


def a_garment() -> bytes:
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
