"""Commands about designs and one latent space: latent, sample, dataset."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bench.commands.common import Encoder, OfProblem, Settings, Trust, app, look_in_this_folder, parameters, say, show


class Moving(StrEnum):
    """How animations are written."""

    gif = "gif"
    webp = "webp"


@app.command()
def latent(
    encoder: Encoder,
    problem: OfProblem = None,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(help="Directory for the pictures.")] = Path("latent"),
    between: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="CLASS CLASS", help="Interpolate between designs of these classes."),
    ] = None,
    films: Annotated[Moving | None, typer.Option(help="Also write animations, in this format.")] = None,
    trust: Trust = None,
) -> None:
    """Draw a latent space: grids, encoded designs, landscape, searches, sensitivity, interpolation."""
    look_in_this_folder()
    from bench.latent import pictures
    from bench.latent.subject import find

    subject = find(encoder, problem, parameters(settings or []), trust or ())
    for path in pictures.write(subject, out, between, pictures.records_of(encoder), films and films.value):
        show(str(path))


@app.command()
def sample(
    encoder: Encoder,
    n: Annotated[int, typer.Option("-n", min=1, help="Number of designs.")] = 1000,
    problem: OfProblem = None,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(help="Directory for the files.")] = Path("samples"),
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format", help="csv; geojson, svg, dxf, stl (outlines); png (grids); obj, stl (meshes); repeatable."
        ),
    ] = None,
    size: Annotated[float, typer.Option(metavar="MM", help="Largest extent of drawings and solids.")] = 100.0,
    thickness: Annotated[float, typer.Option(metavar="MM", help="Thickness of solids.")] = 5.0,
    trust: Trust = None,
) -> None:
    """Sample designs from an encoder, print how good they are, and write files and pictures of them."""
    look_in_this_folder()
    from bench.analysis import plots
    from bench.latent import design_files, samples
    from bench.latent.subject import find

    subject = find(encoder, problem, parameters(settings or []), trust or ())
    drawn = samples.draw(subject, n)
    show(samples.sentences(subject, samples.summary(subject, drawn)))
    for path in design_files.write(
        drawn.designs, drawn.table(), out, formats or ["csv"], size, thickness, subject.problem.layout
    ):
        say(str(path))
    for name, draw in {"sheet": samples.sheet, "distribution": samples.distribution}.items():
        for path in plots.save(draw(subject, drawn)[0], out / name):
            say(str(path))


@app.command()
def dataset(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="NAME, or module:Class.")],
    settings: Settings = None,
    n: Annotated[int, typer.Option("-n", min=3, help="Number of designs in all splits together.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the draw.")] = 0,
    out: Annotated[Path | None, typer.Option(help="A new or empty folder; dataset-PROBLEM by default.")] = None,
) -> None:
    """Write a problem's training designs as Parquet, split into train, val and test, for other libraries."""
    look_in_this_folder()
    from bench.experiments.registry import make_problem
    from bench.names import file_names
    from bench.searching.training_data import write

    made = make_problem(problem, **parameters(settings or []))
    for path in write(made, n, seed, out or Path(f"dataset-{file_names([problem])[problem]}")):
        show(str(path))
