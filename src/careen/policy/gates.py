"""Conditions on which a scan fails: ``high``, ``kev``, ``fixable:high``, ``risk=50``, ``secret:critical``.

A condition consists of words with colons between; it counts a finding that matches all of them. The words are a
severity (this or a higher one), ``kev`` (listed as exploited), ``fixable`` (a fixed version exists), ``risk=N`` and
``epss=N`` (that much or more), ``overdue`` (a server's project has a deadline for the finding that has passed), ``possible``
(findings of this confidence count as well), and kinds: ``vulnerability``, ``secret``, ``config`` (misconfigurations),
``integrity`` (modified files), ``licence``, ``behaviour`` and ``any`` (the first three). Without a kind a condition
counts vulnerabilities, malicious packages and secrets; a condition of severity alone also fails a release past its end
of life.
Raises: UsageError for anything else.
"""

from typing import get_args

from msgspec import Struct

from careen.errors import UsageError
from careen.model.advisory import SEVERITIES, Severity
from careen.model.finding import Finding, Vulnerability

from .ignores import kind_of

ANY = frozenset({"vulnerability", "secret", "misconfiguration"})
KINDS = {
    "vulnerability": frozenset({"vulnerability"}),
    "vuln": frozenset({"vulnerability"}),
    "secret": frozenset({"secret"}),
    "misconfiguration": frozenset({"misconfiguration"}),
    "config": frozenset({"misconfiguration"}),
    "integrity": frozenset({"integrity"}),
    "licence": frozenset({"licence"}),
    "license": frozenset({"licence"}),
    "behaviour": frozenset({"behaviour"}),
    "behavior": frozenset({"behaviour"}),
    "any": ANY,
}
# The kinds of findings of each scanner. Modified files only count in conditions that state them.
OF_SCANNERS = {
    **{name: KINDS[name] for name in ("vuln", "secret", "licence", "behaviour")},
    "config": KINDS["config"] | KINDS["integrity"],
    "origin": frozenset[str](),  # it finds packages
}
OF_IMAGES = frozenset({"vulnerability", "secret"})  # the kinds of a condition that states none
WORDS = (*SEVERITIES, "kev", "fixable", "overdue", "possible", *KINDS, "risk=", "epss=")
_HINT = "conditions: critical, high, medium, low, kev, fixable, risk=50, epss=0.1, secret, config:high; fixable:high is both"


Late = tuple[str, str]  # id of a vulnerability, purl


class Gate(Struct, frozen=True):
    text: str
    severity: Severity | None = None
    kev: bool = False
    fixable: bool = False
    overdue: bool = False
    late: frozenset[Late] | None = None  # the overdue findings; None: unknown, so that every finding counts as overdue
    possible: bool = False  # counts findings of this confidence, too
    risk: float | None = None
    epss: float | None = None
    kinds: frozenset[str] = OF_IMAGES

    @property
    def of_vulnerabilities(self) -> bool:
        """Whether the gate depends on advisories for the image's packages."""
        return "vulnerability" in self.kinds

    @property
    def can_look_at(self) -> frozenset[str]:
        """The kinds of findings that the gate can count."""
        return self.kinds & KINDS["vulnerability"] if self.is_narrow else self.kinds

    @property
    def is_narrow(self) -> bool:
        """Whether the gate counts only vulnerabilities: nothing else is exploited, fixable or overdue, or has a risk."""
        return self.kev or self.fixable or self.overdue or self.risk is not None or self.epss is not None

    @property
    def of_severity_alone(self) -> bool:
        return self.of_vulnerabilities and self.severity is not None and not self.is_narrow

    @property
    def scores(self) -> tuple[str, ...]:
        """The sources of scores that the gate needs. Without their data it would always pass."""
        kev = ("kev",) if self.kev or self.risk is not None else ()
        return (*kev, *(("epss",) if self.epss is not None or self.risk is not None else ()))

    def catches(self, finding: Finding, severity: Severity) -> bool:
        """Whether the gate catches the finding. ``severity``: the finding's, or the one that replaces a missing one."""
        return kind_of(finding) in self.kinds and self.would_catch(finding, severity)

    def would_catch(self, finding: Finding, severity: Severity) -> bool:
        """Whether the gate catches the finding, regardless of the finding's kind."""
        if self.severity is not None and SEVERITIES.index(severity) > SEVERITIES.index(self.severity):
            return False
        if not isinstance(finding, Vulnerability):
            return not self.is_narrow
        return (
            (not self.kev or bool(finding.kev))
            and (not self.fixable or bool(finding.fix.versions))
            and (self.late is None or not self.overdue or (finding.id, finding.package) in self.late)
            and (self.risk is None or finding.risk >= self.risk)
            and (self.epss is None or (finding.epss is not None and finding.epss.score >= self.epss))
        )


def read_gate(text: str, kinds: frozenset[str] = OF_IMAGES) -> Gate:
    """Parses a condition. ``kinds`` are the kinds that it counts if it states none. Raises UsageError."""
    found: dict[str, object] = {}
    for word in text.strip().lower().split(":"):
        key, value = _word(word.strip(), text)
        if key in found:
            raise UsageError(f"--fail-on {text}: {key} occurs twice", _HINT)
        found[key] = value
    from msgspec import convert

    return convert({"text": text.strip().lower(), "kinds": kinds, **found}, Gate)


def _word(word: str, text: str) -> tuple[str, object]:
    if word in get_args(Severity):
        return "severity", word
    if word in ("kev", "fixable", "overdue", "possible"):
        return word, True
    if word in KINDS:
        return "kinds", KINDS[word]
    key, equals, value = word.partition("=")
    if equals and key in ("risk", "epss"):
        return key, _number(key, value, text)
    from careen.config import nearest

    near = nearest(word, WORDS)
    raise UsageError(
        f"--fail-on {text}: {word!r} is not one of critical, high, medium, low, negligible, unknown, kev, fixable, "
        "overdue, possible, risk=N, epss=N, vulnerability, secret, config, integrity, licence, behaviour, any",
        f"did you mean {near}?" if near else _HINT,
    )


def _number(key: str, value: str, text: str) -> float:
    percent = value.endswith("%") and key == "epss"
    top = 100 if key == "risk" or percent else 1
    try:
        number = float(value.removesuffix("%") if percent else value)
    except ValueError:
        number = -1
    if not 0 <= number <= top:
        raise UsageError(f"--fail-on {text}: {value[:20]!r} is not a number from 0 to {top}", _HINT)
    return number / 100 if percent else number
