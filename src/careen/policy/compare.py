"""Compares a report with an earlier one by fingerprint, across tags: what is new, what is gone, and why.

A finding is new because this change added the package (``introduced``), because the vulnerability was published or rated since
for a package that existed (``disclosed``), or because a fixed version exists now (``fix_available``). It is gone
because the package was removed (``removed``), another version replaced it (``upgraded``), no advisory has the
vulnerability any more (``withdrawn``), or a rule suppresses it now (``suppressed``).
"""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.scans.saved_report import Saved, SavedPackage, saved
from careen.model.finding import Change, ExposedSecret, Finding, Vulnerability
from careen.model.reasons import MADE_BY_GATES
from careen.model.report import Comparison, Coverage, Departure, FailedBy, Gone, Report, Rule, Verdict

from .policy import Policy, assess

# These findings are hidden by the choice of what to list, not by a decision about them.
_ONLY_UNLISTED = frozenset(("severity", "fix_state"))


class Baseline:
    """The earlier report: findings by fingerprint, and the packages."""

    def __init__(self, before: Saved) -> None:
        self.name, self.before = before.name, before
        unlisted = (entry.finding for entry in before.suppressed if entry.by.kind in _ONLY_UNLISTED)
        known = (*unlisted, *before.findings)
        self._known: dict[str, Finding] = {of: finding for finding in known for of in fingerprints(finding)}
        self._purls = frozenset(package.purl for package in before.packages)
        self._declared = declared_only(before.packages)

    def change(self, finding: Finding, declared: Collection[str] = ()) -> Change | None:
        """Why the finding is new; None if it is not. ``declared``: purls of packages that are not installed now. A
        declared package becomes new when it is installed.
        """
        if isinstance(finding, Vulnerability) and finding.package in self._declared and finding.package not in declared:
            return "introduced"
        before = next((self._known[of] for of in fingerprints(finding) if of in self._known), None)
        if before is None:
            there = isinstance(finding, Vulnerability) and finding.package in self._purls
            return "disclosed" if there else "introduced"
        if isinstance(finding, Vulnerability) and isinstance(before, Vulnerability):
            if before.confidence == "possible" != finding.confidence:
                return "disclosed"  # no gate counted it before
            if finding.fix.versions and not before.fix.versions:
                return "fix_available"
            return "disclosed" if before.severity == "unknown" != finding.severity else None  # no gate of severity counted it
        if isinstance(finding, ExposedSecret) and isinstance(before, ExposedSecret):
            return "disclosed" if before.confidence == "possible" != finding.confidence else None
        return None


def fingerprints(finding: Finding) -> tuple[str, ...]:
    """The fingerprints of a finding. A secret has one for each place, and counts as known if one of its places is known."""
    if isinstance(finding, ExposedSecret):
        return tuple(place.fingerprint for place in finding.all_places)
    return (finding.fingerprint,)


def declared_only(packages: Iterable[SavedPackage]) -> frozenset[str]:
    """The purls of packages that are not installed and only in a lock file or manifest."""
    installed: dict[str, bool] = {}
    for package in packages:
        installed[package.purl] = installed.get(package.purl, False) or package.presence != "declared"
    return frozenset(purl for purl, there in installed.items() if not there)


class PackageChange(Struct, frozen=True):
    type: str
    name: str
    before: str | None  # version; None if the package was added
    after: str | None  # version; None if it was removed


class Difference(Struct, frozen=True):
    new: tuple[Finding, ...]  # each with its ``change``
    gone: tuple[Gone, ...]
    same: int  # findings that both reports have
    packages: tuple[PackageChange, ...]


def compare(before: Saved, after: Saved) -> Difference:
    baseline = Baseline(before)
    declared = declared_only(after.packages)
    new = [replace(finding, change=change) for finding in after.findings if (change := baseline.change(finding, declared))]
    now = {of for finding in after.findings for of in fingerprints(finding)}
    hidden = {of for entry in after.suppressed for of in fingerprints(entry.finding)}
    purls = {package.purl for package in after.packages}
    names = {_lasting(package.purl) for package in after.packages}
    left = (finding for finding in before.findings if now.isdisjoint(fingerprints(finding)))
    gone = [Gone(finding, _why(finding, hidden, purls, names)) for finding in left]
    return Difference(tuple(new), tuple(gone), len(after.findings) - len(new), tuple(_packages(before, after)))


def compared(report: Report, baseline: Baseline | None) -> Report:
    """The report, with the number of findings that are new since the baseline, and with those that are gone; unchanged
    without a baseline.
    """
    if baseline is None:
        return report
    found = compare(baseline.before, saved(report))
    return replace(report, compared=Comparison(baseline.name, len(found.new), found.same, found.gone))


def verdict_on(before: Saved, after: Saved, policy: Policy, today: date) -> Verdict:
    """The verdict of a scan of ``after`` with ``before`` as its baseline. Gates on vulnerabilities are undecided if
    that scan did not look for them.
    """
    findings = (*after.findings, *(entry.finding for entry in after.suppressed if entry.by.kind == "severity"))
    policy = replace(policy, baseline=Baseline(before))
    assessed = assess(
        findings, without_gates(after.coverage), after.unknowns, policy, today, after.declared, sources=after.sources
    )
    return undecided(assessed.verdict, after, policy)


def undecided(verdict: Verdict, of: Saved, policy: Policy) -> Verdict:
    """The verdict; undecided if a gate is about vulnerabilities and the saved report is of a scan without them."""
    if of.sources is not None or not any(gate.of_vulnerabilities for gate in policy.fail_on):
        return verdict
    unasked = Rule("vulnerabilities looked for", False, FailedBy(1, ("not_asked",)))
    return Verdict(False, 3, (*verdict.rules, unasked))


def without_gates(coverage: Coverage) -> Coverage:
    """The coverage without the reasons that the saved report's own gates have added."""
    return replace(coverage, reasons=tuple(reason for reason in coverage.reasons if reason.code not in MADE_BY_GATES))


def _why(finding: Finding, hidden: AbstractSet[str], purls: Collection[str], names: Collection[str]) -> Departure:
    if not hidden.isdisjoint(fingerprints(finding)):
        return "suppressed"
    if not isinstance(finding, Vulnerability):
        return "removed"
    if finding.package in purls:
        return "withdrawn"
    return "upgraded" if _lasting(finding.package) in names else "removed"


def _lasting(purl: str) -> str:
    bare = purl.partition("?")[0]
    return bare.rpartition("@")[0] if "@" in bare.rpartition("/")[2] else bare


def _packages(before: Saved, after: Saved) -> Iterable[PackageChange]:
    """Added and removed versions of packages, in pairs if there are both."""
    old, new = _versions(before.packages), _versions(after.packages)
    for key in sorted(old.keys() | new.keys()):
        left = sorted(old.get(key, set()) - new.get(key, set()))
        came = sorted(new.get(key, set()) - old.get(key, set()))
        for index in range(max(len(left), len(came))):
            yield PackageChange(*key, left[index] if index < len(left) else None, came[index] if index < len(came) else None)


def _versions(packages: Iterable[SavedPackage]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for package in packages:
        found.setdefault((package.type, package.name), set()).add(package.version)
    return found
