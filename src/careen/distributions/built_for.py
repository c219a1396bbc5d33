"""The distribution for which packages are built, by their releases: ``httpd-2.4.6-40.el7.x86_64.rpm`` is for Enterprise
Linux 7. A tag of several distributions is that of the one whose name follows it, or else of the one that they rebuild.

**Source:** Fedora Packaging Guidelines, "DistTag"; Debian Developers' Reference, 5.8.5, and Ubuntu's "Version strings" for
updates.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from careen.model.package import Distribution

from .profile import Profile
from .registry import profiles

_RELEASE_PACKAGE = re.compile(r"-release-(?:latest-)?(?:el)?(6|7|8|9|10)(?![\w])")  # epel-release-latest-9.noarch.rpm


def built_for(texts: Iterable[str]) -> Distribution | None:
    """The distribution of the packages that the texts name; None if they name none, or several."""
    found = {each for text in texts for each in _marked(text)}
    releases = {release for _, release in found}
    named = {id for id, _ in found if not profiles()[id].builds.owns_tag} or {id for id, _ in found}
    return Distribution(named.pop(), releases.pop()) if len(named) == len(releases) == 1 else None


def _marked(text: str) -> Iterator[tuple[str, str]]:
    """ID and release of each distribution that a package's release names."""
    for tag, release, rest in _rpm_release().findall(text):
        owners = [known for known in profiles().values() if tag in known.builds.dist_tags]
        named = [known for known in owners if any(name in rest for name in (known.id, *known.aliases))]
        yield from ((known.id, release) for known in (named or _owner(owners))[:1])
    rebuilt = [known for known in profiles().values() if known.builds.owns_tag]
    yield from ((known.id, release) for release in _RELEASE_PACKAGE.findall(text) for known in rebuilt)
    for known in profiles().values():
        if known.builds.built_for:
            yield from ((known.id, release) for release in re.findall(known.builds.built_for, text))


def _owner(owners: list[Profile]) -> list[Profile]:
    return owners if len(owners) == 1 else [known for known in owners if known.builds.owns_tag]


@cache
def _rpm_release() -> re.Pattern[str]:
    """The tag, its number and the rest of an rpm's release: ``-40.el7.centos``."""
    tags = "|".join(sorted({tag for known in profiles().values() for tag in known.builds.dist_tags}))
    return re.compile(rf"-\d[\w.~^+]{{0,60}}?\.({tags})(\d{{1,4}})((?:_\d+)?(?:\.[a-z]+)?)(?![a-z\d])")
