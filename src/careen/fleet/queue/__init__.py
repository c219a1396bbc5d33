"""The queue of jobs, behind which is a table of SQLite (``embedded``) or a job engine on PostgreSQL (``postgres``)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from sqlalchemy import Connection


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
