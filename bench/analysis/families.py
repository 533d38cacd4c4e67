"""Families of encoders: those that differ only in their number of dimensions."""

from __future__ import annotations

import re

import pandas as pd

from bench.analysis import encoders
from bench.analysis.records import Records


def reached(records: Records) -> pd.DataFrame:
    """What can be reached through each encoder, and its family; see `plots.reachability`."""
    table = encoders.table(records).dropna(subset=["reachable", "latent_dim"])
    names = [family(str(name), int(k)) for name, k in zip(table["encoder"], table["latent_dim"], strict=True)]
    kept = ["problem", "encoder", "family", "latent_dim", "quantity", "reachable", "representation_gap"]
    data = table.assign(family=pd.Series(names, index=table.index, dtype=object))[kept]
    return data.sort_values(["family", "latent_dim", "encoder"], ignore_index=True)


def family(encoder: str, k: int) -> str:
    """Label of an encoder without its number of dimensions: ``vae`` of ``vae-8``, ``mse β=1`` of ``mse k=8 β=1``."""
    return re.sub(rf"(^|[ -])(k ?= ?)?{k}(?![\w.])", "", encoder, count=1).strip() or encoder
