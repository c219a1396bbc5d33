"""Debian's releases: the names of suites in its archive and tracker, and the numbers that ``os-release`` has.

**Source:** release names of debian.org; distro-info-data.
"""

VERSIONS = {
    "woody": "3.0", "sarge": "3.1", "etch": "4", "lenny": "5", "squeeze": "6", "wheezy": "7", "jessie": "8", "stretch": "9",
    "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15",
}  # fmt: skip
_CODENAMES = {version: codename for codename, version in VERSIONS.items()} | {"sid": "sid"}


def namespace_of(codename: str) -> str:
    """The namespace of a release's advisories: "debian:12"."""
    return f"debian:{VERSIONS.get(codename, codename)}"


def codename_of(namespace: str) -> str | None:
    """The codename behind such a namespace; None where it is another distribution's, or a release that is not known."""
    distribution, _, version = namespace.partition(":")
    return _CODENAMES.get(version) if distribution == "debian" else None
