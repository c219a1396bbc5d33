"""How much work a call does, in figures that neither the machine nor its load changes.

``steps`` counts lines of Python; it does not see loops inside C (regular expressions, copies), which is what ``ends`` is
for: its bound is hundreds of times what such a call takes, and much less than what a call takes that is not linear.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

CPU_SECONDS = 10.0


def steps(call: Callable[[], object]) -> int:
    """The lines of Python that a call runs in this thread."""
    count = 0

    def inside(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return inside

    before = sys.gettrace()
    sys.settrace(inside)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def grows_with_its_input(work: Callable[[int], Callable[[], object]], size: int, *, times: int = 4) -> bool:
    """Whether an input ``times`` as large takes about that many more steps, not their square. ``work`` makes the call for a
    size, so that what it takes to make the input does not count."""
    work(size)()  # what is imported and kept at the first call does not count
    small, large = steps(work(size)), steps(work(size * times))
    return large <= small * times * 1.5


@contextmanager
def ends(what: object = "it") -> Iterator[None]:
    """Fails, in the middle of it, what takes CPU_SECONDS of the processor. The time of other programs does not count."""
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return

    def over(*_: object) -> None:
        pytest.fail(f"{what} did not end within {CPU_SECONDS:.0f} seconds of the processor")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
