"""Searches over all images: the query language, and the images that a vulnerability affects."""

from typing import Any
from urllib.parse import unquote

from careen.fleet.decided import decided, key_of
from careen.fleet.query import Term
from careen.fleet.search import findings
from careen.formats.vex.statements import Statement
from careen.server import cursors
from careen.server.call import Answer, Call

UNDECIDED = {"decision": "", "decision_reason": ""}


def search(call: Call) -> Answer:
    """Answers a query of the query language, one page at a time. The search itself makes the cursor; it is only signed
    here.
    """
    after = cursors.read(call, 1)
    found = call.request.app.state.parts.search.search(
        call.fleet,
        call.project,
        call.query["q"],
        after[0] if after else None,
        call.query["limit"],
        images=call.query["list"] == "images",
    )
    following = cursors.made(call, [found.last]) if found.last is not None else None
    return Answer({"kind": found.kind, "items": list(found.items), "next": following})


def list_completions(call: Call) -> Answer:
    words = call.request.app.state.parts.search.complete(call.fleet, call.project, call.query["q"])
    return Answer({"items": list(words)})


def list_affected(call: Call) -> Answer:
    """Lists the packages and images that the vulnerability affects, the highest risk first."""
    after = cursors.read(call, 1)
    terms = (Term("vulnerability", call.path["id"]),)
    with call.reading() as connection:
        found = findings(connection, call.project, terms, after=str(after[0]) if after else "", limit=call.query["limit"])
        stated = decided(connection, call.project, found.rows)
    following = cursors.made(call, [found.next]) if found.next else None
    return Answer(
        {"id": call.path["id"], "items": [_affected(row, stated.get(key_of(row))) for row in found.rows], "next": following}
    )


def _affected(row: dict[str, Any], stated: Statement | None) -> dict[str, Any]:
    names = ("identity", "reference", "package", "severity", "fix_state", "fixed_version", "first_at", "runs_at")
    version = unquote(row["package"].partition("?")[0].rpartition("@")[2]) if "@" in row["package"] else ""
    decision = {"decision": stated.status, "decision_reason": stated.justification} if stated else UNDECIDED
    return {name: row[name] for name in names} | {"version": version, "risk": row["risk"] / 1000} | decision


OPERATIONS = (search, list_completions, list_affected)
