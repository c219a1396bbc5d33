"""The queue of jobs: a table of SQLite (``embedded``), or a job engine on PostgreSQL (``postgres``)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from sqlalchemy import Connection

BACKGROUND = 2  # the lane for work that no user waits for
MAX_TRIES = 3  # of a job that fails without a time for the next try


class Job(Struct, frozen=True):
    """A job. ``key``: while a job with this key waits, no second one is added. ``payload`` is JSON. ``owner``: who
    requested it.
    """

    kind: str
    key: str
    payload: bytes = b""
    lane: int = 2
    owner: str = ""
    run_at: float = 0.0


class Waiting(Struct, frozen=True):
    """A job of the queue, for display. ``why`` is what it waits for."""

    id: int
    kind: str
    key: str
    lane: int
    owner: str
    state: str  # waiting or running
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
    """The contract of a queue. A job may run twice if a worker dies: handlers commit with fencing tokens, or are
    idempotent.
    """

    def add(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Adds jobs in the caller's transaction."""
        ...

    def work(self, handlers: Mapping[str, Handler], worker: str, stop: Callable[[], bool]) -> None:
        """Runs jobs until ``stop`` returns true, lower lanes first. The number of background jobs at a time is limited."""
        ...

    def waiting(self, connection: Connection, limit: int = 100) -> list[Waiting]: ...
    def depth(self, connection: Connection) -> dict[int, int]:
        """The number of waiting jobs, by lane."""
        ...

    def cancel(self, connection: Connection, job: int) -> bool:
        """Cancels a waiting job. Returns False if it was not waiting any more."""
        ...


def pause_s(tries: int) -> float:
    """The seconds before the next try; callers add a random part."""
    return float(min(300, 2 * 4 ** min(tries, 8)))


def why_it_waits(state: str, lane: int, delay_s: float, reason: str, is_capped: bool) -> str:
    if state == "running":
        return ""
    if delay_s > 1:
        return f"it is tried again in {delay_s:.0f} s" + (f": {reason}" if reason else "")
    if lane >= BACKGROUND and is_capped:
        return "all places for background work are taken"
    return "earlier work of its lane, or of a faster one, comes first"
