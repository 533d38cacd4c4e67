"""Reading what an encoder has stored, which may be of an older form, or of another encoder."""

from __future__ import annotations

import numpy as np


def stored(state: dict[str, np.ndarray], name: str, *shape: int | None) -> np.ndarray:
    """An array of a state by its name; None in the shape that it must have stands for any size.

    Raises
    ------
    ValueError
        If it is not there, or has another shape.
    """
    if name not in state:
        raise ValueError(f"the stored encoder has no '{name}'; one of an older form must be fitted anew")
    array = np.atleast_1d(state[name])  # a single number comes back from a file as an array of one
    fits = len(array.shape) == len(shape)
    if not fits or any(needed not in (None, size) for size, needed in zip(array.shape, shape, strict=True)):
        needed = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"the stored encoder's '{name}' has the shape {array.shape}; it must be ({needed})")
    return array
