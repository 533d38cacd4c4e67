"""Moving code changes no number: what encoders decode, their gradients and their searches are as they were."""

from __future__ import annotations

import numpy as np
import pytest

from frozen.values import ENCODERS, PATH, values

FIXED = {"raw-fourier", "fourier", "bspline", "random-subspace"}
CLOSE, TRAINED = 1e-9, 1e-4
"""Other processors round otherwise, and training in float32 carries that further."""


@pytest.mark.parametrize("name", ENCODERS)
def test_that_designs_gradients_and_a_short_run_are_as_they_were(name: str) -> None:
    with np.load(PATH) as file:
        frozen = {key.partition("/")[2]: file[key] for key in file.files if key.partition("/")[0] == name}
    now = values(name)
    assert now.keys() == frozen.keys()
    tolerance = CLOSE if name in FIXED else TRAINED
    for key, array in frozen.items():
        np.testing.assert_allclose(now[key], array, rtol=tolerance, atol=tolerance * np.abs(array).max(), err_msg=key)
