"""Plug-ins to begin with: each conforms as it stands, and `written` puts a copy of one under a name of the user's own.

The files beside this one are what is copied; the words Skeleton and skeleton in them are replaced.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from bench.errors import BadInput

TEST = '''"""What must hold of {name}; add what is true of it alone."""

from bench.checks import check_{kind}
from {module} import {cls}


def test_it_conforms():
    assert check_{kind}({cls}) == []
'''


def written(kind: str, name: str, folder: Path) -> Iterator[Path]:
    """Write a plug-in of a kind ("problem", "encoder", "optimiser") and its test; give the files, the plug-in first.

    Parameters
    ----------
    kind : str
    name : str
        Of small letters, digits, dashes and underscores, such as "my-wing", which gives my_wing.py and MyWing.
    folder : Path
        The current one, say.

    Raises
    ------
    BadInput
        For a name that no module can have, and where a file is there already.
    """
    module = name.replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", module) or keyword.iskeyword(module):
        raise BadInput(f"{name}: must begin with a small letter, and hold small letters, digits, - and _ alone")
    cls = "".join(part.capitalize() for part in module.split("_"))
    source = (Path(__file__).parent / f"{kind}.py").read_text(encoding="utf-8")
    texts = {
        folder / f"{module}.py": source.replace("Skeleton", cls).replace("skeleton", name),
        folder / f"test_{module}.py": TEST.format(name=name, kind=kind, module=module, cls=cls),
    }
    for path in texts:
        if path.exists():
            raise BadInput(f"{path}: is there already; choose another name, or move it away")
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
        yield path


def class_of(path: Path) -> str:
    """How a plug-in that was written is named on the command line, and in an experiment file."""
    return f"{path.stem}:{''.join(part.capitalize() for part in path.stem.split('_'))}"
