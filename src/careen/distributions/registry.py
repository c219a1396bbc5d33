"""The profiles of all distributions, and look-ups by name.

A folder of the user (``careen --plugins``) may add some. Raises: UsageError if one of its files is not a profile.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from careen import distributions
from careen.errors import UsageError
from careen.formats.data.rule_files import tables

from .profile import Profile


@cache
def profiles() -> Mapping[str, Profile]:
    """The profiles of all known distributions, by their ID in ``os-release``. Raises: UsageError if two have the same ID."""
    found: dict[str, Profile] = {}
    for folder in map(Path, distributions.__path__):
        for profile in _read(folder):
            if profile.id in found:
                raise UsageError(
                    f"a file of {folder} describes {profile.id}, which another file describes", "each has an ID of its own"
                )
            found[profile.id] = profile
    return found


def profile(name: str) -> Profile | None:
    """The profile for an ID, or for a name that SBOMs use."""
    return profiles().get(name) or profiles().get(_aliases().get(name, ""))


def profile_of(namespace: str) -> Profile | None:
    """The profile of the distribution whose advisories have this namespace ("debian:12", "wolfi")."""
    return profiles().get(namespace.partition(":")[0])


def id_of(name: str) -> str:
    """The ID for a name that other tools use; an unknown name is returned in lower case."""
    lower = name.strip().lower()
    return _aliases().get(lower, lower)


def by_codename(codename: str) -> tuple[str, str] | None:
    """ID and release of the distribution with this codename."""
    return _codenames().get(codename)


@cache
def _codenames() -> Mapping[str, tuple[str, str]]:
    found = {
        known.releases.rolling: (known.id, known.releases.rolling) for known in profiles().values() if known.releases.rolling
    }
    for known in profiles().values():
        found.update({codename: (known.id, release) for codename, release in known.releases.codenames.items()})
    return found


@cache
def _aliases() -> Mapping[str, str]:
    return {alias: known.id for known in profiles().values() for alias in known.aliases}


def _read(folder: Path) -> Iterator[Profile]:
    try:
        yield from tables(folder, Profile)
    except ValueError as error:
        hint = "distributions/profile.py has the fields"
        raise UsageError(f"a file of {folder} does not describe a distribution: {error}", hint) from None
