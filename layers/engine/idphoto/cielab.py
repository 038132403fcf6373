"""sRGB to CIELAB, the space in which equal distances look equally different."""

from __future__ import annotations

from typing import Final

import numpy as np

from idphoto.arrays import F32, F64, Rgb


def linear_light(srgb: F64) -> F32:
    """Return the linear light of sRGB, both in 0..1 (IEC 61966-2-1)."""
    return np.asarray(np.where(srgb > 0.04045, ((srgb + 0.055) / 1.055) ** 2.4, srgb / 12.92), np.float32)


LINEAR_OF_LEVEL: Final = linear_light(np.arange(256, dtype=np.float64) / 255.0)
"""Linear light, 0..1, of each sRGB level."""

LUMINANCE_WEIGHTS: Final[F32] = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Linear R, G, B to relative luminance (ITU-R BT.709)."""

_XYZ_OF_RGB: Final = np.array(
    [[0.412391, 0.357584, 0.180481], [0.212639, 0.715169, 0.072192], [0.019331, 0.119195, 0.950532]], np.float32
)
_WHITE_D65: Final = np.array([0.950456, 1.0, 1.089058], np.float32)
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27


def rgb_to_lab(rgb: Rgb) -> F32:
    """Convert sRGB to CIELAB under D65 (CIE 15:2018, section 8.2.1).

    Parameters
    ----------
    rgb
        uint8 ``(..., 3)``.

    Returns
    -------
    F32
        ``(..., 3)``: L* in 0..100, a* and b* within about +-128.
    """
    linear = LINEAR_OF_LEVEL[rgb]
    xyz = linear @ (_XYZ_OF_RGB / _WHITE_D65[:, None]).T
    f = np.where(xyz > _EPSILON, np.cbrt(xyz), (_KAPPA * xyz + 16) / 116)
    lightness = 116 * f[..., 1] - 16
    return np.stack([lightness, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)
