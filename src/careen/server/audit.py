"""The audit log: who changed what. Rows are only ever added, in the transaction of the change itself."""

import time

from sqlalchemy import Connection

from careen.fleet.tables import audit


def record(
    connection: Connection, actor: str, project_id: int | None, action: str, subject: str = "", detail: str = ""
) -> None:
    """``detail`` is a sentence for people: no credential, and no text of an upload."""
    row = {"at": time.time(), "actor": actor[:300], "project_id": project_id, "action": action[:100]}
    connection.execute(audit.insert().values(**row, subject=subject[:2000], detail=detail[:2000]))
