"""Arrays that NumPy has saved: .npy and .npz."""

from __future__ import annotations

from pathlib import Path

import numpy as np

PICKLED = (
    "it holds Python objects, which are not loaded, since they may run code; outlines of different lengths go into an "
    ".npz file with an array each, into JSON, or into one array padded with NaN"
)


def read_npy(path: Path) -> list[np.ndarray]:
    """The array of a .npy file."""
    try:
        return [_numeric(np.load(path, allow_pickle=False))]
    except ValueError as error:
        raise ValueError(PICKLED if "allow_pickle" in str(error) else str(error)) from None


def read_npz(path: Path) -> list[np.ndarray]:
    """The arrays of a .npz file, in its order: one of all designs, or one for each outline."""
    import zipfile

    try:
        with np.load(path, allow_pickle=False) as file:
            return [_numeric(file[name]) for name in file.files]
    except ValueError as error:
        raise ValueError(PICKLED if "allow_pickle" in str(error) else str(error)) from None
    except (zipfile.BadZipFile, AttributeError):
        raise ValueError("it is no .npz file") from None


def _numeric(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "fiub":
        raise ValueError(f"it holds {array.dtype}, not real numbers")
    return array
