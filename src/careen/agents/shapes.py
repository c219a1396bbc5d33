"""Reports and pages as the data of an answer."""

from typing import Any

import msgspec

from careen.model.advisory import SEVERITIES
from careen.model.report import Report
from careen.output.rows import Row, rows_of

from .answers import MAX_ANSWER_BYTES, Page, Pages, answer, failure, safe


def next_page(cursor: str, limit: int, pages: Pages) -> dict[str, Any]:
    page = pages.next(cursor, limit)
    if page is None:
        return failure("unknown_cursor", "the cursor is unknown or has expired: call the tool again without a cursor")
    return listed({}, page)


def listed(data: dict[str, Any], page: Page) -> dict[str, Any]:
    return answer(bounded({**data, "total": page.total, "rows": list(page.rows), "cursor": page.cursor}))


def about(report: Report) -> dict[str, Any]:
    counts = {severity: sum(finding.severity == severity for finding in report.findings) for severity in SEVERITIES}
    return {
        "image": report.image.reference,
        "digest": report.image.digest or None,
        "counts": {severity: count for severity, count in counts.items() if count},
        "suppressed": len(report.suppressed),
        "coverage": report.coverage.verdict,
        "not_assessed": [
            {"code": reason.code, "what": reason.detail, "count": reason.packages} for reason in report.coverage.reasons[:30]
        ],
    }


def rows(report: Report, severities: frozenset[str]) -> list[dict[str, Any]]:
    return [row_of(row) for row in rows_of(report, severities or None)]


def row_of(row: Row) -> dict[str, Any]:
    """The fields of a row that are not empty."""
    return {key: value for key, value in msgspec.to_builtins(row).items() if value not in (None, "", [], ())}


def bounded(data: dict[str, Any]) -> dict[str, Any]:
    """The answer; if it is large, its lists are cut, and the answer states that."""
    data, most = safe(data), 400
    cut = False
    while len(msgspec.json.encode(data)) > 2 * MAX_ANSWER_BYTES and most > 1:
        most //= 2
        data, cut = _cut(data, most), True
    return data | {"cut": True} if cut else data


def _cut(value: Any, most: int) -> Any:
    if isinstance(value, dict):
        return {key: _cut(item, most) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item, most) for item in value[:most]]
    return value
