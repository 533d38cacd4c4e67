from __future__ import annotations

from collections.abc import Iterator
from functools import partial
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
def small_grids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of a latent space show 9 designs, not 100: each has axes of its own, which take long to draw."""
    from bench.latent import maps, pictures

    monkeypatch.setattr(pictures, "latent_grid", partial(maps.latent_grid, n=3))


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    opener = Opener(browser, tmp_path)
    yield opener
    opener.check()
