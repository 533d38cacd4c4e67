"""Every plug-in that can be found by name conforms, without being listed here; and the kit notices what does not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any, get_args

import numpy as np
import pytest
from support import cheaply
from thirdparty import bad_encoders, bad_optimisers, bad_problems

import bench
from bench import checks
from bench.checks import encoder, optimiser, problem
from bench.checks.kit import Finding
from bench.errors import BadInput
from bench.experiments import plugins, registry
from encoders.linear import Linear
from problems import outlines

DESIGNS, _ = outlines.draw(60, np.random.default_rng(0), 12)

Findings = Callable[[Any], Iterator[Finding]]


@pytest.mark.parametrize("name", [name for kind in get_args(plugins.Kind) for name in plugins.targets(kind)])
def test_a_plugin_conforms(name: str) -> None:
    try:
        registry.resolve_any(name, cheaply(name))
    except BadInput as error:
        if "pip install" not in str(error):
            raise
        pytest.skip(str(error))
    assert checks.check(name, **cheaply(name)) == []


@pytest.mark.parametrize(
    ("findings", "plugins"),
    [
        (problem.findings, bad_problems),
        (partial(encoder.findings, designs=DESIGNS), bad_encoders),
        (optimiser.findings, bad_optimisers),
    ],
)
def test_the_kit_notices_what_is_wrong_and_has_no_check_that_notices_nothing(findings: Findings, plugins: Any) -> None:
    for plugin in plugins.GOOD:
        assert [finding for finding in findings(plugin) if finding.objections] == []
    noticing, missed = set(), {}
    for plugin, said in plugins.NOTICED.items():
        objections = {finding.what: finding.objections for finding in findings(plugin) if finding.objections}
        noticing |= set(objections)
        if not any(said in sentence for sentences in objections.values() for sentence in sentences):
            missed[plugin] = objections
    assert missed == {}
    assert {finding.what for plugin in plugins.GOOD for finding in findings(plugin)} - noticing == set()


def test_classes_that_cannot_be_imported_elsewhere_are_sent_along(tmp_path: Any) -> None:
    class Local(Linear):
        pass

    assert checks.check_encoder(lambda: Local(4), DESIGNS) == []
    script = tmp_path / "script.py"
    script.write_text(
        "from bench import checks\nfrom bench.checks import Bowl\n\n\nclass Mine(Bowl):\n    pass\n\n\n"
        "if __name__ == '__main__':\n    print(checks.check_problem(Mine()))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def phantom(name: str, code: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Make a module that only this process has."""
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(code, vars(module))
    return module


AWAY = "os.environ.get('PYTHONHASHSEED') in ('1', '2')"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"if {AWAY}: raise ValueError('not here')", "in another process it raised ValueError: not here"),
        (f"if {AWAY}: os._exit(1)", "in another process it ended its process with exit code 1"),
        ("self.lock = threading.Lock()", "it raised TypeError: cannot pickle '_thread.lock' object"),
    ],
)
def test_what_goes_wrong_in_another_process_alone_is_said(
    body: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    code = "import os, threading\nfrom bench.checks import Bowl\nclass Odd(Bowl):\n    def display(self, objective):\n"
    odd = phantom("odd", code + f"        {body}\n        return objective\n", monkeypatch).Odd()
    (objection,) = checks.check_problem(odd)
    assert said in objection


def test_a_class_of_which_another_process_cannot_import_the_base_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    phantom("basis", "from bench.checks import Bowl\nclass Base(Bowl): pass", monkeypatch)
    derived = phantom("derived", "from basis import Base\nclass Derived(Base): pass", monkeypatch).Derived
    (objection,) = checks.check_problem(derived)
    assert objection == "another process cannot import it: ModuleNotFoundError: No module named 'basis'"
    assert checks.check_problem(checks.Bowl) == []


@pytest.mark.parametrize("name", plugins.targets("optimisers"))
def test_a_longer_budget_repeats_a_shorter_one(name: str) -> None:
    def points(budget: int) -> list[object]:
        bowl, raw = checks.Bowl(), registry.make_encoder("raw")
        start, rng = np.full(5, -1.0), np.random.default_rng(0)
        ledger = bench.search(
            bowl, raw, registry.make_optimiser(name, **cheaply(name)), start, budget, rng, trace="all"
        )
        return [row["latent"] for row in ledger.rows]

    shorter = points(61)
    assert shorter == points(63)[: len(shorter)]
