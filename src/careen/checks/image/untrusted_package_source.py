"""Untrusted package source."""

import re
from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for path, number, line in document.lines("etc/apt/sources.list", "etc/apt/sources.list.d/"):
        if re.match(
            r"(?i)\s*(?:deb\S*\s+\[[^\]]*\b(?:trusted|allow-insecure)=yes\b|(?:trusted|allow-insecure):\s*yes\b)", line
        ):
            yield Place("apt asks for no signature", path=path, line=number)
    for path, number, line in document.lines("etc/apt/apt.conf", "etc/apt/apt.conf.d/"):
        if (
            re.match(
                r'(?i)[^#/]*(?:allowunauthenticated|allowinsecurerepositories|verify-peer|verify-host)[\s"]+"?(?:true|1|yes)\b',
                line,
            )
            and "verify" not in line.lower()
        ):
            yield Place("apt asks for no signature", path=path, line=number)
        elif re.match(r'(?i)[^#/]*verify-(?:peer|host)[\s"]+"?(?:false|0|no)\b', line):
            yield Place("apt checks no certificate", path=path, line=number)
    for path, number, line in _enabled(document):
        if re.match(r"(?i)\s*gpgcheck\s*=\s*(?:0|no|false)\b", line):
            yield Place("rpm packages need no signature", path=path, line=number)
        elif re.match(r"(?i)\s*sslverify\s*=\s*(?:0|no|false)\b", line):
            yield Place("no certificate is checked", path=path, line=number)
    for path, number, line in document.lines("etc/pip.conf", "root/.pip/pip.conf", "root/.config/pip/pip.conf"):
        if re.match(r"\s*trusted-host\s*=\s*\S|\s*(?:extra-)?index-url\s*=\s*http://", line):
            yield Place("pip checks no certificate", path=path, line=number)
    for path, number, line in document.lines("root/.npmrc", "etc/npmrc", "usr/local/etc/npmrc"):
        if re.match(r"\s*strict-ssl\s*=\s*false\b|\s*(?:@\S+:)?registry\s*=\s*http://", line):
            yield Place("npm checks no certificate", path=path, line=number)


def _enabled(document: ImageDocument) -> Iterator[tuple[str, int, str]]:
    """The lines of enabled yum, dnf and zypp repositories, and of global settings."""
    section: list[tuple[str, int, str]] = []
    off = False
    for path, number, line in document.lines("etc/yum.repos.d/", "etc/zypp/repos.d/", "etc/yum.conf", "etc/dnf/dnf.conf"):
        if line.startswith("[") or (section and section[-1][0] != path):
            yield from () if off else section
            section, off = [], False
        off = off or re.match(r"\s*enabled\s*=\s*(?:0|no|false)\b", line, re.IGNORECASE) is not None
        section.append((path, number, line))
    yield from () if off else section


CHECK = Check(
    id="IMG-023",
    title="Untrusted package source",
    severity="high",
    why=(
        "Packages are installed without a valid signature or from an unverified host: an attacker on the network can "
        "replace them."
    ),
    fix="Sign the repository and set its key (signed-by=, gpgcheck=1); use https with a valid certificate.",
    references=("CWE-494", "CWE-295"),
    inspect=inspect,
)
