"""The namespace of advisories that an OSV ecosystem stands for, and the ecosystem that a namespace is published under.

``debian:12`` for ``Debian:12``; a language's ecosystem stays as it is ("PyPI"); a rolling distribution is its id alone
("wolfi"); of an unknown distribution ecosystem and release are kept in lower case.
**Source:** OSV schema 1.7, "Defined Ecosystems"; os-release(5).
"""

import re
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=4096)
def namespace_of(ecosystem: str) -> str:
    for pattern, name in _RELEASES:
        if match := pattern.fullmatch(ecosystem):
            return name(match)
    if ":" not in ecosystem:
        return ecosystem
    base, _, release = ecosystem.partition(":")
    return f"{base.lower().replace(' ', '-')}:{release.lower()}"


def ecosystem_of(namespace: str) -> str:
    """Without the release: "Ubuntu" for ``ubuntu:22.04``."""
    return _ECOSYSTEMS.get(namespace.partition(":")[0], namespace)


_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"Ubuntu:Pro:(?:([\w-]+):)?(\d+\.\d+)(?::LTS)?", lambda m: f"ubuntu-pro{'-' + m[1].lower() if m[1] else ''}:{m[2]}"),
    (r"Ubuntu:(\d+\.\d+)(?::LTS)?", lambda m: f"ubuntu:{m[1]}"),
    (r"Debian:(\d+)(?:\.0)?", lambda m: f"debian:{m[1]}"),
    (r"Alpine:v(\d+\.\d+)", lambda m: f"alpine:{m[1]}"),
    (r"Alpine:edge", lambda m: "alpine:edge"),
    (r"AlmaLinux:(\d+).*", lambda m: f"almalinux:{m[1]}"),
    (r"Rocky Linux:(\d+).*", lambda m: f"rocky:{m[1]}"),
    (r"Red Hat:enterprise_linux:(\d+)(?:\.\d+)?(?:::.*)?", lambda m: f"rhel:{m[1]}"),
    (r"Red Hat:(\w+):([\d.]+)::(el\d+)", lambda m: f"{m[1].lower()}:{m[2]}:{m[3]}"),  # built for each release apart
    (r"Red Hat:(\w+):([\d.]+)(?:::.*)?", lambda m: f"{m[1].lower()}:{m[2]}"),  # rhel_eus:9.2 is another line of versions
    (r"openSUSE:Leap (?:Micro )?(\d+\.\d+)", lambda m: f"opensuse-leap:{m[1]}"),
    (r"openSUSE:Tumbleweed", lambda m: "opensuse-tumbleweed"),
    (r"SUSE:Linux Enterprise (?:Server|Module for .+) (\d+(?:\.\d+)?)", lambda m: f"sles:{m[1]}"),
    (r"SUSE:Linux Enterprise (?:Server|Module for .+) (\d+) SP(\d+)", lambda m: f"sles:{m[1]}.{m[2]}"),
    (r"SUSE:Linux Enterprise Server (?:LTSS [\w ]+ )?(\d+)(?:-LTSS)?", lambda m: f"sles-ltss:{m[1]}"),
    (r"SUSE:Linux Enterprise Server (?:LTSS [\w ]+ )?(\d+) SP(\d+)(?:-LTSS)?", lambda m: f"sles-ltss:{m[1]}.{m[2]}"),
    (r"SUSE:Linux Enterprise Micro (\d+\.\d+)", lambda m: f"sle-micro:{m[1]}"),
    (r"SUSE:Linux Micro (\d+\.\d+)", lambda m: f"sl-micro:{m[1]}"),
    (r"Azure Linux:2(?:\.0)?", lambda m: "mariner:2.0"),
    (r"Azure Linux:(\d+)(?:\.0)?", lambda m: f"azurelinux:{m[1]}.0"),
    (r"Photon OS:(\d+\.\d+)", lambda m: f"photon:{m[1]}"),
    (r"openEuler:(\d+\.\d+(?:-[\w-]+)?)", lambda m: f"openeuler:{m[1].lower()}"),
    (r"Mageia:(\d+)", lambda m: f"mageia:{m[1]}"),
    (r"(Wolfi|Chainguard|MinimOS|Echo)(?::.*)?", lambda m: m[1].lower()),
    (r"([^:]+):https?://.*", lambda m: m[1]),  # a registry: its packages have names of their own
)  # fmt: skip
_RELEASES = tuple((re.compile(pattern), name) for pattern, name in _PATTERNS)
_ECOSYSTEMS = {
    "ubuntu": "Ubuntu", "ubuntu-pro": "Ubuntu", "almalinux": "AlmaLinux", "rocky": "Rocky Linux", "rhel": "Red Hat",
    "opensuse-leap": "openSUSE", "opensuse-tumbleweed": "openSUSE", "sles": "SUSE",
    "sles-ltss": "SUSE", "sle-micro": "SUSE", "sl-micro": "SUSE",
    "azurelinux": "Azure Linux", "mariner": "Azure Linux", "photon": "Photon OS", "openeuler": "openEuler", "mageia": "Mageia",
    "wolfi": "Wolfi", "chainguard": "Chainguard", "minimos": "MinimOS", "echo": "Echo", "alpaquita": "Alpaquita",
    "bellsoft-hardened-containers": "BellSoft Hardened Containers", "root": "Root",
}  # fmt: skip
