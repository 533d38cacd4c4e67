"""Training of a network: minibatches, Adam, a display of its progress."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn

FAN_IN = 256
"""Inputs of a weight matrix up to which it learns at the full rate, such as suits the networks of the defaults."""
LEAP = 10.0
"""A gradient is cut where it is so many times as long as the gradients before it were on average."""
MEMORY = 0.98
"""Of that average, from one step to the next."""
HELD_OUT = 0.1
"""The share of the rows that is not trained on where training may stop early."""


@dataclass(frozen=True)
class Trainer:
    """Minimise the mean loss of minibatches with Adam, the learning rate on one cycle: up, then down to nothing.

    The cycle allows larger batches and higher rates than the usual 32 and 10⁻³, for the same loss in less time. Adam
    moves each weight by about the rate, so the sum of a neuron moves in proportion to its number of inputs. Therefore a
    weight matrix of more than `FAN_IN` inputs learns at a rate that is smaller in proportion. With this, and with very
    large gradients shortened, a rate for a small network suits a wide one too.

    Attributes
    ----------
    epochs : int
        0 for no training at all.
    batch_size : int
    learning_rate : float
        The highest rate of the cycle, for weights with few inputs.
    device : {"cpu", "auto"}
        "auto" for a GPU, if there is one.
    patience : int or None
        Training stops after so many epochs without a lower loss of held-out rows (a tenth); the network of the best
        epoch is kept. None to train on all rows to the end.

    References
    ----------
    Kingma & Ba 2015, 1412.6980 (Adam); Smith & Topin 2019, 1708.07120 (the cycle); Yang et al. 2021, 2203.03466 (the
    rate by the number of inputs); Pascanu et al. 2013, 1211.5063 (gradients cut).
    """

    epochs: int
    batch_size: int
    learning_rate: float
    device: Literal["cpu", "auto"] = "cpu"
    patience: int | None = None

    def __post_init__(self) -> None:
        for name, value, least in (
            ("epochs", self.epochs, 0),
            ("batch_size", self.batch_size, 1),
            ("patience", self.patience, 1),
        ):
            if value is not None and value < least:
                raise ValueError(f"{name}: {value} must be at least {least}")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate: {self.learning_rate} must be positive and finite")

    def fit(
        self,
        model: nn.Module,
        data: Tensor,
        loss: Callable[[Tensor, float], Tensor],
        rng: np.random.Generator,
        progress: bool = False,
        watch: Callable[[], object] | None = None,
    ) -> float:
        """Train `model` in place on the rows of `data`.

        Parameters
        ----------
        model : Module
            On the CPU, before and after.
        data : Tensor, shape (n, d)
        loss : callable
            The mean loss of a minibatch, differentiable in the model's parameters; it is also told which share of the
            training is done.
        rng : Generator
            Shuffles the rows, anew in each epoch.
        progress : bool
            Whether a bar with the latest epoch's loss is shown on standard error.
        watch : callable, optional
            Called after every epoch.

        Returns
        -------
        float
            The mean loss of the last epoch; NaN if there was none.

        Raises
        ------
        FloatingPointError
            As soon as the loss of an epoch is not finite.
        """
        mean = math.nan
        if self.epochs == 0:
            return mean
        device = torch.device("cuda" if self.device == "auto" and torch.cuda.is_available() else "cpu")
        trained, judge = data.to(device), None
        if self.patience is not None and len(data) > 1:
            order, held = torch.as_tensor(rng.permutation(len(data))), math.ceil(HELD_OUT * len(data))
            judge = _Judge(self.patience, trained[order[:held]])
            trained = trained[order[held:]]
        groups = _by_inputs(model.to(device), self.learning_rate)
        optimiser = torch.optim.Adam(groups, fused=True)
        steps = self.epochs * math.ceil(len(trained) / self.batch_size)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, [group["lr"] for group in groups], steps)
        weights = [weight for group in groups for weight in group["params"]]
        usual: Tensor | None = None
        with _bar(progress) as bar:
            task = bar.add_task("training", total=self.epochs, loss=mean)
            for epoch in range(1, self.epochs + 1):
                total = torch.zeros((), dtype=torch.float64, device=device)
                for rows in torch.as_tensor(rng.permutation(len(trained))).split(self.batch_size):
                    optimiser.zero_grad(set_to_none=True)
                    batch_loss = loss(trained[rows], cycle.last_epoch / steps)
                    batch_loss.backward()
                    usual = _cut(weights, usual)
                    optimiser.step()
                    cycle.step()
                    total += batch_loss.detach() * len(rows)
                mean = total.item() / len(trained)
                if not math.isfinite(mean):
                    raise FloatingPointError(f"the training loss is {mean} in epoch {epoch}; it must stay finite")
                bar.update(task, advance=1, loss=mean)
                if watch is not None:
                    watch()
                if judge is not None and judge.has_seen_enough(model, loss):
                    break
        if judge is not None:
            judge.restore(model)
        model.to("cpu")
        return mean


class _Judge:
    """Whether a network still learns what rows say that it is not trained on; it keeps the best weights.

    Parameters
    ----------
    patience : int
        Epochs without a better loss after which there is nothing more to learn.
    rows : Tensor, shape (m, d)
    """

    def __init__(self, patience: int, rows: Tensor) -> None:
        self._patience, self._rows = patience, rows
        self._best: dict[str, Any] = {}
        self._least, self._since = math.inf, 0

    def has_seen_enough(self, model: nn.Module, loss: Callable[[Tensor, float], Tensor]) -> bool:
        """Look at a network after an epoch."""
        with torch.no_grad():
            found = float(loss(self._rows, 1.0))
        self._since += 1
        if found < self._least:
            self._best, self._least, self._since = copy.deepcopy(model.state_dict()), found, 0
        return self._since >= self._patience

    def restore(self, model: nn.Module) -> None:
        """Give the network the best weights back."""
        if self._best:
            model.load_state_dict(self._best)


def _by_inputs(model: nn.Module, rate: float) -> list[dict[str, Any]]:
    """The parameters of a network by how many inputs they weigh, each group with its rate."""
    groups: dict[float, list[nn.Parameter]] = {}
    for weight in model.parameters():
        inputs = weight[0].numel() if weight.ndim > 1 else 1
        groups.setdefault(min(1.0, FAN_IN / inputs), []).append(weight)
    return [{"params": weights, "lr": share * rate} for share, weights in groups.items()]


def _cut(weights: list[nn.Parameter], usual: Tensor | None) -> Tensor:
    """Shorten a gradient that leaps, in place; gives the usual length of a gradient from now on."""
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    length = torch.nn.utils.get_total_norm(gradients)
    if usual is None:
        return length
    allowed = torch.minimum(length, LEAP * usual)
    torch._foreach_mul_(gradients, allowed / length.clamp(min=1e-30))
    return MEMORY * usual + (1 - MEMORY) * allowed


def _bar(shown: bool) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4g}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), disable=not shown)
