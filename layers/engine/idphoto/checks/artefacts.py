"""What the camera and the file did to the picture: noise, the blocks of JPEG, large pixels, and movement.

They are measured on the photo's own pixels, which a reduced copy would hide.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto import mesh
from idphoto.arrays import F32
from idphoto.checks.aligned_face import bounding_region
from idphoto.checks.evidence import Evidence
from idphoto.checks.item import (
    BLOCK_WHEN_STRICT,
    WARN_FROM_STANDARD,
    CheckItem,
    Finding,
    Limits,
    Wording,
)
from idphoto.checks.report import Group, Reliability
from idphoto.checks.sharpness import denoised, directional_detail

NOISE_MOST = Limits(10.0, 6.0, 4.5)
"""Standard deviation in levels of 255. Portraits measured 0.1 to 2.5; drawn noise of 8 levels 4.9 to 6.1, the rest of
it being clipped or lost among darker and lighter pixels."""

BLOCKS_MOST = Limits(15.0, 11.0, 9.6)
"""Per cent. Portraits measured up to 9.5, JPEG at quality 85 up to 5, 30 from 5, 10 from 12."""

LARGE_PIXELS_MOST = Limits(45.0, 35.0, 33.0)
"""Per cent. Portraits measured up to 14, JPEG at quality 10 up to 32; enlarged four times without smoothing from 36,
mostly 98 and more."""

ONE_WAY_LEAST = Limits(0.45, 0.52, 0.55)
"""Fine detail in its weaker direction over the stronger. Portraits measured 0.75 to 1, out of focus 0.52 or more; moved
sideways by a sixth of the eye distance up to 0.47."""

_NOISE_BLOCK: Final = 16
_NOISE_PERCENTILE: Final = 20
"""The smoothest fifth of the face shows noise and little else."""
_JPEG_PERIOD: Final = 8
_LARGEST_PIXEL: Final = 16
_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
_LONGEST: Final = 768
"""px of the middle of a large face that are looked at."""


def noise_level(evidence: Evidence) -> Finding | None:
    """Estimate the noise from the smoothest parts of the face (Immerkaer, Fast Noise Variance Estimation, 1996)."""
    luma = _face_pixels(evidence)
    if luma is None or evidence.face is None:
        return None
    inner = luma[:-2] - 2 * luma[1:-1] + luma[2:]
    second = np.abs(inner[:, :-2] - 2 * inner[:, 1:-1] + inner[:, 2:])
    rows, columns = (side // _NOISE_BLOCK for side in second.shape)
    if rows * columns < 4:
        return None
    cut = second[: rows * _NOISE_BLOCK, : columns * _NOISE_BLOCK]
    means = cut.reshape(rows, _NOISE_BLOCK, columns, _NOISE_BLOCK).mean(axis=(1, 3))
    sigma = float(np.percentile(means, _NOISE_PERCENTILE)) * float(np.sqrt(np.pi / 2)) / 6
    return Finding(sigma, bounding_region(evidence.face.landmarks, mesh.FACE_OVAL))


def jpeg_blocks(evidence: Evidence) -> Finding | None:
    """Measure how much of the change between neighbours lies on the edges of blocks of 8 px."""
    luma = _face_pixels(evidence)
    if luma is None or evidence.face is None:
        return None
    share = _on_grid(*_changes(luma), _JPEG_PERIOD)
    return Finding(100.0 * share, bounding_region(evidence.face.landmarks, mesh.FACE_OVAL))


def large_pixels(evidence: Evidence) -> Finding | None:
    """Measure how much of the change between neighbours lies on the edges of squares of any size from 2 to 16 px."""
    luma = _face_pixels(evidence)
    if luma is None or evidence.face is None:
        return None
    changes = _changes(luma)
    share = max(_on_grid(*changes, period) for period in range(2, _LARGEST_PIXEL + 1))
    return Finding(100.0 * share, bounding_region(evidence.face.landmarks, mesh.FACE_OVAL))


def one_way_detail(evidence: Evidence) -> Finding | None:
    """Compare the fine detail along rows and columns; movement takes it away in one direction."""
    face, aligned = evidence.face, evidence.aligned
    if face is None or aligned is None:
        return None
    across, down = directional_detail(denoised(aligned.lab[..., 0]), aligned.face)
    region = bounding_region(face.landmarks, mesh.FACE_OVAL)
    return Finding(min(across, down) / max(across, down, 1e-6), region)


def _face_pixels(evidence: Evidence) -> F32 | None:
    """Return the luma of the face at the photo's own resolution, of a large one its middle."""
    if evidence.face is None:
        return None
    size = evidence.photo.width, evidence.photo.height
    low, high = evidence.face.extent[:2], evidence.face.extent[2:]
    middle, half = (low + high) / 2, np.minimum((high - low) / 2, _LONGEST / 2)
    left, top = np.clip(np.rint(middle - half), 0, size).astype(int)
    right, bottom = np.clip(np.rint(middle + half), 0, size).astype(int)
    part = evidence.photo.rgb[top:bottom, left:right]
    return None if min(part.shape[:2]) < 2 * _NOISE_BLOCK else np.asarray(part @ _LUMA, np.float32)


def _changes(luma: F32) -> tuple[F32, F32]:
    """Return the mean change to the next row and to the next column, ``(N,)`` each."""
    return np.abs(np.diff(luma, axis=0)).mean(axis=1), np.abs(np.diff(luma, axis=1)).mean(axis=0)


def _on_grid(rows: F32, columns: F32, period: int) -> float:
    """Return how far changes concentrate on every ``period``-th line, 0 (evenly spread) to 1, in both directions."""
    shares = []
    for changes in (rows, columns):
        whole = len(changes) // period * period
        if whole < 3 * period:
            return 0.0
        by_phase = changes[:whole].reshape(-1, period).mean(axis=0)
        largest = float(by_phase.max() / max(float(by_phase.sum()), 1e-6))
        shares.append((largest - 1 / period) / (1 - 1 / period))
    return max(0.0, min(shares))


NOISE = CheckItem(
    code="noise",
    group=Group.QUALITY,
    name="Little noise",
    name_zh="噪点",
    unit="levels",
    measure=noise_level,
    limits=NOISE_MOST,
    worst=25,
    best=0,
    severity=BLOCK_WHEN_STRICT,
    wording=Wording(
        fault="NOISY",
        reason="The photo is grainy.",
        reason_zh="照片噪点过多。",
        advice="Use more light, so that the camera need not amplify it.",
        advice_zh="请增加光线，降低感光度。",
    ),
    reliability=Reliability.MEDIUM,
)

COMPRESSION = CheckItem(
    code="compression",
    group=Group.QUALITY,
    name="Little compression",
    name_zh="压缩失真",
    unit="%",
    measure=jpeg_blocks,
    limits=BLOCKS_MOST,
    worst=40,
    best=0,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="COMPRESSED",
        reason="The blocks of strong JPEG compression are seen.",
        reason_zh="可见明显的 JPEG 压缩块。",
        advice="Use the original photo, not one that a chat has compressed.",
        advice_zh="请使用原图，不要使用聊天软件压缩过的图片。",
    ),
    reliability=Reliability.MEDIUM,
)

PIXELATION = CheckItem(
    code="pixelation",
    group=Group.QUALITY,
    name="Not pixelated",
    name_zh="无马赛克",
    unit="%",
    measure=large_pixels,
    limits=LARGE_PIXELS_MOST,
    worst=100,
    best=0,
    severity=BLOCK_WHEN_STRICT,
    wording=Wording(
        fault="PIXELATED",
        reason="The photo was enlarged from few pixels.",
        reason_zh="照片由低像素放大而成，呈马赛克状。",
        advice="Use the original photo instead of an enlarged thumbnail.",
        advice_zh="请使用原图，不要使用放大的缩略图。",
    ),
    reliability=Reliability.MEDIUM,
)

MOTION_BLUR = CheckItem(
    code="motion_blur",
    group=Group.QUALITY,
    name="Not moved",
    name_zh="无运动模糊",
    unit="",
    measure=one_way_detail,
    limits=ONE_WAY_LEAST,
    worst=0.2,
    best=0.9,
    severity=WARN_FROM_STANDARD,
    wording=Wording(
        fault="MOVED",
        reason="The photo is blurred in one direction: the camera or the head moved.",
        reason_zh="照片沿单一方向模糊：相机或头部晃动。",
        advice="Hold still, rest the camera on something, and use more light.",
        advice_zh="请保持静止、固定相机并增加光线。",
    ),
    reliability=Reliability.MEDIUM,
)
