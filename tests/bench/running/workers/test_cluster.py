"""A real Dask scheduler and two workers, each a process of its own, on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support import ENVIRONMENT, assert_same_records, experiment_file

import bench
from bench.errors import BadInput

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="ends whole groups of processes by signals")


class Cluster:
    """A scheduler, its file, and as many workers as are started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.processes = [self._start("scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard")]
        deadline = time.monotonic() + 60
        while not self.file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.workers = [self.add_worker() for _ in range(2)]

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, with a nanny that starts it again when it dies, as is the default."""
        number = str(len(self.processes))
        process = self._start("worker", "--nthreads", "1", "--local-directory", str(self.folder / number))
        self.processes.append(process)
        return process

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", str(self.file), *options]
        return subprocess.Popen(command, env=ENVIRONMENT, start_new_session=True, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        for process in reversed(self.processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.end()


def test_an_experiment_begun_here_is_resumed_there_and_its_records_are_those_of_one_machine(
    cluster: Cluster, tiny: str, tiny_run: Path, tmp_path: Path
) -> None:
    bench.run(experiment_file(tiny.replace("replicates = 2", "replicates = 1"), tmp_path), tmp_path / "out", jobs=1)
    there = bench.run(experiment_file(tiny, tmp_path), tmp_path / "out", dask=str(cluster.file))
    assert there.failures == {}
    assert_same_records(tiny_run, there.path)
    assert {path.name for path in there.path.glob("encoders/*")} == {path.name for path in tiny_run.glob("encoders/*")}


def test_an_encoder_is_fitted_once_for_all_runs_that_need_it(cluster: Cluster, tiny: str, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    counting = f'name = "thirdparty:Counting"\nlabel = "vae-2"\nmarks = "{marks}"\n'
    text = tiny.replace('name = "vae"\nlabel = "vae-2"\nhidden = 8\nepochs = 60\nlearning_rate = 0.01\n', counting)
    assert bench.run(experiment_file(text, tmp_path), tmp_path / "out", dask=str(cluster.file)).failures == {}
    assert len(list(marks.iterdir())) == 2  # replicates; three arms need the encoder


def test_a_run_that_ends_its_process_or_never_returns_is_named(cluster: Cluster, tmp_path: Path) -> None:
    text = 'name = "lethal"\nreplicates = 1\nbudget = 9\n[[problems]]\nname = "thirdparty:Plain"\n'
    text += '[[encoders]]\nname = "raw"\n[[optimisers]]\nname = "random-search"\n'
    ways = {
        "segfault": "it ended its process: Fatal Python error: Segmentation fault",
        "kill": "its process was killed by SIGKILL, for the second time, this time alone",
        "hang": "it took longer than the time limit of 5 s",
    }
    for way in ways:
        text += f'[[optimisers]]\nname = "thirdparty:Lethal"\nlabel = "{way}"\nway = "{way}"\n'
    summary = bench.run(experiment_file(text, tmp_path), tmp_path / "out", dask=str(cluster.file), time_limit=5)
    runs = bench.load(summary.path)[0].set_index("optimiser")
    assert runs.loc["random-search", "status"] == "completed"
    assert dict(runs.loc[list(ways), "reason"]) == ways


def test_a_cluster_that_loses_a_worker_in_mid_run_loses_nothing_but_time(cluster: Cluster, tmp_path: Path) -> None:
    text = (
        'name = "slow"\nreplicates = 6\nbudget = 400\n[[problems]]\nname = "thirdparty:Slow"\nn_vertices = 12\n'
        'data = { n = 10 }\n[[encoders]]\nname = "raw"\n[[optimisers]]\nname = "random-search"\nbatch = 5\n'
    )
    path, out = experiment_file(text, tmp_path), tmp_path / "out"
    command = [sys.executable, "-m", "bench.cli", "run", str(path), "--out", str(out), "--dask", str(cluster.file)]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(out.glob("records/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(cluster.workers[0].pid, signal.SIGKILL)
    assert process.poll() is None
    _, said = process.communicate(timeout=120)
    cluster.workers[0] = cluster.add_worker()
    assert process.returncode == 0, said
    assert_same_records(out, bench.run(path, tmp_path / "undisturbed", jobs=1).path)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:1", "no Dask scheduler answers"),
        ("nonsense://here", "no Dask scheduler answers"),
    ],
)
def test_an_address_where_no_scheduler_is_is_refused_before_anything_is_written(
    address: str, said: str, tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.running.workers.teams.SECONDS_TO_CONNECT", 1)
    with pytest.raises(BadInput, match=said):
        bench.run(tiny_file, tmp_path / "out", dask=address)
    assert not (tmp_path / "out").exists()


def test_jobs_and_a_cluster_exclude_each_other(tiny_file: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="jobs: 2 has no meaning on a Dask cluster"):
        bench.run(tiny_file, tmp_path / "out", jobs=2, dask="tcp://127.0.0.1:1")
