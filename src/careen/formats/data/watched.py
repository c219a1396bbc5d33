"""Evaluates code that a user wrote in a child process, which is ended when it takes too much memory.

A limit of the system does not work: interpreters reserve hundreds of GiB of addresses, and use little of them. If the
system does not report memory use, there is no child, and only the time is bounded (``careen.exec``).
"""

import os
import signal
import time
from collections.abc import Callable


def in_watched_child(max_bytes: int, on_excess: Callable[[], None]) -> None:
    """Forks. Returns in the child; the parent waits for the child, and then ends without returning.

    If the child takes more than ``max_bytes`` of memory, the parent ends it and calls ``on_excess``. Without
    ``/proc`` there is no child.
    """
    if not os.path.isfile("/proc/self/statm"):  # noqa: PTH113
        return
    child = os.fork()
    if child == 0:
        return
    page = os.sysconf("SC_PAGE_SIZE")
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        with open(f"/proc/{child}/statm", "rb") as stream:  # noqa: PTH123
            if int(stream.read().split()[1]) * page > max_bytes:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                on_excess()
                break
        time.sleep(0.01)
    os._exit(0)
