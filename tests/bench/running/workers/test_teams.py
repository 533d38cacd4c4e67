"""Tasks that share what a process remembers go to one process, as long as the others have something else to do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from bench.running.workers.teams import Team

Task = tuple[str, int]


def answers(jobs: int, tasks: list[Task], work: Callable[..., Any]) -> list[tuple[Task, Any]]:
    """What a team of threads gives for tasks that are kin by their first word."""
    with ThreadPoolExecutor(jobs) as executor:
        team = Team(executor, lambda work, *task, limit: work(*task), lambda: jobs)
        return list(team.each(work, tasks, kin=lambda task: task[0]))


def test_one_process_does_family_after_family() -> None:
    tasks = [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("b", 5)]
    order: list[int] = []
    assert sorted(answers(1, tasks, lambda _, number: order.append(number))) == sorted((task, None) for task in tasks)
    assert order == [1, 3, 2, 5, 4]


@pytest.mark.parametrize("names", ["aabb", "abab", "aaabbb"])
def test_two_processes_do_not_share_a_family_while_there_is_another(names: str) -> None:
    both = Barrier(2)
    beside: list[tuple[int, str]] = []

    def work(name: str, number: int) -> None:
        at = both.wait(10)
        beside.append((at, name))
        both.wait(10)

    answers(2, [(name, number) for number, name in enumerate(names)], work)
    pairs = [{name for _, name in beside[at : at + 2]} for at in range(0, len(beside), 2)]
    assert pairs == [{"a", "b"}] * (len(names) // 2)


def test_a_family_is_shared_where_there_is_no_other() -> None:
    both = Barrier(2)
    assert len(answers(2, [("a", number) for number in range(4)], lambda *_: both.wait(10))) == 4
