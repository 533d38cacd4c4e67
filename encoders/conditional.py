"""The conditional autoencoder: both networks get the task, and latents describe what the task does not determine."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from encoders.autoencoder import Autoencoder, Loss
from encoders.fields import Field
from encoders.networks import hidden_layers
from encoders.outputs import output
from encoders.stored import stored


class ConditionalAutoencoder(Autoencoder):
    """A variational autoencoder that is conditioned on the tasks that designs were made for.

    It is trained on many tasks, and encodes and decodes for the task of the search. Its prior mean is a design for this
    task without a search.

    Parameters
    ----------
    latent_dim : int
        The dimension k of the latent space.
    loss, beta, hidden, epochs, batch_size, learning_rate
        See `encoders.autoencoder.Autoencoder`.

    References
    ----------
    Sohn, Lee & Yan 2015, Learning structured output representation using deep conditional generative models.
    """

    needs_tasks = True

    def __init__(
        self,
        latent_dim: int = 2,
        loss: Loss = "mse",
        beta: float = 1.0,
        hidden: int | list[int] = 128,
        epochs: int = 100,
        batch_size: int = 128,
        learning_rate: float = 5e-3,
    ) -> None:
        super().__init__(
            latent_dim,
            loss=loss,
            beta=beta,
            hidden=hidden,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
        )

    def _build(self, field: Field, basis: np.ndarray | None) -> nn.ModuleDict:
        last = output(self.output, field.dim, basis)
        codes = self.regulariser.codes * self.latent_dim
        told = len(self._own)
        return nn.ModuleDict(
            {
                "encoder": Told(hidden_layers(field.dim + told, codes, self.widths), field.dim, told),
                "decoder": Told(
                    hidden_layers(self.latent_dim + told, last.n_in, self.widths[::-1]), self.latent_dim, told
                ),
                "output": last,
            }
        )

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        assert self.tasks is not None
        self._own = self.tasks.own
        super()._fit(designs, rng)
        for name in ("encoder", "decoder"):
            self._network[name].get_buffer("own").copy_(torch.as_tensor(self._own))

    def _told(self, data: Tensor) -> Tensor:
        assert self.tasks is not None
        return torch.cat([data, torch.tensor(self.tasks.designs.copy(), dtype=data.dtype)], dim=1)

    def _rebuild(self, batch: Tensor, latents: Tensor, noise: torch.Generator) -> Tensor:
        return super()._rebuild(batch, torch.cat([latents, batch[:, -len(self._own) :]], dim=1), noise)

    def _error(self, rebuilt: Tensor, batch: Tensor) -> Tensor:
        return super()._error(rebuilt, batch[:, : -len(self._own)])

    def _codes(self, designs: np.ndarray) -> np.ndarray:
        """Latents (n, k) of the training designs, each for its own task."""
        return self._network["encoder"](self._told(self._scaled(designs)))[:, : self.latent_dim].numpy()

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take back the weights, and the task."""
        self._own = stored(state, "network.encoder.own", None).astype(float)
        super().restore(state)


class Told(nn.Module):
    """A network that gets the task beside its inputs; without one, it takes the task of the search.

    Attributes
    ----------
    own : Tensor, shape (f,)
        The task at hand.
    """

    own: Tensor

    def __init__(self, network: nn.Module, n_in: int, told: int) -> None:
        super().__init__()
        self.network = network
        self.n_in = n_in
        self.register_buffer("own", torch.zeros(told))

    def forward(self, numbers: Tensor) -> Tensor:
        """What the network gives for numbers (n, n_in), or for numbers and tasks, (n, n_in + f)."""
        if numbers.shape[1] == self.n_in:
            numbers = torch.cat([numbers, self.own.expand(len(numbers), -1)], dim=1)
        return self.network(numbers)
