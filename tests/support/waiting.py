"""Waiting for what another process does, without a clock."""

import time
from collections.abc import Callable

STEP_S = 0.05


def until(condition: Callable[[], object], seconds: float = 60) -> bool:
    """Whether it came true: about ``seconds`` are waited at most."""
    for _ in range(int(seconds / STEP_S)):
        if condition():
            return True
        time.sleep(STEP_S)
    return bool(condition())
