"""What the page computes is what Python computes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from browser import Browser, Opener, Tab

from bench.latent.subject import Subject, stored
from bench.store.directory import Store
from problems.geometry import isoperimetric_quotient, perimeter, signed_area, vertices
from problems.manufacturing import Tools

FORMULAS = 1e-6
DECODED = 1e-5
POINTS = 20


@pytest.fixture(scope="module")
def tab(browser: Browser, html: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One page for all tests here, which but ask it to compute."""
    opener = Opener(browser, tmp_path_factory.mktemp("page"))
    yield opener(html)
    opener.check()


@pytest.fixture(scope="module")
def subjects(experiment: Path) -> dict[tuple[str, str], Subject]:
    """Subjects by problem and parameters of the encoder, as JSON."""
    store = Store(experiment)
    found = [stored(store.folder_of(key)) for key in store.encoders()]
    return {(subject.fit.problem.name, json.dumps(subject.fit.encoder.identity())): subject for subject in found}


@pytest.fixture(scope="module")
def named(experiment: Path, subjects: dict[tuple[str, str], Subject]) -> dict[tuple[str, str], Subject]:
    """Subjects by problem and the encoder's label."""
    arms = {
        arm["encoder"]: arm["stages"][0]["encoder"]
        for arm in Store(experiment).identity()["arms"]
        if len(arm["stages"]) == 1
    }
    by_identity = {json.dumps(encoder): label for label, encoder in arms.items()}
    return {(problem, by_identity[encoder]): each for (problem, encoder), each in subjects.items()}


def index_of(tab: Any, problem: int, label: str) -> int:
    """Where the page keeps a space, by the number of its problem."""
    titles = tab.read("JSON.parse(document.getElementById('data').textContent).map(({ title }) => title)")
    problems = list(dict.fromkeys(title[0] for title in titles))
    return int(titles.index([problems[problem], label]))


PROBLEMS = ("isoperimetric", "target-ratio")


@pytest.mark.parametrize(
    "label", ["pca-2", "pca-1", "fourier", "vae", "sigmoid", "spectral-vae", "bspline", "lstm-vae"]
)
@pytest.mark.parametrize("problem", [0, 1])
def test_decoders_agree(tab: Any, named: dict[tuple[str, str], Subject], problem: int, label: str) -> None:
    subject = named[PROBLEMS[problem], label]
    assert subject.encoder.bounds is not None
    z = np.random.default_rng(0).uniform(*subject.encoder.bounds, (POINTS, subject.latents.shape[1]))
    index = index_of(tab, problem, label)
    decoded = tab.read(f"{z.tolist()}.map((z) => [...latentbench.decode({index}, z)])")
    np.testing.assert_allclose(decoded, subject.decode(z), atol=DECODED)


def designs(subject: Subject) -> np.ndarray:
    """Training designs, decoded ones, some turned clockwise, and some that cross themselves."""
    rng = np.random.default_rng(0)
    assert subject.encoder.bounds is not None
    decoded = subject.decode(rng.uniform(*subject.encoder.bounds, (POINTS, subject.latents.shape[1])))
    backwards = subject.designs[:3].reshape(3, -1, 2)[:, ::-1].reshape(3, -1)
    noise = subject.designs[:5] + rng.normal(0, [[0.003], [0.01], [0.03], [0.1], [1.0]], (5, subject.problem.dim))
    return np.concatenate([subject.designs[:POINTS], decoded, backwards, noise, 1000 * noise + 50])


def test_perimeter_area_and_sigma_agree(tab: Any, named: dict[tuple[str, str], Subject]) -> None:
    x = designs(named["target-ratio", "pca-2"])
    points = vertices(torch.as_tensor(x))
    measured = tab.read(f"{x.tolist()}.map((x) => latentbench.measure(x)).map(({{ P, A, Q }}) => [P, A, Q])")
    expected = torch.stack([perimeter(points), signed_area(points), isoperimetric_quotient(points)], dim=1).numpy()
    np.testing.assert_allclose(measured, expected, rtol=FORMULAS, atol=FORMULAS)
    sigma = tab.read(f"{x.tolist()}.map((x) => latentbench.measure(x).sigma).map((v) => Number.isFinite(v) ? v : 0)")
    enclosing = expected[:, 2] > 0
    assert (np.array(sigma)[~enclosing] == 0).all()
    np.testing.assert_allclose(np.array(sigma)[enclosing], expected[enclosing, 2] ** -0.5, rtol=FORMULAS)


def test_constraints_agree(tab: Any, named: dict[tuple[str, str], Subject]) -> None:
    subject = named["target-ratio", "vae"]
    x = designs(subject)
    index = index_of(tab, 1, "vae")
    found = tab.read(f"{x.tolist()}.map((x) => latentbench.constraints({index}, x))")
    expected = subject.evaluate(x).constraints
    assert expected.shape[1] == 7
    assert (expected > 0).any(axis=0)[[0, 1, 2, 3, 4, 5]].all()
    np.testing.assert_allclose(found, expected, atol=FORMULAS)


@pytest.mark.parametrize("tools", [Tools(0.3, 0.02, 0.6), Tools(0.5, 0.4, 2.0)])
def test_constraints_agree_for_other_tools(
    visit: Any, rewrite: Any, named: dict[tuple[str, str], Subject], tools: Tools
) -> None:
    def retool(space: dict[str, Any]) -> None:
        limits = {"r": tools.r, "h": tools.h, "container": tools.R_c, "leastQuotient": tools.least_quotient}
        if space["problem"]["tools"]:
            space["problem"]["tools"] |= limits

    x = designs(named["target-ratio", "pca-2"])
    tab = visit(rewrite(retool))
    index = index_of(tab, 1, "pca-2")
    found = tab.read(f"{x.tolist()}.map((x) => latentbench.constraints({index}, x))")
    np.testing.assert_allclose(found, tools.constraints(vertices(torch.as_tensor(x))).numpy(), atol=FORMULAS)


def test_nothing_else_is_constrained(tab: Any, named: dict[tuple[str, str], Subject]) -> None:
    x = named["isoperimetric", "pca-2"].designs[0].tolist()
    assert tab.read(f"latentbench.constraints({index_of(tab, 0, 'pca-2')}, {x})") == []
