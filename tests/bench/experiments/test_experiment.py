from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from bench.errors import BadInput
from bench.experiments import registry
from bench.experiments.catalogue import suites
from bench.experiments.experiment import Experiment, fits
from bench.experiments.plan import Plan


def edited(tiny: str, old: str, new: str) -> str:
    assert old in tiny
    return tiny.replace(old, new, 1)


def test_the_grid_is_every_pair_and_the_arms_beside_it(tiny: str) -> None:
    experiment = Experiment.from_toml(tiny)
    runs = list(experiment.runs())
    assert len(runs) == 2 * (2 * 2 + 1)
    assert len({run.key for run in runs}) == len(runs)
    assert {run.skip for run in runs} == {None}
    assert len(fits(runs)) == 2 * 2
    assert [stage.until for stage in experiment.arms[-1].stages] == [0.5, None]
    assert experiment.arms[-1].label == "hand-off"


def test_an_optimiser_may_go_with_some_encoders_only(tiny: str) -> None:
    last = 'name = "l-bfgs"'
    labels = [arm.label for arm in Experiment.from_toml(edited(tiny, last, f'{last}\nencoders = ["raw"]')).arms]
    assert labels == [arm.label for arm in Experiment.from_toml(tiny).arms if arm.label != "vae-2/l-bfgs"]


def test_what_may_converge_is_restarted_unless_told_not_to(tiny: str) -> None:
    def descent(text: str) -> str:
        return (
            next(arm for arm in Experiment.from_toml(text).arms if arm.optimiser == "l-bfgs").stages[0].optimiser.name
        )

    left = edited(tiny, 'name = "l-bfgs"', 'name = "l-bfgs"\nrestart = false')
    assert (descent(tiny), descent(left)) == ("restarts", "l-bfgs")
    assert [arm.label for arm in Experiment.from_toml(tiny).arms] == [
        arm.label for arm in Experiment.from_toml(left).arms
    ]


def test_what_spends_its_budget_by_itself_is_left_as_it_is(tiny: str) -> None:
    other = edited(tiny, 'name = "random-search"', 'name = "cma-es"\nrestarts = "bipop"\nlabel = "random-search"')
    other = edited(other, 'name = "l-bfgs"', 'name = "restarts"\nlabel = "l-bfgs"\noptimiser = "l-bfgs"')
    specs = {arm.optimiser: arm.stages[0].optimiser for arm in Experiment.from_toml(other).arms}
    assert specs["random-search"].name == "cma-es"
    assert specs["l-bfgs"].params["optimiser"]["name"] == "l-bfgs"


def test_parameters_are_resolved_with_their_defaults(tiny: str) -> None:
    stage = Experiment.from_toml(tiny).arms[-1].stages[0]
    assert stage.encoder.params["loss"] == "mse"
    assert stage.encoder.params["hidden"] == 8
    assert stage.optimiser.params == {"batch": 100}


def test_keys_do_not_depend_on_labels_order_or_replicates(tiny: str) -> None:
    renamed = tiny.replace("vae-2", "learned").replace('name = "tiny"', 'name = "other"')
    swapped = edited(tiny, 'name = "random-search"', 'name = "l-bfgs"')
    swapped = swapped.replace(
        '[[optimisers]]\nname = "l-bfgs"\n\n[[arms]]', '[[optimisers]]\nname = "random-search"\n\n[[arms]]'
    )
    more = edited(tiny, "replicates = 2", "replicates = 3")
    keys = [{run.key for run in Experiment.from_toml(text).runs()} for text in (tiny, renamed, swapped, more)]
    assert keys[0] == keys[1] == keys[2]
    assert keys[0] < keys[3]


def test_a_longer_budget_has_other_keys_but_the_same_seeds(tiny: str) -> None:
    longer = edited(tiny, "budget = 40", "budget = 80")
    pairs = zip(Experiment.from_toml(tiny).runs(), Experiment.from_toml(longer).runs(), strict=True)
    assert all(a.key != b.key and a.seed_names == b.seed_names for a, b in pairs)


BAD = {
    "unknown key": ("budget = 40", "budgets = 40", ["budgets", "did you mean 'budget'"]),
    "unknown key of a stage": ("until = 0.5", "untill = 0.5", ["arms.0.stages.0", "untill", "did you mean 'until'"]),
    "unknown parameter": ("hidden = 8", "hiden = 8", ["vae", "hiden", "did you mean 'hidden'"]),
    "unknown key of data": ("n = 40", "m = 40", ["isoperimetric", "data", "'m'", "withhold"]),
    "unknown problem": ('"isoperimetric"', '"isoperimetrik"', ["isoperimetrik", "did you mean 'isoperimetric'"]),
    "unknown encoder": ('"vae"', '"vea"', ["vea", "did you mean 'vae'"]),
    "unknown optimiser": ('"l-bfgs"', '"lbfgs"', ["lbfgs", "did you mean 'l-bfgs'"]),
    "wrong type": ("hidden = 8", 'hidden = "8"', ["vae", "hidden", "integer", "'8'"]),
    "wrong type of a count": ("replicates = 2", "replicates = 2.5", ["replicates", "integer", "2.5"]),
    "wrong type of a list": ('classes = ["triangle", "square", "star"]', "classes = 3", ["classes", "3"]),
    "a date": ("hidden = 8", "hidden = 2020-01-01", ["vae", "hidden", "plain data"]),
    "wrong value": ("hidden = 8", "hidden = 0", ["vae", "hidden", "0", "at least 1"]),
    "wrong choice": ("hidden = 8", 'loss = "mae"', ["vae", "loss", "'mse'", "mae"]),
    "budget 0": ("budget = 40", "budget = 0", ["budget", "greater than or equal to 1", "0"]),
    "budget below 0": ("budget = 40", "budget = -3", ["budget", "greater than or equal to 1", "-3"]),
    "budget infinite": ("budget = 40", "budget = inf", ["budget", "inf", "finite"]),
    "budget not a number": ("budget = 40", "budget = nan", ["budget", "nan", "finite"]),
    "a parameter not a number": ("hidden = 8", "beta = nan", ["beta", "nan", "finite"]),
    "replicates below 1": ("replicates = 2", "replicates = 0", ["replicates", "greater than or equal to 1", "0"]),
    "an unknown class": ('"star"', '"heart"', ["classes", "heart", "star"]),
    "withholding all": ("n = 40", "withhold = 1.0", ["withhold", "1.0", "less than 1"]),
    "too few vertices": ("n_vertices = 12", "n_vertices = 4", ["n_vertices", "4", "at least 8"]),
    "one label twice": ('label = "vae-2"', 'label = "raw"', ["label 'raw'", "2"]),
    "an arm of the grid's name": ('label = "hand-off"', 'label = "raw/l-bfgs"', ["label 'raw/l-bfgs'", "2"]),
    "shares that do not increase": (
        'optimiser = "l-bfgs" }',
        'optimiser = "l-bfgs", until = 0.4 }',
        ["hand-off", "until", "[0.5, 0.4]", "increase"],
    ),
    "a stage of no encoder": ('encoder = "vae-2"', 'encoder = "vae-3"', ["hand-off", "vae-3", "did you mean 'vae-2'"]),
    "a stage of no optimiser": ('optimiser = "l-bfgs" }', 'optimiser = "bfgs" }', ["hand-off", "bfgs", "l-bfgs"]),
    "an optimiser of no encoder": ('name = "l-bfgs"', 'name = "l-bfgs"\nencoders = ["rw"]', ["l-bfgs", "rw", "'raw'"]),
    "an optimiser of no encoders": ('name = "l-bfgs"', 'name = "l-bfgs"\nencoders = []', ["encoders", "at least 1"]),
    "a share above 1": ("until = 0.5", "until = 1.5", ["until", "less than 1", "1.5"]),
    "no encoders": ('[[encoders]]\nname = "raw"', "[[encoder]]", ["encoder", "did you mean 'encoders'"]),
    "a name that is a path": ('name = "tiny"', 'name = "../tiny"', ["name", "../tiny"]),
    "a missing module": ('"vae"', '"nowhere.encoders:Mine"', ["nowhere.encoders:Mine", "no module 'nowhere'"]),
    "a missing class": ('"vae"', '"encoders.autoencoder:Mine"', ["encoders.autoencoder", "no 'Mine'"]),
    "a class of another kind": ('"vae"', '"problems.isoperimetric:Isoperimetric"', ["encoders.base:Encoder"]),
    "an abstract class": ('"vae"', '"encoders.base:Encoder"', ["encoders.base:Encoder", "methods"]),
    "no TOML": ("[[problems]]", "[[problems", ["TOML"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_that_says_what_and_what_is_allowed(tiny: str, case: str) -> None:
    old, new, said = BAD[case]
    with pytest.raises(BadInput) as caught:
        Experiment.from_toml(edited(tiny, old, new))
    message = str(caught.value)
    assert "\n" not in message
    assert [part for part in said if part not in message] == []


def test_two_labels_for_the_same_encoder_are_refused(tiny: str) -> None:
    twin = tiny + '\n[[encoders]]\nname = "raw"\nlabel = "raw again"\n'
    with pytest.raises(BadInput, match="the same by all but their labels"):
        Experiment.from_toml(twin)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"\xff\xfe", "UTF-8"), (b"# only a comment\n", "empty"), (None, "cannot be read")],
)
def test_a_file_that_is_no_experiment_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=said) as caught:
        Experiment.load(path)
    assert str(path) in str(caught.value)


def test_a_pair_that_cannot_work_is_skipped_with_its_reason(tiny: str) -> None:
    experiment = Experiment.from_toml(edited(tiny, "hidden = 8", "latent_dim = 25"))
    reasons = {run.arm.label: run.skip for run in experiment.runs()}
    assert reasons["raw/l-bfgs"] is None
    assert (
        reasons["vae-2/l-bfgs"] == reasons["hand-off"] == "latent_dim 25 of 'vae' is above the problem's dimension 24"
    )


def test_an_encoder_that_cannot_work_on_a_layout_is_skipped_with_its_sentence(tiny: str) -> None:
    text = edited(edited(tiny, 'name = "vae"', 'name = "vae"\noutput = "spectral"'), "hidden = 8", "modes = 6")
    reasons = {run.arm.label: run.skip for run in Experiment.from_toml(text).runs()}
    assert reasons["raw/l-bfgs"] is None
    assert reasons["vae-2/l-bfgs"] == (
        "encoder 'vae' on problem 'isoperimetric': modes: 6 must be below 6, the highest frequency of the designs"
    )


def test_an_experiment_without_any_pair_that_works_is_refused(tiny: str) -> None:
    alone = edited(tiny, '[[encoders]]\nname = "raw"\n', "").partition("[[arms]]")[0]
    with pytest.raises(BadInput, match="no pair can work: latent_dim 25"):
        Experiment.from_toml(edited(alone, "hidden = 8", "latent_dim = 25"))


def test_python_and_files_share_names_and_checks() -> None:
    with pytest.raises(BadInput, match="did you mean 'beta'"):
        registry.make_encoder("vae", bet=1.0)
    with pytest.raises(BadInput, match="beta"):
        registry.make_encoder("vae", beta=-1.0)
    assert registry.make_problem("isoperimetric", n_vertices=16, data={"classes": ["star"]}).dim == 32


@pytest.mark.parametrize("suite", suites())
def test_every_suite_that_comes_along_loads_and_its_identity_gives_it_back(suite: str) -> None:
    experiment = Experiment.load(suite)
    assert experiment.name == suite
    again = Experiment.from_identity(json.loads(json.dumps(experiment.identity())))
    assert again.identity() == experiment.identity()
    assert {run.key for run in islice(again.runs(), 20)} == {run.key for run in islice(experiment.runs(), 20)}


def test_an_identity_may_not_name_a_module_that_is_not_trusted(tiny: str) -> None:
    identity = Experiment.from_toml(tiny).identity()
    identity["problems"][0]["name"] = "nowhere.to.be.found:Problem"
    with pytest.raises(BadInput, match="trust"):
        Experiment.from_identity(identity)
    assert Experiment.from_identity(identity, ["nowhere"]).identity() == identity  # and nothing was imported
    assert Plan.read(identity).problems[0].name == "nowhere.to.be.found:Problem"


@pytest.mark.parametrize("harm", [{"replicates": 0}, {"seed": "1"}, {"arms": [{}]}, {"trace": "some"}])
def test_what_is_no_identity_is_refused_in_one_line(tiny: str, harm: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="experiment: ") as caught:
        Experiment.from_identity(Experiment.from_toml(tiny).identity() | harm)
    assert "\n" not in str(caught.value)
