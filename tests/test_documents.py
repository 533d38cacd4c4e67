"""Every code block of the documents is run, by Sybil, in a folder where a finished experiment lies."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pandas as pd
import pytest
from support import latentbench
from sybil import Example, Sybil
from sybil.document import Document
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

import bench
from bench.experiments import catalogue

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

MAY_LACK = ("engibench", "nevergrad", "pymoo")
"""Libraries of others, which the tests do without; tests/bench/searching tries them where they are installed."""


def shell(example: Example) -> None:
    """Run the commands of a block that holds no others than ours."""
    text = re.sub(r"\s+#.*", "", str(example.parsed).replace("\\\n", " "))
    commands = [shlex.split(line) for line in text.splitlines() if line.strip()]
    if all(name == "latentbench" for name, *_ in commands):
        for _, *arguments in commands:
            answer = latentbench(*arguments)
            assert answer.returncode == 0, (arguments, answer.stderr)


def write_what_is_to_be_written(document: Document) -> None:
    """Write the blocks of which the text says "Write `FILE`:"."""
    for name, code in re.findall(
        r"[Ww]rite `(\w+\.\w+)`:\n\n```\w+\n(.*?)^```", document.text, re.DOTALL | re.MULTILINE
    ):
        Path(name).write_text(code, encoding="utf-8")


def loop(n: int = 2) -> pd.DataFrame:
    """Evaluations of a loop of one's own."""
    problem = bench.make_problem("isoperimetric")
    designs = problem.designs(n, np.random.default_rng(0))
    frame = pd.DataFrame(designs, columns=[f"x{i}" for i in range(problem.dim)])
    frame.insert(0, "value", problem.evaluate(designs).objective)
    return frame.assign(arm="vae/mine", replicate=0, evaluation=range(1, n + 1))


@pytest.fixture
def workplace(tiny: str, tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the current folder one with what documents take for granted; suites are small and one is finished."""
    for name in catalogue.suites():
        (tmp_path / f"{name}.toml").write_text(tiny.replace("tiny", name), encoding="utf-8")
    (tmp_path / "quick.toml").write_text(tiny, encoding="utf-8")
    shutil.copytree(tiny_run, tmp_path / "results" / "runs" / "quick")
    published = Path("results", "reference", "structure", "records")
    shutil.copytree(ROOT / published, tmp_path / published)
    (tmp_path / "mine.toml").write_text(tiny.replace("replicates = 2", "replicates = 3"), encoding="utf-8")
    loop().to_csv(tmp_path / "loop.csv", index=False)
    monkeypatch.setattr(catalogue, "SUITES", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("path", [path for path in DOCUMENTS if "```" in path.read_text("utf-8")], ids=lambda p: p.name)
def test_every_code_block_runs(path: Path) -> None:
    parsers = [
        PythonCodeBlockParser(),
        CodeBlockParser("bash", shell),
        CodeBlockParser("toml", lambda example: tomllib.loads(str(example.parsed)) and None),
        SkipParser(),
    ]
    document = Sybil(parsers).parse(path)
    write_what_is_to_be_written(document)
    for example in document.examples():
        try:
            example.evaluate()
        except SkipTest:
            continue
        except ModuleNotFoundError as error:
            if str(error.name).partition(".")[0] not in MAY_LACK:
                raise
