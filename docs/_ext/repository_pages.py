"""What the repository shows and a site would not: links to folders, and tables without a title."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LINK = re.compile(r"\]\(([^)#:]+)\)")


def read(app: Sphinx, name: str, source: list[str]) -> None:
    """Lead a link to a folder to its README, and give a table of a reference run the names of both as a title."""
    folder = Path(app.srcdir, name).parent

    def to_page(found: re.Match[str]) -> str:
        readme = Path(found[1], "README.md")
        return f"]({readme.as_posix()})" if (folder / readme).is_file() else found[0]

    source[0] = LINK.sub(to_page, source[0])
    if name.startswith("results/reference/") and not name.endswith("/README"):
        source[0] = f"# {folder.name}: {Path(name).name}\n\n{source[0]}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Change sources as they are read."""
    app.connect("source-read", read)
    return {"parallel_read_safe": True}
