"""Settings for speed while an image is read (garbage collector, switches of threads), and a quick end of the process."""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SWITCH_INTERVAL_S = 0.0001  # a thread that inflated the next piece gets its turn soon; the default of 5 ms is 20 pieces long


# Once a block of this size was allocated and freed, glibc keeps freed blocks up to this size for itself (mallopt(3),
# "dynamic mmap threshold"); else each megabyte that is inflated is mapped and zeroed again. The threshold goes up to 32 MiB.
# The block is never touched, and costs nothing on other systems.
KEPT_BYTES = 31 << 20


@contextmanager
def at_full_speed() -> Iterator[None]:
    """Switches the garbage collector off meanwhile: nearly all objects of a scan live to its end, so that it finds
    nothing, slowly."""
    collecting, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    with suppress(MemoryError):  # address space is limited: the block is optional
        bytes(KEPT_BYTES)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collecting:
            gc.enable()


def leave(code: int) -> None:
    """Ends the process without freeing its objects, which would take a tenth of the scan of a small image.

    Returns if a thread is still running: the interpreter waits for it.
    """
    if threading.active_count() > 1:
        return
    import atexit

    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # its reader is gone, which was reported before
            pass
    os._exit(code)
