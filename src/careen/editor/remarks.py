"""The reports about a line of a document: a finding, or something that was not read or assessed."""

from collections.abc import Sequence

from msgspec import Struct

from careen.model.finding import ExposedSecret, Finding, Misconfiguration, Vulnerability
from careen.output.escape import visible, web_link
from careen.output.markdown import plain
from careen.output.rows import REVOKE

WEAKNESS = "https://cwe.mitre.org/data/definitions/{}.html"
NOT_READ = "not-read"  # the code of a remark without a finding
MAX_REMARKS = 2000  # of a document


class Remark(Struct, frozen=True):
    """A report about some lines, which count from 1."""

    code: str
    line: int
    end_line: int
    message: str
    severity: str  # of the finding; "note" without one
    link: str | None = None
    finding: Finding | None = None


class QuickFix(Struct, frozen=True):
    """An edit that an editor offers for a remark."""

    title: str
    lines: tuple[str, ...]  # of the whole document afterwards
    remarks: tuple[Remark, ...]  # that it removes
    preferred: bool = False


def of_finding(finding: Finding, line: int, end_line: int) -> Remark:
    return Remark(finding.id, line, end_line, _message(finding), finding.severity, _link(finding), finding)


def not_read(why: str, line: int = 1) -> Remark:
    return Remark(NOT_READ, line, line, visible(why, 500), "note")


def on_a_line(finding: Finding) -> Remark:
    line = line_of(finding)
    return of_finding(finding, line, max(line, getattr(finding.location, "end_line", None) or line))


def line_of(finding: Finding) -> int:
    return max(1, getattr(finding.location, "line", None) or 1)


def path_of(finding: Finding) -> str:
    return getattr(finding.location, "path", "")


def hover(remark: Remark) -> str:
    """Markdown about a finding: a description, why it matters, and its fix. Texts of files and feeds have no markup
    in it."""
    finding = remark.finding
    if finding is None:
        return plain(remark.message)
    title = getattr(finding, "title", "") or getattr(finding, "summary", "")
    parts = [f"**{plain(finding.id)}** ({finding.severity}) {plain(title, 300)}".rstrip()]
    if isinstance(finding, Vulnerability):
        parts += _of_vulnerability(finding)
    elif isinstance(finding, ExposedSecret):
        parts += [f"`{visible(finding.match, 100).replace('`', '')}`", REVOKE]
    else:
        parts += [plain(finding.message), plain(finding.why), f"**Fix:** {plain(finding.fix)}"]
        if finding.references:
            parts.append("; ".join(_reference(reference) for reference in finding.references))
    return "\n\n".join(part for part in parts if part)


def remedy(finding: Vulnerability) -> str:
    versions = ", ".join(finding.fix.versions)
    return f"fixed in {versions}" if versions else f"no fixed version ({finding.fix.state})"


def _of_vulnerability(finding: Vulnerability) -> list[str]:
    facts = [f"{plain(finding.subject)}: {plain(remedy(finding))}", f"risk {finding.risk:g} of 100"]
    if finding.kev:
        facts.append("known to be exploited (CISA)")
    if finding.epss:
        facts.append(f"EPSS {finding.epss.score:.1%}")
    if finding.exploit:
        facts.append("an exploit is public")
    facts += [f"CVSS {score.version} {score.score}" for score in finding.cvss[:1]]
    links = [f"<{link}>" for link in dict.fromkeys(filter(None, map(web_link, _addresses(finding))))][:3]
    return ["; ".join(facts), f"Why: {plain(finding.reason)}", " ".join(links)]


def _addresses(finding: Vulnerability) -> list[str]:
    return [advisory.url for advisory in finding.advisories]


def _reference(reference: str) -> str:
    if reference.startswith("CWE-"):
        return f"[{plain(reference)}]({WEAKNESS.format(reference[4:])})"
    return f"<{reference}>" if web_link(reference) else plain(reference)


def _message(finding: Finding) -> str:
    if isinstance(finding, Vulnerability):
        summary = f": {finding.summary}" if finding.summary else ""
        return visible(f"{finding.subject}: {remedy(finding)}{summary}", 500)
    if isinstance(finding, ExposedSecret):
        return visible(f"{finding.title}: {finding.match}", 500)
    return visible(f"{finding.title}: {finding.message}" if finding.message else finding.title, 500)


def _link(finding: Finding) -> str | None:
    if isinstance(finding, Vulnerability):
        return next(filter(None, map(web_link, _addresses(finding))), None)
    return link_to(finding.references) if isinstance(finding, Misconfiguration) else None


def link_to(references: Sequence[str]) -> str | None:
    """The address of the weakness that a check is about, or of the first page that it refers to; None if there is
    none."""
    weakness = next((reference[4:] for reference in references if reference.startswith("CWE-")), "")
    if weakness.isdecimal():
        return WEAKNESS.format(weakness)
    return next((reference for reference in references if web_link(reference)), None)
