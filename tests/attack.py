"""An attack on heat-dispersion: designs that its constraints pass and that verification, or the bound, refuses.

Run for long, it is a benchmark (tests/performance/attack.py); in short, a test (tests/problems/test_attack.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
import torch

from bench.optimisers.cmaes import CMAES
from bench.searching.objective import search
from encoders.linear import Linear
from problems import outlines
from problems.base import Evaluation, Verification
from problems.geometry import vertices
from problems.heat_dispersion import HeatDispersion

Goal = Callable[[HeatDispersion, torch.Tensor], torch.Tensor]
Start = Callable[[HeatDispersion, np.random.Generator], np.ndarray]


def _polar(radius, angle):
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def _turn(n, times=1):
    return np.linspace(0, 2 * np.pi * times, n, endpoint=False)


def _waves(n, rng, size):
    order = np.arange(1, 13)
    waves = np.cos(order * _turn(n)[:, None] + rng.uniform(0, 2 * np.pi, 12))
    return waves @ (rng.normal(size=(12, 2)) * size)


def _ribbon(line, width, n, rng):
    shape = max(shapely.get_parts(shapely.LineString(line).buffer(width / 2)), key=shapely.area)
    return outlines.normalise(outlines.resample(shapely.get_coordinates(shape.exterior)[:-1], n, rng.uniform()))


def training(problem, rng):
    return problem.designs(1, rng).reshape(-1, 2)


def noise(problem, rng):
    return _waves(problem.n_vertices, rng, 1.0)


def shaken(problem, rng):
    return training(problem, rng) + rng.normal(size=(problem.n_vertices, 2)) * rng.choice([0.003, 0.01, 0.03])


def spiral(problem, rng):
    angle = np.linspace(0, rng.uniform(3, 5) * np.pi, 400)
    pitch = rng.uniform(0.04, 0.1)
    return _ribbon(_polar(0.2 + pitch * angle, angle), rng.uniform(2, 5.5) * pitch, problem.n_vertices, rng)


def ring(problem, rng):
    """The open ring that attains the bound, more or less thick."""
    thickness = 2 * problem.tools.r * rng.uniform(0.98, 1.06)
    radius = min(0.75, 0.99 * problem.tools.R_c - thickness / 2)
    length = min((1 - np.pi * thickness**2 / 4) / thickness, 2 * np.pi * radius - thickness - 2 * problem.tools.h)
    angle = np.linspace(0, length / radius, 400)
    return _ribbon(_polar(radius, angle), thickness, problem.n_vertices, rng)


def serpent(problem, rng):
    """A ribbon of random curvature, as thick as the tool."""
    curvature = np.polynomial.chebyshev.chebval(np.linspace(-1, 1, 400), rng.normal(size=5) * 2.5)
    limit = 1 / (problem.tools.r + problem.tools.h)
    angle = np.cumsum(np.clip(curvature, -limit, limit)) * 3.4 / 400
    line = np.cumsum(_polar(3.4 / 400, angle), axis=0)
    return _ribbon(line, 2 * problem.tools.r * rng.uniform(0.95, 1.1), problem.n_vertices, rng)


def figure_eight(problem, rng):
    angle = _turn(problem.n_vertices)
    return np.stack([np.cos(angle), rng.uniform(0.3, 1) * np.sin(2 * angle)], axis=-1)


def clockwise(problem, rng):
    return training(problem, rng)[::-1]


def folded(problem, rng):
    """Out along a curve and back on the same line, or nearly."""
    half = problem.n_vertices // 2
    way = np.stack([np.linspace(0, 2, half), np.sin(np.linspace(0, rng.uniform(0, 9), half)) / 2], axis=-1)
    back = np.resize(way[::-1], (problem.n_vertices - half, 2))
    return np.concatenate([way, back + np.array([0, rng.choice([0, 1e-9, 1e-3, 0.05])])])


def duplicated(problem, rng):
    few = outlines.resample(training(problem, rng), problem.n_vertices // int(rng.choice([2, 3, 5])))
    return few[np.arange(problem.n_vertices) * len(few) // problem.n_vertices]


def covered(problem, rng):
    """The star polygon {N/k}, a disc run round k times."""
    return _polar(1.0, _turn(problem.n_vertices, int(rng.integers(2, problem.n_vertices // 2))))


def staggered(problem, rng):
    points = ring(problem, rng) if rng.uniform() < 0.5 else training(problem, rng)
    outward = points - shapely.Polygon(points).representative_point().coords[0]
    sign = np.where(np.arange(len(points)) % 2, 1, -1)[:, None]
    return points + rng.uniform(0.002, 0.03) * sign * outward / np.linalg.norm(outward, axis=1, keepdims=True)


def necked(problem, rng):
    """Two bulbs joined by a neck."""
    angle = _turn(360)
    radius = np.sqrt(np.cos(angle) ** 2 + rng.uniform(0.0, 0.2) ** 2)
    return outlines.normalise(outlines.resample(_polar(radius, angle), problem.n_vertices, rng.uniform()))


def chain(problem, rng):
    """Discs that barely overlap: a union of discs that beats the bound."""
    r, step = problem.tools.r * rng.uniform(1.0, 1.2), rng.uniform(1.6, 1.99)
    discs = [shapely.Point(k * step * r, 0).buffer(r, 32) for k in range(int(rng.integers(2, 9)))]
    points = shapely.get_coordinates(shapely.union_all(discs).exterior)[:-1]
    return outlines.normalise(outlines.resample(points, problem.n_vertices, rng.uniform()))


def needled(problem, rng):
    """A disc with a thin needle, outward or inward."""
    angle = _turn(720)
    radius = 1 + rng.choice([1, -0.8]) * (np.abs(angle - np.pi) < rng.uniform(0.005, 0.05))
    return outlines.normalise(outlines.resample(_polar(radius, angle), problem.n_vertices, rng.uniform()))


def tiny(problem, rng):
    return training(problem, rng) * 1e-6 + 1e-3


def huge(problem, rng):
    return training(problem, rng) * 1e6 - 1e7


STARTS = (
    *(training, noise, shaken, spiral, ring, serpent, figure_eight, clockwise, folded, duplicated, covered),
    *(staggered, necked, chain, needled, tiny, huge),
)


def ratio(problem: HeatDispersion, x: torch.Tensor) -> torch.Tensor:
    """The problem's own objective."""
    return problem.objective(x)


def slenderness(problem: HeatDispersion, x: torch.Tensor) -> torch.Tensor:
    """The least distance across the shape or a gap: what verification measures, and constraints only imply."""
    points = vertices(x)
    size = points.detach().std(dim=(1, 2), keepdim=True)
    across = torch.cdist(points / size, (points + torch.roll(points, -1, dims=1)) / 2 / size)
    step = torch.arange(problem.n_vertices)
    apart = (step[None] - step[:, None]) % problem.n_vertices
    near = torch.minimum(apart, problem.n_vertices - apart) < problem.n_vertices // 8
    return across.masked_fill(near, 9.0).amin(dim=(1, 2)) / 4


def roughness(problem: HeatDispersion, x: torch.Tensor) -> torch.Tensor:
    """The sharpest turns, negative: what costs verification's opening its perimeter."""
    points = vertices(x)
    along = torch.roll(points, -1, dims=1) - points
    along = along / torch.linalg.vector_norm(along, dim=-1, keepdim=True).clamp(min=1e-12)
    return (along * torch.roll(along, 1, dims=1)).sum(dim=-1).mean(dim=1)


GOALS: tuple[Goal, ...] = (ratio, slenderness, roughness)


@dataclass
class Findings:
    """What an attack has seen."""

    evaluated: int = 0
    feasible: int = 0
    largest: float = 0.0
    refused: list[tuple[str, np.ndarray]] = field(default_factory=list)
    sample: list[np.ndarray] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Count what another attack has seen, too."""
        self.evaluated += other.evaluated
        self.feasible += other.feasible
        self.largest = max(self.largest, other.largest)
        self.refused += other.refused
        self.sample += other.sample

    def look(self, problem: HeatDispersion, x: np.ndarray, label: str) -> None:
        """Evaluate designs, and verify every feasible one."""
        evaluation = problem.evaluate(x)
        self.evaluated += len(x)
        sigma = problem.display(evaluation.objective)
        for row in np.flatnonzero(evaluation.feasible):
            self.verify(problem, x[row], float(sigma[row]), label)

    def verify(self, problem: HeatDispersion, x: np.ndarray, sigma: float, label: str) -> Verification:
        """Verify a feasible design, and keep one in fifty."""
        verification = HeatDispersion.verify(problem, x)
        if self.feasible % 50 == 0:
            self.sample.append(x)
        self.feasible += 1
        self.largest = max(self.largest, sigma)
        if not verification.ok:
            self.refused.append((f"{label}: σ = {sigma:.4f}: {'; '.join(verification.reasons)}", x))
        return verification


def modes(n_vertices: int) -> torch.Tensor:
    """Fourier modes (N, N − 1), divided by their order: coordinates in which a step bends an outline smoothly."""
    angle = _turn(n_vertices)
    waves = [f(order * angle) / order for order in range(1, (n_vertices + 1) // 2) for f in (np.cos, np.sin)]
    return torch.from_numpy(np.stack([np.ones(n_vertices), *waves], axis=1))


def ascend(
    problem: HeatDispersion, start: np.ndarray, goal: Goal, steps: int, rate: float, smooth: bool
) -> Iterator[np.ndarray]:
    """Adam on a batch of designs (n, N, 2), in Fourier modes or in vertices, on a penalty that grows; yields each."""
    begun = torch.from_numpy(start)
    to_points = modes(problem.n_vertices) if smooth else torch.eye(problem.n_vertices, dtype=torch.float64)
    move = torch.zeros((len(start), to_points.shape[1], 2), dtype=torch.float64, requires_grad=True)
    size = begun.std(dim=(1, 2), keepdim=True) * 2
    optimiser = torch.optim.Adam([move], lr=rate)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = rate * (1 - step / steps) + 1e-6
        x = (begun + size * (to_points @ move)).flatten(1)
        yield x.detach().numpy()
        violation = problem.constraints(x).clamp(min=0).sum(dim=1)
        loss = goal(problem, x) + 10 ** (2 * step / steps) * violation
        optimiser.zero_grad()
        loss.sum().backward()
        move.grad = torch.nan_to_num(move.grad)
        optimiser.step()


def attack(
    problem: HeatDispersion,
    rng: np.random.Generator,
    starts: Sequence[Start] = STARTS,
    batch: int = 17,
    steps: int = 100,
) -> Findings:
    """Ascend from every kind of start, towards every goal, and verify every feasible design on the way."""
    findings = Findings()
    for goal in GOALS:
        begun = np.stack([starts[k % len(starts)](problem, rng) for k in range(batch)])
        smooth, rate = bool(rng.integers(2)), 10 ** rng.uniform(-3.3, -2)
        for x in ascend(problem, begun, goal, steps, rate, smooth):
            findings.look(problem, x, goal.__name__)
    return findings


class Watched(HeatDispersion):
    """The problem, with an eye on what is verified."""

    findings: Findings

    def verify(self, x: np.ndarray) -> Verification:
        sigma = float(self.display(HeatDispersion.evaluate(self, x[None]).objective)[0])
        return self.findings.verify(self, x, sigma, "CMA-ES")


class Disagreement(Watched):
    """Minimise what an opening with the whole tool leaves of a feasible design, in area and perimeter."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        evaluation = super().evaluate(x)
        return Evaluation(np.array([self._kept(points) for points in x.reshape(len(x), -1, 2)]), evaluation.constraints)

    def _kept(self, points: np.ndarray) -> float:
        shape = shapely.Polygon(points)
        if not shape.is_valid or not shape.area > 0:
            return 1.0
        r = self.tools.r * np.sqrt(shape.area)
        opened = shape.buffer(-r, 4).buffer(r, 4)
        return opened.area / shape.area + opened.length / shape.length


def attack_by_cmaes(kind: type[Watched], settings: dict[str, Any], rng: np.random.Generator, budget: int) -> Findings:
    """Search with CMA-ES in principal components, for much perimeter or for disagreement, and verify would-be bests."""
    problem = kind(**settings)
    problem.findings = Findings()
    names = [training, shaken, ring, serpent, necked, staggered]
    designs = np.concatenate([problem.designs(200, rng), [names[k % 6](problem, rng).ravel() for k in range(200)]])
    encoder = Linear(latent_dim=int(rng.choice([8, 16, 32]))).fit(designs, rng)
    ledger = search(problem, encoder, CMAES(), designs[rng.integers(len(designs))], budget, rng)
    problem.findings.evaluated = ledger.price
    return problem.findings
