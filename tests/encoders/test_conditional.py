"""The conditional autoencoder: what a task says it need not be told by its latent."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from encoders.base import Tasks
from encoders.conditional import ConditionalAutoencoder

RNG = np.random.default_rng(0)
TOLD = RNG.uniform(-1, 1, size=(400, 1))
FREE = RNG.uniform(-1, 1, size=(400, 1))
DESIGNS = np.hstack([TOLD, -TOLD, TOLD**2, FREE, -FREE, FREE**2])


def fitted(own: float) -> ConditionalAutoencoder:
    encoder = ConditionalAutoencoder(latent_dim=1, beta=0.05, hidden=32)
    return encoder.fit(DESIGNS, np.random.default_rng(1), tasks=Tasks(TOLD, np.array([own])))


def test_what_is_decoded_is_of_the_task_at_hand_whatever_the_latent() -> None:
    for own in (-0.7, 0.4):
        encoder = fitted(own)
        designs = encoder.decode(torch.tensor(encoder.sample(50, np.random.default_rng(2)))).numpy()
        assert np.abs(designs[:, 0] - own).mean() < 0.15
        assert np.ptp(designs[:, 3]) > 0.8  # and what the task does not say is left to the latent
        again = ConditionalAutoencoder(latent_dim=1, beta=0.05, hidden=32)
        again.restore(encoder.state())
        np.testing.assert_array_equal(again.encode(DESIGNS), encoder.encode(DESIGNS))


def test_tasks_that_are_missing_or_of_other_designs_are_refused() -> None:
    encoder = ConditionalAutoencoder()
    with pytest.raises(ValueError, match="must be told what each design was made for"):
        encoder.fit(DESIGNS, RNG)
    with pytest.raises(ValueError, match=r"tasks: \(5, 1\) and \(1,\) are not of 400 designs"):
        encoder.fit(DESIGNS, RNG, tasks=Tasks(TOLD[:5], np.zeros(1)))
