"""What the parts of the table share: a line is a list of texts with their styles, and prose has a width."""

from careen.model.advisory import Severity
from careen.model.finding import Finding, FixState
from careen.plugins import ReportOptions

Span = tuple[str, str]  # text, style
Line = list[Span]

STYLES: dict[Severity, str] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "negligible": "dim",
    "unknown": "magenta",
}
STATES: dict[FixState, str] = {
    "fixed": "fixed",
    "open": "no fix yet",
    "wont_fix": "won't fix",
    "deferred": "deferred",
    "end_of_life": "end of life",
    "unknown": "fix unknown",
}
NO_BREAK = "\u00a0"  # between words that stay on one line; text of others has it escaped
NOT_IMAGES = ("files", "containers")  # kinds of what was scanned
PROSE = 100  # columns; longer lines of prose are hard to read, in a pipe too


def prose_width(options: ReportOptions) -> int:
    return min(options.width or PROSE, PROSE)


def is_listed(finding: Finding, options: ReportOptions) -> bool:
    return not options.severities or finding.severity in options.severities
