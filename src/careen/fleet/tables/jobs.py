"""Jobs that wait, and the workers. With PostgreSQL, jobs are in the tables of its job engine, and only workers are
here.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text, text

from .base import Moment, metadata, number

job = Table(
    "job",
    metadata,
    number(),
    Column("kind", String(40), nullable=False),
    Column("key", String(300), nullable=False),  # only one job with the same key may wait
    Column("payload", LargeBinary, nullable=False, default=b""),  # JSON
    Column("lane", Integer, nullable=False),
    Column("owner", String(300), nullable=False, default=""),  # who requested it
    Column("state", String(10), nullable=False, default="waiting"),  # waiting, running; finished ones are removed
    Column("tries", Integer, nullable=False, default=0),
    Column("queued_at", Moment, nullable=False),
    Column("run_at", Moment, nullable=False, default=0.0),  # not before
    Column("started_at", Moment),
    Column("lease_until", Moment, nullable=False, default=0.0),
    Column("worker_id", String(100), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Index(None, "state", "lane", "queued_at"),
)

_WAITS = text("state = 'waiting'")
Index("uq_job_waiting", job.c.key, unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS)

worker = Table(
    "worker",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("doing", Text, nullable=False, default=""),
)
