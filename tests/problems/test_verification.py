from __future__ import annotations

import numpy as np
import pytest

from problems.verification import verify_outline

ANGLE = 2 * np.pi * np.arange(40) / 40
CIRCLE = np.stack([np.cos(ANGLE), np.sin(ANGLE)], axis=-1)
EIGHT = np.stack([np.sin(ANGLE), np.sin(2 * ANGLE)], axis=-1)


@pytest.mark.parametrize("scale", [1e-200, 1e-6, 1.0, 1e6, 1e200])
def test_a_circle_passes_at_any_size(scale: float) -> None:
    assert verify_outline(scale * CIRCLE.ravel()).ok


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (CIRCLE[::-1], "clockwise"),
        (EIGHT, "simple"),
        (np.concatenate([CIRCLE, CIRCLE]), "simple"),
        (np.zeros((10, 2)), "coincide"),
        (np.full((10, 2), np.nan), "finite"),
        (np.stack([ANGLE, 0 * ANGLE], axis=-1), "simple"),
    ],
)
def test_what_is_no_shape_is_refused_in_words(points: np.ndarray, said: str) -> None:
    verification = verify_outline(points.ravel())
    assert not verification.ok
    assert any(said in reason for reason in verification.reasons)
