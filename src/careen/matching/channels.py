"""Which of Red Hat's statements judge an rpm: those of its release, of its source package, and of the channels it came from.

An image of Red Hat lists the repositories (content sets) that each of its layers was built with; a package is judged by
those of the layer that brought it, or of the nearest one below. A repository of extended support (EUS, AUS, TUS, E4S, ELS)
has fixes with versions of their own: of a flaw that the channel names its word counts, and the release's says the rest.
A minor release behind the package's own cannot have built it and says nothing. Where no repository is named a package
is its release's. Products on top (``openshift:4.14:el9``) are asked for packages that the release does not know.

What is not mended is published for source packages (``arch`` "src") and holds for every package that was built from one.
**Source:** Red Hat, "Red Hat Enterprise Linux Life Cycle" (EUS, AUS, TUS, E4S, ELS); content manifests of Red Hat's images.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec.structs import replace

from careen.database.knowledge import Knowledge
from careen.distributions.registry import profile_of
from careen.model.advisory import Advisory
from careen.model.inventory import ContentSets
from careen.model.package import Package

from .rpm import FROM_SOURCE, speaks_of

Said = Mapping[tuple[str, str], tuple[Advisory, ...]]

_EXTENDED = {
    "rhel_eus": "EUS",
    "rhel_eus_long_life": "EUS long-life",
    "rhel_aus": "AUS",
    "rhel_tus": "TUS",
    "rhel_e4s": "E4S",
    "rhel_els": "ELS",
}
KERNEL_HEADERS = "kernel-headers"
_MINOR = re.compile(r"\.el\d+_(\d+)")


def channels_of(content_sets: Sequence[ContentSets], knowledge: Knowledge) -> Callable[[Package], tuple[str, ...]]:
    """By package: the namespaces beside its release's."""
    names = {name for one in content_sets for name in one.names}
    known = knowledge.repositories(names | {_plain(name) for name in names}) if names else {}
    by_layer: dict[int, set[str]] = {}
    for one in content_sets:
        served = {namespace for name in one.names for namespace in known.get(name, known.get(_plain(name), ()))}
        by_layer.setdefault(one.layer, set()).update(served)

    def channels(package: Package) -> tuple[str, ...]:
        if not by_layer or not package.evidence:
            return ()
        layer = package.evidence[0].layer
        nearest = max((one for one in by_layer if one <= layer), default=min(by_layer))
        return tuple(sorted(one for one in by_layer[nearest] if not has_channels(one)))

    return channels


def has_channels(namespace: str) -> bool:
    """Is it of releases whose images say from which repositories they were built?"""
    one = profile_of(namespace)
    return one is not None and one.advisories.channels


def unmapped(content_sets: Sequence[ContentSets], knowledge: Knowledge) -> tuple[str, ...]:
    """Repositories of which nobody says what they serve."""
    names = {name for one in content_sets for name in one.names}
    known = knowledge.repositories(names | {_plain(name) for name in names}) if names else {}
    return tuple(sorted(name for name in names if name not in known and _plain(name) not in known))


def heard(
    package: Package, namespace: str, name: str, source: str, channels: Sequence[str], said: Said
) -> tuple[Advisory, ...]:
    """``source``: the name of its source package, "" where the namespace names none."""
    own = _statements(package, namespace, name, source, said)
    if not channels:
        return own
    beside: list[Advisory] = []
    spoken: set[str] = set()
    for channel in channels:
        if _release(channel) not in ("", namespace.partition(":")[2]):
            continue
        if _is_extended(channel) and not _is_before(channel, package):
            for one in _statements(package, channel, name, source, said):
                if speaks_of(one, package):
                    beside.append(one)
                    spoken.update(flaws_of(one) if one.status != "undetermined" else ())
        elif not _is_extended(channel) and not own:
            beside += _statements(package, channel, name, source, said)
    return (*beside, *(left for one in own if (left := without(one, spoken))))


def is_about(advisory: Advisory, place: str, name: str, source: str) -> bool:
    """Does a statement that is kept under ``place`` speak of the package, or of its source package?"""
    return not source or place == (source if advisory.arch == FROM_SOURCE else name)


def title(channel: str) -> str:
    product, _, version = channel.partition(":")
    if product in _EXTENDED:
        return f"Red Hat Enterprise Linux {version} {_EXTENDED[product]}"
    return f"{product.replace('_', ' ')} {version.partition(':')[0]}"


def _statements(package: Package, namespace: str, name: str, source: str, said: Said) -> tuple[Advisory, ...]:
    own = said.get((namespace, name), ())
    if not source:
        return own
    own = tuple(one for one in own if one.arch != FROM_SOURCE)
    if name == KERNEL_HEADERS:
        return own  # no code of the kernel is in them, and what is said of its source package is about that
    same = package.source is None or package.source.version == package.version
    built = said.get((namespace, source), ())
    # A build is told by the version of the source package, which a package of another version cannot be compared with.
    return (*own, *(one for one in built if one.arch == FROM_SOURCE and (same or not one.ranges)))


def without(advisory: Advisory, spoken: Collection[str]) -> Advisory | None:
    """What an advisory says of other flaws than these."""
    names = flaws_of(advisory)
    left = [name for name in names if name not in spoken]
    if len(left) == len(names):
        return advisory
    if not left or (advisory.id in names and advisory.id not in left):
        return None
    return replace(advisory, aliases=tuple(name for name in advisory.aliases if name not in spoken))


def flaws_of(advisory: Advisory) -> tuple[str, ...]:
    cves = tuple(name for name in (advisory.id, *advisory.aliases) if name.startswith("CVE-"))
    return cves or (advisory.id,)


def _is_extended(channel: str) -> bool:
    return channel.partition(":")[0] in _EXTENDED


def _release(channel: str) -> str:
    """The major release that a channel is for, where it says: 9 of ``rhel_eus:9.2`` and ``openshift:4.14:el9``."""
    _, _, version = channel.partition(":")
    return version.partition(".")[0] if _is_extended(channel) else version.partition(":el")[2]


def _is_before(channel: str, package: Package) -> bool:
    """Is the channel's minor release older than the one that the package was built for?"""
    built = _MINOR.search(package.version)
    minor = channel.partition(":")[2].partition(".")[2]
    return built is not None and minor.isdecimal() and int(built[1]) > int(minor)


def _plain(name: str) -> str:
    """Without the release that image builders put behind the name of a repository (``…-rpms__9_DOT_2``)."""
    return name.partition("__")[0]
