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
from bench.analysis.audit import caveats
from bench.analysis.contents import TABLES
from bench.analysis.records import Records
from bench.errors import visible, visible_lines
from bench.inspection.info import describe
from bench.report import figures

if TYPE_CHECKING:
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
    records = Records(*store.load())
    made = {table: table.made(records) for table in TABLES.values()}
    with warnings.catch_warnings(record=True) as undrawn:
        warnings.simplefilter("always")
        drawn = list(_figures(records, trusted))
    template = Environment(loader=PackageLoader("bench.report.page"), autoescape=True).get_template("report.html.j2")
    return template.render(
        name=visible(str(identity["name"])),
        answer=[visible(sentence) for sentence in answer(made[TABLES["answer"]])],
        audit={problem: list(some) for problem, some in groupby(caveats(records), lambda each: each.problem)},
        tables=[
            # the writers escape what they are given
            {"of": table, "text": Markup(table.written(frame, "html"))}  # noqa: S704
            for table, frame in made.items()
            if table.main or len(frame)
        ],
        figures=drawn,
        undrawn=[visible(str(warning.message)) for warning in undrawn],
        description=visible_lines(describe(store)),
        identity=json.dumps(identity, indent=1, ensure_ascii=False),
    )


def _figures(records: Records, trusted: Collection[str]) -> Iterator[dict[str, str]]:
    if records.runs.empty:
        return
    for name, figure in figures.drawn(records, trusted, sheets=False):
        with figures.warned(name):
            data = base64.b64encode(plots.to_svg(figure)).decode()
            yield {"name": name, "data": data, "width": f"{figure.get_figwidth():.2f}"}
