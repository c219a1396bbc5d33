"""The builder of a package that a distribution's package manager installed: the distribution or a third party.

A distribution's advisories cover its own builds only. Debian's maintainers may have any address, so a deb is the
distribution's unless its version or maintainer is certainly a third party's, its revision has a suffix that no build of
Debian or Ubuntu has, or its maintainer is a machine or has no address. Ubuntu sets its own address as the maintainer of
all its builds, so there another address means a third party. An rpm states its vendor: the rpm database has the field,
and a package without one was built by a third party. An SBOM may omit the field: then the release text, or a name that
only its maker uses, may show a third party. An apk is the distribution's unless a known third party signed it, or it
has neither recipe nor commit, which build systems of distributions always write. A package of pacman is its user's own
build if its packager is the default that makepkg writes without a configuration. Each of these signs suffices. Others are
weak: an rpm whose release lacks the distribution's mark may be one of the distribution's oldest packages. A weak sign
counts only with another one, and is otherwise reported (``no_index``), as no index of the release can settle it.

**Source:** Debian Policy 3.2, 5.6.2; version suffixes as documented by the third-party repositories themselves; Fedora
Packaging Guidelines, "Versioning" (the dist tag in a release); makepkg.conf(5), PACKAGER.
"""

import re
from functools import cache

from careen.distributions.profile import Profile
from careen.distributions.registry import profile, profiles
from careen.formats.feeds.software import software_of_package
from careen.model.package import Distribution, Package, Vendor
from careen.safety.pattern import pattern

from .distributions import distribution_of, line_of

_SUFFIXES = pattern(
    r"""~(?:debian|ubuntu)\.\d|nodesource|\.pgdg\d*|\+deb\.sury\.org|\+maria~|~ppa|ppa\d|\.root\.io\.
    |\+0~2\d{7}\.\d|[~.+-]\d?bbox\d""",
    re.VERBOSE,
)
_MAINTAINERS = pattern(
    r"""<(?:yarn@dan\.cx|powershellteam@hotmail\.com|rene\.cannao@gmail\.com|bazel-dev@googlegroups\.com|kk@kohsuke\.org)>
    |@users\.noreply\.github\.com|cudatools@nvidia\.com|chromium-dev@chromium\.org|corretto-team@amazon\.com|rabbitmq-core@groups\.vmware\.com
    |help@containerd\.io|contact-tanzu-data\.pdl@broadcom\.com|@(?:[a-z0-9-]+\.)*(?:nodesource\.com|docker\.com|nginx\.(?:com|org)|f5\.com|elastic\.co|mongodb\.com|hashicorp\.com
    |microsoft\.com|oss\.oracle\.com|mariadb\.com|percona\.com|gitlab\.com|grafana\.com|influxdata\.com|datadoghq\.com
    |redis\.(?:com|io)|pivotal\.io|confluent\.io|clickhouse\.com|neo4j\.com|cloudflare\.com|yarnpkg\.com
    |adoptium\.net|azul\.com|bell-sw\.com|puppet\.com|zabbix\.com|treasuredata\.com|haproxy\.(?:com|org)
    |openresty\.(?:com|org)|varnish-software\.com|mysql\.com|rabbitmq\.com|erlang-solutions\.com
    |caddyserver\.com|konghq\.com|phusion\.nl|jenkins\.io|jenkins-ci\.org|tailscale\.com|goteleport\.com|chef\.io
    |saltproject\.io|saltstack\.com|newrelic\.com|wazuh\.com|splunk\.com|couchbase\.com|arangodb\.com|scylladb\.com
    |cockroachlabs\.com|timescale\.com|proxysql\.com|opensearch\.org|sapmachine\.io|perforce\.com|teamviewer\.com
    |nginx\.net|powerdns\.com|open-xchange\.com|openvpn\.net|sernet\.de|symas\.(?:com|net)|deadsnakes\.net
    |eclipse\.org|kubernetes\.io|dotnetfoundation\.org|influxdb\.com|chronosphere\.io|calyptia\.com|treasure-data\.com
    |syncthing\.net|aquasec\.com|isc\.org|nlnetlabs\.nl|kulkarni\.dev)[>)]?$""",
    re.VERBOSE,
)
# Few apks are third parties', and Alpine's maintainers may have any address too.
_APK_MAINTAINERS = pattern(r"@(?:nginx\.com|f5\.com|openresty\.com|sgerrand\.com)[>)]?$")
# Packages that users build themselves (checkinstall, fpm, nfpm): their addresses have no domain.
_SELF_BUILT = pattern(r"<(?:root@[^>]*|[^>@]*@[^>.]*|none)>$|^(?:none|unset|unknown)$", re.IGNORECASE)
# Archives refuse maintainers without an address, which packages built with fpm or nfpm often have. An SBOM may name the
# distribution instead.
_ADDRESSED = pattern(r"[^\s<>(]@[^\s<>)]|\b(?:debian|ubuntu|canonical)\b", re.IGNORECASE)
_UNNAMED_PACKAGER = "Unknown Packager"
_RELEASES = pattern(
    r"PGDG|\.remi\b|nodesource|\.ngx\b|\.rl\d|\.mysql\b|[.-]1?percona|\.ius\b|\.epel\b|\.elrepo\b|\.rpmfusion|\.gf\.el|\.wzdg|rmq",
    re.IGNORECASE,
)
# Software that RHEL and its rebuilds do not have, or have under other names.
_MAKERS_NAMES = pattern(
    r"(?:docker-ce|mysql-comm(?:unity|ercial)|percona|mongodb-(?:org|enterprise)|google-chrome|microsoft-edge|gitlab-[ce]e"
    r"|php\d\d-php|postgresql\d\d)(?:-|$)|containerd\.io$|MariaDB-"
)
# Words in revisions of a distribution's own debs: updates, rebuilds, backports, snapshots.
_OWN_WORDS = frozenset(
    ("b", "beta", "bpo", "build", "clean", "cm", "cross", "cvm", "deb", "debian", "debu", "dfsg", "ds", "esm", "exp",
     "experimental", "expubuntu", "fakesync", "fips", "gbp", "gcc", "git", "nmu", "nocelt", "pkg", "pre", "rc", "really",
     "repack", "rpi", "rpt", "rvt", "ubuntu")
)  # fmt: skip
_WORD = pattern(r"[a-z]{2,}")
_SNAPSHOT = pattern(r"(?:git|hg|svn|bzr)[0-9a-z.]*|(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{7,40}(?![0-9a-z])")


def vendor_of(package: Package, distribution: Distribution | None) -> Vendor:
    """Who built a package; ``unknown`` if nothing shows it, as for language packages. ``distribution`` is the image's; a
    package that states another distribution is compared with that distribution's builds.
    """
    distribution = distribution_of(package, distribution)
    if distribution is None:
        return "unknown"
    match package.type:
        case "deb":
            return _of_deb(package, distribution)
        case "rpm":
            return _of_rpm(package, distribution)
        case "apk":
            return "third_party" if _APK_MAINTAINERS.search(package.maintainer or "") else "distribution"
        case "alpm" if package.maintainer == _UNNAMED_PACKAGER:
            return "third_party"
    return "unknown"


def is_doubtful(package: Package, distribution: Distribution | None) -> bool:
    """Whether the package has a weak sign of a third party: a release without the distribution's mark."""
    one = profile(distribution.id) if distribution else None
    if package.type != "rpm" or one is None or not one.builds.always_tagged:
        return False
    _, dash, release = package.version.rpartition("-")
    return bool(dash) and _dist_tag().search(release) is None


def _of_deb(package: Package, distribution: Distribution) -> Vendor:
    maintainer = (package.maintainer or "").strip()
    one = profile(distribution.id)
    if one and one.builds.plain_revisions and _has_local_suffix(package.version):
        return "third_party"
    if one and one.builds.maintainer and maintainer:
        is_own = re.search(one.builds.maintainer, maintainer, re.IGNORECASE) is not None
        if is_own != one.builds.only_maintainer:
            return "distribution" if is_own else "third_party"
    if (
        _codename().search(package.version)
        or _SUFFIXES.search(package.version)
        or _MAINTAINERS.search(maintainer.lower())
        or _SELF_BUILT.search(maintainer)
    ):
        return "third_party"
    return "third_party" if maintainer and not _ADDRESSED.search(maintainer) else "distribution"


def _has_local_suffix(version: str) -> bool:
    """Whether the revision has a suffix that no distribution uses: ``3.5.0-corp1``, ``3.0.11-1+acme1``. The upstream
    part of a version may contain any word.
    """
    _, dash, revision = version.rpartition("-")
    words = _WORD.findall(_SNAPSHOT.sub("", revision.lower())) if dash else ()
    return not _own_words().issuperset(words)


def _of_rpm(package: Package, distribution: Distribution) -> Vendor:
    one = profile(distribution.id)
    if one is None or not one.builds.rpm_vendor:
        return "unknown"
    release = package.version.rpartition("-")[2]
    if not package.maintainer:
        is_foreign = package.cataloger == "rpm" or _RELEASES.search(release) or _is_makers(package, release, one)
        return "third_party" if is_foreign else "unknown"
    if one.builds.own_release and not re.search(one.builds.own_release, release):
        return "third_party"
    return "distribution" if re.search(one.builds.rpm_vendor, package.maintainer) else "third_party"


def _is_makers(package: Package, release: str, one: Profile) -> bool:
    """Whether the maker of a program built the package: its name is one that RHEL and its rebuilds do not use, or it is a
    known program and its release lacks their mark (el9).
    """
    if not one.builds.always_tagged or not line_of(one.advisories.namespace or one.id):
        return False
    if _MAKERS_NAMES.match(package.name):
        return True
    if "-" not in package.version:  # versions in a Dockerfile have no release part
        return False
    return _dist_tag().search(release) is None and software_of_package(package.name, package.version) is not None


@cache
def _dist_tag() -> re.Pattern[str]:
    """The mark of any distribution that marks all its builds."""
    tags = sorted({tag for entry in profiles().values() if entry.builds.always_tagged for tag in entry.builds.dist_tags})
    return re.compile(rf"(?:^|[._])(?:{'|'.join(tags)})\d|\.module[_+]")


@cache
def _codename() -> re.Pattern[str]:
    """A pattern of codenames after "~", where third parties put them; builds of distributions have numbers there
    (~deb12u1).
    """
    names: list[str] = []
    for entry in profiles().values():
        listed = list(entry.releases.codenames)
        names += listed[listed.index(entry.builds.others_since) :] if entry.builds.others_since else []
    return re.compile(rf"[~+.](?:{'|'.join(names)})(?:\b|cran|\d)")


@cache
def _own_words() -> frozenset[str]:
    return _OWN_WORDS.union(*(entry.builds.own_words for entry in profiles().values()))
