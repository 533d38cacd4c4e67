"""The long attack on heat-dispersion, and how much room it leaves to verification.

python tests/performance/long_attack.py [EVALUATIONS] [SEED]; 10⁶ take about twenty minutes on one core. Exits with 1
if a feasible design was found that verification, or the bound on verified designs, refuses. Room is how much larger
the tools of verification could be before they refuse any of the feasible designs (of which one in fifty is tried).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
import attack

from problems.heat_dispersion import HeatDispersion
from problems.manufacturing import Tools
from problems.verification import KEPT, SLACK, objections, verified_share

SETTINGS: list[dict[str, Any]] = [
    {},
    {"R_c": 0.75},
    {"n_vertices": 200},
    {"n_vertices": 60},
    {"n_vertices": 200, "R_c": 0.75},
    {"r": 0.2, "h": 0.05},
    {"n_vertices": 150, "r": 0.1, "h": 0.12},
]
BATCH, STEPS, BUDGET = 4 * len(attack.STARTS), 150, 3000


def attacks(settings: dict[str, Any], rng: np.random.Generator) -> Iterator[attack.Findings]:
    """Attack one setting by gradients, and by CMA-ES towards either goal."""
    yield attack.attack(HeatDispersion(**settings), rng, batch=BATCH, steps=STEPS)
    for kind in (attack.Watched, attack.Disagreement):
        yield attack.attack_by_cmaes(kind, settings, rng, BUDGET)


def room(problem: HeatDispersion, design: np.ndarray, share: float) -> float:
    """How much larger than verification's the tools may be that a design still suits, as a factor, in steps of 1 %."""
    tools = problem.tools
    for factor in np.arange(1.01, 1.2, 0.01):
        if objections(design, factor * share * tools.r, factor * share * tools.h, tools.R_c):
            return factor - 0.01
    return 1.2


def main() -> int:
    """Attack all settings in turn until so many designs are evaluated, and print what was found."""
    evaluations, seed = (
        int(float(sys.argv[1])) if len(sys.argv) > 1 else 10**6,
        int(sys.argv[2]) if len(sys.argv) > 2 else 0,
    )
    torch.set_num_threads(1)
    rng, begun, rounds = np.random.default_rng(seed), time.perf_counter(), 0
    found = [attack.Findings() for _ in SETTINGS]
    while sum(findings.evaluated for findings in found) < evaluations:
        for settings, findings in zip(SETTINGS, found, strict=True):
            for part in attacks(settings, rng):
                findings.add(part)
        rounds += 1
    failed = False
    heads = f"{'evaluated':>10} {'feasible':>9} {'σ':>7} {'bound':>7} {'proved':>7} {'share':>6} {'room':>5} refused"
    print(f"{'setting':45} {heads}")
    for settings, findings in zip(SETTINGS, found, strict=True):
        problem = HeatDispersion(**settings)
        tools = problem.tools
        share = verified_share(tools.r, tools.h, problem.n_vertices)
        proved = Tools(share * tools.r, tools.h, tools.R_c).bound / KEPT
        least = min((room(problem, x, share) for x in findings.sample), default=np.nan)
        failed |= bool(findings.refused) or findings.largest > proved
        print(
            f"{json.dumps(settings):45} {findings.evaluated:10} {findings.feasible:9} {findings.largest:7.4f} "
            f"{tools.bound:7.4f} {proved:7.4f} {share:6.3f} {least:5.2f} {len(findings.refused)}"
        )
        for reason, _ in findings.refused[:5]:
            print(f"    {reason}")
    total = sum(findings.evaluated for findings in found)
    print(f"{total} designs in {rounds} rounds, seed {seed}, slack {SLACK}: {time.perf_counter() - begun:.0f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
