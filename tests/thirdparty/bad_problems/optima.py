"""Problems with one thing wrong each: targets, gradients, optima and other processes; `NOTICED` says what."""

from __future__ import annotations

import numpy as np
import torch

from bench.checks import Bowl
from problems.base import DifferentiableProblem, Evaluation, Verification
from thirdparty.bad_problems.good import Valley


class Backwards(Valley):
    """Asks for the hard target first."""

    targets = (0.5, 1.0)


class Hopeful(Bowl):
    """Asks for more than there is."""

    targets = (0.1, -0.1)


class Lying(Bowl):
    """Keeps a term from autograd."""

    def objective(self, x: torch.Tensor) -> torch.Tensor:
        return super().objective(x) + (x.detach() ** 3).sum(dim=-1)


class Detached(DifferentiableProblem):
    """Has a constraint in NumPy, which autograd does not see."""

    name, dim, bounds = "detached", 2, np.array([[-1.0] * 2, [1.0] * 2])

    def objective(self, x: torch.Tensor) -> torch.Tensor:
        return (x**2).sum(dim=-1)

    def constraints(self, x: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(np.sin(x.detach().numpy()))


class Steep(DifferentiableProblem):
    """Has no gradient where its designs are."""

    name, dim = "steep", 2

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.stack([rng.uniform(1, 2, n), np.zeros(n)], axis=1)

    def objective(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, 0] + torch.sqrt(x[:, 1].abs())


class TwoFaced(Bowl):
    """Evaluates something else than it differentiates."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        return Evaluation(2 * whole.objective, whole.constraints)


class Proud(Bowl):
    """Declares an optimum that random points beat."""

    optimum = 100.0


class Modest(Bowl):
    """Declares an optimum that only a search beats."""

    optimum = 1e-3


class Boasting(Bowl):
    """Declares an optimal design that is none."""

    def __init__(self) -> None:
        super().__init__()
        self.optimal_design = np.zeros(5)


class Misplaced(Bowl):
    """Declares an optimal design of other variables."""

    optimal_design = np.full(3, 0.5)


class Unspoken(Bowl):
    """Declares an optimal design, but not how good it is."""

    optimum = None
    optimal_design = np.full(5, 0.5)


class Forbidden(Bowl):
    """Declares an optimal design that its constraint forbids."""

    optimal_design = np.full(5, 0.5)

    def constraints(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :1]


class Unverified(Bowl):
    """Declares an optimal design that is not verified."""

    optimal_design = np.full(5, 0.5)

    def verify(self, x: np.ndarray) -> Verification:
        ok = bool(np.isfinite(x).all()) and not np.allclose(x, 0.5)
        return Verification(ok, () if ok else ("too good",))


class Superstitious(Valley):
    """Depends on the hash seed of its process."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().designs(n, rng) + (hash("superstitious") % 1000) / 1000


class Worldly(Valley):
    """Draws its designs from NumPy's global generator, and hides it."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        np.random.rand()  # noqa: NPY002
        return super().designs(n, rng)


NOTICED = {
    Backwards: "must fall, from easy to hard",
    Hopeful: "-0.1 is beyond the optimum, which is displayed as 0",
    Lying: "the gradient of its objective is wrong",
    Detached: "the gradient of its constraints is wrong",
    Steep: "its gradient is not finite at a design",
    TwoFaced: "other values than objective and constraints do",
    Proud: "beats the declared optimum 100",
    Modest: "beats the declared optimum 0.001",
    Boasting: "has the objective 1.25, not the optimum 0",
    Misplaced: "optimal_design has shape (3,)",
    Unspoken: "an optimal design but no optimum",
    Forbidden: "its optimal design is not feasible",
    Unverified: "is not verified: too good",
    Superstitious: "another PYTHONHASHSEED, its designs for reference differ",
    Worldly: "global generator",
}
