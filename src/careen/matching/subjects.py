"""Determines the advisories that assess each package of an inventory.

``system_packages`` does so for the packages of a distribution. A language package whose files a package of the
distribution owns is left to the distribution if its source lists unfixed vulnerabilities too; otherwise its ecosystem's
advisories assess it, except for vulnerabilities that the distribution has assessed. Some packages are assessed with
their product's advisories too, or only with those (``products``); packages of third parties, and files with nothing but
a CPE name, by upstream versions (``upstream``). Packages without any advisories become gaps.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.database.knowledge import Knowledge, key_name
from careen.distributions.registry import profile
from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.plugins import Ecosystem
from careen.safety.pattern import pattern

from .causes import (
    Cause,
    Gap,
    MavenWithoutGroup,
    NoPublicSource,
    NotInAnIndex,
    OtherPackageManager,
    UnknownDistribution,
    UnknownRepositories,
    UnknownType,
    UnnamedDistribution,
    gap_in,
)
from .channels import channels_of, has_channels, unknown_repositories
from .distributions import distribution_of, label_of
from .owner_reads import OwnerReads
from .owners import Owners
from .packaged_version import packaged_version
from .patched import upstream_of
from .products import Product, product_of
from .reasons import purls_of
from .subject import Infos, Subject, by_upstream, confidence_of, is_complete, weaker
from .system_packages import system_subject
from .unrecorded import Unrecorded
from .upstream import contained, named
from .vendors import is_doubtful

# Why a package is neither a subject nor a gap: the advisories of the package that owns its files assess it too; or it is a
# file of a package that itself is a subject or a gap.
Left = Literal["assessed_with_owner", "part_of_owner"]
_MAJOR = pattern(r"/v[0-9]+$")


class _Context(Struct, frozen=True):
    inventory: Inventory
    infos: Infos
    owners: Owners
    channels: Callable[[Package], tuple[str, ...]]
    reads: OwnerReads


def subjects_of(
    inventory: Inventory, knowledge: Knowledge, ecosystems: Mapping[str, Ecosystem]
) -> tuple[list[Subject], int, list[Gap]]:
    """The subjects to match, the number of language packages that are assessed as a part of their owners, and the gaps:
    what cannot be assessed, and why.
    """
    inventory = with_entitlement(inventory)
    channels = channels_of(inventory.content_sets, knowledge)
    context = _Context(inventory, cache(knowledge.namespace), Owners(inventory, ecosystems), channels, OwnerReads(inventory))
    unrecorded = Unrecorded(inventory)
    subjects: list[Subject] = []
    owned = 0
    unassessed: defaultdict[Cause, list[Package]] = defaultdict(list)
    for package in inventory.packages:
        found = _subject(package, ecosystems.get(package.type), context)
        if isinstance(found, Subject):
            is_unrecorded = not found.distribution and unrecorded.is_of_distribution(package)
            subjects.append(replace(found, confidence="possible") if is_unrecorded else found)
        elif not isinstance(found, str):
            unassessed[found].append(package)
        elif found == "assessed_with_owner":
            owned += 1
    gaps = [Gap(cause, len(found), _concerned(cause, found, inventory)) for cause, found in unassessed.items()]
    gaps += [*_unknown_repositories(subjects, inventory, knowledge), *_without_index(subjects, inventory)]
    return subjects, owned, gaps


def _subject(package: Package, ecosystem: Ecosystem | None, context: _Context) -> Subject | Cause | Left:
    if ecosystem is None:
        identity = named(package)
        return by_upstream(package, identity) if identity else UnknownType(package.type)
    if ecosystem.distribution:
        return system_subject(package, context.inventory, ecosystem, context.infos, context.channels)
    owner = context.owners.subject_of(package)
    product = product_of(package)
    if owner and any(is_complete(context.infos(namespace)) for namespace in (owner.namespace, owner.stand_in) if namespace):
        return "assessed_with_owner"
    if package.type == "maven" and ":" not in package.name and product is None:
        return "part_of_owner" if owner else MavenWithoutGroup()
    if ecosystem.namespace is not None and not _is_source_code(package):
        name = key_name(ecosystem.namespace, package.name)
        subject = _of_ecosystem(package, ecosystem.namespace, name, ecosystem.scheme, owner, product)
        if not owner and (identity := contained(package)):
            subject = replace(subject, also=identity.places)
        return replace(subject, version=version) if owner and (version := _packaged(package, owner, context)) else subject
    return _without_ecosystem_advisories(package, owner, product, context)


def _is_source_code(package: Package) -> bool:
    """Whether the package is a repository whose code a build step downloads, and not an action that a workflow uses: both
    have the same type."""
    return package.type == "github" and package.cataloger == "dockerfile"


def _without_ecosystem_advisories(
    package: Package, owner: Subject | None, product: Product | None, context: _Context
) -> Subject | Cause | Left:
    """The subject for a package whose type has no common namespace: with its product's advisories, or by upstream
    versions.
    """
    if not owner and context.owners.has_upstream_owner(package):
        return "assessed_with_owner"
    if product and not (owner and not context.infos(product.namespace)):
        subject = _of_ecosystem(package, product.namespace, product.names[0], product.scheme, owner)
        identity = None if package.owned_by else named(package)
        if identity is None:
            return subject
        also = tuple(place for place in identity.places if place != (subject.namespace, subject.name))
        return replace(subject, upstream=True, also=also)
    if owner:
        return "part_of_owner"
    if (identity := named(package)) and not context.owners.is_of_distribution(package):
        return by_upstream(package, identity)
    return NoPublicSource(package.type)


def _of_ecosystem(
    package: Package, namespace: str, name: str, scheme: str, owner: Subject | None, product: Product | None = None
) -> Subject:
    confidence = confidence_of(package)
    if owner:
        # The distribution may have fixed vulnerabilities under the old version, but states nothing about the libraries that
        # a binary was built from.
        confidence = "possible" if package.type in ("golang", "cargo") else weaker(confidence, "likely")
    title, version = namespace, package.version
    if patched := upstream_of(package):  # the old version may contain the fix
        name, version = key_name(namespace, patched[0]), patched[1]
        title, confidence = f"{namespace}, patched by root.io", "possible"
    return Subject(
        package,
        namespace,
        name,
        version,
        scheme,
        title,
        distribution=False,
        confidence=confidence,
        owner=owner,
        product=product,
        also=tuple((namespace, key_name(namespace, module)) for module in _modules_above(package)),
    )


def _modules_above(package: Package) -> list[str]:
    """The modules that a command of Go may be from, nearest first, if a build step names its path: ``go install
    golang.org/x/tools/cmd/goimports@v0.1.0``. A version in the path, such as ``/v2``, ends the module's name.
    """
    if package.type != "golang" or package.cataloger != "dockerfile":
        return []
    found, path = [], package.name
    while path.count("/") > 1 and not _MAJOR.search(path):
        path = path.rpartition("/")[0]
        found.append(path)
    return found


def _packaged(package: Package, owner: Subject, context: _Context) -> str:
    """The newer version from the owner, if the file is really the owner's; else ""."""
    in_program = package.type in ("golang", "cargo")
    return packaged_version(package, owner.package) if not in_program and context.reads.of(package) else ""


def _concerned(cause: Cause, packages: Collection[Package], inventory: Inventory) -> tuple[str, ...]:
    """The subjects of a gap: types of packages, releases, or purls."""
    match cause:
        case NoPublicSource():
            return (cause.type,)
        case UnknownDistribution() | UnnamedDistribution() | OtherPackageManager():
            return tuple(sorted({_release_named(package, inventory) for package in packages}))
    return purls_of(packages)


def _release_named(package: Package, inventory: Inventory) -> str:
    """The distribution that the package or the image states; the package's type if neither does."""
    found = distribution_of(package, inventory.distribution)
    return label_of(found) if found else package.type


def with_entitlement(inventory: Inventory) -> Inventory:
    """The inventory, marked as entitled to the distribution's paid support (SUSE's LTSS) if the package that enables it is
    installed.
    """
    found = inventory.distribution
    known = profile(found.id) if found else None
    switch = known.advisories.paid_package if known else ""
    installed = any(package.type == "rpm" and package.name == switch for package in inventory.packages)
    if found is None or not switch or not installed:
        return inventory
    return replace(inventory, distribution=replace(found, extended=True))


def _unknown_repositories(subjects: list[Subject], inventory: Inventory, knowledge: Knowledge) -> list[Gap]:
    names = unknown_repositories(inventory.content_sets, knowledge)
    count = sum(has_channels(subject.namespace) for subject in subjects)
    return [Gap(UnknownRepositories(names), count, names)] if names and count else []


def _without_index(subjects: list[Subject], inventory: Inventory) -> list[Gap]:
    """Gaps for packages whose builder could only be determined with an index of the release."""
    image = inventory.distribution
    doubtful = [
        subject.package
        for subject in subjects
        if subject.distribution and is_doubtful(subject.package, distribution_of(subject.package, image))
    ]
    return [gap_in(NotInAnIndex(), doubtful)] if doubtful else []
