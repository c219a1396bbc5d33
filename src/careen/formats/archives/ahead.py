"""Read-ahead iterator: a worker thread prefetches the next items while the caller works on the last one.

It pays for sources that spend their time in C code without the interpreter's lock (inflating, hashing, reading). At most
``pieces`` items wait, which bounds the memory.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from queue import SimpleQueue

STOP = False
HANGS_AFTER_S = 2.0


def ahead(source: Iterator[bytes], pieces: int = 3, while_waiting: Callable[[], object] | None = None) -> Generator[bytes]:
    """Yields the pieces of ``source`` in order. An exception of ``source`` is raised here, after the pieces before it.
    ``while_waiting`` is called in the caller's thread when the next piece is not ready.

    Once this iterator is closed or exhausted, ``source`` no longer runs. A source that hangs is waited for no longer than
    ``HANGS_AFTER_S``, so that interrupting a stalled download does not take until its time-out.
    """
    room: SimpleQueue[bool] = SimpleQueue()
    made: SimpleQueue[bytes | BaseException | None] = SimpleQueue()
    for _ in range(pieces):
        room.put(True)

    def work() -> None:
        try:
            while room.get() is not STOP:
                piece = next(source, None)
                made.put(piece)
                if piece is None:
                    return
        except BaseException as error:  # raised again in the caller's thread
            made.put(error)

    worker = threading.Thread(target=work, name="read ahead", daemon=True)
    worker.start()
    try:
        while True:
            if while_waiting and made.empty():
                while_waiting()
            piece = made.get()
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
            room.put(True)
    finally:
        room.put(STOP)  # queued behind the free places: the worker reads at most a few more pieces before it ends
        worker.join(HANGS_AFTER_S)
