"""Measure all ratios and leave them on a page: ``python tests/performance/page.py``.

The page is results/reference/performance/README.md, beside its picture, costs.png. For a trial, any of pytest's options
and ``--rounds``, such as ``--rounds 3 -k logging``: then the page is printed, and nothing is left.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from itertools import cycle, groupby
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from bench.analysis.plots.style import GREY, PAGE, PALETTE, STYLE

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "results" / "reference" / "performance"
COMMAND = "python tests/performance/page.py"
PICTURE = "![What an evaluation costs by the size of the problem](costs.png)"
PACKAGES = (
    "latentbench", "torch", "numpy", "scipy", "cma", "optuna", "shapely", "pandas", "pyarrow", "ioh", "coco-experiment",
    "pytest-benchmark",
)  # fmt: skip


def measure(arguments: list[str]) -> dict[str, Any]:
    """Run the benchmarks, and give pytest-benchmark's report.

    Raises
    ------
    SystemExit
        If one of them fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            str(HERE),
            "-o",
            "python_files=bench_*.py",
            "-p",
            "no:randomly",
            "--dist=no",
            "-q",
        ]
        timing = ["--benchmark-timer=time.process_time", "--benchmark-quiet", f"--benchmark-json={report}"]
        one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run([*command, *timing, *arguments], cwd=ROOT, env=os.environ | one_thread)
        if done.returncode:
            raise SystemExit(done.returncode)
        return json.loads(report.read_text(encoding="utf-8"))


def page(report: dict[str, Any], load: float) -> str:
    """Write the report as Markdown."""
    rows = report["benchmarks"]
    sections = [
        section(Path(file), list(of_file))
        for file, of_file in groupby(rows, lambda row: row["fullname"].split("::")[0])
    ]
    shown = [PICTURE] if any(row["extra_info"].get("at") for row in rows) else []
    return "\n\n".join([introduction(report, load), aims(rows), *shown, *sections]) + "\n"


def introduction(report: dict[str, Any], load: float) -> str:
    """Say what was measured, when, on what and with what."""
    machine, rounds = report["machine_info"], max(row["stats"]["rounds"] for row in report["benchmarks"])
    processor = machine["cpu"].get("brand_raw", machine["processor"])
    cores = f"{machine['cpu']['count']} cores, load {load:.1f} at the start"
    versions = ", ".join(f"{package} {_version(package)}" for package in PACKAGES)
    return f"""# Speed, measured

```text
{COMMAND}
```

Every number below is from one run of this command. The two sides of a ratio are timed in turn, up to {rounds} times
(fewer where it is slow), in one process of one thread, in CPU time unless a section says otherwise; a machine that
drifts moves both. Ratios are ours / theirs, the median over the rounds, between quartiles: below 1, ours is the faster.

{report["datetime"][:10]}; {processor}, {cores}; {machine["system"]} {machine["release"]},
Python {machine["python_version"]}; {versions}."""


def aims(rows: list[dict[str, Any]]) -> str:
    """List every aim beside what was measured."""
    lines = []
    for row in rows:
        info = row["extra_info"]
        for name, aim in info["aims"].items():
            measured = ratio(info["seconds"], name)[0]
            verdict = "not told" if measured == "–" else "reached" if float(measured) <= aim else "**missed**"
            lines.append(f"- {info['what']}, against {name}: asked ≤ {aim:.3g}, measured {measured}: {verdict}")
    return "\n".join(["## Aims", "", *lines])


def picture(rows: list[dict[str, Any]]) -> Figure:
    """Draw what grows with the size of a problem: a panel an axis, a line each of ours; the other sides are dashed."""
    panels: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for row in rows:
        axis, line, place = row["extra_info"].get("at") or (None, "", 0)
        for name, seconds in row["extra_info"]["seconds"].items() if axis else ():
            lines = panels.setdefault(axis, {})
            lines.setdefault(line if name == "ours" else f"{name} ({line})", []).append(
                (place, float(np.median(seconds)))
            )
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(PAGE, 3.4 * len(panels)), layout="constrained")
        for ax, (axis, lines) in zip(figure.subplots(len(panels), squeeze=False)[:, 0], panels.items(), strict=True):
            ours = [line for line in lines if not line.endswith(")")]
            for (line, points), colour in zip(((each, lines[each]) for each in ours), cycle(PALETTE)):
                ax.plot(*np.transpose(sorted(points)), "o-", markersize=3.5, color=colour, label=line)
            for line in lines.keys() - ours:
                ax.plot(*np.transpose(sorted(lines[line])), "--", color=GREY, linewidth=0.7, zorder=1)
            names = sorted({line.partition(" (")[0] for line in lines.keys() - ours})
            ax.plot([], [], "--", color=GREY, linewidth=0.7, label=", ".join(names))
            ax.set(xscale="log", yscale="log", xlabel=axis, ylabel="seconds each")
            sizes = sorted({place for points in lines.values() for place, _ in points})
            ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
            ax.set_xticks([], minor=True)
            ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return figure


def section(file: Path, rows: list[dict[str, Any]]) -> str:
    """One file's table under what its docstring says."""
    heading, text = _docstring(file)
    noted = any("note" in row["extra_info"] for row in rows)
    head = ["", "ours", "against", "theirs", "ratio", "quartiles", *([""] if noted else [])]
    lines = [_line(head), _line(["---", *["---:", "---", "---:", "---:", "---", "---"][: len(head) - 1]])]
    for row in rows:
        info = row["extra_info"]
        seconds = info["seconds"]
        for name in seconds:
            if name == "ours":
                continue
            cells = [info["what"], readable(seconds["ours"]), name, readable(seconds[name]), *ratio(seconds, name)]
            lines.append(_line([*cells, *([info.get("note", "")] if noted else [])]))
    return "\n".join([f"## {heading}", "", *([text, ""] if text else []), *lines])


def ratio(seconds: dict[str, list[float]], name: str) -> tuple[str, str]:
    """Ours over another's, round by round: their median and quartiles; dashes where the other's drown in noise."""
    ours, theirs = np.array(seconds["ours"]), np.array(seconds[name])
    if np.quantile(theirs, 0.25) <= 0:
        return "–", "–"
    low, middle, high = np.quantile(ours / theirs, [0.25, 0.5, 0.75])
    return f"{middle:.3g}", f"{low:.3g} to {high:.3g}"


def readable(seconds: list[float]) -> str:
    """Give the median with a unit that suits it."""
    middle = float(np.median(seconds))
    unit, factor = next((pair for pair in (("s", 1), ("ms", 1e3)) if abs(middle) * pair[1] >= 1), ("µs", 1e6))
    return f"{middle * factor:#.3g}".rstrip(".") + f" {unit}"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _docstring(file: Path) -> tuple[str, str]:
    """First line and the rest of a benchmark's docstring."""
    text = ast.get_docstring(ast.parse((ROOT / file).read_text(encoding="utf-8"))) or file.stem
    heading, _, rest = text.partition("\n")
    return heading.rstrip("."), rest.strip()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(absent)"


def main() -> None:
    """Measure; leave the page, or print it if anything was asked for on the command line."""
    load, arguments = os.getloadavg()[0], sys.argv[1:]
    report = measure(arguments)
    text = page(report, load)
    if arguments:
        print(text)
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "README.md").write_text(text, encoding="utf-8")
    picture(report["benchmarks"]).savefig(FOLDER / "costs.png", dpi=150, metadata={"Software": None})
    print(f"{FOLDER.relative_to(ROOT)} is written")


if __name__ == "__main__":
    main()
