"""What is known of heated bodies in closed form; lengths are in units of √A, and the source of heat is 1."""

from __future__ import annotations

import math

RADIUS = math.pi**-0.5
"""Of the disc of unit area."""


def disc(biot: float, maximum: bool = False) -> float:
    """Mean or largest temperature of the disc, which is the warmest of all bodies (Bucur & Giacomini 2015).

    Parameters
    ----------
    biot : float
        The Biot number Bi = h √A / k.
    maximum : bool
        Whether the largest is meant, which is in the middle.
    """
    return RADIUS / (2 * biot) + RADIUS**2 / (4 if maximum else 8)


def isothermal(perimeter: float, biot: float) -> float:
    """The mean temperature of a body whose conductivity is infinite, 1 / (Bi P), below which none is."""
    return 1 / (biot * perimeter)


def coolest(perimeter: float, depth: float, biot: float) -> float:
    """A mean temperature below which there is no body of unit area whose inner parallel curves are whole.

    With Dirichlet's principle, ū >= 2∫v dA − ∫|∇v|² dA − Bi ∮v² ds for every v, of which the best that depends on the
    distance t to the boundary alone is taken: 1/(Bi P) + ∫ A(t)²/ℓ(t) dt, with ℓ = P − 2πt the length of the inner
    parallel curve and A = 1 − Pt + πt² the area within it.

    Parameters
    ----------
    perimeter : float
        P.
    depth : float
        How deep every such curve is one closed curve, at most P/(2π); nothing is gained beyond.
    biot : float
    """
    from scipy.integrate import quad

    def fall(t: float) -> float:
        return (1 - perimeter * t + math.pi * t * t) ** 2 / (perimeter - 2 * math.pi * t)

    return isothermal(perimeter, biot) + float(quad(fall, 0, depth)[0])
