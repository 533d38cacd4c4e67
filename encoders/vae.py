"""Autoencoders of one hidden layer, plain and variational."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from encoders.base import Encoder
from encoders.training import Trainer

MARGIN = 0.05
"""Room at either end of the sigmoid's range, as a share of the designs' extent."""


class Autoencoder(Encoder):
    """A network d → hidden → k → hidden → d with ReLU, trained to reproduce the designs.

    The designs enter moved and divided by one number for all coordinates: to zero mean and unit deviation for "mse",
    into [0, 1] for "bce". Training is in float32, everything after it in float64.

    Parameters
    ----------
    latent_dim : int
        The dimension k of the latent space.
    loss : {"mse", "bce"}
        "mse": squared error and a linear output. "bce": binary cross-entropy and a sigmoid output, which cannot leave
        the box of the training designs by more than 5 % of its width. Either is summed over the coordinates of a
        design and averaged over designs.
    hidden : int
        Width of the hidden layers.
    epochs, batch_size : int
    learning_rate : float
        Of `encoders.training.Trainer`.

    Attributes
    ----------
    progress : bool
        Set it to see a bar with the loss while `fit` trains; False at first.
    """

    def __init__(
        self,
        latent_dim: int = 2,
        loss: Literal["mse", "bce"] = "mse",
        hidden: int = 128,
        epochs: int = 50,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
    ) -> None:
        for name, value in (("latent_dim", latent_dim), ("hidden", hidden)):
            if value < 1:
                raise ValueError(f"{name}: {value} must be at least 1")
        if loss not in ("mse", "bce"):
            raise ValueError(f"loss: '{loss}' must be 'mse' or 'bce'")
        self.latent_dim = latent_dim
        self.loss = loss
        self.hidden = hidden
        self.trainer = Trainer(epochs, batch_size, learning_rate)
        self.progress = False

    @property
    def _n_codes(self) -> int:
        return self.latent_dim

    def _build(self, dim: int) -> nn.ModuleDict:
        def perceptron(n_in: int, n_out: int) -> nn.Sequential:
            return nn.Sequential(nn.Linear(n_in, self.hidden), nn.ReLU(), nn.Linear(self.hidden, n_out))

        return nn.ModuleDict({"encoder": perceptron(dim, self._n_codes), "decoder": perceptron(self.latent_dim, dim)})

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        if self.loss == "mse":
            self._offset, self._unit = float(designs.mean()), float(designs.std())
        else:
            extent = float(np.ptp(designs))
            self._offset, self._unit = float(designs.min()) - MARGIN * extent, (1 + 2 * MARGIN) * extent
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**63)))
            self._network = self._build(designs.shape[1])
        noise = torch.Generator().manual_seed(int(rng.integers(2**63)))
        data = torch.as_tensor((designs - self._offset) / self._unit, dtype=torch.float32)
        self.trainer.fit(self._network, data, lambda batch: self._loss(batch, noise), rng, self.progress)
        self._network.double().requires_grad_(False)

    def _loss(self, batch: Tensor, noise: torch.Generator) -> Tensor:
        return self._reconstruction_loss(batch, self._network["encoder"](batch))

    def _reconstruction_loss(self, batch: Tensor, latents: Tensor) -> Tensor:
        output = self._network["decoder"](latents)
        if self.loss == "mse":
            total = functional.mse_loss(output, batch, reduction="sum")
        else:
            total = functional.binary_cross_entropy_with_logits(output, batch, reduction="sum")
        return total / len(batch)

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) of designs (n, d); for a variational encoder, the means."""
        inputs = torch.as_tensor((np.asarray(x, dtype=float) - self._offset) / self._unit)
        return self._network["encoder"](inputs)[:, : self.latent_dim].numpy()

    def decode(self, z: Tensor) -> Tensor:
        """Designs (n, d) of latents (n, k)."""
        output = self._network["decoder"](z)
        if self.loss == "bce":
            output = torch.sigmoid(output)
        return self._offset + self._unit * output

    def state(self) -> dict[str, np.ndarray]:
        """Weights of the network, and what its inputs are moved and divided by."""
        weights = {name: tensor.numpy() for name, tensor in self._network.state_dict().items()}
        return weights | {"offset": np.array(self._offset), "unit": np.array(self._unit)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take back the weights."""
        weights = {name: torch.as_tensor(array) for name, array in state.items()}
        self._offset, self._unit = weights.pop("offset").item(), weights.pop("unit").item()
        dim = len(weights["decoder.2.bias"])
        if weights["encoder.0.weight"].shape != (self.hidden, dim):  # else a small file might ask for a large network
            raise ValueError("these are the weights of another network")
        with torch.random.fork_rng(devices=[]):
            self._network = self._build(dim).double().requires_grad_(False)
        self._network.load_state_dict(weights)


class VAE(Autoencoder):
    """The variational autoencoder: a normal posterior for each design, drawn towards a standard normal prior.

    The loss is the reconstruction's plus β times the Kullback-Leibler divergence to the prior; β weighs smoothness of
    the latent space against reconstruction, and too large a β leaves latent dimensions unused.

    Parameters
    ----------
    latent_dim, loss, hidden, epochs, batch_size, learning_rate
        See `Autoencoder`.
    beta : float
        The weight β of the divergence, at least 0.

    References
    ----------
    Kingma & Welling 2014, 1312.6114; Higgins et al. 2017 (β-VAE).
    """

    def __init__(
        self,
        latent_dim: int = 2,
        loss: Literal["mse", "bce"] = "mse",
        beta: float = 0.1,
        hidden: int = 128,
        epochs: int = 50,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
    ) -> None:
        super().__init__(latent_dim, loss, hidden, epochs, batch_size, learning_rate)
        if not (beta >= 0 and math.isfinite(beta)):
            raise ValueError(f"beta: {beta} must be at least 0 and finite")
        self.beta = beta

    @property
    def _n_codes(self) -> int:
        return 2 * self.latent_dim

    def _loss(self, batch: Tensor, noise: torch.Generator) -> Tensor:
        mean, log_variance = self._network["encoder"](batch).chunk(2, dim=-1)
        latents = mean + torch.exp(0.5 * log_variance) * torch.randn(mean.shape, generator=noise)
        divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum() / len(batch)
        return self._reconstruction_loss(batch, latents) + self.beta * divergence

    def prior_mean(self) -> np.ndarray:
        """Give the origin."""
        return np.zeros(self.latent_dim)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n latents (n, k) from the standard normal prior."""
        return rng.normal(size=(n, self.latent_dim))
