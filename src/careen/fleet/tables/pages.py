"""What people keep for their pages, and what is known of the bases of images."""

from sqlalchemy import Column, String, Table, Text, UniqueConstraint

from .base import Moment, metadata, number, of

# A page with its filters and its order, under a name.
saved_view = Table(
    "saved_view",
    metadata,
    number(),
    of("project"),
    Column("name", String(200), nullable=False),
    Column("path", Text, nullable=False),  # below the project's pages, with its query
    Column("made_by", String(300), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("project_id", "name"),
)

# Where a tag that images of a project name as their base points now.
base_tag = Table(
    "base_tag",
    metadata,
    number(),
    of("project"),
    Column("reference", Text, nullable=False),
    Column("digests", Text, nullable=False, default=""),  # of the tag and of its platforms, with spaces between
    Column("checked_at", Moment, nullable=False),
    Column("trouble", Text, nullable=False, default=""),
    UniqueConstraint("project_id", "reference"),
)
