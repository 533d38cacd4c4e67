"""What the documents show is run, and the numbers that they print are in the reference results."""

from __future__ import annotations

import doctest
import re
import shutil
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bench
from bench import checks
from bench.analysis import answer, fixed
from bench.analysis.records import Records
from bench.analysis.tables import efficiency_table, render
from bench.commands.common import app
from bench.experiments import plugins

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "results" / "reference"
PLATES = ("structure", "structure-encoders", "structure-fine", "structure-neighbourhood")
NUMBER = re.compile(r"(?<![\w.-])\d+(?:/31|\.\d+)?(?![\w%])")


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def findings(document: str) -> str:
    """A document without what describes the records' columns."""
    return (ROOT / document).read_text(encoding="utf-8").partition("# Records")[0]


def frames_of(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The committed records of a reference: runs and traces."""
    runs, traces = (pd.read_parquet(REFERENCE / name / "records" / f"{frame}.parquet") for frame in ("runs", "traces"))
    return runs, traces


@pytest.fixture(scope="module")
def derived() -> dict[str, str]:
    """The efficiency table of `standard`, made from its committed records: problem -> Markdown."""
    table = efficiency_table(*frames_of("standard"))
    parts = re.split(r"^## ", render(table, "markdown"), flags=re.MULTILINE)[1:]
    plain = (part.replace("_", "").replace("*", "") for part in parts if "Evaluations to target" in part)
    return {part.partition("\n")[0].strip(): part for part in plain}


def test_the_tables_of_standard_are_made_of_its_records(derived: dict[str, str]) -> None:
    published = (REFERENCE / "standard" / "table.md").read_text(encoding="utf-8")
    assert len(derived) == 10
    assert all(part.strip() in published.replace("_", "").replace("*", "") for part in derived.values())


@pytest.mark.parametrize("name", PLATES)
def test_the_tables_of_plates_are_made_of_their_records(name: str) -> None:
    folder = REFERENCE / name
    frames = frames_of(name)
    made = render(efficiency_table(*frames), "markdown")
    assert made.strip() == (folder / "table.md").read_text(encoding="utf-8").strip()


def test_what_is_said_of_plates_follows_from_their_tables() -> None:
    section = findings("results/README.md").partition("## Plates, in a suite")[2].partition("\n## ")[0]
    published = "".join(path.read_text("utf-8") for name in PLATES for path in (REFERENCE / name).glob("*.md"))
    known = set(re.findall(r"\S+", "60 20 120 40 8 11 14 500 1200 4800 0.05 0.15 0.3 1.5 1.2 1.05"))
    said = NUMBER.findall("\n".join(line for line in section.splitlines() if not line.startswith(("| ", "<img"))))
    assert [number for number in said if number not in set(NUMBER.findall(published)) | known] == []


def script(path: Path) -> Any:
    """A file of Python that is in no package, as a module."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_k_and_beta_are_worth_follows_from_the_records() -> None:
    folder = REFERENCE / "factors-encoder"
    frames = frames_of("factors-encoder")
    figure = script(folder / "figure.py")
    made = figure.written(figure.factors(figure.budget_table(*frames, figure.BUDGETS)))
    assert made == (folder / "factors.md").read_text(encoding="utf-8")
    section = findings("results/README.md").partition("## What k and β are worth")[2].partition("\n## ")[0]
    said = NUMBER.findall("\n".join(line for line in section.splitlines() if not line.startswith("<img")))
    known = {"11", "200", "2000", "2", "4", "8", "16", "32", "64", "0.001", "0.01", "1", "10"}
    assert [number for number in said if number not in set(NUMBER.findall(made)) | known] == []


def test_how_much_near_plates_are_worth_follows_from_the_records() -> None:
    folder = REFERENCE / "structure-neighbourhood"
    figure = script(folder / "figure.py")
    made = figure.written(figure.medians(figure.values(pd.read_parquet(folder / "records" / "runs.parquet"))))
    assert made == (folder / "neighbourhood.md").read_text(encoding="utf-8")


def test_what_is_said_of_the_search_that_reaches_the_bound_follows_from_its_records() -> None:
    folder = REFERENCE / "bound"
    records = Records(*frames_of("bound"))
    made = fixed.render_budgets(fixed.at(records, [1000, 2000, 5000]), "markdown")
    assert made.strip() == (folder / "at.md").read_text(encoding="utf-8").strip()
    best = records.runs.loc[records.runs["arm"] == "raw-fourier/coarse-to-fine", "best"]
    assert f"{best.min():.5g}" == "2.2131"
    assert f"{best.max():.5g}" == "2.2221"
    assert (best >= 2.15).all()
    assert records.runs["n_refused"].sum() == 0
    text = (ROOT / "docs" / "optimisers.md").read_text(encoding="utf-8")
    section = text.partition("## The search that reaches the bound")[2].partition("\n## ")[0]
    said = [
        number for line in section.splitlines() if not line.startswith(("|", "<img")) for number in NUMBER.findall(line)
    ]
    known = {"31", "5", "000", "2.15", "1", "2.2131", "2.2221", "2.2236", "32", "620"}
    assert [number for number in said if number not in set(NUMBER.findall(made)) | known] == []


@pytest.mark.parametrize("name", ["meshes", "scaling"])
def test_the_tables_of_bodies_are_made_of_their_records(name: str) -> None:
    folder = REFERENCE / name
    frames = frames_of(name)
    made = render(efficiency_table(*frames), "markdown")
    assert made.strip() == (folder / "table.md").read_text(encoding="utf-8").strip()
    section = findings("results/README.md").partition(f"## {name}\n")[2].partition("\n## ")[0]
    published = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.md")).translate({95: "", 42: ""})
    known = set(re.findall(r"\S+", "5 8 16 31 642 1926 2562 1000 300 1.05 1.1 1.2 1.4 200 0.5 50 100 2000 1.759 73"))
    said = [number for number in NUMBER.findall(section) if number not in set(NUMBER.findall(published)) | known]
    assert said == []


def test_what_is_said_of_wide_networks_follows_from_their_fits() -> None:
    folder = REFERENCE / "encoders"
    rows, widths = pd.read_csv(folder / "widths.csv"), script(folder / "widths.py")
    made = widths.written(rows)
    assert made == (folder / "widths.md").read_text(encoding="utf-8")
    section = findings("docs/encoders.md").partition("## Wider, longer, more designs\n")[2].partition("\n## ")[0]
    said = NUMBER.findall("\n".join(line for line in section.splitlines() if not line.startswith("|")))
    deep = rows[rows.groupby(["width", "epochs", "n_designs", "latent_dim"])["layers"].transform("nunique") > 1]
    deep = deep[(deep["network"] == "mlp") & (deep["fan_in"] == 256) & (deep["dim"] == 200)]
    trained = {f"{value:.3g}" for value in deep.groupby("layers")["rmse_trained"].median()}
    assert [number for number in said if number not in {*NUMBER.findall(made), *trained, "500"}] == []
    usual = widths.USUAL._asdict()
    plain = rows[rows[list(usual)[4:8]].eq(list(usual.values())[4:8]).all(axis=1)]
    assert plain["rmse"].notna().all()
    grown = {"width", "epochs", "n_designs"}
    for which in grown:  # the error falls, or stays within 2 %
        kept = ["network", *grown - {which}]
        medians = plain.groupby([*kept, which])["rmse"].median()
        assert (medians.groupby(kept).pct_change().dropna() < 0.02).all()


def test_what_training_designs_are_worth_follows_from_the_records() -> None:
    folder = REFERENCE / "factors-data"
    frames = frames_of("factors-data")
    figure = script(folder / "figure.py")
    made = figure.written(figure.factors(figure.budget_table(*frames, figure.BUDGETS)))
    assert made == (folder / "factors.md").read_text(encoding="utf-8")
    section = findings("results/README.md").partition("## What training designs are worth")[2].partition("\n## ")[0]
    said = NUMBER.findall("\n".join(line for line in section.splitlines() if not line.startswith("<img")))
    shown = set(NUMBER.findall(made + (folder / "table.md").read_text(encoding="utf-8")))
    assert [number for number in said if number not in shown | {"200", "2000"}] == []


def test_what_is_said_of_rivals_follows_from_their_records() -> None:
    folder = REFERENCE / "rivals"
    records = Records(*frames_of("rivals"))
    made = fixed.render_budgets(fixed.at(records, [25, 50, 100, 200]), "markdown")
    assert made.strip() == (folder / "at.md").read_text(encoding="utf-8").strip()
    section = findings("results/README.md").partition("## Rivals")[2].partition("\n## ")[0]
    claims = [line for line in (ROOT / "docs" / "claims.md").read_text("utf-8").splitlines() if "[rivals]" in line]
    assert len(claims) == 8
    said = NUMBER.findall(section) + [number for line in claims for number in NUMBER.findall(line.split(" | ")[2])]
    assert [number for number in said if number not in set(NUMBER.findall(made)) | {"8"}] == []


def test_what_is_said_of_heated_bodies_follows_from_their_records() -> None:
    folder = REFERENCE / "conduction"
    frames = frames_of("conduction")
    made = render(efficiency_table(*frames), "markdown")
    assert made.strip() == (folder / "table.md").read_text(encoding="utf-8").strip()
    section = findings("results/README.md").partition("## Heated bodies, in a suite")[2].partition("\n## ")[0]
    allowed = {number for path in folder.glob("*.md") for number in NUMBER.findall(path.read_text(encoding="utf-8"))}
    known = {"250", "2800", "40"}
    assert [number for number in NUMBER.findall(section) if number not in allowed | known] == []


def test_what_standard_found_by_budget_is_made_of_its_records() -> None:
    folder = REFERENCE / "standard"
    records = Records(*frames_of("standard"))
    made = fixed.render_budgets(fixed.at(records, [20, 200, 2000]), "markdown")
    assert made.strip() == (folder / "at.md").read_text(encoding="utf-8").strip()


def test_every_number_of_the_findings_is_in_the_tables(derived: dict[str, str]) -> None:
    known = {"20", "200", "2000", "2,000", "000", "500", "8", "32", "64", "15,000", "15", "60", "642", "1926"}
    sections = re.split(r"^## ", findings("results/README.md"), flags=re.MULTILINE)
    by_problem = {part.partition("\n")[0]: part for part in sections[1:] if part.partition("\n")[0] in derived}
    at = (REFERENCE / "standard" / "at.md").read_text(encoding="utf-8")
    by_budget = {part.partition("\n")[0].replace("\\", ""): part for part in re.split(r"^## ", at, flags=re.MULTILINE)}
    assert len(by_problem) == 10
    for name, text in by_problem.items():
        made = set(NUMBER.findall(by_budget[name])) | set(NUMBER.findall(derived[name]))
        said = NUMBER.findall(text.partition("\n")[2])
        assert [number for number in said if number not in made | known] == []


@pytest.mark.parametrize("suite", ["standard", "structure"])
def test_the_answers_of_suites_follow_from_their_records(suite: str) -> None:
    folder = REFERENCE / suite
    records = Records(*frames_of(suite))
    made = answer.render(answer.table(records), "markdown")
    assert made.strip() == (folder / "answer.md").read_text(encoding="utf-8").strip()


def test_every_number_of_the_readmes_answer_follows_from_the_records() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## The answer so far")[2].partition("\n## ")[0]
    text = "\n".join(line for line in text.splitlines() if not line.startswith("|"))
    known = {"31", "18", "5", "000"}  # replicates, arms, evaluations of `bound`
    said = NUMBER.findall(re.sub(r"^\d\. ", "", text, flags=re.MULTILINE))
    made = (REFERENCE / "standard" / "answer.md").read_text(encoding="utf-8")
    assert [number for number in said if number not in set(NUMBER.findall(made)) | known] == []


def test_the_python_of_the_readme_runs(
    tiny_file: Path, tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, optimiser = blocks(ROOT / "README.md", "python")
    assert len(code.splitlines()) < 20
    assert len(optimiser.splitlines()) < 15
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_run, tmp_path / "results" / "runs" / "quick")
    names: dict[str, object] = {}
    exec(optimiser, names)
    assert checks.check_optimiser(names["Halving"]) == []  # type: ignore[arg-type]
    exec(code.replace('"quick"', repr(str(tiny_file))), names)
    assert len(names["runs"]) == 10  # type: ignore[arg-type]
    assert {"problem", "arm", "target", "ert", "speed_up_strongest"} <= set(names["table"])  # type: ignore[call-overload]


def test_the_python_among_the_commands_runs() -> None:
    (code,) = blocks(ROOT / "docs" / "commands.md", "python")
    names: dict[str, object] = {}
    exec(code, names)
    assert names["latents"].shape == (200, 4)  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", range(1, len(blocks(ROOT / "docs" / "interop.md", "python"))))
def test_what_is_shown_of_another_library_runs_where_it_is_installed(number: int) -> None:
    code = blocks(ROOT / "docs" / "interop.md", "python")
    for library in re.findall(r"^(?:import|from) (\w+)", code[number], re.MULTILINE):
        pytest.importorskip(library)
    names: dict[str, object] = {}
    exec(code[0], names)
    exec(code[number], names)
    if "decoded" in names:
        assert names["decoded"].shape == names["designs"].shape  # type: ignore[attr-defined]
    if "function" in names:
        assert names["function"].ledger.price >= 20  # type: ignore[attr-defined]


def test_the_list_of_commands_is_whole() -> None:
    listed = set(re.findall(r"^latentbench (\w+)", (ROOT / "docs" / "commands.md").read_text("utf-8"), re.MULTILINE))
    assert listed == {command.name or command.callback.__name__ for command in app.registered_commands}


@pytest.mark.parametrize("document", ["README.md", "results/README.md", "docs/encoders.md", "docs/optimisers.md"])
def test_every_row_of_a_documents_tables_is_a_row_of_a_reference(document: str) -> None:
    tables = [path.read_text(encoding="utf-8").splitlines() for path in REFERENCE.glob("*/*.md")]
    reference = {line for table in tables for line in table}
    rows = [line for line in findings(document).splitlines() if line.startswith("| ")]
    assert len(rows) >= 4
    assert [row for row in rows if row not in reference] == []


def test_the_examples_for_contributors_conform() -> None:
    names: dict[str, Any] = {}
    for kind in plugins.BASES.values():
        module, _, name = kind.partition(":")
        exec(f"from {module} import {name}", names)
    exec("import numpy as np\nimport torch\nfrom problems.base import DifferentiableProblem", names)
    exec("from problems.base import Evaluation", names)
    exec("from problems.layouts.base import Layout\nfrom scipy.fft import idct", names)
    for code in blocks(ROOT / "CONTRIBUTING.md", "python"):
        exec(code, names)
    names["test_that_they_conform"]()


def test_the_picture_shows_every_room_and_none_imports_one_above_it() -> None:
    rooms = script(ROOT / "docs" / "rooms.py")
    order = [room for layer in rooms.layers() for room in layer] + list(rooms.SIDES)
    there = {path.stem for path in (ROOT / "bench").iterdir() if path.is_dir() or path.suffix == ".py"}
    assert {*order} - {*rooms.SIDES} == there - {"__init__", "__pycache__"}
    picture = rooms.PICTURE.read_text(encoding="utf-8")
    assert [room for room in order if picture.count(f">{room}<") < 2] == []
    for room, others in rooms.imports().items():
        assert [other for other in others if order.index(other) < order.index(room)] == []


@pytest.mark.parametrize("module", ["problems.base", "encoders.base", "bench.optimisers.base"])
def test_the_worked_example_of_each_interface_runs(module: str) -> None:
    failed, tried = doctest.testmod(import_module(module))
    assert tried > 5
    assert failed == 0


def test_every_column_of_the_records_is_described(tiny_run: Path) -> None:
    text = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    for frame in bench.load(tiny_run):
        assert [column for column in frame if f"`{column}`" not in text] == []


def test_every_number_of_the_claims_is_in_the_records_that_are_named_beside_it() -> None:
    text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8").partition("## Claims without")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][2:]
    assert rows
    said = {
        "200",
        "25",
        "2,000",
        "000",
        "1,000",
        "20,000",
        "1",
        "2",
        "20",
        "8",
        "32",
        "1.05",
        "1.5",
    }  # budgets, targets, sizes
    for _, _, found, named in rows:
        linked = [ROOT / "docs" / path for path in re.findall(r"\((\S+?)\)", named)]
        made = {
            number
            for path in linked
            for number in NUMBER.findall(path.read_text(encoding="utf-8").translate({95: "", 42: ""}))
        }
        assert [number for number in NUMBER.findall(found) if number not in made | said] == []
