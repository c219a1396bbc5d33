"""One tool call: the time it may take, its progress, and whether it was cancelled."""

import threading
import time
from collections.abc import Callable

EVERY_S = 0.2  # between two messages of progress


class CancelledError(Exception):
    pass


class OutOfTimeError(Exception):
    pass


class Call:
    """A running call. Its tool calls ``progress``, from any thread, which raises an exception if the call was cancelled or its
    time is over.
    """

    def __init__(
        self,
        seconds: float,
        report: Callable[[float, float | None], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._report = clock, report
        self._ends, self._sent = clock() + seconds, clock()
        self._cancelled = threading.Event()
        self._steps = 0.0

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def seconds_left(self) -> float:
        return max(0.001, self._ends - self._clock())

    def go_on(self) -> None:
        """Raises CancelledError if the call was cancelled, and OutOfTimeError if its time is over."""
        if self.is_cancelled:
            raise CancelledError
        if self._clock() > self._ends:
            raise OutOfTimeError

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Sends the progress as numbers only, since names may come from the input. The numbers rise, as the protocol
        requires."""
        self.go_on()
        now = self._clock()
        if self._report is not None and now - self._sent >= EVERY_S:
            self._sent = now
            self._steps += 1
            self._report(self._steps, None)
