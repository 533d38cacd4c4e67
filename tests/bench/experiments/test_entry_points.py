"""A package that announces plug-ins through entry points is found by name, once it is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import BadInput
from bench.experiments import catalogue, plugins, registry

PACKAGE = Path(__file__).parents[2] / "package"
NAMES = ("acme-spring", "acme-whitening", "acme-pattern")
EXPERIMENT = """
name = "acme"
replicates = 1
budget = 60

[[problems]]
name = "acme-spring"

[[encoders]]
name = "raw"

[[encoders]]
name = "acme-whitening"
latent_dim = 2

[[optimisers]]
name = "acme-pattern"
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process for which the package is installed; nothing is fetched for it."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--no-build-isolation", "--target", target, PACKAGE], check=True)
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(target), *filter(None, sys.path)])}


def latentbench(*commands: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys\nfrom bench.cli import main\n"
        f"for command in {commands!r}:\n    sys.argv = ['latentbench', *command.split()]\n    assert main() == 0\n"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, env=env, check=False)


def test_an_installed_package_is_listed_and_conforms(installed: dict[str, str], tmp_path: Path) -> None:
    done = latentbench("list", *(f"check {name}" for name in NAMES), cwd=tmp_path, env=installed)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"acme-spring +A chain of helical springs", done.stdout)
    assert [line.partition(":")[0] for line in done.stdout.splitlines() if "conforms:" in line] == [
        f"{name} conforms" for name in NAMES
    ]


def test_an_experiment_with_an_installed_package_ends_in_a_table(installed: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(EXPERIMENT, encoding="utf-8")
    done = latentbench("run acme.toml --jobs 1", cwd=tmp_path, env=installed)
    assert done.returncode == 0, done.stderr
    assert re.search(r"problem +small \(1\) +medium \(6\) +large \(60\)\n[ ─]+\n +acme-spring ", done.stdout)
    table = latentbench("table results/runs/acme", cwd=tmp_path, env=installed).stdout
    assert "wire volume ≤ 20" in table
    assert {"raw/acme-pattern", "acme-whitening/acme-pattern"} <= set(table.split())
    assert f"2 runs in {Path('results/runs/acme')}; 0 failed" in done.stderr


@pytest.fixture
def announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that announces what it should not."""
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[latentbench.problems]\nisoperimetric = thirdparty:Plain\ntwice = thirdparty:Plain\n"
        "[latentbench.encoders]\nbroken = acme_of_nowhere:Encoder\ntwice = thirdparty:Unfittable\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("announced")
def test_a_built_in_name_cannot_be_taken() -> None:
    assert registry.make_problem("isoperimetric").dim == 200


@pytest.mark.usefixtures("announced")
def test_an_entry_point_to_nowhere_is_one_line() -> None:
    with pytest.raises(BadInput, match="no module 'acme_of_nowhere'"):
        registry.make_encoder("broken")
    assert catalogue.summaries("encoders")["broken"] == "(acme_of_nowhere:Encoder)"


@pytest.mark.usefixtures("announced")
def test_a_name_for_two_kinds_must_be_told_apart() -> None:
    assert registry.make_problem("twice").dim == 4
    with pytest.raises(BadInput, match=r"one of problems and of encoders; give its class.* thirdparty:Unfittable"):
        plugins.kind_of("twice")
