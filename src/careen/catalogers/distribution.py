"""Which distribution and release a root file system is.

Shape: ``os-release`` has ``KEY=value`` lines with shell quoting; older releases have one sentence in a file of their
own ("CentOS release 6.10 (Final)"), Debian its version alone. ``os-release`` counts first, a release file fills in what
it leaves out.
Raises: ValueError where the file names no distribution.
Source: freedesktop.org os-release(5); Linux Standard Base lsb_release; the release files of Red Hat and its relatives.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from careen.model.delta import Fact
from careen.model.package import Distribution, Evidence
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAME = "distribution"
# In order of trust: what a file above says, one below does not change.
PATHS = (
    "etc/os-release", "usr/lib/os-release", "etc/alpine-release", "etc/debian_version", "etc/lsb-release",
    "etc/almalinux-release", "etc/rocky-release", "etc/oracle-release", "etc/fedora-release", "etc/centos-release",
    "etc/redhat-release", "etc/system-release", "etc/SuSE-release", "etc/photon-release", "etc/arch-release",
)  # fmt: skip
_SENTENCE = re.compile(
    r"(AlmaLinux|Rocky Linux|Oracle Linux|Fedora|CentOS Stream|CentOS|Red Hat Enterprise Linux|Amazon Linux AMI|Amazon Linux"
    r"|Scientific Linux|openSUSE|SUSE Linux Enterprise Server|VMware Photon)([^\d\n]{0,60}(\d[\d.]{0,20}))?"
)
_IDS = {
    "AlmaLinux": "almalinux", "Rocky Linux": "rocky", "Oracle Linux": "ol", "Fedora": "fedora", "CentOS Stream": "centos",
    "CentOS": "centos", "Red Hat Enterprise Linux": "rhel", "Amazon Linux AMI": "amzn", "Amazon Linux": "amzn",
    "Scientific Linux": "scientific", "openSUSE": "opensuse", "SUSE Linux Enterprise Server": "sles", "VMware Photon": "photon",
}  # fmt: skip
_DEBIAN = {
    "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13",
    "forky": "14", "duke": "15",
}  # fmt: skip


def read(file: File) -> Iterator[Distribution]:
    text = file.data.decode(errors="replace")
    name = file.path.rpartition("/")[2]
    if name == "os-release":
        yield _os_release(_assignments(text))
    elif name == "lsb-release":
        values = _assignments(text)
        if values.get("DISTRIB_ID"):
            yield Distribution(
                values["DISTRIB_ID"].lower(), values.get("DISTRIB_RELEASE", ""), values.get("DISTRIB_CODENAME", "")
            )
    elif name == "alpine-release":
        yield Distribution("alpine", text.strip()[:64], id_like=())
    elif name == "debian_version":
        yield _debian(text.strip()[:64])
    elif name == "arch-release":
        yield Distribution("arch", "")
    else:
        found = _SENTENCE.search(text[:4096])
        if not found:
            raise ValueError("it names no distribution that we know")
        yield Distribution(_IDS[found[1]], (found[3] or "").rstrip("."), pretty_name=text.partition("\n")[0].strip()[:200])


def distributions(facts: Iterable[Fact]) -> dict[str, Distribution]:
    """By root folder ("" or "opt/rootfs"): the distribution there, from its most trusted file, gaps filled by the rest."""
    by_root: dict[str, dict[int, Fact]] = {}
    for fact in facts:
        for rank, path in enumerate(PATHS):
            if fact.path == path or fact.path.endswith("/" + path):
                by_root.setdefault(fact.path[: -len(path)].rstrip("/"), {})[rank] = fact
    return {root: _merged([found[rank] for rank in sorted(found)]) for root, found in sorted(by_root.items())}


def _merged(facts: list[Fact]) -> Distribution:
    chosen: Distribution = facts[0].value
    for fact in facts[1:]:
        other: Distribution = fact.value
        if not chosen.version and other.version and _same(chosen, other):
            chosen = replace(chosen, version=other.version)
        if not chosen.codename and other.codename and _same(chosen, other):
            chosen = replace(chosen, codename=other.codename)
    if chosen.id == "debian" and not chosen.version and chosen.codename:
        chosen = replace(chosen, version=_DEBIAN.get(chosen.codename, ""))
    return replace(chosen, evidence=Evidence(facts[0].path, facts[0].layer))


def _same(chosen: Distribution, other: Distribution) -> bool:
    return chosen.id == other.id


def _os_release(values: Mapping[str, str]) -> Distribution:
    identity = values.get("ID", "").lower()
    if not identity:
        raise ValueError("it has no ID")
    codename = values.get("VERSION_CODENAME", "")
    if not codename and (found := re.search(r"\(([A-Za-z]{3,30})\)", values.get("VERSION", ""))):
        codename = found[1].lower()
    return Distribution(
        identity,
        values.get("VERSION_ID", ""),
        codename,
        tuple(values.get("ID_LIKE", "").lower().split()),
        values.get("PRETTY_NAME", "")[:200],
    )


def _debian(text: str) -> Distribution:
    if not text:
        raise ValueError("it is empty")
    if text[0].isdigit():
        major = text.partition(".")[0]
        return Distribution("debian", text, next((name for name, number in _DEBIAN.items() if number == major), ""))
    return Distribution("debian", "", text.partition("/")[0].lower())  # "trixie/sid" before a release


def _assignments(text: str) -> dict[str, str]:
    values = {}
    for line in text[:65536].splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and key.replace("_", "").isalnum() and not key.startswith("#"):
            values[key] = _unquoted(value.strip())[:1000]
    return values


def _unquoted(value: str) -> str:
    """Shell quoting as os-release(5) allows it: one quoted word, backslash before ``"$\\`` and the back quote."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        quote, value = value[0], value[1:-1]
        if quote == "'":
            return value
    return re.sub(r'\\(["$\\`])', r"\1", value)


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(paths=PATHS, amount="head"), read),),
    fact=Distribution,
    join=lambda facts: iter(()),
    limits="It finds no packages: it says which distribution the package databases beside it belong to.",
)
