"""Saved views of users, and the checked tags of base images."""

from sqlalchemy import Column, String, Table, Text, UniqueConstraint

from .base import Moment, metadata, number, of

# A named page with its filters and its order.
saved_view = Table(
    "saved_view",
    metadata,
    number(),
    of("project"),
    Column("name", String(200), nullable=False),
    Column("path", Text, nullable=False),  # relative to the project's pages, with its query
    Column("made_by", String(300), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("project_id", "name"),
)

# The digest to which a tag points that images of a project state as their base.
base_tag = Table(
    "base_tag",
    metadata,
    number(),
    of("project"),
    Column("reference", Text, nullable=False),
    Column("digests", Text, nullable=False, default=""),  # of the tag and of its platforms, separated by spaces
    Column("checked_at", Moment, nullable=False),
    Column("trouble", Text, nullable=False, default=""),
    UniqueConstraint("project_id", "reference"),
)
