"""Type names for the array convention of :mod:`idphoto`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Alpha = NDArray[np.uint8]
Matte = NDArray[np.float32]
Landmarks = NDArray[np.float32]
F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]
F64 = NDArray[np.float64]
