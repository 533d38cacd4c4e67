from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import BROWSER, Browser, Opener


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests; they are skipped where there is none."""
    if BROWSER is None:
        pytest.skip("there is no Chromium on this machine")
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    opener = Opener(browser, tmp_path)
    yield opener
    opener.check()
