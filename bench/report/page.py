"""The report: everything that an experiment says, on one page that needs no network."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from bench.analysis import plots
from bench.analysis.answer import answer
from bench.analysis.audit import audit
from bench.analysis.encoders import encoder_table
from bench.analysis.encoders import render as render_encoders
from bench.analysis.tables import efficiency_table
from bench.analysis.tables import render as render_efficiency
from bench.errors import visible, visible_lines
from bench.inspection.info import describe
from bench.report import figures

if TYPE_CHECKING:
    import pandas as pd

    from bench.store.directory import Store


def page(store: Store, trusted: Collection[str] = ()) -> str:
    """Write an experiment as one HTML page: the answer, the audit, tables, figures, encoders, how it was computed.

    Nothing in it is loaded from elsewhere, and all text of the records is escaped.

    Parameters
    ----------
    store : Store
    trusted : collection of str
        Modules that the records may name; see `bench.experiments.registry.from_record`.

    Raises
    ------
    BadInput
        If the directory holds no experiment.
    """
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    identity = store.identity()
    runs, traces = store.load()
    efficiency, encoders = efficiency_table(runs, traces), encoder_table(runs)
    with warnings.catch_warnings(record=True) as undrawn:
        warnings.simplefilter("always")
        drawn = list(_figures(runs, traces, trusted))
    template = Environment(loader=PackageLoader("bench.report.page"), autoescape=True).get_template("report.html.j2")
    return template.render(
        name=visible(str(identity["name"])),
        answer=[visible(sentence) for sentence in answer(efficiency)],
        audit={problem: list(some) for problem, some in groupby(audit(runs, traces), lambda each: each.problem)},
        # the writers escape what they are given
        efficiency=Markup(render_efficiency(efficiency, "html")),  # noqa: S704
        encoders=Markup(render_encoders(encoders, "html")),  # noqa: S704
        figures=drawn,
        undrawn=[visible(str(warning.message)) for warning in undrawn],
        description=visible_lines(describe(store)),
        identity=json.dumps(identity, indent=1, ensure_ascii=False),
    )


def _figures(runs: pd.DataFrame, traces: pd.DataFrame, trusted: Collection[str]) -> Iterator[dict[str, str]]:
    if runs.empty:
        return
    for name, figure in figures.drawn(runs, traces, trusted, sheets=False):
        with figures.warned(name):
            data = base64.b64encode(plots.to_svg(figure)).decode()
            yield {"name": name, "data": data, "width": f"{figure.get_figwidth():.2f}"}
