"""Starting must feel instant: what is heavy is imported where it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ["torch", "pandas", "cma", "seaborn", "optuna", "sklearn", "scipy", "matplotlib", "pyarrow", "numpy"]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["list"], ["list", "encoders"], ["run", "--help"]])
def test_the_command_line_starts_without_anything_heavy(arguments: list[str]) -> None:
    code = f"""
import json, sys
sys.argv = ["latentbench", *{arguments!r}]
from bench.cli import main
main()
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stderr.splitlines()[-1]) == []
    assert done.stdout


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
