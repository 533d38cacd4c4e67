"""Plug-ins that raise or give NaN: a line that names them, or pictures of what is left, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

from bench.errors import BadInput
from bench.experiments.registry import resolve
from bench.latent import animation, design_files, pictures, samples
from bench.latent.subject import Subject, fitted
from encoders.linear import Linear


class HalfNaN(Linear):
    """Decodes one half of its latent space to NaN."""

    def decode(self, z: Tensor) -> Tensor:
        return super().decode(z).masked_fill(z[:, :1] > 0, np.nan)


class AllNaN(Linear):
    """Decodes everything to NaN."""

    def decode(self, z: Tensor) -> Tensor:
        return super().decode(z) * np.nan


class Raising(Linear):
    """Decodes nothing."""

    def decode(self, z: Tensor) -> Tensor:
        raise RuntimeError("no decoder today")


@pytest.fixture(scope="module")
def whole() -> Subject:
    data = {"n": 40, "classes": ["circle", "star"]}
    problem = resolve("problems", "isoperimetric", {"n_vertices": 24, "reference": 64, "data": data})
    return fitted(resolve("encoders", "pca", {"latent_dim": 2}), problem)


def broken(whole: Subject, make: Callable[[int], Linear]) -> Subject:
    return replace(whole, encoder=make(2).fit(whole.designs, np.random.default_rng(0)))


@pytest.mark.usefixtures("small_grids")
@pytest.mark.parametrize("make", [HalfNaN, AllNaN])
def test_what_is_not_finite_is_left_out_of_pictures(
    whole: Subject, make: Callable[[int], Linear], tmp_path: Path
) -> None:
    subject = broken(whole, make)
    assert len(list(pictures.write(subject, tmp_path))) == 14
    animation.walk(subject, 3).save(tmp_path / "walk.gif")
    animation.morph(subject, "circle", "star", 3).save(tmp_path / "morph.gif")


@pytest.mark.parametrize("make", [HalfNaN, AllNaN])
def test_what_is_not_finite_is_counted_among_samples(
    whole: Subject, make: Callable[[int], Linear], tmp_path: Path
) -> None:
    subject = broken(whole, make)
    drawn = samples.draw(subject, 12)
    lost = ~np.isfinite(drawn.designs).all(axis=1)
    found = samples.summary(subject, drawn)
    assert found["without_value"] == lost.sum() > 0
    assert np.array_equal(np.isnan(drawn.novelty), lost)
    assert f"{lost.sum()} samples have none" in samples.sentences(subject, found)
    samples.distribution(subject, drawn)
    samples.sheet(subject, drawn)
    with pytest.warns(UserWarning, match=f"{lost.sum()} of 12 outlines enclose nothing: no svg"):
        paths = list(
            design_files.write(drawn.designs, drawn.table(), tmp_path, ["csv", "svg"], layout=whole.problem.layout)
        )
    assert len(paths) == 1 + 12 - lost.sum()


def test_what_raises_is_named(whole: Subject, tmp_path: Path) -> None:
    subject = broken(whole, Raising)
    for act in (lambda: list(pictures.write(subject, tmp_path)), lambda: samples.draw(subject, 2)):
        with pytest.raises(BadInput, match="encoders 'pca': RuntimeError: no decoder today"):
            act()
    problem = replace(whole, problem=_Unsolved())
    with pytest.raises(BadInput, match="problems 'isoperimetric': ValueError: the solver died"):
        list(pictures.write(problem, tmp_path))


class _Unsolved:
    """What stands for a problem whose evaluation raises."""

    name = "isoperimetric"

    def repair(self, x: np.ndarray) -> np.ndarray:
        return x

    def evaluate(self, x: np.ndarray) -> None:
        raise ValueError("the solver died")
