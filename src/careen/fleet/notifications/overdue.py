"""The overdue findings of a project in its periodic messages: a line for each of the vulnerabilities with the highest risk."""

from sqlalchemy import Connection

from careen.output.escape import visible

from ..overdue import Late, overdue
from . import links
from .facts import day
from .message import Line
from .wording import About

LINES = 5


def overdue_lines(connection: Connection, about: About) -> tuple[Line, ...]:
    by_vulnerability = {late.vulnerability: late for late in reversed(overdue(connection, about.project_id, about.now).worst)}
    worst = sorted(by_vulnerability.values(), key=lambda late: -late.risk)
    return tuple(_line(about, late) for late in worst[:LINES])


def _line(about: About, late: Late) -> Line:
    text = f"Overdue since {day(late.due_at)}: {late.vulnerability}, {late.severity}"
    return Line(visible(text), links.vulnerability(about.address, about.project_id, late.vulnerability), late.severity)
