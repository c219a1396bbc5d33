"""The namespace of advisories for an OSV ecosystem, and the ecosystem that publishes a namespace.

``debian:12`` for ``Debian:12``; a language's ecosystem stays as it is ("PyPI"); a rolling distribution is its id alone
("wolfi"); for an unknown distribution, ecosystem and release are kept in lower case.
**Source:** OSV schema 1.7, "Defined Ecosystems"; os-release(5).
"""

from collections.abc import Iterator
from functools import lru_cache

from careen.distributions.profile import applied
from careen.distributions.registry import profile_of, profiles
from careen.safety.pattern import pattern

_REGISTRY = pattern(r"([^:]+):https?://.*")  # its packages have names of their own
_ROOT = "Root"  # patches packages of several distributions: "root:debian:12"


@lru_cache(maxsize=4096)
def namespace_of(ecosystem: str) -> str:
    for profile in profiles().values():
        namespace = applied(profile.advisories.osv, ecosystem)
        if namespace is not None:
            return namespace.lower()
    if ":" not in ecosystem:
        return ecosystem
    if registry := _REGISTRY.fullmatch(ecosystem):
        return registry[1]
    base, _, release = ecosystem.partition(":")
    return f"{base.lower().replace(' ', '-')}:{release.lower()}"


def ecosystem_of(namespace: str) -> str:
    """OSV's name of a namespace's ecosystem, without the release: "Ubuntu" for ``ubuntu:22.04``."""
    base = namespace.partition(":")[0]
    if base == _ROOT.lower():
        return _ROOT
    known = profile_of(namespace)
    return known.advisories.ecosystem if known and known.advisories.ecosystem else namespace


def of_distributions() -> Iterator[str]:
    """The ecosystems of all distributions."""
    return (name for name in dict.fromkeys(profile.advisories.ecosystem for profile in profiles().values()) if name)
