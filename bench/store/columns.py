"""The columns of the runs' table: name, kind, meaning. A new one is a line here, and the line that computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Column:
    """A column of the runs' table.

    Attributes
    ----------
    name : str
    kind : type
        ``float`` stands for integers too.
    meaning : str
        In a line, as results/README.md has it.
    told_by : {"run", "fit", "diagnosis", "reach", "reading"}
        What it comes from: the run; the (first stage's) fit; what is measured of that fit's encoder before any search,
        `bench.studies.diagnostics`; and, in no record itself, a reach search, or the reading of the records.
    always : bool
        Whether every row has it.
    signed : bool
        Whether an integer may be negative.
    long : bool
        Whether a text may be of any length, since it must equal the experiment's.
    """

    name: str
    kind: type
    meaning: str
    told_by: Literal["run", "fit", "diagnosis", "reach", "reading"] = "run"
    always: bool = False
    signed: bool = False
    long: bool = False


RUNS = (
    Column("run", str, "key: a hash of problem, arm, budget, seed, replicate, search and trace mode", always=True),
    Column("order", int, "place in the experiment; `bench.load` sorts by it, and drops it", always=True),
    Column("experiment", str, "name of the experiment", always=True),
    Column("problem", str, "label of the problem", always=True),
    Column("arm", str, "label of the arm", always=True),
    Column("encoder", str, "label of the arm's encoder, or of all of its stages' encoders", always=True),
    Column("optimiser", str, "the same of its optimiser", always=True),
    Column("replicate", int, "number of the replicate, from 0", always=True),
    Column("search", int, "number of the search in its replicate, from 0", always=True),
    Column("seed", int, "of the experiment", always=True, signed=True),
    Column("budget", int, "evaluations, N_f + N_g, that may be spent", always=True),
    Column("stages", int, "how many stages the arm has"),
    Column("fit", str, "key of the (first stage's) fitted encoder"),
    Column("problem_spec", str, "all resolved parameters of the problem, as JSON", always=True, long=True),
    Column("arm_spec", str, "the same of the arm", always=True, long=True),
    Column("task_spec", str, "`problem_spec` without its training data", told_by="reading"),
    Column("data_spec", str, "these alone", told_by="reading"),
    Column("status", str, "`completed`, `failed` or `skipped`", always=True),
    Column("reason", str, "why it failed or was skipped", always=True),
    Column(
        "imported",
        str,
        "the file of a user's own loop that it was taken from: we have not counted its evaluations; only such runs",
    ),
    Column("started", str, "when, in UTC"),
    Column(
        "provenance",
        str,
        "versions, commit, machine, threads and instruction sets of the worker, as JSON; empty if that was lost",
    ),
    Column(
        "settings",
        str,
        "what the parameters of each stage's optimiser come to in so many variables, as JSON",
        long=True,
    ),
    Column("switched_at", list, "evaluations at which each stage but the first began"),
    Column("switched_why", str, "why the stage before had ended"),
    Column("raw", bool, "whether every stage has k = d", always=True),
    Column("task", str, "the conditions of the replicate, by name, as JSON; empty where the problem has none"),
    Column("problem_version", str, "of the problem's formulas, as it says"),
    Column("constraints", str, "name, category and severity of each constraint, as JSON; `[]` where none is declared"),
    Column("dim", int, "variables of the problem, d"),
    Column("latent_dim", int, "dimensions that are searched, k, of the last stage"),
    Column("quantity", str, "what people read instead of the objective"),
    Column("larger_is_better", bool, "whether more of it is better"),
    Column("targets", list, "values of it to be reached"),
    Column("optimum", float, "the problem's optimum in objective units; NaN if it is not known"),
    Column("best_known", float, "the best verified value on record when it was run, in objective units; NaN if none"),
    Column("bound", float, "a proved bound in objective units; NaN if none"),
    Column("best_known_displayed", float, "the best verified value on record in displayed units"),
    Column("bound_displayed", float, "the bound in displayed units"),
    Column(
        "evaluation_seconds",
        float,
        "what the problem declares that an evaluation of what it stands for takes; NaN where it declares nothing",
    ),
    Column("reference", float, "f_ref, in objective units", told_by="fit"),
    Column(
        "beside_reference",
        float,
        "evaluations of the sample that f_ref is the median of; on no budget, once for all replicates",
        told_by="fit",
    ),
    Column(
        "beside_replicate",
        float,
        "evaluations that found the start, and what data are worth; on no budget, once for all arms of the replicate",
        told_by="fit",
    ),
    Column(
        "beside_fit",
        float,
        "evaluations that measured the encoder; on no budget, once for all runs of the fit",
        told_by="diagnosis",
    ),
    Column("n_f", int, "values that were paid for"),
    Column("n_g", int, "gradients that were paid for"),
    Column("n_failed", int, "evaluations that failed"),
    Column("failure", str, "what the problem raised first in the search; empty where it never did"),
    Column("n_refused", int, "feasible designs that verification refused"),
    Column("start", float, "displayed value of the first evaluation"),
    Column("best", float, "displayed value of the best verified design"),
    Column("best_objective", float, "its objective"),
    Column(
        "design",
        list,
        "its variables; more than 5,000 are packed in the file, and an array once read (bench/store/designs.py)",
    ),
    Column(
        "data_source",
        str,
        'where training designs come from ("drawn: …", or the name of a file); empty where the problem does not say',
        long=True,
    ),
    Column("data_identity", str, "what tells them from others (SHA-256 of the file); empty likewise"),
    Column("data_withheld", float, "the share of the best of them that training does not see"),
    Column(
        "data_left_out",
        str,
        "how many designs of the source could not be used, and why; empty where all could",
        long=True,
    ),
    Column("data_price", float, "evaluations that they cost in all, those thrown away included"),
    Column("n_designs", float, "how many training designs", told_by="fit"),
    Column("data_best", float, "displayed value of the best training design, verified", told_by="diagnosis"),
    Column("data_median", float, "displayed value of the median training design", told_by="diagnosis"),
    Column("prior_mean", float, "displayed value of the decoded prior mean, if verified", told_by="diagnosis"),
    Column("prior_best", float, "displayed value of the best of 1,000 prior samples, if verified", told_by="diagnosis"),
    Column("data_best_objective", float, "`data_best` in objective units", told_by="diagnosis"),
    Column("prior_mean_objective", float, "`prior_mean` in objective units", told_by="diagnosis"),
    Column("prior_best_objective", float, "`prior_best` in objective units", told_by="diagnosis"),
    Column("confined", bool, "whether what a stage decodes cannot leave the box of its training designs"),
    Column("fit_seconds", float, "training of all the arm's encoders, refits included", told_by="fit"),
    Column("n_parameters", float, "numbers that the fit of the first stage's encoder has left", told_by="diagnosis"),
    Column("active_units", float, "its latent dimensions in use", told_by="diagnosis"),
    Column(
        "collapsed", float, "1 if it has left half of its latent dimensions or more unused, else 0", told_by="diagnosis"
    ),
    Column(
        "rmse",
        float,
        "error of a coordinate of held-out designs after encoding and decoding (root mean square)",
        told_by="diagnosis",
    ),
    Column("value_error", float, "median error of their displayed value", told_by="diagnosis"),
    Column("rebuilt_valid", float, "share of them that then satisfies the constraints", told_by="diagnosis"),
    Column("prior_valid", float, "share of 1,000 prior samples that satisfies the constraints", told_by="diagnosis"),
    Column("prior_distance", float, "their mean distance, as a share of the training designs'", told_by="diagnosis"),
    Column(
        "prior_spread",
        float,
        "deviation of their displayed values, as a share of the training designs'",
        told_by="diagnosis",
    ),
    Column(
        "between_valid",
        float,
        "straight ways between latents of held-out designs: share that satisfies the constraints",
        told_by="diagnosis",
    ),
    Column("between_length", float, "their length over the distance of their ends", told_by="diagnosis"),
    Column(
        "reach_objective",
        float,
        "objective of the best verified design that `latentbench reach` found through the encoder; only after that",
        told_by="reach",
    ),
    Column("reach_displayed", float, "its displayed value", told_by="reach"),
    Column("reach_evaluations", float, "evaluations that the reach search spent", told_by="reach"),
    Column("seconds", float, "wall time of the search; verification and refits are left out"),
    Column("seconds_objective", float, "of it, within the problem"),
    Column("seconds_decode", float, "of it, within decoders"),
    Column("seconds_optimiser", float, "the rest of it"),
    Column("seconds_verify", float, "wall time of verification"),
    Column("seconds_refit", float, "wall time of refits"),
    Column("seconds_worker", float, "wall time of the whole task in its worker"),
)
IN_RECORDS = tuple(column for column in RUNS if column.told_by not in ("reach", "reading"))
"""What stands in a record; the others are made when records are read."""
BY_NAME = {column.name: column for column in RUNS}
DIAGNOSED = tuple(column.name for column in RUNS if column.told_by == "diagnosis")
"""What is measured of a fitted encoder before any search."""
OF_A_FIT = tuple(column.name for column in RUNS if column.told_by in ("fit", "diagnosis"))
"""All that the info of a fit tells the runs."""


def markdown() -> str:
    """The table of results/README.md, in Markdown."""
    return "\n".join(["| column | meaning |", "|---|---|", *(f"| `{each.name}` | {each.meaning} |" for each in RUNS)])
