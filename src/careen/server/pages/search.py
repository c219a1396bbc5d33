"""Searches: a plain word, the query language over images, packages and findings, and the images with a vulnerability."""

import re
from typing import Any

from msgspec.structs import replace
from starlette.responses import JSONResponse, RedirectResponse, Response

from careen.fleet import near_ids, query, words
from careen.fleet.notifications.facts import known_of
from careen.fleet.query import Term
from careen.server.errors import Refused

from .listing import Column, Listing, Rows, all_rows, answer, command_of, exported
from .templating import segment
from .unknown import unknown_of
from .visit import Screen, Visit

PAGE = 50
EXAMPLES = (
    ("CVE-2021-44228", "the images that a vulnerability affects"),
    ("package:openssl<3.0.14 runs:true", "what runs with an older OpenSSL"),
    ("exploited:true fixable:true", "known to be exploited, and a version fixes it"),
    ("severity:critical -package:bash", "critical vulnerabilities in images without bash"),
    ("secret:*", "a secret of any kind; the field completes the kinds that there are"),
    ("base:debian outdated:true", "images on an outdated digest of their base"),
    ("licence:AGPL-3.0-only", "packages under a licence"),
    ("coverage:not_assessed", "images about which nothing is known"),
)
OF_KIND = {
    "images": ("reference", "identity", "coverage", "packages", "critical", "high", "medium", "low", "risk", "runs_at"),
    "packages": ("name", "type", "version", "images"),
    "findings": (
        *("vulnerability", "package", "severity", "risk", "fix_state", "fixed_version", "exploited", "reference", "identity"),
        *("first_at", "disclosed", "fix_at"),
    ),
}
AFFECTED = Listing(
    "list_affected",
    "vulnerability.html",
    "Affected images",
    columns=(
        Column("reference", "Image"),
        Column("package", "Package"),
        Column("version", "Version"),
        Column("severity", "Severity"),
        Column("risk", "Risk", number=True),
        Column("fixed_version", "Fixed in"),
        Column("fix_state", "Fix"),
        Column("first_at", "Known since"),
        Column("runs_at", "Seen running"),
        Column("decision", "Decision"),
        Column("decision_reason", "Reason of the decision"),
        Column("identity", "Digest"),
    ),
)


def search(visit: Visit) -> Response:
    text = visit.query.get("q", "").strip()
    if id := near_ids.meant(text):
        assert visit.project is not None
        return RedirectResponse(f"{visit.project.path}/vulnerabilities/{segment(id)}", 303)
    if not text:
        return visit.render("search.html", text="", rows=None, kind="", trouble=None, examples=EXAMPLES, words=())
    asked = {"q": text, "list": visit.query.get("list") or None}
    if file := visit.query.get("export"):
        kind = visit.ask("search", **asked, limit=1)["kind"]
        columns = tuple(Column(name, name) for name in OF_KIND[kind])
        return exported(file, f"Search {kind}", columns, all_rows(visit, "search", asked))
    if _is_plain(text) and (page := _named(visit, text)):
        return page
    try:
        found = visit.ask("search", **asked, cursor=visit.query.get("cursor") or None, limit=PAGE)
    except Refused as refused:
        if refused.status != 422:
            raise
        words = visit.ask("list_completions", q=text)["items"]
        return visit.render(
            "search.html", 422, text=text, rows=None, kind="", trouble=refused, examples=EXAMPLES, words=_whole(text, words)
        )
    return visit.render(
        "search.html",
        text=text,
        rows=_rows(visit, found, text),
        of_package=_of_package,
        unknown=None if found["items"] else unknown_of(visit),
        kind=found["kind"],
        trouble=None,
        examples=EXAMPLES,
        words=() if found["items"] else _like(visit, text),
    )


def _is_plain(text: str) -> bool:
    """Whether the text is a single word, and not a term with a field of the query language."""
    field, colon, _ = text.partition(":")
    return not text.startswith("-") and not set(text) & set(' "*') and not (colon and field in query.FIELDS)


def _named(visit: Visit, text: str) -> Response | None:
    """The page of everything whose name matches the word, by kind. None if there is no match and the word may be a
    query.
    """
    assert visit.project is not None
    with visit.fleet.engine.connect() as connection:
        found = words.named_by(connection, visit.project.id, text)
    if not found and ":" in text:
        return None
    return visit.render(
        "search_words.html",
        text=text,
        found=found,
        is_id=near_ids.is_begun(text),
        unknown=None if found else unknown_of(visit),
    )


def _like(visit: Visit, text: str) -> list[str]:
    """The query with the names of packages that contain a name in it: ``package:log4j`` finds no ``log4j:log4j``."""
    assert visit.project is not None
    terms = query.parsed(text)
    named = [term for term in terms if term.field == "package" and "*" not in term.value and not term.negated]
    if len(named) != 1 or len(named[0].value) < words.SHORTEST:
        return []
    with visit.fleet.engine.connect() as connection:
        found = words.packages(connection, visit.project.id, named[0].value)
    names = dict.fromkeys(each.name for each in found.items if each.name != named[0].value)
    return [query.written(tuple(replace(term, value=name) if term is named[0] else term for term in terms)) for name in names]


def _of_package(row: dict[str, Any]) -> str:
    """The query for the images with a package of the result."""
    of_version = Term("package", row["name"], "=", row["version"])
    return query.written((of_version, Term("type", row["type"])))


def completions(visit: Visit) -> Response:
    """The completions as whole queries in JSON, for the script."""
    text = visit.query.get("q", "")
    return JSONResponse(_whole(text, visit.ask("list_completions", q=text)["items"]), headers={"Cache-Control": "no-store"})


def vulnerability(visit: Visit) -> Response:
    assert visit.project is not None
    with visit.fleet.engine.connect() as connection:
        near = near_ids.near(connection, visit.project.id, visit.path["id"])
        known = known_of(connection, visit.project.id, visit.path["id"])
    record = record_of(visit.path["id"])
    return answer(visit, AFFECTED, id=visit.path["id"], unknown=unknown_of(visit), near=near, known=known, record=record)


def record_of(id: str) -> str:
    """The address of the public record of a vulnerability; "" if its name is not one that a public record has."""
    if re.fullmatch(r"CVE-\d{4}-\d{4,}", id, re.ASCII):
        return f"https://www.cve.org/CVERecord?id={id}"
    return f"https://osv.dev/vulnerability/{id}" if re.fullmatch(r"[A-Z]{2,12}-[A-Za-z0-9:-]{4,80}", id) else ""


def _whole(text: str, words: list[str]) -> list[str]:
    """The query completed with each of the words."""
    start, space, last = text.rpartition(" ")
    sign = "-" if last.startswith("-") else ""
    field = last.removeprefix("-").partition(":")[0] + ":" if ":" in last else ""
    return [f"{start}{space}{sign}{field}{word}" for word in words[:20]]


def _rows(visit: Visit, found: dict[str, Any], text: str) -> Rows:
    listing = Listing("search", "search.html", "Search", (), terms={("q", text): text})
    is_first = not visit.query.get("cursor")
    return Rows(listing, found["items"], found.get("next") or "", "", is_first, True, command_of(listing, {"q": text}))


SCREENS = (
    Screen("/projects/{project}/search", search),
    Screen("/projects/{project}/search/completions", completions),
    Screen("/projects/{project}/vulnerabilities/{id}", vulnerability),
)
