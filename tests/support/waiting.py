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


def settled(value: Callable[[], object], steps: int = 10) -> None:
    """Until the value stays the same for some steps: what was sent before is handled then."""
    seen: list[object] = []
    until(lambda: seen.append(value()) or (len(seen) > steps and len(set(seen[-steps:])) == 1))
