"""Seconds and memory that it takes to load and tabulate very many records, and to find that nothing is left to do.

Run as ``python tests/performance/many_records.py [RUNS]``; by default 100,000. Each has the trace of a real run. Linux
only.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bench
from bench.running import provenance
from bench.running.finished import asked
from bench.store.directory import Store
from bench.store.packs import PACK_SIZE
from bench.store.records import Record, concatenate, read_parquet, to_parquet, traces

EXPERIMENT = """
name = "many"
replicates = {replicates}
searches = {searches}
budget = 500
[[problems]]
name = "isoperimetric"
data = {{ n = 200 }}
[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
[[optimisers]]
name = "cma-es"
[[optimisers]]
name = "l-bfgs"
"""
SEARCHES = 50


def write(folder: Path, runs: int) -> tuple[Path, Path]:
    """An experiment of so many runs, all copies of a few real ones; its file and directory."""
    models = folder / "models"
    file = folder / "many.toml"
    file.write_text(EXPERIMENT.format(replicates=1, searches=1), encoding="utf-8")
    bench.run(file, models, jobs=2)
    real = []
    for path in sorted((models / "records").iterdir()):
        (row,), table = read_parquet(path.read_bytes())
        flat = traces(table)
        real.append((row, {name: flat[name].to_pylist() for name in flat.column_names if name != "run"}))
    print(f"traces of {', '.join(str(len(trace['objective'])) for _, trace in real)} rows")
    file.write_text(EXPERIMENT.format(replicates=runs // (len(real) * SEARCHES), searches=SEARCHES), encoding="utf-8")
    experiment, store = bench.Experiment.load(file), Store(folder / "out")
    models_by_arm = {row["arm"]: (row, trace) for row, trace in real}
    with store.begin(experiment, {"started": provenance.now(), **provenance.collect(), **asked(experiment)}):
        tables = []
        for order, run in enumerate(experiment.runs()):
            row, trace = models_by_arm[run.arm.label]
            own = {"run": run.key, "order": order, "replicate": run.replicate, "search": run.search}
            tables.append(read_parquet(Record(row | own, trace).to_parquet())[1])
            if len(tables) == PACK_SIZE:
                number = (order + 1) // PACK_SIZE
                (store.path / "records" / f"pack-{number:06}.parquet").write_bytes(to_parquet(concatenate(tables)))
                tables = []
    return file, store.path


def timed(*arguments: str) -> None:
    """Run a command of the suite, and print its seconds and the most memory it held."""
    begun = time.monotonic()
    code = "import resource, sys; from bench.cli import main; code = main(); " + (
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    held = float(done.stderr.splitlines()[-1])
    print(f"{arguments[0]:8} {time.monotonic() - begun:6.1f} s {held:6.2f} GiB", flush=True)


def main() -> None:
    """Print what each command takes."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        file, out = write(Path(folder), runs)
        size = sum(path.stat().st_size for path in (out / "records").iterdir()) / 2**20
        print(f"{runs} records in {len(list((out / 'records').iterdir()))} files, {size:.0f} MiB")
        timed("table", str(out))
        timed("info", str(out))
        timed("run", str(file), "--out", str(out))


if __name__ == "__main__":
    main()
