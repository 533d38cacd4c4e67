"""The explorer: every latent space of an experiment on one page, decoded in the reader's browser."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BadInput, visible
from bench.experiments.experiment import Fit
from bench.experiments.registry import from_record
from bench.explorer.decoders import Unsupported
from bench.explorer.paths import SHOWN_REPLICATE, Paths
from bench.explorer.spaces import space
from bench.latent.subject import stored
from bench.running.workers.process import Death
from bench.running.workers.teams import Team, both_ends
from bench.store.directory import Store

if TYPE_CHECKING:
    from markupsafe import Markup

SCRIPTS = (
    *("elements.js", "dom.js", "decoder.js", "plane.js", "pictures.js", "cells.js", "body.js", "shape.js"),
    *("player.js", "pins.js", "app.js"),
)
"""In this order: each uses those before."""


def page(store: Store, trusted: Collection[str] = (), team: Team | None = None) -> str:
    """Write the latent spaces of an experiment's first replicate as one HTML page that needs no network.

    Encoders that the page cannot evaluate are left out and named; damaged ones with a warning too.

    Parameters
    ----------
    store : Store
    trusted : collection of str
        Modules that the records may name; see `bench.experiments.registry.from_record`.
    team : Team, optional
        A process that describes latent spaces too: from the last one on, while this one does from the first.

    Raises
    ------
    BadInput
        If the directory holds no experiment, or none of its encoders can be explored.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader
    from markupsafe import Markup

    identity = store.identity()
    spaces, left_out = _spaces(store, identity, trusted, team)
    if not spaces:
        why = left_out[0] if left_out else "all of its searches are of the raw design vector"
        raise BadInput(f"{store.path}: has no latent space to explore: {why}")
    loader = ChoiceLoader([PackageLoader("bench.explorer", "assets"), PackageLoader("bench.latent", "assets")])
    environment = Environment(loader=loader, autoescape=True)
    # what JavaScript cannot read is an error here, not a dead page there
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}

    def asset(name: str) -> Markup:
        return Markup(loader.get_source(environment, name)[0])  # noqa: S704 - it is this package's own

    return environment.get_template("explorer.html.j2").render(
        name=visible(str(identity["name"])),
        formulas=_formulas(spaces),
        spaces=spaces,
        left_out=left_out,
        style=asset("explorer.css"),
        scripts=[asset(name) for name in SCRIPTS],
    )


def _formulas(spaces: list[dict[str, Any]]) -> dict[str, Markup]:
    """Scripts that the problems name, by names of the page's own, which the spaces are told instead of paths."""
    from markupsafe import Markup

    facts = [space["problem"] for space in spaces if space["problem"]["formulas"] is not None]
    paths = sorted({each["formulas"] for each in facts})
    names = {path: f"{number} {Path(path).name}" for number, path in enumerate(paths, 1)}
    for each in facts:
        each["formulas"] = names[each["formulas"]]
    return {names[path]: Markup(Path(path).read_text(encoding="utf-8")) for path in paths}  # noqa: S704 - a plug-in's


def _spaces(
    store: Store, identity: dict[str, Any], trusted: Collection[str], team: Team | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Latent spaces, problem by problem, and sentences about those that are left out."""
    paths, spaces, left_out = Paths(store), [], []
    pairs = [(problem, label, *of) for problem in identity["problems"] for label, of in _encoders(identity).items()]
    tasks = [(store.path.absolute(), problem, encoder, tuple(trusted)) for problem, _, encoder, _ in pairs]
    for (problem, label, _, arms), task, there in zip(pairs, tasks, both_ends(team, described, tasks), strict=True):
        title = [visible(problem["label"]), visible(label)]
        found = described(*task) if there is None else there.result()
        if isinstance(found, Death):
            found = LeftOut(found.reason, doubtful=True)
        if isinstance(found, LeftOut):
            left_out.append(f"{title[1]} on {title[0]}: {found.reason}")
            if found.doubtful:
                warnings.warn(f"{left_out[-1]}; it is left out", stacklevel=3)
        elif found is not None:
            spaces.append(found | {"title": title, "paths": paths.of(problem["label"], arms, len(found["centre"]))})
    return spaces, left_out


@dataclass(frozen=True)
class LeftOut:
    """Why a latent space is not on the page, and whether that is a reason to doubt the directory."""

    reason: str
    doubtful: bool


def described(
    folder: Path, problem: dict[str, Any], encoder: dict[str, Any], trusted: Collection[str]
) -> dict[str, Any] | LeftOut | None:
    """Describe a latent space of an experiment's first replicate; None for raw search by any coordinates."""
    store = Store(folder)
    try:
        fit = Fit(
            store.identity()["seed"],
            from_record(problem, trusted),
            from_record(encoder, trusted, "encoders"),
            SHOWN_REPLICATE,
        )
        subject = stored(store.folder_of(fit.key), trusted=trusted)
        return None if subject.latents.shape[1] == subject.problem.dim else space(subject)
    except Unsupported as error:
        return LeftOut(visible(error), doubtful=False)
    except Exception as error:  # a damaged or forged encoder may raise anything
        return LeftOut(visible(error), doubtful=True)


def _encoders(identity: dict[str, Any]) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Encoders of the arms of one stage by their labels, each with the labels of these arms."""
    found: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for arm in identity["arms"]:
        if len(arm["stages"]) == 1:
            found.setdefault(arm["encoder"], (arm["stages"][0]["encoder"], []))[1].append(arm["label"])
    return found
