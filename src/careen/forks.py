"""Shares work with forked processes, because Python runs one thread of a process at a time.

A fork starts in a millisecond, with all that this process has loaded and opened. It takes the next piece of work when it is
free, sends messages to this process, and ends with its last piece. All of them end with the block, whatever they do then.
Only a process without other threads may fork, because a fork copies their locks as they are.
"""

import os
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO, NoReturn

from careen.log import logger

log = logger(__name__)

MOST_PIECES = 16_000  # their numbers fit into a pipe, which takes 64 KiB on Linux
MOST_BYTES = 2 << 30  # of one message
_NUMBER, _SIZE = struct.Struct("<I"), struct.Struct("<Q")

Send = Callable[[bytes], None]
Work = Callable[[int, Iterator[int], Send], None]  # number of the process (from 1), numbers of its pieces, for messages


def may_fork() -> bool:
    """Whether this process can fork: on Linux, and without other threads."""
    return sys.platform == "linux" and threading.active_count() == 1


class Forks:
    """Processes that share the pieces of work 0 to ``pieces - 1`` with this one.

    ``work`` is called in each new process; ``receive`` with each message, in a thread of this process.
    """

    def __init__(self, pieces: int, work: Work, receive: Callable[[bytes], None]) -> None:
        self._work, self._receive = work, receive
        self._pieces, fill = os.pipe()
        os.write(fill, b"".join(map(_NUMBER.pack, range(pieces))))
        os.close(fill)
        self._processes: list[int] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Forks":
        return self

    def __exit__(self, *failure: object) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError, ChildProcessError):  # where SIGCHLD is ignored, the system has taken it away
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
        self.join()
        os.close(self._pieces)

    def start(self, count: int) -> None:
        """Starts processes; fewer, if the system allows no more."""
        pipes: list[BinaryIO] = []
        for number in range(1, count + 1):
            ours, theirs = os.pipe()
            try:
                process = os.fork()
            except OSError as error:
                log.info("no more processes can be started: %s", error)
                os.close(ours)
                os.close(theirs)
                break
            if process == 0:
                os.close(ours)  # or this process could not notice that nobody reads any more
                self._run(number, theirs, pipes)
            self._processes.append(process)
            os.close(theirs)
            pipes.append(os.fdopen(ours, "rb"))
        for pipe in pipes:  # after all forks
            self._threads.append(threading.Thread(target=self._listen, args=(pipe,), daemon=True))
            self._threads[-1].start()

    def pieces(self) -> Iterator[int]:
        """The pieces that no process has taken yet. A read of so few bytes from a pipe is never split."""
        while number := os.read(self._pieces, _NUMBER.size):
            yield _NUMBER.unpack(number)[0]

    def join(self) -> None:
        """Waits until all processes have ended and their messages are received."""
        for thread in self._threads:
            thread.join()

    def _run(self, number: int, theirs: int, others: Sequence[BinaryIO]) -> NoReturn:
        """The life of a new process. It ends silently: what it has not done is missing in the first process. If that one has
        ended, nothing reads the pipe, so that this one ends with its next message.
        """
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all: the first process ends this one
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            for pipe in others:
                pipe.close()
            with os.fdopen(theirs, "wb") as out:
                self._work(number, self.pieces(), lambda message: _send(out, message))
        finally:
            os._exit(0)

    def _listen(self, pipe: BinaryIO) -> None:
        try:
            with pipe:
                while (message := _received(pipe)) is not None:
                    self._receive(message)
        except Exception as error:
            log.info("messages of another process are lost: %s", error)


def _send(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(_SIZE.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _received(pipe: BinaryIO) -> bytes | None:
    """The next message; None if the process has ended."""
    head = pipe.read(_SIZE.size)
    size = _SIZE.unpack(head)[0] if len(head) == _SIZE.size else MOST_BYTES + 1
    message = pipe.read(size) if size <= MOST_BYTES else b""
    return message if message and len(message) == size else None
