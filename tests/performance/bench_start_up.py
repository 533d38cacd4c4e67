"""Until the command line answers: seconds on the wall of a fresh process, against a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

pytestmark = pytest.mark.benchmark(timer=time.perf_counter)


def python(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("argument", ["--help", "--version", "list"])
def test_answer(versus: Any, argument: str) -> None:
    versus(
        f"latentbench {argument}",
        lambda: python("-m", "bench.cli", argument),
        {"python -c pass": lambda: python("-c", "pass")},
    )
