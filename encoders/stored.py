"""Reading what an encoder has stored, which may be of an older form, or of another encoder."""

from __future__ import annotations

import numpy as np


def stored(state: dict[str, np.ndarray], name: str, dimensions: int) -> np.ndarray:
    """An array of a state by its name.

    Raises
    ------
    ValueError
        If it is not there, or has another number of dimensions.
    """
    if name not in state:
        raise ValueError(f"the stored encoder has no '{name}'; one of an older form must be fitted anew")
    array = np.asarray(state[name])
    if array.ndim != dimensions:
        raise ValueError(f"the stored encoder's '{name}' has the shape {array.shape}; it must have {dimensions} axes")
    return array
