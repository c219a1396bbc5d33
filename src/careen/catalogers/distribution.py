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
from functools import cache
from typing import Literal

from msgspec.structs import replace

from careen.distributions.profile import Profile
from careen.distributions.registry import profile, profiles
from careen.formats.data.plain import json_object, mapping, text
from careen.model.delta import Fact
from careen.model.package import Distribution, Evidence
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

NAME = "distribution"


def _paths() -> tuple[str, ...]:
    """In order of trust: what a file above says, one below does not change. Derivatives keep files of their parents: those that
    have a name come before those that many have."""
    files = [one.files for one in profiles().values()]
    versions = [one.version for one in files]
    named = [path for one in files for path in (*one.release, one.mark)]
    many = ("etc/centos-release", "etc/redhat-release", "etc/system-release")
    paid = [one.paid for one in files]
    paths = ("etc/os-release", "usr/lib/os-release", "etc/lsb-release", *versions, *named, *many, *paid, *_only_more())
    return tuple(dict.fromkeys(filter(None, paths)))


def _only_more() -> tuple[str, ...]:
    """Lists of repositories: they say more of a distribution, and do not make one."""
    return tuple(one.files.repositories for one in profiles().values() if one.files.repositories)


PATHS = _paths()
_PATCH_LEVEL = pattern(r"^PATCHLEVEL\s{0,9}=\s{0,9}([1-9]\d{0,2})\s*$", re.MULTILINE)
_REPOSITORY = pattern(r"[^@\s]\S*/(edge|v\d{1,3}\.\d{1,3}|latest-stable)/+(?:main|community|testing)/*", re.IGNORECASE)
_PAID = ("esm-infra", "esm-apps")


def read(file: File) -> Iterator[Distribution]:
    content = file.data.decode(errors="replace")
    name = file.path.rpartition("/")[2]
    if name == "os-release":
        yield _os_release(_assignments(content))
    elif name == "lsb-release":
        values = _assignments(content)
        if values.get("DISTRIB_ID"):
            yield _lsb_release(values)
    elif one := _by_file("repositories").get(name):
        if _branches(content) == {one.images.rolling_tag}:
            yield Distribution(one.id, "", one.images.rolling_tag)
    elif one := _by_file("version").get(name):
        yield _version(one, content.strip()[:64])
    elif one := _by_file("mark").get(name):
        yield Distribution(one.id, "")
    elif one := _by_file("paid").get(name):
        services = json_object(file.data).get("services")
        found = [mapping(service) for service in services] if isinstance(services, list) else []
        if any(text(service.get("name")) in _PAID and service.get("status") == "enabled" for service in found):
            yield Distribution(one.id, "", extended=True)
    else:
        yield _sentence(content[:4096])


def join(facts: Iterable[Fact]) -> Iterator[tuple[str, Distribution]]:
    """For each root file system its folder ("" or "opt/rootfs") and its distribution: from the most trusted file, gaps filled
    by the rest."""
    by_root: dict[str, dict[int, Fact]] = {}
    for fact in facts:
        path = fact.path.removeprefix(f"{fact.root}/") if fact.root else fact.path
        by_root.setdefault(fact.root, {})[PATHS.index(path)] = fact
    for root, found in sorted(by_root.items()):
        if any(PATHS[rank] not in _only_more() for rank in found):
            yield root, _merged([found[rank] for rank in sorted(found)])


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
    one = profile(chosen.id)
    if one and not chosen.version and chosen.codename and not chosen.pretty_name.endswith(f"/{one.releases.rolling}"):
        chosen = replace(chosen, version=one.release_of(chosen.codename))
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
    id = next((id for known, id in _names().items() if name.startswith(known)), "-".join(name.lower().split()))
    return Distribution(id, values.get("DISTRIB_RELEASE", ""), values.get("DISTRIB_CODENAME", ""))


def _sentence(content: str) -> Distribution:
    found = _in_sentence().search(content)
    if not found:
        raise ValueError("it names no distribution that we know")
    version = (found[3] or "").rstrip(".")
    patch = _PATCH_LEVEL.search(content)
    if patch and "." not in version:
        version = f"{version}.{patch[1]}"
    return Distribution(_names()[found[1]], version, pretty_name=content.partition("\n")[0].strip()[:200])


def _branches(repositories: str) -> set[str]:
    """The branches of Alpine that packages are taken from; those behind a tag (``@edge URL``) are for what names it."""
    lines = (line.strip() for line in repositories[:65536].splitlines())
    return {found[1].lower() for line in lines if (found := _REPOSITORY.fullmatch(line))}


def _version(one: Profile, version: str) -> Distribution:
    if not version:
        raise ValueError("it is empty")
    if version[0].isdigit() or not one.releases.codenames:
        return Distribution(one.id, version, one.codename_of(version.partition(".")[0]))
    # "trixie/sid" before a release: os-release then says it in the same words
    return Distribution(
        one.id, "", version.partition("/")[0].lower(), pretty_name=f"{next(iter(one.names), one.title)} {version}"
    )


@cache
def _by_file(kind: Literal["repositories", "version", "mark", "paid"]) -> Mapping[str, Profile]:
    """By the name of such a file."""
    found = ((getattr(one.files, kind), one) for one in profiles().values())
    return {path.rpartition("/")[2]: one for path, one in found if path}


@cache
def _names() -> Mapping[str, str]:
    """IDs by what release files call a distribution, longer names first, where one begins another."""
    names = {name: one.id for one in profiles().values() for name in one.names}
    return {name: names[name] for name in sorted(names, key=len, reverse=True)}


@cache
def _in_sentence() -> re.Pattern[str]:
    return re.compile(rf"({'|'.join(map(re.escape, _names()))})([^\d\n]{{0,60}}(\d[\d.]{{0,20}}))?")


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
    role="distribution",
    join=join,
    limits="It finds no packages: it says which distribution the package databases beside it belong to.",
)
