"""Registries with their repositories and tags, images, and the layers that they share."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, false, text

from .base import Moment, Number, metadata, number, of

LISTED = ("state", "coverage", "kind", "critical", "high", "medium", "low", "fixable", "exploited")
SEARCHED = ("reference", "distribution", "base", "base_digest")

registry = Table(
    "registry",
    metadata,
    number(),
    of("project"),
    Column("host", String(255), nullable=False),
    Column("namespace", String(255), nullable=False, default=""),
    Column("kind", String(30), nullable=False, default="distribution"),  # harbor, quay, docker-hub, ghcr, ecr …
    Column("wanted", LargeBinary, nullable=False, default=b""),  # JSON: include, exclude, newest, platforms
    Column("every_s", Float),  # NULL: only on request
    Column("credentials", LargeBinary, nullable=False, default=b""),  # encrypted; empty if there are none
    Column("webhook_secret", LargeBinary, nullable=False, default=b""),  # encrypted
    Column("per_second", Float, nullable=False, default=10.0),  # requests, over all workers
    Column("tokens", Float, nullable=False, default=0.0),  # unused requests at ``tokens_at``
    Column("tokens_at", Moment, nullable=False, default=0.0),
    Column("paused_until", Moment, nullable=False, default=0.0),  # the end of a pause that the registry demanded
    Column("listed_at", Moment),
    Column("next_at", Moment),  # when the next crawl is due
    Column("position", Text, nullable=False, default=""),  # where an interrupted crawl continues
    Column("trouble", Text, nullable=False, default=""),
    UniqueConstraint("project_id", "host", "namespace"),
    Index(None, "next_at"),
)

repository = Table(
    "repository",
    metadata,
    number(),
    of("registry"),
    Column("name", String(255), nullable=False),
    Column("seen_at", Moment),  # when the registry's list last contained it
    Column("listed_at", Moment),  # when all of its tags were last listed
    UniqueConstraint("registry_id", "name"),
)

image = Table(
    "image",
    metadata,
    number(),
    # the manifest's digest; "upload:PROJECT:SHA256" of an SBOM or a report that was made elsewhere
    Column("identity", String(300), nullable=False, unique=True),
    Column("kind", String(20), nullable=False, default="image"),  # image, uploaded
    Column("uploaded_by", String(300), nullable=False, default=""),
    Column("digest", String(150), nullable=False, default=""),
    Column("reference", Text, nullable=False),  # the reference at its first enrolment
    Column("platform", String(60), nullable=False, default=""),
    Column("state", String(20), nullable=False),  # opening, reading, joining, ready, failed
    Column("lane", Integer, nullable=False, default=2),
    Column("reason", Text, nullable=False, default=""),  # why it failed, or why it waits
    Column("tries", Integer, nullable=False, default=0),
    Column("step_at", Moment, nullable=False, default=0.0),  # when its latest job was queued or began
    Column("source", LargeBinary, nullable=False, default=b""),  # JSON: where its layers are fetched from
    Column("manifest", LargeBinary, nullable=False, default=b""),  # the opened image without its layers' content
    Column("size_bytes", Number, nullable=False, default=0),
    Column("created", String(40), nullable=False, default=""),
    Column("distribution", String(100), nullable=False, default=""),
    Column("base", Text, nullable=False, default=""),
    Column("base_digest", String(150), nullable=False, default=""),  # as the image's label states it; "" if unknown
    Column("packages", Integer, nullable=False, default=0),
    Column("coverage", String(20), nullable=False, default=""),  # assessed, partially_assessed, not_assessed
    Column("lowered", Integer, nullable=False, default=0),  # 1: a part of it could not be read, whatever the advisories are
    Column("exit_code", Integer),
    Column("risk", Integer, nullable=False, default=0),  # the highest risk of its findings, in thousandths
    Column("critical", Integer, nullable=False, default=0),
    Column("high", Integer, nullable=False, default=0),
    Column("medium", Integer, nullable=False, default=0),
    Column("low", Integer, nullable=False, default=0),
    Column("unrated", Integer, nullable=False, default=0),
    Column("fixable", Integer, nullable=False, default=0),
    Column("exploited", Integer, nullable=False, default=0),
    Column("misconfigurations", Integer, nullable=False, default=0),
    Column("secrets", Integer, nullable=False, default=0),
    Column("enrolled_at", Moment, nullable=False),
    Column("ready_at", Moment),
    Column("assessed_at", Moment),
    Column("assessed_by", String(100), nullable=False, default=""),  # the build of the database
    Index(None, "state", "lane", "enrolled_at"),
    # Lists and counts are filtered in this index, because the rows contain large manifests.
    Index("ix_image_risk", "risk", "id", *LISTED, *SEARCHED),
    Index("ix_image_enrolled", "enrolled_at", "id", *LISTED),
    Index(None, "reference", "id"),
    Index(None, "digest"),
)

_HAS_BASE = text("base <> ''")
Index("ix_image_base", image.c.base, image.c.base_digest, image.c.id, sqlite_where=_HAS_BASE, postgresql_where=_HAS_BASE)

# Images whose gates have to decide: after an update these are all images, and each query needs only the next few.
_IS_UNDECIDED = text("exit_code IS NULL")
Index("ix_image_undecided", image.c.state, image.c.step_at, sqlite_where=_IS_UNDECIDED, postgresql_where=_IS_UNDECIDED)

tag = Table(
    "tag",
    metadata,
    number(),
    of("repository"),
    Column("name", String(128), nullable=False),
    of("image"),
    Column("pushed_at", Moment),
    Column("seen_at", Moment, nullable=False),
    UniqueConstraint("repository_id", "name"),
    Index(None, "image_id"),
)

# Append only; without foreign keys, so that old rows can be dropped as a partition.
tag_change = Table(
    "tag_change",
    metadata,
    number(),
    Column("at", Moment, nullable=False),
    Column("repository_id", Number, nullable=False),
    Column("name", String(128), nullable=False),
    Column("identity", String(300), nullable=False, default=""),  # "": the tag was removed
    Index(None, "repository_id", "name", "id"),
    Index(None, "identity"),
)

# A project sees an image if its own credentials have fetched it, or if it was uploaded to the project.
project_image = Table(
    "project_image",
    metadata,
    of("project", primary=True),
    of("image", primary=True),
    Column("seen_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Column("lasts", Boolean, nullable=False, server_default=false()),  # the project named it: it stays when its tag goes
    Column("exit_code", Integer),  # by the project's own policy, if it has one that gates apply (``project_verdicts``)
    Column("decided_by", String(64), nullable=False, server_default=""),  # a digest of the policy and the decisions
    Column("decided_at", Moment, nullable=False, server_default="0"),
    Column("runs_at", Moment),  # when an agent of the project last saw it run
    Index("ix_project_image_image", "image_id", "project_id", "deleted_at"),
)

_RUNS = text("runs_at IS NOT NULL")
Index(
    "ix_project_image_running",
    project_image.c.project_id,
    project_image.c.image_id,
    sqlite_where=_RUNS,
    postgresql_where=_RUNS,
)

layer = Table(
    "layer",
    metadata,
    Column("digest", String(150), primary_key=True),
    Column("size_bytes", Number, nullable=False, default=0),
    Column("state", String(20), nullable=False),  # waiting, queued, claimed, read, failed
    Column("lane", Integer, nullable=False, default=2),
    Column("source", LargeBinary, nullable=False, default=b""),  # JSON: where its bytes are fetched from
    Column("read_by", String(100), nullable=False, default=""),  # fingerprint of the readers
    Column("tries", Integer, nullable=False, default=0),
    Column("reads", Integer, nullable=False, default=0),  # how often its bytes were read completely
    Column("claim", Number, nullable=False, default=0),  # fencing token: only the latest may commit
    Column("worker_id", String(100), nullable=False, default=""),
    Column("lease_until", Moment, nullable=False, default=0.0),
    Column("retry_at", Moment, nullable=False, default=0.0),
    Column("reason", Text, nullable=False, default=""),
    Column("enrolled_at", Moment, nullable=False),
    Column("read_at", Moment),
    Index(None, "state", "lane", "enrolled_at"),
    Index("ix_layer_leases", "state", "lease_until"),
)

image_layer = Table(
    "image_layer",
    metadata,
    of("image", primary=True),
    Column("position", Integer, primary_key=True),
    Column("digest", String(150), nullable=False),
    Index(None, "digest", "image_id"),
)

# The kinds of secrets in an image. Their values are only in its report, redacted.
image_secret = Table(
    "image_secret",
    metadata,
    of("image", primary=True),
    Column("kind", String(200), primary_key=True),
    Column("values", Integer, nullable=False, default=1),  # number of distinct values
    Index(None, "kind", "image_id"),
)

# Reasons for an incomplete assessment that belong to the image itself; the reasons of its packages are in their units.
image_gap = Table(
    "image_gap",
    metadata,
    of("image", primary=True),
    Column("code", String(60), primary_key=True),
    Column("packages", Integer, nullable=False, default=0),
    Index(None, "code", "image_id"),
)

# Images that run in a cluster or an engine, as an agent reports them.
agent_report = Table(
    "agent_report",
    metadata,
    number(),
    of("project"),
    Column("source", String(200), nullable=False),  # the cluster or the host
    Column("namespace", String(200), nullable=False, default=""),
    Column("workload", String(300), nullable=False, default=""),
    Column("reference", Text, nullable=False, default=""),
    Column("digest", String(150), nullable=False, default=""),
    Column("privileged", Boolean, nullable=False, default=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("project_id", "source", "namespace", "workload", "digest"),
    Index(None, "digest"),
)

# Uploads of users and pipelines. Their bytes cannot be fetched again, so that they are here and not in the store.
upload = Table(
    "upload",
    metadata,
    number(),
    of("project"),
    of("image"),
    Column("token", String(40), nullable=False, unique=True),
    Column("name", String(410), nullable=False, default=""),
    Column("kind", String(10), nullable=False),  # sbom, report
    Column("content", LargeBinary, nullable=False),  # compressed with zlib
    Column("size_bytes", Number, nullable=False),
    Column("uploaded_by", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "project_id", "id"),
)
