"""What the page holds, what it leaves out, and that nothing in the records can harm its reader."""

from __future__ import annotations

import json
import re
import shutil
import warnings
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save
from support import AtOnce

from bench.errors import BadInput
from bench.explorer import decoders
from bench.explorer.page import page
from bench.explorer.paths import MOST_POINTS
from bench.explorer.spaces import space
from bench.latent.subject import stored
from bench.running.workers import teams
from bench.running.workers.process import Death
from bench.running.workers.teams import Team
from bench.store.directory import Store

LARGEST = 3_000_000
LABELS = ["pca-2", "pca-1", "fourier", "vae", "sigmoid", "spectral-vae", "bspline", "lstm-vae"]


def embedded(html: str) -> list[dict[str, Any]]:
    """The spaces that the page holds."""
    found = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return list(json.loads(found[1]))


class Elements(HTMLParser):
    """Every element's name and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_spaces_of_the_first_replicate_are_embedded_and_raw_search_is_not(html: str) -> None:
    titles = [each["title"][1] for each in embedded(html)]
    assert titles == 2 * LABELS
    assert len(html) < LARGEST


def test_what_is_too_large_is_named_with_the_reason(experiment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "MOST_NUMBERS", 2000)
    html = page(Store(experiment))
    assert html.count("lstm-vae on") == 2
    assert "a page holds 2000 at most" in html
    assert "Left out: " in html


def test_paths_are_verified_improvements_of_arms_of_one_stage(html: str) -> None:
    spaces = embedded(html)
    assert [path["arm"] for path in spaces[0]["paths"]] == ["pca-2/random-search", "pca-2/l-bfgs"]
    for each in spaces:
        for path in each["paths"]:
            assert 1 <= len(path["latents"]) == len(path["evaluations"]) <= MOST_POINTS
            assert np.shape(path["latents"])[1] == len(each["centre"])
            assert path["evaluations"] == sorted(path["evaluations"])


def test_the_plane_is_of_the_coordinates_that_vary_most(html: str) -> None:
    for each in embedded(html):
        assert len(set(each["axes"])) == min(2, len(each["centre"])) == len(each["axes"])
        assert 0 < each["share"] <= 1 + 1e-12


def test_the_page_is_the_same_every_time_whichever_process_describes_its_spaces(html: str, experiment: Path) -> None:
    with teams.local(1) as team:
        assert page(Store(experiment), team=team) == html


def test_nothing_is_loaded_from_elsewhere(html: str) -> None:
    elements = Elements(html).found
    assert [tag for tag, _ in elements].count("script") == 2
    for tag, attributes in elements:
        assert tag not in {"link", "iframe", "object", "embed", "base", "img"}
        assert not attributes.keys() & {"src", "href", "srcset", "action", "onload", "onerror"}
    assert set(re.findall(r"https?://[^\"'\s]+", html)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    policy = next(a["content"] for tag, a in elements if tag == "meta" and a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_hostile_labels_are_text(html: str, tab: Any) -> None:
    assert "<script>alert" not in html
    assert tab.read("document.scripts.length") == 2
    assert "</script><script>alert(1)" in tab.read("document.getElementById('problem').selectedOptions[0].text")
    requested = {event["request"]["url"].partition(":")[0] for event in tab.events("Network.requestWillBeSent")}
    assert requested == {"file"}


def test_a_forged_name_is_text(copied: Path) -> None:
    identity = json.loads((copied / "experiment.json").read_text())
    (copied / "experiment.json").write_text(json.dumps(identity | {"name": "<script>alert(1)</script>\u2028"}))
    with warnings.catch_warnings(action="ignore"):  # of records, which are of an experiment of another name
        assert "<h1>&lt;script&gt;alert" in page(Store(copied))


@pytest.fixture
def copied(experiment: Path, tmp_path: Path) -> Path:
    shutil.copytree(experiment, tmp_path / "copy")
    return tmp_path / "copy"


def forge(folder: Path, change: dict[str, np.ndarray]) -> None:
    """Change arrays of a stored encoder, with a checksum to match."""
    arrays = load((folder / "arrays.safetensors").read_bytes())
    data = save(arrays | change)
    (folder / "arrays.safetensors").write_bytes(data)
    info = json.loads((folder / "info.json").read_text())
    (folder / "info.json").write_text(json.dumps(info | {"sha256": sha256(data).hexdigest()}))


def folder_of(folder: Path, label: str, problem: int = 0) -> Path:
    from bench.experiments.experiment import fit_key

    identity = Store(folder).identity()
    encoder = next(arm["stages"][0]["encoder"] for arm in identity["arms"] if arm["encoder"] == label)
    plain = {name: identity["problems"][problem][name] for name in ("name", "params")}
    return Store(folder).folder_of(fit_key(identity["seed"], plain, 0, encoder))


FORGERIES = {
    "not finite": {"state.mean": np.full(48, np.nan)},
    "too large for the page": {"state.mean": np.full(48, 1e300)},
    "of another size": {"state.mean": np.zeros(1)},
    "of another dimension": {"state.basis": np.zeros((3, 48))},
    "no matrix": {"state.basis": np.zeros(48)},
    "without a box": {"bounds": np.zeros((2, 2))},
    "an odd box": {"bounds": np.ones((3, 2))},
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_encoder_is_not_embedded(copied: Path, forgery: dict[str, np.ndarray]) -> None:
    folder = folder_of(copied, "pca-2")
    assert space(stored(folder))
    forge(folder, forgery)
    with pytest.raises(ValueError, match=r"\w"):
        space(stored(folder))


def test_a_forged_encoder_is_left_out_with_a_warning(copied: Path) -> None:
    forge(folder_of(copied, "pca-2"), FORGERIES["of another size"])
    with pytest.warns(UserWarning, match="pca-2 on .*; it is left out"):
        found = page(Store(copied))
    assert len(embedded(found)) == 2 * len(LABELS) - 1
    assert "pca-2 on" in found


def test_a_missing_encoder_is_left_out_with_a_warning(copied: Path) -> None:
    shutil.rmtree(folder_of(copied, "vae"))
    with pytest.warns(UserWarning, match="vae on"):
        assert len(embedded(page(Store(copied)))) == 2 * len(LABELS) - 1


def test_spaces_at_which_another_process_dies_are_left_out_with_warnings(experiment: Path) -> None:
    dying = Team(AtOnce(), lambda *_: Death("its process was killed", "", by_itself=False), lambda: 1)
    with pytest.warns(UserWarning, match="on .*: its process was killed; it is left out"), pytest.raises(BadInput):
        page(Store(experiment), team=dying)


def test_without_any_encoder_there_is_no_page(copied: Path) -> None:
    shutil.rmtree(copied / "encoders")
    with (
        warnings.catch_warnings(action="ignore"),
        pytest.raises(BadInput, match="has no latent space to explore: ") as e,
    ):
        page(Store(copied))
    assert "\n" not in str(e.value)


def test_without_records_there_are_no_paths(copied: Path) -> None:
    shutil.rmtree(copied / "records")
    (copied / "records").mkdir()
    assert all(each["paths"] == [] for each in embedded(page(Store(copied))))


def test_what_is_no_experiment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no experiment"):
        page(Store(tmp_path))
