"""Figures for a paper. Each function draws from the records and gives the figure and the data drawn."""

from bench.analysis.plots.breakeven import break_even_map
from bench.analysis.plots.curves import convergence
from bench.analysis.plots.designs import gallery, sheet
from bench.analysis.plots.diagnostics import encoder_diagnostics
from bench.analysis.plots.distribution import ecdf
from bench.analysis.plots.forest import speed_up
from bench.analysis.plots.leaks import leak_sensitivity
from bench.analysis.plots.overall import overall_map
from bench.analysis.plots.parts import gap_parts
from bench.analysis.plots.prices import gradient_price
from bench.analysis.plots.reachability import reachability
from bench.analysis.plots.saving import save
from bench.analysis.plots.when import when_map

__all__ = [
    "break_even_map",
    "convergence",
    "ecdf",
    "encoder_diagnostics",
    "gallery",
    "gap_parts",
    "gradient_price",
    "leak_sensitivity",
    "overall_map",
    "reachability",
    "save",
    "sheet",
    "speed_up",
    "when_map",
]
