"""Where Ubuntu says that a flaw is mended: releases, and the pockets of paid support beside them, as namespaces.

A place is a release ("jammy"), or a pocket for it ("esm-infra/xenial", "trusty/esm", "fips-updates/jammy"). What ESM mends
is of ``ubuntu-pro:16.04`` and mends nothing for those who do not pay; other pockets have builds of their own and are
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
    """By codename."""
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
    speaks_for_release: bool = False,
) -> Iterator[Advisory]:
    """What is said of a source package at a place. A fix of ESM says of the release itself that it is affected and has none.

    ``releases``: their versions by codename; None: those that are known.
    ``speaks_for_release``: where a pocket of ESM is named, nothing else is said of its release.
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

    mended = (Range(fixed=version),) if status == "fixed" else ()
    yield advisory(f"{paid}:{release}" if pocket or _ESM.search(version) else f"ubuntu:{release}", mended, status)
    if pocket.startswith("esm") and speaks_for_release:
        # Nobody without ESM has the fix; what is later than it (``~`` sorts before the end) has.
        until = (Range(last_affected=f"{version}~"),) if mended else ()
        yield advisory(f"ubuntu:{release}", until, "open" if mended else status)
    elif not pocket and _ESM.search(version):
        yield advisory(f"ubuntu:{release}", (), "open")


def ignored(reason: str) -> Status:
    """What it means that an issue is ignored."""
    return "end_of_life" if any(word in reason.lower() for word in _SUPPORT_ENDED) else "wont_fix"
