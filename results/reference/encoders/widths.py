"""Measure what networks gain that are wider, deeper, trained longer, or on more designs or coordinates.

    python results/reference/encoders/widths.py ROWS.csv OUT.md [auto]

Each fit adds a row to ROWS.csv, and one that is there already is not made again: it may be interrupted. It runs on the
CPU, or with "auto" on a GPU if there is one; each should have rows of its own.
"""

from __future__ import annotations

import math
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch

import bench
from bench.seeds import generator
from encoders import training
from encoders.autoencoder import Autoencoder
from encoders.training import FAN_IN, Trainer
from problems import outlines
from problems.heat_dispersion import HeatDispersion
from problems.layouts import Outline
from problems.manufacturable import ROUNDING

SEED, REPLICATES = 1, 3
HELD_OUT, FEWER = 500, 100
"""Designs that networks are tried on, and with more than the usual coordinates."""
ENCODERS = {
    "mlp": "vae",
    "diffusion": "diffusion-ae",
    "conv": "conv-vae",
    "lstm": "lstm-vae",
    "spectral": "spectral-vae",
}
EPOCHS, DESIGNS = (25, 100, 400), (200, 1000, 5000)
SEEN = {
    "mlp": {32: 500, 128: 500, 512: 125, 2048: 25},
    "diffusion": {32: 125, 128: 125, 512: 25},
    "conv": {64: 25, 256: 25},
    "lstm": {32: 25, 128: 5},
}
"""Thousands of designs, epochs times their number, that a fit of each width may see: what there is time for."""
FAN_INS = (64.0, float(FAN_IN), 1024.0, math.inf)
"""Inputs from which on rates fall; from infinitely many, they never do."""
SLOW = {"conv", "lstm"}


class Cell(NamedTuple):
    """A fit: of which network and size, trained how long, on what."""

    network: str
    width: int
    epochs: int
    n_designs: int
    dim: int = 200
    latent_dim: int = 8
    layers: int = 1
    fan_in: float = float(FAN_IN)
    replicate: int = 0


USUAL = Cell("mlp", 128, 100, 1000)
WIDEST = {
    USUAL._replace(width=512): FAN_INS,
    USUAL._replace(width=2048): FAN_INS,
    Cell("mlp", 32, 100, 100, 20_000): FAN_INS,
    Cell("conv", 256, 25, 1000): FAN_INS[:3],  # no neuron of it has more inputs than 512
}
"""Fits whose rates are varied, and how."""
DEAREST = [
    *(Cell(network, 32, 100, 100, 200_000) for network in ("mlp", "spectral")),
    *(Cell("conv", 1024, 25, n) for n in (200, 1000)),
    *(Cell("lstm", width, 10, 200) for width in (32, 128, 1024)),
]
"""Fits of which one replicate takes long enough."""


def cells() -> list[Cell]:
    """All fits: one of each, then the quick ones again, and those that take longest last."""
    first = [
        Cell(network, width, epochs, n)
        for network, widths in SEEN.items()
        for width, most in widths.items()
        for n in DESIGNS
        for epochs in EPOCHS
        if epochs * n <= 1000 * most
    ]
    first += [USUAL._replace(layers=layers) for layers in (2, 4)]
    first += [USUAL._replace(latent_dim=k) for k in (2, 32, 128)]
    first += [Cell(network, 32, 100, 100, dim) for dim in (2_000, 20_000) for network in ("mlp", "spectral")]
    first += [cell._replace(fan_in=fan_in) for cell, levels in WIDEST.items() for fan_in in levels]
    first = list(dict.fromkeys(first))
    again = [cell._replace(replicate=number) for number in range(1, REPLICATES) for cell in first]
    quick, slow = ([cell for cell in again if (cell.network in SLOW) is so] for so in (False, True))
    return [*first, *quick, *DEAREST, *slow]


@lru_cache(maxsize=32)
def designs(purpose: str, n: int, dim: int, replicate: int) -> np.ndarray:
    """Designs of heat-dispersion, also of more vertices than the problem has."""
    tools, rng = HeatDispersion().tools, generator(SEED, "widths", replicate, purpose)
    return outlines.draw(n, rng, dim // 2, rounding=(ROUNDING * tools.r, ROUNDING * tools.h))[0]


class Remembering(Trainer):
    """A trainer that keeps the mean loss of the last epoch."""

    def fit(self, *given: Any, **named: Any) -> float:
        """As the trainer does."""
        object.__setattr__(self, "loss", super().fit(*given, **named))
        return self.loss  # type: ignore[attr-defined]


def measured(cell: Cell, device: str) -> dict[str, Any]:
    """What comes of a fit; NaN where the loss did not stay finite."""
    training.FAN_IN = cell.fan_in
    hidden = cell.width if cell.layers == 1 else [cell.width] * cell.layers
    sizes = {"latent_dim": cell.latent_dim, "hidden": hidden, "epochs": cell.epochs}
    encoder: Autoencoder = bench.make_encoder(ENCODERS[cell.network], **sizes, device=device)
    encoder.trainer = Remembering(**vars(encoder.trainer))
    learned = designs("designs", cell.n_designs, cell.dim, cell.replicate)
    new = designs("held out", HELD_OUT if cell.dim == USUAL.dim else FEWER, cell.dim, cell.replicate)
    rmse = rmse_trained = loss = math.nan
    began = time.process_time()
    try:
        encoder.fit(learned, generator(SEED, "widths", cell.replicate, "fit"), Outline(cell.dim // 2))
        rmse, rmse_trained, loss = error(encoder, new), error(encoder, learned), encoder.trainer.loss
    except FloatingPointError as diverged:
        print(cell, diverged, flush=True)
    seconds = time.process_time() - began
    where = torch.cuda.get_device_name() if device == "auto" and torch.cuda.is_available() else "cpu"
    return {"rmse": rmse, "rmse_trained": rmse_trained, "loss": loss, "cpu_seconds": seconds, "device": where}


def error(encoder: Autoencoder, x: np.ndarray) -> float:
    """Root mean square of a coordinate, of designs (n, d) after encoding and decoding."""
    rebuilt = encoder.decode(torch.as_tensor(encoder.encode(x))).numpy()
    return float(np.sqrt(np.square(rebuilt - x).mean()))


def written(rows: pd.DataFrame) -> str:
    """All tables: medians over the replicates, with the least and the largest."""
    usual = rows["layers"].eq(1) & rows["latent_dim"].eq(USUAL.latent_dim)
    falling = rows["fan_in"].eq(FAN_IN)
    plain = rows[usual & falling & rows["dim"].eq(USUAL.dim)]
    one = rows[rows[["network", "width", "epochs", "n_designs", "dim"]].eq(list(USUAL[:5])).all(axis=1) & falling]
    varied = rows.groupby(list(Cell._fields[:7]))["fan_in"].transform("nunique") > 1
    parts = {
        **{f"{name}, by width": table(own, "width") for name, own in plain.groupby("network", sort=False)},
        "mlp, by hidden layers": table(one[one["latent_dim"].eq(USUAL.latent_dim)], "layers"),
        "mlp, by latent dimension": table(one[one["layers"].eq(1)], "latent_dim"),
        "By coordinates of a design": table(rows[rows["dim"].ne(USUAL.dim) & falling], "dim"),
        "By inputs from which on rates fall": table(rows[varied], "fan_in", "width", "dim"),
    }
    explained = "RMSE of held-out designs: the median of the fits, and the least and the largest.\n"
    return "\n".join([explained, *(f"## {title}\n\n{lines}" for title, lines in parts.items())])


def table(rows: pd.DataFrame, across: str, *down: str) -> str:
    """A table with one of the columns across, and network, epochs, designs and others down."""
    down = ("network", *down, "epochs", "n_designs")
    cell = rows.groupby([*down, across], sort=False)["rmse"].agg(summary)
    wide = cell.unstack(across).fillna("–").sort_index(axis=1)
    named = ["no fall" if math.isinf(level) else f"{level:.0f}" for level in wide.columns]
    lines = [[*down, *named], [":--", *["--:"] * (len(down) + len(named) - 1)], *wide.sort_index().reset_index().values]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def summary(errors: pd.Series) -> str:
    """The median, and the least and the largest where there are several; NaN if any is."""
    if errors.isna().any():
        return f"NaN in {errors.isna().sum()} of {len(errors)}"
    ends = f" [{errors.min():.3g}, {errors.max():.3g}]" if len(errors) > 1 else ""
    return f"{errors.median():.3g}{ends}"


def main(rows: Path, text: Path, device: str = "cpu") -> None:
    """Fit what is missing, and write the tables."""
    known = pd.read_csv(rows) if rows.exists() else pd.DataFrame(columns=Cell._fields)
    done = set(known[list(Cell._fields)].itertuples(index=False, name=None))
    for cell in (cell for cell in cells() if cell not in done):
        row = pd.DataFrame([cell._asdict() | measured(cell, device)])
        row.to_csv(rows, mode="a", header=not rows.exists(), index=False)
        print(*cell, f"{row['rmse'].item():.4f} {row['cpu_seconds'].item():.1f} s", flush=True)
    text.write_text(written(pd.read_csv(rows)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
