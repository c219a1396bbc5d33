"""Distinct packages with their verdicts, and the images that contain them.

A *unit* is what is assessed together: a package, or packages that affect each other's assessment (such as one that owns
files of others), in a *context* (distribution, repositories, curator). Its verdict depends on nothing else, so that
images share it.
"""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, text

from .base import Moment, Number, metadata, number, of

FILTERED = (
    *("vulnerability", "package", "severity", "fix_state", "exploited", "confidence", "epss", "disclosed", "first_at"),
    *("fixed_version", "fix_at"),
)

context = Table(
    "context",
    metadata,
    number(),
    Column("key", LargeBinary(32), nullable=False, unique=True),
    Column("data", LargeBinary, nullable=False),
    Column("distribution", String(100), nullable=False, default=""),
)

unit = Table(
    "unit",
    metadata,
    number(),
    Column("key", LargeBinary(32), nullable=False, unique=True),  # digest of its content and its context
    of("context"),
    Column("data", LargeBinary, nullable=False),  # the part of an inventory that is assessed
    Column("type", String(40), nullable=False),  # of its first package, for searches
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False, default=""),
    Column("licences", Text, nullable=False, default=""),
    Column("assessed_by", String(100), nullable=False, default=""),  # the build of the database that last changed its row
    Column("assessed_at", Moment),
    Column("reasons", Text, nullable=False, default=""),  # reason codes of what was not assessed, separated by spaces
    Column("verdict", LargeBinary, nullable=False, default=b""),  # without its findings
    Column("dated", Boolean, nullable=False, default=False),  # the day of an image decides: it gets a unit for that day
    Index(None, "name", "id"),
)

# Indexes for searches that scan all values, without reading the units' content.
for _column in (unit.c.reasons, unit.c.licences):
    _is_stated = text(f"{_column.name} <> ''")
    Index(f"ix_unit_{_column.name}", _column, unit.c.id, sqlite_where=_is_stated, postgresql_where=_is_stated)

# The packages of units; most units have one.
unit_package = Table(
    "unit_package",
    metadata,
    Column("unit_id", Number, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("type", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False, default=""),
    Index("ix_unit_package_named", "name", "type", "version", "unit_id"),
    sqlite_with_rowid=False,
)

# The parts of an image's counts. The table is narrow: counting an image reads the rows of all of its units.
unit_count = Table(
    "unit_count",
    metadata,
    Column("unit_id", Number, primary_key=True, autoincrement=False),
    Column("assessed", Integer, nullable=False, default=0),  # number of assessed packages
    Column("lowered", Integer, nullable=False, default=0),  # 1: an image that contains it is not completely assessed
    Column("risk", Integer, nullable=False, default=0),
    Column("critical", Integer, nullable=False, default=0),
    Column("high", Integer, nullable=False, default=0),
    Column("medium", Integer, nullable=False, default=0),
    Column("low", Integer, nullable=False, default=0),
    Column("unrated", Integer, nullable=False, default=0),
    Column("fixable", Integer, nullable=False, default=0),
    Column("exploited", Integer, nullable=False, default=0),
)

# Digests of the findings of units: an update reads, and sends to other processes, only what differs. A unit without a row is
# compared as a whole.
unit_digest = Table(
    "unit_digest",
    metadata,
    Column("unit_id", Number, primary_key=True, autoincrement=False),
    Column("digests", LargeBinary, nullable=False),
)

# No foreign key to images: rows of a fleet's largest table are removed in bulk.
image_unit = Table(
    "image_unit",
    metadata,
    Column("image_id", Number, primary_key=True, autoincrement=False),
    Column("unit_id", Number, primary_key=True, autoincrement=False),
    Column("layer", Integer, nullable=False, default=0),  # the layer that introduced it
    Column("presence", String(10), nullable=False, default="present"),
    Index("ix_image_unit_unit", "unit_id", "image_id"),
    sqlite_with_rowid=False,
)

unit_finding = Table(
    "unit_finding",
    metadata,
    Column("unit_id", Number, primary_key=True, autoincrement=False),
    Column("vulnerability", String(100), primary_key=True),
    Column("package", Text, primary_key=True),  # purl
    Column("severity", String(10), nullable=False),
    Column("risk", Integer, nullable=False),  # in thousandths, sortable
    Column("confidence", String(12), nullable=False),
    Column("fix_state", String(20), nullable=False),
    Column("fixed_version", Text, nullable=False, default=""),
    Column("exploited", Boolean, nullable=False, default=False),
    Column("epss", Integer, nullable=False, default=0),  # in millionths
    Column("first_at", Moment, nullable=False),  # when the finding first appeared in this unit
    Column("disclosed", String(10), nullable=False, default=""),
    Column("fix_at", Moment),  # when its fix first appeared in this unit
    Column("data", LargeBinary, nullable=False),  # the encoded finding
    # By bytes, so that it also answers which ids begin with a text.
    Index(
        "ix_unit_finding_same", "vulnerability", "package", "unit_id", postgresql_ops={"vulnerability": "varchar_pattern_ops"}
    ),
    # Lists scan these indexes and filter in them, because the rows contain the large findings.
    Index("ix_unit_finding_risk", "risk", "unit_id", *FILTERED),
    Index("ix_unit_finding_vulnerability", "vulnerability", "risk", "unit_id"),
    Index("ix_unit_finding_severity", "severity", "risk", "unit_id"),
    Index("ix_unit_finding_fix_state", "fix_state", "risk", "unit_id"),
    sqlite_with_rowid=False,
)

Index(
    "ix_unit_finding_exploited",
    unit_finding.c.risk,
    unit_finding.c.unit_id,
    sqlite_where=text("exploited = 1"),  # in the same form as in conditions
    postgresql_where=text("exploited"),
)

# The look-ups that a verdict depends on: of packages (advisories, indexes) and of vulnerabilities.
unit_source = Table(
    "unit_source",
    metadata,
    Column("namespace", String(100), primary_key=True),  # "" for a vulnerability
    Column("name", Text, primary_key=True),
    Column("unit_id", Number, primary_key=True, autoincrement=False),
    Index(None, "unit_id"),
    sqlite_with_rowid=False,
)

# Remaining work of a database update: units to assess (phase 0), units whose images have to be counted (1), or both (2).
rematch_unit = Table(
    "rematch_unit",
    metadata,
    Column("unit_id", Number, primary_key=True, autoincrement=False),
    Column("phase", Integer, nullable=False, default=0),
    Index(None, "phase", "unit_id"),
)

# Vulnerabilities whose changed scores still have to be written into findings.
rematch_score = Table("rematch_score", metadata, Column("vulnerability", String(100), primary_key=True))

# Changes that become events at the end of the update, one for each vulnerability and package.
rematch_change = Table(
    "rematch_change",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("vulnerability", String(100), primary_key=True),
    Column("package", Text, primary_key=True),  # purl without version
    Column("unit_id", Number, primary_key=True, autoincrement=False),
    Column("severity", String(10), nullable=False, default=""),
    sqlite_with_rowid=False,
)

# Single values of the fleet, such as the build of the database that all units were assessed with.
state = Table("state", metadata, Column("key", String(100), primary_key=True), Column("value", LargeBinary, nullable=False))
