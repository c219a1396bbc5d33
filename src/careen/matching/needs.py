"""The advisory namespaces that an inventory needs. A first scan fetches only these."""

from collections.abc import Iterable, Mapping

from careen.model.package import Distribution, Package
from careen.plugins import Ecosystem

from .distributions import distribution_of, release_of
from .patched import patched
from .products import product_of
from .upstream import namespaces as of_upstream


def needed(
    packages: Iterable[Package], distribution: Distribution | None, ecosystems: Mapping[str, Ecosystem]
) -> frozenset[str]:
    """The needed namespaces, such as "debian:12" and "PyPI", including those of distributions that stand in for others."""
    namespaces: set[str] = set()
    for package in packages:
        ecosystem = ecosystems.get(package.type)
        if ecosystem is None or not ecosystem.distribution:
            namespaces |= of_upstream(package, distribution, ecosystems)
        if ecosystem is None:
            continue
        if not ecosystem.distribution:
            product = None if package.owned_by else product_of(package)  # a distribution assesses the files that it ships
            namespaces.update(filter(None, (ecosystem.namespace, product.namespace if product else None)))
            continue
        found = distribution_of(package, distribution)
        release = release_of(found) if found else None
        if vendors := patched(package, release):
            namespaces.update(vendors.namespaces)
        else:
            namespaces |= of_upstream(package, distribution, ecosystems)
        if release:
            namespaces.update(filter(None, (release.namespace, release.stand_in, release.paid, release.lifetime)))
    return frozenset(namespaces)
