"""Anchors that somebody placed by hand: whether they can be a garment's, and the scale that they tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from idphoto.garment import Anchors, GarmentError
from idphoto.outline import COLLAR_CM, SHOULDERS_CM, Outline

TILT_MOST: Final = 25.0
"""Degrees by which collar and shoulders may slant."""
BREADTH_OVER_COLLAR: Final = (1.2, 8.0)
"""Distance between the shoulders over that between the sides of the collar."""
PIT_DEEPEST: Final = 1.2
FRONT_DEEPEST: Final = 2.5
"""Depth below the sides of the collar, over their distance."""

_ANCHORS: Final = tuple(Anchors.model_fields)


def read_anchors(given: Mapping[str, tuple[float, float]], size: tuple[int, int]) -> dict[str, tuple[float, float]]:
    """Check anchors.

    Parameters
    ----------
    given
        All of :class:`idphoto.garment.Anchors`, ``(x, y)`` in px of the picture.
    size
        Width and height of the picture, px.

    Raises
    ------
    GarmentError
        ``details["field"]`` is ``anchors.<name>``.
    """
    for name in (*_ANCHORS, *given):
        if name not in given or name not in _ANCHORS:
            raise GarmentError(field=f"anchors.{str(name)[:40]}", reason="unknown or missing", allowed=list(_ANCHORS))
    points: dict[str, tuple[float, float]] = {}
    for name, point in given.items():
        try:
            x, y = map(float, point)
        except (TypeError, ValueError) as error:
            raise GarmentError(field=f"anchors.{name}", reason="not a point", allowed="[x, y]") from error
        if not (0 <= x < size[0] and 0 <= y < size[1]):  # also refuses NaN
            raise GarmentError(field=f"anchors.{name}", reason="outside the picture", allowed=[*size])
        points[name] = (x, y)
    _require_sense(points)
    return points


def _require_sense(points: Mapping[str, tuple[float, float]]) -> None:
    for pair in ("collar", "shoulder"):
        one, other = points[f"{pair}_left"], points[f"{pair}_right"]
        if other[0] - one[0] < 1:
            raise GarmentError(field=f"anchors.{pair}_left", reason="left and right are swapped; left is the viewer's")
        if abs(other[1] - one[1]) > math.tan(math.radians(TILT_MOST)) * (other[0] - one[0]):
            raise GarmentError(field=f"anchors.{pair}_left", reason="slanted", allowed=f"{TILT_MOST:.0f} degrees")
    left, right = points["collar_left"], points["collar_right"]
    gap, breadth = right[0] - left[0], points["shoulder_right"][0] - points["shoulder_left"][0]
    if not BREADTH_OVER_COLLAR[0] <= breadth / gap <= BREADTH_OVER_COLLAR[1]:
        raise GarmentError(
            field="anchors.shoulder_left",
            reason="distance between the shoulders over that between the sides of the collar",
            given=round(breadth / gap, 2),
            allowed=list(BREADTH_OVER_COLLAR),
        )
    sides = (left[1] + right[1]) / 2
    for name, deepest in (("neck_pit", PIT_DEEPEST), ("collar_front", FRONT_DEEPEST)):
        x, y = points[name]
        if not left[0] < x < right[0]:
            raise GarmentError(field=f"anchors.{name}", reason="not between collar_left and collar_right")
        if not 0 < y - sides < deepest * gap:
            raise GarmentError(field=f"anchors.{name}", reason="not below the sides of the collar, or too far below")


def hold(points: Mapping[str, tuple[float, float]], scale: float) -> Outline:
    """Return anchors that were given in a picture that is reduced to a scale."""
    placed = {name: ((x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5) for name, (x, y) in points.items()}
    gap, breadth = (placed[f"{pair}_right"][0] - placed[f"{pair}_left"][0] for pair in ("collar", "shoulder"))
    px_per_cm = 0.25 * gap / COLLAR_CM + 0.75 * breadth / SHOULDERS_CM
    return Outline(**placed, px_per_cm=px_per_cm, opening=1.0, guessed=False)
