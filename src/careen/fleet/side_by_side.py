"""Assesses units in several processes, because Python runs one thread of a process at a time.

The processes open the advisory database only: the fleet's database is read and written by the process that started them,
so that a process that dies loses nothing. A process ends if the one that started it does: its pipe closes.
Raises: DatabaseError if a process ends early.
"""

import gc
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from careen.config import Settings
from careen.errors import DatabaseError
from careen.log import logger
from careen.safety.typed import from_msgpack

from .assessing import opened_assessor
from .storable import Storable, storable
from .unit_batches import Results
from .verdict_rows import Row

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

log = logger(__name__)

AHEAD = 2  # batches that a process has: it assesses one while the results of the other one are on their way
END = msgspec.msgpack.encode(())
END_S = 30.0  # for a process to end after its last batch


class Order(Struct, frozen=True):
    """What a process needs to assess units. ``build`` is that of the database, which a newer one may replace before the
    process opens it.
    """

    settings: Settings
    database: Path
    build: str
    today: date


def assess_side_by_side(order: Order, batches: Iterable[Sequence[Row]], processes: int) -> Iterator[Results]:
    """Assesses batches of units in so many processes. Yields the results of each batch, in any order."""
    rest = iter(batches)
    with ExitStack() as stack:
        sent = {stack.enter_context(_started(order)): deque[Sequence[Row]]() for _ in range(processes)}
        for _ in range(AHEAD):
            for pipe, rows in sent.items():
                _send_next(pipe, rest, rows)
        while busy := [pipe for pipe, rows in sent.items() if rows]:
            ready = wait(busy)
            for pipe in (each for each in busy if each in ready):
                results = _received(pipe)
                batch = sent[pipe].popleft()
                _send_next(pipe, rest, sent[pipe])
                yield list(zip(batch, results, strict=True))


def _send_next(pipe: Connection, rest: Iterator[Sequence[Row]], sent: deque[Sequence[Row]]) -> None:
    """Sends the next batch; an empty one, after which the process ends, if none is left."""
    rows = next(rest, ())
    if rows:
        sent.append(rows)
    with suppress(OSError):  # the process has ended: nothing more comes from it
        pipe.send_bytes(msgspec.msgpack.encode([(row.context, row.content, row.digests) for row in rows]))


def _received(pipe: Connection) -> list[Storable]:
    try:
        return from_msgpack(pipe.recv_bytes(), list[Storable])
    except (EOFError, OSError):
        raise DatabaseError("a process that assesses packages has ended", "the log has its error") from None


@contextmanager
def _started(order: Order) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process: BaseProcess = context.Process(target=_work, args=(order, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(END_S)
        if process.is_alive():
            process.kill()
            process.join()


def _work(order: Order, pipe: Connection) -> None:
    """Assesses the batches that the pipe brings, until an empty one, or its end."""
    from careen.app.session import Session
    from careen.store.memory import MemoryStore

    for number in (signal.SIGINT, signal.SIGTERM):  # a service manager sends them to all; the pipe's end stops this one
        signal.signal(number, signal.SIG_IGN)
    try:
        gc.disable()  # nearly all objects live until the end of a batch, or of the process
        batches = SimpleQueue[bytes]()
        threading.Thread(target=_read, args=(pipe, batches), daemon=True).start()
        with (
            Session(order.settings, store=MemoryStore()) as session,
            opened_assessor(order.settings, session, order.database, order.today) as assessor,
            suppress(OSError),
        ):
            if assessor.build != order.build:
                raise DatabaseError("a newer advisory database has replaced the one of this update", "the update is repeated")
            while rows := from_msgpack(batches.get(), list[tuple[bytes, bytes, bytes | None]]):
                results = [storable(assessor.assess(context, content), digests) for context, content, digests in rows]
                pipe.send_bytes(msgspec.msgpack.encode(results))
    except Exception:
        log.exception("packages cannot be assessed")
        raise


def _read(pipe: Connection, batches: "SimpleQueue[bytes]") -> None:
    """Receives batches while others are assessed or sent: two ends that both wait until a long message is read would wait
    for ever.
    """
    with suppress(EOFError, OSError):
        while (batch := pipe.recv_bytes()) != END:
            batches.put(batch)
    batches.put(END)
