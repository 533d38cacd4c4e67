"""How a design stands in JSON: as a list that people can read, or packed where it is long; to the last bit."""

from __future__ import annotations

import binascii
import zlib
from base64 import b64decode, b64encode
from typing import Any

import numpy as np

LONG = 5000
"""Variables above which a design is packed: a list takes longer to write and to read, and nobody reads it."""
MOST = 2**25
"""Variables of a packed design; more would be a bomb."""
KEYS = {"variables", "zlib"}


def told(design: np.ndarray | None) -> Any:
    """A design (d,) as rows have it: a list, or the array itself where it is long; None for none."""
    return design if design is None or len(design) > LONG else design.tolist()


def packed(design: Any) -> dict[str, Any]:
    """A long design as JSON may have it; what `json.dumps` is to be given as its ``default``.

    Its bytes are sorted by their place in the number, for only the first ones of neighbours are alike.

    Returns
    -------
    dict
        ``variables``, how many; ``zlib``, their float64 in little-endian order, compressed, in Base64.

    Raises
    ------
    TypeError
        For what is no array of floats, (d,).
    """
    if not isinstance(design, np.ndarray) or design.ndim != 1 or design.dtype.kind != "f":
        raise TypeError(f"{type(design).__name__} {design!r:.40} must be an array of floats, (d,)")
    planes = design.astype("<f8").view(np.uint8).reshape(-1, 8).T
    return {"variables": len(design), "zlib": b64encode(zlib.compress(planes.tobytes(), 1)).decode("ascii")}


def unpacked(design: Any) -> Any:
    """What `packed` was given; all else as it is.

    Raises
    ------
    ValueError
        For what looks packed and is not.
    """
    if not isinstance(design, dict):
        return design
    n, text = design.get("variables"), design.get("zlib")
    if design.keys() != KEYS or type(n) is not int or not 0 < n <= MOST or not isinstance(text, str):
        raise ValueError("a packed design has variables and zlib")
    try:
        reader = zlib.decompressobj()
        planes = reader.decompress(b64decode(text, validate=True), 8 * n)
    except (zlib.error, binascii.Error, ValueError) as error:
        raise ValueError(f"a design cannot be unpacked: {error}") from None
    if len(planes) != 8 * n or not reader.eof:
        raise ValueError(f"a packed design has other than {n} variables")
    return np.frombuffer(planes, np.uint8).reshape(8, n).T.copy().view("<f8").ravel().astype(float)
