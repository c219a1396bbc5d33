"""The distribution for which a stage's packages are built, by their releases: ``httpd-2.4.6-40.el7.x86_64.rpm`` is for
Enterprise Linux 7. It counts where the name of the base image does not show the distribution.

Enterprise Linux without another name is Red Hat's: its rebuilds have the same packages.
**Source:** Fedora Packaging Guidelines, "DistTag"; Debian Developers' Reference, 5.8.5, and Ubuntu's "Version strings" for
updates.
"""

import re
from collections.abc import Iterable
from functools import cache

from careen.distributions.registry import profiles
from careen.model.package import Distribution

_DEBIAN = re.compile(r"[+~]deb(\d{1,2})u\d")
_UBUNTU = re.compile(r"ubuntu[\d.]{0,12}?(\d\d\.(?:04|10))(?!\d)")
_ENTERPRISE = "rhel"
_ENTERPRISE_RELEASE = re.compile(r"-release-(?:latest-)?(?:el)?(6|7|8|9|10)(?![\w])")  # epel-release-latest-9.noarch.rpm


def built_for(texts: Iterable[str]) -> Distribution | None:
    """The distribution of the packages that the texts name; None if they name none, or several."""
    found = {each for text in texts for each in _marked(text)}
    releases = {each.version for each in found}
    named = {each for each in found if each.id != _ENTERPRISE} or found
    return named.pop() if len(named) == 1 and len(releases) == 1 else None


def _marked(text: str) -> Iterable[Distribution]:
    for tag, release, rest in _rpm_release().findall(text):
        owners = [known for known in profiles().values() if tag in known.builds.dist_tags]
        by_name = [known.id for known in owners if known.id in rest or any(alias in rest for alias in known.aliases)]
        ids = by_name or [known.id for known in owners if known.id == _ENTERPRISE or len(owners) == 1]
        yield from (Distribution(id, release) for id in ids[:1])
    yield from (Distribution(_ENTERPRISE, release) for release in _ENTERPRISE_RELEASE.findall(text))
    yield from (Distribution("debian", release) for release in _DEBIAN.findall(text))
    yield from (Distribution("ubuntu", release) for release in _UBUNTU.findall(text))


@cache
def _rpm_release() -> re.Pattern[str]:
    """The tag, its number and the rest of an rpm's release: ``-40.el7.centos``."""
    tags = "|".join(sorted({tag for known in profiles().values() for tag in known.builds.dist_tags}))
    return re.compile(rf"-\d[\w.~^+]{{0,60}}?\.({tags})(\d{{1,4}})((?:_\d+)?(?:\.[a-z]+)?)(?![a-z\d])")
