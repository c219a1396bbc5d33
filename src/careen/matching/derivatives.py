"""Distributions that import or rebuild another one's packages in the same versions, and publish no advisories.

Their parent's advisories are used; the report states that, and the confidence is lower. A package that they changed has
their mark in its version and is not assessed, because its fixes are unknown. Kali imports Debian's testing branch,
Devuan and the relatives of Ubuntu import most packages unchanged, Raspberry Pi OS compiles Debian's for older
processors. Rebuilds of Red Hat Enterprise Linux keep its versions; CentOS Stream, the source of its next minor release,
is ahead.

**Source:** release notes of each distribution, which state what its releases build on.
"""

from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from careen.distributions.profile import Profile, Rule, applied
from careen.distributions.registry import profile, profiles
from careen.model.package import Distribution


class Followed(Struct, frozen=True):
    namespace: str  # its own namespace, which has no advisories
    title: str
    parent: str  # the namespace of the parent, whose advisories are used
    packages: tuple[str, ...]  # the types of packages that the parent's advisories cover
    own: str  # a regular expression for versions of packages that it changed


def followed(distribution: Distribution) -> Followed | None:
    """The release of a derivative, and its parent. None if the distribution is no derivative, or if the parent of this
    release is unknown.
    """
    one = _instead_of(distribution) or profile(distribution.id)
    if one is None or one.follows is None:
        return None
    follows, version = one.follows, distribution.version
    release = named(distribution, one.releases.named) or ".".join(version.split(".")[: one.releases.parts])
    numbered_alike = f"{follows.parent}:{release}" if release[:1].isdigit() else None
    parent = follows.releases.get(release) if follows.releases else numbered_alike
    if parent is None:
        return None
    title = f"{one.title} {release}".strip()
    return Followed(f"{one.id}:{release}" if release else one.id, title, parent, one.packages, follows.changed)


def named(distribution: Distribution, rules: Iterable[Rule]) -> str | None:
    """The release according to a profile's rules on VERSION_ID and other fields; None if no rule matches."""
    version, codename, pretty_name = distribution.version, distribution.codename, distribution.pretty_name
    return applied(rules, version, version=version, codename=codename, pretty_name=pretty_name)


def _instead_of(distribution: Distribution) -> Profile | None:
    """The profile of a derivative that uses the ID of another distribution; None if there is none."""
    hidden = _hidden().get(distribution.id, ())
    return next((entry for entry in hidden if entry.follows and named(distribution, entry.follows.when) is not None), None)


@cache
def _hidden() -> dict[str, tuple[Profile, ...]]:
    """The profiles of derivatives that use the ID of another distribution, by this ID."""
    found: dict[str, tuple[Profile, ...]] = {}
    for entry in profiles().values():
        if entry.follows and entry.follows.instead_of:
            found[entry.follows.instead_of] = (*found.get(entry.follows.instead_of, ()), entry)
    return found
