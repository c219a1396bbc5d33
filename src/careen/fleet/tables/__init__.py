"""The tables of a fleet, the same on SQLite and PostgreSQL. ``docs/fleet-data.md`` draws them.

Times are seconds since 1970 in UTC. Bulk data (Deltas, inventories, reports) are in the store and not in these tables.
A lane is 0 (a person waits), 1 (a push) or 2 (background).
"""

from .access import api_key, audit, member, project, session, user
from .base import metadata
from .events import decision, event, policy, signed_check, signed_statement
from .exposures import exposed_container, exposure
from .images import (
    agent_report,
    image,
    image_gap,
    image_layer,
    image_secret,
    layer,
    project_image,
    registry,
    repository,
    tag,
    tag_change,
    upload,
)
from .jobs import job, worker
from .notifications import delivery, event_project, notified, outbox, subscription, ticket
from .packages import (
    context,
    image_unit,
    rematch_change,
    rematch_score,
    rematch_unit,
    state,
    unit,
    unit_count,
    unit_digest,
    unit_finding,
    unit_package,
    unit_source,
)
from .pages import base_tag, saved_view

__all__ = [
    "agent_report",
    "api_key",
    "audit",
    "base_tag",
    "context",
    "decision",
    "delivery",
    "event",
    "event_project",
    "exposed_container",
    "exposure",
    "image",
    "image_gap",
    "image_layer",
    "image_secret",
    "image_unit",
    "job",
    "layer",
    "member",
    "metadata",
    "notified",
    "outbox",
    "policy",
    "project",
    "project_image",
    "registry",
    "rematch_change",
    "rematch_score",
    "rematch_unit",
    "repository",
    "saved_view",
    "session",
    "signed_check",
    "signed_statement",
    "state",
    "subscription",
    "tag",
    "tag_change",
    "ticket",
    "unit",
    "unit_count",
    "unit_digest",
    "unit_finding",
    "unit_package",
    "unit_source",
    "upload",
    "user",
    "worker",
]
