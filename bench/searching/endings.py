"""How a search is ended that asks for more than it may spend: by what it should let pass, or else more firmly."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

PATIENCE = 1000
"""How often a search may ask for more once its budget is spent, before it is broken off."""
DEAF = 86
"""Exit code of a process that ends itself, since nothing that is raised ends the search in it."""


class BudgetSpent(Exception):
    """The budget of the run or of its stage is gone; optimisers let it pass, the runner catches it."""


class Unheard(BaseException):
    """Breaks off a search that has caught `BudgetSpent` again and again, and with it every `Exception`."""


def refuse(times: int) -> NoReturn:
    """End a search that has asked for more so many times: by one exception, then by another, then with its process."""
    if times >= 2 * PATIENCE:  # `Unheard` has been caught too
        end_process()
    raise BudgetSpent if times < PATIENCE else Unheard


def end_process() -> NoReturn:
    """End this process: the last resort against a search that catches whatever is raised, interrupts included."""
    print("a search goes on and on after its budget, whatever is raised: its process is ended", file=sys.stderr)
    sys.stderr.flush()
    os._exit(DEAF)
