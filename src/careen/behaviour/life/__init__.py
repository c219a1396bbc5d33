"""Signs that nobody will fix the next vulnerability: support that has ended, packages that their authors gave up or deprecated.

The tables ship and have a date, and package managers note deprecated versions in the image; packages that a distribution owns
are supported by it and not checked. A scan has no data on yanked versions and on the last release of a package.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from careen.behaviour.rules import Rule, found
from careen.model.finding import BehaviourFinding
from careen.model.notices import Notice
from careen.model.package import Package

from .abandoned import ABANDONED, AS_OF
from .runtimes import PRODUCTS, as_of, end_of, supported

_WHY = "Vulnerabilities that are found from now on get no fix."
_ENDED = Rule(
    "LIF-001", "Runtime or framework past its end of support", "medium", _WHY, "Update to a release that is supported."
)
_ABANDONED = Rule("LIF-002", "Package that its authors gave up", "low", _WHY, "Replace it.")
_DISTRIBUTION = Rule(
    "LIF-003", "Distribution past its end of support", "high", _WHY, "Build on a release that is supported.", (), "confirmed"
)
_DEPRECATED = Rule(
    "LIF-004",
    "Version that its publisher deprecated",
    "low",
    "Its publisher advises against it, and mostly makes no further fixes.",
    "Follow the notice, or replace the package.",
    confidence="confirmed",
)
RULES = (_ENDED, _ABANDONED, _DISTRIBUTION, _DEPRECATED)
_GONE = frozenset(("absent", "shadowed"))


def life_signs(
    packages: Iterable[Package], today: date, end_of_life: str | None, notices: Iterable[Notice] = ()
) -> Iterator[BehaviourFinding]:
    """At most one finding for each package and version, and one if the distribution's support ended before ``today``.
    ``end_of_life`` is the last day of that support, in ISO 8601; None if it is unknown."""
    if end_of_life and end_of_life < today.isoformat():
        yield found(
            _DISTRIBUTION,
            "",
            f"security updates ended on {end_of_life}",
            evidence=(f"end of life {end_of_life}",),
            lasting="end",
        )
    seen: set[tuple[str, str, str]] = set()
    stated: set[tuple[str, str, str] | None] = set()  # a finding is not repeated for a package that is only declared
    noted = {(notice.type, notice.name, notice.version): notice for notice in notices}
    for package in sorted(packages, key=lambda package: package.presence == "declared"):
        key = (package.type, package.name, package.version)
        if package.owned_by or package.vendor == "distribution" or package.presence in _GONE or key in seen:
            continue
        seen.add(key)
        line, finding = _ended(package, today) or ("", _deprecated(package, noted.get(key)) or _abandoned(package))
        about = (finding.id, package.name.lower(), line) if finding else None
        if finding and not (package.presence == "declared" and about in stated):
            stated.add(about)
            yield finding


def _ended(package: Package, today: date) -> tuple[str, BehaviourFinding] | None:
    """The line of releases whose support ended, and the finding."""
    if (package.type, package.name.lower() if package.type == "pypi" else package.name) not in PRODUCTS:
        return None
    end = end_of(package.type, package.name, package.version)
    if end is None or end[1] >= today.isoformat():
        return None
    line, day = end
    name = "Go" if package.type == "golang" else package.name
    lines = supported(package.type, package.name, today)[:3]
    message = f"support of {name} {line} ended on {day}" + (f"; supported: {', '.join(lines)}" if lines else "")
    evidence = (f"{package.name} {package.version}", f"endoflife.date of {as_of()}")
    return line, _finding(_ENDED, package, message, evidence)


def _deprecated(package: Package, notice: Notice | None) -> BehaviourFinding | None:
    if notice is None:
        return None
    message = f"{package.name} {package.version} is deprecated: {notice.text}"
    return _finding(_DEPRECATED, package, message, (f"{package.name} {package.version}", f"/{notice.path}: {notice.text}"))


def _abandoned(package: Package) -> BehaviourFinding | None:
    names = ABANDONED.get(package.type, {})
    name = package.name.lower().replace("_", "-") if package.type == "pypi" else package.name
    if name not in names:
        return None
    message = f"{name} is no longer developed" + (f"; instead: {names[name]}" if names[name] else "")
    return _finding(
        _ABANDONED, package, message, (f"{package.name} {package.version}", f"Careen's list of such packages, of {AS_OF}")
    )


def _finding(rule: Rule, package: Package, message: str, evidence: tuple[str, ...]) -> BehaviourFinding:
    place = package.evidence[0] if package.evidence else None
    return found(
        rule,
        place.path if place else "",
        message,
        layer=place.layer if place else None,
        package=package.purl,
        evidence=evidence,
        lasting=f"{package.type}/{package.name}",
    )
