"""The report as programs and notebooks see it: the model's, with rows and a short summary.

Text of an image or a feed stays text: control characters are shown as escapes, and HTML is quoted.
"""

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any

from careen.model import report as model
from careen.model.advisory import SEVERITIES
from careen.output.escape import visible
from careen.output.rows import COLUMNS, Cell, Row, cells, rows_of

MAX_ROWS = 50  # in a notebook


class Report(model.Report, frozen=True):
    """What a scan found, what it could not assess, and the verdict of the policy."""

    @classmethod
    def of(cls, report: model.Report) -> "Report":
        return cls(**{field: getattr(report, field) for field in model.Report.__struct_fields__})

    def to_rows(self) -> list[dict[str, Cell]]:
        """A row for each finding, in the columns of ``--format csv``: for ``pandas.DataFrame(report.to_rows())``.

        >>> report = careen.match(["pkg:npm/minimist@1.2.5"], advisories="advisories", offline=True)
        >>> [(row["id"], row["package"], row["fixed_in"]) for row in report.to_rows()]
        [('CVE-2021-44906', 'minimist', '1.2.6')]
        """
        return [dict(zip(COLUMNS, cells(row, self.image), strict=True)) for row in rows_of(self)]

    def __repr__(self) -> str:
        return f"<Report of {visible(self.image.reference)}: {'; '.join(self._summary())}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [
            ("reference", visible(self.image.reference)),
            ("findings", _counts(self)),
            ("coverage", self.coverage.verdict),
            ("passed", self.verdict.passed),
            ("exit_code", self.verdict.exit_code),
        ]

    def _repr_html_(self) -> str:
        """A table of the most important findings. Notebooks show it."""
        rows = rows_of(self)
        head = "".join(f"<th>{name}</th>" for name in ("severity", "id", "in", "what", "fix"))
        body = "".join(f"<tr>{''.join(f'<td>{_html(text)}</td>' for text in _shown(row))}</tr>" for row in rows[:MAX_ROWS])
        more = f"<p>{len(rows) - MAX_ROWS} more findings</p>" if len(rows) > MAX_ROWS else ""
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        return f"<div><p><b>{_html(self.image.reference)}</b>: {_html('; '.join(self._summary()))}</p>{table}{more}</div>"

    def _summary(self) -> Iterator[str]:
        counts, total = _counts(self), len(self.findings)
        severe = [f", {counts[severity]} {severity}" for severity in ("critical", "high") if severity in counts]
        yield f"{total} finding{'' if total == 1 else 's'}{''.join(severe)}"
        yield self.coverage.verdict
        yield "passed" if self.verdict.passed else f"failed, exit code {self.verdict.exit_code}"


def _counts(report: model.Report) -> dict[str, int]:
    found = Counter(finding.severity for finding in report.findings)
    return {severity: found[severity] for severity in SEVERITIES if found[severity]}


def _shown(row: Row) -> tuple[str, ...]:
    return row.severity, row.id, row.subject or row.place, row.what, row.remedy


def _html(text: str) -> str:
    return escape(visible(text, 200))
