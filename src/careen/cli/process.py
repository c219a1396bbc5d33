"""How the interpreter works while an image is read, as it was before once that is over."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_INTERVAL_S = 0.0001  # a thread that inflated the next piece gets its turn soon: the default, 5 ms, is 20 pieces long


@contextmanager
def at_full_speed() -> Iterator[None]:
    """Nearly everything made during a scan lives to its end, so that collecting finds nothing, slowly."""
    collecting, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collecting:
            gc.enable()
