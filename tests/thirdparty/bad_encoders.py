"""Encoders that break one promise each, most of them principal components; `NOTICED` says what must be noticed."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from encoders.base import Encoder
from encoders.linear import Linear


class Components(Linear):
    """An encoder that conforms."""

    def __init__(self) -> None:
        super().__init__(4)


class Wasteful(Components):
    """Needs a library that nobody has."""

    libraries = ("library_of_nowhere",)


class Ungrateful(Components):
    """Gives nothing back from its fit."""

    def fit(self, designs: np.ndarray, rng: np.random.Generator, *told: Any) -> None:  # type: ignore[override]
        super().fit(designs, rng, *told)


class Greedy(Components):
    """Centres the designs that it is fitted on in place."""

    def fit(self, designs: np.ndarray, rng: np.random.Generator, *told: Any) -> Encoder:
        designs -= designs.mean(axis=0)
        return super().fit(designs, rng, *told)


class Dimensionless(Components):
    """Has a dimension that is none."""

    def fit(self, designs: np.ndarray, rng: np.random.Generator, *told: Any) -> Encoder:
        super().fit(designs, rng, *told)
        self.latent_dim = 4.0  # type: ignore[assignment]
        return self


class Single(Components):
    """Encodes in float32."""

    def encode(self, x: np.ndarray) -> np.ndarray:
        return super().encode(x).astype(np.float32)


class Short(Components):
    """Decodes all but the last coordinate."""

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return super().decode(z)[:, :-1]


class Centreless(Components):
    """Forgets where the centre is."""

    def fit(self, designs: np.ndarray, rng: np.random.Generator, *told: Any) -> Encoder:
        super().fit(designs, rng, *told)
        self.centre = None
        return self


class Shifted(Components):
    """Searches where no design is."""

    def fit(self, designs: np.ndarray, rng: np.random.Generator, *told: Any) -> Encoder:
        super().fit(designs, rng, *told)
        self.bounds = self.bounds + 1e6  # type: ignore[operator]
        return self


class Inverted(Components):
    """Has its bounds the wrong way round."""

    def fit(self, designs: np.ndarray, rng: np.random.Generator, *told: Any) -> Encoder:
        super().fit(designs, rng, *told)
        self.bounds = self.bounds[::-1]  # type: ignore[index]
        return self


class Scaleless(Components):
    """Has steps of no length."""

    def fit(self, designs: np.ndarray, rng: np.random.Generator, *told: Any) -> Encoder:
        super().fit(designs, rng, *told)
        self.scale = np.zeros(4)
        return self


class Relative(Components):
    """Compares the designs of a batch with one another."""

    def encode(self, x: np.ndarray) -> np.ndarray:
        return super().encode(x) - super().encode(x).mean(axis=0) if len(x) else super().encode(x)


class Ordered(Components):
    """Decodes later latents of a batch otherwise."""

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return super().decode(z) + torch.arange(len(z))[:, None]


class Tiring(Components):
    """Counts how often it was asked for its state."""

    calls = 0

    def state(self) -> dict[str, np.ndarray]:
        self.calls += 1
        return super().state()

    def encode(self, x: np.ndarray) -> np.ndarray:
        return super().encode(x) + self.calls


class Careless(Components):
    """Centres designs in place."""

    def encode(self, x: np.ndarray) -> np.ndarray:
        encoded = super().encode(x)
        if self.bounds is not None:
            x -= 1.0
        return encoded


class Clamping(Components):
    """Clamps latents in place."""

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return super().decode(z.clamp_(-0.1, 0.1) if not z.requires_grad else z)


class Noisy(Components):
    """Draws from nowhere."""

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(designs + 0.01 * np.random.default_rng().normal(size=designs.shape), rng)


class Common(Components):
    """Keeps what it learned in its class."""

    learned: dict[str, Any] = {}  # noqa: RUF012

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.learned["mean"] = designs.mean(axis=0)
        super()._fit(designs, rng)

    def encode(self, x: np.ndarray) -> np.ndarray:
        return super().encode(x - self.learned["mean"])


class Listed(Components):
    """Samples one after another."""

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().sample(n, rng)[0]


class Unrepeatable(Components):
    """Samples from nowhere."""

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().sample(n, np.random.default_rng())


class Scalar(Components):
    """Has one mean for all coordinates."""

    def prior_mean(self) -> np.ndarray:
        return super().prior_mean().mean()


class Doubling(Components):
    """Decodes to designs of twice the size."""

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return 4 * super().decode(z)


class Collapsed(Components):
    """Decodes everything to the mean."""

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return super().decode(0 * z)


class Rounded(Encoder):
    """Claims to be raw, and rounds."""

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.latent_dim = designs.shape[1]

    def encode(self, x: np.ndarray) -> np.ndarray:
        return x.round(2)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return 1 * z

    def state(self) -> dict[str, np.ndarray]:
        return {}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        pass


class Explosive(Components):
    """Overflows away from the designs."""

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        far = (z.abs() > 1.4 * self.reach).any(dim=1, keepdim=True)
        return super().decode(z) / (~far)

    def fit(self, designs: np.ndarray, rng: np.random.Generator, *told: Any) -> Encoder:
        self.reach = torch.tensor(np.inf)
        super().fit(designs, rng, *told)
        self.reach = torch.as_tensor(np.abs(self.encode(designs)).max(axis=0))
        return self

    def state(self) -> dict[str, np.ndarray]:
        return super().state() | {"reach": self.reach.numpy()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        super().restore(state)
        if "reach" in state:
            self.reach = torch.as_tensor(state["reach"])


class Forgetful(Components):
    """Forgets its mean on the way through bytes."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        super().restore(state | {"mean": np.zeros_like(state["mean"])})

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(designs, rng)
        Linear.restore(self, {"mean": designs.mean(axis=0), "basis": self._basis.numpy()})


class Confiding(Components):
    """Has text for a state."""

    def state(self) -> dict[str, np.ndarray]:
        return super().state() | {"remark": np.array("fine")}


class Detached(Components):
    """Keeps a term from autograd."""

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return super().decode(z) + 0.01 * (z.detach() ** 2).sum(dim=1, keepdim=True)


class Superstitious(Components):
    """Depends on the hash seed of its process."""

    def encode(self, x: np.ndarray) -> np.ndarray:
        return super().encode(x) + (hash("superstitious") % 1000) / 1000

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return super().decode(z - (hash("superstitious") % 1000) / 1000)


class Worldly(Components):
    """Seeds Torch's global generator."""

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        torch.manual_seed(int(torch.initial_seed()) + 1)
        super()._fit(designs, rng)


class Boastful(Components):
    """Says that it is confined, and is linear."""

    confined = True


GOOD = (Components,)

NOTICED = {
    Wasteful: "No module named 'library_of_nowhere'",
    Ungrateful: "fit does not return the encoder itself",
    Greedy: "fit changes the designs",
    Dimensionless: "latent_dim: 4.0 must be an integer",
    Single: "float32 of shape (0, 4)",
    Short: "it must be a float64 tensor of shape (0, 24)",
    Centreless: "centre must be finite and of shape (4,) after fit, not NoneType",
    Shifted: "bounds hold 0% of the encoded designs",
    Inverted: "the lower bounds must be below",
    Scaleless: "scale must be positive",
    Relative: "encode gives a row alone something else",
    Ordered: "decode gives something else where the rows come in another order",
    Tiring: "after other calls",
    Careless: "encode changes the designs",
    Clamping: "decode changes the latents",
    Noisy: "a second fit from the same generator",
    Common: "once another encoder of its class is fitted",
    Listed: "sample(16, rng) gives float64 of shape (4,)",
    Unrepeatable: "other latents for the same generator",
    Scalar: "prior_mean() gives float64 of shape ()",
    Doubling: "farther from the designs than their mean",
    Collapsed: "it has collapsed",
    Rounded: "is not x, though k = d",
    Explosive: "not finite within its bounds",
    Forgetful: "an encoder that decodes differently",
    Confiding: "it must be arrays of numbers by their names",
    Detached: "the gradient of decode is wrong",
    Superstitious: "another PYTHONHASHSEED, its latents differ",
    Worldly: "global generator",
    Boastful: "deviations away are decoded out of the box",
}
