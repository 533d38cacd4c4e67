"""What the documents show is run, and the numbers that they print are in the reference results."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bench import registry

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "results" / "reference"


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_python_of_the_readme_runs(tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    assert len(code.splitlines()) < 30
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(code.replace('"quick"', repr(str(tiny_file))), names)
    assert len(names["runs"]) == 10  # type: ignore[arg-type]
    assert {"problem", "arm", "target", "ert", "speed_up_strongest"} <= set(names["table"])  # type: ignore[call-overload]


@pytest.mark.parametrize("document", ["README.md", "docs/encoders.md", "docs/optimisers.md"])
def test_every_row_of_a_documents_tables_is_a_row_of_a_reference(document: str) -> None:
    tables = [path.read_text(encoding="utf-8").splitlines() for path in REFERENCE.glob("*/*.md")]
    reference = {line for table in tables for line in table}
    rows = [line for line in (ROOT / document).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(rows) > 10
    assert [row for row in rows if row not in reference] == []


def test_the_examples_for_contributors_conform() -> None:
    names: dict[str, Any] = {}
    for kind in registry.BASES.values():
        module, _, name = kind.partition(":")
        exec(f"from {module} import {name}", names)
    exec("import numpy as np\nimport torch\nfrom problems.base import DifferentiableProblem", names)
    for code in blocks(ROOT / "CONTRIBUTING.md", "python"):
        exec(code, names)
    names["test_that_they_conform"]()


def test_every_column_of_the_records_is_described(tiny_file: Path, tmp_path: Path) -> None:
    import bench

    text = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    for frame in bench.load(bench.run(tiny_file, tmp_path / "out", jobs=2).path):
        assert [column for column in frame if f"`{column}`" not in text] == []
