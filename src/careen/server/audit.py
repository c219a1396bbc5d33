"""The audit log: who changed what. Rows are only added, in the same transaction as the change itself."""

import time

from sqlalchemy import Connection

from careen.fleet.tables import audit


def record(
    connection: Connection, actor: str, project_id: int | None, action: str, subject: str = "", detail: str = ""
) -> None:
    """Adds a row to the audit log. ``detail`` is a readable sentence; it must not contain a credential or an upload's
    text.
    """
    row = {"at": time.time(), "actor": actor[:300], "project_id": project_id, "action": action[:100]}
    connection.execute(audit.insert().values(**row, subject=subject[:2000], detail=detail[:2000]))
