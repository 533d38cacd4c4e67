"""Links in a directory from elsewhere: reading follows them, for nothing is shown but records; writing never does."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from pathlib import Path

import pytest
from hypothesis import strategies as st

import bench
from bench.analysis import plots
from bench.errors import BadInput
from bench.inspection.info import describe
from bench.running import execution, runner
from bench.store.directory import Store
from bench.store.records import Fitted, read_parquet
from fuzz.cases import cases
from fuzz.forge import alone, analyse, record
from fuzz.mutate import HOSTILE_TEXTS, edited, mutated

posix = pytest.mark.skipif(os.name != "posix", reason="makes links")


def read_all(directory: Path) -> None:
    """Do what reading commands do, or be refused."""
    try:
        with warnings.catch_warnings(action="ignore"):
            bench.load(directory)
        Store(directory).expected()
        describe(Store(directory))
    except BadInput:
        return


@cases(25, st.sampled_from(["experiment.json", "provenance.json"]), st.data())
def test_a_mutated_text_is_read_or_refused(small: Path, name: str, data: st.DataObject) -> None:
    with alone(small.parent / "out") as directory:
        (directory / name).write_bytes(data.draw(mutated([(directory / name).read_bytes()])))
        read_all(directory)


@cases(25, st.data())
def test_an_experiment_of_any_shape_is_read_or_refused(small: Path, data: st.DataObject) -> None:
    with alone(small.parent / "out") as directory:
        whole = json.loads((directory / "experiment.json").read_text(encoding="utf-8"))
        place = data.draw(st.sampled_from(["", "problems", "arms", "stages", "params"]))
        match place:
            case "":
                whole = data.draw(edited(whole))
            case "problems" | "arms":
                whole[place][0] = data.draw(edited(whole[place][0]))
            case "stages":
                whole["arms"][0]["stages"][0] = data.draw(edited(whole["arms"][0]["stages"][0]))
            case "params":
                whole["problems"][0]["params"] = data.draw(edited(whole["problems"][0]["params"]))
        (directory / "experiment.json").write_text(json.dumps(whole), encoding="utf-8")
        read_all(directory)


@pytest.mark.parametrize("text", ["null", "[]", "0", "[" * 10**5, '{"a":' * 10**4 + "1" + "}" * 10**4, "9" * 5000, ""])
@pytest.mark.parametrize("name", ["experiment.json", "provenance.json"])
def test_json_of_no_use_is_refused_or_passed_over(copy: Path, small: Path, name: str, text: str) -> None:
    (copy / name).write_text(text)
    if name == "experiment.json":
        with pytest.raises(BadInput, match=r"experiment\.json"):
            bench.load(copy)
        return
    with warnings.catch_warnings(action="ignore"), Store(copy).begin(bench.Experiment.load(small), {"versions": {}}):
        pass
    assert Store(copy).provenance() == [{"versions": {}}]


@posix
@pytest.mark.parametrize("name", ["records", "encoders", "aside", "log.txt", ".lock"])
def test_what_is_written_into_must_be_no_link(copy: Path, small: Path, tmp_path: Path, name: str) -> None:
    outside, path = tmp_path / "outside", copy / name
    if path.exists():
        path.rename(outside)
    else:
        outside.write_text("years of work")
    path.symlink_to(outside)
    before = sorted((each, each.stat().st_mtime_ns) for each in [outside, *outside.rglob("*")])
    with pytest.raises(BadInput, match="is a link"):
        bench.run(small, copy, jobs=1)
    assert sorted((each, each.stat().st_mtime_ns) for each in [outside, *outside.rglob("*")]) == before


@posix
@pytest.mark.parametrize("dangling", [False, True])
def test_files_that_are_links_are_replaced_and_what_they_point_to_is_left_alone(
    copy: Path, small: Path, tmp_path: Path, dangling: bool
) -> None:
    outside, elsewhere = tmp_path / "outside.txt", tmp_path / "elsewhere"
    if not dangling:
        outside.write_text("years of work")
        elsewhere.mkdir()
    record_, encoder = min((copy / "records").iterdir()), min((copy / "encoders").iterdir())
    shutil.rmtree(encoder)
    encoder.symlink_to(elsewhere)
    for path in (record_, copy / "provenance.json", copy / "best_known.toml", copy / ".provenance.json.part"):
        path.unlink(missing_ok=True)
        path.symlink_to(outside)
    for path in (copy / "records").iterdir():
        path.with_name(f".{path.name}.part").symlink_to(outside)
        path.unlink()
    experiment, store = bench.Experiment.load(small), Store(copy)
    with warnings.catch_warnings(action="ignore"), store.begin(experiment, {"versions": {}}):
        todo = runner.plan(experiment, store, store.doubt)
        assert len(todo.runs) == 10
        for order, run in todo.runs:
            record = execution.lost(run, order, experiment.name, "lost", "")
            del record.row["details"]  # which goes to the log
            store.append(record)
        for fit in todo.fits:
            store.put(Fitted(fit.key, b"", {}))
        store.keep_finds(["found"])
    assert len(todo.fits) == 1
    assert not any(path.is_symlink() for path in (copy / "records").iterdir())
    assert (outside.exists(), elsewhere.exists()) == (not dangling, not dangling)
    if not dangling:
        assert outside.read_text() == "years of work"
        assert list(elsewhere.iterdir()) == []


@posix
def test_a_figure_that_is_a_link_is_replaced(tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    (tmp_path / "outside").write_text("years of work")
    (tmp_path / "a.png").symlink_to("outside")
    plots.save(Figure(), tmp_path / "a")
    assert (tmp_path / "outside").read_text() == "years of work"


@posix
@pytest.mark.parametrize(
    "name",
    ["a\nrm -rf x.parquet", "\x1b[2J.parquet", "x" * 240 + ".parquet", b"\xff\xfe.parquet", "pack-999999.parquet"],
)
def test_files_by_any_name_are_set_aside_and_told_in_one_plain_line(copy: Path, small: Path, name: str | bytes) -> None:
    victim = min((copy / "records").iterdir())
    os.rename(victim, os.fsencode(victim.parent) + b"/" + os.fsencode(name))
    content = (copy / "records").glob("*")
    if name == "pack-999999.parquet":
        next(path for path in content if path.name == name).write_bytes(b"PAR1")
    store = Store(copy)
    with warnings.catch_warnings(action="ignore"), store.begin(bench.Experiment.load(small), {"versions": {}}):
        runner.plan(bench.Experiment.load(small), store, store.doubt)
    assert len(list((copy / "aside").iterdir())) == 1
    said = (copy / "log.txt").read_text(encoding="utf-8").splitlines()
    assert len([line for line in said if line.startswith("set aside: ")]) == 1
    assert all(line.isprintable() for line in said)
    assert analyse(copy) == 9


def test_records_are_found_in_packs_after_any_number(copy: Path) -> None:
    store = Store(copy)
    store.pack()
    (pack,) = (copy / "records").iterdir()
    pack.rename(pack.with_name("pack-999999.parquet"))
    row, trace = read_first(copy)
    (copy / "records" / f"{row['run']}.parquet").write_bytes(record(row, trace))
    store.pack()
    assert sorted(path.name for path in (copy / "records").iterdir()) == ["pack-1000000.parquet", "pack-999999.parquet"]
    assert analyse(copy) == 10


def read_first(copy: Path) -> tuple[dict[str, object], dict[str, object]]:
    rows, _ = read_parquet(next((copy / "records").iterdir()).read_bytes())
    return rows[0], {}


@pytest.mark.parametrize("label", HOSTILE_TEXTS)
def test_figures_of_any_label_stay_in_their_folder(label: str) -> None:
    from bench.report.figures import file_names

    (name,) = file_names([label]).values()
    assert Path("folder", f"gallery-{name}.png").resolve().parent == Path("folder").resolve()
