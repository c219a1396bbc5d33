"""All fields of each finding that the page shows on request, compactly: many findings share texts, links and scores.

A new kind of finding needs no change: its fields are named by their names. The details have a bound; findings
beyond it have none, and the page refers to the JSON report.
"""

from typing import Any

import msgspec

from careen.model.report import Report
from careen.output.embedding import shown
from careen.output.summary import ordered

MAX_BYTES = 900_000  # of all details: a page of 5,000 findings stays below 3 MB
# What the row has already.
_IN_ROW = frozenset(("kind", "id", "severity", "package_name", "package_version", "layer", "risk", "title", "summary", "match"))
_FIRST = ("reason", "why")
_MAX_LISTED = 30  # items of one list


def details_of(report: Report, severities: frozenset[str] | None) -> dict[str, Any]:
    """The details of the listed findings, in their order. ``names`` has each distinct tuple of field names, ``values`` each
    distinct value. ``details`` has for each finding the number of its names, and then those of its values; [] if the details
    are over the limit.
    """
    numbers: dict[str, int] = {}
    values: list[Any] = []
    names: dict[tuple[str, ...], int] = {}
    details: list[list[int]] = []
    used = 0
    for finding in ordered(report.findings):
        if severities and finding.severity not in severities:
            continue
        if used > MAX_BYTES:
            details.append([])
            continue
        known = msgspec.to_builtins(finding)
        first = {name: known[name] for name in _FIRST if name in known}
        fields = {name: value for name, value in (first | known).items() if name not in _IN_ROW and _is_stated(value)}
        places = []
        for value in fields.values():
            text = shown(value[:_MAX_LISTED] if isinstance(value, list | tuple) else value)
            key = msgspec.json.encode(text).decode()
            if key not in numbers:
                numbers[key] = len(values)
                values.append(text)
                used += len(key)
            places.append(numbers[key])
        used += 6 * len(places)
        details.append([names.setdefault(tuple(fields), len(names)), *places])
    return {"names": [*names], "values": values, "details": details}


def _is_stated(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", (), [], {})
