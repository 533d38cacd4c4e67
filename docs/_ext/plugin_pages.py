"""A page for every problem, encoder and optimiser, made from its class: nobody lists them.

Pages are written into docs/plugins before Sphinx reads its sources: one a name of the registry, with its parameters
from the docstring and their defaults from the registry, and one a kind, which leads to them.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpydoc.docscrape import NumpyDocString

from bench.experiments import catalogue, plugins

if TYPE_CHECKING:
    from numpydoc.docscrape import Parameter
    from sphinx.application import Sphinx

INTRODUCTIONS = {
    "problems": "What is designed and minimised, under which constraints. [The method](../method.md) has the formulas.",
    "encoders": "The spaces that are searched. [Encoders, measured](../encoders.md) compares them.",
    "optimisers": "How a space is searched. [Optimisers, measured](../optimisers.md) compares them.",
    "suites": "Experiments that come along: `latentbench run NAME`.",
}


def page(kind: plugins.Kind, name: str) -> str:
    """The page of one plug-in, in MyST Markdown."""
    cls = plugins.load_class(kind, name)
    doc = NumpyDocString(inspect.getdoc(cls) or "")
    target = plugins.targets(kind)[name]
    parts = [f"# {name}", f"`{target}`"]
    preset = plugins.PRESETS[kind].get(name)
    if preset is not None:
        parts.append(preset.summary)
        parts += [f"Its class: {' '.join(doc['Summary'])}"]
    else:
        parts.append(" ".join(doc["Summary"]))
    parts.append(definitions(doc["Extended Summary"]))
    parts += parameters("Parameters", described(cls), plugins.defaults_of(kind, name))
    parts += parameters("Attributes", doc["Attributes"], {})
    parts += [f"## {section}\n\n{definitions(doc[section])}" for section in ("Notes", "References") if doc[section]]
    parts.append(f'## In an experiment\n\n```toml\n[[{kind}]]\nname = "{name}"\n```')
    others = [other for other, where in plugins.targets(kind).items() if where == target and other != name]
    if others:
        parts.append("Other settings of the same class: " + ", ".join(f"[{o}]({o}.md)" for o in others) + ".")
    return "\n\n".join(filter(None, parts)) + "\n"


def described(cls: type) -> list[Parameter]:
    """Parameters by the docstrings of a class and of its bases, each by the nearest that describes it."""
    found: dict[str, Parameter] = {}
    for each in cls.__mro__[:-1]:
        for parameter in NumpyDocString(inspect.cleandoc(each.__doc__ or ""))["Parameters"]:
            for name in parameter.name.split(", "):
                found.setdefault(name, type(parameter)(name, parameter.type, parameter.desc))
    return list(found.values())


def parameters(title: str, listed: list[Parameter], defaults: dict[str, Any]) -> list[str]:
    """A section of definitions; where there are defaults, of the parameters that have one or are asked for."""
    known = {parameter.name: parameter for parameter in listed}
    names = list(defaults) if title == "Parameters" else list(known)
    if not names:
        return []
    entries = []
    for name in names:
        parameter = known.get(name)
        facts = [parameter.type.replace(", optional", "")] if parameter and parameter.type else []
        if defaults.get(name, inspect.Parameter.empty) is not inspect.Parameter.empty:
            facts.append(f"default `{defaults[name]!r}`")
        text = " ".join(parameter.desc).strip() if parameter else ""
        entries.append(f"`{name}`{' — ' if facts else ''}{', '.join(facts)}\n: {text or '–'}")
    return [f"## {title}", "\n\n".join(entries)]


def definitions(lines: list[str]) -> str:
    """Lines of a docstring, in which a line and indented ones below it define a term."""
    text = "\n".join(lines)
    return re.sub(
        r"^(\S.*)\n((?:[ ]{4}.*(?:\n|$))+)",
        lambda found: f"**{found[1]}**\n: " + " ".join(found[2].split()) + "\n\n",
        text,
        flags=re.MULTILINE,
    ).strip()


def suite(name: str) -> str:
    """The page of a suite: the file itself."""
    return f"# {name}\n\n```toml\n{catalogue.describe('suites', name)}\n```\n"


def index(kind: str) -> str:
    """The page of a kind: names, what they are, and the way to their pages."""
    summaries = catalogue.summaries(kind)
    rows = "\n\n".join(f"[{name}]({kind}/{name}.md)\n: {text}" for name, text in summaries.items())
    entries = "\n".join(f"{kind}/{name}" for name in summaries)
    return f"# {kind.capitalize()}\n\n{INTRODUCTIONS[kind]}\n\n{rows}\n\n```{{toctree}}\n:hidden:\n\n{entries}\n```\n"


def write(folder: Path) -> None:
    """Write all pages, and touch none that is the same already."""
    pages = {folder / f"{kind}.md": index(kind) for kind in INTRODUCTIONS}
    for kind in plugins.BASES:
        pages |= {folder / kind / f"{name}.md": page(kind, name) for name in plugins.targets(kind)}
    pages |= {folder / "suites" / f"{name}.md": suite(name) for name in catalogue.suites()}
    for stale in set(folder.glob("**/*.md")) - set(pages):
        stale.unlink()
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write pages before sources are looked for."""
    app.connect("builder-inited", lambda app: write(Path(app.confdir) / "plugins"))
    return {"parallel_read_safe": True}
