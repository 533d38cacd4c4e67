"""How many cases a test tries, and how many all have tried."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

TIMES = int(os.environ.get("FUZZ", "1"))
"""How many times as many cases as in the usual tests."""
tried: Counter[str] = Counter()


def cases(number: int, *strategies: SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try so many cases of the strategies; fixtures come first among a test's arguments."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def counted(*arguments: Any, **named: Any) -> None:
            tried[test.__name__] += 1
            test(*arguments, **named)

        slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
        chosen = settings(
            max_examples=number * TIMES, deadline=None, derandomize=TIMES == 1, suppress_health_check=slow
        )
        return chosen(given(*strategies)(counted))

    return decorate
