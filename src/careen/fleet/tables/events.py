"""Events of images, and decisions of users."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from .base import Moment, Number, metadata, number, of

# Append only, without foreign keys.
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
    Column("image_id", Number),  # NULL: it is not about a single image
    Column("images", Integer, nullable=False, default=0),  # number of images in all projects
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
    Column("package", Text, nullable=False, default=""),  # purl; without version it means all versions, "" any package
    Column("identity", String(300), nullable=False, default=""),  # the image; "" means all images of the project
    Column("status", String(30), nullable=False),  # as in OpenVEX
    Column("justification", String(100), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("decided_by", String(300), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("batch", String(40), nullable=False, default=""),  # decisions that were made, and can be undone, together
    Column("origin", Text, nullable=False, default=""),  # the decision that a user adopted; "" if it is their own
    Index(None, "project_id", "vulnerability"),
    Index(None, "project_id", "batch"),
)

# Statements about an image that trusted identities have signed: VEX documents next to it in its registry.
signed_statement = Table(
    "signed_statement",
    metadata,
    number(),
    of("image"),
    Column("vulnerability", String(100), nullable=False),
    Column("package", Text, nullable=False, default=""),  # as the document names it; "" means the whole image
    Column("status", String(30), nullable=False),
    Column("justification", Text, nullable=False, default=""),
    Column("signer", Text, nullable=False),
    Column("document", String(200), nullable=False),  # the digest of the document
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
