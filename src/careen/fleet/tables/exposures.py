"""What an attacker can reach, as ``careen exposure`` computed it for a cluster or a folder, and the images involved."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from .base import Moment, metadata, number, of

exposure = Table(
    "exposure",
    metadata,
    number(),
    of("project"),
    Column("source", String(200), nullable=False),  # the cluster, or the name of the files
    Column("content", LargeBinary, nullable=False),  # compressed: its nodes and first paths
    Column("sent_by", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("project_id", "source"),
)

exposed_container = Table(
    "exposed_container",
    metadata,
    of("exposure", primary=True),
    Column("position", Integer, primary_key=True),
    Column("node", Text, nullable=False),  # its id in the graph
    Column("host", String(255), nullable=False, default=""),
    Column("repository", String(255), nullable=False, default=""),
    Column("tag", String(128), nullable=False, default=""),
    Column("digest", String(150), nullable=False, default=""),
    Column("name", Text, nullable=False, default=""),  # as users write it: nginx:latest
    Column("likelihood", Float),  # that an attacker from the Internet reaches it; NULL: no path leads there
    Index(None, "repository", "tag"),
    Index(None, "digest"),
)
