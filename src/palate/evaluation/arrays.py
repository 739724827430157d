"""The arrays that evaluation passes around; shapes are given where they are used."""

import numpy as np
from numpy.typing import NDArray

BoolVector = NDArray[np.bool_]
IntVector = NDArray[np.int64]
Vector = NDArray[np.float64]
