"""What commands have in common: the application, common arguments, and output.

Tables go to standard output, everything else to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.errors import BadInput, visible, visible_lines

if TYPE_CHECKING:
    import pandas as pd

    from bench.analysis.contents import Text
    from bench.analysis.records import Records

DONE, SOME_FAILED, OBJECTIONS, BAD_INPUT, INTERRUPTED = 0, 1, 1, 2, 130

app = typer.Typer(
    name="latentbench",
    help="When is it better to search a learned latent space than the raw design vector, by how much, at what cost?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="An experiment directory that `run` has written.")]

Directories = Annotated[
    list[Path], typer.Argument(metavar="DIR...", help="Experiment directories that `run` has written.")
]

Trust = Annotated[
    list[str] | None,
    typer.Option(
        "--trust",
        metavar="MODULE",
        help="A module of yours that the records name and that may be imported; repeatable.",
    ),
]

Encoder = Annotated[str, typer.Argument(metavar="ENCODER", help="DIR/encoders/KEY, or the name of an encoder to fit.")]
OfProblem = Annotated[
    str | None, typer.Option("--problem", help="The problem whose designs it learns; isoperimetric by default.")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A parameter, in TOML; repeatable.")
]


class Format(StrEnum):
    """How a table is written."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    csv = "csv"


def load(
    directory: Path, columns: list[str] | None = None, without: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read records, and say if runs are missing."""
    from bench.store.directory import Store

    store = Store(directory)
    runs, traces = store.load(columns, without)
    if len(runs) < (expected := store.expected()):
        say(f"{directory}: only {len(runs)} of {expected} runs are there")
    return runs, traces


def load_together(
    directories: list[Path], columns: list[str], without: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Records of one experiment or of several; differences between these go to standard error."""
    if len(directories) == 1:
        return load(directories[0], columns, without)
    from bench.analysis.joining import join, named

    parts = [load(path, columns, without) for path in distinct(directories)]
    runs, traces, differences = join(named(directories, parts))
    for sentence in differences:
        say(f"differs: {sentence}")
    return runs, traces


def distinct(directories: list[Path]) -> list[Path]:
    """Give the directories back, unless one of them is named twice."""
    if len(set(directories)) < len(directories):
        raise BadInput(f"{', '.join(map(str, directories))}: a directory is named twice")
    return directories


def show_table(directories: list[Path], form: Format, text: Text, targets: Sequence[float] = ()) -> None:
    """Print a table of one experiment or of several."""
    show(text(records_of(directories, targets), form.value).removesuffix("\n"))


def records_of(directories: list[Path], targets: Sequence[float] = ()) -> Records:
    """Records of one experiment or of several, with all that tables need; targets stand for the problems' own."""
    from bench.analysis.contents import TRACE
    from bench.analysis.records import Records

    runs, traces = load_together(directories, list(TRACE), ("design",))
    own: Any = [list(targets)] * len(runs)
    return Records(runs.assign(targets=own) if targets else runs, traces)


def within(directory: Path, name: str) -> Path:
    """A place of that name in an experiment directory, which may come from elsewhere."""
    if (directory / name).is_symlink():
        raise BadInput(f"{directory / name}: is a link; name another place with --out")
    return directory / name


def parameters(settings: list[str]) -> dict[str, Any]:
    """Read parameters of a plug-in as TOML gives them."""
    import tomllib

    try:
        return tomllib.loads("\n".join(settings))
    except (ValueError, RecursionError) as error:
        given = " ".join(f"--set {setting}" for setting in settings)
        raise BadInput(
            f"{given}: must be KEY=VALUE in TOML, such as latent_dim=4 or loss='\"bce\"' ({error})"
        ) from None


def look_in_this_folder() -> None:
    """Let modules in the current folder be plug-ins too; they shadow no other module.

    Commands that only read records do not call this: a directory from elsewhere may be the current one, and contain a
    module with the name of an optional library.
    """
    if "" not in sys.path:
        sys.path.append("")


def say(line: str) -> None:
    """Tell a person something."""
    typer.echo(visible(line), err=True)


def say_failures(failures: Mapping[str, str]) -> None:
    """Print why runs failed: each reason once, with the number of runs and the first of them."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in failures.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        say(
            f"failed: {names[0]}: {reason}"
            if len(names) == 1
            else f"failed: {len(names)}, such as {names[0]}: {reason}"
        )


def show(text: str) -> None:
    """Print a result."""
    typer.echo(visible_lines(text))
