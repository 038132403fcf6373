"""Everything that the models say about a photo, found once per source and kept for all later effects."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from idphoto.arrays import F32
from idphoto.decode import Photo
from idphoto.faces import Face, Person, choose_person, find_faces, find_small_faces
from idphoto.models import Models
from idphoto.portrait import Portrait, build_portrait
from idphoto.pose import Pose

DOCUMENT_VERSION: Final = 1
"""Version of what :func:`save_analysis` writes."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was found in a photo.

    Attributes
    ----------
    width, height
        Size of the photo, px.
    format
        Which format its file was in.
    faces
        All faces, largest first.
    person
        Whom the photo shows; its faces are members of ``faces``.
    portrait
        The cut-out person; None when there is no single person.
    """

    width: int
    height: int
    format: str
    faces: tuple[Face, ...]
    person: Person
    portrait: Portrait | None


def analyse(photo: Photo, models: Models) -> Analysis:
    """Find the faces of a photo and cut its one person out.

    Parameters
    ----------
    photo
        As decoded.
    models
        Loaded networks; both detectors, the landmarks and the two matting networks are run.
    """
    faces = find_faces(photo.rgb, models)
    person = choose_person(faces, photo.width, photo.height)
    single = person.face if not person.rivals else None
    portrait = build_portrait(photo.rgb, single, models) if single else None
    return Analysis(photo.width, photo.height, photo.format, tuple(faces), person, portrait)


def search_background(photo: Photo, analysis: Analysis, models: Models) -> Analysis:
    """Look for faces far behind the person, which making a photo need not know of and a check reports.

    Parameters
    ----------
    photo, analysis
        The photo and what :func:`analyse` found in it.
    models
        Loaded networks; both detectors are run on four parts of the photo, and the landmarks on what they find.

    Returns
    -------
    Analysis
        The same when there is nobody else.
    """
    found = tuple(find_small_faces(photo.rgb, list(analysis.faces), models))
    if not found:
        return analysis
    person = replace(analysis.person, bystanders=analysis.person.bystanders + found)
    return replace(analysis, faces=analysis.faces + found, person=person)


def save_analysis(analysis: Analysis) -> dict[str, Any]:
    """Return all but the portrait as a JSON-compatible document, without loss.

    The portrait is pixels and has its own file (:func:`idphoto.portrait.save`). A document of one face has
    about 10 kB.
    """
    faces = analysis.faces
    person = analysis.person
    return {
        "version": DOCUMENT_VERSION,
        "width": analysis.width,
        "height": analysis.height,
        "format": analysis.format,
        "faces": [_save_face(face) for face in faces],
        "person": None if person.face is None else _position(faces, person.face),
        "rivals": [_position(faces, face) for face in person.rivals],
        "bystanders": [_position(faces, face) for face in person.bystanders],
    }


def load_analysis(document: Mapping[str, Any], portrait: Portrait | None = None) -> Analysis:
    """Rebuild an analysis from :func:`save_analysis` and the portrait that was stored beside it.

    Raises
    ------
    ValueError
        The document is of another version.
    """
    if document["version"] != DOCUMENT_VERSION:
        raise ValueError(f"analysis document version {document['version']}, expected {DOCUMENT_VERSION}")
    faces = tuple(_load_face(face) for face in document["faces"])
    main = document["person"]
    person = Person(
        face=None if main is None else faces[main],
        rivals=tuple(faces[index] for index in document["rivals"]),
        bystanders=tuple(faces[index] for index in document["bystanders"]),
    )
    return Analysis(document["width"], document["height"], document["format"], faces, person, portrait)


def _position(faces: tuple[Face, ...], face: Face) -> int:
    return next(index for index, candidate in enumerate(faces) if candidate is face)


def _save_face(face: Face) -> dict[str, Any]:
    return {
        "box": _pack(face.box),
        "score": face.score,
        "keypoints": _pack(face.keypoints),
        "landmarks": _pack(face.landmarks),
        "presence": face.presence,
        "pose": asdict(face.pose),
        "blendshapes": dict(face.blendshapes),
    }


def _load_face(document: Mapping[str, Any]) -> Face:
    return Face(
        box=_unpack(document["box"], (4,)),
        score=document["score"],
        keypoints=_unpack(document["keypoints"], (6, 2)),
        landmarks=_unpack(document["landmarks"], (478, 3)),
        presence=document["presence"],
        pose=Pose(**document["pose"]),
        blendshapes=dict(document["blendshapes"]),
    )


def _pack(values: F32) -> str:
    """Write float32 values as base64: exact, and a third of the length of decimals."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def _unpack(text: str, shape: tuple[int, ...]) -> F32:
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape).astype(np.float32)
