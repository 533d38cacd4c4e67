"""Training designs of a problem as tables, split into train, val and test, for other libraries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BadInput
from bench.searching.evaluation import evaluate
from bench.seeds import generator

if TYPE_CHECKING:
    import pandas as pd

    from problems.base import Problem

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}
"""Of the designs, in each split."""


def splits(problem: Problem, n: int, seed: int) -> dict[str, pd.DataFrame]:
    """Draw training designs, and split them at random.

    Parameters
    ----------
    problem : Problem
    n : int
        How many designs, in all splits; fewer where the problem has no more.
    seed : int

    Returns
    -------
    dict of DataFrame
        By split, "train", "val" and "test": one row per design, with ``optimal_design``, as nested lists of the shape
        of the problem's layout; a column for each condition, of the task that the design was made for; and one by the
        name of the displayed quantity, its value under that task.

    Raises
    ------
    BadInput
        If the problem has no training designs, or fewer than there are splits.
    """
    import pandas as pd

    names = ("training data", seed, problem.name)
    designs = problem.designs(n, generator(*names))
    if designs is None or len(designs) < len(SHARES):
        raise BadInput(f"problem '{problem.name}': has no training designs to split")
    tasks = problem.tasks(n, generator(*names))
    shape = (problem.dim,) if problem.layout is None else tuple(problem.layout.shape)
    columns: dict[str, object] = {"optimal_design": [x.reshape(shape).tolist() for x in designs]}
    if tasks is not None and problem.conditions is not None:
        columns |= dict(zip(problem.conditions.names, tasks.T, strict=True))
        columns[problem.quantity] = [
            float(_shown(problem.at(task), x[None])[0]) for task, x in zip(tasks, designs, strict=True)
        ]
    else:
        columns[problem.quantity] = _shown(problem, designs)
    whole = pd.DataFrame(columns)
    order = generator(*names, "split").permutation(len(whole))
    held = max(1, round(SHARES["val"] * len(whole))), max(1, round(SHARES["test"] * len(whole)))
    places = np.split(order, [len(whole) - sum(held), len(whole) - held[1]])
    return {
        name: whole.iloc[np.sort(chosen)].reset_index(drop=True) for name, chosen in zip(SHARES, places, strict=True)
    }


def _shown(problem: Problem, x: np.ndarray) -> np.ndarray:
    return problem.display(evaluate(problem, x).objective)


def write(problem: Problem, n: int, seed: int, folder: Path) -> Iterator[Path]:
    """Write the splits as train.parquet, val.parquet and test.parquet, which `datasets.load_dataset` reads offline.

    Raises
    ------
    BadInput
        As `splits` does, and if the folder is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder}: is not empty; name a new or empty folder")
    frames = splits(problem, n, seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        path = folder / f"{name}.parquet"
        frame.to_parquet(path, index=False)
        yield path
