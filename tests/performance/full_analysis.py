"""Seconds and memory of all tables and the runtime distribution of 1,000 runs with 2,000 logged evaluations each.

Run as ``python tests/performance/full_analysis.py``. Where iohinspector is installed it loads the same records,
exported, and aggregates their running times. Linux only.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import bench

EXPERIMENT = """
name = "two-million-rows"
replicates = 25
budget = 2000
trace = "all"
""" + "".join(
    [
        *(
            f'[[problems]]\nname = "isoperimetric"\nlabel = "N = {n}"\nn_vertices = {n}\ndata = {{ n = 40 }}\n'
            for n in (12, 16)
        ),
        '[[encoders]]\nname = "raw"\n',
        *(f'[[encoders]]\nname = "pca"\nlabel = "pca-{k}"\nlatent_dim = {k}\n' for k in (2, 4, 6, 8)),
        *(f'[[optimisers]]\nname = "random-search"\nlabel = "batch-{m}"\nbatch = {m}\n' for m in (10, 20, 50, 100)),
    ]
)


def ours(folder: Path) -> None:
    """Every table, and the runtime distribution."""
    from bench.analysis import contents, ecdf
    from bench.analysis.records import Records

    begun = time.perf_counter()
    runs, traces = bench.load(folder / "records")
    print(f"load, {len(runs)} runs and {len(traces)} rows: {time.perf_counter() - begun:.2f} s")
    measured = {
        **{name: table.text for name, table in contents.TABLES.items()},
        "at 2000": contents.at_budgets([2000]),
        "ecdf": lambda *_: str(ecdf.attained(runs, traces)),
    }
    for name, table in measured.items():
        begun = time.perf_counter()
        table(Records(runs, traces), "csv")
        print(f"{name}: {time.perf_counter() - begun:.2f} s")


def theirs(folder: Path) -> None:
    """What iohinspector does to the same records."""
    import iohinspector

    begun = time.perf_counter()
    manager = iohinspector.DataManager()
    manager.add_folder(str(folder / "ioh"))
    data = manager.load(monotonic=True, include_meta_data=True)
    print(f"iohinspector loads {len(data)} rows: {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    iohinspector.metrics.aggregate_running_time(data, eval_max=2000)
    print(f"iohinspector, running times: {time.perf_counter() - begun:.2f} s")


def main() -> None:
    """Make the records, then measure each side in a process of its own."""
    sides = [ours, theirs] if find_spec("iohinspector") else [ours]
    if len(sys.argv) == 3:
        begun = time.perf_counter()
        {side.__name__: side for side in sides}[sys.argv[1]](Path(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{sys.argv[1]}: {time.perf_counter() - begun:.1f} s in all, at most {peak:.0f} MiB")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "experiment.toml").write_text(EXPERIMENT, encoding="utf-8")
        bench.run(folder / "experiment.toml", folder / "records")
        if theirs in sides:
            from bench.inspection.export import to_ioh

            print(f"{len(list(to_ioh(*bench.load(folder / 'records'), folder / 'ioh')))} files exported", flush=True)
        for side in sides:
            subprocess.run([sys.executable, __file__, side.__name__, str(folder)], check=True)


if __name__ == "__main__":
    main()
