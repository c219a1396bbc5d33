"""Packages that a build will install: the lines for their vulnerabilities, and what is unknown before the build."""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from careen.model.finding import Location, Vulnerability
from careen.model.package import Evidence
from careen.model.report import Reason
from careen.predict.declared import Predicted

MAX_UNREAD = 50  # files that are reported individually


def on_their_lines(findings: Sequence[Vulnerability], pinned: Sequence[Predicted]) -> list[Vulnerability]:
    """The findings, with the line that installs the package instead of a layer."""
    by_purl: dict[tuple[str, str], Predicted] = {}
    for install in pinned:
        by_purl.setdefault((install.package.purl, _path(install)), install)
    placed = []
    for finding in findings:
        for path in finding.paths or ("",):
            install_ = by_purl.get((finding.package, path))
            if install_ is not None:
                line = Location(path, install_.line, install_.end_line)
                paths = tuple(place.path for place in install_.package.evidence)
                placed.append(replace(_with_confidence(finding, install_), layer=None, location=line, paths=paths))
    return placed


def reasons_for(installs: Sequence[Predicted], unread: Sequence[str]) -> list[Reason]:
    """Why the version of some packages is not known before the build. ``unread``: files that could not be read."""
    loose = [install for install in installs if not install.pinned]
    named = sum(install.url is None and not install.trouble for install in loose)
    fetched = sum(install.url is not None and not install.trouble for install in loose)
    today = sum(install.today for install in installs)
    reasons = []
    if today:
        detail = "not pinned: assessed in the version that their repositories have today"
        reasons.append(Reason("as_of_today", detail, today))
    if named:
        packages = "packages are" if named > 1 else "a package is"
        detail = f"{packages} not pinned: the build installs the version that the repository has on that day"
        reasons.append(Reason("unpinned", detail, named))
    if fetched:
        reasons.append(Reason("unresolved", "fetched from an address that does not name the version", fetched))
    failed = Counter(
        ("unread_address" if install.url else "unread_repository", install.trouble) for install in loose if install.trouble
    )
    reasons += [Reason(code, why, count) for (code, why), count in failed.items()]
    return [*reasons, *(Reason("unread_manifest", detail) for detail in unread[:MAX_UNREAD])]


def _with_confidence(finding: Vulnerability, install: Predicted) -> Vulnerability:
    """The finding, as ``possible`` if the version has no release part (``2.4.53``): the build installs the newest
    release, which may contain the fix.
    """
    if install.exact or any(_upstream(fix) != _upstream(install.package.version) for fix in finding.fix.versions):
        return finding
    return replace(finding, confidence="possible") if finding.fix.versions else finding


def _upstream(version: str) -> str:
    return version.rpartition(":")[2].partition("-")[0]


def _path(install: Predicted) -> str:
    place: Evidence = install.package.evidence[0]
    return place.path
