"""The report: all results of experiments on one interactive page, which needs no network."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import bench
from bench.analysis.answer import answer
from bench.analysis.audit import caveats
from bench.analysis.contents import DEFAULT, TABLES, TRACE
from bench.analysis.joining import join, named
from bench.analysis.records import Records
from bench.errors import reason, visible, visible_lines
from bench.inspection.info import describe
from bench.report import missing
from bench.report.model import whole
from bench.report.reproduce import experiment_file

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from bench.store.directory import Store

LIBRARIES = ("d3.min.js", "plot.umd.min.js")
"""Of others, see vendor/README.md; the second uses the first."""
SCRIPTS = (
    *(
        "elements.js",
        "pictures.js",
        "numbers.js",
        "state.js",
        "chart.js",
        "found.js",
        "ahead.js",
        "convergence.js",
        "ecdf.js",
    ),
    *("speedups.js", "ranking.js", "breakeven.js", "details.js", "gallery.js", "tables.js", "app.js"),
)
"""In this order: each uses those before."""


def page(*stores: Store, trusted: Collection[str] = ()) -> str:
    """Write experiments as one HTML page: the answer, the audit, figures, tables, how it was computed.

    Nothing in it is loaded from elsewhere, and all text of the records is escaped. Where a directory does not say what
    designs are the coordinates of, their problem is made again to ask it.

    Parameters
    ----------
    *stores : Store
        One, or several, whose records are joined as those of one experiment.
    trusted : collection of str
        Modules that the records may name; see `bench.experiments.registry.from_record`.

    Raises
    ------
    BadInput
        If a directory holds no experiment.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader
    from markupsafe import Markup

    plans = [store.plan() for store in stores]
    parts = [store.load(TRACE) for store in stores]
    (runs, traces), differences = _joined(stores, parts)
    records = Records(runs, traces)
    made = {table: table.made(records) for table in TABLES.values()}
    efficiency = made[TABLES[DEFAULT]]
    layouts, undrawn = _layouts(stores, records, trusted)
    own, shared = PackageLoader("bench.report", "assets"), PackageLoader("bench.latent", "assets")
    vendor = PackageLoader("bench.report", "vendor")
    environment = Environment(loader=ChoiceLoader([own, shared, vendor]), autoescape=True)
    # what JavaScript cannot read is an error here, not a dead page there
    compact = {"allow_nan": False, "separators": (",", ":"), "ensure_ascii": False}
    environment.policies["json.dumps_kwargs"] = compact

    def asset(name: str) -> Markup:
        return Markup(environment.loader.get_source(environment, name)[0])  # type: ignore[union-attr]  # noqa: S704

    return environment.get_template("report.html.j2").render(
        name=visible(" and ".join(dict.fromkeys(plan.name for plan in plans))),
        answer=[visible(sentence) for sentence in answer(made[TABLES["answer"]])],
        missing=[
            [visible(sentence) for sentence in missing.sentences(plan, some)]
            for plan, (some, _) in zip(plans, parts, strict=True)
        ],
        differences=[visible(sentence) for sentence in differences],
        audit={problem: list(some) for problem, some in groupby(caveats(records), lambda each: each.problem)},
        tables=[
            # the writers escape what they are given
            {"of": table, "text": Markup(table.written(frame, "html"))}  # noqa: S704
            for table, frame in made.items()
            if table.main or len(frame)
        ],
        data=whole.described(records, efficiency, layouts),
        undrawn=undrawn,
        experiments=[_experiment(store) for store in stores],
        version=bench.__version__,
        style=asset("report.css"),
        libraries=[asset(name) for name in LIBRARIES],
        licences=asset("LICENSES.txt"),
        scripts=[asset(name) for name in SCRIPTS],
    )


def _joined(
    stores: Sequence[Store], parts: Sequence[tuple[pd.DataFrame, pd.DataFrame]]
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], list[str]]:
    """Records of one experiment, or of several as those of one, and what differs between them."""
    if len(stores) == 1:
        return parts[0], []
    runs, traces, differences = join(named([store.path for store in stores], parts))
    return (runs, traces), differences


def _layouts(stores: Sequence[Store], records: Records, trusted: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """What designs are the coordinates of, by problem, and sentences about problems whose designs are not so drawn."""
    from bench.store.layouts import LARGEST

    kept: dict[str, Any] = {}
    for store in stores:
        kept |= store.layouts()
    told, undrawn = {}, []
    for label, part in records.parts.items():
        if (size := part.runs.reindex(columns=["dim"])["dim"].max()) > LARGEST:
            undrawn.append(
                visible(
                    f"{label}: its designs have {size:,.0f} coordinates, and a page draws no more than {LARGEST:,}; "
                    "`latentbench plot` draws them"
                )
            )
            continue
        own = next((each for each in kept if label == each or label.startswith(f"{each} (")), None)  # where joined
        try:
            told[label] = kept[own] if own is not None else _asked(part.runs["problem_spec"].iloc[0], trusted)
        except (Exception, SystemExit) as error:  # a plug-in may be gone, or raise anything
            undrawn.append(visible(f"{label}: its designs are drawn as bars: {reason(error)}"))
    return told, undrawn


def _asked(spec: str, trusted: Collection[str]) -> dict[str, Any]:
    from bench.experiments.registry import from_record
    from bench.store.layouts import described

    return described(from_record(json.loads(spec), trusted).make())


def _experiment(store: Store) -> dict[str, Any]:
    """What is needed to compute it again."""
    identity = store.identity()
    return {
        "name": visible(str(identity["name"])),
        "file": visible_lines(experiment_file(identity)),
        "description": visible_lines(describe(store)),
        "identity": json.dumps(identity, indent=1, ensure_ascii=False),
        "versions": [dict(_versions(entry)) for entry in store.provenance()],
    }


def _versions(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in entry.items():
        if isinstance(value, dict):
            yield from ((visible(key), visible(part)) for key, part in value.items() if part is not None)
        elif value is not None:
            yield visible(name), visible(value)
