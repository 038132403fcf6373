"""Names for the points of the 478-point face mesh: the only place where its numbers stand.

The numbers are those of MediaPipe's landmarker: 468 mesh points, then five of each iris. "Left" and "right" are the
viewer's, so LEFT_EYE is the subject's right eye. Rings run around their feature, so that they can be drawn as polygons.
"""

from __future__ import annotations

import numpy as np

from idphoto.arrays import F32

SURFACE_POINTS = 468
"""The points of the face come first, those of the irises after them."""

NOSE_TIP = 1
FOREHEAD_TOP = 10
CHIN = 152
LEFT_CHEEK_EDGE = 234
RIGHT_CHEEK_EDGE = 454

LEFT_EYE_OUTER, LEFT_EYE_INNER = 33, 133
RIGHT_EYE_INNER, RIGHT_EYE_OUTER = 362, 263
MOUTH_LEFT, MOUTH_RIGHT = 61, 291
LIP_UPPER_INNER, LIP_LOWER_INNER = 13, 14

LEFT_IRIS_CENTRE, RIGHT_IRIS_CENTRE = 468, 473
LEFT_IRIS = (469, 470, 471, 472)
RIGHT_IRIS = (474, 475, 476, 477)

LEFT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
RIGHT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
LEFT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
RIGHT_BROW = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
LIPS_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
LIPS_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

LEFT_UNDER_EYE = (110, 24, 23, 22, 26, 112, 232, 231, 230, 229, 228, 31)
RIGHT_UNDER_EYE = (339, 254, 253, 252, 256, 341, 452, 451, 450, 449, 448, 261)
"""Rings of bare skin between the lower lid and the cheek bone."""
LEFT_CHEEK, RIGHT_CHEEK = (50, 205), (280, 425)
UPPER_FACE_SKIN = (6, 117, 346, 50, 280)
"""Nose bridge, below the eyes, upper cheeks: skin that neither a fringe nor a beard grows over."""
LOWER_FACE_SKIN = (4, 164, 205, 425, 214, 434, 199, 175)
"""Nose tip, above the lip, lower cheeks, jaw and chin: what a face mask covers."""

LEFT_EYE_ASPECT = (33, 160, 158, 133, 153, 144)
"""Outer corner, two points of the upper lid, inner corner, the two lower points below them (inner one first)."""
RIGHT_EYE_ASPECT = (362, 385, 387, 263, 373, 380)

EYES = ((LEFT_EYE, LEFT_IRIS_CENTRE, LEFT_IRIS), (RIGHT_EYE, RIGHT_IRIS_CENTRE, RIGHT_IRIS))
"""Lids, middle of the iris and its rim; the viewer's left eye first."""
LEFT_LID_PAIRS = ((160, 144), (159, 145), (158, 153))
RIGHT_LID_PAIRS = ((385, 380), (386, 374), (387, 373))
LIP_PAIRS = ((82, 87), (13, 14), (312, 317))
"""Points of the upper and the lower lid or lip that face each other."""

JAW = FACE_OVAL[7:30]
"""From the viewer's right temple around the chin to the left one."""
LEFT_BROW_TOP = (70, 63, 105, 66, 107)
RIGHT_BROW_TOP = (336, 296, 334, 293, 300)
BROW_TOPS = LEFT_BROW_TOP + RIGHT_BROW_TOP
LIT_SKIN = (151, 9, 108, 337, 69, 299, 6, 197, 50, 280, 117, 346, 205, 425, 101, 330)
"""Forehead, nose and cheeks above the beard: where a shadow falls on skin."""
LEFT_EAR_FRONT, RIGHT_EAR_FRONT = (127, 234, 93), (356, 454, 323)
"""The mesh's edge before the ears, from the top down."""
EAR_LOBES = (132, 361)
"""The mesh's edge beside the lobes of the ears."""
JAW_CORNERS = (172, 397)
MIDLINE = (
    0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 94, 151, 152, 164, 168, 175, 195, 197, 199, 200,
)  # fmt: skip
"""The points that are their own mirror image."""


def _mirror() -> tuple[int, ...]:
    """Return the mirror point of each point.

    Derived by an optimal assignment (Kuhn 1955) of the points to those of the mirrored meshes, summed over 14 faces
    seen from the front. What it found is regular: leaving out the midline, the points before 248 are those of the
    viewer's left half, and the n-th of them mirrors the n-th from 248 on. The rings of the irises begin at the right.
    """
    left = [point for point in range(248) if point not in MIDLINE]
    pairs = [*zip(left, range(248, SURFACE_POINTS), strict=True), (468, 473), (469, 476), (470, 475), (471, 474)]
    pairs.append((472, 477))
    mirror = list(range(SURFACE_POINTS + 10))
    for one, other in pairs:
        mirror[one], mirror[other] = other, one
    return tuple(mirror)


MIRROR = _mirror()
"""The mirror point of each of the 478 points: ``points[list(MIRROR)]`` of a mirrored picture names them as before."""

BLENDSHAPE_POINTS = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78,
    80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152,
    153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246,
    249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312,
    314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381,
    382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472,
    473, 474, 475, 476, 477,
)  # fmt: skip
"""The 146 points that the expression model reads, in its order."""

BLENDSHAPE_NAMES = (
    "neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""The 52 expression coefficients (ARKit's names; here Left and Right are the subject's, as the model was trained)."""


def centre(landmarks: F32, indices: tuple[int, ...]) -> F32:
    """Return the mean of some points, ``(x, y)`` in px."""
    return np.asarray(landmarks[list(indices), :2].mean(axis=0), np.float32)


def eye_centres(landmarks: F32) -> tuple[F32, F32]:
    """Return the centres of the viewer's left and right eye, each the middle of its two corners, ``(x, y)`` in px."""
    left = centre(landmarks, (LEFT_EYE_OUTER, LEFT_EYE_INNER))
    right = centre(landmarks, (RIGHT_EYE_INNER, RIGHT_EYE_OUTER))
    return left, right
