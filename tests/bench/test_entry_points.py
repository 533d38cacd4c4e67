"""A package that announces plug-ins through entry points is found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench
from bench import catalogue, registry
from bench.errors import BadInput


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[latentbench.problems]\nacme = thirdparty:Plain\nisoperimetric = thirdparty:Plain\n"
        "[latentbench.encoders]\nbroken = acme_of_nowhere:Encoder\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("installed")
def test_a_name_from_an_entry_point_works_like_a_built_in_one(tmp_path: Path) -> None:
    assert registry.make_problem("acme").dim == 4
    assert "bounds alone" in catalogue.summaries("problems")["acme"]
    path = tmp_path / "acme.toml"
    path.write_text(
        'name = "acme"\nreplicates = 1\nbudget = 5\n[[problems]]\nname = "acme"\n'
        '[[encoders]]\nname = "raw"\n[[optimisers]]\nname = "random-search"\n'
    )
    runs, _ = bench.load(bench.run(path, tmp_path / "out", jobs=1).path)
    assert list(runs["status"]) == ["completed"]


@pytest.mark.usefixtures("installed")
def test_a_built_in_name_cannot_be_taken() -> None:
    assert registry.make_problem("isoperimetric").dim == 200


@pytest.mark.usefixtures("installed")
def test_an_entry_point_to_nowhere_is_one_line() -> None:
    with pytest.raises(BadInput, match="no module 'acme_of_nowhere'"):
        registry.make_encoder("broken")
    assert catalogue.summaries("encoders")["broken"] == "(acme_of_nowhere:Encoder)"
