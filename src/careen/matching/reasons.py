"""The subjects of coverage reasons, as a user accepts them (``--accept CODE:SUBJECT``)."""

from collections.abc import Iterable

from careen.model.package import Package


def purls_of(packages: Iterable[Package]) -> tuple[str, ...]:
    return tuple(sorted({package.purl for package in packages}))


def release_id(namespace: str) -> str:
    """ "debian-12" of the namespace "debian:12"."""
    return namespace.replace(":", "-")
