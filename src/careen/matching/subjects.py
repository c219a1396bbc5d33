"""Which statements judge each package: the namespace, the name and version to look for, and the order of versions.

A deb or apk is judged by its source package, an rpm by its own name (by the source's where the feed names those). A
language package whose files a distribution's package owns is left to the distribution when its feed lists unfixed
issues too; otherwise its ecosystem judges it, except for the flaws that the distribution has spoken about.
Some packages are judged by their product's own advisories too, or by them alone (``products``); what a third party
packaged, and files that are known by a CPE name alone, by the versions of their makers (``upstream``).
Packages that nothing can judge become reasons, with their count.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from careen.database.knowledge import Knowledge, key_name
from careen.distributions.registry import profile, profiles
from careen.model.advisory import NamespaceInfo
from careen.model.finding import Confidence
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package, Source
from careen.model.report import Reason
from careen.plugins import Ecosystem

from .channels import channels_of, has_channels, unmapped
from .distributions import Release, distribution_of, line_of, name_of, parent_of, release_of
from .patched import Patched, patched
from .products import Product, product_of
from .reasons import purls_of
from .rpm import stream_of
from .upstream import Identity, named, packaged
from .vendors import is_doubtful, vendor_of

_KSPLICE = ".ksplice"  # Oracle's builds of libraries that are patched while they run, with numbers of their own
SAMPLE_PACKAGES = 60


class Subject(Struct, frozen=True):
    package: Package
    namespace: str
    name: str  # as ``key_name`` writes it
    version: str
    scheme: str
    title: str  # "Debian 12", "PyPI"
    distribution: bool
    weight: Confidence = "confirmed"  # what a match is worth at best
    owner: "Subject | None" = None  # the distribution's package that owns the files and has the first word
    stand_in: str | None = None  # namespace to ask for flaws that this one does not name
    paid: str | None = None  # namespace of fixes that only paying customers get
    continued: bool = False  # and that are later versions of the same line
    entitled: bool = False  # this image is a paying customer's
    lifetime: str = ""  # namespace of the end of its release's support, where it is another one
    product: Product | None = None  # whose own advisories speak of it beside those of the namespace
    source: str = ""  # the source package's name, where the namespace speaks of those too
    channels: tuple[str, ...] = ()  # namespaces of extended support and of products that it came from
    upstream: bool = False  # judged by its maker's versions
    also: tuple[tuple[str, str], ...] = ()  # namespaces and names that speak of it beside the first
    in_turn: bool = False  # what one of them names, the following say nothing of

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Namespaces and names under which the distribution, or who stands in for it, speaks of the package."""
        names = dict.fromkeys(filter(None, (self.name, self.source)))
        return tuple((namespace, name) for namespace in (self.namespace, self.stand_in) if namespace for name in names)


def subjects_of(
    inventory: Inventory, knowledge: Knowledge, ecosystems: Mapping[str, Ecosystem]
) -> tuple[list[Subject], int, list[Reason]]:
    """The subjects, how many language packages are left to the distribution, and what nothing can judge."""
    inventory = _with_entitlement(inventory)
    subjects: list[Subject] = []
    owned = 0
    left: defaultdict[tuple[str, str], list[Package]] = defaultdict(list)
    complete: dict[str, bool] = {}
    owning = _owning(inventory)
    owners = _owners(inventory, owning)
    channels = channels_of(inventory.content_sets, knowledge)
    for package in inventory.packages:
        ecosystem = ecosystems.get(package.type)
        if ecosystem is None:
            if identity := named(package):
                subjects.append(_by_maker(package, identity))
            else:
                left["no_advisories", f"{package.type}: no advisory source knows this kind of package"].append(package)
        elif ecosystem.distribution:
            subject = _of_distribution(package, inventory, ecosystem, knowledge)
            if isinstance(subject, Reason):
                left[subject.code, subject.detail].append(package)
                continue
            subject = _with_relatives(subject, knowledge, complete, channels)
            if subject.stand_in and _KSPLICE in package.version:
                detail = f"{subject.title}: builds for Ksplice, which the advisories of a rebuild do not speak of"
                left["unassessed_package", detail].append(package)
            else:
                subjects.append(subject)
        else:
            owner = owners(package, ecosystems)
            product = product_of(package)
            if owner and any(_is_complete(one, knowledge, complete) for one in (owner.namespace, owner.stand_in) if one):
                owned += 1
            elif package.type == "maven" and ":" not in package.name and product is None:
                if owner:
                    continue  # it is a file of a package that is a subject of its own
                detail = "maven packages whose group nothing says, so that no advisory can name them"
                left["unassessed_package", detail].append(package)
            elif ecosystem.namespace is not None:
                key = key_name(ecosystem.namespace, package.name)
                subjects.append(_by_itself(package, ecosystem.namespace, key, ecosystem.scheme, owner, product))
            elif not owner and _is_judged_as_package(package, owning, inventory):
                owned += 1
            elif product and not (owner and not knowledge.namespace(product.namespace)):
                subject = _by_itself(package, product.namespace, product.names[0], product.scheme, owner)
                identity = None if package.owned_by else named(package)
                if identity:
                    also = tuple(place for place in identity.places if place != (subject.namespace, subject.name))
                    subject = replace(subject, upstream=True, also=also)
                subjects.append(subject)
            elif owner:
                pass  # the package that it is a file of is a subject of its own
            elif (identity := named(package)) and not _is_of_distribution(package, owning, inventory):
                subjects.append(_by_maker(package, identity))
            else:
                left["no_source", f"{package.type}: no public source has advisories"].append(package)
    reasons = [Reason(code, detail, len(found), _about(code, found, inventory)) for (code, detail), found in left.items()]
    reasons += _unknown_channels(subjects, inventory, knowledge) + _without_index(subjects, inventory)
    return subjects, owned, reasons


def _about(code: str, packages: Collection[Package], inventory: Inventory) -> tuple[str, ...]:
    if code == "no_source":
        return tuple(sorted({package.type for package in packages}))
    if code == "unknown_distribution":
        return tuple(sorted({_release_named(package, inventory.distribution) for package in packages}))
    return purls_of(packages)


def _release_named(package: Package, image: Distribution | None) -> str:
    """As the package names its distribution, or the image does; the package's type where neither names one."""
    found = distribution_of(package, image)
    return "-".join(filter(None, (found.id, found.version))) if found else package.type


def _with_entitlement(inventory: Inventory) -> Inventory:
    """Whose long-term support of SUSE is switched on has its product's package installed."""
    found = inventory.distribution
    one = profile(found.id) if found else None
    switch = one.advisories.paid_package if one else ""
    if found is None or not switch or not any(each.type == "rpm" and each.name == switch for each in inventory.packages):
        return inventory
    return replace(inventory, distribution=replace(found, extended=True))


def _unknown_channels(subjects: list[Subject], inventory: Inventory, knowledge: Knowledge) -> list[Reason]:
    names = unmapped(inventory.content_sets, knowledge)
    count = sum(has_channels(subject.namespace) for subject in subjects)
    if not names or not count:
        return []
    listed = ", ".join(names[:2]) + (" …" if len(names) > 2 else "")
    detail = f"nobody says which products these repositories serve, and the release judges what came from them: {listed}"
    return [Reason("unknown_channel", detail, count, names)]


def _without_index(subjects: list[Subject], inventory: Inventory) -> list[Reason]:
    """Packages of which an index of the release would say whether the distribution built them."""
    image = inventory.distribution
    doubtful = [
        one.package for one in subjects if one.distribution and is_doubtful(one.package, distribution_of(one.package, image))
    ]
    if not doubtful:
        return []
    detail = "packages without the mark of the distribution's builds, and no index of the release to look them up in"
    return [Reason("no_index", detail, len(doubtful), purls_of(doubtful))]


def _of_distribution(
    package: Package, inventory: Inventory, ecosystem: Ecosystem, knowledge: Knowledge | None = None
) -> Subject | Reason:
    distribution = distribution_of(package, inventory.distribution)
    if distribution is None:
        return Reason("unknown_distribution", f"{package.type} packages, but nothing says of which distribution")
    vendor = package.vendor if package.vendor != "unknown" else vendor_of(package, distribution)
    release = release_of(distribution)
    if knowledge and (vendors := patched(package, release, inventory.curator)):
        spoken = tuple(namespace for namespace in vendors.namespaces if knowledge.namespace(namespace))
        if spoken or vendors.marked:
            return _of_patched(package, vendors, spoken, release, ecosystem)
    if vendor == "third_party" and (identity := packaged(package)):
        return _by_maker(package, identity)
    if release is None:
        parent = parent_of(distribution)
        detail = f"{name_of(distribution)}: its packages are its own builds, which {parent}'s advisories do not judge"
        return Reason("unknown_distribution", detail if parent else f"{name_of(distribution)}: no feed knows it")
    if vendor == "third_party":
        detail = f"{package.type} packages that {release.title} did not build, and that nobody else is known to speak of"
        return Reason("unassessed_package", detail)
    if package.type not in release.packages:  # alien, or a database that a tool for other distributions left
        return Reason("unknown_distribution", f"{package.type} packages, which are none of {release.title}")
    if release.own and re.search(release.own, package.version):
        return Reason("unassessed_package", f"{package.type} packages that {release.title} changed, which nobody speaks of")
    if package.type == "rpm" and stream_of(package) == "":
        return Reason("unassessed_package", "rpm packages of a module whose label is missing, so that its stream is unknown")
    return _subject(package, release, ecosystem)


def _with_relatives(
    subject: Subject, knowledge: Knowledge, complete: dict[str, bool], channels: Callable[[Package], tuple[str, ...]]
) -> Subject:
    """An rpm with whoever else may speak of it: channels of RHEL, or the rebuilds and RHEL itself for one another."""
    id, _, release = subject.namespace.partition(":")
    line = line_of(id)
    if subject.package.type != "rpm" or not line:
        return subject
    if has_channels(subject.namespace):
        source = subject.package.source.name if subject.package.source else subject.name
        subject = replace(subject, source=source, channels=channels(subject.package))
    if _is_complete(subject.namespace, knowledge, complete):
        return replace(subject, stand_in=None)
    if id == line or (subject.stand_in and knowledge.namespace(subject.stand_in)):
        return subject
    return subject if knowledge.namespace(subject.namespace) else replace(subject, stand_in=_relative(line, release, knowledge))


def _relative(line: str, release: str, knowledge: Knowledge) -> str:
    """Whose advisories stand in for those of a rebuild that nothing is known of: those of the distribution that it rebuilds
    (RHEL's), unless they are a sample."""
    one = profiles().get(line)
    candidates = [f"{id}:{release}" for id in (line, one.advisories.stand_in if one else "") if id]
    whole = (one for one in candidates if not is_sample(knowledge.namespace(one)))
    return next(whole, candidates[0])


def _subject(package: Package, release: Release, ecosystem: Ecosystem) -> Subject:
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
        weight=_weight(package),
        stand_in=release.stand_in,
        paid=release.paid,
        continued=release.continued,
        entitled=release.entitled,
        lifetime=release.lifetime,
    )


def _by_itself(
    package: Package, namespace: str, name: str, scheme: str, owner: Subject | None, product: Product | None = None
) -> Subject:
    weight = _weight(package)
    if owner:
        # The distribution may have mended it under the old version; of what a binary was built from, it says nothing.
        weight = "possible" if package.type in ("golang", "cargo") else weaker(weight, "likely")
    return Subject(
        package,
        namespace,
        name,
        package.version,
        scheme,
        namespace,
        distribution=False,
        weight=weight,
        owner=owner,
        product=product,
    )


def _of_patched(
    package: Package, vendors: Patched, spoken: tuple[str, ...], release: Release | None, ecosystem: Ecosystem
) -> Subject | Reason:
    if not spoken:
        detail = f"{package.type} packages that {vendors.vendor} patched, whose advisories are not in the database"
        return Reason("unassessed_package", detail)
    source = package.source or Source(package.name, package.version)
    names = dict.fromkeys((source.name, package.name))
    prefixed = dict.fromkeys((*names, *(vendors.prefix + name for name in names)))
    places = [(namespace, name) for namespace in spoken for name in prefixed]
    if vendors.builds_on:
        places.append((vendors.builds_on, source.name))
    return Subject(
        package,
        *places[0],
        package.version if package.type == "rpm" else source.version,
        ecosystem.scheme,
        vendors.vendor + (f", {release.title}" if release else ""),
        distribution=True,
        weight=_weight(package),
        also=tuple(places[1:]),
        in_turn=True,
    )


def _by_maker(package: Package, identity: Identity) -> Subject:
    (namespace, name), *also = identity.places
    return Subject(
        package,
        namespace,
        name,
        identity.version,
        identity.scheme,
        identity.title,
        distribution=False,
        weight=weaker(_weight(package), "possible" if identity.is_part else "likely"),
        upstream=True,
        also=tuple(also),
    )


def _owning(inventory: Inventory) -> dict[str, Package]:
    """The packages that own files of others, by purl."""
    wanted = {package.owned_by for package in inventory.packages if package.owned_by}
    types = {purl.removeprefix("pkg:").partition("/")[0] for purl in wanted}
    return {purl: package for package in inventory.packages if package.type in types and (purl := package.purl) in wanted}


def _owners(
    inventory: Inventory, by_purl: Mapping[str, Package]
) -> Callable[[Package, Mapping[str, Ecosystem]], Subject | None]:
    """Finds the subject of the package that owns another one's files, where the distribution built it."""
    found: dict[str, Subject | None] = {}

    def owner(package: Package, ecosystems: Mapping[str, Ecosystem]) -> Subject | None:
        if not package.owned_by or package.owned_by not in by_purl:
            return None
        if package.owned_by not in found:
            owning = by_purl[package.owned_by]
            ecosystem = ecosystems.get(owning.type)
            found[package.owned_by] = _built(owning, inventory, ecosystem) if ecosystem else None
        return found[package.owned_by]

    return owner


def _built(package: Package, inventory: Inventory, ecosystem: Ecosystem) -> Subject | None:
    vendor = package.vendor
    if vendor == "unknown":
        vendor = vendor_of(package, inventory.distribution)
    subject = _of_distribution(package, inventory, ecosystem) if ecosystem.distribution else None
    if vendor != "distribution" or not isinstance(subject, Subject):
        return None
    by_source = has_channels(subject.namespace) and package.source
    return replace(subject, source=package.source.name) if by_source and package.source else subject


def _is_judged_as_package(package: Package, by_purl: Mapping[str, Package], inventory: Inventory) -> bool:
    """Is it a file of a third party's package that is judged by its maker's versions?"""
    owning = by_purl.get(package.owned_by or "")
    return owning is not None and not _is_of_distribution(package, by_purl, inventory) and packaged(owning) is not None


def _is_of_distribution(package: Package, by_purl: Mapping[str, Package], inventory: Inventory) -> bool:
    """A distribution built it, though perhaps one whose packages nothing judges: its versions are not the maker's."""
    owning = by_purl.get(package.owned_by or "")
    if owning is None:
        return package.owned_by is not None
    vendor = owning.vendor if owning.vendor != "unknown" else vendor_of(owning, inventory.distribution)
    return vendor != "third_party"


def is_sample(infos: Collection[NamespaceInfo]) -> bool:
    """A release has hundreds of packages whose flaws were mended: a list of fixes that names few is a part."""
    return all(info.partial or (not info.unfixed and info.packages < SAMPLE_PACKAGES) for info in infos)


def _is_complete(namespace: str, knowledge: Knowledge, known: dict[str, bool]) -> bool:
    """Does a source of this namespace list all its packages and their unfixed issues?"""
    if namespace not in known:
        known[namespace] = any(info.unfixed and not info.partial for info in knowledge.namespace(namespace))
    return known[namespace]


CONFIDENCES: tuple[Confidence, ...] = ("possible", "likely", "confirmed")


def weaker(one: Confidence, other: Confidence) -> Confidence:
    return min(one, other, key=CONFIDENCES.index)


def _weight(package: Package) -> Confidence:
    weight: Confidence = "confirmed" if package.confidence >= 0.9 else "likely" if package.confidence >= 0.5 else "possible"
    return weaker(weight, "likely") if package.presence == "shadowed" else weight
