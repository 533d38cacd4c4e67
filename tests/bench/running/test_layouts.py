"""An experiment on designs that are no outlines: what makes sense runs, what makes none is skipped with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import experiment_file

import bench

TEXT = """
name = "layouts"
replicates = 1
budget = 20

[[problems]]
name = "thirdparty.fields:{problem}"

[[encoders]]
name = "raw-fourier"

[[encoders]]
name = "conv-vae"
latent_dim = 2
epochs = 1

[[encoders]]
name = "lstm-vae"
latent_dim = 2
epochs = 1

[[optimisers]]
name = "l-bfgs"
"""


@pytest.mark.parametrize(
    ("problem", "works"), [("Plate", ["raw-fourier", "conv-vae", "lstm-vae"]), ("Ball", ["raw-fourier"])]
)
def test_encoders_are_told_the_layout_in_workers_and_come_back_from_the_store(
    problem: str, works: list[str], tmp_path: Path
) -> None:
    done = bench.run(experiment_file(TEXT.format(problem=problem), tmp_path), tmp_path / "out", jobs=1)
    runs, _ = bench.load(done.path)
    status = dict(zip(runs["encoder"], runs["status"], strict=True))
    assert [encoder for encoder, found in status.items() if found == "completed"] == works
    skipped = runs[~runs["encoder"].isin(works)]
    assert (skipped["status"] == "skipped").all()
    assert skipped["reason"].str.contains("needs 1 or 2 axes along which points follow one another, and").all()
