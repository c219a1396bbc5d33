"""Access control: projects, users, their roles, keys and sessions, and the audit log."""

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, Table, Text

from .base import Moment, Number, metadata, number, of

project = Table(
    "project",
    metadata,
    number(),
    Column("name", String(200), nullable=False, unique=True),
    Column("settings", LargeBinary, nullable=False, default=b""),  # JSON: quotas, deadlines, admission, hosts
    Column("created_at", Moment, nullable=False),
)

user = Table(
    "user_account",  # "user" is reserved in SQL
    metadata,
    number(),
    Column("name", String(200), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False, default=""),  # "": the user logs in with OIDC only
    Column("subject", String(500), nullable=False, default=""),  # issuer and subject of OIDC
    Column("is_admin", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Index(None, "subject"),
)

member = Table(
    "member",
    metadata,
    of("project", primary=True),
    of("user_account", "user_id", primary=True),
    Column("role", String(20), nullable=False),  # reader, triager, scanner, admin
)

api_key = Table(
    "api_key",
    metadata,
    number(),
    of("project", optional=True),  # NULL: a key for the whole service
    Column("name", String(200), nullable=False),
    Column("prefix", String(20), nullable=False, unique=True),  # identifies the row; the rest of the key is hashed
    Column("key_hash", String(200), nullable=False),
    Column("scopes", Text, nullable=False),  # words, separated by spaces
    Column("created_by", String(200), nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256 of the cookie
    of("user_account", "user_id"),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    number(),
    Column("at", Moment, nullable=False),
    Column("actor", String(300), nullable=False),
    Column("project_id", Number),  # not a foreign key: the log outlives its subjects
    Column("action", String(100), nullable=False),
    Column("subject", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Index(None, "project_id", "id"),
)
