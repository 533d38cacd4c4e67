"""The efficiency table: what each arm found, evaluations to each target, and its speed-up over raw search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from math import isinf, isnan
from typing import Any

import pandas as pd

from bench.analysis import writers
from bench.analysis.compare import (
    DRAWS,
    SAME,
    STRONGEST,
    SpeedUp,
    break_even,
    compare_arms,
    cost_text,
    target_text,
)
from bench.analysis.records import Records
from bench.analysis.significance import standing, untested
from bench.analysis.writers import Writer
from bench.quantities import MISSING, displayed, expected, percent, rough, significant, whole

COLUMNS = [
    *("problem", "arm", "encoder", "optimiser", "raw", "target", "successes", "searches", "failed", "note"),
    *("budget_least", "budget", "price", "start_median", "best_median", "best", "evaluations_spent", "ert"),
    *("standing", "replicates_needed"),
    *SAME,
    *STRONGEST,
    *("strongest_raw", "ert_raw", "least_raw", "ert_raw_bound"),
    *("fit_seconds", "overhead", "break_even", "break_even_relation"),
    *("n_designs", "data_best", "data_median", "best_known", "bound", "quantity", "larger_is_better"),
    *("reachable", "reach_evaluations", "settings"),
]
LEGEND = (
    "Evaluations are priced N_f + N_g: a value is one, a gradient is one. Raw means any encoder with as many latent "
    "dimensions as the problem has (k = d). A target's cell shows successes/searches and "
    "ERT: the evaluations spent by all searches, up to success or end, per success; with no success it is ∞, and what "
    "all of them spent stands in brackets. S = ERT raw / ERT arm with its "
    "95 % bootstrap interval over replicates; ≥ and ≤ are 95 % bounds where one side never succeeded; – says that "
    "there is nothing to compare. Break-even is the cost of one evaluation beyond which the arm, training included, "
    "is cheaper than the strongest raw arm, or a bound on it where no raw arm succeeded. Only feasible designs that "
    "passed independent verification count. Failed runs are charged what they spent, and are unsuccessful where they "
    "had not reached the target by then. † stands where a target is better than the best design that is known to be "
    "reachable through the encoder (the median over replicates, after a long search)."
)
STANDING = (
    "At each target, the arm with the least ERT is {best}, and arms that are not shown to be worse are {tied}: by the "
    "two-sided rank-sum test over replicates, Holm over the comparisons with that arm, at 5 %. Successes are ordered "
    "by runtime, and before failures, which are ordered by their best design; the median search stands for its "
    "replicate."
)


def efficiency_table(runs: pd.DataFrame, traces: pd.DataFrame, draws: int = DRAWS) -> pd.DataFrame:
    """All numbers of the efficiency table, one per cell.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.
    draws : int
        Bootstrap draws for the intervals.

    Returns
    -------
    DataFrame
        One row per (problem, arm, target), with `COLUMNS`: those of `Records.arms` and `compare.compare_arms`,
        ``best_known`` and ``bound`` of `Records.optima`, ``standing`` and ``replicates_needed`` of
        `significance.standings`, and ``break_even`` in seconds with ``break_even_relation``, against the strongest raw
        arm or, as a bound, against ``least_raw``. An arm whose runs were all skipped is there too, its ``note`` saying
        why; ``target`` is NaN where a problem declares none.
    """
    return table(Records(runs, traces), draws)


def table(records: Records, draws: int = DRAWS) -> pd.DataFrame:
    """Like `efficiency_table`."""
    arms = records.arms.join(records.optima[["best_known", "bound"]], on="problem")
    arms = arms.join(_reachable(records), on=["problem", "arm"]).join(_settings(records.runs), on=["problem", "arm"])
    whole = arms.rename(columns={"targets": "target"}).explode("target", ignore_index=True).astype({"target": float})
    compared = records.compared if draws == DRAWS else compare_arms(records.hits, draws)
    for part in (compared, standing(records)):
        whole = whole.merge(part, on=["problem", "arm", "target"], how="left")
    whole = whole.fillna({"successes": 0, "evaluations_spent": whole["spent"], "standing": ""})
    whole = whole.astype({"successes": int})
    rival = whole["strongest_raw"].where(whole["strongest_raw"].notna(), whole["least_raw"])
    faced = pd.MultiIndex.from_arrays([whole["problem"], rival])
    overhead_raw = arms.set_index(["problem", "arm"])["overhead"].reindex(faced).to_numpy()
    whole["break_even"], whole["break_even_relation"] = break_even(
        whole["fit_seconds"], whole["overhead"], overhead_raw, whole["ert"], whole["ert_raw"], whole["ert_raw_bound"]
    )
    return whole[COLUMNS]


def _settings(runs: pd.DataFrame) -> pd.Series[str]:
    """Per (problem, arm), every parameter of its optimisers, and what those come to."""
    told = runs.reindex(columns=["problem", "arm", "arm_spec", "settings"]).astype(object)
    said = told.groupby(["problem", "arm"]).first()
    texts = [_stages(spec, settings) for spec, settings in zip(said["arm_spec"], said["settings"], strict=True)]
    return pd.Series(texts, index=said.index, name="settings", dtype=object)


def _stages(spec: Any, settings: Any) -> str:
    try:
        stages = json.loads(spec)["stages"]
        come_to = json.loads(settings) if isinstance(settings, str) and settings else [{}] * len(stages)
        return " → ".join(_plugin(stage["optimiser"], more) for stage, more in zip(stages, come_to, strict=True))
    except (TypeError, ValueError, KeyError, AttributeError):  # a record may come from anywhere
        return ""


def _plugin(identity: dict[str, Any], come_to: dict[str, Any]) -> str:
    """In words: ``cma-es: covariance = full, population = 19, sigma = 0.3``."""
    shown = {}
    for name, value in sorted((identity["params"] | come_to).items()):
        inner = isinstance(value, dict) and value.keys() == {"name", "params"}
        number = isinstance(value, float)
        shown[name] = f"({_plugin(value, {})})" if inner else significant(value, 6) if number else f"{value}"
    told = ", ".join(f"{name} = {value}" for name, value in shown.items())
    return f"{identity['name']}: {told}" if told else str(identity["name"])


def _reachable(records: Records) -> pd.DataFrame:
    labels = records.runs.reindex(columns=["problem", "arm"]).astype(object)
    found = records.reachable.join(labels).groupby(["problem", "arm"])
    return found[["displayed", "evaluations"]].median().set_axis(["reachable", "reach_evaluations"], axis=1)


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `efficiency_table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    """Parts of the page, in order."""
    for problem, rows in table.groupby("problem"):
        yield write.heading(str(problem))
        yield write.paragraph(_training_data(rows.iloc[0]))
        if known := _known(rows.iloc[0]):
            yield write.paragraph(known)
        yield write.table("Evaluations to target", *_evaluations(rows))
        yield from map(write.paragraph, untested(_open(rows[rows["searches"] > 0])))
        if rows["target"].isna().all():
            yield write.paragraph("No target is declared, so there is no speed-up.")
        ran = rows[(rows["searches"] > 0) & rows["target"].notna()]
        for title, cells in _speed_ups(ran).items():
            yield write.table(title, cells)
        for _, at in ran.groupby("target", sort=False):
            yield write.paragraph(f"{target_text(at.iloc[0])}: {_strongest(at.iloc[0])}")
        for arm, note in rows.loc[rows["note"] != ""].groupby("arm", sort=False)["note"].first().items():
            yield write.paragraph(f"{arm}: {note}.")
    told = table[["arm", "settings"]].drop_duplicates("arm")
    if told["settings"].fillna("").ne("").any():
        yield write.heading("Settings")
        yield write.table("What the optimisers were set to", told.fillna({"settings": ""}).reset_index(drop=True))
    yield write.paragraph(LEGEND if len(table) else "No runs.")
    if table["standing"].eq("best").any():
        yield write.paragraph(STANDING.format(**{name: mark.told for name, mark in write.marks.items()}))


def _evaluations(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells of the table, and the standing of those that show an ERT."""
    arms = rows.drop_duplicates("arm").set_index("arm")
    quantity = arms["quantity"].iloc[0]
    cells, marked = pd.DataFrame(index=arms.index), pd.DataFrame(index=arms.index)
    cells["budget"] = arms.apply(_budget, axis=1)
    cells[f"start {quantity}"] = arms["start_median"].map(displayed)
    cells[f"median {quantity}"] = arms["best_median"].map(displayed)
    cells[f"best {quantity}"] = arms["best"].map(displayed)
    if arms["bound"].notna().any():
        cells["of bound"] = (arms["best"] / arms["bound"]).map(partial(percent, decimals=1))
    if arms["reachable"].notna().any():
        cells[f"reachable {quantity}"] = arms["reachable"].map(displayed)
    for _, reached in rows.groupby("target", sort=False):
        name, by_arm = target_text(reached.iloc[0]), reached.set_index("arm")
        cells[name], marked[name] = by_arm.apply(_reached, axis=1), by_arm["standing"]
    cells["fit, s"] = arms["fit_seconds"].map(rough)
    if arms["failed"].any():
        cells["failed"] = arms["failed"].astype(str)
    whole = cells.reset_index()
    return whole, marked.reset_index().reindex(columns=whole.columns)


def _open(ran: pd.DataFrame) -> pd.DataFrame:
    """Rows of the targets at which an arm is best and others ran, but too few times to be compared with it."""
    told = ran.groupby("target")["standing"].agg(set)
    return ran[ran["target"].isin(told.index[told.map({"best", ""}.__eq__).astype(bool)])]


def _speed_ups(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Matrices of arms by targets, without rows and columns that say nothing; the same optimiser's where it differs."""
    strongest, same = (
        rows[names].apply(lambda row: str(SpeedUp(*row)), axis=1) if len(rows) else pd.Series(dtype=object)
        for names in (STRONGEST, SAME)
    )
    costs = [cost_text(*row) for row in rows[["break_even", "break_even_relation"]].itertuples(index=False)]
    told = {
        "Speed-up S over the strongest raw arm [95 % interval]": strongest,
        "Speed-up S over the raw arm with the same optimiser": same if same.ne(strongest).any() else MISSING,
        "Break-even: cost of an evaluation from which the arm pays": costs,
    }
    matrices = {title: _matrix(rows, texts) for title, texts in told.items()}
    return {title: matrix for title, matrix in matrices.items() if len(matrix)}


def _matrix(rows: pd.DataFrame, texts: Any) -> pd.DataFrame:
    cells = rows[["arm"]].assign(text=texts, target=[target_text(row) for _, row in rows.iterrows()])
    told = cells[cells["text"] != MISSING]
    if told.empty:
        return pd.DataFrame()
    matrix = told.pivot(index="arm", columns="target", values="text").fillna(MISSING)
    matrix = matrix.reindex(index=[arm for arm in dict.fromkeys(cells["arm"]) if arm in matrix.index])
    targets = [target for target in dict.fromkeys(cells["target"]) if target in matrix.columns]
    return matrix[targets].rename_axis(columns=None).reset_index()


def _training_data(row: pd.Series) -> str:
    if not row["n_designs"] > 0:
        return "Training data: none."
    best, median = displayed(row["data_best"]), displayed(row["data_median"])
    return (
        f"Training data: {whole(row['n_designs'])} designs, best {row['quantity']} {best}, median {median} "
        "(medians over replicates)."
    )


def _known(row: pd.Series) -> str:
    """What the best design on record has, and what none is proved to surpass."""
    said = {"Best known, verified": row["best_known"], "Nominal bound": row["bound"]}
    return " ".join(
        f"{name}: {row['quantity']} {displayed(value)}." for name, value in said.items() if not isnan(value)
    )


def _strongest(row: pd.Series) -> str:
    if isnan(row["ert_raw"]):
        return "No raw arm ran."
    if isinf(row["ert_raw"]):
        return "No raw arm reached the target."
    return f"Strongest raw arm: {row['strongest_raw']}, ERT {expected(row['ert_raw'])}."


def _reached(row: pd.Series) -> str:
    if not row["searches"]:
        return "–"
    spent = "" if row["successes"] else f" ({expected(row['evaluations_spent'])})"
    beyond = (row["reachable"] < row["target"]) if row["larger_is_better"] else (row["reachable"] > row["target"])
    return f"{row['successes']}/{row['searches']}  {expected(row['ert'])}{spent}{' †' if beyond else ''}"


def _budget(row: pd.Series) -> str:
    ends = dict.fromkeys(row[["budget_least", "budget"]].dropna())
    return "–".join(map(whole, ends)) or "–"
