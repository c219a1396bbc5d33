"""Has a thread of its own make the pieces that come next, while who asked for them works on the last one.

What makes the pieces spends its time in C that frees the interpreter (inflating, hashing, reading), so that it runs beside
Python code. At most ``pieces`` of them wait, which bounds the memory.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from queue import SimpleQueue

STOP = False
HANGS_AFTER_S = 2.0


def ahead(source: Iterator[bytes], pieces: int = 4, while_waiting: Callable[[], object] | None = None) -> Generator[bytes]:
    """The pieces of ``source`` in their order; what it raises is raised here, where it would have been.
    ``while_waiting`` is called here when the next piece is not there yet.

    Nothing of ``source`` runs any more once this iterator is closed or exhausted, but for one that hangs: it is waited for
    ``HANGS_AFTER_S``, so that who interrupts a stalled download need not wait for its time-out.
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
        except BaseException as error:  # raised again by who asks for the piece
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
        room.put(STOP)  # behind what room is left: a few more pieces are made at most
        worker.join(HANGS_AFTER_S)
