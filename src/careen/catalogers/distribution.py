"""Which distribution and release a root file system is.

Shape: ``os-release`` has ``KEY=value`` lines with shell quoting; older releases have one sentence in a file of their
own ("CentOS release 6.10 (Final)"), Debian only its version, SUSE a line ``PATCHLEVEL`` below the sentence.
``os-release`` takes precedence, a release file fills its gaps. ``status.json`` of Ubuntu's subscription client
states whether paid support is enabled. If all repositories of Alpine's package manager are ``edge``, that is the
codename, whichever release the image started from.
Raises: ValueError if the file names no distribution.
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
    """The files that state a distribution, in order of trust: a later file does not change what an earlier one
    states.

    Derivatives keep files of their parents, so files that one distribution has come before those that many have.
    """
    files = [distro.files for distro in profiles().values()]
    versions = [distro.version for distro in files]
    named = [path for distro in files for path in (*distro.release, distro.mark)]
    shared = ("etc/centos-release", "etc/redhat-release", "etc/system-release")
    paid = [distro.paid for distro in files]
    paths = ("etc/os-release", "usr/lib/os-release", "etc/lsb-release", *versions, *named, *shared, *paid, *_supplements())
    return tuple(dict.fromkeys(filter(None, paths)))


def _supplements() -> tuple[str, ...]:
    """The paths of lists of repositories, which add to a distribution, but do not establish one."""
    return tuple(distro.files.repositories for distro in profiles().values() if distro.files.repositories)


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
    elif distro := _by_file("repositories").get(name):
        if _branches(content) == {distro.images.rolling_tag}:
            yield Distribution(distro.id, "", distro.images.rolling_tag)
    elif distro := _by_file("version").get(name):
        yield _version(distro, content.strip()[:64])
    elif distro := _by_file("mark").get(name):
        yield Distribution(distro.id, "")
    elif distro := _by_file("paid").get(name):
        services = json_object(file.data).get("services")
        found = [mapping(service) for service in services] if isinstance(services, list) else []
        if any(text(service.get("name")) in _PAID and service.get("status") == "enabled" for service in found):
            yield Distribution(distro.id, "", extended=True)
    else:
        yield _sentence(content[:4096])


def join(facts: Iterable[Fact]) -> Iterator[tuple[str, Distribution]]:
    """Yields the folder ("" or "opt/rootfs") and the distribution of each root file system. The most trusted file
    states the distribution, the others fill its gaps."""
    by_root: dict[str, dict[int, Fact]] = {}
    for fact in facts:
        path = fact.path.removeprefix(f"{fact.root}/") if fact.root else fact.path
        by_root.setdefault(fact.root, {})[PATHS.index(path)] = fact
    for root, found in sorted(by_root.items()):
        if any(PATHS[rank] not in _supplements() for rank in found):
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
    distro = profile(chosen.id)
    if distro and not chosen.version and chosen.codename and not chosen.pretty_name.endswith(f"/{distro.releases.rolling}"):
        chosen = replace(chosen, version=distro.release_of(chosen.codename))
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
    """The distribution according to a file ``lsb-release``, whose ID is a display name: "Ubuntu", "VMware Photon OS"."""
    name = values["DISTRIB_ID"]
    id = next((id for known, id in _names().items() if name.startswith(known)), "-".join(name.lower().split()))
    return Distribution(id, values.get("DISTRIB_RELEASE", ""), values.get("DISTRIB_CODENAME", ""))


def _sentence(content: str) -> Distribution:
    found = _in_sentence().search(content)
    if not found:
        raise ValueError("it names no known distribution")
    version = (found[3] or "").rstrip(".")
    patch = _PATCH_LEVEL.search(content)
    if patch and "." not in version:
        version = f"{version}.{patch[1]}"
    return Distribution(_names()[found[1]], version, pretty_name=content.partition("\n")[0].strip()[:200])


def _branches(repositories: str) -> set[str]:
    """The Alpine branches that packages come from. A tagged one (``@edge URL``) serves only packages that name its tag."""
    lines = (line.strip() for line in repositories[:65536].splitlines())
    return {found[1].lower() for line in lines if (found := _REPOSITORY.fullmatch(line))}


def _version(distro: Profile, version: str) -> Distribution:
    if not version:
        raise ValueError("it is empty")
    if version[0].isdigit() or not distro.releases.codenames:
        return Distribution(distro.id, version, distro.codename_of(version.partition(".")[0]))
    # "trixie/sid" before a release, with the same words as in os-release
    return Distribution(
        distro.id, "", version.partition("/")[0].lower(), pretty_name=f"{next(iter(distro.names), distro.title)} {version}"
    )


@cache
def _by_file(kind: Literal["repositories", "version", "mark", "paid"]) -> Mapping[str, Profile]:
    """Profiles by the name of their file of this kind."""
    found = ((getattr(distro.files, kind), distro) for distro in profiles().values())
    return {path.rpartition("/")[2]: distro for path, distro in found if path}


@cache
def _names() -> Mapping[str, str]:
    """IDs by the distribution's name in release files; longer names first, as one may be the start of another."""
    names = {name: distro.id for distro in profiles().values() for name in distro.names}
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
    r"""A value without its shell quotes, as os-release(5) allows them: one quoted word, with a backslash before
    ``"$\`` and the back quote."""
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
    limits="It finds no packages, but the distribution that the package databases beside it belong to.",
)
