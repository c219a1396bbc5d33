"""What agents report: which images run, in which workload of which cluster or machine."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from careen.model.running import RunningImage

from .rows import batches, insert
from .tables import agent_report, image, project_image

MAX_REPORTED = 100_000


def note_running(connection: Connection, project_id: int, source: str, running: Sequence[RunningImage], now: float) -> int:
    """A report takes the place of the earlier one of its source. Returns how many of its images the project knows."""
    rows = [
        {
            "project_id": project_id,
            "source": source[:200],
            "namespace": each.namespace[:200],
            "workload": each.workload[:300],
            "reference": each.reference[:2000],
            "digest": each.digest[:150],
            "privileged": each.privileged,
            "at": now,
        }
        for each in running[:MAX_REPORTED]
    ]
    new = insert(connection, agent_report)
    latest = {name: new.excluded[name] for name in ("reference", "privileged", "at")}
    keys = ["project_id", "source", "namespace", "workload", "digest"]
    for some in batches(rows, 500):
        connection.execute(new.on_conflict_do_update(index_elements=keys, set_=latest), some)
    mine = (agent_report.c.project_id == project_id) & (agent_report.c.source == source[:200])
    connection.execute(delete(agent_report).where(mine, agent_report.c.at < now))
    digests = sorted({each.digest for each in running if each.digest})
    known = 0
    for some_digests in batches(digests, 500):
        visible = select(project_image.c.image_id).where(
            project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None)
        )
        found = connection.execute(
            update(image).where(image.c.digest.in_(some_digests), image.c.id.in_(visible)).values(runs_at=now)
        )
        known += found.rowcount
    return known
