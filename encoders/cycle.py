"""Adam on one cycle, as `torch.optim` has both, but without the compiler that its classes import before the first step.

That takes longer than to train a small network, and every worker process would do it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

RISE = 0.3
"""The share of the steps in which the rate rises."""
BELOW, LAST = 25.0, 1e4
"""How many times less than the highest rate the first one is, and than that one the last."""
MOMENTA = (0.95, 0.85)
"""The decay of Adam's first moment where the rate is low, and where it is highest."""
SECOND, EPSILON = 0.999, 1e-8


class Cycle:
    """Steps of Adam, the rate up and then down to nothing, and the momentum the other way.

    Parameters
    ----------
    groups : sequence of (list of Parameter, float)
        Weights, and the highest rate of each group.
    steps : int
        How many there will be.

    Attributes
    ----------
    done : int
        How many there have been.
    """

    def __init__(self, groups: Sequence[tuple[list[nn.Parameter], float]], steps: int) -> None:
        self.done = 0
        self._steps = steps
        self._groups = [([_State(weight) for weight in weights], rate) for weights, rate in groups]

    def forget(self) -> None:
        """Forget the gradients."""
        for states, _ in self._groups:
            for state in states:
                state.weight.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move the weights along their gradients."""
        momentum = self._now(MOMENTA[0], MOMENTA[1], MOMENTA[0])
        for states, highest in self._groups:
            moved = [(state, state.weight.grad) for state in states if state.weight.grad is not None]
            adam(
                [state.weight for state, _ in moved],
                [gradient for _, gradient in moved],
                [state.first for state, _ in moved],
                [state.second for state, _ in moved],
                [],
                [state.count for state, _ in moved],
                fused=True,
                amsgrad=False,
                beta1=momentum,
                beta2=SECOND,
                lr=self._now(highest / BELOW, highest, highest / BELOW / LAST),
                weight_decay=0.0,
                eps=EPSILON,
                maximize=False,
            )
        self.done += 1

    def _now(self, first: float, middle: float, last: float) -> float:
        """What goes from the first to the middle value and on to the last, at the present step."""
        turn = RISE * self._steps - 1
        if self.done <= turn:
            return _eased(first, middle, self.done / turn)
        return _eased(middle, last, (self.done - turn) / (self._steps - 1 - turn))


class _State:
    """A weight, the moments of its gradients, and how many they are of."""

    def __init__(self, weight: nn.Parameter) -> None:
        self.weight = weight
        self.first: Tensor = torch.zeros_like(weight)
        self.second: Tensor = torch.zeros_like(weight)
        self.count = torch.zeros((), dtype=torch.float32, device=weight.device)


def _eased(start: float, end: float, share: float) -> float:
    """Between two values, along half a cosine."""
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)
