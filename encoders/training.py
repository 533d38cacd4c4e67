"""Training of a small network: minibatches, Adam, a display of its progress."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn


@dataclass(frozen=True)
class Trainer:
    """Minimise the mean loss of minibatches with Adam; the classic setting by default.

    Attributes
    ----------
    epochs, batch_size : int
    learning_rate : float
    """

    epochs: int = 50
    batch_size: int = 32
    learning_rate: float = 1e-3

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "learning_rate"):
            value = getattr(self, name)
            if not (value > 0 and math.isfinite(value)):
                raise ValueError(f"{name}: {value} must be positive and finite")

    def fit(
        self,
        model: nn.Module,
        data: Tensor,
        loss: Callable[[Tensor], Tensor],
        rng: np.random.Generator,
        progress: bool = False,
    ) -> float:
        """Train `model` in place on the rows of `data`.

        Parameters
        ----------
        model : Module
        data : Tensor, shape (n, d)
        loss : callable
            The mean loss of a minibatch, differentiable in the model's parameters.
        rng : Generator
            Shuffles the rows, anew in each epoch.
        progress : bool
            Whether a bar with the latest epoch's loss is shown on standard error.

        Returns
        -------
        float
            The mean loss of the last epoch.

        Raises
        ------
        FloatingPointError
            As soon as the loss of an epoch is not finite.
        """
        optimiser = torch.optim.Adam(model.parameters(), lr=self.learning_rate, fused=True)
        mean = math.nan
        with _bar(progress) as bar:
            task = bar.add_task("training", total=self.epochs, loss=mean)
            for epoch in range(1, self.epochs + 1):
                total = torch.zeros((), dtype=torch.float64)
                for rows in torch.as_tensor(rng.permutation(len(data))).split(self.batch_size):
                    optimiser.zero_grad(set_to_none=True)
                    batch_loss = loss(data[rows])
                    batch_loss.backward()
                    optimiser.step()
                    total += batch_loss.detach() * len(rows)
                mean = total.item() / len(data)
                if not math.isfinite(mean):
                    raise FloatingPointError(f"the training loss is {mean} in epoch {epoch}; it must stay finite")
                bar.update(task, advance=1, loss=mean)
        return mean


def _bar(shown: bool) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4g}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), disable=not shown)
