"""The portrait: one upright person, cut out at the photo's own resolution; what passes between effects."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from idphoto import mesh
from idphoto.arrays import Alpha, Landmarks, Matte, Rgb
from idphoto.errors import EngineError
from idphoto.faces import Face
from idphoto.foreground import estimate_foreground
from idphoto.matte import estimate_matte
from idphoto.models import Models
from idphoto.partmap import PartMap, pack, read_parts, unpack
from idphoto.segment import look
from idphoto.trim import covered_rectangle
from idphoto.upright import cut_upright, guess_head_height, midline_x

CROWN_WIDTH = 0.12
"""The crown is where the hair first is this wide, in head heights: single hairs and cowlicks are not, a bun is."""
CROWN_SEARCH = 0.75
"""Half width of the column above the face in which the crown is looked for, in head heights."""
CROWN_LOW, CROWN_HIGH = 0.75, 1.7
"""Crown to chin is taken to lie between these parts of what the face alone tells, for a hat or a failed matte."""

_MAGIC, _VERSION = b"IDPT", 2
_HEADER = struct.Struct("<4sHHddIII")
"""Magic, version, number of landmarks, crown, chin, bytes of the picture, bytes of the map of parts (0 for none),
CRC-32 of all that follows: landmarks, picture and map."""


class PortraitError(EngineError):
    """The bytes are not a portrait that this engine wrote."""

    code = "PORTRAIT_INVALID"
    message = "The stored portrait is damaged or was written by another version."
    message_zh = "存储的人像数据已损坏或版本不符。"


@dataclass(frozen=True, eq=False)
class Portrait:
    """A person without background.

    The arrays end where the photo ends, so that the person touches a border only where the photo cut the person off.

    Attributes
    ----------
    rgb
        ``(H, W, 3)`` uint8, the person's own colours with none of the old background; without meaning far outside.
    alpha
        ``(H, W)`` uint8.
    landmarks
        ``(478, 3)`` float32, px.
    crown_y, chin_y
        Rows of the top of the head with its hair and of the lowest point of the chin, px. A crown above the picture's
        first row is 0: then the photo cut the head.
    part_map
        What is what, coarsely; None where nobody has looked. :func:`idphoto.parts.parts` draws it to the picture.
    """

    rgb: Rgb
    alpha: Alpha
    landmarks: Landmarks
    crown_y: float
    chin_y: float
    part_map: PartMap | None = None

    @property
    def width(self) -> int:
        """Columns, px."""
        return int(self.alpha.shape[1])

    @property
    def height(self) -> int:
        """Rows, px."""
        return int(self.alpha.shape[0])

    @property
    def head_height(self) -> float:
        """Crown to chin, px."""
        return self.chin_y - self.crown_y

    @property
    def centre_x(self) -> float:
        """Column of the face's midline, px."""
        return midline_x(self.landmarks)

    @property
    def eye_y(self) -> float:
        """Row of the eye line, px."""
        left, right = mesh.eye_centres(self.landmarks)
        return float(left[1] + right[1]) / 2


def build_portrait(rgb: Rgb, face: Face, models: Models) -> Portrait:
    """Cut a person out of a photo.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8, the photo.
    face
        The person's face in it.
    models
        Runs ``u2net``, ``person_prior`` and ``parts_head``.
    """
    canvas = cut_upright(rgb, face.landmarks)
    outlook = look(canvas.rgb, canvas.landmarks, models)
    part_map = read_parts(outlook, canvas.landmarks, models)
    matte = estimate_matte(canvas.rgb, canvas.landmarks, models, outlook, part_map)
    left, top, right, bottom = covered_rectangle(matte, canvas.covered, canvas.landmarks)
    # Beyond the photo there are only repeated pixels; what the trim left of them is not the person.
    matte = np.where(canvas.covered, matte, np.float32(0))[top:bottom, left:right]
    landmarks = canvas.landmarks - np.array((left, top, 0), np.float32)
    picture = np.ascontiguousarray(canvas.rgb[top:bottom, left:right])
    return Portrait(
        rgb=estimate_foreground(picture, matte),
        alpha=np.rint(matte * 255).astype(np.uint8),
        landmarks=landmarks,
        crown_y=find_crown(matte, landmarks),
        chin_y=float(landmarks[mesh.CHIN, 1]),
        part_map=part_map.moved(left, top),
    )


def find_crown(matte: Matte, landmarks: Landmarks) -> float:
    """Row of the top of the head, hair included, px.

    Parameters
    ----------
    matte
        ``(H, W)`` float32, 0..1; the head upright.
    landmarks
        ``(478, 3)`` float32, px.
    """
    head, middle, chin = guess_head_height(landmarks), midline_x(landmarks), float(landmarks[mesh.CHIN, 1])
    left, right = (int(np.clip(middle + side * CROWN_SEARCH * head, 0, matte.shape[1])) for side in (-1, 1))
    widths = matte[:, left:right].sum(axis=1)
    lowest, highest = chin - CROWN_LOW * head, chin - CROWN_HIGH * head
    rows = np.flatnonzero(widths >= CROWN_WIDTH * head)
    rows = rows[rows >= highest]
    first = float(rows[0]) if rows.size else lowest
    return max(0.0, min(first, lowest))


def save(portrait: Portrait) -> bytes:
    """Write a portrait as one self-describing object, without loss.

    The picture is a lossless WebP with alpha, written with the least effort: of the codecs compared in
    ``tests/bench/bench_matte.py`` it is both the smallest and, for reading and writing together, the fastest.
    """
    image = Image.fromarray(np.dstack([portrait.rgb, portrait.alpha]))
    stream = io.BytesIO()
    image.save(stream, "WEBP", lossless=True, exact=True, method=0, quality=0)
    packed = b"" if portrait.part_map is None else pack(portrait.part_map)
    body = np.ascontiguousarray(portrait.landmarks, "<f4").tobytes() + stream.getvalue() + packed
    header = _HEADER.pack(
        _MAGIC,
        _VERSION,
        len(portrait.landmarks),
        portrait.crown_y,
        portrait.chin_y,
        len(stream.getvalue()),
        len(packed),
        zlib.crc32(body),
    )
    return header + body


def load(data: bytes) -> Portrait:
    """Read what :func:`save` wrote.

    Raises
    ------
    PortraitError
        The bytes are damaged, cut short, or of another version.
    """
    if len(data) < _HEADER.size or data[: len(_MAGIC)] != _MAGIC:
        raise PortraitError(reason="not a portrait", bytes=len(data))
    _, version, points, crown_y, chin_y, picture_bytes, map_bytes, checksum = _HEADER.unpack_from(data)
    if version != _VERSION:
        raise PortraitError(reason="version", given=version, allowed=_VERSION)
    body = data[_HEADER.size :]
    landmark_bytes = points * 3 * 4
    if len(body) != landmark_bytes + picture_bytes + map_bytes or zlib.crc32(body) != checksum:
        raise PortraitError(reason="damaged", bytes=len(data))
    landmarks = np.frombuffer(body, "<f4", points * 3).reshape(points, 3).astype(np.float32)
    with Image.open(io.BytesIO(body[landmark_bytes : landmark_bytes + picture_bytes]), formats=["WEBP"]) as image:
        rgba = np.asarray(image.convert("RGBA"))
    return Portrait(
        rgb=np.ascontiguousarray(rgba[..., :3]),
        alpha=np.ascontiguousarray(rgba[..., 3]),
        landmarks=landmarks,
        crown_y=crown_y,
        chin_y=chin_y,
        part_map=unpack(body[landmark_bytes + picture_bytes :]) if map_bytes else None,
    )
