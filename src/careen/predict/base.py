"""The distribution of a base image, by the rules that its publishers name their tags by.

Official images of a distribution carry its release as tag; images of a language end in the codename or release that they
are built on (``python:3.13-slim-bookworm``, ``node:22-alpine3.20``). Where the name does not say, the answer is None.
**Source:** Docker official images and their tags; Red Hat UBI; Google distroless.
"""

import re

from careen.formats.imagename import parse
from careen.model.package import Distribution

CODENAMES = {
    "stretch": ("debian", "9"),
    "buster": ("debian", "10"),
    "bullseye": ("debian", "11"),
    "bookworm": ("debian", "12"),
    "trixie": ("debian", "13"),
    "forky": ("debian", "14"),
    "xenial": ("ubuntu", "16.04"),
    "bionic": ("ubuntu", "18.04"),
    "focal": ("ubuntu", "20.04"),
    "jammy": ("ubuntu", "22.04"),
    "noble": ("ubuntu", "24.04"),
    "oracular": ("ubuntu", "24.10"),
    "plucky": ("ubuntu", "25.04"),
    "questing": ("ubuntu", "25.10"),
    "resolute": ("ubuntu", "26.04"),
}
# Last part of the repository -> os-release ID, where the tag is the release.
RELEASED = {
    "debian": "debian",
    "ubuntu": "ubuntu",
    "alpine": "alpine",
    "fedora": "fedora",
    "centos": "centos",
    "rockylinux": "rocky",
    "almalinux": "almalinux",
    "amazonlinux": "amzn",
    "oraclelinux": "ol",
    "leap": "opensuse-leap",
    "photon": "photon",
    "bci-base": "sles",
}
ROLLING = {"archlinux": "arch", "tumbleweed": "opensuse-tumbleweed", "wolfi-base": "wolfi"}
_SUFFIXES = (
    (re.compile(r"alpine(\d+\.\d+)"), "alpine"),
    (re.compile(r"(?:oraclelinux|ol)(\d+)"), "ol"),
    (re.compile(r"(?:ubi|rhel|el)(\d+)(?:-minimal)?"), "rhel"),
    (re.compile(r"debian-?(\d+)"), "debian"),
    (re.compile(r"ubuntu-?(\d\d\.\d\d)"), "ubuntu"),
    (re.compile(r"fedora-?(\d+)"), "fedora"),
    (re.compile(r"(?:al|amazonlinux)(2023|2)"), "amzn"),
    (re.compile(r"centos(\d+)"), "centos"),
    (re.compile(r"rockylinux(\d+)"), "rocky"),
)


def distribution_of(image: str) -> Distribution | None:
    if "$" in image:
        return None
    name = parse(image)
    last, tag = name.last.lower(), name.tag.lower()
    if last in ROLLING:
        return Distribution(ROLLING[last], "")
    ubi = re.match(r"ubi(\d+)", last) or re.match(r"ubi(\d+)$", name.repository.partition("/")[0])
    if ubi:
        return Distribution("rhel", ubi[1])
    if last in ("core", "distroless") and (azure := re.search(r"(azurelinux|mariner)", name.repository)):
        return _released(azure[1], tag)
    if last in RELEASED:
        return _released(RELEASED[last], tag)
    distroless = re.search(r"-debian(\d+)$", last)
    if distroless:
        return Distribution("debian", distroless[1])
    return _by_suffix(f"{tag}-{last}" if tag else last)


def _released(id: str, tag: str) -> Distribution | None:
    for part in re.split(r"[-_]", tag):
        if part in CODENAMES and CODENAMES[part][0] == id:
            return Distribution(id, CODENAMES[part][1], part)
    version = re.match(r"(?:v|ubi)?(\d+(?:\.\d+)*)", tag)
    if id == "alpine" and tag == "edge":
        return Distribution(id, "edge")
    return Distribution(id, version[1]) if version else None


def _by_suffix(text: str) -> Distribution | None:
    for part in reversed(text.split("-")):
        if part in CODENAMES:
            return Distribution(*CODENAMES[part], part)
    for expression, id in _SUFFIXES:
        for part in re.findall(rf"(?:^|-)({expression.pattern})(?=-|$)", text):
            return Distribution(id, part[1])
    return None
