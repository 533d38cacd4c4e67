"""Problems with one thing wrong each: attributes, designs and instances; `NOTICED` says what."""

from __future__ import annotations

import numpy as np

from problems.base import Evaluation, Problem, Verification
from thirdparty.bad_problems.good import Valley


class Nameless(Problem):
    """Forgets to say how many variables it has."""

    name = "nameless"

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation(x.sum(axis=1), np.zeros((len(x), 0)))


class Rewarded(Valley):
    """Pays for broken constraints."""

    penalty = -1.0


class Inverted(Valley):
    """Has its bounds the wrong way round."""

    bounds = Valley.bounds[::-1]


class Flat(Valley):
    """Has bounds for all variables together."""

    bounds = np.array([-1.0, 3.0])


class Pretender(Valley):
    """Says that it has gradients."""

    differentiable = True


class Homeless(Valley):
    """Has neither designs nor bounds."""

    bounds = None

    def designs(self, n: int, rng: np.random.Generator) -> None:
        return None


class Narrow(Valley):
    """Draws designs of too few variables."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().designs(n, rng)[:, :2]


class Generous(Valley):
    """Draws more designs than were asked for."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().designs(n + 1, rng)


class Stingy(Valley):
    """Draws half of what is asked for."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().designs((n + 1) // 2, rng)


class Holey(Valley):
    """Draws designs with holes."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.where(rng.random((n, 3)) < 0.5, np.nan, super().designs(n, rng))


class Restless(Valley):
    """Draws designs of its own choice."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().designs(n, np.random.default_rng())


class Sharing(Valley):
    """Gives away the designs that it keeps."""

    def __init__(self) -> None:
        self.stock = super().designs(8, np.random.default_rng(0))

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.stock[:n]


class Shifting(Valley):
    """Is another problem in each instance."""

    shift = 0.0

    def instance(self, rng: np.random.Generator) -> Shifting:
        other = Shifting()
        other.shift = float(rng.random())
        return other

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation(super().evaluate(x).objective + self.shift, super().evaluate(x).constraints)


class Turning(Valley):
    """Turns itself where it should turn its instance."""

    turn = 0.0

    def instance(self, rng: np.random.Generator) -> Turning:
        self.turn += float(rng.random())
        return self

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().designs(n, rng) + self.turn


class Changeable(Valley):
    """Draws its instances from nowhere."""

    turn = 0.0

    def instance(self, rng: np.random.Generator) -> Changeable:
        other = Changeable()
        other.turn = float(np.random.default_rng().random())
        return other

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super().designs(n, rng) + self.turn


class Vanishing(Valley):
    """Gives something else for an instance."""

    def instance(self, rng: np.random.Generator) -> None:  # type: ignore[override]
        return None


class Bare(Valley):
    """Has designs itself, but none in its instances."""

    def instance(self, rng: np.random.Generator) -> Homeless:  # type: ignore[override]
        other = Homeless()
        other.bounds = Valley.bounds
        return other


class Impossible(Valley):
    """Asks too much of everybody."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        return Evaluation(whole.objective, whole.constraints + 10)


class Strict(Valley):
    """Verifies nothing."""

    def verify(self, x: np.ndarray) -> Verification:
        return Verification(False, ("no",))


class Few(Valley):
    """Draws from forty designs, so that training sees whatever a search could start from."""

    rows = np.random.default_rng(0).uniform(0, 2, (40, 3))

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.rows[rng.integers(0, 40, n)]


class Undefined(Valley):
    """Has no values."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation(np.full(len(x), np.inf), np.zeros((len(x), 0)))

    def display(self, objective: np.ndarray) -> np.ndarray:
        return objective


NOTICED = {
    Nameless: "dim is missing",
    Rewarded: "penalty: -1.0 must be a positive number",
    Inverted: "the lower ones below",
    Flat: "bounds: float64 of shape (2,) must be",
    Pretender: "must be True for a DifferentiableProblem, and for no other",
    Homeless: "neither designs nor bounds",
    Narrow: "it must be float64 of shape (8, 3)",
    Generous: "designs(8, rng) gives 9 designs",
    Stingy: "gives only 4 designs, though it has more",
    Holey: "designs gives designs that are not finite",
    Restless: "other designs for the same generator",
    Sharing: "returns arrays that it keeps",
    Shifting: "an instance gives a design other values",
    Turning: "changes the designs of the problem itself",
    Changeable: "another instance for the same generator",
    Vanishing: "instance gives None",
    Bare: "must have designs if the problem has some",
    Impossible: "none of 256 designs can be the start of a search: 256 infeasible or failed",
    Strict: "refused by verification",
    Few: "256 among the training designs",
    Undefined: "none of 256 designs has a finite objective",
}
