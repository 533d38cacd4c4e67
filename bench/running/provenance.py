"""What a result was computed with: versions, machine, threads, commit."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("latentbench", "torch", "numpy", "scipy", "scikit-learn", "optuna", "cma", "shapely", "pandas", "pyarrow")
THREAD_SETTINGS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@cache
def collect() -> dict[str, Any]:
    """Versions of what enters the numbers, the commit of the suite, and the machine, as plain data."""
    return {
        "versions": versions(),
        "commit": commit(),
        "machine": {"system": platform.platform(), "processor": _processor(), "cores": os.cpu_count()},
    }


@cache
def of_worker() -> dict[str, Any]:
    """The same of a process that computes, with what may change the last digits between machines of equal versions.

    Those are the numbers of threads, and the instruction sets that Torch and the linear algebra of NumPy and SciPy have
    chosen for the processor.
    """
    return collect() | {"threads": {name: os.environ.get(name) for name in THREAD_SETTINGS}, "kernels": _kernels()}


def versions() -> dict[str, str | None]:
    """Versions of what enters the numbers."""
    return {"python": platform.python_version(), **{package: _version(package) for package in PACKAGES}}


def now() -> str:
    """The time, in UTC, as ISO 8601 writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def commit() -> str | None:
    """The commit of the checkout that the suite runs from, if it is one, and whether files differ from it."""
    here = Path(__file__).parent
    git = ["git", "-C", str(here)]
    try:
        subprocess.run([*git, "ls-files", "--error-unmatch", __file__], capture_output=True, check=True)  # noqa: S603
        described = [*git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*"]
        return subprocess.run(described, capture_output=True, check=True, text=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None


def _kernels() -> dict[str, str]:
    import scipy.linalg  # noqa: F401 - it brings a library of its own
    import torch
    from threadpoolctl import threadpool_info

    libraries = [library for library in threadpool_info() if library.get("user_api") == "blas"]
    found = {f"{library['internal_api']} {library['version']}": library.get("architecture") for library in libraries}
    return found | {"torch": torch.backends.cpu.get_cpu_capability()}
