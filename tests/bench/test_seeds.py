from __future__ import annotations

import subprocess
import sys

from bench import seeds


def test_equal_names_give_equal_draws_and_others_others() -> None:
    draw = [seeds.generator(*names).integers(2**62) for names in (("a", 1), ("a", 1), ("a", 2), ("b", 1), ("a",))]
    assert draw[0] == draw[1]
    assert len(set(draw)) == 4


def test_nothing_but_the_content_of_names_matters() -> None:
    assert seeds.digest({"a": 1, "b": 2}) == seeds.digest({"b": 2, "a": 1})
    assert seeds.digest("a", "b") != seeds.digest("ab")
    assert seeds.digest(1) != seeds.digest("1")


def test_draws_are_the_same_in_another_process_and_release() -> None:
    code = "from bench import seeds; print(seeds.generator('data', {'σ': 1.5}, 3).integers(2**62))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == seeds.generator("data", {"σ": 1.5}, 3).integers(2**62) == 386476540332550557
