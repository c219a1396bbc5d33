"""Which of Red Hat's advisories assess an rpm: those of its release, its source package, and the channels it came from.

An image of Red Hat lists the repositories (content sets) that each of its layers was built with. Each repository has a
channel, which is a namespace of advisories. A package is assessed with the repositories of the layer that added it, or of
the nearest lower layer that lists any. A repository of extended support (EUS, AUS, TUS, E4S, ELS) has fixes with their
own versions: a vulnerability that its advisories name is assessed by them, and any other by the release's advisories. A
package cannot come from a channel of an older minor release than it was built for, so such a channel is ignored. If the
image lists no repository, the release's advisories alone assess its packages. Advisories of additional products
(``openshift:4.14:el9``) assess packages that the release does not cover.

Vulnerabilities without a fix are published for source packages (``arch`` "src") and hold for every package built from one.
**Source:** Red Hat, "Red Hat Enterprise Linux Life Cycle" (EUS, AUS, TUS, E4S, ELS); content manifests of Red Hat's images.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec.structs import replace

from careen.database.knowledge import Knowledge
from careen.distributions.registry import profile_of
from careen.model.advisory import Advisory
from careen.model.inventory import ContentSets
from careen.model.package import Package
from careen.safety.pattern import pattern

from .rpm import FROM_SOURCE, is_about_build

AdvisoriesByPackage = Mapping[tuple[str, str], tuple[Advisory, ...]]  # by namespace and name

_EXTENDED = {
    "rhel_eus": "EUS",
    "rhel_eus_long_life": "EUS long-life",
    "rhel_aus": "AUS",
    "rhel_tus": "TUS",
    "rhel_e4s": "E4S",
    "rhel_els": "ELS",
}
KERNEL_HEADERS = "kernel-headers"
# The release itself, which its own advisories assess; UBI has the same packages in repositories of other names.
_OF_RELEASE = pattern(
    r"(?:rhel|ubi)-\d{1,2}(?:-server|-for-\w{1,12})?(?:-(?:baseos|appstream|codeready-builder|optional|supplementary))?"
    r"-(?:source-|debug-)?rpms"
)
_MINOR = pattern(r"\.el\d+_(\d+)")


def channels_of(content_sets: Sequence[ContentSets], knowledge: Knowledge) -> Callable[[Package], tuple[str, ...]]:
    """A function that returns the namespaces that assess a package besides the namespace of its release; () if the image
    lists no repositories.
    """
    names = {name for sets in content_sets for name in sets.names}
    known = knowledge.repositories(names | {_plain(name) for name in names}) if names else {}
    by_layer: dict[int, set[str]] = {}
    for sets in content_sets:
        served = {namespace for name in sets.names for namespace in known.get(name, known.get(_plain(name), ()))}
        by_layer.setdefault(sets.layer, set()).update(served)

    def channels(package: Package) -> tuple[str, ...]:
        if not by_layer or not package.evidence:
            return ()
        layer = package.evidence[0].layer
        nearest = max((index for index in by_layer if index <= layer), default=min(by_layer))
        return tuple(sorted(namespace for namespace in by_layer[nearest] if not has_channels(namespace)))

    return channels


def has_channels(namespace: str) -> bool:
    """Whether images of this release list the repositories that they were built from."""
    profile = profile_of(namespace)
    return profile is not None and profile.advisories.channels


def unknown_repositories(content_sets: Sequence[ContentSets], knowledge: Knowledge) -> tuple[str, ...]:
    """Repositories of the image whose products are unknown."""
    names = {name for sets in content_sets for name in sets.names if not _OF_RELEASE.fullmatch(_plain(name))}
    known = knowledge.repositories(names | {_plain(name) for name in names}) if names else {}
    return tuple(sorted(name for name in names if name not in known and _plain(name) not in known))


def advisories_of_rpm(
    package: Package,
    namespace: str,
    name: str,
    source: str,
    channels: Sequence[str],
    advisories: AdvisoriesByPackage,
) -> tuple[Advisory, ...]:
    """The advisories that assess the rpm. ``source`` is the name of its source package; "" if the namespace has no
    advisories for source packages.
    """
    own = _of_namespace(package, namespace, name, source, advisories)
    if not channels:
        return own
    beside: list[Advisory] = []
    named: set[str] = set()
    for channel in channels:
        if _release(channel) not in ("", namespace.partition(":")[2]):
            continue
        if _is_extended(channel) and not _is_before(channel, package):
            for advisory in _of_namespace(package, channel, name, source, advisories):
                if is_about_build(advisory, package):
                    beside.append(advisory)
                    named.update(vulnerabilities_of(advisory) if advisory.status != "undetermined" else ())
        elif not _is_extended(channel) and not own:
            beside += _of_namespace(package, channel, name, source, advisories)
    return (*beside, *(left for advisory in own if (left := without(advisory, named))))


def is_about(advisory: Advisory, place: str, name: str, source: str) -> bool:
    """Whether an advisory that was looked up under the name ``place`` is about the package, or about its source
    package.
    """
    return not source or place == (source if advisory.arch == FROM_SOURCE else name)


def title(channel: str) -> str:
    product, _, version = channel.partition(":")
    if product in _EXTENDED:
        return f"Red Hat Enterprise Linux {version} {_EXTENDED[product]}"
    return f"{product.replace('_', ' ')} {version.partition(':')[0]}"


def _of_namespace(
    package: Package, namespace: str, name: str, source: str, advisories: AdvisoriesByPackage
) -> tuple[Advisory, ...]:
    own = advisories.get((namespace, name), ())
    if not source:
        return own
    own = tuple(advisory for advisory in own if advisory.arch != FROM_SOURCE)
    if name == KERNEL_HEADERS:
        return own  # packages without the kernel's code, to which the advisories of its source package do not apply
    same = package.source is None or package.source.version == package.version
    built = advisories.get((namespace, source), ())
    # Ranges are versions of the source package, with which a package of another version cannot be compared.
    return (*own, *(advisory for advisory in built if advisory.arch == FROM_SOURCE and (same or not advisory.ranges)))


def without(advisory: Advisory, ids: Collection[str]) -> Advisory | None:
    """The advisory without these vulnerabilities; None if it has no others."""
    names = vulnerabilities_of(advisory)
    left = [name for name in names if name not in ids]
    if len(left) == len(names):
        return advisory
    if not left or (advisory.id in names and advisory.id not in left):
        return None
    return replace(advisory, aliases=tuple(name for name in advisory.aliases if name not in ids))


def vulnerabilities_of(advisory: Advisory) -> tuple[str, ...]:
    cves = tuple(name for name in (advisory.id, *advisory.aliases) if name.startswith("CVE-"))
    return cves or (advisory.id,)


def _is_extended(channel: str) -> bool:
    return channel.partition(":")[0] in _EXTENDED


def _release(channel: str) -> str:
    """The major release of a channel: "9" for ``rhel_eus:9.2`` and ``openshift:4.14:el9``; "" if it has none."""
    _, _, version = channel.partition(":")
    return version.partition(".")[0] if _is_extended(channel) else version.partition(":el")[2]


def _is_before(channel: str, package: Package) -> bool:
    """Whether the channel's minor release is older than the one that the package was built for."""
    built = _MINOR.search(package.version)
    minor = channel.partition(":")[2].partition(".")[2]
    return built is not None and minor.isdecimal() and int(built[1]) > int(minor)


def _plain(name: str) -> str:
    """A repository's name without the release that image builders append to it (``…-rpms__9_DOT_2``)."""
    return name.partition("__")[0]
