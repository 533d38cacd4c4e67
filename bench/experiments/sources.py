"""What code a plug-in of the user's own is: the digest of its module, and the version of its distribution.

The digest is of the module's file, and of the modules that lie beside it and that it, or one of them, imports.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

from bench.experiments.plugins import BUILT_IN, load_class
from bench.experiments.registry import Spec

DIGITS = 16


def sources(specs: Iterable[Spec]) -> dict[str, str]:
    """Name the code of the plug-ins that are not built in, by their names."""
    found = {name: _source(spec.kind, name) for spec in specs for name in _names(spec) if name not in _BUILT_IN}
    return dict(sorted(found.items()))


_BUILT_IN = {name for named in BUILT_IN.values() for name in named}


def _names(spec: Spec) -> Iterator[str]:
    yield spec.name
    for value in spec.params.values():
        if isinstance(value, dict) and value.keys() == {"name", "params"}:  # one within it
            yield from _names(Spec(spec.kind, value["name"], json.dumps(value["params"])))


@lru_cache
def _source(kind: Any, name: str) -> str:
    module = load_class(kind, name).__module__
    try:
        file = Path(inspect.getsourcefile(sys.modules[module]) or "")
        code = file.read_bytes() + b"".join(beside.read_bytes() for beside in _beside(file))
        digest = sha256(code).hexdigest()[:DIGITS]
    except (OSError, TypeError, KeyError):
        digest = "no file"
    packages = packages_distributions().get(module.partition(".")[0], [])
    return " ".join([f"{module} {digest}", *(f"{package} {version(package)}" for package in packages)])


def _beside(file: Path) -> list[Path]:
    """Files in the folder of a module that it imports, or that those import, in order."""
    found, left = {file}, [file]
    while left:
        for name in _imported(left.pop().read_bytes()):
            other = file.parent / f"{name}.py"
            if other not in found and other.is_file():
                found.add(other)
                left.append(other)
    return sorted(found - {file})


def _imported(code: bytes) -> Iterator[str]:
    """All words of the names that a module imports from or by: one of them may be a file beside it."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                yield from name.split(".")


def changes(before: Iterable[Any], now: dict[str, str]) -> list[str]:
    """Name the plug-ins whose code was other code at some time before, as those entries of provenance say."""
    told = [entry.get("plugins") for entry in before if isinstance(entry, dict)]
    earlier = [plugins for plugins in told if isinstance(plugins, dict)]
    return sorted(name for name, code in now.items() if any(p.get(name, code) != code for p in earlier))
