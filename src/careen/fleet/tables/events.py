"""What happened to images, and what people decided."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from .base import Moment, Number, metadata, number, of

# Append only, without references.
event = Table(
    "event",
    metadata,
    number(),
    Column("at", Moment, nullable=False),
    # introduced (by a new image), disclosed (a new advisory), fix_available, exploited, end_of_life, resolved,
    # source_failed, image_ready, image_failed
    Column("kind", String(20), nullable=False),
    Column("vulnerability", String(100), nullable=False, default=""),
    Column("package", Text, nullable=False, default=""),
    Column("severity", String(10), nullable=False, default=""),
    Column("image_id", Number),  # NULL: of all images that have the package, or of none
    Column("images", Integer, nullable=False, default=0),  # of all projects
    Column("detail", LargeBinary, nullable=False, default=b""),  # JSON
    Index(None, "kind", "id"),
    Index(None, "vulnerability", "id"),
)

decision = Table(
    "decision",
    metadata,
    number(),
    of("project"),
    Column("vulnerability", String(100), nullable=False),
    Column("package", Text, nullable=False, default=""),  # purl, without a version for all; "": any
    Column("identity", String(300), nullable=False, default=""),  # of an image; "": all of the project
    Column("status", String(30), nullable=False),  # as in OpenVEX
    Column("justification", String(100), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("decided_by", String(300), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("batch", String(40), nullable=False, default=""),  # of the decisions that were made, and are undone, together
    Column("origin", Text, nullable=False, default=""),  # from where a person took it over; "": their own
    Index(None, "project_id", "vulnerability"),
    Index(None, "project_id", "batch"),
)

# What trusted identities have signed about an image: documents of VEX beside it in its registry.
signed_statement = Table(
    "signed_statement",
    metadata,
    number(),
    of("image"),
    Column("vulnerability", String(100), nullable=False),
    Column("package", Text, nullable=False, default=""),  # as the document names it; "": all of the image
    Column("status", String(30), nullable=False),
    Column("justification", Text, nullable=False, default=""),
    Column("signer", Text, nullable=False),
    Column("document", String(200), nullable=False),  # its digest
    Column("stated_at", Moment, nullable=False),
    Index(None, "image_id"),
)

signed_check = Table(
    "signed_check",
    metadata,
    of("image", primary=True),
    Column("at", Moment, nullable=False),
    Column("trouble", Text, nullable=False, default=""),
    Index(None, "at"),
)

policy = Table(
    "policy",
    metadata,
    number(),
    of("project"),
    Column("name", String(200), nullable=False),
    Column("rules", LargeBinary, nullable=False),  # JSON: fail_on, ignore_unfixed, grace_days …
    Column("version", Integer, nullable=False, default=1),
    Column("changed_by", String(300), nullable=False, default=""),
    Column("changed_at", Moment, nullable=False),
    Index("uq_policy_project_id_name", "project_id", "name", unique=True),
)
