"""A generative adversarial network (GAN): its generator is the decoder, and optimisation inverts it to encode."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from encoders.autoencoder import Autoencoder
from encoders.fields import Field
from encoders.inversion import inverted
from encoders.networks import hidden_layers
from encoders.outputs import OutputName, output
from encoders.regularisers import normal

BLUR = 0.1
"""Deviation of the noise that the critic sees designs through, in units of theirs: it keeps it from being certain."""


class GAN(Autoencoder):
    """A generative adversarial network over a smooth basis, with a third network that predicts latents from designs.

    A critic learns to distinguish designs from generated ones, and the generator learns to make this impossible. A
    third network predicts the latents of generated designs (InfoGAN), so that no latent is unused. To encode a design,
    the latent that decodes nearest to it is searched for, from the prediction of this network.

    Parameters
    ----------
    latent_dim : int
        The dimension k of the latent space.
    output : {"bspline", "spectral", "direct"}
        What the generator's numbers mean; see `encoders.autoencoder.Autoencoder`.
    information : float
        The weight of the squared error of the predicted latents, at least 0.
    hidden : int
        Width of the hidden layers.
    modes : int
        Of the outputs "spectral" and "bspline".
    epochs, batch_size, learning_rate, device
        See `encoders.autoencoder.Autoencoder`.

    References
    ----------
    Chen, Chiu & Fuge 2020, 2006.12496 (Bézier-GAN, whose rational curves are a fixed basis here); Du, He & Martins
    2020, 10.2514/6.2020-2128 (B-splines); Chen et al. 2016, 1606.03657 (InfoGAN); Jolicoeur-Martineau 2019, 1807.00734
    (designs and generated ones judged in pairs).
    """

    def __init__(
        self,
        latent_dim: int = 8,
        output: OutputName = "bspline",
        information: float = 1.0,
        hidden: int = 128,
        modes: int = 10,
        epochs: int = 100,
        batch_size: int = 128,
        learning_rate: float = 2e-3,
        device: Literal["cpu", "auto"] = "cpu",
    ) -> None:
        super().__init__(
            latent_dim,
            output=output,
            regulariser="none",
            beta=information,
            hidden=hidden,
            modes=modes,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            device=device,
        )

    def _build(self, field: Field, basis: np.ndarray | None) -> nn.ModuleDict:
        last = output(self.output, field.dim, basis)
        widths = 2 * self.widths
        return nn.ModuleDict(
            {
                "encoder": hidden_layers(field.dim, self.latent_dim, widths),
                "decoder": hidden_layers(self.latent_dim, last.n_in, widths),
                "critic": hidden_layers(field.dim, 1, widths),
                "output": last,
            }
        )

    def _cost(self, batch: Tensor, done: float, noise: torch.Generator) -> Tensor:
        critic = self._network["critic"]
        latents = normal(batch[:, :1].expand(-1, self.latent_dim), noise)
        generated = self._rebuild(batch, latents, noise)
        made = generated + BLUR * normal(batch, noise)
        real = critic(batch + BLUR * normal(batch, noise))
        judging = functional.softplus(critic(made.detach()) - real)
        # who is to be deceived does not learn from it
        fixed = {name: weight.detach() for name, weight in critic.named_parameters()}
        deceiving = functional.softplus(real.detach() - functional_call(critic, fixed, (made,)))
        reading = (self._network["encoder"](generated) - latents).square().sum(dim=1)
        return (judging + deceiving).mean() + self.beta * reading.mean()

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) that decode nearest to designs (n, d), searched for from predicted ones."""
        return inverted(self.decode, x, super().encode(x))

    def prior_mean(self) -> np.ndarray:
        """The mean (k,) of the prior: the latents that it was trained on are standard normal."""
        return np.zeros(self.latent_dim)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n latents (n, k) from a standard normal prior."""
        return rng.normal(size=(n, self.latent_dim))
