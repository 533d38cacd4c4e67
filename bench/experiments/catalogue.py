"""Lists and descriptions of problems, encoders, optimisers and suites; lists are read from sources, without imports."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from bench.errors import BadInput, unknown
from bench.experiments import plugins
from bench.experiments.plugins import PRESETS, Kind

SUITES = Path(__file__).parent / "suites"


def suites() -> dict[str, Path]:
    """The suites of latentbench: name -> TOML file."""
    return {path.stem: path for path in sorted(SUITES.glob("*.toml"))}


def source_text(source: str | Path) -> tuple[str, Path]:
    """Read the TOML text of a suite's name or of a path that ends in .toml; give the folder that it lies in, too.

    Raises
    ------
    BadInput
        If there is none, or it cannot be read.
    """
    path = Path(source)
    if path.suffix != ".toml":
        if str(source) not in suites():
            raise unknown("suite", str(source), [*suites(), "a path that ends in .toml"])
        path = suites()[str(source)]
    try:
        return path.read_text(encoding="utf-8-sig"), path.parent
    except UnicodeDecodeError:
        raise BadInput(f"{source}: is not UTF-8 text") from None
    except OSError as error:
        raise BadInput(f"{source}: cannot be read: {error.strerror}") from None


def summaries(kind: str) -> dict[str, str]:
    """Name and first sentence of everything of a kind, "suites" included."""
    if kind == "suites":
        return {name: _leading_comment(path) for name, path in suites().items()}
    presets = PRESETS[cast(Kind, kind)]
    return {
        name: presets[name].summary if name in presets else _first_line(target)
        for name, target in plugins.targets(cast(Kind, kind)).items()
    }


def describe(kind: str, name: str) -> str:
    """All that is documented of one thing, its parameters and their defaults."""
    if kind == "suites":
        if name not in suites():
            raise unknown("suite", name, suites())
        return suites()[name].read_text(encoding="utf-8").rstrip()
    cls = plugins.load_class(cast(Kind, kind), name)
    defaults = plugins.defaults_of(cast(Kind, kind), name)
    lines = [
        f"  {parameter}{'' if value is inspect.Parameter.empty else f' = {value!r}'}"
        for parameter, value in defaults.items()
    ]
    return "\n".join(
        [f"{name} ({plugins.targets(cast(Kind, kind)).get(name, name)})", *lines, "", inspect.getdoc(cls) or ""]
    )


def _leading_comment(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines[0].removeprefix("#").strip() if lines and lines[0].startswith("#") else ""


def _first_line(target: str) -> str:
    """First line of a class's docstring, read from its source without importing its module."""
    module, _, name = target.partition(":")
    try:
        for node in _classes(module):
            if node.name == name:
                return (ast.get_docstring(node) or "").partition("\n")[0]
    except (ImportError, OSError, SyntaxError, ValueError, AttributeError):
        pass
    return f"({target})"


@cache
def _classes(module: str) -> list[ast.ClassDef]:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ImportError(module)
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]
