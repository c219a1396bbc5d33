"""Who built a package that a distribution's package manager installed: the distribution or a third party.

A distribution's advisories speak of its own builds alone. Debian's maintainers are people with any address, so a deb
is the distribution's unless its version or maintainer is known to be a third party's; an rpm names its vendor; apk's
repositories are signed by the distribution and name nobody else.

**Source:** Debian Policy 3.2 and 5.6.2; version suffixes as documented by the third-party repositories themselves.
"""

import re

from careen.model.package import Distribution, Package, Vendor

from .distributions import distribution_of

# Release codenames after "~" are how third parties tell their builds apart; the distributions' own use numbers (~deb12u1).
_SUFFIXES = re.compile(
    r"""~(?:debian|ubuntu)\.\d|nodesource|\.pgdg\d*|\+deb\.sury\.org|\+maria~|~ppa|ppa\d|\.root\.io\.
    |~(?:stretch|buster|bullseye|bookworm|trixie|forky|xenial|bionic|focal|jammy|noble)\b""",
    re.VERBOSE,
)
_MAINTAINERS = re.compile(
    r"""cudatools@nvidia\.com|@(?:[a-z0-9-]+\.)*(?:nodesource\.com|docker\.com|nginx\.(?:com|org)|f5\.com|elastic\.co|mongodb\.com|hashicorp\.com
    |microsoft\.com|oss\.oracle\.com|mariadb\.com|percona\.com|gitlab\.com|grafana\.com|influxdata\.com|datadoghq\.com
    |redis\.(?:com|io)|pivotal\.io|confluent\.io|clickhouse\.com|neo4j\.com|cloudflare\.com|yarnpkg\.com
    |adoptium\.net|azul\.com|bell-sw\.com|puppet\.com|zabbix\.com|treasuredata\.com)>?$""",
    re.VERBOSE,
)
_RPM_VENDORS = {
    "almalinux": r"AlmaLinux",
    "amzn": r"Amazon",
    "azurelinux": r"Microsoft|Azure Linux",
    "centos": r"CentOS",
    "fedora": r"Fedora Project",
    "mariner": r"Microsoft",
    "ol": r"Oracle",
    "opensuse-leap": r"openSUSE|SUSE",
    "opensuse-tumbleweed": r"openSUSE|SUSE",
    "photon": r"VMware|Broadcom",
    "rhel": r"Red Hat",
    "rocky": r"Rocky",
    "sled": r"SUSE",
    "sle-micro": r"SUSE",
    "sl-micro": r"SUSE",
    "sles": r"SUSE",
}


def vendor_of(package: Package, distribution: Distribution | None) -> Vendor:
    """``distribution`` is the image's; a package bound to another one is measured by that.

    ``unknown`` where nothing says: a package of a language, an rpm without vendor, or no distribution.
    """
    distribution = distribution_of(package, distribution)
    if distribution is None:
        return "unknown"
    match package.type:
        case "deb":
            return _of_deb(package)
        case "rpm":
            return _of_rpm(package, distribution)
        case "apk":
            return "distribution"
    return "unknown"


def _of_deb(package: Package) -> Vendor:
    if _SUFFIXES.search(package.version) or _MAINTAINERS.search((package.maintainer or "").lower()):
        return "third_party"
    return "distribution"


def _of_rpm(package: Package, distribution: Distribution) -> Vendor:
    if not package.maintainer or distribution.id not in _RPM_VENDORS:
        return "unknown"
    return "distribution" if re.search(_RPM_VENDORS[distribution.id], package.maintainer) else "third_party"
