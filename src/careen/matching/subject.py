"""A package as advisories name it: the namespace, the name and version to look up, and the order of versions."""

from collections.abc import Callable, Collection

from msgspec import Struct

from careen.model.advisory import NamespaceInfo
from careen.model.finding import Confidence
from careen.model.package import Package

from .products import Product
from .upstream import Identity

CONFIDENCES: tuple[Confidence, ...] = ("possible", "likely", "confirmed")
SAMPLE_PACKAGES = 60

Infos = Callable[[str], tuple[NamespaceInfo, ...]]  # takes a namespace; returns each source's description of it


class Subject(Struct, frozen=True):
    """A package as it is matched: the namespace whose advisories assess it, with its name and version there."""

    package: Package
    namespace: str
    name: str  # in the form of ``key_name``
    version: str
    scheme: str
    title: str  # such as "Debian 12", "PyPI"
    distribution: bool
    confidence: Confidence = "confirmed"  # the highest confidence of a finding
    owner: "Subject | None" = None  # the distribution's package that owns the files, whose advisories count first
    stand_in: str | None = None  # the namespace of a related distribution, for vulnerabilities that this one does not have
    rebuild: bool = False  # its distribution rebuilds the packages of the distribution that the namespace is about
    paid: str | None = None  # namespace of fixes for customers of paid support
    continued: bool = False  # paid support continues the same line of versions after the release's end of life
    entitled: bool = False  # this image receives paid support
    lifetime: str = ""  # namespace of its release's end of life, if that is another one
    product: Product | None = None  # a product whose advisories count beside those of the namespace
    source: str = ""  # the source package's name, if the namespace has advisories for source packages too
    channels: tuple[str, ...] = ()  # namespaces of the extended support and products from which it came
    upstream: bool = False  # it is assessed by upstream versions
    also: tuple[tuple[str, str], ...] = ()  # further namespaces and names that may have advisories
    in_turn: bool = False  # a vulnerability that one of these places has is ignored in the following places

    @property
    def places(self) -> list[tuple[str, str]]:
        """All namespaces and names that may have advisories for the package, or for the package that owns it."""
        places = [(namespace, self.name) for namespace in (self.namespace, self.stand_in, self.paid) if namespace]
        names = sorted({self.name, self.source or self.name}) if self.channels else ()
        places += [(namespace, name) for namespace in self.channels for name in names]
        if self.source and self.source != self.name:
            places.append((self.namespace, self.source))
        places += self.also
        if self.product:
            places += [(self.product.namespace, name) for name in self.product.names]
        return [*places, *self.owner.own_places] if self.owner else places

    @property
    def own_places(self) -> tuple[tuple[str, str], ...]:
        """The namespaces and names of the distribution, or of its stand-in."""
        names = dict.fromkeys(filter(None, (self.name, self.source)))
        return tuple((namespace, name) for namespace in (self.namespace, self.stand_in) if namespace for name in names)


def by_upstream(package: Package, identity: Identity) -> Subject:
    (namespace, name), *also = identity.places
    return Subject(
        package,
        namespace,
        name,
        identity.version,
        identity.scheme,
        identity.title,
        distribution=False,
        confidence=weaker(confidence_of(package), "possible" if identity.is_part else "likely"),
        upstream=True,
        also=tuple(also),
    )


def is_sample(infos: Collection[NamespaceInfo]) -> bool:
    """Whether the sources list fixes for only a few packages, although a release has hundreds of packages with fixed
    vulnerabilities. True if there are no sources.
    """
    return all(info.partial or (not info.unfixed and info.packages < SAMPLE_PACKAGES) for info in infos)


def is_complete(infos: Collection[NamespaceInfo]) -> bool:
    """Whether a source of the namespace covers all its packages and their unfixed vulnerabilities."""
    return any(info.unfixed and not info.partial for info in infos)


def weaker(one: Confidence, other: Confidence) -> Confidence:
    return min(one, other, key=CONFIDENCES.index)


def confidence_of(package: Package) -> Confidence:
    by_reader: Confidence = "confirmed" if package.confidence >= 0.9 else "likely" if package.confidence >= 0.5 else "possible"
    return weaker(by_reader, "likely") if package.presence in ("shadowed", "declared") else by_reader
