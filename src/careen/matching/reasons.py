"""The subjects of coverage reasons, in the form in which users accept them (``--accept CODE:SUBJECT``)."""

from collections.abc import Iterable

from careen.model.package import Package


def purls_of(packages: Iterable[Package]) -> tuple[str, ...]:
    return tuple(sorted({package.purl for package in packages}))


def release_id(namespace: str) -> str:
    """The release of a namespace for display: "debian-12" for "debian:12"."""
    return namespace.replace(":", "-")
