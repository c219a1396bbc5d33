"""One rule for each vulnerability, check or kind of secret, with its text and its help as plain text and as Markdown.

Names from images and feeds are shown as code, and text of theirs without its meaning in Markdown.
**Source:** SARIF 2.1.0, sections 3.12 (multiformatMessageString) and 3.49 (reportingDescriptor); GitHub, "SARIF support for
code scanning" (``security-severity``); CommonMark 0.31, sections 2.4 (backslash escapes) and 6.1 (code spans).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from careen.model.finding import (
    BehaviourFinding,
    ExposedSecret,
    Finding,
    IntegrityFinding,
    LicenceFinding,
    Misconfiguration,
    Vulnerability,
)
from careen.output.escape import visible, web_link
from careen.output.markdown import plain
from careen.output.rows import LEVELS, REVOKE

# The bands of CVSS 3.1, section 5, from which viewers derive a severity, and their middles.
_BANDS = {"critical": (9.0, 10.0), "high": (7.0, 8.9), "medium": (4.0, 6.9), "low": (0.1, 3.9), "negligible": (0.1, 0.1)}
SCORES = {"critical": 9.5, "high": 8.0, "medium": 5.5, "low": 2.0, "negligible": 0.1}
_LOWEST = 0.1  # viewers show 0.0 as no severity at all
_TAGS = {
    "Vulnerability": "vulnerability",
    "ExposedSecret": "secret",
    "ModifiedFile": "integrity",
    "Licence": "licence",
    "Behaviour": "behaviour",
    "Misconfiguration": "misconfiguration",
}
_SHOWN = 10  # packages and links of a rule
_OF_SECRETS = (
    "Whoever can read this file, or pull the image, has the credential. A later layer that deletes the file does not remove it."
)


def rules_of(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """One rule for each id. In SARIF the severity belongs to the rule, so that a rule has that of its worst finding."""
    by_id: dict[str, list[Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.id, []).append(finding)
    return [_rule(id, by_id[id]) for id in sorted(by_id)]


def _rule(id: str, findings: list[Finding]) -> dict[str, Any]:
    worst = max(findings, key=_score)
    vulnerabilities = [found for found in findings if isinstance(found, Vulnerability)]
    links = _links(vulnerabilities)
    if isinstance(worst, Vulnerability):
        described = _of_vulnerability(worst, vulnerabilities, links)
    elif isinstance(worst, ExposedSecret):
        described = _of_place("ExposedSecret", worst.title or id, _OF_SECRETS, REVOKE)
    else:
        title = getattr(worst, "title", "") or id
        texts = (getattr(worst, "why", "") or title, str(getattr(worst, "fix", "")), getattr(worst, "references", ()))
        described = _of_place(_name(worst), title, *texts)
    properties: dict[str, Any] = {
        "security-severity": f"{_score(worst):.1f}",
        "tags": ["security", _TAGS.get(described["name"], "finding"), worst.severity],
    }
    if isinstance(worst, Misconfiguration):
        properties["references"] = list(worst.references)
    _add_weaknesses(properties, vulnerabilities)
    rule = {"id": id, **described, "defaultConfiguration": {"level": LEVELS[worst.severity]}, "properties": properties}
    return rule | ({"helpUri": links[0]} if links else {})


def _name(finding: Finding) -> str:
    """The name of the rule, by the kind of the finding: "ModifiedFile". A kind that has no name here keeps its own:
    "StrangeOrigin".
    """
    if isinstance(finding, IntegrityFinding):
        return "ModifiedFile"
    if isinstance(finding, LicenceFinding):
        return "Licence"
    if isinstance(finding, BehaviourFinding):
        return "Behaviour"
    if type(finding) is Misconfiguration:
        return "Misconfiguration"
    return str(finding.__struct_config__.tag).replace("_", " ").title().replace(" ", "")


def _score(finding: Finding) -> float:
    """The highest published score in the band of the severity, else the middle of the band; without a severity the risk, on
    the same scale. A distribution may call low what NVD scores 9.8: a viewer has to show the severity of the report."""
    cvss = finding.cvss if isinstance(finding, Vulnerability) else ()
    risk = finding.risk / 10 if isinstance(finding, Vulnerability) else 0
    by_severity = SCORES.get(finding.severity, max(risk, _LOWEST))
    lowest, highest = _BANDS.get(finding.severity, (_LOWEST, 10.0))
    scores = [vector.score for vector in cvss if vector.version != "2.0" and lowest <= vector.score <= highest]
    return max(scores, default=by_severity)


def _of_vulnerability(worst: Vulnerability, found: list[Vulnerability], links: list[str]) -> dict[str, Any]:
    summary = next((finding.summary for finding in found if finding.summary), "")
    packages = list(dict.fromkeys((finding.subject, _fix(finding)) for finding in found))
    names = list(dict.fromkeys(finding.package_name for finding in found))
    title = f"{worst.id} in {_first(names)}"
    facts = [("Severity", _severity(worst)), *_facts(worst)]
    more = [f"… and {len(packages) - _SHOWN:,} more"] if len(packages) > _SHOWN else []
    lines = [f"{package}: {fix}" for package, fix in packages[:_SHOWN]] + more
    text = [title, *lines, *(f"{name}: {value}" for name, value in facts)]
    markdown = [f"- {_code(package)}: {plain(fix)}" for package, fix in packages[:_SHOWN]]
    markdown += [*(f"- {line}" for line in more), "", *(f"- **{name}:** {plain(value)}" for name, value in facts)]
    markdown += ["", *(f"- <{link}>" for link in links[:_SHOWN])] if links else []
    return _texts(
        "Vulnerability",
        summary or title,
        f"{summary} ({title})" if summary else f"{title}. Severity: {_severity(worst)}.",
        "\n".join(visible(line, 1000) for line in text),
        markdown,
    )


def _of_place(name: str, title: str, why: str, fix: str, references: Sequence[str] = ()) -> dict[str, Any]:
    markdown = [plain(why), *(["", f"**Fix:** {plain(fix)}"] if fix else [])]
    markdown += ["", *(f"- <{link}>" if web_link(link) else f"- {plain(link)}" for link in references)] if references else []
    return _texts(name, title, why, visible(f"{why} {fix}".strip()), markdown)


def _texts(name: str, title: str, full: str, help: str, markdown: Sequence[str]) -> dict[str, Any]:
    return {
        "name": name,
        "shortDescription": {"text": visible(title, 300)},
        "fullDescription": {"text": visible(full, 1000)},
        "help": {"text": help, "markdown": "\n".join(markdown)},
    }


def _facts(one: Vulnerability) -> Iterator[tuple[str, str]]:
    if one.aliases:
        yield "Also known as", _first(one.aliases)
    for score in one.cvss:
        yield f"CVSS {visible(score.version, 10)}", f"{score.score:.1f} by {score.source} ({score.vector})"
    if one.kev:
        yield "Exploited", "yes, by CISA's catalogue"
    elif one.exploit:
        yield "Exploit", "one is public"
    if one.epss:
        yield "EPSS", f"{one.epss.score:.1%} within 30 days"
    yield "Risk", f"{one.risk:.1f} of 100"
    if one.weaknesses:
        yield "Weaknesses", "; ".join(f"{weakness.id} {weakness.name}".strip() for weakness in one.weaknesses)


def _severity(one: Vulnerability) -> str:
    return f"{one.severity} by {one.severity_source}" if one.severity_source else one.severity


def _fix(one: Vulnerability) -> str:
    return f"fixed in {', '.join(one.fix.versions)}" if one.fix.versions else f"no fixed version ({one.fix.state})"


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _add_weaknesses(properties: dict[str, Any], found: list[Vulnerability]) -> None:
    """Adds the weaknesses as tags that code scanning reads: external/cwe/cwe-079."""
    weaknesses = sorted({weakness for finding in found for weakness in finding.weaknesses}, key=lambda weakness: weakness.id)
    numbers = [number for weakness in weaknesses if (number := weakness.id.removeprefix("CWE-")).isdecimal()]
    properties["tags"] += [f"external/cwe/cwe-{number.zfill(3)}" for number in numbers]
    if named := [visible(f"{weakness.id}: {weakness.name}", 250) for weakness in weaknesses if weakness.name]:
        properties["weaknesses"] = named


def _links(found: list[Vulnerability]) -> list[str]:
    return sorted({url for finding in found for reference in finding.advisories if (url := web_link(reference.url))})


def _code(text: str) -> str:
    return f"`{visible(text, 300).replace('`', chr(39))}`"
