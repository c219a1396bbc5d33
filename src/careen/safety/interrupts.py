"""Delays an interrupt (Ctrl-C) while a library runs that cannot handle one.

msgspec runs Python code while it inspects a type. A ``KeyboardInterrupt`` in that code crashes the process (seen with
0.22).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Delays interrupts until the end of the block. Only the main thread gets interrupts: in other threads nothing
    changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    import signal

    before = signal.getsignal(signal.SIGINT)
    if before is None:  # the handler is not Python's, and raises nothing
        yield
        return
    came = False

    def note(number: int, frame: object) -> None:
        nonlocal came
        came = True

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)
