"""How the interpreter works while an image is read, as it was before once that is over; and how it ends."""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SWITCH_INTERVAL_S = 0.0001  # a thread that inflated the next piece gets its turn soon: the default, 5 ms, is 20 pieces long


# glibc gives freed memory of this size and less back to its own lists and not to the system, once it saw a block of it
# come and go (mallopt(3), "dynamic mmap threshold"): else each megabyte that is inflated is mapped and zeroed anew.
# The most that it learns from is 32 MiB. Nothing of the block is ever touched; other systems lose nothing by it.
KEPT_BYTES = 31 << 20


@contextmanager
def at_full_speed() -> Iterator[None]:
    """Nearly everything made during a scan lives to its end, so that collecting finds nothing, slowly."""
    collecting, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    with suppress(MemoryError):  # where addresses are rationed, nothing is lost
        bytes(KEPT_BYTES)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collecting:
            gc.enable()


def leave(code: int) -> None:
    """Ends the process without taking it apart: a tenth of a small image's scan went to freeing what the system frees.

    Comes back where a thread is still at work, which the interpreter waits for.
    """
    if threading.active_count() > 1:
        return
    import atexit

    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # nobody reads it any more, which was told before
            pass
    os._exit(code)
