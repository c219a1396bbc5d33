"""The queue of jobs, behind which is a table of SQLite (``embedded``) or a job engine on PostgreSQL (``postgres``)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from sqlalchemy import Connection

BACKGROUND = 2  # the lane of what nobody waits for
MAX_TRIES = 3  # of a job that fails without saying when to try again


class Job(Struct, frozen=True):
    """``key``: while a job of this key waits, another is not added. ``payload`` is JSON. ``owner``: who asked for it."""

    kind: str
    key: str
    payload: bytes = b""
    lane: int = 2
    owner: str = ""
    run_at: float = 0.0


class Waiting(Struct, frozen=True):
    """A job of the queue, as people see it; ``why`` states what it waits for."""

    id: int
    kind: str
    key: str
    lane: int
    owner: str
    state: str  # waiting, running
    age_s: float
    tries: int
    why: str = ""


class RetryError(Exception):
    """Raised by a handler: the job is tried again after ``after_s`` seconds."""

    def __init__(self, reason: str, after_s: float) -> None:
        super().__init__(reason)
        self.after_s = after_s


Handler = Callable[[Job], None]


class Queue(Protocol):
    """Jobs may run twice, if a worker dies: handlers commit by fencing tokens, or are idempotent."""

    def add(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """In the caller's transaction."""
        ...

    def work(self, handlers: Mapping[str, Handler], worker: str, stop: Callable[[], bool]) -> None:
        """Runs jobs until ``stop`` returns true: lower lanes first, with a cap on what runs of the background lane."""
        ...

    def waiting(self, connection: Connection, limit: int = 100) -> list[Waiting]: ...
    def depth(self, connection: Connection) -> dict[int, int]:
        """How many jobs wait, by lane."""
        ...

    def cancel(self, connection: Connection, job: int) -> bool:
        """Whether it was still waiting."""
        ...


def pause_s(tries: int) -> float:
    """How long to wait before the next try; the caller spreads it."""
    return float(min(300, 2 * 4 ** min(tries, 8)))


def why_it_waits(state: str, lane: int, delay_s: float, reason: str, is_capped: bool) -> str:
    if state == "running":
        return ""
    if delay_s > 1:
        return f"it is tried again in {delay_s:.0f} s" + (f": {reason}" if reason else "")
    if lane >= BACKGROUND and is_capped:
        return "all places for background work are taken"
    return "earlier work of its lane, or of a faster one, comes first"
