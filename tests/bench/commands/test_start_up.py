"""Starting must feel instant: what is heavy is imported where it is used."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ["torch", "pandas", "cma", "seaborn", "optuna", "sklearn", "scipy", "matplotlib", "pyarrow", "numpy"]


def test_the_command_line_starts_without_anything_heavy() -> None:
    commands = ["--help"], ["--version"], ["list"], ["list", "encoders"], ["run", "--help"]
    code = f"""
import json, sys
from bench.cli import main
for arguments in {commands!r}:
    sys.argv = ["latentbench", *arguments]
    print("\\f", flush=True)
    main()
    print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [json.loads(line) for line in done.stderr.splitlines()] == [[]] * len(commands)
    assert all(said.strip() for said in done.stdout.split("\f")[1:])


def test_importing_bench_costs_nothing_and_names_are_all_found() -> None:
    code = f"""
import sys, bench
assert not [name for name in {HEAVY!r} if name in sys.modules]
assert all(getattr(bench, name) for name in bench.__all__)
try:
    bench.nothing
except AttributeError as error:
    assert "nothing" in str(error)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
