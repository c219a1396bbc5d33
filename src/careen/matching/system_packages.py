"""The advisories that assess a package of a distribution: those of its release, of a related distribution, or of a
vendor.

A deb or apk is assessed by its source package, an rpm by its own name (or the source's, if the feed is about sources).
A package that a third party built is assessed by upstream versions if its software is known (``upstream``).
"""

import re
from collections.abc import Callable

from msgspec.structs import replace

from careen.database.knowledge import key_name
from careen.distributions.registry import profiles
from careen.model.inventory import Inventory
from careen.model.package import Package, Source
from careen.plugins import Ecosystem

from .causes import (
    BuiltByThirdParty,
    Cause,
    ChangedByDerivative,
    KspliceBuilds,
    ModuleWithoutLabel,
    OtherPackageManager,
    PatchedByVendor,
    UnknownDistribution,
    UnnamedDistribution,
)
from .channels import has_channels
from .distributions import Release, distribution_of, line_of, name_of, parent_of, release_of
from .patched import Patched, patched
from .rpm import stream_of
from .subject import Infos, Subject, by_upstream, confidence_of, is_complete, is_sample
from .upstream import packaged
from .vendors import vendor_of

_KSPLICE = ".ksplice"  # Oracle's builds of libraries that are patched at run time, with their own version numbers


def system_subject(
    package: Package,
    inventory: Inventory,
    ecosystem: Ecosystem,
    infos: Infos,
    channels: Callable[[Package], tuple[str, ...]],
) -> Subject | Cause:
    """The subject of a package, or why it has none. ``channels`` returns the namespaces of the repositories that a
    package came from.
    """
    subject = release_subject(package, inventory, ecosystem, infos)
    if not isinstance(subject, Subject):
        return subject
    subject = _with_relatives(subject, infos, channels)
    return KspliceBuilds(subject.title) if subject.stand_in and _KSPLICE in package.version else subject


def release_subject(
    package: Package, inventory: Inventory, ecosystem: Ecosystem, infos: Infos | None = None
) -> Subject | Cause:
    """The subject of a package with the advisories of its release, or why these do not assess it. Without ``infos``, a
    package that a vendor patched counts as the release's.
    """
    distribution = distribution_of(package, inventory.distribution)
    if distribution is None:
        return UnnamedDistribution(package.type)
    vendor = package.vendor if package.vendor != "unknown" else vendor_of(package, distribution)
    release = release_of(distribution)
    if infos and (vendors := patched(package, release, inventory.curator)):
        loaded = tuple(namespace for namespace in vendors.namespaces if infos(namespace))
        if loaded or vendors.marked:
            return _of_patched(package, vendors, loaded, release, ecosystem)
    if vendor == "third_party" and (identity := packaged(package)):
        return by_upstream(package, identity)
    if release is None:
        return UnknownDistribution(name_of(distribution), parent_of(distribution) or "")
    if vendor == "third_party":
        return BuiltByThirdParty(package.type, release.title)
    if package.type not in release.packages:  # a foreign package, or a database left by a tool for other distributions
        return OtherPackageManager(package.type, release.title)
    if release.changed and re.search(release.changed, package.version):
        return ChangedByDerivative(package.type, release.title)
    if package.type == "rpm" and stream_of(package) == "":
        return ModuleWithoutLabel()
    return _of_release(package, release, ecosystem)


def _of_release(package: Package, release: Release, ecosystem: Ecosystem) -> Subject:
    by_source = package.source is not None and (package.type != "rpm" or release.by_source)
    name, version = package.name, package.version
    if by_source and package.source:
        name, version = package.source.name or name, package.source.version or version
    return Subject(
        package,
        release.namespace,
        key_name(release.namespace, name),
        version,
        ecosystem.scheme,
        release.title,
        distribution=True,
        confidence=confidence_of(package),
        stand_in=release.stand_in,
        rebuild=release.rebuild,
        paid=release.paid,
        continued=release.continued,
        entitled=release.entitled,
        lifetime=release.lifetime,
    )


def _of_patched(
    package: Package, vendors: Patched, loaded: tuple[str, ...], release: Release | None, ecosystem: Ecosystem
) -> Subject | Cause:
    if not loaded:
        return PatchedByVendor(package.type, vendors.vendor)
    source = package.source or Source(package.name, package.version)
    own = source.name.removeprefix(vendors.prefix)
    names = dict.fromkeys((own, package.name.removeprefix(vendors.prefix)))
    prefixed = dict.fromkeys((*names, *(vendors.prefix + name for name in names)))
    places = [(namespace, name) for namespace in loaded for name in prefixed]
    if vendors.builds_on:
        places.append((vendors.builds_on, own))
    return Subject(
        package,
        *places[0],
        package.version if package.type == "rpm" else source.version,
        ecosystem.scheme,
        vendors.vendor + (f", {release.title}" if release else ""),
        distribution=True,
        confidence=confidence_of(package),
        also=tuple(places[1:]),
        in_turn=True,
    )


def _with_relatives(subject: Subject, infos: Infos, channels: Callable[[Package], tuple[str, ...]]) -> Subject:
    """The subject of an rpm with further namespaces that may have advisories for it: channels of RHEL, or RHEL for a rebuild
    of it, and a rebuild for RHEL. Other subjects stay as they are.
    """
    id, _, release = subject.namespace.partition(":")
    line = line_of(id)
    if subject.package.type != "rpm" or not line:
        return subject
    if has_channels(subject.namespace):
        source = subject.package.source.name if subject.package.source else subject.name
        subject = replace(subject, source=source, channels=channels(subject.package))
    own = infos(subject.namespace)
    if is_complete(own):
        return replace(subject, stand_in=None)
    if id == line or (subject.stand_in and infos(subject.stand_in)):
        return subject
    return subject if own else replace(subject, stand_in=_relative(line, release, infos))


def _relative(line: str, release: str, infos: Infos) -> str:
    """The namespace whose advisories stand in for those that a rebuild does not have: of the distribution that it rebuilds
    (RHEL), or of another rebuild if the database has only a sample of these.
    """
    one = profiles().get(line)
    candidates = [f"{id}:{release}" for id in (line, one.advisories.stand_in if one else "") if id]
    whole = (namespace for namespace in candidates if not is_sample(infos(namespace)))
    return next(whole, candidates[0])
