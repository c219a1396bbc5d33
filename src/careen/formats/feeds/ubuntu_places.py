"""The places of Ubuntu's statements, as namespaces: releases, and the pockets of paid support beside them.

A place is a release ("jammy"), or a pocket for it ("esm-infra/xenial", "trusty/esm", "fips-updates/jammy"). Fixes of ESM
belong to ``ubuntu-pro:16.04`` and fix nothing for those who do not pay; other pockets have builds of their own and are
namespaces of their own (``ubuntu-pro-fips-updates:22.04``).
**Source:** ubuntu-cve-tracker, README; Ubuntu release names.
"""

import re
from collections.abc import Iterator, Mapping

from careen.distributions.registry import profiles
from careen.model.advisory import Advisory, Range, Severity, Status

HOME = "https://ubuntu.com/security"
SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "high": "high", "medium": "medium", "low": "low", "negligible": "negligible",
}  # fmt: skip
_ESM = re.compile(r"[+~]esm\d")
_SUPPORT_ENDED = ("end of", "end-of-life", "out of standard support", "eol")


def versions() -> Mapping[str, str]:
    """The versions of Ubuntu's releases by codename."""
    return profiles()["ubuntu"].releases.codenames


def statements(
    id: str,
    package: str,
    place: str,
    status: Status,
    version: str = "",
    severity: Severity = "unknown",
    aliases: tuple[str, ...] = (),
    *,
    releases: Mapping[str, str] | None = None,
    release_omitted: bool = False,
) -> Iterator[Advisory]:
    """The advisories about a source package at a place. A fix of ESM also states that the release is affected,
    without a fix.

    ``releases``: their versions by codename; None: those that are known.
    ``release_omitted``: if the feed names a pocket of ESM, it has no statement about the release itself.
    """
    pocket, _, codename = place.rpartition("/")
    if codename == "esm":  # trusty/esm, as it was once written
        pocket, codename = codename, pocket
    releases = versions() if releases is None else releases
    if codename not in releases or (status == "fixed" and not version):
        return
    release = releases[codename]
    paid = "ubuntu-pro" if not pocket or pocket.startswith("esm") else f"ubuntu-pro-{pocket}"
    url = f"{HOME}/{id}" if id.startswith("CVE-") else f"{HOME}/notices/{id}"

    def advisory(namespace: str, ranges: tuple[Range, ...], status: Status) -> Advisory:
        return Advisory(id, "ubuntu", namespace, package, ranges, status=status, aliases=aliases, severity=severity, url=url)

    fixed = (Range(fixed=version),) if status == "fixed" else ()
    yield advisory(f"{paid}:{release}" if pocket or _ESM.search(version) else f"ubuntu:{release}", fixed, status)
    if pocket.startswith("esm") and release_omitted:
        # Without ESM there is no fix; versions after it are fixed (``~`` sorts before the end).
        until = (Range(last_affected=f"{version}~"),) if fixed else ()
        yield advisory(f"ubuntu:{release}", until, "open" if fixed else status)
    elif not pocket and _ESM.search(version):
        yield advisory(f"ubuntu:{release}", (), "open")


def ignored(reason: str) -> Status:
    """The status of an issue that the tracker ignores, according to the reason that it gives."""
    return "end_of_life" if any(word in reason.lower() for word in _SUPPORT_ENDED) else "wont_fix"
