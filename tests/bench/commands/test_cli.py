from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from support import ENVIRONMENT, latentbench

import bench


def process(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, as a user does; it takes seconds to start."""
    command = [sys.executable, "-m", "bench.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=ENVIRONMENT, check=False)


@pytest.fixture
def folder(tiny: str, tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tiny experiment has been run."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "tiny.toml").write_text(tiny, encoding="utf-8")
    shutil.copytree(tiny_run, folder / "results" / "runs" / "tiny")
    return folder


def test_a_run_prints_its_table_and_says_on_standard_error_what_was_done(tiny_file: Path) -> None:
    folder = tiny_file.parent
    done = process("run", "tiny.toml", "--jobs", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Who is ahead" in done.stdout
    assert f"10 runs in {Path('results/runs/tiny')}; 0 failed" in done.stderr
    assert "runs 10/10" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    table = latentbench("table", "results/runs/tiny", "--answer", cwd=folder)
    assert (table.returncode, table.stderr) == (0, "")
    assert table.stdout in done.stdout


@pytest.mark.parametrize(
    ("form", "mark"), [("text", "raw/l-bfgs"), ("markdown", "| --: |"), ("latex", r"\toprule"), ("csv", "problem,")]
)
def test_a_table_goes_to_standard_output_alone(folder: Path, form: str, mark: str) -> None:
    done = latentbench("table", "results/runs/tiny", "--format", form, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert mark in done.stdout


def test_plots_are_written_and_named(folder: Path) -> None:
    done = latentbench("plot", "results/runs/tiny", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    paths = [folder / line for line in done.stdout.splitlines()]
    assert {"convergence.png", "ecdf.pdf", "sheet-isoperimetric.png"} < {path.name for path in paths}
    assert all(path.stat().st_size > 1000 for path in paths)


def test_experiments_are_tabulated_together_and_what_differs_goes_to_standard_error(folder: Path) -> None:
    other = (folder / "tiny.toml").read_text(encoding="utf-8").replace('name = "tiny"', 'name = "other"\nseed = 1')
    (folder / "other.toml").write_text(other, encoding="utf-8")
    assert latentbench("run", "other.toml", cwd=folder).returncode == 0
    paths = ("results/runs/tiny", "results/runs/other")
    done = latentbench("table", *paths, "--format", "csv", cwd=folder)
    assert done.returncode == 0
    assert "raw/l-bfgs (tiny)" in done.stdout
    assert "replicates are not paired" in done.stderr
    twice = latentbench("table", paths[0], paths[0], cwd=folder)
    assert (twice.returncode, twice.stdout, len(twice.stderr.splitlines())) == (2, "", 1)


def test_the_audit_says_what_limits_a_comparison_and_is_no_failure(folder: Path) -> None:
    done = latentbench("audit", "results/runs/tiny", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "replicates: too few for intervals or tests" in done.stdout


def test_a_second_run_has_nothing_to_do_and_says_the_same(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    done = latentbench("run", "tiny.toml", cwd=folder)
    assert done.returncode == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == before


def test_a_dry_run_writes_nothing_and_says_what_is_left(folder: Path, tmp_path: Path) -> None:
    done = latentbench("run", folder / "tiny.toml", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert "4 fits and 10 runs, 400 evaluations in all" in done.stderr
    assert list(tmp_path.iterdir()) == []
    done = latentbench("run", "tiny.toml", "--dry-run", cwd=folder)
    assert "0 fits and 0 runs," in done.stderr
    assert "10 runs are there already" in done.stderr


def test_failed_runs_are_named_and_exit_with_1(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from bench.optimisers.base import Optimiser\n\n\nclass Mine(Optimiser):\n"
        "    def minimise(self, objective, rng):\n        raise RuntimeError('not today')\n"
    )
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nreplicates = 1\nbudget = 5\n[[problems]]\nname = "isoperimetric"\nn_vertices = 8\n'
        'data = { n = 10 }\n[[encoders]]\nname = "raw"\n[[optimisers]]\nname = "mine:Mine"\n'
        '[[optimisers]]\nname = "random-search"\n'
    )
    done = process("run", "mine.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert "failed: isoperimetric: raw/mine:Mine, replicate 0, search 0: RuntimeError: not today" in done.stderr
    assert "No answer" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="is interrupted by signals")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_says_how_to_go_on(tmp_path: Path, tiny_file: Path, sent: int) -> None:
    command = [sys.executable, "-m", "bench.cli", "run", str(tiny_file), "--out", str(tmp_path / "out")]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # shells make background jobs ignore it
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, preexec_fn=heed
    )
    while process.poll() is None and not (tmp_path / "out" / "provenance.json").exists():
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "latentbench: interrupted; finished runs are kept" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("budget = 40", "budget = 0", "budget"),
        ("hidden = 8", "hiden = 8", "did you mean 'hidden'"),
        ("hidden = 8", '"a\\nb" = 8', "is unknown"),
    ],
)
def test_a_bad_experiment_file_is_one_line_too(tmp_path: Path, tiny: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "bad.toml").write_text(tiny.replace(old, new, 1), encoding="utf-8")
    done = latentbench("run", "bad.toml", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("latentbench: bad.toml: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert [path.name for path in folder.iterdir()] == ["bad.toml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "qick"], "did you mean 'quick'"),
        (["run", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["run", "--jobs", "0"], "'--jobs'"),
        (["run", "--jobs", "many"], "'--jobs'"),
        (["run", "--job", "1"], "--job"),
        (["rum"], "rum"),
        (["table"], "DIR"),
        (["table", "nowhere"], "nowhere: there is no such directory"),
        (["table", "."], "holds no experiment"),
        (["table", ".", "--format", "word"], "word"),
        (["plot", "nowhere"], "nowhere: there is no such directory"),
        (["list", "encoders", "vea"], "did you mean 'vae'"),
        (["list", "colours"], "colours"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = latentbench(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("latentbench: ")
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_process_ends_with_the_same_line_and_exit_code(tmp_path: Path) -> None:
    done = process("run", "qick", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == latentbench("run", "qick", cwd=tmp_path)


def test_a_truncated_record_is_named_where_it_is_read(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "results", tmp_path / "results")
    victim = next((tmp_path / "results/runs/tiny/records").iterdir())
    victim.write_bytes(victim.read_bytes()[:100])
    done = latentbench("table", "results/runs/tiny", cwd=tmp_path)
    assert done.returncode == 0
    assert victim.name in done.stderr
    assert "9 of 10 runs" in done.stderr


def test_listing_names_every_plugin_with_a_sentence(tmp_path: Path) -> None:
    done = latentbench("list", cwd=tmp_path)
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines() if line.startswith("  ")]
    assert {"isoperimetric", "raw", "pca", "ae", "vae", "random-search", "cma-es", "tpe", "l-bfgs", "quick"} <= {
        line[0] for line in lines
    }
    assert all(len(line) == 2 and line[1].endswith(".") for line in lines)
    one = latentbench("list", "encoders", "vae", cwd=tmp_path)
    assert "latent_dim = 2" in one.stdout


def test_version_is_the_packages(tmp_path: Path) -> None:
    assert re.fullmatch(
        rf"latentbench {re.escape(bench.__version__)}( \([0-9a-f]{{40}}(-dirty)?\))?\n",
        process("--version", cwd=tmp_path).stdout,
    )


def test_encoders_are_told_and_what_can_be_reached_through_them(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "results", tmp_path / "results")
    done = latentbench("table", "results/runs/tiny", "--encoders", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "vae-2" in done.stdout
    assert "reachable" not in done.stdout.split("Medians")[0]
    done = latentbench("reach", "results/runs/tiny", "--budget", "100", "--jobs", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "reachable σ" in done.stdout
    assert "reachable σ" in latentbench("table", "results/runs/tiny", cwd=tmp_path).stdout


def test_an_encoder_whose_training_comes_to_nothing_fails_its_runs_alone(tmp_path: Path, tiny: str) -> None:
    (tmp_path / "tiny.toml").write_text(tiny.replace("learning_rate = 0.01", "learning_rate = 1e30"))
    done = latentbench("run", "tiny.toml", "--jobs", "1", cwd=tmp_path)
    assert done.returncode == 1
    assert "its encoder could not be fitted: FloatingPointError: the training loss is" in done.stderr
    runs, _ = bench.load(tmp_path / "results" / "runs" / "tiny")
    assert set(runs.loc[runs["arm"].str.startswith("raw"), "status"]) == {"completed"}
