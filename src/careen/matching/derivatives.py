"""Distributions that take over or rebuild another one's packages with its versions and publish no advisories themselves.

Their parent's advisories stand in, which is said and weighs less. A package that they changed bears their mark in its
version and is not judged: nobody says what it mends. Kali imports Debian's testing branch, Devuan and the relatives of
Ubuntu take most packages over as they are, Raspberry Pi OS compiles Debian's for older processors. Rebuilds of Red Hat
Enterprise Linux keep its versions; CentOS Stream, from which its next minor release comes, is ahead of them.

**Source:** release notes of each distribution, which say what its releases build on.
"""

from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from careen.distributions.profile import Profile, Rule, applied
from careen.distributions.registry import profile, profiles
from careen.model.package import Distribution


class Followed(Struct, frozen=True):
    namespace: str  # its own, of which nobody speaks
    title: str
    parent: str  # the namespace that stands in
    packages: tuple[str, ...]
    own: str


def followed(distribution: Distribution) -> Followed | None:
    """None where it is no derivative that we know, or nobody says what this release of it builds on."""
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
    """What the rules of a profile make of its VERSION_ID and other fields."""
    version, codename, pretty_name = distribution.version, distribution.codename, distribution.pretty_name
    return applied(rules, version, version=version, codename=codename, pretty_name=pretty_name)


def _instead_of(distribution: Distribution) -> Profile | None:
    """The one that hides behind another's ID."""
    hidden = _hidden().get(distribution.id, ())
    return next((one for one in hidden if one.follows and named(distribution, one.follows.when) is not None), None)


@cache
def _hidden() -> dict[str, tuple[Profile, ...]]:
    found: dict[str, tuple[Profile, ...]] = {}
    for one in profiles().values():
        if one.follows and one.follows.instead_of:
            found[one.follows.instead_of] = (*found.get(one.follows.instead_of, ()), one)
    return found
