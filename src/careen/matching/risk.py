"""One number for sorting: how severe a vulnerability is, how likely its exploitation, and whether it has a fix.

    risk = 100 x impact x likelihood x (1 if a fixed version is known, else 0.9)

impact: the CVSS score / 10 if it agrees with the severity, else a value for the severity; likelihood: 1 if CISA lists
the vulnerability as exploited, else 0.02 + 0.98 x EPSS, and 0.05 if EPSS does not have the vulnerability yet.
docs/risk.md gives the reasons.
"""

from careen.model.advisory import Cvss, Epss, Severity

from .severity import rating

_IMPACT: dict[Severity, float] = {
    "critical": 0.95,
    "high": 0.8,
    "medium": 0.55,
    "low": 0.25,
    "negligible": 0.05,
    "unknown": 0.5,
}


def risk_of(severity: Severity, cvss: Cvss | None, epss: Epss | None, exploited: bool, fixable: bool) -> float:
    """The risk from 0 to 100, with one decimal. A score refines the severity and never overrides it, because a vendor
    rates its own build.
    """
    impact = cvss.score / 10 if cvss is not None and rating(cvss) == severity else _IMPACT[severity]
    likelihood = 1.0 if exploited else 0.05 if epss is None else 0.02 + 0.98 * epss.score
    return round(100 * min(1.0, impact) * min(1.0, likelihood) * (1.0 if fixable else 0.9), 1)
