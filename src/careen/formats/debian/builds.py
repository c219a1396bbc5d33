"""Conclusions from the version of a Debian source package: whether it may be an update, and what a backport was built from.

**Source:** Debian Developer's Reference 5.8.5.4 and 5.14.3 (marks of updates and backports); Debian Policy 3.2.1 (native
packages).
"""

from collections.abc import Iterable

from careen.safety.pattern import pattern

# Updates of a release, uploads to experimental, and what Raspberry Pi OS adds, which calls itself Debian.
_MARK = pattern(r"[+~-](?:deb\d+u|exp|rpt|rpi|rvt)\d")
_BACKPORT = pattern(r"[+~]bpo\d.*")


def may_be_update(source: str, version: str, offered: Iterable[str]) -> bool:
    """Whether this version of ``source`` may be an update of a stable release. ``offered``: the versions of ``source`` in that
    release.

    It may if it has a mark, such as ``+deb12u1`` (also of experimental or Raspberry Pi OS), if it is a kernel, or if neither it
    nor some offered version has a revision, as versions of native packages.
    """
    is_kernel = source == "linux" or source.startswith("linux-signed-")
    is_native = "-" not in version and any("-" not in other for other in offered)
    return is_kernel or is_native or _MARK.search(version) is not None


def without_backport(version: str) -> str:
    """The version of testing from which a backport was built; any other version unchanged."""
    return _BACKPORT.sub("", version)
