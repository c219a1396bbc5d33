"""Which distribution and release a root file system is.

Shape: ``os-release`` has ``KEY=value`` lines with shell quoting; older releases have one sentence in a file of their
own ("CentOS release 6.10 (Final)"), Debian its version alone, SUSE a line ``PATCHLEVEL`` below the sentence.
``os-release`` counts first, a release file fills in what it leaves out. ``status.json`` of Ubuntu's subscription client
says whether paid support is switched on. Where Alpine's package manager takes packages of ``edge`` alone, its codename is
that, whatever release the image began as.
Raises: ValueError where the file names no distribution.
Source: freedesktop.org os-release(5); Linux Standard Base lsb_release; the release files of Red Hat and its relatives;
Ubuntu Pro client, ``pro status --format json``; apk-repositories(5).
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from careen.formats.pattern import pattern
from careen.formats.plaindata import json_object, mapping, text
from careen.model.delta import Fact
from careen.model.package import Distribution, Evidence
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAME = "distribution"
# In order of trust: what a file above says, one below does not change. Derivatives of Debian keep its debian_version.
PATHS = (
    "etc/os-release", "usr/lib/os-release", "etc/alpine-release", "etc/lsb-release", "etc/debian_version",
    "etc/almalinux-release", "etc/rocky-release", "etc/oracle-release", "etc/enterprise-release", "etc/fedora-release",
    "etc/anolis-release", "etc/openEuler-release", "etc/mageia-release", "etc/centos-release", "etc/redhat-release",
    "etc/system-release", "etc/SuSE-release", "etc/photon-release", "etc/mariner-release", "etc/azurelinux-release",
    "etc/gentoo-release", "etc/arch-release", "etc/slackware-version", "var/lib/ubuntu-advantage/status.json",
    "etc/apk/repositories",
)  # fmt: skip
_ONLY_MORE = PATHS.index("etc/apk/repositories")
_IDS = {  # longer names first, where one begins another
    "AlmaLinux": "almalinux", "Rocky Linux": "rocky", "Oracle Linux": "ol", "Enterprise Linux Enterprise Linux": "ol",
    "Fedora": "fedora", "CentOS": "centos", "Red Hat Enterprise Linux": "rhel", "Amazon Linux": "amzn",
    "Scientific Linux": "scientific", "openSUSE Leap": "opensuse-leap", "openSUSE Tumbleweed": "opensuse-tumbleweed",
    "openSUSE": "opensuse", "SUSE Linux Enterprise Desktop": "sled", "SUSE Linux Enterprise": "sles", "SLES": "sles",
    "VMware Photon": "photon", "Photon": "photon", "CBL-Mariner": "mariner", "Microsoft Azure Linux": "azurelinux",
    "Azure Linux": "azurelinux", "Anolis OS": "anolis", "openEuler": "openeuler", "Mageia": "mageia", "Gentoo": "gentoo",
    "Slackware": "slackware", "CloudLinux": "cloudlinux", "Virtuozzo": "virtuozzo", "EuroLinux": "eurolinux",
    "MIRACLE LINUX": "miraclelinux", "Alibaba Cloud Linux": "alinux", "TencentOS": "tencentos", "Kylin": "kylin",
}  # fmt: skip
_NAMES = "|".join(map(re.escape, _IDS))
_SENTENCE = pattern(rf"({_NAMES})([^\d\n]{{0,60}}(\d[\d.]{{0,20}}))?")
_NAME = pattern(rf"({_NAMES})")
_PATCH_LEVEL = pattern(r"^PATCHLEVEL\s{0,9}=\s{0,9}([1-9]\d{0,2})\s*$", re.MULTILINE)
_REPOSITORY = pattern(r"[^@\s]\S*/(edge|v\d{1,3}\.\d{1,3}|latest-stable)/+(?:main|community|testing)/*", re.IGNORECASE)
_PAID = ("esm-infra", "esm-apps")
_DEBIAN = {
    "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13",
    "forky": "14", "duke": "15",
}  # fmt: skip


def read(file: File) -> Iterator[Distribution]:
    content = file.data.decode(errors="replace")
    name = file.path.rpartition("/")[2]
    if name == "os-release":
        yield _os_release(_assignments(content))
    elif name == "lsb-release":
        values = _assignments(content)
        if values.get("DISTRIB_ID"):
            yield _lsb_release(values)
    elif name == "alpine-release":
        yield Distribution("alpine", content.strip()[:64], id_like=())
    elif name == "repositories":
        if _branches(content) == {"edge"}:
            yield Distribution("alpine", "", "edge")
    elif name == "debian_version":
        yield _debian(content.strip()[:64])
    elif name == "arch-release":
        yield Distribution("arch", "")
    elif name == "status.json":
        services = json_object(file.data).get("services")
        found = [mapping(one) for one in services] if isinstance(services, list) else []
        if any(text(one.get("name")) in _PAID and one.get("status") == "enabled" for one in found):
            yield Distribution("ubuntu", "", extended=True)
    else:
        yield _sentence(content[:4096])


def distributions(facts: Iterable[Fact]) -> dict[str, Distribution]:
    """By root folder ("" or "opt/rootfs"): the distribution there, from its most trusted file, gaps filled by the rest."""
    by_root: dict[str, dict[int, Fact]] = {}
    for fact in facts:
        for rank, path in enumerate(PATHS):
            if fact.path == path or fact.path.endswith("/" + path):
                by_root.setdefault(fact.path[: -len(path)].rstrip("/"), {})[rank] = fact
    return {
        root: _merged([found[rank] for rank in sorted(found)])
        for root, found in sorted(by_root.items())
        if min(found) < _ONLY_MORE  # a list of repositories makes no distribution
    }


def _merged(facts: list[Fact]) -> Distribution:
    chosen: Distribution = facts[0].value
    for fact in facts[1:]:
        other: Distribution = fact.value
        if other.extended and _same(chosen, other):
            chosen = replace(chosen, extended=True)
        if not chosen.version and other.version and _same(chosen, other):
            chosen = replace(chosen, version=other.version)
        if not chosen.codename and other.codename and _same(chosen, other):
            chosen = replace(chosen, codename=other.codename)
    if chosen.id == "debian" and not chosen.version and chosen.codename and not chosen.pretty_name.endswith("/sid"):
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


def _lsb_release(values: Mapping[str, str]) -> Distribution:
    """Its ID is a name for people: "Ubuntu", "VMware Photon OS"."""
    name = values["DISTRIB_ID"]
    known = _NAME.match(name)
    id = _IDS[known[1]] if known else "-".join(name.lower().split())
    return Distribution(id, values.get("DISTRIB_RELEASE", ""), values.get("DISTRIB_CODENAME", ""))


def _sentence(content: str) -> Distribution:
    found = _SENTENCE.search(content)
    if not found:
        raise ValueError("it names no distribution that we know")
    version = (found[3] or "").rstrip(".")
    patch = _PATCH_LEVEL.search(content)
    if patch and "." not in version:
        version = f"{version}.{patch[1]}"
    return Distribution(_IDS[found[1]], version, pretty_name=content.partition("\n")[0].strip()[:200])


def _branches(repositories: str) -> set[str]:
    """The branches of Alpine that packages are taken from; those behind a tag (``@edge URL``) are for what names it."""
    lines = (line.strip() for line in repositories[:65536].splitlines())
    return {found[1].lower() for line in lines if (found := _REPOSITORY.fullmatch(line))}


def _debian(version: str) -> Distribution:
    if not version:
        raise ValueError("it is empty")
    if version[0].isdigit():
        major = version.partition(".")[0]
        return Distribution("debian", version, next((name for name, number in _DEBIAN.items() if number == major), ""))
    # "trixie/sid" before a release: os-release then says it in the same words
    return Distribution("debian", "", version.partition("/")[0].lower(), pretty_name=f"Debian GNU/Linux {version}")


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
