"""The findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

GitHub keeps ten annotations of each level for a step. The most important findings come first; if there are more than ten, the
tenth annotation states how many are left out. Only files below the working folder are named as files: a path inside an image is
part of the message.
**Source:** GitHub Actions, "Workflow commands" (setting an error message, and its limits); actions/toolkit, command.ts
(escapeData, escapeProperty).
"""

from collections.abc import Iterator, Sequence
from typing import TextIO

from careen.model.report import Report
from careen.output.escape import visible
from careen.output.lines import plural
from careen.output.rows import LEVELS, Row, rows_of
from careen.plugins import Reporter, ReportOptions

MAX = 10  # of a level
COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    commands: dict[str, list[str]] = {command: [] for command in COMMANDS.values()}
    for command, text in _of_coverage(report):
        commands[command].append(text)
    for row in rows_of(report, options.severities):
        command = COMMANDS[LEVELS.get(row.severity, "warning")]
        commands[command].append(_of_row(command, row))
    for command, texts in commands.items():
        stream.writelines(f"{text}\n" for text in _bounded(command, texts))


def _bounded(command: str, texts: Sequence[str]) -> Iterator[str]:
    if len(texts) <= MAX:
        yield from texts
        return
    yield from texts[: MAX - 1]
    left = plural(len(texts) - MAX + 1, "more finding")
    yield _command(command, f"{left} of this level", "another format of the report lists them")


def _of_coverage(report: Report) -> Iterator[tuple[str, str]]:
    coverage = report.coverage
    if coverage.verdict == "assessed":
        return
    command = "error" if coverage.verdict == "not_assessed" else "warning"
    title = "Not assessed" if coverage.verdict == "not_assessed" else "Assessed in part only"
    reasons = [f"{visible(reason.code, 60)}: {visible(reason.detail, 300)}" for reason in coverage.reasons[:MAX]]
    if more := len(coverage.reasons) - len(reasons):
        reasons.append(f"and {plural(more, 'more reason')}")
    yield command, _command(command, title, "\n".join(reasons) or title)


def _of_row(command: str, row: Row) -> str:
    title = f"{row.severity}: {visible(row.id, 100)}"
    parts = (f"{row.package} {row.version}".strip(), row.what, "" if row.file else row.place, row.remedy)
    message = "\n".join(visible(part, 500) for part in parts if part)
    if not row.file:
        return _command(command, title, message)
    return _command(command, title, message, file=row.file, line=row.line, endLine=row.end_line)


def _command(command: str, title: str, message: str, **place: str | int | None) -> str:
    properties = {name: str(value) for name, value in place.items() if value} | {"title": title}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command} {listed}::{_data(message)}"


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


REPORTER = Reporter(
    name="annotations",
    media_type="text/plain",
    write=write,
    description="findings beside the lines of a pull request (workflow commands of GitHub Actions)",
)
