from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import ENVIRONMENT

from bench.running import finished as of
from bench.running.finished import finished

SAID = "import sys; from bench.cli import main; code = main(); print('torch' in sys.modules); sys.exit(code)"


@pytest.fixture
def there(tiny_run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_run, tmp_path / "there")


def test_a_finished_experiment_is_told_without_torch_and_nothing_is_written(tiny_file: Path, there: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in there.rglob("*")}
    command = [sys.executable, "-c", SAID, "run", str(tiny_file), "--out", str(there)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stdout.startswith("- On isoperimetric, without gradients")
    assert "10 runs in" in done.stderr
    assert done.stdout.splitlines()[-1] == "False"
    assert {path: path.stat().st_mtime_ns for path in there.rglob("*")} == before


def _lose_a_record(there: Path, file: Path) -> None:
    next((there / "records").iterdir()).unlink()


def _break_a_record(there: Path, file: Path) -> None:
    path = next((there / "records").iterdir())
    path.write_bytes(path.read_bytes()[:-100])


def _add_a_stranger(there: Path, file: Path) -> None:
    path = next((there / "records").iterdir())
    shutil.copy(path, path.with_stem("0" * len(path.stem)))


def _change_what_is_there(there: Path, file: Path) -> None:
    path = there / "experiment.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"budget": 40', '"budget": 41'), encoding="utf-8")


def _ask_for_more(there: Path, file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("replicates = 2", "replicates = 3"), encoding="utf-8")


def _forget_how_it_began(there: Path, file: Path) -> None:
    (there / "provenance.json").write_text("[]", encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [_lose_a_record, _break_a_record, _add_a_stranger, _change_what_is_there, _ask_for_more, _forget_how_it_began],
)
def test_after_any_change_it_is_looked_at_closely(
    change: Callable[[Path, Path], None], tiny_file: Path, there: Path
) -> None:
    assert finished(tiny_file, there) is not None
    change(there, tiny_file)
    assert finished(tiny_file, there) is None


def test_other_versions_are_looked_at_closely(tiny_file: Path, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of.provenance, "versions", lambda: {"python": "2.7"})
    assert finished(tiny_file, there) is None
