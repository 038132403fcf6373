"""Head pose: a weighted Procrustes fit of a standard face to the landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idphoto.arrays import F64, Landmarks

# Index in the mesh, weight, and position in cm (x right, y down, z away from the camera; origin inside the head) of the
# points that expression moves least: the Procrustes basis and the canonical face of MediaPipe's face geometry
# (Apache-2.0; figures read from the landmarker's metadata file).
_BASIS = np.array(
    [
        (4, 0.070910, 0.0000, 0.4632, -7.5866),
        (6, 0.032100, 0.0000, -2.4733, -5.7886),
        (10, 0.008447, 0.0000, -8.2618, -4.4815),
        (33, 0.058724, -4.4459, -2.6640, -3.1734),
        (54, 0.007667, -6.2793, -6.6154, -1.4259),
        (67, 0.009078, -3.5240, -8.0060, -3.7292),
        (117, 0.009792, -5.2587, -0.9458, -2.9743),
        (119, 0.014565, -3.3007, -0.8616, -3.8728),
        (121, 0.018591, -1.8207, -1.4680, -4.2241),
        (127, 0.005198, -7.7431, -2.3650, 2.0052),
        (129, 0.120625, -1.7858, 0.9783, -4.8505),
        (132, 0.005560, -7.2709, 2.8909, 2.2525),
        (133, 0.053286, -1.8564, -2.5852, -3.7579),
        (136, 0.066890, -5.0853, 7.1786, -0.7147),
        (143, 0.014817, -6.4076, -2.2360, -1.5608),
        (147, 0.014263, -6.2349, 1.9444, -1.6635),
        (198, 0.025462, -1.2468, -0.2303, -5.6810),
        (205, 0.047252, -3.8329, 1.5373, -4.1377),
        (263, 0.058724, 4.4459, -2.6640, -3.1734),
        (284, 0.007667, 6.2793, -6.6154, -1.4259),
        (297, 0.009078, 3.5240, -8.0060, -3.7292),
        (346, 0.009792, 5.2587, -0.9458, -2.9743),
        (348, 0.014565, 3.3007, -0.8616, -3.8728),
        (350, 0.018591, 1.8207, -1.4680, -4.2241),
        (356, 0.005198, 7.7431, -2.3650, 2.0052),
        (358, 0.120625, 1.7858, 0.9783, -4.8505),
        (361, 0.005560, 7.2709, 2.8909, 2.2525),
        (362, 0.053286, 1.8564, -2.5852, -3.7579),
        (365, 0.066890, 5.0853, 7.1786, -0.7147),
        (372, 0.014817, 6.4076, -2.2360, -1.5608),
        (376, 0.014263, 6.2349, 1.9444, -1.6635),
        (420, 0.025462, 1.2468, -0.2303, -5.6810),
        (425, 0.047252, 3.8329, 1.5373, -4.1377),
    ]
)
_INDICES = _BASIS[:, 0].astype(int)
_WEIGHTS = _BASIS[:, 1] / _BASIS[:, 1].sum()
_CANONICAL = _BASIS[:, 2:]


@dataclass(frozen=True)
class Pose:
    """Direction of a head, in degrees; all are 0 for a head that is upright and faces the camera.

    Roll is the turn in the picture that makes the line through the eyes level; yaw and pitch are those of the head once
    it is level, and so do not change when the picture is rotated.

    Attributes
    ----------
    yaw
        Positive when the face is turned to the viewer's right.
    pitch
        Positive when the face is turned up. The fit knows one standard face, so people who look straight ahead differ:
        frontal portraits gave -15 to 14, with a median of -7.
    roll
        Positive when the head leans clockwise, as the viewer sees it.
    """

    yaw: float
    pitch: float
    roll: float


def estimate_pose(landmarks: Landmarks) -> Pose:
    """Return the pose of the head that the landmarks describe.

    The rotation comes from the weighted orthogonal Procrustes problem (Schoenemann 1966; Kabsch 1976), which uses
    all of the shape and so does not take a long nose for a turned head, as ratios of distances do.

    Parameters
    ----------
    landmarks
        ``(478, 3)`` float32, px.
    """
    rotation = fit_rotation(_CANONICAL, np.asarray(landmarks[_INDICES], np.float64), _WEIGHTS)
    # R = R_roll R_yaw R_pitch: the axis across the head shows the roll, the forward axis of the levelled head the rest.
    across, forward = rotation[:, 0], -rotation[:, 2]
    roll = np.arctan2(across[1], across[0])
    sideways = np.cos(roll) * forward[0] + np.sin(roll) * forward[1]
    down = np.cos(roll) * forward[1] - np.sin(roll) * forward[0]
    yaw = np.arctan2(sideways, -forward[2])
    pitch = np.arcsin(np.clip(-down, -1.0, 1.0))
    return Pose(float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll)))


def fit_rotation(source: F64, target: F64, weights: F64) -> F64:
    """Return the rotation ``R`` that makes ``s R source + t`` closest to ``target``.

    Parameters
    ----------
    source, target
        ``(N, 3)`` float64, any unit.
    weights
        ``(N,)`` float64, summing to 1.

    Returns
    -------
    ``(3, 3)`` float64 with determinant 1.
    """
    source = source - weights @ source
    target = target - weights @ target
    u, _, vt = np.linalg.svd((target * weights[:, None]).T @ source)
    handedness = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    return np.asarray(u @ handedness @ vt, np.float64)
