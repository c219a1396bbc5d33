"""Waits for what another thread or process does."""

import time

STEP_S = 0.05


def soon(condition, seconds=30.0):
    """Whether it comes true within about so many seconds."""
    for _ in range(int(seconds / STEP_S)):
        if condition():
            return True
        time.sleep(STEP_S)
    return bool(condition())
