"""Faces in a picture: where they are, their landmarks, pose and expression, and which of them is the person."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from idphoto import mesh
from idphoto.arrays import F32, Landmarks, Rgb
from idphoto.detector import OVERLAP_MAX, Detection, Detector, overlap
from idphoto.landmarker import find_landmarks, measure_expression
from idphoto.models import Models
from idphoto.pose import Pose, estimate_pose

DOUBTFUL_BELOW = 0.75
"""Score of the detector under which its key points and the mesh must agree: in a microscope's picture of cells the
landmark network too believed two boxes of 0.52 and 0.64, while faces of the portraits tried have 0.88 or more."""
DISAGREEMENT_MAX = 0.12
"""Mean distance of eyes, nose and mouth between the two, in face widths: up to 0.05 for faces seen from the front, 0.10
for one that is turned; 0.13 and more for false hits."""
TILE_BELOW = 0.12
"""Tiles are searched when the largest face is narrower than this part of the longer side: the detectors see 128 and 192
px of it, and miss faces of under about 12 px."""
TILE_PART = 0.6
"""Side of each of the four overlapping tiles, as a part of the picture's."""
SMALL_TILE_PART, SMALL_TILES = 0.4, 3
"""Nine tiles of this part, in which faces of passers-by far behind a large face are looked for."""
RIVAL_SIZE = 0.6
"""Another face counts as a second person from this part of the main face's width. Behind the sitter, at twice the
distance, a face appears half as large."""
RIVAL_SHARE_VISIBLE = 0.7
"""A face of which less than this lies inside the picture is a passer-by at its edge, not a second sitter."""


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
    def extent(self) -> F32:
        """``(4,)`` float32: left, top, right, bottom of the mesh, px."""
        points = self.landmarks[: mesh.SURFACE_POINTS, :2]
        return np.concatenate([points.min(axis=0), points.max(axis=0)])

    @property
    def width(self) -> float:
        """Width over the cheeks as the mesh spans it, px."""
        left, _, right, _ = self.extent
        return float(right - left)


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

    The detectors look at the whole picture and, when no large face is found, at four overlapping tiles; each hit counts
    only when the landmark network confirms it.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8.
    models
        The sessions.
    """
    image = Image.fromarray(rgb)
    detector = Detector(image, models)
    faces = _confirm(image, detector.in_whole(), models, [])
    largest = max((face.width for face in faces), default=0.0)
    if largest < TILE_BELOW * max(image.size):
        faces = _confirm(image, detector.in_tiles(TILE_PART), models, faces)
    return sorted(faces, key=lambda face: -face.width)


def find_small_faces(rgb: Rgb, known: list[Face], models: Models) -> list[Face]:
    """Return the faces that only a search of the tiles finds: those far behind a large one.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8.
    known
        What :func:`find_faces` found in it.
    models
        The sessions.
    """
    image = Image.fromarray(rgb)
    largest = max((face.width for face in known), default=0.0)
    if largest < TILE_BELOW * max(image.size):
        return []
    faces = _confirm(image, Detector(image, models).in_tiles(SMALL_TILE_PART, SMALL_TILES), models, known)
    return sorted(faces[len(known) :], key=lambda face: -face.width)


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
    low, high = face.extent[:2], face.extent[2:]
    inside = np.clip(high, 0, (width, height)) - np.clip(low, 0, (width, height))
    return float(np.prod(inside) / max(np.prod(high - low), 1e-6))


def _confirm(image: Image.Image, detections: list[Detection], models: Models, known: list[Face]) -> list[Face]:
    """Return the known faces and those of the detections that are new and real, surest first."""
    faces = list(known)
    for detection in sorted(detections, key=lambda detection: -detection.score):
        if any(overlap(detection.box, face.box) > OVERLAP_MAX for face in faces):
            continue
        face = _measure(image, detection, models)
        if face is not None and not any(overlap(face.extent, other.extent) > OVERLAP_MAX for other in faces):
            faces.append(face)
    return faces


def _measure(image: Image.Image, detection: Detection, models: Models) -> Face | None:
    found = find_landmarks(image, detection.box, detection.keypoints, models)
    if found is None:
        return None
    landmarks, presence = found
    if detection.score < DOUBTFUL_BELOW and _disagreement(detection, landmarks) > DISAGREEMENT_MAX:
        return None
    return Face(
        box=detection.box,
        score=detection.score,
        keypoints=detection.keypoints,
        landmarks=landmarks,
        presence=presence,
        pose=estimate_pose(landmarks),
        blendshapes=measure_expression(landmarks, models),
    )


def _disagreement(detection: Detection, landmarks: Landmarks) -> float:
    """Return the mean distance of eyes, nose and mouth between detector and mesh, in face widths."""
    mouth = mesh.centre(landmarks, (mesh.LIP_UPPER_INNER, mesh.LIP_LOWER_INNER))
    points = np.stack([*mesh.eye_centres(landmarks), landmarks[mesh.NOSE_TIP, :2], mouth])
    apart = np.linalg.norm(detection.keypoints[:4] - points, axis=1).mean()
    return float(apart / np.ptp(landmarks[: mesh.SURFACE_POINTS, 0]))
