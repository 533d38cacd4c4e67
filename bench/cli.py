"""The command line: arguments in, text out. Tables go to standard output, everything else to standard error."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

import bench
from bench.errors import BadInput, visible, visible_lines
from bench.workers import TIME_LIMIT

if TYPE_CHECKING:
    import pandas as pd

    from bench.analysis.contents import Text
    from bench.checks.kit import Finding
    from bench.store import Store

DONE, SOME_FAILED, OBJECTIONS, BAD_INPUT, INTERRUPTED = 0, 1, 1, 2, 130
GOES_ON = "latentbench: interrupted; finished runs are kept, and the same command goes on"

app = typer.Typer(
    name="latentbench",
    help="When is it better to search a learned latent space than the raw design vector, by how much, at what cost?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="An experiment directory that `run` has written.")]

Trust = Annotated[
    list[str] | None,
    typer.Option("--trust", metavar="MODULE", help="A module of yours that the records name; may be repeated."),
]

Encoder = Annotated[str, typer.Argument(metavar="ENCODER", help="DIR/encoders/KEY, or the name of one to be fitted.")]
OfProblem = Annotated[str | None, typer.Option("--problem", help="Whose designs it learns; isoperimetric by default.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A parameter, in TOML; may be repeated.")
]


class Format(StrEnum):
    """How a table is written."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    csv = "csv"


class Target(StrEnum):
    """What records can be exported to."""

    ioh = "ioh"
    parquet = "parquet"


class Moving(StrEnum):
    """How animations are written."""

    gif = "gif"
    webp = "webp"


class Listed(StrEnum):
    """What can be listed."""

    problems = "problems"
    encoders = "encoders"
    optimisers = "optimisers"
    suites = "suites"


def main() -> int:
    """Run the command line and give its exit code: 0 done, 1 a run or check failed, 2 bad input, 130 interrupted."""
    warnings.showwarning = _show_warning  # type: ignore[assignment]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = int(app(standalone_mode=False) or DONE)
        if code == INTERRUPTED:
            _say(GOES_ON)
        return code
    except BadInput as error:
        _say(f"latentbench: {error}")
        return BAD_INPUT
    except TyperException as error:
        _say(f"latentbench: {_message(error)}")
        return BAD_INPUT
    except OSError as error:
        _say(f"latentbench: {error.filename}: {error.strerror}" if error.filename else f"latentbench: {error}")
        return BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        _say(GOES_ON)
        return INTERRUPTED


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        typer.echo(f"latentbench {bench.__version__}")
        raise typer.Exit


@app.command()
def run(
    experiment: Annotated[str, typer.Argument(metavar="[SUITE|FILE.toml]", help="What to run.")] = "quick",
    out: Annotated[Path | None, typer.Option(help="Directory; results/runs/NAME by default.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes; a core each by default.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Set an old directory aside and start anew.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster of this scheduler.")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="A fit or run that takes longer is ended, and counts as failed.")
    ] = TIME_LIMIT,
) -> int:
    """Run an experiment, or what is left of it, and print its efficiency table."""
    from bench import runner
    from bench.analysis.contents import TABLES
    from bench.experiment import Experiment
    from bench.progress import on_stderr
    from bench.store import FINDS

    _look_in_this_folder()
    loaded = Experiment.load(experiment)
    if dry_run:
        _say_plan(loaded, runner.store_for(loaded, out), fresh)
        return DONE
    summary = runner.run(loaded, out, jobs, fresh, on_stderr, dask, time_limit)
    _print_table([summary.path], Format.text, TABLES["efficiency"])
    for name, reason in summary.failures.items():
        _say(f"failed: {name}: {reason}")
    for find in summary.finds:
        _say(f"better than known: {find.problem}: {find.text}")
    if any(find.entry for find in summary.finds):
        _say(f"the lines to add to problems/best_known.toml are in {summary.path / FINDS}")
    _say(f"{summary.runs} runs in {summary.path}; {len(summary.failures)} failed")
    return SOME_FAILED if summary.failures else DONE


@app.command()
def table(
    directories: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Experiment directories that `run` has written.")
    ],
    format: Annotated[Format, typer.Option(help="How it is written.")] = Format.text,
    encoders: Annotated[bool, typer.Option("--encoders", help="What encoders are worth, instead.")] = False,
    tests: Annotated[bool, typer.Option("--tests", help="Which arms differ, instead: rank-sum tests, A₁₂.")] = False,
    cost: Annotated[bool, typer.Option("--cost", help="Cost ledger and break-even for reuse, instead.")] = False,
    gradients: Annotated[bool, typer.Option("--gradients", help="What the price of gradients does, instead.")] = False,
    decomposition: Annotated[
        bool, typer.Option("--decomposition", help="Representation gap and search gap, instead.")
    ] = False,
    aocc: Annotated[bool, typer.Option("--aocc", help="Area over the convergence curve, instead.")] = False,
    at: Annotated[
        list[int] | None,
        typer.Option(min=1, metavar="EVALUATIONS", help="What was found by then, instead; repeatable."),
    ] = None,
    gap: Annotated[float | None, typer.Option(help="Calls to this normalised gap, instead.")] = None,
) -> None:
    """Print the efficiency table of an experiment, or of several together, or another table of them."""
    flags = {
        "encoders": encoders,
        "tests": tests,
        "cost": cost,
        "gradients": gradients,
        "decomposition": decomposition,
        "aocc": aocc,
    }
    asked = [f"--{name}" for name, given in {**flags, "at": bool(at), "gap": gap is not None}.items() if given]
    if len(asked) > 1:
        raise BadInput(f"{' and '.join(asked)} are tables of their own; choose one")
    if gap is not None and not 0 <= gap <= 1:
        raise BadInput(f"--gap: {gap} must be between 0 and 1")
    from bench.analysis import contents

    chosen = next((name for name, given in flags.items() if given), "efficiency")
    text = contents.TABLES[chosen]
    if at:
        text = contents.at_budgets(sorted(set(at)))
    elif gap is not None:
        text = contents.to_gap(gap)
    _print_table(directories, format, text)


@app.command()
def reach(
    directory: Directory,
    budget: Annotated[int | None, typer.Option(min=1, help="Evaluations for each encoder.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes; a core each by default.")] = None,
    trust: Trust = None,
) -> int:
    """Find the best design that can be reached through each encoder, and print the table of encoders with it."""
    from bench import reaching
    from bench.analysis.contents import TABLES
    from bench.progress import on_stderr
    from bench.studies.reach import BUDGET

    if trust:
        _look_in_this_folder()
    failures = reaching.reach(directory, budget or BUDGET, jobs, trust or (), on_stderr)
    _print_table([directory], Format.text, TABLES["encoders"])
    for name, reason in failures.items():
        _say(f"failed: {name}: {reason}")
    return SOME_FAILED if failures else DONE


@app.command()
def plot(
    directory: Directory,
    out: Annotated[Path | None, typer.Option(help="Directory for the figures; DIR/plots by default.")] = None,
    trust: Trust = None,
) -> None:
    """Draw every figure, as PNG and PDF, and name the files."""
    runs, traces = _load(directory)
    if "completed" not in set(runs["status"]):
        raise BadInput(f"{directory}: no run is completed; there is nothing to draw")
    from bench import figures

    folder = out or _within(directory, "plots")
    if trust:
        _look_in_this_folder()
    for path in figures.write(runs, traces, folder, trust or ()):
        _print(str(path))


@app.command()
def export(
    directory: Directory,
    to: Annotated[Target, typer.Option(help="ioh: the format of IOHprofiler; parquet: two small tables.")] = Target.ioh,
    out: Annotated[
        Path | None, typer.Option(help="A new or empty folder; DIR/ioh, or as the format is called, by default.")
    ] = None,
) -> None:
    """Write the records in a format that other tools read, and name the files."""
    from bench.export import to_ioh, to_parquet

    write = {Target.ioh: to_ioh, Target.parquet: to_parquet}[to]
    runs, traces = _load(directory, ["evaluations", "objective", "displayed", "verified"])
    for path in write(runs, traces, out or _within(directory, to.value)):
        _print(str(path))


@app.command()
def audit(directory: Directory) -> None:
    """Say what a reader must know before believing a comparison: what is unequal, leaked, missing or out of reach."""
    from bench.analysis.audit import audit, render

    runs, traces = _load(directory, ["evaluations", "objective", "displayed", "verified"])
    _print(render(audit(runs, traces)).removesuffix("\n"))


@app.command()
def report(
    directory: Directory,
    out: Annotated[Path | None, typer.Option(help="The file; DIR/report.html by default.")] = None,
    trust: Trust = None,
) -> None:
    """Write one self-contained HTML page: the answer, the audit, tables, figures, encoders, versions; and name it."""
    from bench.report import page

    _write_page(page, directory, out or _within(directory, "report.html"), trust)


@app.command()
def latent(
    encoder: Encoder,
    problem: OfProblem = None,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(help="Directory for the pictures.")] = Path("latent"),
    between: Annotated[
        tuple[str, str] | None, typer.Option(metavar="CLASS CLASS", help="What is interpolated between.")
    ] = None,
    films: Annotated[Moving | None, typer.Option(help="Animations, too, of this kind.")] = None,
    trust: Trust = None,
) -> None:
    """Draw a latent space: grids, encoded designs, landscape, searches, sensitivity, interpolation; name the files."""
    _look_in_this_folder()
    from bench.latent import pictures
    from bench.latent.subject import find

    subject = find(encoder, problem, _settings(settings or []), trust or ())
    for path in pictures.write(subject, out, between, pictures.records_of(encoder), films and films.value):
        _print(str(path))


@app.command()
def sample(
    encoder: Encoder,
    n: Annotated[int, typer.Option("-n", min=1, help="How many designs are drawn.")] = 1000,
    problem: OfProblem = None,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(help="Directory for the files.")] = Path("samples"),
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="csv, geojson, svg, dxf or stl; repeatable; csv by default.")
    ] = None,
    size: Annotated[float, typer.Option(metavar="MM", help="Largest extent of drawings and solids.")] = 100.0,
    thickness: Annotated[float, typer.Option(metavar="MM", help="Of solids.")] = 5.0,
    trust: Trust = None,
) -> None:
    """Draw designs from an encoder, say what they are worth, and write them, a contact sheet and their distribution."""
    _look_in_this_folder()
    from bench.analysis import plots
    from bench.latent import design_files, samples
    from bench.latent.subject import find

    subject = find(encoder, problem, _settings(settings or []), trust or ())
    drawn = samples.draw(subject, n)
    _print(samples.sentences(subject, samples.summary(subject, drawn)))
    for path in design_files.write(drawn.designs, drawn.table(), out, formats or ["csv"], size, thickness):
        _say(str(path))
    for name, draw in {"sheet": samples.sheet, "distribution": samples.distribution}.items():
        for path in plots.save(draw(subject, drawn)[0], out / name):
            _say(str(path))


@app.command()
def explore(
    directory: Directory,
    out: Annotated[Path | None, typer.Option(help="The file; DIR/explorer.html by default.")] = None,
    trust: Trust = None,
) -> None:
    """Write one self-contained HTML page to explore the latent spaces of an experiment in; and name it."""
    from bench.explorer.page import page

    _write_page(page, directory, out or _within(directory, "explorer.html"), trust)


@app.command()
def info(directory: Directory) -> None:
    """Say what an experiment is, how far it has come, and with which versions and machines."""
    from bench.info import describe
    from bench.store import Store

    _print(describe(Store(directory)).removesuffix("\n"))


@app.command()
def verify(directory: Directory, trust: Trust = None) -> int:
    """Evaluate every best design again from its vertices, check all files, and say what cannot be believed."""
    from bench.store import Store
    from bench.verify import verdicts

    if trust:
        _look_in_this_folder()
    store = Store(directory)
    looked_at = doubted = 0
    for verdict in verdicts(store, trust or ()):
        looked_at += 1
        doubted += bool(verdict.objections)
        for sentence in verdict.objections:
            _print(visible(f"{verdict.what}: {sentence}"))
    _print(f"{directory}: {looked_at} records and encoders, {doubted} not believed")
    return OBJECTIONS if doubted else DONE


@app.command("list")
def list_(
    kind: Annotated[Listed | None, typer.Argument(help="What to list; everything by default.")] = None,
    name: Annotated[str | None, typer.Argument(help="One of them, with its parameters and defaults.")] = None,
) -> None:
    """List problems, encoders, optimisers and suites."""
    from bench import catalogue

    _look_in_this_folder()
    if kind is not None and name is not None:
        typer.echo(catalogue.describe(kind.value, name))
        return
    for each in [kind] if kind else list(Listed):
        typer.echo(f"{each.value}:")
        summaries = catalogue.summaries(each.value)
        width = max(map(len, summaries))
        for entry, summary in summaries.items():
            typer.echo(f"  {entry:{width}}  {summary}")


@app.command()
def check(
    plugin: Annotated[str, typer.Argument(metavar="NAME|module:Class", help="A problem, encoder or optimiser.")],
    settings: Settings = None,
) -> int:
    """Check that a plug-in does what it must, and say in words what it does wrong."""
    from bench import registry

    _look_in_this_folder()
    spec = registry.resolve_any(plugin, _settings(settings or []))
    from bench.checks import named

    passed = [_show(finding) for finding in named.findings(spec)]
    if all(passed):
        typer.echo(f"{plugin} conforms: {len(passed)} checks")
        return DONE
    typer.echo(f"{plugin} does not conform: {passed.count(False)} of {len(passed)} checks object")
    return OBJECTIONS


def _write_page(page: Callable[..., str], directory: Path, path: Path, trust: list[str] | None) -> None:
    """Write a page about an experiment, and name it."""
    from bench.store import Store

    if trust:
        _look_in_this_folder()
    path.write_text(page(Store(directory), trust or ()), encoding="utf-8")
    _print(str(path))


def _within(directory: Path, name: str) -> Path:
    """A place of that name in an experiment directory, which may come from elsewhere."""
    if (directory / name).is_symlink():
        raise BadInput(f"{directory / name}: is a link; name another place with --out")
    return directory / name


def _load(directory: Path, columns: list[str] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    from bench.store import Store

    store = Store(directory)
    runs, traces = store.load(columns)
    if len(runs) < (expected := store.expected()):
        _say(f"{directory}: only {len(runs)} of {expected} runs are there")
    return runs, traces


def _load_together(directories: list[Path], columns: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Records of one experiment or of several, what differs between which goes to standard error."""
    if len(directories) == 1:
        return _load(directories[0], columns)
    from bench.analysis.joining import join

    if len(set(directories)) < len(directories):
        raise BadInput(f"{', '.join(map(str, directories))}: a directory is named twice")
    names = [path.name for path in directories]
    unlike = len(set(names)) == len(names)
    runs, traces, differences = join({p.name if unlike else str(p): _load(p, columns) for p in directories})
    for sentence in differences:
        _say(f"differs: {sentence}")
    return runs, traces


def _print_table(directories: list[Path], form: Format, text: Text) -> None:
    from bench.analysis.contents import TRACE

    runs, traces = _load_together(directories, TRACE)
    _print(text(runs, traces, form.value).removesuffix("\n"))


def _say_plan(experiment: Any, store: Store, fresh: bool) -> None:
    from bench import runner

    if not fresh:
        store.check(experiment)
    todo = runner.plan(experiment, store if store.exists() and not fresh else None)
    budget = sum(run.arm.budget for _, run in todo.runs)
    _say(
        f"{experiment.name} into {store.path}: "
        f"{len(todo.fits)} fits and {len(todo.runs)} runs, {budget} evaluations in all"
    )
    _say(f"{todo.done} runs are there already" if todo.done else "nothing is there yet")
    for reason in sorted({f"{run.problem_label}: {run.arm.label}: {run.skip}" for _, run in todo.skips}):
        _say(f"skipped: {reason}")


def _show_warning(message: Warning | str, *_: Any) -> None:
    _say(f"warning: {message}")


def _show(finding: Finding) -> bool:
    typer.echo(f"{'no' if finding.objections else 'ok':4}{finding.what}")
    for sentence in finding.objections:
        typer.echo(f"      {sentence}")
    return not finding.objections


def _settings(settings: list[str]) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads("\n".join(settings))
    except (ValueError, RecursionError) as error:
        given = " ".join(f"--set {setting}" for setting in settings)
        raise BadInput(
            f"{given}: must be KEY=VALUE in TOML, such as latent_dim=4 or loss='\"bce\"' ({error})"
        ) from None


def _message(error: TyperException) -> str:
    show = getattr(error, "format_message", None)
    return str(show() if show else error)


def _look_in_this_folder() -> None:
    """Let modules in the current folder be plug-ins too, which shadow nothing.

    Not where records are only read: their directory may come from elsewhere, be the current one, and hold a module by
    the name of a library that some other library would import if it were there.
    """
    if "" not in sys.path:
        sys.path.append("")


def _say(line: str) -> None:
    typer.echo(visible(line), err=True)


def _print(text: str) -> None:
    typer.echo(visible_lines(text))


if __name__ == "__main__":
    sys.exit(main())
