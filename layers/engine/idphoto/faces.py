"""Faces in a picture: where they are, their landmarks, pose and expression, and which of them is the person."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from idphoto import mesh
from idphoto.arrays import F32, Landmarks, Rgb
from idphoto.models import Models
from idphoto.pose import Pose, estimate_pose

DETECTION_SCORE_MIN = 0.5
"""Confidence from which a detector's box is looked at (MediaPipe's own default)."""
OVERLAP_MAX = 0.4
"""Two boxes are one face when their intersection is more than this part of the smaller (measured on tiled groups)."""
PRESENCE_MIN = 0.5
"""A box is a face when the landmark model says so: every false hit of the detectors seen has presence 0."""
TILE_BELOW = 0.12
"""Tiles are searched when the largest face is narrower than this part of the longer side: the detectors see 128 and 192
px of it, and miss faces of under about 12 px."""
TILE_SIDE = 0.6
"""Side of each of the four overlapping tiles, as a part of the picture's."""
RIVAL_SIZE = 0.6
"""Another face counts as a second person from this part of the main face's width. Behind the sitter, at twice the
distance, a face appears half as large."""
RIVAL_SHARE_VISIBLE = 0.7
"""A face of which less than this lies inside the picture is a passer-by at its edge, not a second sitter."""
LANDMARK_CROP = 1.5
"""Side of the landmark model's view, in sides of the face box (MediaPipe's face landmark graph)."""

_LANDMARK_SIDE = 256
_NEAR_SIDE, _FAR_SIDE = 128, 192


@dataclass(frozen=True, eq=False)
class Face:
    """One face.

    Attributes
    ----------
    box
        ``(4,)`` float32: left, top, right, bottom of the detector's box, px; it may reach beyond the picture.
    score
        The detector's confidence, 0..1.
    keypoints
        ``(6, 2)`` float32, px: left eye, right eye, nose, mouth, left and right ear, as the viewer sees them.
    landmarks
        ``(478, 3)`` float32, px.
    presence
        The landmark model's confidence that this is a face, 0..1.
    pose
        Direction of the head.
    blendshapes
        52 expression coefficients by name, 0..1.
    """

    box: F32
    score: float
    keypoints: F32
    landmarks: Landmarks
    presence: float
    pose: Pose
    blendshapes: dict[str, float] = field(repr=False)

    @property
    def width(self) -> float:
        """Width over the cheeks as the mesh spans it, px."""
        x = self.landmarks[:468, 0]
        return float(x.max() - x.min())


@dataclass(frozen=True)
class Person:
    """Who the photo is of.

    Attributes
    ----------
    face
        The one face that matters, or None when there is no face.
    rivals
        Others that are large enough to be a second person.
    bystanders
        Others that are small or cut by the edge, and do not count.
    """

    face: Face | None
    rivals: tuple[Face, ...] = ()
    bystanders: tuple[Face, ...] = ()


def find_faces(rgb: Rgb, models: Models) -> list[Face]:
    """Return the faces of a picture, widest first.

    A near and a far detector (BlazeFace; Bazarevsky et al. 2019) look at the whole picture and, when no large face is
    found, at four overlapping tiles; each hit counts only when the landmark model confirms it.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8.
    models
        The sessions.
    """
    height, width = rgb.shape[:2]
    image = Image.fromarray(rgb)
    faces = _confirm(image, _detect(image, (0, 0, width, height), models), models, [])
    largest = max((face.width for face in faces), default=0.0)
    if largest < TILE_BELOW * max(width, height):
        hits = [hit for tile in _tiles(width, height) for hit in _detect(image, tile, models)]
        faces = _confirm(image, hits, models, faces)
    return sorted(faces, key=lambda face: -face.width)


def choose_person(faces: list[Face], width: int, height: int) -> Person:
    """Tell the person of the photo from rivals and bystanders.

    Parameters
    ----------
    faces
        As :func:`find_faces` returns them.
    width, height
        Size of the picture, px.
    """
    if not faces:
        return Person(None)
    centre_x = width / 2
    # Wide and central wins: a passer-by close to the lens stands at the edge.
    main = max(faces, key=lambda face: face.width * _visible(face, width, height) * _centrality(face, centre_x))
    others = [face for face in faces if face is not main]
    rivals = tuple(face for face in others if _is_rival(face, main, width, height))
    return Person(main, rivals, tuple(face for face in others if face not in rivals))


def _is_rival(face: Face, main: Face, width: int, height: int) -> bool:
    large = face.width >= RIVAL_SIZE * main.width
    return large and _visible(face, width, height) >= RIVAL_SHARE_VISIBLE


def _centrality(face: Face, centre_x: float) -> float:
    x = float(face.landmarks[mesh.NOSE_TIP, 0])
    return 1.0 - 0.4 * min(1.0, abs(x - centre_x) / centre_x)


def _visible(face: Face, width: int, height: int) -> float:
    """Return the share of the mesh's bounding box that lies inside the picture."""
    points = face.landmarks[:468, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    inside = np.clip(high, 0, (width, height)) - np.clip(low, 0, (width, height))
    return float(np.prod(inside) / max(np.prod(high - low), 1e-6))


# --- detection


@dataclass(frozen=True)
class _Hit:
    score: float
    box: F32
    keypoints: F32


def _tiles(width: int, height: int) -> list[tuple[int, int, int, int]]:
    tile_width, tile_height = round(width * TILE_SIDE), round(height * TILE_SIDE)
    return [
        (left, top, left + tile_width, top + tile_height)
        for top in (0, height - tile_height)
        for left in (0, width - tile_width)
    ]


def _detect(image: Image.Image, area: tuple[int, int, int, int], models: Models) -> list[_Hit]:
    near = _run_detector(image, area, "face_near", _NEAR_SIDE, models)
    far = _run_detector(image, area, "face_far", _FAR_SIDE, models)
    return near + far


def _run_detector(
    image: Image.Image, area: tuple[int, int, int, int], name: str, side: int, models: Models
) -> list[_Hit]:
    left, top, right, bottom = area
    scale = side / max(right - left, bottom - top)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    small = np.asarray(image.resize(size, Image.Resampling.BILINEAR, box=area, reducing_gap=2.0), np.float32)
    canvas = np.full((side, side, 3), -1.0, np.float32)
    pad_x, pad_y = (side - size[0]) // 2, (side - size[1]) // 2
    canvas[pad_y : pad_y + size[1], pad_x : pad_x + size[0]] = small / 127.5 - 1.0

    regressions, logits = models.run(name, canvas[None])
    scores = 1.0 / (1.0 + np.exp(-np.clip(logits[0, :, 0], -80.0, 80.0)))
    keep = scores >= DETECTION_SCORE_MIN
    anchors = (_NEAR_ANCHORS if name == "face_near" else _FAR_ANCHORS)[keep]
    values = regressions[0][keep] / side
    origin = np.array([pad_x, pad_y], np.float32)

    def to_picture(points: F32) -> F32:
        return np.asarray((points * side - origin) / scale + (left, top), np.float32)

    centres, sizes = values[:, :2] + anchors, values[:, 2:4]
    low, high = to_picture(centres - sizes / 2), to_picture(centres + sizes / 2)
    keypoints = to_picture(values[:, 4:].reshape(-1, 6, 2) + anchors[:, None])
    hits = [
        _Hit(float(score), np.concatenate([a, b]), points)
        for score, a, b, points in zip(scores[keep], low, high, keypoints, strict=True)
    ]
    return _blend(hits)


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


def _overlap(a: F32, b: F32) -> float:
    """Return the intersection of two boxes as a part of the smaller one."""
    size = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    smaller = min(np.prod(a[2:] - a[:2]), np.prod(b[2:] - b[:2]))
    return float(np.prod(size) / max(smaller, 1e-6))


def _blend(hits: list[_Hit]) -> list[_Hit]:
    """Merge overlapping hits of one detector into their score-weighted mean (BlazeFace, section 3.4)."""
    waiting = sorted(hits, key=lambda hit: -hit.score)
    merged = []
    while waiting:
        best = waiting[0]
        group = [hit for hit in waiting if _overlap(best.box, hit.box) > OVERLAP_MAX]
        waiting = [hit for hit in waiting if hit not in group]
        weights = np.array([hit.score for hit in group])
        box = np.average([hit.box for hit in group], axis=0, weights=weights)
        keypoints = np.average([hit.keypoints for hit in group], axis=0, weights=weights)
        merged.append(_Hit(best.score, np.asarray(box, np.float32), np.asarray(keypoints, np.float32)))
    return merged


def _confirm(image: Image.Image, hits: list[_Hit], models: Models, known: list[Face]) -> list[Face]:
    """Return the known faces and those of the hits that are new and real, best hit first."""
    faces = list(known)
    for hit in sorted(hits, key=lambda hit: -hit.score):
        if any(_overlap(hit.box, face.box) > OVERLAP_MAX for face in faces):
            continue
        face = _measure(image, hit, models)
        if face is not None:
            faces.append(face)
    return faces


# --- landmarks


def _measure(image: Image.Image, hit: _Hit, models: Models) -> Face | None:
    landmarks, presence = _run_landmarks(image, hit.box, hit.keypoints[0], hit.keypoints[1], models)
    if presence < PRESENCE_MIN:
        return None
    # A second look at the mesh's own box: the detector's box is loose, and the model is best when the face is centred.
    points = landmarks[:468, :2]
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    left_eye, right_eye = landmarks[mesh.LEFT_EYE_OUTER, :2], landmarks[mesh.RIGHT_EYE_OUTER, :2]
    landmarks, presence = _run_landmarks(image, box, left_eye, right_eye, models)
    if presence < PRESENCE_MIN:
        return None
    return Face(
        box=hit.box,
        score=hit.score,
        keypoints=hit.keypoints,
        landmarks=landmarks,
        presence=presence,
        pose=estimate_pose(landmarks),
        blendshapes=_run_blendshapes(landmarks, models),
    )


def _run_landmarks(
    image: Image.Image, box: F32, left_eye: F32, right_eye: F32, models: Models
) -> tuple[Landmarks, float]:
    side = float(max(box[2] - box[0], box[3] - box[1])) * LANDMARK_CROP
    centre = (box[:2] + box[2:]) / 2
    angle = np.arctan2(right_eye[1] - left_eye[1], right_eye[0] - left_eye[0])
    scale = side / _LANDMARK_SIDE
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    turn = np.array([[cos, -sin], [sin, cos]])
    # Crop pixel p shows picture point turn (p - middle) + centre, both counted from pixel centres.
    middle = (_LANDMARK_SIDE - 1) / 2
    offset = centre - turn @ np.array([middle, middle])
    view = _sample(image, turn, offset, scale)
    points, presence = models.run("face_landmarks", (view.astype(np.float32) / 255.0)[None])
    crop = points.reshape(478, 3)
    picture = crop[:, :2] @ turn.T + offset
    landmarks = np.concatenate([picture, crop[:, 2:] * scale], axis=1).astype(np.float32)
    return landmarks, float(1.0 / (1.0 + np.exp(-presence.reshape(-1)[0])))


def _sample(image: Image.Image, turn: np.ndarray, offset: np.ndarray, scale: float) -> Rgb:
    """Cut the landmark model's square view out of the picture, reduced first when the face is large."""
    factor = max(1, int(scale))
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * (_LANDMARK_SIDE - 1) @ turn.T + offset
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2 * factor, 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2 * factor, image.size)
    if np.any(high - low < factor):
        return np.zeros((_LANDMARK_SIDE, _LANDMARK_SIDE, 3), np.uint8)
    part = image.crop((int(low[0]), int(low[1]), int(high[0]), int(high[1]))).reduce(factor)
    # Pillow maps pixel corners, we map pixel centres: hence the halves.
    inside = (offset - low + 0.5 - turn @ np.array([0.5, 0.5])) / factor
    matrix = turn / factor
    data = (matrix[0, 0], matrix[0, 1], inside[0], matrix[1, 0], matrix[1, 1], inside[1])
    view = part.transform((_LANDMARK_SIDE, _LANDMARK_SIDE), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    return np.asarray(view)


def _run_blendshapes(landmarks: Landmarks, models: Models) -> dict[str, float]:
    points = landmarks[list(mesh.BLENDSHAPE_POINTS), :2]
    values = models.run("face_blendshapes", np.ascontiguousarray(points[None], np.float32))[0].reshape(-1)
    return {name: float(value) for name, value in zip(mesh.BLENDSHAPE_NAMES, values, strict=True)}
