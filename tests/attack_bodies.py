"""An attack on heat-dispersion-3d: bodies that its constraints pass and that verification refuses.

Run for long, it is a benchmark (``python tests/attack_bodies.py ROUNDS``); in short, a test.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np

from problems.bodies import families
from problems.bodies.heat_dispersion import HeatDispersion3D
from problems.bodies.verification import verify_printable

Start = Callable[[HeatDispersion3D, np.random.Generator], np.ndarray]


def rest(problem):
    return problem.layout.rest


def training(problem, rng):
    return problem.designs(1, rng).reshape(-1, 3)


def deep(problem, rng):
    """A body of a family, its relief exaggerated."""
    x, _ = families.draw(1, rng, rest(problem), problem.layout.faces, relief=rng.uniform(1.0, 3.0))
    return x.reshape(-1, 3)


def shaken(problem, rng):
    return training(problem, rng) + rng.normal(size=rest(problem).shape) * rng.choice([0.01, 0.03, 0.1])


def noise(problem, rng):
    waves = problem.layout.modes(3 * int(rng.integers(9, 49)))
    return (rng.normal(size=len(waves)) @ waves).reshape(-1, 3)


def wound_twice(problem, rng):
    """The sphere laid twice over itself, branched at its poles: every vertex is on a sphere, and curvatures are its."""
    x, y, z = rest(problem).T
    angle, away = 2 * np.arctan2(y, x), np.hypot(x, y)
    return np.stack([away * np.cos(angle), away * np.sin(angle), z], axis=-1)


def inside_out(problem, rng):
    return -training(problem, rng)


def flat(problem, rng):
    return rest(problem) * [1, 1, rng.choice([0.0, 1e-9, 1e-3, 0.05])]


def folded(problem, rng):
    """A sphere one cap of which is turned in, so that walls lie on each other, or nearly."""
    points = rest(problem).copy()
    height = rng.uniform(-0.3, 0.5)
    above = points[:, 2] > height
    points[above, 2] = 2 * height - points[above, 2] + rng.choice([0.0, 0.02, -0.1])
    return points


def crossed(problem, rng):
    """Two bulbs that have passed through each other."""
    points = rest(problem) * [3.0, 0.5, 0.5]
    angle = np.pi * points[:, 0] / 3.0 * rng.uniform(0.8, 1.2)
    radius = 1.0 + points[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), points[:, 2]], axis=-1)


def needled(problem, rng):
    points = rest(problem).copy()
    points[rng.integers(len(points))] *= rng.choice([-0.9, 0.1, 3.0, 100.0])
    return points


def shifted(problem, rng):
    """Vertices gathered at one side of the sphere, so that edges are long at the other."""
    points = rest(problem) + np.array([0, 0, rng.uniform(0.3, 0.95)])
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def necked(problem, rng):
    points = rest(problem).copy()
    return points * (rng.uniform(0.1, 0.4) + points[:, 2:] ** 2)


def collapsed(problem, rng):
    return rest(problem) * 0.0 + (rng.integers(2, size=rest(problem).shape) if rng.uniform() < 0.5 else 0.0)


STARTS: tuple[Start, ...] = (
    *(training, deep, shaken, noise, wound_twice, inside_out, flat, folded, crossed, needled, shifted, necked),
    collapsed,
)


def ascend(problem: HeatDispersion3D, start: np.ndarray, steps: int, rate: float, smooth: bool) -> Iterator[np.ndarray]:
    """Adam on one body, in smooth modes or in vertices, on a penalty that grows; yields each design (1, d)."""
    size = np.ptp(start) or 1.0
    modes = problem.layout.modes(problem.dim) / np.maximum(1, problem.layout.frequencies(problem.dim))[:, None]
    begun, move = (start / size).ravel(), np.zeros(problem.dim)
    mean, square = np.zeros(problem.dim), np.zeros(problem.dim)
    for step in range(1, steps + 1):
        x = (begun + (move @ modes if smooth else move))[None]
        yield x
        _, field, pullback = problem.linearise_field(x)
        penalty = 10 ** (2 * step / steps - 1)
        slope = np.nan_to_num(pullback(np.ones(1), penalty * (field > 0)))[0]
        slope = modes @ slope if smooth else slope
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        usual = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-12)
        move = move - rate * (1.02 - step / steps) * usual


def attack(problem: HeatDispersion3D, rng: np.random.Generator, start: Start, steps: int) -> tuple[int, float, list]:
    """Ascend from a start; how many designs were feasible, the largest σ, and what verification refused."""
    feasible, largest, refused = 0, 0.0, []
    for x in ascend(problem, start(problem, rng), steps, 10 ** rng.uniform(-3, -2), bool(rng.integers(2))):
        evaluation = problem.evaluate(x)
        if not evaluation.feasible[0]:
            continue
        feasible += 1
        sigma = float(problem.display(evaluation.objective)[0])
        largest = max(largest, sigma)
        found = verify_printable(x[0], problem.faces, problem.r, problem.h, problem.R_c)
        if not found.ok:
            refused.append((f"{start.__name__}: σ = {sigma:.4f}: {'; '.join(found.reasons)}", x[0]))
    return feasible, largest, refused


def main(rounds: int, subdivisions: int = 3, steps: int = 200) -> None:
    problem, rng = HeatDispersion3D(subdivisions), np.random.default_rng(0)
    for _ in range(rounds):
        for start in STARTS:
            feasible, largest, refused = attack(problem, rng, start, steps)
            print(
                f"{start.__name__:12} {feasible:5} {largest:.4f} {len(refused)}",
                *(r[0] for r in refused[:2]),
                flush=True,
            )
            if refused:
                np.save(f"/tmp/refused_{start.__name__}.npy", refused[0][1])


if __name__ == "__main__":
    main(int(sys.argv[1]))
