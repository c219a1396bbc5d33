"""Lists of the API as pages: filters as pills, sorting, pages by key, and exports of all rows that match the filters.

The URL of the page contains the parameters of the operation's query under their own names.
"""

import csv
import io
import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response

from careen.output.spreadsheet import cell_text
from careen.server.errors import Refused

from .visit import Visit

PAGE = 50
EXPORT_PAGE = 500
MAX_EXPORTED = 50_000  # rows in an exported file
MAX_EXPORT_S = 60.0  # pages of a search may end early, so that many pages have few rows


class Column(Struct, frozen=True):
    """A column. ``name`` is the field of a row; ``counts.high`` is a field of a field. ``sort``: the API's name of this
    order.
    """

    name: str
    label: str
    sort: str = ""
    number: bool = False


class Filter(Struct, frozen=True):
    """A filter, shown as pills of which at most one is selected. ``choices``: pairs of value and label."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]


class Listing(Struct, frozen=True):
    """A list. ``asked``: parameters of the query without pills, such as a search. ``query``: the terms of ``careen
    query`` for values of filters, by name and value, if the language has them.
    """

    operation: str
    template: str
    title: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    asked: tuple[str, ...] = ()
    sort: str = ""  # the order if the URL has none
    terms: Mapping[tuple[str, str], str] = {}

    def values(self, visit: Visit) -> dict[str, str]:
        """The parameters of the operation that the URL contains. The operation refuses unknown values."""
        names = [*self.asked, *(filter.name for filter in self.filters), *(["sort"] if self.sort else [])]
        return {name: visit.query[name] for name in names if visit.query.get(name)}


class Rows(Struct, frozen=True):
    """One page of a list, as a template needs it."""

    listing: Listing
    items: list[dict[str, Any]]
    next: str
    sort: str
    is_first: bool
    is_filtered: bool
    command: str  # the equivalent command line; "" if there is none

    @property
    def ended_early(self) -> bool:
        """Whether looking for more rows would have taken too long for one page."""
        return bool(self.next) and len(self.items) < PAGE


def answer(visit: Visit, listing: Listing, *, values: Mapping[str, Any] | None = None, **data: Any) -> Response:
    """The page, or a file if the URL ends in ``export=csv`` or ``json``. ``values``: more parameters for the operation."""
    asked = {**listing.values(visit), **(values or {})}
    if kind := visit.query.get("export"):
        return exported(kind, listing.title, listing.columns, all_rows(visit, listing.operation, asked))
    return visit.render(listing.template, rows=rows_of(visit, listing, asked), **data)


def rows_of(visit: Visit, listing: Listing, asked: Mapping[str, Any]) -> Rows:
    paged = {"cursor": visit.query.get("cursor") or None, "limit": PAGE}
    found = visit.ask(listing.operation, **{**asked, **paged})
    filtered = any(visit.query.get(name) for name in (*listing.asked, *(filter.name for filter in listing.filters)))
    return Rows(
        listing,
        found["items"],
        found.get("next") or "",
        str(asked.get("sort") or listing.sort),
        not visit.query.get("cursor"),
        filtered,
        command_of(listing, asked),
    )


def all_rows(visit: Visit, operation: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Raises Refused if that takes too long."""
    cursor: str | None = None
    end = time.monotonic() + MAX_EXPORT_S
    while True:
        if time.monotonic() > end:
            raise Refused(422, "it takes too long to find all rows", "too_many", hint="set a filter, or use the API")
        found = visit.ask(operation, **{**asked, "cursor": cursor, "limit": EXPORT_PAGE})
        yield from found["items"]
        cursor = found.get("next")
        if not cursor:
            return


def command_of(listing: Listing, asked: Mapping[str, Any]) -> str:
    """The command line that lists the same images or findings; "" if a filter has no equivalent term."""
    if not listing.terms:
        return ""
    terms = [listing.terms.get((name, str(value))) for name, value in asked.items() if name != "sort" and value]
    return f"careen query {_quoted(' '.join(term for term in terms if term))}" if None not in terms else ""


def exported(kind: str, title: str, columns: tuple[Column, ...], rows: Iterator[Mapping[str, Any]]) -> Response:
    """All rows as a CSV or JSON file. Raises Refused if there are too many, instead of truncating."""
    if kind not in ("csv", "json"):
        raise Refused(400, "export must be csv or json", "parameter")
    found: list[dict[str, Any]] = []
    for row in rows:
        if len(found) == MAX_EXPORTED:
            raise Refused(422, f"there are more than {MAX_EXPORTED:,} rows", "too_many", hint="set a filter, or use the API")
        found.append({column.name: _value(row, column.name) for column in columns})
    name = f"{title.lower().replace(' ', '-')}.{kind}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, no-store",
    }
    if kind == "json":
        return Response(msgspec.json.encode({"items": found}), 200, headers, "application/json")
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(column.name for column in columns)
    writer.writerows(map(cell_text, row.values()) for row in found)
    return Response(stream.getvalue().encode("utf-8", "backslashreplace"), 200, headers, "text/csv; charset=utf-8")


def _value(row: Mapping[str, Any], name: str) -> Any:
    found: Any = row
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
