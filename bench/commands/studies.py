"""Commands that make a study of their own: proxy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.commands.common import app, say, show


@app.command()
def proxy(
    out: Annotated[Path, typer.Option(help="Directory for the designs, the table and the figure.")] = Path("proxy"),
    starts: Annotated[
        int, typer.Option(min=2, help="Searches for σ; from the end of each, others continue for cooling.")
    ] = 6,
    budget: Annotated[
        int, typer.Option(min=10, help="Evaluations of a search for σ; the others have a quarter.")
    ] = 4000,
    seed: Annotated[int, typer.Option(help="Seed of all draws.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
) -> None:
    """Study whether σ is a proxy for cooling: rank correlations, and what is lost by optimising σ."""
    from bench.analysis import plots
    from bench.analysis import proxy as analysis
    from bench.analysis.plots.proxy import proxy as drawn
    from bench.studies import proxy as study

    designs = study.measured(starts, budget, study.TRAINING, seed, jobs)
    out.mkdir(parents=True, exist_ok=True)
    designs.to_csv(out / "proxy.csv", index=False)
    figure, data = drawn(designs)
    (out / "proxy.md").write_text(analysis.render(data, "markdown"), encoding="utf-8")
    show(analysis.render(data).removesuffix("\n"))
    for path in (out / "proxy.csv", out / "proxy.md", *plots.save(figure, out / "proxy")):
        say(str(path))
