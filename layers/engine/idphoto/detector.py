"""Where faces may be: two BlazeFace detectors (Bazarevsky et al. 2019), one for near and one for far faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from idphoto.arrays import F32
from idphoto.models import Models

SCORE_MIN = 0.45
"""Confidence from which a box is looked at. MediaPipe takes 0.5 and has no second opinion; a person of half the
sitter's size in the background can get 0.46, the face of a clock 0.40."""
OVERLAP_MAX = 0.4
"""Two boxes are one face when their intersection is more than this part of the smaller (measured on tiled groups)."""

_LONGEST_SIDE = 1024
"""Photos are first reduced to about this, px: even a tile of them then has three times what a detector sees."""

_NEAR_SIDE, _FAR_SIDE = 128, 192

Area = tuple[int, int, int, int]
"""Left, top, right, bottom of a part of a picture, px."""


@dataclass(frozen=True, eq=False)
class Detection:
    """A box that may hold a face.

    Attributes
    ----------
    box
        ``(4,)`` float32: left, top, right, bottom, px; it may reach beyond the picture.
    score
        Confidence, 0..1.
    keypoints
        ``(6, 2)`` float32, px: left eye, right eye, nose, mouth, left and right ear, as the viewer sees them.
    """

    box: F32
    score: float
    keypoints: F32


class Detector:
    """Looks for faces in parts of one picture.

    Parameters
    ----------
    image
        The picture, RGB.
    models
        Runs ``face_near`` and ``face_far``.
    """

    def __init__(self, image: Image.Image, models: Models) -> None:
        self._factor = max(1, max(image.size) // _LONGEST_SIDE)
        self._image = image.reduce(self._factor)
        self._models = models

    def in_whole(self) -> list[Detection]:
        """Return what the detectors see in the whole picture."""
        return self._in_area((0, 0, *self._image.size))

    def in_tiles(self, part: float, count: int = 2) -> list[Detection]:
        """Return what they see in ``count x count`` overlapping tiles, each ``part`` of the picture's sides."""
        width, height = self._image.size
        across, down = round(width * part), round(height * part)
        steps = [step / (count - 1) for step in range(count)]
        corners = [(round(x * (width - across)), round(y * (height - down))) for y in steps for x in steps]
        return [hit for left, top in corners for hit in self._in_area((left, top, left + across, top + down))]

    def _in_area(self, area: Area) -> list[Detection]:
        return self._run("face_near", area, _NEAR_SIDE, _NEAR_ANCHORS) + self._run(
            "face_far", area, _FAR_SIDE, _FAR_ANCHORS
        )

    def _run(self, name: str, area: Area, side: int, anchors: F32) -> list[Detection]:
        view, scale, origin = self._letterbox(area, side)
        regressions, logits = self._models.run(name, view[None])
        scores = 1.0 / (1.0 + np.exp(-np.clip(logits[0, :, 0], -80.0, 80.0)))
        sure = scores >= SCORE_MIN
        # Eight pairs: the box's centre, its size, six points; all but the size counted from the anchor.
        pairs = regressions[0][sure].reshape(-1, 8, 2)
        points = np.delete(pairs, 1, axis=1) + anchors[sure, None] * side
        half = pairs[:, 1] / 2
        corners = np.stack([points[:, 0] - half, points[:, 0] + half], axis=1)

        def to_picture(places: F32) -> F32:
            return np.asarray(((places - origin) / scale + area[:2]) * self._factor - 0.5, np.float32)

        boxes, keypoints = to_picture(corners).reshape(-1, 4), to_picture(points[:, 1:])
        hits = zip(boxes, scores[sure], keypoints, strict=True)
        return _blend([Detection(box, float(score), places) for box, score, places in hits])

    def _letterbox(self, area: Area, side: int) -> tuple[F32, float, F32]:
        """Fit a part of the picture into a square: the view in -1..1, its scale, and where the part begins in it."""
        width, height = area[2] - area[0], area[3] - area[1]
        scale = side / max(width, height)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = self._image.resize(size, Image.Resampling.BILINEAR, box=area, reducing_gap=2.0)
        view = np.full((side, side, 3), -1.0, np.float32)
        left, top = (side - size[0]) // 2, (side - size[1]) // 2
        view[top : top + size[1], left : left + size[0]] = np.asarray(small, np.float32) / 127.5 - 1.0
        return view, scale, np.array([left, top], np.float32)


def overlap(a: F32, b: F32) -> float:
    """Return the intersection of two boxes as a part of the smaller one, 0..1."""
    size = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    smaller = min(np.prod(a[2:] - a[:2]), np.prod(b[2:] - b[:2]))
    return float(np.prod(size) / max(smaller, 1e-6))


def _blend(hits: list[Detection]) -> list[Detection]:
    """Merge overlapping hits of one detector into their score-weighted mean (BlazeFace, section 3.4)."""
    waiting = sorted(hits, key=lambda hit: -hit.score)
    merged = []
    while waiting:
        best = waiting[0]
        group = [hit for hit in waiting if overlap(best.box, hit.box) > OVERLAP_MAX]
        waiting = [hit for hit in waiting if hit not in group]
        weights = np.array([hit.score for hit in group])
        box = np.average([hit.box for hit in group], axis=0, weights=weights)
        keypoints = np.average([hit.keypoints for hit in group], axis=0, weights=weights)
        merged.append(Detection(np.asarray(box, np.float32), best.score, np.asarray(keypoints, np.float32)))
    return merged


def _anchors(*grids: tuple[int, int]) -> F32:
    """Return anchor centres, ``(N, 2)`` in 0..1: for each ``(cells, repeats)`` a square grid, row by row."""
    rows = []
    for cells, repeats in grids:
        line = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(line, line)
        rows.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), repeats, axis=0))
    return np.concatenate(rows).astype(np.float32)


_NEAR_ANCHORS = _anchors((16, 2), (8, 6))
_FAR_ANCHORS = _anchors((48, 1))
