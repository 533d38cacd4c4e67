"""Figures for a paper. Each function draws from the records and gives the figure and the data drawn."""

from bench.analysis.plots.curves import convergence
from bench.analysis.plots.designs import gallery, sheet
from bench.analysis.plots.distribution import ecdf
from bench.analysis.plots.forest import speed_up
from bench.analysis.plots.style import save

__all__ = ["convergence", "ecdf", "gallery", "save", "sheet", "speed_up"]
