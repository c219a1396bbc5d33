"""How a vulnerable package is fixed, in a sentence."""

from careen.model.finding import FixState, Vulnerability

_WITHOUT_FIX: dict[FixState, str] = {
    "fixed": "a fix exists, its version is not known",
    "open": "no fixed version is known",
    "wont_fix": "its maintainers do not plan a fix",
    "deferred": "its maintainers deferred the fix",
    "end_of_life": "its release has reached its end of life and gets no fix",
    "unknown": "it is not known whether a fixed version exists",
}


def solution(finding: Vulnerability) -> str:
    """A sentence such as "Update libssl3 from 3.0.11-1 to 3.0.13-1.", or the reason why there is no such version."""
    name, version, fix = finding.package_name, finding.package_version, finding.fix
    if fix.versions:
        return f"Update {name} from {version} to {' or '.join(fix.versions)}."
    if finding.paid_fix:
        return f"Update {name} from {version} to {finding.paid_fix}, which customers of paid support get."
    return f"{name} {version}: {_WITHOUT_FIX[fix.state]}."
