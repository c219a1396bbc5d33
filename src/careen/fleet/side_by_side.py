"""Assesses the units of an update in several processes, because Python runs one thread of a process at a time.

Each process takes a batch, assesses it and writes it in a transaction of its own. So a process that dies loses nothing
but its current batches, whose units still wait. A process ends if the one that started it does: its pipe closes.
Raises: DatabaseError if a process ends early.
"""

import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from careen.config import Settings
from careen.errors import DatabaseError
from careen.log import logger
from careen.safety.typed import from_msgpack

from .assessing import Assessor, opened_assessor
from .connection import connect
from .fleet import Fleet
from .unit_batches import Written, assess_each

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

log = logger(__name__)

AHEAD = 2  # batches that a process has: one is written while the other one is assessed
CONNECTIONS = 4
END_S = 30.0  # for a process to end after its last batch


class Order(Struct, frozen=True):
    """What a process needs to assess units. ``address`` is that of the fleet's database, with its password."""

    address: str
    settings: Settings
    database: Path
    build: str  # the build of the database, which another one may replace before the process opens it
    today: date

    @staticmethod
    def of(fleet: Fleet, database: Path, assessor: Assessor) -> "Order":
        address = fleet.engine.url.render_as_string(hide_password=False)
        return Order(address, fleet.settings, database, assessor.build, assessor.today)


def assess_side_by_side(order: Order, waiting: Iterable[Sequence[int]], processes: int) -> Iterator[Written]:
    """Assesses batches of units in so many processes. Yields each batch when it is written, in any order."""
    batches = iter(waiting)
    with ExitStack() as stack:
        left: dict[Connection, int] = {}  # batches that a process has
        for _ in range(processes):
            pipe = stack.enter_context(_started(order))
            left[pipe] = sum(_sent(pipe, batches) for _ in range(AHEAD))
        while busy := [pipe for pipe, count in left.items() if count]:
            ready = wait(busy)
            for pipe in (each for each in busy if each in ready):
                written = _received(pipe)
                left[pipe] += _sent(pipe, batches) - 1
                yield written


def _sent(pipe: Connection, batches: Iterator[Sequence[int]]) -> bool:
    """Sends the next batch; an empty one, after which the process ends, if none is left."""
    numbers = next(batches, ())
    with suppress(OSError):  # the process has ended: nothing more comes from it
        pipe.send_bytes(msgspec.msgpack.encode(numbers))
    return bool(numbers)


def _received(pipe: Connection) -> Written:
    try:
        return from_msgpack(pipe.recv_bytes(), Written)
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
    engine = connect(order.address, CONNECTIONS)
    try:
        with (
            Session(order.settings, store=MemoryStore()) as session,
            opened_assessor(order.settings, session, order.database, order.today) as assessor,
            suppress(EOFError, OSError),
        ):
            if assessor.build != order.build:
                raise DatabaseError("a newer advisory database has replaced the one of this update", "the update is repeated")
            for written in assess_each(engine, assessor, _batches(pipe)):
                pipe.send_bytes(msgspec.msgpack.encode(written))
    except Exception:
        log.exception("packages cannot be assessed")
        raise
    finally:
        engine.dispose()


def _batches(pipe: Connection) -> Iterator[list[int]]:
    while numbers := from_msgpack(pipe.recv_bytes(), list[int]):
        yield numbers
