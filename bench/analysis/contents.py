"""The tables of records by name: what each reads, how it is made and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from bench.analysis import (
    anytime,
    cost,
    decomposition,
    encoders,
    fixed,
    gradient_price,
    measures,
    significance,
    tables,
)

Text = Callable[[pd.DataFrame, pd.DataFrame, str], str]
"""Of runs, traces and a format; see `writers.render`."""
TRACE = [*measures.TRACE, "n_f", "n_g"]
"""The columns of the traces that any of them reads."""
TABLES: dict[str, Text] = {
    "efficiency": lambda runs, traces, fmt: tables.render(tables.efficiency_table(runs, traces), fmt),
    "encoders": lambda runs, traces, fmt: encoders.render(encoders.encoder_table(runs), fmt),
    "tests": lambda runs, traces, fmt: significance.render(significance.pairwise(runs, traces), fmt),
    "aocc": lambda runs, traces, fmt: anytime.render_areas(anytime.area_table(runs, traces), fmt),
    "cost": lambda runs, traces, fmt: cost.render(cost.cost_table(runs, traces), fmt),
    "gradients": lambda runs, traces, fmt: gradient_price.render(gradient_price.gradient_table(runs, traces), fmt),
    "decomposition": lambda runs, traces, fmt: decomposition.render(decomposition.gap_decomposition(runs), fmt),
}


def at_budgets(budgets: Sequence[int]) -> Text:
    """The table of what was found by given budgets."""
    return lambda runs, traces, fmt: fixed.render_budgets(fixed.budget_table(runs, traces, budgets), fmt)


def to_gap(gap: float) -> Text:
    """The table of calls to a normalised gap."""
    return lambda runs, traces, fmt: fixed.render_gap(fixed.gap_table(runs, traces, gap), gap, fmt)
