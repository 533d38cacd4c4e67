"""Problems whose layouts break one promise each; `NOTICED` says what must be noticed."""

from __future__ import annotations

import numpy as np

from problems.layouts import Outline
from thirdparty.fields import Plate


class Sidelong(Plate):
    """Has the layout of something else."""

    def __init__(self) -> None:
        super().__init__()
        self.layout = Outline(11)


class Ring(Outline):
    """An outline of twelve vertices that conforms."""

    def __init__(self) -> None:
        super().__init__(12)


class Twisted(Ring):
    """Has more axes than a design."""

    closed = (True, True, False)  # type: ignore[assignment]


class Restless(Ring):
    """Has more modes that only move it than modes."""

    still = 25


class Stretched(Ring):
    """Has modes of another length."""

    def modes(self, n: int) -> np.ndarray:
        return 2 * super().modes(n)


class Stingy(Ring):
    """Gives all modes but one."""

    def modes(self, n: int) -> np.ndarray:
        return super().modes(n)[:-1]


class Fickle(Ring):
    """Gives modes of one sign, and then of the other."""

    sign = 1

    def modes(self, n: int) -> np.ndarray:
        Fickle.sign *= -1
        return Fickle.sign * super().modes(n)


class Reversed(Ring):
    """Begins with the highest of those that are asked for."""

    def modes(self, n: int) -> np.ndarray:
        return super().modes(n)[::-1].copy()


class Signed(Ring):
    """Has frequencies below zero."""

    def frequencies(self, n: int) -> np.ndarray:
        return -super().frequencies(n)


class Endless(Ring):
    """Gives all frequencies whatever is asked for."""

    def frequencies(self, n: int) -> np.ndarray:
        return super().frequencies(24)


class _OnLayout(Plate):
    ring: type[Ring]

    def __init__(self) -> None:
        super().__init__()
        self.layout = self.ring()


def _on(ring: type[Ring]) -> type[_OnLayout]:
    problem = type(f"On{ring.__name__}", (_OnLayout,), {"ring": ring, "__module__": __name__})
    globals()[problem.__name__] = problem  # so that another process can import it
    return problem


NOTICED = {
    Sidelong: "layout.shape: (11, 2) is of 22 coordinates; designs have 24",
    _on(Twisted): "says something of more axes",
    _on(Restless): "layout.still: 25 must be at least 0 and at most 24",
    _on(Stretched): "not orthonormal",
    _on(Stingy): "layout.modes(1) gives float64 of shape (0, 24)",
    _on(Fickle): "gives others at a second call",
    _on(Reversed): "fewer layout.modes are not the first of more",
    _on(Signed): "must be at least 0, and rise",
    _on(Endless): "layout.frequencies(0) gives float64 of shape (24,)",
}
