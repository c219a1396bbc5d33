"""Conditions on which a scan fails: ``high``, ``kev``, ``fixable:high``, ``risk=50``, ``secret:critical``.

A condition is words with colons between; a finding is caught where all of them hold. Words are a severity (that bad or
worse), ``kev`` (exploited already), ``fixable`` (a version mends it), ``risk=N`` and ``epss=N`` (that much or more), and
the kinds ``vulnerability``, ``secret``, ``misconfiguration``.
Raises: UsageError for anything else.
"""

from typing import get_args

from msgspec import Struct

from careen.errors import UsageError
from careen.model.advisory import SEVERITIES, Severity
from careen.model.finding import Finding, Vulnerability

from .ignores import kind_of

KINDS = ("vulnerability", "secret", "misconfiguration")
WORDS = (*SEVERITIES, "kev", "fixable", *KINDS, "risk=", "epss=")
_HINT = "conditions: critical, high, medium, low, kev, fixable, risk=50, epss=0.1, secret; fixable:high asks for both"


class Gate(Struct, frozen=True):
    text: str
    severity: Severity | None = None
    kev: bool = False
    fixable: bool = False
    risk: float | None = None
    epss: float | None = None
    kind: str | None = None

    def catches(self, finding: Finding, severity: Severity) -> bool:
        """``severity`` is the one to go by: the finding's own, or what stands for none."""
        if self.severity is not None and SEVERITIES.index(severity) > SEVERITIES.index(self.severity):
            return False
        if self.kind is not None and kind_of(finding) != self.kind:
            return False
        if not isinstance(finding, Vulnerability):
            return not (self.kev or self.fixable or self.risk is not None or self.epss is not None)
        return (
            (not self.kev or finding.kev)
            and (not self.fixable or bool(finding.fix.versions))
            and (self.risk is None or finding.risk >= self.risk)
            and (self.epss is None or (finding.epss is not None and finding.epss.score >= self.epss))
        )


def read_gate(text: str) -> Gate:
    found: dict[str, object] = {}
    for word in text.strip().lower().split(":"):
        key, value = _word(word.strip(), text)
        if key in found:
            raise UsageError(f"--fail-on {text}: {key} is said twice", _HINT)
        found[key] = value
    from msgspec import convert

    return convert({"text": text.strip().lower(), **found}, Gate)


def _word(word: str, text: str) -> tuple[str, object]:
    if word in get_args(Severity):
        return "severity", word
    if word in ("kev", "fixable"):
        return word, True
    if word in KINDS:
        return "kind", word
    key, equals, value = word.partition("=")
    if equals and key in ("risk", "epss"):
        return key, _number(key, value, text)
    from careen.config import nearest

    near = nearest(word, WORDS)
    raise UsageError(
        f"--fail-on {text}: {word!r} is none of critical, high, medium, low, negligible, unknown, kev, fixable, "
        "risk=N, epss=N, vulnerability, secret, misconfiguration",
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
        raise UsageError(f"--fail-on {text}: {value[:20]!r} is no number from 0 to {top}", _HINT)
    return number / 100 if percent else number
